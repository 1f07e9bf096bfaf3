//! Connections with new bytes to send. Those with events of their own come first, so that they do
//! not wait for a large broadcast to others.

use std::collections::VecDeque;

use super::connection::Connection;
use super::connections::Place;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd)]
pub(super) enum Urgency {
    /// Nothing new to send.
    #[default]
    None,
    /// Bytes of a broadcast, a ping, or a socket that is writable again.
    Shared,
    /// Bytes for this connection alone.
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

    /// The next connection with that urgency. It may have been flushed since it was marked.
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
    /// Marks the connection: it has bytes of its own to send.
    pub fn mark_dirty(&mut self, dirty: &mut Dirty) {
        self.mark(dirty, Urgency::Own);
    }

    /// Marks the connection: it has bytes to send that may wait for others.
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
