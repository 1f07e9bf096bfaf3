//! A shard's connections, by id and by place. A broadcast goes by place: it hashes nothing and
//! touches one cache line of an idle connection.

use slab::Slab;

use super::connection::Connection;
use crate::ids::{ConnectionId, IdMap};

/// Where a connection lies in the slab. After it is removed, another may take its place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(pub u32);

#[derive(Default)]
pub(super) struct Connections {
    slab: Slab<Connection>,
    places: IdMap<ConnectionId, Place>,
}

impl Connections {
    pub fn insert(&mut self, mut connection: Connection) -> Place {
        let entry = self.slab.vacant_entry();
        // There are fewer descriptors than that.
        let place = Place(entry.key() as u32);
        connection.place = place;
        self.places.insert(connection.id, place);
        entry.insert(connection);
        place
    }

    pub fn remove(&mut self, id: ConnectionId) -> Option<Connection> {
        self.slab.try_remove(self.places.remove(&id)?.0 as usize)
    }

    pub fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.slab.get_mut(self.places.get(&id)?.0 as usize)
    }

    pub fn place(&self, id: ConnectionId) -> Option<Place> {
        self.places.get(&id).copied()
    }

    /// The connection that lies there now.
    pub fn at(&mut self, place: Place) -> Option<&mut Connection> {
        self.slab.get_mut(place.0 as usize)
    }

    /// How many bytes each connection has queued.
    pub fn queues(&self) -> Vec<(ConnectionId, usize)> {
        self.slab.iter().map(|(_, connection)| (connection.id, connection.queued_bytes())).collect()
    }

    pub fn ids(&self) -> Vec<ConnectionId> {
        self.places.keys().copied().collect()
    }
}
