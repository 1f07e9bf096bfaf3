//! An engine that the host implements. The core calls each of its methods with a notice.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::engine::{
    Answer, Arrival, Engine, Fault, Follower, Outgoing, Position, Retained, Subject, Writer,
};
use super::host_calls::{Call, HostCalls, Reply};
use crate::sync::{AtomicUsize, Mutex};
use std::sync::atomic::Ordering::Relaxed;

/// Bytes of arrivals that may wait for the engine's thread. Above this limit, the connection counts
/// as lost, and the missing events are read from the log.
const MAX_BYTES: usize = 64 << 20;

pub struct Custom {
    calls: Arc<HostCalls>,
    inbox: Arc<CustomInbox>,
}

impl Custom {
    pub fn new(calls: Arc<HostCalls>) -> (Self, Arc<CustomInbox>) {
        let inbox = Arc::<CustomInbox>::default();
        (Self { calls, inbox: inbox.clone() }, inbox)
    }
}

impl Engine for Custom {
    type Writer = CustomWriter;
    type Follower = CustomFollower;

    async fn connect(&mut self) -> Answer<(CustomWriter, CustomFollower)> {
        // Events that arrive early must not be lost.
        let arrived = self.inbox.open();
        self.calls.call(Call::Connect).await?;
        let (calls, inbox) = (self.calls.clone(), self.inbox.clone());
        Ok((CustomWriter(calls.clone()), CustomFollower { calls, inbox, arrived }))
    }
}

/// Receives arrivals from the host.
#[derive(Default)]
pub struct CustomInbox {
    sender: Mutex<Option<UnboundedSender<Answer<Arrival>>>>,
    bytes: AtomicUsize,
}

impl CustomInbox {
    fn open(&self) -> UnboundedReceiver<Answer<Arrival>> {
        let (sender, receiver) = unbounded_channel();
        *self.sender.lock() = Some(sender);
        self.bytes.store(0, Relaxed);
        receiver
    }

    pub fn deliver(&self, arrivals: Vec<Arrival>) {
        for arrival in arrivals {
            let size = size(&arrival);
            let is_full = self.bytes.fetch_add(size, Relaxed) + size > MAX_BYTES;
            if is_full {
                return self.lose("too many events wait for the core".into());
            }
            if let Some(sender) = &*self.sender.lock() {
                let _ = sender.send(Ok(arrival));
            }
        }
    }

    /// Ends the lost connection. The host is asked for a new one.
    pub fn lose(&self, reason: String) {
        // No arrival may follow.
        if let Some(sender) = self.sender.lock().take() {
            let _ = sender.send(Err(Fault::Lost(reason)));
        }
    }
}

fn size(arrival: &Arrival) -> usize {
    size_of::<Arrival>() + arrival.subject.len() + arrival.payload.len()
}

#[derive(Clone)]
pub struct CustomWriter(Arc<HostCalls>);

impl Writer for CustomWriter {
    async fn publish(&mut self, batch: &[Outgoing]) -> Answer<Vec<Answer<Option<u64>>>> {
        match self.0.call(Call::Publish(batch.to_vec())).await? {
            Reply::Published(answers) if answers.len() == batch.len() => Ok(answers),
            _ => Err(Fault::Lost("publish() must return a result for each publication".into())),
        }
    }

    async fn position(&mut self) -> Answer<Position> {
        match self.0.call(Call::Position).await? {
            Reply::Position(position) if !position.epoch.is_empty() => Ok(position),
            _ => Err(Fault::Lost("position() must return { epoch, last }".into())),
        }
    }

    async fn read(
        &mut self,
        after: &[(Subject, u64)],
        _away: Option<Duration>,
    ) -> Answer<Vec<Retained>> {
        if after.is_empty() {
            return Ok(Vec::new());
        }
        let Reply::Read(retained) = self.0.call(Call::Read(after.to_vec())).await? else {
            return Err(Fault::Lost("read() must return an array".into()));
        };
        let same =
            |(retained, (subject, _)): (&Retained, &(Subject, u64))| retained.subject == *subject;
        if retained.len() != after.len() || !retained.iter().zip(after).all(same) {
            return Err(Fault::Lost("read() must return an item for each subject".into()));
        }
        Ok(retained)
    }
}

pub struct CustomFollower {
    calls: Arc<HostCalls>,
    inbox: Arc<CustomInbox>,
    arrived: UnboundedReceiver<Answer<Arrival>>,
}

impl Follower for CustomFollower {
    async fn follow(&mut self, subjects: &[Subject]) -> Answer<Option<u64>> {
        self.calls.call(Call::Follow(subjects.to_vec())).await.map(|_| None)
    }

    async fn unfollow(&mut self, subjects: &[Subject]) -> Answer<()> {
        self.calls.call(Call::Unfollow(subjects.to_vec())).await.map(|_| ())
    }

    async fn next(&mut self) -> Answer<Option<Arrival>> {
        let replaced = || Err(Fault::Lost("the connection was replaced".into()));
        let arrival = self.arrived.recv().await.unwrap_or_else(replaced)?;
        self.inbox.bytes.fetch_sub(size(&arrival), Relaxed);
        Ok(Some(arrival))
    }
}
