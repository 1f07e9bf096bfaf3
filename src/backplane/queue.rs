//! Publications that wait for the engine, in order and bounded in bytes.

use std::collections::VecDeque;

use tokio::sync::Notify;

use super::engine::{Outgoing, Subject};
use crate::error::Error;
use crate::sync::Mutex;

/// Publications that are sent to the engine at once.
const BATCH: usize = 256;

pub struct Queue {
    limit: usize,
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Default)]
struct Waiting {
    /// The first ones may be on their way already.
    publications: VecDeque<Outgoing>,
    bytes: usize,
    published: u64,
    /// Nothing waits for an engine that cannot be reached.
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

    /// The next ones. They stay here until [`Queue::done`].
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

    /// The first `count` are settled.
    pub fn done(&self, count: usize) {
        let mut waiting = self.waiting.lock();
        for outgoing in waiting.publications.drain(..count).collect::<Vec<_>>() {
            waiting.bytes -= size_of::<Outgoing>() + outgoing.payload.len();
        }
    }

    /// Takes nothing more, and returns what waits.
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
