//! Counters and gauges. A shard adds its tally once a turn, not once a delivery.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use crate::connection::{CloseReason, Transport};

#[derive(Debug, Default)]
pub struct Counters {
    pub events: AtomicU64,
    pub deliveries: AtomicU64,
    pub bytes: AtomicU64,
    pub drops: AtomicU64,
    /// Open connections. Gauges are signed: the changes of two threads may be seen in any order.
    pub native: AtomicI64,
    pub stream: AtomicI64,
    pub queued_bytes: AtomicI64,
    closes: [AtomicU64; CloseReason::ALL.len()],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metrics {
    pub native: u64,
    pub stream: u64,
    pub channels: u64,
    pub events: u64,
    pub deliveries: u64,
    pub bytes: u64,
    pub queued_bytes: u64,
    pub drops: u64,
    pub closes: Closes,
    pub history: HistoryMetrics,
}

/// How often clients came back to a channel, and what they got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryMetrics {
    /// Bytes that the histories hold.
    pub bytes: u64,
    /// Nothing was missing.
    pub hits: u64,
    /// A gap was reported.
    pub misses: u64,
    /// Events that were sent again.
    pub replayed: u64,
}

/// How many connections closed, by reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closes([u64; CloseReason::ALL.len()]);

impl Closes {
    pub fn count(self, reason: CloseReason) -> u64 {
        self.0[reason as usize]
    }
}

/// What one turn of a shard adds to the counters.
#[derive(Debug, Default)]
pub struct Tally {
    pub deliveries: u64,
    pub bytes: u64,
    pub drops: u64,
    pub queued_bytes: i64,
}

impl Counters {
    pub fn add(&self, tally: Tally) {
        self.deliveries.fetch_add(tally.deliveries, Relaxed);
        self.bytes.fetch_add(tally.bytes, Relaxed);
        self.drops.fetch_add(tally.drops, Relaxed);
        self.queued_bytes.fetch_add(tally.queued_bytes, Relaxed);
    }

    pub fn open(&self, transport: Transport) {
        self.gauge(transport).fetch_add(1, Relaxed);
    }

    pub fn close(&self, transport: Option<Transport>, reason: CloseReason) {
        if let Some(transport) = transport {
            self.gauge(transport).fetch_sub(1, Relaxed);
        }
        self.closes[reason as usize].fetch_add(1, Relaxed);
    }

    pub fn snapshot(&self, channels: usize, history: HistoryMetrics) -> Metrics {
        let gauge = |value: &AtomicI64| value.load(Relaxed).max(0) as u64;
        Metrics {
            native: gauge(&self.native),
            stream: gauge(&self.stream),
            channels: channels as u64,
            events: self.events.load(Relaxed),
            deliveries: self.deliveries.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            queued_bytes: gauge(&self.queued_bytes),
            drops: self.drops.load(Relaxed),
            closes: Closes(
                CloseReason::ALL.map(|reason| self.closes[reason as usize].load(Relaxed)),
            ),
            history,
        }
    }

    fn gauge(&self, transport: Transport) -> &AtomicI64 {
        match transport {
            Transport::Native => &self.native,
            Transport::Stream => &self.stream,
        }
    }
}
