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

use crate::channel::{Channel, ChannelOptions, Joined, Keeper, Reach};
use crate::connection::{Connection, ConnectionId};
use crate::error::Error;
use crate::event::Event;
use crate::history::Limits;
use crate::hub::Hub;
use crate::store::Store;

mod log;
mod patterns;
mod reaches;

use log::Log;
use patterns::{Patterns, is_pattern};
use reaches::Reaches;

/// Bytes of a name: clients choose them.
const MAX_NAME: usize = 1024;

#[derive(Clone, Copy, Debug)]
pub struct TopicsOptions {
    /// Whether `*` and `>` stand for tokens of a name.
    pub wildcards: bool,
    /// How many patterns a client may be subscribed to: each of them may match every event.
    pub max_patterns: usize,
    /// Of topics that come into being.
    pub topic: ChannelOptions,
    /// Of the history that all patterns share.
    pub pattern_history: Limits,
}

/// Of patterns and of everybody.
const WITHOUT_HISTORY: ChannelOptions = ChannelOptions {
    history: Limits { size: 0, bytes: 0, age: None },
    empty_timeout: None,
    keeper: Keeper::Members,
};

struct Client {
    connection: Arc<Connection>,
    patterns: usize,
}

pub struct Topics {
    hub: Arc<Hub>,
    options: TopicsOptions,
    clients: Mutex<HashMap<ConnectionId, Client>>,
    /// A channel of all that are connected, as long as there are any.
    everyone: Mutex<Weak<Channel>>,
    channels: Arc<Store<Arc<str>>>,
    patterns: Arc<Mutex<Patterns>>,
    reaches: Mutex<Reaches>,
    /// Locked first: it orders events and those who join a pattern.
    log: Mutex<Log>,
}

impl Topics {
    pub fn new(hub: Arc<Hub>, options: TopicsOptions) -> Self {
        Self {
            hub,
            options,
            clients: Mutex::default(),
            everyone: Mutex::default(),
            channels: Arc::default(),
            patterns: Arc::default(),
            reaches: Mutex::default(),
            log: Mutex::new(Log::new(options.pattern_history)),
        }
    }

    /// Lets a connection subscribe, until [`Topics::disconnect`], and get what is broadcast.
    pub fn connect(&self, connection: &Arc<Connection>) -> Result<(), Error> {
        let client = Client { connection: connection.clone(), patterns: 0 };
        self.clients.lock().insert(connection.id, client);
        self.everyone().join(connection, None).map(|_| ())
    }

    /// It leaves its topics, and gets no broadcast any more.
    pub fn disconnect(&self, connection: ConnectionId) {
        let client = self.clients.lock().remove(&connection);
        if let Some(client) = client {
            client.connection.leave_topics();
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
        let Some((connection, patterns)) = self.find(connection) else {
            return Ok(Joined::Unchanged);
        };
        if is_pattern && patterns >= self.options.max_patterns && !self.is_subscribed(&connection, name) {
            return Err(Error::PatternLimit(self.options.max_patterns));
        }
        if is_pattern {
            return self.subscribe_to_pattern(&connection, name, cursor);
        }
        let channel = self.channels.get_or_insert(name, || {
            let options = options.unwrap_or(self.options.topic);
            self.hub.channel(ChannelOptions { keeper: Keeper::Members, ..options })
        });
        channel.join(&connection, cursor)
    }

    fn subscribe_to_pattern(
        &self,
        connection: &Arc<Connection>,
        pattern: &str,
        cursor: Option<&str>,
    ) -> Result<Joined, Error> {
        let mut log = self.log.lock();
        log.in_use = true;
        let mut is_new = false;
        let channel = self.channels.get_or_insert(pattern, || {
            is_new = true;
            self.hub.channel(WITHOUT_HISTORY)
        });
        if is_new {
            self.index(pattern, &channel);
        }
        let joined = channel.join_with(connection, |_| match cursor {
            Some(id) => log.after(id, pattern),
            None => Some(Vec::new()),
        })?;
        if joined != Joined::Unchanged {
            self.count_patterns(connection.id, |patterns| patterns + 1);
        }
        Ok(joined)
    }

    /// False when it was not subscribed.
    pub fn unsubscribe(&self, connection: ConnectionId, name: &str) -> bool {
        let (channel, client) = (self.channels.get(name), self.find(connection));
        let left = channel.zip(client).is_some_and(|(channel, (client, _))| channel.leave(&client));
        if left && self.is_pattern(name) == Ok(true) {
            self.count_patterns(connection, |patterns| patterns.saturating_sub(1));
        }
        left
    }

    /// How many are connected, each of which gets it.
    pub fn broadcast(&self, event: &Event) -> Result<usize, Error> {
        let everyone = self.everyone.lock().upgrade();
        match everyone {
            Some(channel) => channel.send(std::slice::from_ref(event)),
            None => event.encode().map(|_| 0),
        }
    }

    /// How many subscribers get it, each once.
    pub fn publish(&self, name: &str, event: &Event) -> Result<usize, Error> {
        if self.is_pattern(name)? {
            return Err(Error::Topic("an event is sent to one topic, and this name has wildcards"));
        }
        let topic = self.channels.get(name);
        if !self.log.lock().in_use {
            return match topic {
                Some(topic) => topic.send(std::slice::from_ref(event)),
                None => event.encode().map(|_| 0),
            };
        }
        let frame = event.encode()?;
        // Before any lock, which the shards need to make room.
        self.hub.wait_for_room();
        let mut log = self.log.lock();
        log.push(name, event, &frame);
        let changes = self.hub.membership_changes();
        let find = || Reach::of(&self.matching(name));
        let reach = self.reaches.lock().get(name, changes, find);
        let deliver = || self.hub.multicast(&reach, &frame);
        match topic {
            Some(topic) => topic.keep(event, &frame, deliver),
            None => deliver(),
        }
        Ok(reach.members())
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
        self.log.lock().clear();
        self.clients.lock().clear();
        let everyone = std::mem::take(&mut *self.everyone.lock()).upgrade();
        for channel in self.channels.channels().into_iter().chain(everyone) {
            channel.close();
        }
    }

    fn everyone(&self) -> Arc<Channel> {
        let mut everyone = self.everyone.lock();
        everyone.upgrade().unwrap_or_else(|| {
            let channel = self.hub.uncounted_channel(WITHOUT_HISTORY);
            *everyone = Arc::downgrade(&channel);
            channel
        })
    }

    /// A client's connection, and how many patterns it is subscribed to.
    fn find(&self, id: ConnectionId) -> Option<(Arc<Connection>, usize)> {
        let clients = self.clients.lock();
        clients.get(&id).map(|client| (client.connection.clone(), client.patterns))
    }

    fn is_subscribed(&self, connection: &Connection, name: &str) -> bool {
        self.channels.get(name).is_some_and(|channel| channel.has(connection.id))
    }

    fn count_patterns(&self, id: ConnectionId, change: impl FnOnce(usize) -> usize) {
        if let Some(client) = self.clients.lock().get_mut(&id) {
            client.patterns = change(client.patterns);
        }
    }

    fn is_pattern(&self, name: &str) -> Result<bool, Error> {
        match name {
            "" => Err(Error::Topic("its name is empty")),
            _ if name.len() > MAX_NAME => Err(Error::Topic("its name has more than 1,024 bytes")),
            _ if self.options.wildcards => is_pattern(name),
            _ => Ok(false),
        }
    }

    fn matching(&self, name: &str) -> Vec<Arc<Channel>> {
        let mut channels: Vec<_> = self.channels.get(name).into_iter().collect();
        if self.options.wildcards {
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
