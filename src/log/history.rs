//! A bounded log of past frames.
//!
//! - Bounded by count, bytes and age; the oldest go first.
//! - Events without an id are kept too, after the id that came before them. Before the first id
//!   they cannot be asked for and are not kept.
//! - [`History::after`] returns everything since an id, or `None` if the id is unknown.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub size: usize,
    pub bytes: usize,
    pub age: Option<Duration>,
}

/// Keeps items of one kind: frames, or frames with the topic that each was sent to.
#[derive(Debug)]
pub struct History<Item> {
    limits: Limits,
    entries: VecDeque<Entry<Item>>,
    bytes: usize,
    /// The sequence number of the first entry.
    first: u64,
    /// The sequence number of the latest event with each id.
    latest: HashMap<Arc<str>, u64>,
    /// The id right before the first entry, if the last evicted event had one. A client with that
    /// id has missed only what is still here.
    floor: Option<Arc<str>>,
}

#[derive(Debug)]
struct Entry<Item> {
    id: Option<Arc<str>>,
    item: Item,
    bytes: usize,
    at: Instant,
}

impl<Item: Clone> History<Item> {
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            entries: VecDeque::new(),
            bytes: 0,
            first: 0,
            latest: HashMap::new(),
            floor: None,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn push(&mut self, id: Option<&str>, item: Item, bytes: usize, now: Instant) {
        // The empty id resets the client's cursor, so no client returns with it.
        let id: Option<Arc<str>> = id.filter(|id| !id.is_empty()).map(Arc::from);
        if id.is_none() && self.entries.is_empty() && self.floor.is_none() {
            return;
        }
        if let Some(id) = &id {
            self.latest.insert(id.clone(), self.first + self.entries.len() as u64);
        }
        self.bytes += bytes;
        self.entries.push_back(Entry { id, item, bytes, at: now });
        while self.entries.len() > self.limits.size || self.bytes > self.limits.bytes {
            self.evict();
        }
        self.evict_aged(now);
    }

    /// The items after the latest event with that id; `None` when the id is unknown.
    pub fn after(&mut self, id: &str, now: Instant) -> Option<Vec<Item>> {
        self.evict_aged(now);
        let start = match self.latest.get(id) {
            Some(position) => (position - self.first) as usize + 1,
            None if self.floor.as_deref() == Some(id) => 0,
            None => return None,
        };
        Some(self.entries.range(start..).map(|entry| entry.item.clone()).collect())
    }

    fn evict_aged(&mut self, now: Instant) {
        let Some(age) = self.limits.age else { return };
        while self.entries.front().is_some_and(|entry| now.duration_since(entry.at) > age) {
            self.evict();
        }
    }

    fn evict(&mut self) {
        let Some(entry) = self.entries.pop_front() else { return };
        self.bytes -= entry.bytes;
        if let Some(id) = &entry.id
            && self.latest.get(id) == Some(&self.first)
        {
            self.latest.remove(id);
        }
        self.first += 1;
        self.floor = entry.id;
    }
}

#[cfg(test)]
mod tests;
