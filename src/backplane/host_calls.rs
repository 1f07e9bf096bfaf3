//! Calls from an engine's thread to the host, which answers later, from its own thread.

use std::collections::HashMap;
use std::fmt;
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

/// How long the host may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub enum Call {
    /// The user and the password for the next connection.
    Credentials,
    /// The calls below are for an engine that the host implements.
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
    Credentials(Credentials),
    Published(Vec<Answer<Option<u64>>>),
    Position(Position),
    Read(Vec<Retained>),
}

/// The login. Which fields are set depends on the engine.
#[derive(Clone, Default)]
pub struct Credentials {
    pub username: Option<String>,
    pub password: Option<String>,
    pub token: Option<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Credentials")
    }
}

pub struct HostCalls {
    /// Tells the host which backplane is asking.
    pub id: BackplaneId,
    hub: Weak<Hub>,
    next: AtomicU32,
    waiting: Mutex<HashMap<u32, Waiting>>,
}

struct Waiting {
    /// `Some` until the host takes the call.
    call: Option<Call>,
    answer: oneshot::Sender<Answer<Reply>>,
}

impl HostCalls {
    pub fn new(hub: &Arc<Hub>) -> Arc<Self> {
        let (id, hub) = (hub.next_backplane(), Arc::downgrade(hub));
        Arc::new(Self { id, hub, next: AtomicU32::new(0), waiting: Mutex::default() })
    }

    /// Calls the host, and waits for its answer. A late answer counts as a lost connection.
    pub async fn call(&self, call: Call) -> Answer<Reply> {
        let hub = self.hub.upgrade().ok_or_else(|| Fault::Lost("the core has ended".into()))?;
        let (sender, answered) = oneshot::channel();
        let request = self.next.fetch_add(1, Relaxed);
        self.wait(request, Waiting { call: Some(call), answer: sender });
        hub.tell_host(Notice::Asked { asker: self.id, request });
        drop(hub);
        match timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => answer,
            _ => Err(Fault::Lost("JavaScript does not answer in time".into())),
        }
    }

    #[cfg(any(feature = "nats", feature = "redis"))]
    pub async fn credentials(&self) -> Answer<Credentials> {
        match self.call(Call::Credentials).await? {
            Reply::Credentials(credentials) => Ok(credentials),
            _ => Err(Fault::Lost("credentials() returned nothing".into())),
        }
    }

    fn wait(&self, request: u32, call: Waiting) {
        let mut waiting = self.waiting.lock();
        // Drop calls that have timed out.
        waiting.retain(|_, call| !call.answer.is_closed());
        waiting.insert(request, call);
    }

    /// `None` if the call was already taken, or if the engine no longer waits.
    pub fn take(&self, request: u32) -> Option<Call> {
        let mut waiting = self.waiting.lock();
        let call = waiting.get_mut(&request).filter(|call| !call.answer.is_closed())?;
        call.call.take()
    }

    pub fn answer(&self, request: u32, answer: Answer<Reply>) {
        let call = self.waiting.lock().remove(&request);
        if let Some(call) = call {
            // The engine may have given up.
            let _ = call.answer.send(answer);
        }
    }
}
