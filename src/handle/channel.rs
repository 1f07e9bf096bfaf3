//! A host's handle of a channel, which closes when the handle is dropped.

use std::sync::Arc;

use super::Connection;
use crate::error::Error;
use crate::hub::Hub;
use crate::ids::{ChannelId, ConnectionId};
use crate::log::Key;
use crate::membership::{ChannelOptions, JoinOutcome};
use crate::publish::Target;
use crate::wire::Event;

pub struct Channel {
    pub id: ChannelId,
    hub: Arc<Hub>,
}

impl Channel {
    pub fn create(hub: &Arc<Hub>, options: ChannelOptions) -> Self {
        let id = hub.lock().create_channel(options);
        Self { id, hub: hub.clone() }
    }

    /// Returns how many members get the events. A channel that keeps the latest values delivers
    /// them without keeping them.
    pub fn send(&self, events: &[Event]) -> Result<usize, Error> {
        self.hub.publish(Target::Channel(self.id), events)
    }

    /// Sets or removes the value of a key. Returns how many members get the event.
    pub fn send_value(&self, event: &Event, key: Key) -> Result<usize, Error> {
        self.hub.publish_value(self.id, event, key)
    }

    /// Adds a connection. `resume`: if it came back, it gets what it missed first. Hold it before
    /// it joins a channel that keeps the latest values. It gets their state when it resumes.
    pub fn join(&self, connection: &Connection, resume: bool) -> Result<JoinOutcome, Error> {
        self.hub.inbox_of(connection.id).wait_for_room();
        self.hub.lock().join(connection.id, self.id, resume)
    }

    /// Removes a member, which stays open. False when it was not a member.
    pub fn leave(&self, connection: &Connection) -> bool {
        self.hub.lock().leave(connection.id, self.id)
    }

    pub fn count(&self) -> usize {
        self.hub.lock().audience.channel(self.id).map_or(0, |channel| channel.count())
    }

    pub fn members(&self) -> Vec<ConnectionId> {
        let order = self.hub.lock();
        let channel = order.audience.channel(self.id);
        channel.map(|channel| channel.members().collect()).unwrap_or_default()
    }

    /// Lets every member go and forgets the history. Returns the former members; `None` when the
    /// channel was closed before.
    pub fn close(&self) -> Option<Vec<ConnectionId>> {
        self.hub.lock().close(self.id)
    }

    /// Closes the channel if it has been empty ever since. The host calls it after
    /// [`crate::notice::Notice::Expired`], so that a connection that joined meanwhile does not
    /// end up in a closed channel.
    pub fn close_if_empty(&self) -> bool {
        self.hub.lock().close_if_empty(self.id)
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.close();
    }
}
