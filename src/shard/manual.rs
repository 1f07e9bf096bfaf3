//! A shard without a thread, for benchmarks. The caller drives it, in the context of a tokio
//! runtime.

use std::io;

use super::{Links, Shard, poller};

pub struct ManualShard(Shard);

impl ManualShard {
    pub(crate) fn new(links: Links) -> io::Result<Self> {
        Ok(Self(Shard::new(links, poller::Poller::new()?)))
    }

    /// Applies the commands in the inbox.
    pub fn apply(&mut self) {
        self.0.drain_inbox();
        self.0.visit_all();
    }

    /// Flushes all queues, and ends the turn.
    pub fn flush(&mut self) {
        self.0.flush_all();
        self.0.publish();
    }
}
