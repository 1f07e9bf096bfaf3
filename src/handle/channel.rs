//! A host's handle of a channel. Dropping the handle closes the channel.

use std::sync::Arc;

use super::Connection;
use crate::backplane::{Backplane, Follower, Payload, Subject, subject};
use crate::error::Error;
use crate::hub::Hub;
use crate::ids::{ChannelId, ConnectionId};
use crate::log::{Draft, HistoryId, Key, Source};
use crate::membership::{ChannelOptions, JoinOutcome};
use crate::publish::Target;
use crate::wire::{Event, Frame};

pub struct Channel {
    pub id: ChannelId,
    hub: Arc<Hub>,
    shared: Option<Shared>,
}

/// The backplane of a channel that other processes share.
struct Shared {
    backplane: Arc<Backplane>,
    subject: Subject,
}

impl Channel {
    pub fn create(hub: &Arc<Hub>, options: ChannelOptions) -> Self {
        let id = hub.lock().create_channel(options);
        Self { id, hub: hub.clone(), shared: None }
    }

    /// Sets the name that tools show for this channel.
    pub fn label(self, name: &str) -> Self {
        if let Some(channel) = self.hub.lock().audience.channel_mut(self.id) {
            channel.label = Some(name.into());
        }
        self
    }

    /// Sends events through the backplane, to every process with a channel of that name.
    pub fn share(mut self, backplane: Arc<Backplane>, name: &str) -> Self {
        let subject = subject::of_channel(name);
        self.hub.lock().log.await_backplane(HistoryId::Channel(self.id));
        backplane.follows.add(&subject, Follower::Channel(self.id));
        self.shared = Some(Shared { backplane, subject });
        self
    }

    /// Completes the history for a client that has reconnected. Returns false if it is already
    /// complete. Otherwise [`crate::notice::Notice::Loaded`] follows.
    pub fn load(&self, request: u32) -> bool {
        let Some(Shared { backplane, subject }) = &self.shared else { return false };
        let is_partial = self.hub.lock().log.is_partial(HistoryId::Channel(self.id));
        if is_partial {
            backplane.load(subject, request);
        }
        is_partial
    }

    /// Sends events and returns how many members get them. A channel that keeps latest values
    /// delivers these events without keeping them.
    pub fn send(&self, events: &[Event]) -> Result<usize, Error> {
        if self.shared.is_none() {
            return self.hub.publish(Target::Channel(self.id), events);
        }
        for event in events {
            self.publish(event, None, None)?;
        }
        Ok(self.count())
    }

    /// Sets or removes the value of a key. Returns how many members get the event.
    pub fn send_value(&self, event: &Event, key: Key) -> Result<usize, Error> {
        if self.shared.is_none() {
            return self.hub.publish_value(self.id, event, key);
        }
        self.publish(event, Some(key), None)?;
        Ok(self.count())
    }

    /// Publishes through the backplane. With a `request`, [`crate::notice::Notice::Published`]
    /// reports the outcome.
    pub fn publish(
        &self,
        event: &Event,
        key: Option<Key>,
        request: Option<u32>,
    ) -> Result<(), Error> {
        let Some(Shared { backplane, subject }) = &self.shared else { return Ok(()) };
        self.assert_open()?;
        let draft = Draft::new(event)?;
        let payload = Payload { event: event.clone(), key, ends: false };
        backplane.publish(subject.clone(), None, &payload, draft.is_kept(), request)
    }

    /// Publishes the last event, after which members end. Clients that join later get their events
    /// from the history, then end. `request`: as for [`Channel::publish`].
    pub fn end(&self, event: &Event, request: Option<u32>) -> Result<(), Error> {
        let draft = Draft::new(event)?.ending();
        let Some(Shared { backplane, subject }) = &self.shared else {
            return self.hub.publish_drafts(Target::Channel(self.id), [draft]).map(|_| ());
        };
        self.assert_open()?;
        let payload = Payload { event: event.clone(), key: None, ends: true };
        backplane.publish(subject.clone(), None, &payload, true, request)
    }

    /// Whether the last event was published, as far as this process knows.
    pub fn has_ended(&self) -> bool {
        self.hub.lock().log.has_ended(self.id)
    }

    /// The custom id of the latest event, if it has one.
    pub fn last_id(&self) -> Option<String> {
        self.hub.lock().log.last_id(self.id).map(str::to_owned)
    }

    /// Reads the history after an id, or from its start: the first frames of at least `limit`
    /// bytes. `None` if the id is unknown, or if events after it are not kept.
    pub fn read(&self, after: Option<&str>, limit: usize) -> Option<Vec<Frame>> {
        let mut order = self.hub.lock();
        let source = Source::Channel(self.id);
        let place = match after {
            Some(id) => Some(order.log.place_of(id).or_else(|| order.log.find(&source, id))?),
            None => None,
        };
        let missed = order.log.after_within(&source, place, limit);
        let is_complete = place.is_none_or(|place| missed.is_complete(place));
        is_complete.then(|| missed.events.into_iter().map(|(_, frame)| frame).collect())
    }

    fn assert_open(&self) -> Result<(), Error> {
        let order = self.hub.lock();
        if order.audience.channel(self.id).is_none() {
            return Err(Error::ChannelClosed);
        }
        if order.log.has_ended(self.id) { Err(Error::ChannelEnded) } else { Ok(()) }
    }

    /// The minted id of this process's latest event, if the channel mints ids.
    pub fn minted_id(&self) -> Option<String> {
        let order = self.hub.lock();
        order.log.mints(self.id).then(|| order.log.id_of(order.log.last())).flatten()
    }

    /// Adds a connection. With `resume`, a reconnecting client gets missed events before live ones.
    /// Hold the connection before it joins a channel of latest values. It gets the state when it
    /// resumes.
    pub fn join(&self, connection: &Connection, resume: bool) -> Result<JoinOutcome, Error> {
        self.hub.inbox_of(connection.id).wait_for_room();
        self.hub.lock().join(connection.id, self.id, resume)
    }

    /// Removes a member, whose connection stays open. Returns false if it was not a member.
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

    /// Removes every member and discards the history. Returns the former members, or `None` if the
    /// channel was already closed.
    pub fn close(&self) -> Option<Vec<ConnectionId>> {
        let members = self.hub.lock().close(self.id);
        if let (true, Some(Shared { backplane, subject })) = (members.is_some(), &self.shared) {
            backplane.follows.remove(subject, Follower::Channel(self.id));
        }
        members
    }

    /// Closes the channel if it has stayed empty for its timeout. The host calls this after
    /// [`crate::notice::Notice::Expired`]. A connection that joined meanwhile keeps the channel
    /// open.
    pub fn close_if_empty(&self) -> bool {
        let is_closed = self.hub.lock().close_if_empty(self.id);
        if let (true, Some(Shared { backplane, subject })) = (is_closed, &self.shared) {
            backplane.follows.remove(subject, Follower::Channel(self.id));
        }
        is_closed
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.close();
    }
}
