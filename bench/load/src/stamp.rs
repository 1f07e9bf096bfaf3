//! The marker that every event carries once, in its data: `"sent":"<20 digits>.<8 digits>"`. It has
//! the time when the event was sent (CLOCK_MONOTONIC, nanoseconds) and its number, starting at 0.
//!
//! A scanner finds every stamp of one event stream, wherever the stream is split.

use memchr::memmem::Finder;

const MARKER: &[u8] = b"\"sent\":\"";
const TIME: usize = 20;
const NUMBER: usize = 8;
const LENGTH: usize = MARKER.len() + TIME + 1 + NUMBER;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stamp {
    pub sent: u64,
    pub number: u32,
}

pub struct Stamps {
    finder: Finder<'static>,
}

/// The end of the bytes that were scanned last, in which a stamp may begin.
pub struct Tail {
    bytes: [u8; LENGTH - 1],
    length: usize,
}

impl Default for Tail {
    fn default() -> Self {
        Self { bytes: [0; LENGTH - 1], length: 0 }
    }
}

impl Default for Stamps {
    fn default() -> Self {
        Self { finder: Finder::new(MARKER) }
    }
}

impl Stamps {
    /// Calls `found` for each stamp that ends in `payload`. `tail` is the end of the bytes before
    /// it.
    pub fn scan(&self, tail: &mut Tail, payload: &[u8], mut found: impl FnMut(Stamp)) {
        let mut position = 0;
        if tail.length > 0 {
            let mut seam = [0; 2 * (LENGTH - 1)];
            let borrowed = payload.len().min(LENGTH - 1);
            let end = tail.length + borrowed;
            seam[..tail.length].copy_from_slice(&tail.bytes[..tail.length]);
            seam[tail.length..end].copy_from_slice(&payload[..borrowed]);
            match self.finder.find(&seam[..end]) {
                Some(start) if start < tail.length && start + LENGTH <= end => {
                    found(parse(&seam[start..start + LENGTH]));
                    position = start + LENGTH - tail.length;
                    tail.length = 0;
                }
                _ if borrowed == payload.len() => return tail.keep(&seam[..end]),
                _ => tail.length = 0,
            }
        }
        // Most pieces are one event, and the rest after its stamp is too short for another stamp.
        while payload.len() - position >= LENGTH
            && let Some(start) = self.finder.find(&payload[position..])
        {
            let end = position + start + LENGTH;
            if end > payload.len() {
                break;
            }
            found(parse(&payload[end - LENGTH..end]));
            position = end;
        }
        tail.keep(&payload[position..]);
    }
}

impl Tail {
    fn keep(&mut self, bytes: &[u8]) {
        // A stamp contains no line end, so no stamp continues after one.
        self.length = if bytes.ends_with(b"\n") { 0 } else { bytes.len().min(LENGTH - 1) };
        self.bytes[..self.length].copy_from_slice(&bytes[bytes.len() - self.length..]);
    }
}

fn parse(stamp: &[u8]) -> Stamp {
    let (time, number) = stamp[MARKER.len()..].split_at(TIME);
    // The first four digits of 20 are zeros for some thousand years.
    let sent = digits(&time[4..12]) * 100_000_000 + digits(&time[12..]);
    Stamp { sent, number: digits(&number[1..]) as u32 }
}

/// Parses eight digits: neighbours are combined in three steps.
fn digits(bytes: &[u8]) -> u64 {
    let bytes: [u8; 8] = bytes.try_into().unwrap_or_default();
    let ones = u64::from_le_bytes(bytes) & 0x0f0f_0f0f_0f0f_0f0f;
    let tens = (ones * 10 + (ones >> 8)) & 0x00ff_00ff_00ff_00ff;
    let thousands = (tens * 100 + (tens >> 16)) & 0x0000_ffff_0000_ffff;
    (thousands * 10_000 + (thousands >> 32)) & 0xffff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(count: u32) -> (Vec<u8>, Vec<Stamp>) {
        let stamps: Vec<Stamp> =
            (0..count).map(|number| Stamp { sent: 77_000 + u64::from(number), number }).collect();
        let text = stamps.iter().map(|stamp| {
            let Stamp { sent, number } = stamp;
            format!("id: {number}\ndata: {{\"text\":\"sent\",\"sent\":\"{sent:020}.{number:08}\"}}\n\n")
        });
        (text.collect::<String>().into_bytes(), stamps)
    }

    #[test]
    fn finds_each_event_once_however_the_stream_is_split() {
        let (stream, expected) = events(5);
        for size in 1..=stream.len() {
            let (mut tail, mut seen) = (Tail::default(), Vec::new());
            for piece in stream.chunks(size) {
                Stamps::default().scan(&mut tail, piece, |stamp| seen.push(stamp));
            }
            assert_eq!(seen, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn finds_each_event_once_when_the_stream_is_cut_in_two_places() {
        let (stream, expected) = events(3);
        for first in 0..stream.len() {
            for second in first..stream.len() {
                let (mut tail, mut seen) = (Tail::default(), Vec::new());
                for piece in [&stream[..first], &stream[first..second], &stream[second..]] {
                    Stamps::default().scan(&mut tail, piece, |stamp| seen.push(stamp));
                }
                assert_eq!(seen, expected, "cut at {first} and {second}");
            }
        }
    }

    #[test]
    fn reads_all_digits_of_a_stamp() {
        let stamp = Stamp { sent: 1_234_567_890_987_654, number: 87_654_321 };
        let text = format!("\"sent\":\"{:020}.{:08}", stamp.sent, stamp.number);
        assert_eq!(parse(text.as_bytes()), stamp);
    }

    #[test]
    fn finds_thousands_of_events_in_one_piece() {
        let (stream, expected) = events(5000);
        let (mut tail, mut seen) = (Tail::default(), Vec::new());
        Stamps::default().scan(&mut tail, &stream, |stamp| seen.push(stamp));
        assert_eq!(seen, expected);
    }
}
