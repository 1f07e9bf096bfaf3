//! Values or removals, in the order of their places.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ids::Place;
use crate::wire::Frame;

#[derive(Debug, Default)]
pub struct Entries(BTreeMap<Place, Entry>);

#[derive(Debug)]
pub struct Entry {
    pub key: Arc<str>,
    /// A custom id.
    pub id: Option<Arc<str>>,
    pub frame: Frame,
    pub at: Instant,
}

impl Entry {
    pub fn bytes(&self) -> usize {
        self.key.len() + self.frame.len()
    }
}

impl Entries {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The place of the latest entry.
    pub fn last(&self) -> Place {
        self.0.last_key_value().map_or(Place(0), |(place, _)| *place)
    }

    /// The custom id of the entry at a place.
    pub fn id_at(&self, place: Place) -> Option<&Arc<str>> {
        self.0.get(&place)?.id.as_ref()
    }

    pub fn insert(&mut self, place: Place, entry: Entry) {
        self.0.insert(place, entry);
    }

    pub fn remove(&mut self, place: Place) -> Option<Entry> {
        self.0.remove(&place)
    }

    pub fn pop_oldest(&mut self) -> Option<(Place, Entry)> {
        self.0.pop_first()
    }

    /// The entries at or after a place.
    pub fn since(&self, place: Place) -> impl Iterator<Item = (Place, Frame)> {
        self.0.range(place..).map(|(place, entry)| (*place, entry.frame.clone()))
    }

    pub fn are_aged(&self, age: Duration, now: Instant) -> bool {
        let oldest = self.0.first_key_value();
        oldest.is_some_and(|(_, entry)| now.duration_since(entry.at) > age)
    }
}
