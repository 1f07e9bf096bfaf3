//! One order of events, joins and leaves.
//!
//! - Every change to the audience or the log happens under the one lock of [`Ordered`]. Live events
//!   therefore follow a replay without a gap or a repeat.
//! - Commands are pushed into the inboxes under the lock, in that order.
//! - Never wait for room in an inbox while holding the lock: a shard needs the lock to make room.

use std::sync::Arc;

use crate::audience::{Audience, Keeper};
use crate::ids::{ChannelId, ConnectionId, IdMap, Place, TopicsId};
use crate::log::{Log, Resume, Source};
use crate::shard::Inbox;
use crate::sync::{Mutex, MutexGuard};
use crate::wire::Frame;

/// Is notified of the topics of this process, if other processes publish to them too. It must not
/// lock.
pub trait FollowTopics: Send {
    fn opened(&self, name: &str);
    fn closed(&self, name: &str);
    /// A client has subscribed to a pattern, so every topic matters from now on.
    fn opened_all(&self);
}

pub struct Order {
    pub audience: Audience,
    pub log: Log,
    /// The followers of topics that other processes publish to.
    pub followers: IdMap<TopicsId, Box<dyn FollowTopics>>,
    /// The resumes of open connections that reconnected with a cursor.
    pub resumes: IdMap<ConnectionId, Resume>,
    /// The states of channels that connections get with [`Order::resume`].
    pub states: IdMap<ConnectionId, Vec<(Place, Frame)>>,
    pub inboxes: Arc<[Arc<Inbox>]>,
}

impl Order {
    pub fn inbox_of(&self, connection: ConnectionId) -> &Inbox {
        &self.inboxes[connection.shard(self.inboxes.len())]
    }
}

/// The source of a channel's events in the log.
pub fn source_of(audience: &Audience, channel: ChannelId) -> Option<Source<'_>> {
    Some(match &audience.channel(channel)?.keeper {
        Keeper::Topic { topics, name, is_pattern: true } => Source::Pattern(*topics, name),
        _ => Source::Channel(channel),
    })
}

pub struct Ordered(Mutex<Order>);

impl Ordered {
    pub fn new(inboxes: Arc<[Arc<Inbox>]>) -> Self {
        let audience = Audience::new(inboxes.len());
        let (log, followers, resumes, states) = Default::default();
        Self(Mutex::new(Order { audience, log, followers, resumes, states, inboxes }))
    }

    pub fn lock(&self) -> MutexGuard<'_, Order> {
        self.0.lock()
    }
}
