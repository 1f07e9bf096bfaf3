//! How far this process has seen the log. Events it has seen must not be missing after a failover.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

#[derive(Clone, Debug)]
pub struct Seen {
    pub epoch: Arc<str>,
    latest: Arc<AtomicU64>,
}

impl Seen {
    pub fn new(epoch: Arc<str>) -> Self {
        Self { epoch, latest: Arc::default() }
    }

    pub fn see(&self, number: u64) {
        self.latest.fetch_max(number, Relaxed);
    }

    pub fn latest(&self) -> u64 {
        self.latest.load(Relaxed)
    }
}
