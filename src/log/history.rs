//! A bounded log of past publications.
//!
//! - Bounded by count, bytes and age. The oldest publications are evicted first.
//! - Each entry has a place in the order of all events. A cursor that resolves to a place can
//!   therefore resume here, even if its id comes from another channel.

use std::collections::hash_map::Entry::Occupied;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ids::Place;

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub size: usize,
    pub bytes: usize,
    pub age: Option<Duration>,
}

/// Keeps frames, or frames with the topic that each was sent to.
#[derive(Debug)]
pub struct History<Item> {
    limits: Limits,
    entries: VecDeque<Entry<Item>>,
    bytes: usize,
    /// The place of the latest event with each custom id.
    latest: HashMap<Arc<str>, Place>,
    /// All events after this place are kept.
    floor: Place,
    /// The custom id of the event at the floor.
    floor_id: Option<Arc<str>>,
}

#[derive(Debug)]
struct Entry<Item> {
    place: Place,
    /// A custom id.
    id: Option<Arc<str>>,
    item: Item,
    bytes: usize,
    at: Instant,
}

impl<Item: Clone> History<Item> {
    /// `floor`: the place after which the history will be complete.
    pub fn new(limits: Limits, floor: Place) -> Self {
        Self {
            limits,
            entries: VecDeque::new(),
            bytes: 0,
            latest: HashMap::new(),
            floor,
            floor_id: None,
        }
    }

    /// Whether this history keeps events.
    pub fn keeps(&self) -> bool {
        self.limits.size > 0
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The number of events kept.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn push(
        &mut self,
        place: Place,
        id: Option<&Arc<str>>,
        item: Item,
        bytes: usize,
        now: Instant,
    ) {
        if let Some(id) = id {
            self.latest.insert(id.clone(), place);
        }
        self.bytes += bytes;
        self.entries.push_back(Entry { place, id: id.cloned(), item, bytes, at: now });
        while self.entries.len() > self.limits.size || self.bytes > self.limits.bytes {
            self.evict();
        }
        self.evict_aged(now);
    }

    /// Adds events from before the kept ones. Together they are complete after `floor`.
    pub fn load(
        &mut self,
        earlier: impl DoubleEndedIterator<Item = (Place, Option<Arc<str>>, Item, usize)>,
        floor: Place,
        now: Instant,
    ) {
        let known = std::mem::replace(&mut self.floor, floor);
        self.floor_id = None;
        for (place, id, item, bytes) in earlier.rev().filter(|(place, ..)| *place <= known) {
            if self.entries.len() == self.limits.size || self.bytes + bytes > self.limits.bytes {
                self.floor = place;
                break;
            }
            if let Some(id) = &id {
                self.latest.entry(id.clone()).or_insert(place);
            }
            self.bytes += bytes;
            self.entries.push_front(Entry { place, id, item, bytes, at: now });
        }
    }

    /// The place of the latest event with a custom id.
    pub fn find(&mut self, id: &str, now: Instant) -> Option<Place> {
        self.evict_aged(now);
        let floor = || (self.floor_id.as_deref() == Some(id)).then_some(self.floor);
        self.latest.get(id).copied().or_else(floor)
    }

    /// Returns the entries after a place, in order. Without a place, it returns all of them.
    pub fn after(
        &mut self,
        place: Option<Place>,
        now: Instant,
    ) -> impl Iterator<Item = (Place, &Item)> {
        self.evict_aged(now);
        let start = place.map_or(0, |place| self.entries.partition_point(|it| it.place <= place));
        self.entries.range(start..).map(|entry| (entry.place, &entry.item))
    }

    /// All events after this place are kept.
    pub fn floor(&self) -> Place {
        self.floor
    }

    /// The place of the latest event, kept or evicted.
    pub fn last(&self) -> Place {
        self.entries.back().map_or(self.floor, |entry| entry.place)
    }

    /// The custom id of the event at [`History::last`].
    pub fn last_id(&self) -> Option<&Arc<str>> {
        self.entries.back().map_or(&self.floor_id, |entry| &entry.id).as_ref()
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
            && let Occupied(latest) = self.latest.entry(id.clone())
            && *latest.get() == entry.place
        {
            latest.remove();
        }
        self.floor = entry.place;
        self.floor_id = entry.id;
    }
}

#[cfg(test)]
mod tests;
