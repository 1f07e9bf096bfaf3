//! Mints ids and parses them.
//!
//! - A minted id is `<epoch>-<place>`, each in base 36.
//! - The epoch is a random name of one log. Ids with another epoch are ignored here.

use std::hash::{BuildHasher, RandomState};

use crate::ids::Place;
use crate::wire::ID_ROOM;

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// The number of digits of the largest `u64`.
const MAX_DIGITS: usize = 13;
/// 36^7: an epoch has at most seven digits.
const EPOCHS: u64 = 78_364_164_096;

pub struct Epoch(String);

impl Default for Epoch {
    /// Generates a random epoch.
    fn default() -> Self {
        let number = RandomState::new().hash_one(0) % EPOCHS;
        Self(digits(number, &mut [0; MAX_DIGITS]).to_owned())
    }
}

impl Epoch {
    /// The epoch of another log.
    pub fn named(name: &str) -> Self {
        Self(name.to_owned())
    }

    pub fn is(&self, name: &str) -> bool {
        self.0 == name
    }

    pub fn id(&self, place: Place) -> String {
        [&self.0, "-", digits(place.number(), &mut [0; MAX_DIGITS])].concat()
    }

    /// The `id` line of a minted id, in the wire format.
    pub fn line<'a>(&self, place: Place, buffer: &'a mut [u8; ID_ROOM]) -> &'a [u8] {
        let mut length = 0;
        for part in ["id: ", &self.0, "-", digits(place.number(), &mut [0; MAX_DIGITS]), "\n"] {
            buffer[length..length + part.len()].copy_from_slice(part.as_bytes());
            length += part.len();
        }
        &buffer[..length]
    }

    /// The number of the place of a minted id, if the id has this epoch.
    pub fn number_of(&self, id: &str) -> Option<u64> {
        let given = id.strip_prefix(&self.0)?.strip_prefix('-')?;
        let number = u64::from_str_radix(given, 36).ok().filter(|it| *it <= Place::MAX_NUMBER)?;
        // Each number has only one minted spelling.
        (digits(number, &mut [0; MAX_DIGITS]) == given).then_some(number)
    }
}

/// The digits of a number, at the end of the buffer.
fn digits(mut number: u64, buffer: &mut [u8; MAX_DIGITS]) -> &str {
    let mut start = MAX_DIGITS;
    loop {
        start -= 1;
        buffer[start] = DIGITS[(number % 36) as usize];
        number /= 36;
        if number == 0 {
            return str::from_utf8(&buffer[start..]).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_ids_that_it_has_minted() {
        let epoch = Epoch("k3".into());
        for place in [0, 1, 35, 36, Place::MAX_NUMBER] {
            let mut buffer = [0; ID_ROOM];
            let line = str::from_utf8(epoch.line(Place(place), &mut buffer)).unwrap();
            let id = line.strip_prefix("id: ").and_then(|id| id.strip_suffix('\n')).unwrap();
            assert_eq!(epoch.number_of(id), Some(place));
            assert_eq!(epoch.id(Place(place)), id);
        }
        for id in
            ["", "k3", "k3-", "k3-+1", "k3-01", "k3-A", "k3--1", "k4-1", "k33-1", "1", "k3-1 "]
        {
            assert_eq!(epoch.number_of(id), None, "{id}");
        }
        assert_eq!(epoch.number_of(&format!("k3-{}", "z".repeat(1000))), None);
    }

    #[test]
    fn the_longest_id_line_fits_in_a_frame() {
        let mut buffer = [0; ID_ROOM];
        let longest = Epoch("zzzzzzz".into()).line(Place(Place::MAX_NUMBER), &mut buffer);
        assert!(longest.ends_with(b"-2rrvthnxtr\n"));
    }

    #[test]
    fn two_logs_have_different_epochs() {
        assert_ne!(Epoch::default().0, Epoch::default().0);
    }
}
