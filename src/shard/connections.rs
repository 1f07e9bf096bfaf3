//! A shard's connections, by id and by place. A broadcast looks them up by place: this avoids
//! hashing and touches one cache line of an idle connection.

use std::hash::BuildHasher;

use hashbrown::HashTable;

use super::connection::Connection;
use crate::ids::{ConnectionId, IdHash};

/// The slot of a connection. It is reused after the connection is removed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(pub u32);

#[derive(Default)]
pub(super) struct Connections {
    slots: Vec<Option<Connection>>,
    free: Vec<Place>,
    /// The place of each connection, by its id.
    places: HashTable<Place>,
}

impl Connections {
    pub fn insert(&mut self, mut connection: Connection) -> Place {
        // A `u32` is enough: there are fewer descriptors.
        let place = self.free.pop().unwrap_or(Place(self.slots.len() as u32));
        let id = connection.id;
        connection.place = place;
        match self.slots.get_mut(place.0 as usize) {
            Some(slot) => *slot = Some(connection),
            None => self.slots.push(Some(connection)),
        }
        let slots = &self.slots;
        let hash_at = |place: &Place| id_at(slots, *place).map_or(0, hash);
        self.places.insert_unique(hash(id), place, hash_at);
        place
    }

    pub fn remove(&mut self, id: ConnectionId) -> Option<Connection> {
        let slots = &self.slots;
        let found = self.places.find_entry(hash(id), |place| id_at(slots, *place) == Some(id));
        let (place, _) = found.ok()?.remove();
        self.free.push(place);
        self.slots.get_mut(place.0 as usize)?.take()
    }

    pub fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.at(self.place(id)?)
    }

    pub fn place(&self, id: ConnectionId) -> Option<Place> {
        self.places.find(hash(id), |place| id_at(&self.slots, *place) == Some(id)).copied()
    }

    /// The connection that has this place now.
    pub fn at(&mut self, place: Place) -> Option<&mut Connection> {
        self.slots.get_mut(place.0 as usize)?.as_mut()
    }

    /// How many bytes each connection has queued.
    pub fn queues(&self) -> Vec<(ConnectionId, usize)> {
        self.all().map(|connection| (connection.id, connection.queued_bytes())).collect()
    }

    pub fn ids(&self) -> Vec<ConnectionId> {
        self.all().map(|connection| connection.id).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Connection> {
        self.slots.iter().flatten()
    }
}

fn id_at(slots: &[Option<Connection>], place: Place) -> Option<ConnectionId> {
    slots.get(place.0 as usize)?.as_ref().map(|connection| connection.id)
}

fn hash(id: ConnectionId) -> u64 {
    IdHash::default().hash_one(id)
}
