//! What the host is told, in batches.
//!
//! - A shard posts the notices of one turn. The host is woken if the outbox was empty before.
//! - Bounded by the number of connections: each closes once and has at most one write in flight.
//!   The host asks for each drain, which is over once.

use std::sync::Arc;

use bytes::Bytes;

use crate::connection::CloseReason;
use crate::error::Error;
use crate::ids::{BackplaneId, ChannelId, ConnectionId, DrainId};
use crate::sync::Mutex;

#[derive(Debug)]
pub enum Notice {
    /// The connection is closed and has left these channels, which belong to the host.
    Closed { connection: ConnectionId, reason: CloseReason, left: Vec<ChannelId> },
    /// The timeout has passed, and the host asked to decide what happens.
    TimedOut(ConnectionId),
    /// A queue that was blocked is empty again.
    Drained(ConnectionId),
    /// A client that is too slow misses events, and still has its connection.
    Gap { connection: ConnectionId, missing: Missing },
    /// The channel has been empty for its `emptyTimeout`; the host confirms with `close_if_empty`.
    Expired(ChannelId),
    /// The last event of the channel has come from a backplane.
    Ended(ChannelId),
    /// Every connection of the drain is closed. `ended`: those that it ended; `destroyed`: those
    /// that did not end in time. The others were closed for other reasons.
    DrainOver { drain: DrainId, connections: u32, ended: u32, destroyed: u32 },
    /// What became of a publication: its id, if it has a minted one, or why it failed.
    Published { request: u32, result: Result<Option<String>, Error> },
    /// The histories that the host has asked for are complete, or as complete as they get.
    Loaded { request: u32 },
    /// The engine can be reached, or not any more, for a reason.
    Backplane { backplane: BackplaneId, is_online: bool, reason: Option<String> },
    /// The host has messages to take from a backplane. Posted once until it does.
    Mail(BackplaneId),
    /// An engine's thread asks for something. The host takes the call, and answers.
    Asked { asker: BackplaneId, request: u32 },
    /// The same bytes for connections of the `stream` transport. The host answers with
    /// [`crate::hub::Hub::written`].
    Write { connections: Vec<ConnectionId>, bytes: Bytes },
}

/// What a client misses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// So many events were dropped from its queue.
    Events(u64),
    /// Events of a channel are no longer kept.
    Channel(ChannelId),
    /// Events of a topic, or of topics that match a pattern, are no longer kept.
    Topic(Arc<str>),
}

/// The program that embeds the core.
pub trait Host: Send + Sync {
    /// Called from any thread when there are notices to take.
    fn wake(&self);
}

/// A host that is not interested, for tests and benches.
#[cfg(any(test, feature = "bench"))]
pub struct NoHost;

#[cfg(any(test, feature = "bench"))]
impl Host for NoHost {
    fn wake(&self) {}
}

pub struct Outbox {
    notices: Mutex<Vec<Notice>>,
    host: Box<dyn Host>,
}

impl Outbox {
    pub fn new(host: Box<dyn Host>) -> Self {
        Self { notices: Mutex::default(), host }
    }

    /// Takes the notices out of `batch` and leaves it empty.
    pub fn post(&self, batch: &mut Vec<Notice>) {
        if batch.is_empty() {
            return;
        }
        let was_empty = {
            let mut notices = self.notices.lock();
            let was_empty = notices.is_empty();
            notices.append(batch);
            was_empty
        };
        if was_empty {
            self.host.wake();
        }
    }

    pub fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.notices.lock())
    }
}
