//! Connections with something new to send. Those with events of their own come first, so that
//! nobody waits for a large broadcast to others.

use std::collections::VecDeque;

use super::connection::Connection;
use super::connections::Place;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd)]
pub(super) enum Urgency {
    /// Nothing is new.
    #[default]
    None,
    /// Bytes of a broadcast, pings, or room in a socket.
    Shared,
    /// Something for this connection alone.
    Own,
}

#[derive(Default)]
pub(super) struct Dirty {
    own: VecDeque<Place>,
    shared: VecDeque<Place>,
}

impl Dirty {
    pub fn is_empty(&self) -> bool {
        self.own.is_empty() && self.shared.is_empty()
    }

    /// The next connection with that urgency. It is to be flushed unless it has been meanwhile.
    pub fn next(&mut self, urgency: Urgency) -> Option<Place> {
        self.list(urgency).pop_front()
    }

    fn list(&mut self, urgency: Urgency) -> &mut VecDeque<Place> {
        match urgency {
            Urgency::Own => &mut self.own,
            _ => &mut self.shared,
        }
    }
}

impl Connection {
    /// It has something of its own to send.
    pub fn mark_dirty(&mut self, dirty: &mut Dirty) {
        self.mark(dirty, Urgency::Own);
    }

    /// It has something to send that may wait for others.
    pub fn mark_shared(&mut self, dirty: &mut Dirty) {
        self.mark(dirty, Urgency::Shared);
    }

    fn mark(&mut self, dirty: &mut Dirty, urgency: Urgency) {
        if self.urgency < urgency {
            self.urgency = urgency;
            dirty.list(urgency).push_back(self.place);
        }
    }
}
