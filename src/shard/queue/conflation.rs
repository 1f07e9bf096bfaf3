//! Where the latest segment of each key is in a queue.

use std::collections::HashMap;

use super::Key;

#[derive(Default)]
pub(super) struct Conflation {
    /// Segments are numbered from the beginning of the queue's life on.
    latest: HashMap<Key, u64>,
    /// How many segments have left the queue.
    popped: u64,
    /// How many segments were emptied, at most.
    blanks: usize,
}

impl Conflation {
    /// The latest segment of the key is the one at `index`. Returns where the one before it is.
    pub fn replace(&mut self, key: Key, index: usize) -> Option<usize> {
        let before = self.latest.insert(key, self.popped + index as u64)?;
        before.checked_sub(self.popped).map(|index| index as usize)
    }

    pub fn pop(&mut self) {
        self.popped += 1;
    }

    /// The empty segments were removed. `before` has how many were in front of each segment.
    ///
    /// Many queues do this for the same event, so it hashes and copies no key.
    pub fn remove_blanks(&mut self, before: &[u64]) {
        self.blanks = 0;
        self.latest.retain(|_, number| {
            let index = number.checked_sub(self.popped).map(|index| index as usize);
            // One that has left the queue is not found.
            let Some(blanks) = index.and_then(|index| before.get(index)) else { return false };
            *number -= blanks;
            true
        });
    }

    /// A segment is empty now. Returns whether it is time to remove the empty ones.
    pub fn blank(&mut self, segments: usize) -> bool {
        self.blanks += 1;
        self.blanks > 16 && self.blanks * 2 > segments
    }
}
