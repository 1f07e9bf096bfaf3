//! The bytes queued for a connection, in a gauge that its handle and its shard share.
//!
//! - Every connection has a gauge, so it is small. An inbox and a queue hold less than 4 GiB.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::sync::AtomicU32;

#[derive(Debug, Default)]
pub struct QueueGauge {
    /// Bytes in the shard's inbox.
    posted: AtomicU32,
    /// Bytes in the connection's queue.
    queued: AtomicU32,
}

impl QueueGauge {
    pub fn bytes(&self) -> usize {
        self.posted.load(Acquire) as usize + self.queued.load(Relaxed) as usize
    }

    pub fn post(&self, bytes: usize) {
        self.posted.fetch_add(bytes as u32, Relaxed);
    }

    pub fn pick_up(&self, bytes: usize) {
        self.posted.fetch_sub(bytes as u32, Release);
    }

    pub fn set_queued(&self, bytes: u32) {
        self.queued.store(bytes, Relaxed);
    }
}
