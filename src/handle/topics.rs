//! A host's handle of a broker's topics, which close when the handle is dropped.

use std::sync::Arc;

use super::Connection;
use crate::audience::TopicsOptions;
use crate::error::Error;
use crate::hub::Hub;
use crate::ids::{ConnectionId, TopicsId};
use crate::log::HistoryOptions;
use crate::membership::{ChannelOptions, JoinOutcome};
use crate::publish::Target;
use crate::wire::Event;

pub struct Topics {
    id: TopicsId,
    hub: Arc<Hub>,
    options: TopicsOptions,
    /// What a topic is created with, unless its subscriber says otherwise.
    topic: ChannelOptions,
    /// The history that all patterns share.
    pattern_history: HistoryOptions,
    /// Whether events say which topic they were sent to.
    has_field: bool,
}

impl Topics {
    pub fn create(
        hub: &Arc<Hub>,
        options: TopicsOptions,
        topic: ChannelOptions,
        pattern_history: HistoryOptions,
    ) -> Self {
        let id = hub.lock().create_topics(options);
        Self { id, hub: hub.clone(), options, topic, pattern_history, has_field: false }
    }

    /// Says whether events say which topic they were sent to.
    pub fn with_field(mut self, has_field: bool) -> Self {
        self.has_field = has_field;
        self
    }

    /// Lets a connection subscribe, until [`Topics::disconnect`], and get broadcasts.
    pub fn connect(&self, connection: &Connection) {
        self.hub.inbox_of(connection.id).wait_for_room();
        self.hub.lock().connect(connection.id, self.id);
    }

    /// The client leaves its topics and gets no more broadcasts.
    pub fn disconnect(&self, connection: ConnectionId) {
        self.hub.lock().disconnect(connection, self.id);
    }

    /// Throws unless the name is valid.
    pub fn check(&self, name: &str) -> Result<(), Error> {
        self.options.is_pattern(name).map(|_| ())
    }

    /// `options` are those of this topic, if it is created.
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

    /// False when it was not subscribed.
    pub fn unsubscribe(&self, connection: ConnectionId, name: &str) -> bool {
        let mut order = self.hub.lock();
        let channel = order.audience.topics(self.id).and_then(|topics| topics.find(name));
        channel.is_some_and(|channel| order.leave(connection, channel))
    }

    /// Sends to every client and returns how many there are.
    pub fn broadcast(&self, event: &Event) -> Result<usize, Error> {
        self.hub.publish(Target::Everyone(self.id), std::slice::from_ref(event))
    }

    /// Sends to a topic and returns how many subscribers get it, each once.
    pub fn publish(&self, name: String, mut event: Event) -> Result<usize, Error> {
        if self.options.is_pattern(&name)? {
            return Err(Error::Topic("events are sent to one topic, without wildcards"));
        }
        if !self.has_field {
            return self.publish_to(&name, &event);
        }
        // Moved, not copied.
        event.topic = Some(name);
        self.publish_to(event.topic.as_deref().unwrap_or_default(), &event)
    }

    fn publish_to(&self, name: &str, event: &Event) -> Result<usize, Error> {
        self.hub.publish(Target::Topic(self.id, name), std::slice::from_ref(event))
    }

    /// Who gets an event to that topic, or is subscribed to that pattern, in the order of ids.
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

    /// Lets every client go and forgets all histories.
    pub fn close(&self) {
        self.hub.lock().close_topics(self.id);
    }
}

impl Drop for Topics {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests;
