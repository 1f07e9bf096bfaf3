//! A channel in the table: its members, and since when it has been empty.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::ids::{ConnectionId, IdSet, TopicsId};

/// Decides when a channel closes.
#[derive(Clone, Debug)]
pub enum Keeper {
    /// The host. Notices report members that leave, and a channel that stays empty for its timeout.
    Host,
    /// Its members: it closes when the last one leaves or, with a history, `empty_timeout` later.
    Topic { topics: TopicsId, name: Arc<str>, is_pattern: bool },
    /// The set of topics whose clients are its members.
    Topics,
}

pub struct Channel {
    pub keeper: Keeper,
    /// A name from the host, shown by tools.
    pub label: Option<Box<str>>,
    pub empty_timeout: Option<Duration>,
    pub empty_since: Instant,
    /// See [`super::Audience::keep_idle`].
    pub(super) is_idle: bool,
    /// Whether a timer is running that checks `empty_since`.
    pub timer_runs: bool,
    /// In the order they joined, until a member leaves.
    members: IdSet<ConnectionId>,
    /// The number of members in each shard.
    by_shard: Box<[usize]>,
}

impl Channel {
    pub fn new(empty_timeout: Option<Duration>, keeper: Keeper, shards: usize) -> Self {
        Self {
            keeper,
            label: None,
            empty_timeout,
            empty_since: Instant::now(),
            is_idle: false,
            timer_runs: false,
            members: IdSet::default(),
            by_shard: vec![0; shards].into(),
        }
    }

    pub fn count(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn has(&self, connection: ConnectionId) -> bool {
        self.members.contains(&connection)
    }

    pub fn members(&self) -> impl Iterator<Item = ConnectionId> + '_ {
        self.members.iter().copied()
    }

    /// Whether each shard has members.
    pub fn shards(&self) -> impl Iterator<Item = bool> + '_ {
        self.by_shard.iter().map(|members| *members > 0)
    }

    pub(super) fn insert(&mut self, connection: ConnectionId) {
        if self.members.insert(connection) {
            self.by_shard[connection.shard(self.by_shard.len())] += 1;
        }
    }

    pub(super) fn remove(&mut self, connection: ConnectionId) {
        if self.members.swap_remove(&connection) {
            self.by_shard[connection.shard(self.by_shard.len())] -= 1;
            if self.is_empty() {
                self.empty_since = Instant::now();
            }
        }
    }
}
