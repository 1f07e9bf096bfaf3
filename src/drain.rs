//! A drain ends connections over a time window, so that their clients do not all come back at once.
//!
//! - Each connection has an end and a `retry` of its own.
//! - A drain is over, and the host is told, when nothing holds it any more. A connection that
//!   cannot end in time is destroyed.

use std::hash::{BuildHasher, RandomState};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use crate::ids::{ConnectionId, DrainId};
use crate::notice::{Notice, Outbox};
use crate::sync::AtomicU32;
use crate::wire::Frame;

/// How long after the window a connection may still send what is queued.
pub const GRACE: Duration = Duration::from_secs(5);

pub struct DrainOptions {
    /// The ends are spread over nine tenths of that time. In the last tenth the clients take what
    /// is left in their queues.
    pub within: Duration,
    /// How long a client is told to wait before it reconnects, in milliseconds.
    pub retry: RangeInclusive<u32>,
    /// The last event of each connection.
    pub event: Option<Frame>,
}

/// How one connection is drained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    pub connection: ConnectionId,
    /// When it ends, counted from the beginning of the drain.
    pub after: Duration,
    pub retry: u32,
}

/// Gives each connection its end and its `retry`. Of `n` connections, one ends in each `n`th part
/// of the first nine tenths of the window, in random order.
pub fn schedule(mut connections: Vec<ConnectionId>, options: &DrainOptions) -> Vec<Departure> {
    let mut random = Random::default();
    for last in (1..connections.len()).rev() {
        connections.swap(last, random.below(last as u64 + 1) as usize);
    }
    let slots = connections.len().max(1) as u64;
    let window = options.within.as_micros() as u64 / 10 * 9;
    let (least, most) = (*options.retry.start(), *options.retry.end());
    let depart = |(slot, connection): (usize, ConnectionId)| {
        let (start, end) = (window * slot as u64 / slots, window * (slot as u64 + 1) / slots);
        Departure {
            connection,
            after: Duration::from_micros(start + random.below(end - start)),
            retry: least + random.below(u64::from(most.saturating_sub(least)) + 1) as u32,
        }
    };
    connections.into_iter().enumerate().map(depart).collect()
}

/// Counts what becomes of the connections of a drain, which hold it.
pub struct Drain {
    id: DrainId,
    connections: u32,
    ended: AtomicU32,
    destroyed: AtomicU32,
    outbox: Arc<Outbox>,
}

impl Drain {
    pub fn new(id: DrainId, connections: usize, outbox: Arc<Outbox>) -> Self {
        let (ended, destroyed) = Default::default();
        Self { id, connections: connections as u32, ended, destroyed, outbox }
    }

    /// A connection has sent everything and ended.
    pub fn count_ended(&self) {
        self.ended.fetch_add(1, Relaxed);
    }

    /// A connection did not end in time.
    pub fn count_destroyed(&self) {
        self.destroyed.fetch_add(1, Relaxed);
    }
}

impl Drop for Drain {
    fn drop(&mut self) {
        self.outbox.post(&mut vec![Notice::DrainOver {
            drain: self.id,
            connections: self.connections,
            ended: *self.ended.get_mut(),
            destroyed: *self.destroyed.get_mut(),
        }]);
    }
}

/// SplitMix64, with a random seed: servers that restart together must not send the same delays.
struct Random(u64);

impl Default for Random {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl Random {
    /// A number below `end`, or 0. The bias is less than one in 2^21 here.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * u128::from(end)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests;
