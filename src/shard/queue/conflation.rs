//! The position of the latest segment of each key in a queue.

use std::collections::HashMap;

use super::Key;

#[derive(Default)]
pub(super) struct Conflation {
    /// By segment number, counted from the first segment of the queue.
    latest: HashMap<Key, u64>,
    /// How many segments have left the queue.
    popped: u64,
    /// Upper bound of the number of empty segments.
    blanks: usize,
}

impl Conflation {
    /// Records that the latest segment of the key is at `index`. Returns the index of the previous
    /// one.
    pub fn replace(&mut self, key: Key, index: usize) -> Option<usize> {
        let before = self.latest.insert(key, self.popped + index as u64)?;
        before.checked_sub(self.popped).map(|index| index as usize)
    }

    pub fn pop(&mut self) {
        self.popped += 1;
    }

    /// Called when empty segments were removed. `before` holds how many preceded each segment.
    ///
    /// Many queues do this for the same event, so it neither hashes nor copies keys.
    pub fn remove_blanks(&mut self, before: &[u64]) {
        self.blanks = 0;
        self.latest.retain(|_, number| {
            let index = number.checked_sub(self.popped).map(|index| index as usize);
            // A segment that has left the queue is not found.
            let Some(blanks) = index.and_then(|index| before.get(index)) else { return false };
            *number -= blanks;
            true
        });
    }

    /// Counts a segment that became empty. Returns whether it is time to remove the empty ones.
    pub fn blank(&mut self, segments: usize) -> bool {
        self.blanks += 1;
        self.blanks > 16 && self.blanks * 2 > segments
    }
}
