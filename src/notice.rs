//! Notices to the host, in batches.
//!
//! - A shard posts the notices of one turn. The host is woken if the outbox was empty before.
//! - Bounded by the number of connections: each closes once and has at most one write in flight.
//!   The host starts each drain, and each drain ends once.

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
    /// The timeout has passed, and the host wants to decide what happens.
    TimedOut(ConnectionId),
    /// A blocked queue is empty again.
    Drained(ConnectionId),
    /// A slow client misses events but stays connected.
    Gap { connection: ConnectionId, missing: Missing },
    /// The channel has been empty for its `emptyTimeout`. The host confirms with `close_if_empty`.
    Expired(ChannelId),
    /// The last event of the channel arrived from a backplane.
    Ended(ChannelId),
    /// Every connection of the drain is closed. `ended` counts those that the drain ended, and
    /// `destroyed` those that did not end in time. The rest closed for other reasons.
    DrainOver { drain: DrainId, connections: u32, ended: u32, destroyed: u32 },
    /// The outcome of a publication: its minted id, if it has one, or an error.
    Published { request: u32, result: Result<Option<String>, Error> },
    /// The histories that the host requested are loaded, as far as possible.
    Loaded { request: u32 },
    /// The engine became reachable or unreachable, with a reason.
    Backplane { backplane: BackplaneId, is_online: bool, reason: Option<String> },
    /// A backplane has messages for the host. Posted once until the host takes them.
    Mail(BackplaneId),
    /// An engine's thread calls the host, which takes the call and answers it.
    Asked { asker: BackplaneId, request: u32 },
    /// The same bytes for connections of the `stream` transport. The host answers with
    /// [`crate::hub::Hub::written`].
    Write { connections: Vec<ConnectionId>, bytes: Bytes },
}

/// The events that a client misses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// This many events were dropped from its queue.
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

/// A host that ignores notices, for tests and benches.
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

    /// Moves the notices out of `batch`.
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
