//! What an engine's thread asks the host, which answers later, from its own thread.

use std::collections::HashMap;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::engine::{Answer, Fault, Outgoing, Position, Retained, Subject};
use crate::hub::Hub;
use crate::ids::BackplaneId;
use crate::notice::Notice;
use crate::sync::Mutex;

/// How long the host may take.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub enum Call {
    /// The user and the password for the next connection.
    Credentials,
    /// The following ones are for an engine that the host implements.
    Connect,
    Publish(Vec<Outgoing>),
    Follow(Vec<Subject>),
    Unfollow(Vec<Subject>),
    Position,
    Read(Vec<(Subject, u64)>),
}

#[derive(Debug)]
pub enum Reply {
    Done,
    Credentials { username: Option<String>, password: Option<String> },
    Published(Vec<Answer<Option<u64>>>),
    Position(Position),
    Read(Vec<Retained>),
}

pub struct HostCalls {
    /// Tells the host who asks.
    pub id: BackplaneId,
    hub: Weak<Hub>,
    next: AtomicU32,
    waiting: Mutex<HashMap<u32, oneshot::Sender<Answer<Reply>>>>,
}

impl HostCalls {
    pub fn new(hub: &Arc<Hub>) -> Arc<Self> {
        let (id, hub) = (hub.next_backplane(), Arc::downgrade(hub));
        Arc::new(Self { id, hub, next: AtomicU32::new(0), waiting: Mutex::default() })
    }

    /// Asks the host, and waits for its answer. A late one counts as a lost connection.
    pub async fn call(&self, call: Call) -> Answer<Reply> {
        let hub = self.hub.upgrade().ok_or_else(|| Fault::Lost("the core has ended".into()))?;
        let (sender, answered) = oneshot::channel();
        let request = self.next.fetch_add(1, Relaxed);
        self.wait(request, sender);
        hub.tell_host(Notice::Asked { asker: self.id, request, call });
        drop(hub);
        match timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => answer,
            _ => Err(Fault::Lost("JavaScript does not answer in time".into())),
        }
    }

    fn wait(&self, request: u32, sender: oneshot::Sender<Answer<Reply>>) {
        let mut waiting = self.waiting.lock();
        // Those that have timed out.
        waiting.retain(|_, sender| !sender.is_closed());
        waiting.insert(request, sender);
    }

    pub fn answer(&self, request: u32, answer: Answer<Reply>) {
        let sender = self.waiting.lock().remove(&request);
        if let Some(sender) = sender {
            // The engine may have given up.
            let _ = sender.send(answer);
        }
    }
}
