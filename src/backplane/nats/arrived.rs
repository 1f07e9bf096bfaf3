//! Which messages of the stream have arrived in this process, over all its sessions.

use crate::sync::Mutex;

#[derive(Default)]
pub struct Arrived(Mutex<Numbers>);

#[derive(Default)]
struct Numbers {
    last: u64,
    /// Messages after `from`, up to `to`, were removed before they arrived.
    from: u64,
    to: u64,
    /// The end of the messages that were removed before those.
    earlier: u64,
}

impl Arrived {
    /// Begins a session after that number. Earlier messages must be read: see [`Arrived::settle`].
    pub fn begin(&self, last: u64) {
        self.0.lock().reach(last);
    }

    /// Called when all subjects have the remaining earlier messages, or a gap.
    pub fn settle(&self) {
        let mut numbers = self.0.lock();
        (numbers.from, numbers.to, numbers.earlier) = (0, 0, 0);
    }

    /// The latest number seen.
    pub fn last(&self) -> u64 {
        self.0.lock().last
    }

    /// Records the arrival of a message. Returns whether it is new.
    pub fn arrive(&self, number: u64) -> bool {
        let mut numbers = self.0.lock();
        if number <= numbers.last {
            return false;
        }
        numbers.reach(number - 1);
        numbers.last = number;
        true
    }

    /// The end of the latest messages that were removed before they arrived.
    pub fn hole(&self) -> u64 {
        self.0.lock().to
    }

    /// `floor`: the stream has removed everything up to this number. Returns the end of the
    /// messages that it may have removed before they arrived here.
    pub fn floor(&self, floor: u64) -> u64 {
        let numbers = self.0.lock();
        floor.min(if floor > numbers.from { numbers.to } else { numbers.earlier })
    }
}

impl Numbers {
    fn reach(&mut self, number: u64) {
        if number > self.last {
            (self.earlier, self.from, self.to) = (self.to, self.last, number);
            self.last = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_messages_that_had_arrived_are_not_missed() {
        let arrived = Arrived::default();
        arrived.begin(10);
        arrived.settle();
        for number in 11..=20 {
            assert!(arrived.arrive(number));
        }
        assert!(!arrived.arrive(15));
        assert_eq!(arrived.floor(20), 0);
        assert_eq!(arrived.hole(), 0);
    }

    #[test]
    fn removed_messages_that_had_not_arrived_are_missed() {
        let arrived = Arrived::default();
        arrived.begin(10);
        arrived.settle();
        assert!(arrived.arrive(31));
        assert_eq!(arrived.hole(), 30);
        assert_eq!(arrived.floor(5), 0);
        assert_eq!(arrived.floor(20), 20);
        assert_eq!(arrived.floor(31), 30);
        assert!(arrived.arrive(41));
        assert_eq!(arrived.floor(31), 30);
        assert_eq!(arrived.floor(35), 35);
        assert_eq!(arrived.floor(50), 40);
    }

    #[test]
    fn a_new_session_may_have_missed_messages() {
        let arrived = Arrived::default();
        arrived.begin(10);
        arrived.settle();
        arrived.begin(30);
        assert_eq!(arrived.floor(10), 0);
        assert_eq!(arrived.floor(20), 20);
        assert_eq!(arrived.floor(30), 30);
        arrived.settle();
        assert_eq!(arrived.floor(30), 0);
    }
}
