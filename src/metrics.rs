//! Counters and gauges. A shard adds its tally once per turn, not for each delivery.

use std::sync::atomic::Ordering::Relaxed;

use crate::connection::{CloseReason, Transport};
use crate::sync::{AtomicU64, Mutex};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metrics {
    /// Open connections, by transport.
    pub native: u64,
    pub stream: u64,
    pub channels: u64,
    pub events: u64,
    pub deliveries: u64,
    pub bytes: u64,
    pub queued_bytes: u64,
    pub drops: u64,
    /// The number of closed connections by reason, in the order of [`CloseReason::ALL`].
    pub closes: [u64; CloseReason::ALL.len()],
    pub history: HistoryMetrics,
    pub backplanes: BackplaneMetrics,
}

/// The metrics of all backplanes together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackplaneMetrics {
    /// Events that engines accepted.
    pub published: u64,
    /// Events from engines for channels of this process.
    pub delivered: u64,
    /// Delivered events that were missed at first, and read from a log.
    pub filled: u64,
    /// Successful connects to engines.
    pub connects: u64,
    /// Bytes queued for engines.
    pub queued_bytes: u64,
}

/// Resumes of clients in channels, and their results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryMetrics {
    /// Bytes that the histories hold.
    pub bytes: u64,
    /// Resumes without a gap.
    pub hits: u64,
    /// Resumes with a gap.
    pub misses: u64,
    /// Replayed events.
    pub replayed: u64,
}

/// The numbers that one turn of a shard adds to the metrics.
#[derive(Debug, Default)]
pub struct Tally {
    pub deliveries: u64,
    pub bytes: u64,
    pub drops: u64,
    pub queued_bytes: i64,
}

/// The metrics of a hub, except those of its channels. A gauge rises before it falls, because one
/// shard reports both.
#[derive(Debug, Default)]
pub struct Counters {
    metrics: Mutex<Metrics>,
    /// Separate from the others because every publishing call updates it.
    events: AtomicU64,
}

impl Counters {
    /// Returns the bytes queued for all connections.
    pub fn add(&self, tally: Tally) -> u64 {
        let mut metrics = self.metrics.lock();
        metrics.deliveries += tally.deliveries;
        metrics.bytes += tally.bytes;
        metrics.drops += tally.drops;
        metrics.queued_bytes = metrics.queued_bytes.saturating_add_signed(tally.queued_bytes);
        metrics.queued_bytes
    }

    pub fn publish(&self, events: usize) {
        self.events.fetch_add(events as u64, Relaxed);
    }

    pub fn open(&self, transport: Option<Transport>) {
        self.metrics.lock().count_transport(transport, 1);
    }

    pub fn close(&self, transport: Option<Transport>, reason: CloseReason) {
        let mut metrics = self.metrics.lock();
        metrics.count_transport(transport, -1);
        metrics.closes[reason as usize] += 1;
    }

    pub fn count_backplane(&self, count: impl FnOnce(&mut BackplaneMetrics)) {
        count(&mut self.metrics.lock().backplanes);
    }

    pub fn snapshot(&self, channels: usize, history: HistoryMetrics) -> Metrics {
        let events = self.events.load(Relaxed);
        Metrics { channels: channels as u64, history, events, ..self.metrics.lock().clone() }
    }
}

impl Metrics {
    fn count_transport(&mut self, transport: Option<Transport>, change: i64) {
        let gauge = match transport {
            Some(Transport::Native) => &mut self.native,
            Some(Transport::Stream) => &mut self.stream,
            None => return,
        };
        *gauge = gauge.saturating_add_signed(change);
    }
}
