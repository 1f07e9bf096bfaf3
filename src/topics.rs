//! Topics by name.
//!
//! - A topic is a channel that its members keep: it comes into being with the first, and goes with the last, or somewhat later
//!   when it has something to replay.
//! - With wildcards, subscribers of a pattern have a channel of their own. A name costs one look-up as long as no pattern
//!   matches it.
//! - Subscribers are named by their ids. In a crowd a look-up here leads through less cold memory than a handle of the host's.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::channel::{Channel, ChannelOptions, Joined, Keeper, multicast};
use crate::connection::{Connection, ConnectionId};
use crate::error::Error;
use crate::event::Event;
use crate::history::Limits;
use crate::hub::Hub;
use crate::store::Store;

mod patterns;

use patterns::{Patterns, is_pattern};

/// Bytes of a name: clients choose them.
const MAX_NAME: usize = 1024;

pub struct Topics {
    hub: Arc<Hub>,
    wildcards: bool,
    options: ChannelOptions,
    connections: Mutex<HashMap<ConnectionId, Arc<Connection>>>,
    /// A channel of all that are connected, as long as there are any.
    everyone: Mutex<Weak<Channel>>,
    channels: Arc<Store<Arc<str>>>,
    patterns: Arc<Mutex<Patterns>>,
}

impl Topics {
    /// `wildcards`: whether `*` and `>` stand for tokens of a name. The options are those of topics that come into being.
    pub fn new(hub: Arc<Hub>, wildcards: bool, options: ChannelOptions) -> Self {
        let (connections, everyone) = (Mutex::default(), Mutex::default());
        let (channels, patterns) = (Arc::default(), Arc::default());
        Self { hub, wildcards, options, connections, everyone, channels, patterns }
    }

    /// Lets a connection subscribe, until [`Topics::disconnect`], and get what is broadcast.
    pub fn connect(&self, connection: &Arc<Connection>) -> Result<(), Error> {
        self.connections.lock().insert(connection.id, connection.clone());
        self.everyone().join(connection, None).map(|_| ())
    }

    /// It leaves its topics, and gets no broadcast any more.
    pub fn disconnect(&self, connection: ConnectionId) {
        let connection = self.connections.lock().remove(&connection);
        if let Some(connection) = connection {
            connection.leave_topics();
        }
    }

    /// Whether a name is one; an error that says why not.
    pub fn check(&self, name: &str) -> Result<(), Error> {
        self.is_pattern(name).map(|_| ())
    }

    /// `options`: what is to be said of this topic, if it comes into being.
    pub fn subscribe(
        &self,
        connection: ConnectionId,
        name: &str,
        cursor: Option<&str>,
        options: Option<ChannelOptions>,
    ) -> Result<Joined, Error> {
        let is_pattern = self.is_pattern(name)?;
        let Some(connection) = self.connection(connection) else { return Ok(Joined::Unchanged) };
        let mut is_new = false;
        let channel = self.channels.get_or_insert(name, || {
            is_new = true;
            self.hub.channel(ChannelOptions { keeper: Keeper::Members, ..options.unwrap_or(self.options) })
        });
        if is_new && is_pattern {
            self.index(name, &channel);
        }
        channel.join(&connection, cursor)
    }

    /// False when it was not subscribed.
    pub fn unsubscribe(&self, connection: ConnectionId, name: &str) -> bool {
        let (channel, connection) = (self.channels.get(name), self.connection(connection));
        channel.zip(connection).is_some_and(|(channel, connection)| channel.leave(&connection))
    }

    /// How many are connected, each of which gets it.
    pub fn broadcast(&self, event: &Event) -> Result<usize, Error> {
        multicast(self.everyone.lock().upgrade().into_iter().collect(), event)
    }

    /// How many subscribers get it, each once.
    pub fn publish(&self, name: &str, event: &Event) -> Result<usize, Error> {
        if self.is_pattern(name)? {
            return Err(Error::Topic("an event is sent to one topic, and this name has wildcards"));
        }
        multicast(self.matching(name), event)
    }

    /// Who gets what is sent to that topic, or is subscribed to that pattern; in the order of their ids.
    pub fn subscribers(&self, name: &str) -> Result<Vec<ConnectionId>, Error> {
        let channels = match self.is_pattern(name)? {
            true => self.channels.get(name).into_iter().collect(),
            false => self.matching(name),
        };
        let mut ids: Vec<_> = channels.iter().flat_map(|channel| channel.members()).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    pub fn exists(&self, name: &str) -> bool {
        self.channels.get(name).is_some()
    }

    /// Those that have subscribers.
    pub fn names(&self) -> Vec<Arc<str>> {
        let entries = self.channels.entries();
        entries.into_iter().filter(|(_, channel)| channel.count() > 0).map(|(name, _)| name).collect()
    }

    /// Lets everybody go and forgets all histories.
    pub fn close(&self) {
        self.connections.lock().clear();
        let everyone = std::mem::take(&mut *self.everyone.lock()).upgrade();
        for channel in self.channels.channels().into_iter().chain(everyone) {
            channel.close();
        }
    }

    fn everyone(&self) -> Arc<Channel> {
        let mut everyone = self.everyone.lock();
        everyone.upgrade().unwrap_or_else(|| {
            let channel = self.hub.uncounted_channel(ChannelOptions {
                history: Limits { size: 0, bytes: 0, age: None },
                empty_timeout: None,
                keeper: Keeper::Members,
            });
            *everyone = Arc::downgrade(&channel);
            channel
        })
    }

    fn connection(&self, id: ConnectionId) -> Option<Arc<Connection>> {
        self.connections.lock().get(&id).cloned()
    }

    fn is_pattern(&self, name: &str) -> Result<bool, Error> {
        match name {
            "" => Err(Error::Topic("its name is empty")),
            _ if name.len() > MAX_NAME => Err(Error::Topic("its name has more than 1,024 bytes")),
            _ if self.wildcards => is_pattern(name),
            _ => Ok(false),
        }
    }

    fn matching(&self, name: &str) -> Vec<Arc<Channel>> {
        let mut channels: Vec<_> = self.channels.get(name).into_iter().collect();
        if self.wildcards {
            self.patterns.lock().matching(name, &mut channels);
        }
        channels
    }

    fn index(&self, name: &str, channel: &Arc<Channel>) {
        self.patterns.lock().insert(name, channel);
        let patterns = Arc::downgrade(&self.patterns);
        let closed = Arc::downgrade(channel);
        let name: Arc<str> = name.into();
        channel.when_closed(move || {
            if let Some(patterns) = patterns.upgrade() {
                patterns.lock().remove(&name, &closed);
            }
        });
    }
}

#[cfg(test)]
mod tests;
