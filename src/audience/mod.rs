//! The receivers of events: channels, their members, and topics by name.
//!
//! - It is one table: a channel lists its members, and a connection lists its channels.
//! - Members leave only through [`Audience::leave`].
//! - It handles no events and sends nothing.

mod channel;
mod joined;
mod patterns;
mod reach;
mod topics;

use std::sync::Arc;
use std::time::Duration;

pub use channel::{Channel, Keeper};
pub use patterns::matches;
pub use reach::Reach;
pub use topics::{Topics, TopicsOptions};

use crate::connection::QueueGauge;
use crate::ids::{ChannelId, ConnectionId, IdMap, TopicsId};
use joined::Joined;

/// Limits the empty topics that are kept without events, because clients choose their names.
const MAX_IDLE: usize = 10_000;

pub struct Audience {
    shards: usize,
    channels: IdMap<ChannelId, Channel>,
    /// Every open connection.
    connections: IdMap<ConnectionId, Entry>,
    topics: IdMap<TopicsId, Topics>,
    /// The number of idle channels.
    idle: usize,
    /// Counts changes of the members of any channel.
    changes: u64,
    next_channel: u64,
    next_topics: u64,
}

struct Entry {
    joined: Joined,
    gauge: Arc<QueueGauge>,
}

impl Audience {
    pub fn new(shards: usize) -> Self {
        Self {
            shards,
            channels: IdMap::default(),
            connections: IdMap::default(),
            topics: IdMap::default(),
            idle: 0,
            changes: 0,
            next_channel: 0,
            next_topics: 0,
        }
    }

    /// Allows the connection to join channels.
    pub fn open(&mut self, connection: ConnectionId, gauge: Arc<QueueGauge>) {
        self.connections.insert(connection, Entry { joined: Joined::default(), gauge });
    }

    /// The gauge of an open connection.
    pub fn gauge(&self, connection: ConnectionId) -> Option<&Arc<QueueGauge>> {
        self.connections.get(&connection).map(|entry| &entry.gauge)
    }

    pub fn is_open(&self, connection: ConnectionId) -> bool {
        self.connections.contains_key(&connection)
    }

    pub fn create(&mut self, empty_timeout: Option<Duration>, keeper: Keeper) -> ChannelId {
        let id = ChannelId(self.next_channel);
        self.next_channel += 1;
        self.channels.insert(id, Channel::new(empty_timeout, keeper, self.shards));
        id
    }

    pub fn channel(&self, channel: ChannelId) -> Option<&Channel> {
        self.channels.get(&channel)
    }

    pub fn channel_mut(&mut self, channel: ChannelId) -> Option<&mut Channel> {
        self.channels.get_mut(&channel)
    }

    /// The number of channels that the host and clients have created.
    pub fn count(&self) -> usize {
        // Each set of topics has one more channel, which holds all its clients.
        self.channels.len() - self.topics.len()
    }

    /// All channels, in no particular order.
    pub fn channels(&self) -> impl Iterator<Item = (ChannelId, &Channel)> {
        self.channels.iter().map(|(id, channel)| (*id, channel))
    }

    /// Returns false if the connection is already a member, or if either of them is closed.
    pub fn join(&mut self, connection: ConnectionId, channel: ChannelId) -> bool {
        let Some(entry) = self.channels.get_mut(&channel) else { return false };
        let Some(Entry { joined, .. }) = self.connections.get_mut(&connection) else {
            return false;
        };
        if !joined.insert(channel) {
            return false;
        }
        entry.insert(connection);
        if std::mem::take(&mut entry.is_idle) {
            self.idle -= 1;
        }
        self.changes += 1;
        true
    }

    /// Returns false if the connection was not a member.
    pub fn leave(&mut self, connection: ConnectionId, channel: ChannelId) -> bool {
        let entry = self.connections.get_mut(&connection);
        if !entry.is_some_and(|entry| entry.joined.remove(channel)) {
            return false;
        }
        if let Some(entry) = self.channels.get_mut(&channel) {
            entry.remove(connection);
            if let Keeper::Topic { topics, is_pattern: true, .. } = entry.keeper {
                self.count_pattern(topics, connection, false);
            }
        }
        self.changes += 1;
        true
    }

    /// All open connections.
    pub fn connections(&self) -> Vec<ConnectionId> {
        self.connections.keys().copied().collect()
    }

    pub fn channels_of(&self, connection: ConnectionId) -> Vec<ChannelId> {
        let entry = self.connections.get(&connection);
        entry.map(|entry| entry.joined.all()).unwrap_or_default()
    }

    /// Removes a connection that has left its channels. It cannot join any after that.
    pub fn forget(&mut self, connection: ConnectionId) {
        self.connections.remove(&connection);
    }

    /// Removes a channel and returns its former members.
    pub fn close(&mut self, channel: ChannelId) -> Option<Vec<ConnectionId>> {
        let members: Vec<_> = self.channels.get(&channel)?.members().collect();
        for member in &members {
            self.leave(*member, channel);
        }
        let entry = self.channels.remove(&channel)?;
        if entry.is_idle {
            self.idle -= 1;
        }
        if let Keeper::Topic { topics, name, is_pattern } = entry.keeper {
            self.forget_name(topics, &name, is_pattern);
        }
        Some(members)
    }

    /// Marks an empty channel without events as idle. Former members may reconnect and get events
    /// that are published meanwhile. Returns false if too many channels are idle.
    pub fn keep_idle(&mut self, channel: ChannelId) -> bool {
        let Some(entry) = self.channels.get_mut(&channel) else { return false };
        if !entry.is_idle && self.idle < MAX_IDLE {
            entry.is_idle = true;
            self.idle += 1;
        }
        entry.is_idle
    }

    pub fn ids(&self) -> Vec<ChannelId> {
        self.channels.keys().copied().collect()
    }
}
