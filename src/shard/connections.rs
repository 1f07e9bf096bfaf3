//! A shard's connections, by id and by place. A broadcast goes by place: it hashes nothing and
//! touches one cache line of an idle connection.

use slab::Slab;

use super::connection::Connection;
use crate::ids::{ConnectionId, IdMap};

/// Where a connection lies in the slab. After it is removed, another may take its place.
#[derive(Clone, Copy)]
pub(super) struct Place(usize);

#[derive(Default)]
pub(super) struct Connections {
    slab: Slab<Connection>,
    places: IdMap<ConnectionId, usize>,
}

impl Connections {
    pub fn insert(&mut self, connection: Connection) {
        let id = connection.id;
        self.places.insert(id, self.slab.insert(connection));
    }

    pub fn remove(&mut self, id: ConnectionId) -> Option<Connection> {
        self.slab.try_remove(self.places.remove(&id)?)
    }

    pub fn get_mut(&mut self, id: ConnectionId) -> Option<&mut Connection> {
        self.slab.get_mut(*self.places.get(&id)?)
    }

    pub fn place(&self, id: ConnectionId) -> Option<Place> {
        self.places.get(&id).copied().map(Place)
    }

    /// The connection at a place, unless another has taken it.
    pub fn at(&mut self, place: Place, id: ConnectionId) -> Option<&mut Connection> {
        self.slab.get_mut(place.0).filter(|connection| connection.id == id)
    }

    /// How many bytes each connection has queued.
    pub fn queues(&self) -> Vec<(ConnectionId, usize)> {
        self.slab.iter().map(|(_, connection)| (connection.id, connection.queued_bytes())).collect()
    }

    pub fn ids(&self) -> Vec<ConnectionId> {
        self.places.keys().copied().collect()
    }
}
