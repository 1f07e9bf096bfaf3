//! Topics by name: the channels of one broker.
//!
//! - The first subscriber creates a topic. With wildcards, each pattern has its own channel.
//! - The reach of a name is cached until the members of any channel change.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::patterns::{Patterns, is_pattern};
use super::{Audience, Keeper, Reach};
use crate::error::Error;
use crate::ids::{ChannelId, ConnectionId, IdMap, TopicsId};

/// Limits the bytes of a name, because clients choose names.
const MAX_NAME: usize = 1024;
/// Limits the names whose reach is cached, because publishers choose names.
const MAX_REACHES: usize = 1024;

#[derive(Clone, Copy, Debug)]
pub struct TopicsOptions {
    /// Whether `*` and `>` are wildcards.
    pub wildcards: bool,
    /// The maximum number of patterns for each client.
    pub max_patterns: usize,
    /// The maximum number of topics and patterns in total. Clients choose their names.
    pub max_topics: usize,
}

impl TopicsOptions {
    /// Whether a name is a pattern. Returns an error if the name is invalid.
    pub fn is_pattern(&self, name: &str) -> Result<bool, Error> {
        match name {
            "" => Err(Error::Topic("its name is empty")),
            _ if name.len() > MAX_NAME => Err(Error::Topic("its name has more than 1,024 bytes")),
            _ if self.wildcards => is_pattern(name),
            _ => Ok(false),
        }
    }
}

pub struct Topics {
    options: TopicsOptions,
    /// The channels of topics and patterns.
    names: HashMap<Arc<str>, ChannelId>,
    patterns: Patterns,
    /// The channel of all clients.
    everyone: ChannelId,
    /// The number of patterns that each client is subscribed to.
    clients: IdMap<ConnectionId, usize>,
    reaches: HashMap<Box<str>, Arc<Reach>>,
    /// The audience's count of changes when the first reach was cached.
    reaches_since: u64,
}

impl Topics {
    pub fn everyone(&self) -> ChannelId {
        self.everyone
    }

    pub fn find(&self, name: &str) -> Option<ChannelId> {
        self.names.get(name).copied()
    }

    pub fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    pub fn channels(&self) -> Vec<ChannelId> {
        self.names.values().copied().collect()
    }

    pub fn has_client(&self, connection: ConnectionId) -> bool {
        self.clients.contains_key(&connection)
    }

    /// The channels that receive an event to a topic.
    fn matching(&self, name: &str) -> Vec<ChannelId> {
        let mut channels: Vec<_> = self.find(name).into_iter().collect();
        if self.options.wildcards {
            self.patterns.matching(name, &mut channels);
        }
        channels
    }
}

impl Audience {
    pub fn create_topics(&mut self, options: TopicsOptions) -> TopicsId {
        let id = TopicsId(self.next_topics);
        self.next_topics += 1;
        let everyone = self.create(None, Keeper::Topics);
        let topics = Topics {
            options,
            names: HashMap::new(),
            patterns: Patterns::default(),
            everyone,
            clients: IdMap::default(),
            reaches: HashMap::new(),
            reaches_since: 0,
        };
        self.topics.insert(id, topics);
        id
    }

    pub fn topics(&self, topics: TopicsId) -> Option<&Topics> {
        self.topics.get(&topics)
    }

    /// Removes a set of topics. Close its channels first.
    pub fn close_topics(&mut self, topics: TopicsId) {
        if let Some(topics) = self.topics.remove(&topics) {
            self.close(topics.everyone);
        }
    }

    /// Allows a connection to subscribe until [`Audience::disconnect`]. Returns the channel that
    /// the connection joined, or `None` if the topics or the connection are closed.
    pub fn connect(&mut self, topics: TopicsId, connection: ConnectionId) -> Option<ChannelId> {
        let entry = self.topics.get_mut(&topics)?;
        entry.clients.insert(connection, 0);
        let everyone = entry.everyone;
        self.join(connection, everyone).then_some(everyone)
    }

    /// Returns the channels that the client must leave.
    pub fn disconnect(&mut self, topics: TopicsId, connection: ConnectionId) -> Vec<ChannelId> {
        let entry = self.topics.get_mut(&topics);
        if entry.and_then(|entry| entry.clients.remove(&connection)).is_none() {
            return Vec::new();
        }
        let mut channels = self.channels_of(connection);
        channels.retain(|id| match self.channel(*id).map(|channel| &channel.keeper) {
            Some(Keeper::Topic { topics: of, .. }) => *of == topics,
            Some(Keeper::Topics) => {
                self.topics(topics).is_some_and(|topics| topics.everyone == *id)
            }
            _ => false,
        });
        channels
    }

