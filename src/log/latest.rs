//! The state of a channel: the latest publication of each key.
//!
//! - Bounded by count, bytes and age. The value that was published first is evicted first.
//! - Removals are kept for clients that reconnect, within the same bounds. If bytes exceed the
//!   bound, removals are evicted before values.
//! - An event costs lookups in maps, independent of the number of keys.

mod entries;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use entries::{Entries, Entry};

use super::history::Limits;
use super::publication::Publication;
use crate::ids::Place;
use crate::wire::Frame;

#[derive(Debug)]
pub struct Latest {
    limits: Limits,
    values: Entries,
    removals: Entries,
    /// The place of each key's value or removal.
    places: HashMap<Arc<str>, Place>,
    /// The place of the latest event with each custom id, even if that event was replaced.
    ids: HashMap<Arc<str>, Place>,
    /// Ids without an entry, oldest first.
    past_ids: VecDeque<(Arc<str>, Place)>,
    bytes: usize,
    /// All events after this place are kept, except replaced values.
    floor: Place,
}

impl Latest {
    /// `floor`: the place after which the state will be complete.
    pub fn new(limits: Limits, floor: Place) -> Self {
        Self {
            limits,
            values: Entries::default(),
            removals: Entries::default(),
            places: HashMap::new(),
            ids: HashMap::new(),
            past_ids: VecDeque::new(),
            bytes: 0,
            floor,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty() && self.removals.is_empty()
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The bytes of keys, frames, and ids without a frame.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn floor(&self) -> Place {
        self.floor
    }

    /// The place of the latest event, kept or evicted.
    pub fn last(&self) -> Place {
        self.floor.max(self.values.last()).max(self.removals.last())
    }

    /// The custom id of the event at [`Latest::last`], if it is kept.
    pub fn last_id(&self) -> Option<&Arc<str>> {
        let last = self.last();
        self.values.id_at(last).or_else(|| self.removals.id_at(last))
    }

    /// Adds an event to the state. Of an event without a key, only the id is kept.
    pub fn push(&mut self, publication: &Publication, now: Instant) {
        let Publication { place, frame, id, key, .. } = publication;
        if let Some(id) = id {
            self.ids.insert(id.clone(), *place);
        }
        match key {
            Some(key) => {
                let entry =
                    Entry { key: key.name.clone(), id: id.clone(), frame: frame.clone(), at: now };
                self.replace(*place, entry, key.removes);
            }
            None => self.remember(id.clone(), *place),
        }
        self.trim();
        self.evict_aged(now);
    }

    /// Adds events from before the kept ones. Together they are complete after `floor`.
    pub fn load(&mut self, earlier: Vec<Publication>, floor: Place, now: Instant) {
        let known = std::mem::replace(&mut self.floor, floor);
        for publication in earlier.iter().rev().filter(|it| it.place <= known) {
            let key = publication.key.as_ref().map(|key| &key.name);
            if key.is_none_or(|key| !self.places.contains_key(key)) {
                self.push(publication, now);
            }
        }
    }

    /// The place of the latest event with a custom id.
    pub fn find(&self, id: &str) -> Option<Place> {
        self.ids.get(id).copied()
    }

    /// Returns the values and removals after a place, in order. Without a place, it returns all.
    pub fn after(&mut self, place: Option<Place>, now: Instant) -> Vec<(Place, Frame)> {
        self.evict_aged(now);
        let after = place.map_or(Place(0), |place| Place(place.0.saturating_add(1)));
        let mut events: Vec<_> = self.values.since(after).collect();
        events.extend(self.removals.since(after));
        events.sort_unstable_by_key(|(place, _)| *place);
        events
    }

    /// The current value of each key, in the order of places.
    pub fn values(&mut self, now: Instant) -> Vec<(Place, Frame)> {
        self.evict_aged(now);
        self.values.since(Place(0)).collect()
    }

    fn replace(&mut self, place: Place, entry: Entry, removes: bool) {
        if let Some(place) = self.places.remove(&entry.key) {
            let replaced = self.values.remove(place).or_else(|| self.removals.remove(place));
            if let Some(entry) = replaced {
                self.release(entry, place);
            }
        }
        if entry.bytes() > self.limits.bytes {
            // Evicting all other entries would not free enough bytes.
            self.floor = place;
            return self.remember(entry.id, place);
        }
        self.bytes += entry.bytes();
        self.places.insert(entry.key.clone(), place);
        let entries = if removes { &mut self.removals } else { &mut self.values };
        entries.insert(place, entry);
    }

    fn trim(&mut self) {
        let Limits { size, bytes, .. } = self.limits;
        while self.past_ids.len() > size {
            self.forget_id();
        }
        while self.removals.len() > size {
            self.evict_removal();
        }
        while self.values.len() > size {
            self.evict_value();
        }
        while self.bytes > bytes {
            let _ = self.forget_id() || self.evict_removal() || self.evict_value();
        }
    }

    fn evict_aged(&mut self, now: Instant) {
        let Some(age) = self.limits.age else { return };
        while self.values.are_aged(age, now) {
            self.evict_value();
        }
        while self.removals.are_aged(age, now) {
            self.evict_removal();
        }
    }

    fn evict_value(&mut self) -> bool {
        let oldest = self.values.pop_oldest();
        self.evict(oldest)
    }

    fn evict_removal(&mut self) -> bool {
        let oldest = self.removals.pop_oldest();
        self.evict(oldest)
    }

    fn evict(&mut self, oldest: Option<(Place, Entry)>) -> bool {
        let Some((place, entry)) = oldest else { return false };
        self.places.remove(&entry.key);
        self.floor = self.floor.max(place);
        self.release(entry, place);
        true
    }

    fn release(&mut self, entry: Entry, place: Place) {
        self.bytes -= entry.bytes();
        self.remember(entry.id, place);
    }

    /// Keeps an id without an entry. A client that received no later event may reconnect with it.
    fn remember(&mut self, id: Option<Arc<str>>, place: Place) {
        if let Some(id) = id {
            self.bytes += id.len();
            self.past_ids.push_back((id, place));
        }
    }

    fn forget_id(&mut self) -> bool {
        let Some((id, place)) = self.past_ids.pop_front() else { return false };
        self.bytes -= id.len();
        if self.ids.get(&id) == Some(&place) {
            self.ids.remove(&id);
        }
        true
    }
}

#[cfg(test)]
mod tests;
