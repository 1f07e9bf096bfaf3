//! A host's handle of a broker's topics. Dropping the handle closes them.

use std::sync::Arc;

use super::Connection;
use crate::audience::TopicsOptions;
use crate::backplane::{Backplane, Follower, Payload, Subject, TopicFollower, subject};
use crate::error::Error;
use crate::hub::Hub;
use crate::ids::{ConnectionId, TopicsId};
use crate::log::{Draft, HistoryOptions, Source};
use crate::membership::{ChannelOptions, JoinOutcome};
use crate::order::source_of;
use crate::publish::Target;
use crate::wire::{Event, EventRef};

pub struct Topics {
    id: TopicsId,
    hub: Arc<Hub>,
    options: TopicsOptions,
    /// The default options of a topic. Its first subscriber may override them.
    topic: ChannelOptions,
    /// The history that all patterns share.
    pattern_history: HistoryOptions,
    /// Whether events carry the name of their topic.
    has_field: bool,
    shared: Option<Shared>,
}

/// The backplane of topics that other processes share.
struct Shared {
    backplane: Arc<Backplane>,
    /// The name of the broker.
    broker: Box<str>,
}

impl Topics {
    pub fn create(
        hub: &Arc<Hub>,
        options: TopicsOptions,
        topic: ChannelOptions,
        pattern_history: HistoryOptions,
    ) -> Self {
        let id = hub.lock().create_topics(options);
        Self {
            id,
            hub: hub.clone(),
            options,
            topic,
            pattern_history,
            has_field: false,
            shared: None,
        }
    }

    /// Sets whether events carry the name of their topic.
    pub fn with_field(mut self, has_field: bool) -> Self {
        self.has_field = has_field;
        self
    }

    /// Sends events through the backplane, to every process with a broker of that name. Call it
    /// after [`Topics::with_field`].
    pub fn share(mut self, backplane: Arc<Backplane>, broker: &str) -> Self {
        let follower = TopicFollower {
            follows: backplane.follows.clone(),
            topics: self.id,
            broker: broker.into(),
            has_field: self.has_field,
        };
        self.hub.lock().followers.insert(self.id, Box::new(follower));
        backplane.follows.add(&subject::of_everyone(broker), Follower::Everyone(self.id));
        self.shared = Some(Shared { backplane, broker: broker.into() });
        self
    }

    /// Allows a connection to subscribe and get broadcasts, until [`Topics::disconnect`].
    pub fn connect(&self, connection: &Connection) {
        self.hub.inbox_of(connection.id).wait_for_room();
        self.hub.lock().connect(connection.id, self.id);
    }

    /// Removes a client from its topics and from broadcasts.
    pub fn disconnect(&self, connection: ConnectionId) {
        self.hub.lock().disconnect(connection, self.id);
    }

    /// Returns an error if the name is invalid.
    pub fn check(&self, name: &str) -> Result<(), Error> {
        self.options.is_pattern(name).map(|_| ())
    }

    /// `options`: those of the topic, used if this call creates it.
    pub fn subscribe(
        &self,
        connection: ConnectionId,
        name: &str,
        resume: bool,
        options: Option<ChannelOptions>,
    ) -> Result<JoinOutcome, Error> {
        let is_pattern = self.options.is_pattern(name)?;
        self.hub.inbox_of(connection).wait_for_room();
        let mut order = self.hub.lock();
        if is_pattern {
            let history = self.pattern_history;
            order.subscribe_to_pattern(connection, self.id, name, resume, history)
        } else {
            let options = options.unwrap_or(self.topic);
            order.subscribe(connection, self.id, name, resume, options)
        }
    }

    /// Returns false if the connection was not subscribed.
    pub fn unsubscribe(&self, connection: ConnectionId, name: &str) -> bool {
        let mut order = self.hub.lock();
        let channel = order.audience.topics(self.id).and_then(|topics| topics.find(name));
        channel.is_some_and(|channel| order.leave(connection, channel))
    }