    /// The channel of a topic or a pattern, and whether this call created it.
    pub fn find_or_create(
        &mut self,
        topics: TopicsId,
        name: &str,
        empty_timeout: Option<Duration>,
    ) -> Option<(ChannelId, bool)> {
        let entry = self.topics.get(&topics)?;
        if let Some(channel) = entry.find(name) {
            return Some((channel, false));
        }
        let is_pattern = entry.options.is_pattern(name) == Ok(true);
        let name: Arc<str> = name.into();
        let keeper = Keeper::Topic { topics, name: name.clone(), is_pattern };
        let channel = self.create(empty_timeout, keeper);
        let entry = self.topics.get_mut(&topics)?;
        if is_pattern {
            entry.patterns.insert(&name, channel);
        }
        entry.names.insert(name, channel);
        Some((channel, true))
    }

    /// Returns an error if one more pattern exceeds the limit of a client.
    pub fn check_patterns(&self, topics: TopicsId, connection: ConnectionId) -> Result<(), Error> {
        let Some(entry) = self.topics.get(&topics) else { return Ok(()) };
        match entry.clients.get(&connection) {
            Some(patterns) if *patterns >= entry.options.max_patterns => {
                Err(Error::PatternLimit(entry.options.max_patterns))
            }
            _ => Ok(()),
        }
    }

    /// Returns an error if a new topic or pattern exceeds the limit. Existing names always pass.
    pub fn check_names(&self, topics: TopicsId, name: &str) -> Result<(), Error> {
        match self.topics.get(&topics) {
            Some(entry)
                if entry.names.len() >= entry.options.max_topics
                    && !entry.names.contains_key(name) =>
            {
                Err(Error::TopicsFull)
            }
            _ => Ok(()),
        }
    }

    pub fn count_pattern(&mut self, topics: TopicsId, connection: ConnectionId, joined: bool) {
        let entry = self.topics.get_mut(&topics);
        if let Some(patterns) = entry.and_then(|entry| entry.clients.get_mut(&connection)) {
            *patterns = if joined { *patterns + 1 } else { patterns.saturating_sub(1) };
        }
    }

    /// The channels and members that an event to a topic reaches.
    pub fn reach(&mut self, topics: TopicsId, name: &str) -> Option<Arc<Reach>> {
        let changes = self.changes;
        let entry = self.topics.get_mut(&topics)?;
        if entry.reaches_since != changes || entry.reaches.len() >= MAX_REACHES {
            entry.reaches.clear();
            entry.reaches_since = changes;
        }
        if let Some(reach) = entry.reaches.get(name) {
            return Some(reach.clone());
        }
        let matching = entry.matching(name);
        let channels = matching.iter().filter_map(|id| Some((*id, self.channels.get(id)?)));
        let reach = Arc::new(Reach::of(channels));
        entry.reaches.insert(name.into(), reach.clone());
        Some(reach)
    }

    /// The subscribers that get an event to a topic, or those of a pattern, in the order of their
    /// ids.
    pub fn subscribers(&self, topics: TopicsId, name: &str, is_pattern: bool) -> Vec<ConnectionId> {
        let Some(entry) = self.topics.get(&topics) else { return Vec::new() };
        let channels = match is_pattern {
            true => entry.find(name).into_iter().collect(),
            false => entry.matching(name),
        };
        let channels = channels.iter().filter_map(|id| self.channels.get(id));
        let mut ids: Vec<_> = channels.flat_map(|channel| channel.members()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The names of topics and patterns that have subscribers.
    pub fn names(&self, topics: TopicsId) -> Vec<Arc<str>> {
        let Some(entry) = self.topics.get(&topics) else { return Vec::new() };
        let has_members = |id| self.channels.get(id).is_some_and(|channel| !channel.is_empty());
        let used = entry.names.iter().filter(|(_, id)| has_members(id));
        used.map(|(name, _)| name.clone()).collect()
    }

    /// The patterns that have subscribers, and the subscribers of each.
    pub fn patterns(&self, topics: TopicsId) -> Vec<(Arc<str>, Vec<ConnectionId>)> {
        let Some(entry) = self.topics.get(&topics) else { return Vec::new() };
        let channels = entry.names.iter().filter_map(|(name, id)| {
            let channel = self.channels.get(id)?;
            let is_pattern = matches!(channel.keeper, Keeper::Topic { is_pattern: true, .. });
            is_pattern.then(|| (name.clone(), channel.members().collect()))
        });
        channels.collect()
    }

    pub(super) fn forget_name(&mut self, topics: TopicsId, name: &str, is_pattern: bool) {
        let Some(entry) = self.topics.get_mut(&topics) else { return };
        entry.names.remove(name);
        if is_pattern {
            entry.patterns.remove(name);
        }
    }
}
