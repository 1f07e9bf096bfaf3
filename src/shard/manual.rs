//! A shard without a thread, for measurements: it works when it is told to.

use super::{Links, Shard, poller};

pub struct ManualShard(Shard);

impl ManualShard {
    /// Needs the context of a tokio runtime, now and whenever it works.
    pub(crate) fn new(links: Links) -> std::io::Result<Self> {
        Ok(Self(Shard::new(links, poller::Poller::new()?)))
    }

    /// Applies the commands in the inbox. Idle members of a channel are sent its last events.
    pub fn apply(&mut self) {
        self.0.drain_inbox();
        self.0.visit_all();
    }

    /// Sends what is queued.
    pub fn flush(&mut self) {
        self.0.flush_all();
    }

    /// Tells the host, and ends the turn.
    pub fn publish(&mut self) {
        self.0.publish();
    }
}