    /// Sends to every client and returns how many this process has.
    pub fn broadcast<'a>(&self, event: impl Into<EventRef<'a>>) -> Result<usize, Error> {
        let event = event.into();
        if let Some(Shared { broker, .. }) = &self.shared {
            self.hand_over(subject::of_everyone(broker), None, event.into(), None)?;
            let order = self.hub.lock();
            let everyone = order.audience.topics(self.id).map(|topics| topics.everyone());
            let channel = everyone.and_then(|everyone| order.audience.channel(everyone));
            return Ok(channel.map_or(0, |channel| channel.count()));
        }
        self.hub.publish_one(Target::Everyone(self.id), event)
    }

    /// Sends to a topic and returns the number of subscribers in this process. Each gets the event
    /// once.
    pub fn publish<'a>(
        &self,
        name: &'a str,
        event: impl Into<EventRef<'a>>,
    ) -> Result<usize, Error> {
        let mut event = event.into();
        self.check_target(name)?;
        if let Some(Shared { broker, .. }) = &self.shared {
            self.hand_over_to(broker, name, event.into(), None)?;
            return Ok(self.hub.lock().audience.subscribers(self.id, name, false).len());
        }
        if self.has_field {
            event.topic = Some(name);
        }
        self.hub.publish_one(Target::Topic(self.id, name), event)
    }

    /// Publishes to a topic through the backplane. [`crate::notice::Notice::Published`] reports the
    /// outcome.
    pub fn publish_shared(&self, name: &str, event: Event, request: u32) -> Result<(), Error> {
        self.check_target(name)?;
        let Some(Shared { broker, .. }) = &self.shared else { return Ok(()) };
        self.hand_over_to(broker, name, event, Some(request))
    }

    fn hand_over_to(
        &self,
        broker: &str,
        name: &str,
        mut event: Event,
        request: Option<u32>,
    ) -> Result<(), Error> {
        event.topic = Some(name.to_owned());
        let all = self.options.wildcards.then(|| subject::of_all_topics(broker));
        self.hand_over(subject::of_topic(broker, name), all, event, request)
    }

    fn hand_over(
        &self,
        subject: Subject,
        all: Option<Subject>,
        event: Event,
        request: Option<u32>,
    ) -> Result<(), Error> {
        let Some(Shared { backplane, .. }) = &self.shared else { return Ok(()) };
        let is_kept = Draft::new(&event)?.is_kept();
        let payload = Payload { event, ..Payload::default() };
        backplane.publish(subject, all, &payload, is_kept, request)
    }

    /// Completes the history of a topic or a pattern for a client that has reconnected. Returns
    /// false if it is already complete. Otherwise [`crate::notice::Notice::Loaded`] follows.
    pub fn load(&self, name: &str, request: u32) -> bool {
        let Some(Shared { backplane, broker }) = &self.shared else { return false };
        let order = self.hub.lock();
        let channel = order.audience.topics(self.id).and_then(|topics| topics.find(name));
        let Some(source) = channel.and_then(|channel| source_of(&order.audience, channel)) else {
            return false;
        };
        let is_partial = order.log.is_partial(source.history());
        if is_partial {
            let subject = match source {
                Source::Channel(_) => subject::of_topic(broker, name),
                Source::Pattern(..) => subject::of_all_topics(broker),
            };
            backplane.load(&subject, request);
        }
        is_partial
    }

    /// The minted id of this process's latest event, if the topic or the patterns mint ids.
    pub fn minted_id(&self, name: &str) -> Option<String> {
        let order = self.hub.lock();
        let channel = order.audience.topics(self.id)?.find(name);
        let mints = order.log.mints_for_topic(self.id, channel);
        mints.then(|| order.log.id_of(order.log.last())).flatten()
    }

    fn check_target(&self, name: &str) -> Result<(), Error> {
        match self.options.is_pattern(name)? {
            true => Err(Error::Topic("events are sent to one topic, without wildcards")),
            false => Ok(()),
        }
    }

    /// The subscribers that get an event to a topic, or those of a pattern, in the order of their
    /// ids.
    pub fn subscribers(&self, name: &str) -> Result<Vec<ConnectionId>, Error> {
        let is_pattern = self.options.is_pattern(name)?;
        Ok(self.hub.lock().audience.subscribers(self.id, name, is_pattern))
    }

    pub fn exists(&self, name: &str) -> bool {
        let order = self.hub.lock();
        order.audience.topics(self.id).is_some_and(|topics| topics.find(name).is_some())
    }

    /// The names of topics and patterns that have subscribers.
    pub fn names(&self) -> Vec<Arc<str>> {
        self.hub.lock().audience.names(self.id)
    }

    /// Removes every client and discards all histories.
    pub fn close(&self) {
        self.hub.lock().close_topics(self.id);
        if let Some(Shared { backplane, broker }) = &self.shared {
            let Self { id: topics, has_field, .. } = *self;
            let everyone = Follower::Everyone(topics);
            backplane.follows.remove(&subject::of_everyone(broker), everyone);
            let all = Follower::AllTopics { topics, has_field };
            backplane.follows.remove(&subject::of_all_topics(broker), all);
        }
    }
}

impl Drop for Topics {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests;
