//! Ids that the log mints, and how they are read again.
//!
//! - A minted id is `<epoch>-<place>`, each in base 36.
//! - The epoch is a random name for one log. A place of another epoch means nothing here.

use std::hash::{BuildHasher, RandomState};

use crate::ids::Place;

const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// 36^7: an epoch has at most seven digits.
const EPOCHS: u64 = 78_364_164_096;

pub struct Epoch(String);

impl Default for Epoch {
    /// A random one.
    fn default() -> Self {
        Self(base_36(RandomState::new().hash_one(0) % EPOCHS))
    }
}

impl Epoch {
    pub fn mint(&self, place: Place) -> String {
        format!("{}-{}", self.0, base_36(place.0))
    }

    /// The place that an id of this epoch was minted for.
    pub fn place_of(&self, id: &str) -> Option<Place> {
        let digits = id.strip_prefix(&self.0)?.strip_prefix('-')?;
        let place = Place(u64::from_str_radix(digits, 36).ok()?);
        // Only one spelling of a place was minted.
        (base_36(place.0) == digits).then_some(place)
    }
}

fn base_36(mut number: u64) -> String {
    let mut digits = Vec::with_capacity(13);
    loop {
        digits.push(DIGITS[(number % 36) as usize] as char);
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_only_ids_that_it_has_minted() {
        let epoch = Epoch("k3".into());
        for place in [0, 1, 35, 36, u64::MAX] {
            let id = epoch.mint(Place(place));
            assert!(id.len() <= 24, "{id}");
            assert_eq!(epoch.place_of(&id), Some(Place(place)));
        }
        for id in
            ["", "k3", "k3-", "k3-+1", "k3-01", "k3-A", "k3--1", "k4-1", "k33-1", "1", "k3-1 "]
        {
            assert_eq!(epoch.place_of(id), None, "{id}");
        }
        assert_eq!(epoch.place_of(&format!("k3-{}", "z".repeat(1000))), None);
    }

    #[test]
    fn two_logs_have_different_epochs() {
        assert_ne!(Epoch::default().0, Epoch::default().0);
    }
}
