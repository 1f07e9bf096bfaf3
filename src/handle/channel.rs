//! A host's handle of a channel, which closes when the handle is dropped.

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

/// What a channel needs that exists in other processes too.
struct Shared {
    backplane: Arc<Backplane>,
    subject: Subject,
}

impl Channel {
    pub fn create(hub: &Arc<Hub>, options: ChannelOptions) -> Self {
        let id = hub.lock().create_channel(options);
        Self { id, hub: hub.clone(), shared: None }
    }

    /// Gives it a name, for tools that look at the process.
    pub fn label(self, name: &str) -> Self {
        if let Some(channel) = self.hub.lock().audience.channel_mut(self.id) {
            channel.label = Some(name.into());
        }
        self
    }

    /// Its events go through the backplane, to every process that has a channel of that name.
    pub fn share(mut self, backplane: Arc<Backplane>, name: &str) -> Self {
        let subject = subject::of_channel(name);
        self.hub.lock().log.await_backplane(HistoryId::Channel(self.id));
        backplane.follows.add(&subject, Follower::Channel(self.id));
        self.shared = Some(Shared { backplane, subject });
        self
    }

    /// Completes the history for a client that has come back. False if it is complete;
    /// [`crate::notice::Notice::Loaded`] follows otherwise.
    pub fn load(&self, request: u32) -> bool {
        let Some(Shared { backplane, subject }) = &self.shared else { return false };
        let is_partial = self.hub.lock().log.is_partial(HistoryId::Channel(self.id));
        if is_partial {
            backplane.load(subject, request);
        }
        is_partial
    }

    /// Returns how many members get the events. A channel that keeps the latest values delivers
    /// them without keeping them.
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

    /// Hands an event to the backplane. `request`: the host waits for the outcome, and gets
    /// [`crate::notice::Notice::Published`].
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

    /// Publishes the last event. Members end after it, and so do those that join later, after what
    /// the history has for them. `request`: as for [`Channel::publish`].
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

    /// The custom id of the latest event.
    pub fn last_id(&self) -> Option<String> {
        self.hub.lock().log.last_id(self.id).map(str::to_owned)
    }

    /// What the history has after an id, or all of it: the first frames of at least `limit` bytes.
    /// `None` if the id is unknown, or events after it are not kept.
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

    /// The id that was minted for the latest event of this process, if the channel mints ids.
    pub fn minted_id(&self) -> Option<String> {
        let order = self.hub.lock();
        order.log.mints(self.id).then(|| order.log.id_of(order.log.last())).flatten()
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
        let members = self.hub.lock().close(self.id);
        if let (true, Some(Shared { backplane, subject })) = (members.is_some(), &self.shared) {
            backplane.follows.remove(subject, Follower::Channel(self.id));
        }
        members
    }

    /// Closes the channel if it has been empty ever since. The host calls it after
    /// [`crate::notice::Notice::Expired`], so that a connection that joined meanwhile does not
    /// end up in a closed channel.
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
