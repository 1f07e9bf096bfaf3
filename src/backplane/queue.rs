//! Publications that wait for the engine, in order and bounded in bytes.

use std::collections::VecDeque;

use tokio::sync::Notify;

use super::engine::{Outgoing, Subject};
use crate::error::Error;
use crate::sync::Mutex;

/// Maximum number of publications that are sent to the engine in one batch.
const BATCH: usize = 256;

pub struct Queue {
    limit: usize,
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Default)]
struct Waiting {
    /// The first ones may already be in flight.
    publications: VecDeque<Outgoing>,
    bytes: usize,
    published: u64,
    /// The queue refuses publications while the engine is unreachable.
    is_offline: bool,
}

impl Queue {
    pub fn new(limit: usize) -> Self {
        Self { limit, waiting: Mutex::default(), arrived: Notify::new() }
    }

    pub fn push(
        &self,
        subject: Subject,
        all: Option<Subject>,
        payload: Vec<u8>,
        is_kept: bool,
        request: Option<u32>,
    ) -> Result<(), Error> {
        let mut waiting = self.waiting.lock();
        if waiting.is_offline {
            return Err(Error::BackplaneOffline);
        }
        let bytes = size_of::<Outgoing>() + payload.len();
        if waiting.bytes + bytes > self.limit {
            return Err(Error::BackplaneFull);
        }
        waiting.bytes += bytes;
        waiting.published += 1;
        let number = waiting.published;
        let payload = payload.into();
        let outgoing = Outgoing { subject, all, payload, is_kept, number, request };
        waiting.publications.push_back(outgoing);
        drop(waiting);
        self.arrived.notify_one();
        Ok(())
    }

    /// The next batch. It stays in the queue until [`Queue::done`].
    pub async fn next(&self) -> Vec<Outgoing> {
        loop {
            let batch: Vec<_> =
                self.waiting.lock().publications.iter().take(BATCH).cloned().collect();
            if !batch.is_empty() {
                return batch;
            }
            self.arrived.notified().await;
        }
    }

    /// Removes the first `count` publications, which are settled.
    pub fn done(&self, count: usize) {
        let mut waiting = self.waiting.lock();
        for outgoing in waiting.publications.drain(..count).collect::<Vec<_>>() {
            waiting.bytes -= size_of::<Outgoing>() + outgoing.payload.len();
        }
    }

    /// Refuses further publications, and returns the queued ones.
    pub fn go_offline(&self) -> Vec<Outgoing> {
        let mut waiting = self.waiting.lock();
        waiting.is_offline = true;
        waiting.bytes = 0;
        waiting.publications.drain(..).collect()
    }

    pub fn go_online(&self) {
        self.waiting.lock().is_offline = false;
    }

    pub fn bytes(&self) -> usize {
        self.waiting.lock().bytes
    }
}
