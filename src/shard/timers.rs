//! A shard's timers: pings, timeouts, stalls, drains and empty channels.

use std::future::poll_fn;
use std::time::Duration;

use tokio_util::time::{DelayQueue, delay_queue};

use crate::ids::{ChannelId, ConnectionId};

pub(super) type TimerKey = delay_queue::Key;

#[derive(Clone)]
pub(super) enum Timer {
    /// Pings of the connections with that interval.
    Pings(Duration),
    Timeout(ConnectionId),
    /// The client's authorization ends.
    Expiry(ConnectionId),
    /// Bytes are queued: has the client accepted any since?
    Stall(ConnectionId),
    /// The queue exceeds its limits: is the client still slow?
    Burst(ConnectionId),
    /// The connection is drained: it ends, or is destroyed.
    Departure(ConnectionId),
    /// The response has ended, and the client has not closed its side.
    Linger(ConnectionId),
    Emptiness(ChannelId),
}

#[derive(Default)]
pub(super) struct Timers {
    queue: DelayQueue<Timer>,
}

impl Timers {
    pub fn start(&mut self, timer: Timer, after: Duration) -> TimerKey {
        self.queue.insert(timer, after)
    }

    pub fn stop(&mut self, key: Option<TimerKey>) {
        if let Some(key) = key {
            self.queue.try_remove(&key);
        }
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Waits for the next timer, forever if there is none.
    pub async fn next(&mut self) -> Timer {
        poll_fn(|context| match self.queue.poll_expired(context) {
            std::task::Poll::Ready(Some(expired)) => std::task::Poll::Ready(expired.into_inner()),
            _ => std::task::Poll::Pending,
        })
        .await
    }
}
