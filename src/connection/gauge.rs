//! How much is queued for a connection. Its handle and its shard share the gauge.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::sync::AtomicUsize;

#[derive(Debug, Default)]
pub struct QueueGauge {
    /// Bytes in the shard's inbox.
    posted: AtomicUsize,
    /// Bytes in the connection's queue.
    queued: AtomicUsize,
}

impl QueueGauge {
    pub fn bytes(&self) -> usize {
        self.posted.load(Acquire) + self.queued.load(Relaxed)
    }

    pub fn post(&self, bytes: usize) {
        self.posted.fetch_add(bytes, Relaxed);
    }

    pub fn pick_up(&self, bytes: usize) {
        self.posted.fetch_sub(bytes, Release);
    }

    pub fn set_queued(&self, bytes: usize) {
        self.queued.store(bytes, Relaxed);
    }
}
