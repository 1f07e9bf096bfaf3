//! A drain ends connections over a time window, so their clients do not all reconnect at once.
//!
//! - Each connection has its own end and its own `retry`.
//! - A drain ends when its last reference is dropped. A notice then tells the host. A connection
//!   that cannot end in time is destroyed.

use std::hash::{BuildHasher, RandomState};
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use crate::ids::{ConnectionId, DrainId};
use crate::notice::{Notice, Outbox};
use crate::sync::AtomicU32;
use crate::wire::Frame;

/// The time after the window in which a connection may still flush its queue.
pub const GRACE: Duration = Duration::from_secs(5);

pub struct DrainOptions {
    /// The ends are spread over nine tenths of this time. The last tenth is for flushing queues.
    pub within: Duration,
    /// The range of reconnect delays, in milliseconds.
    pub retry: RangeInclusive<u32>,
    /// The last event of each connection.
    pub event: Option<Frame>,
}

/// The end of one connection in a drain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Departure {
    pub connection: ConnectionId,
    /// The time from the start of the drain to the end of the connection.
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

/// Counts how the connections of a drain end. Each of them holds a reference to it.
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

    /// Counts a connection that flushed its queue and ended.
    pub fn count_ended(&self) {
        self.ended.fetch_add(1, Relaxed);
    }

    /// Counts a connection that did not end in time.
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
