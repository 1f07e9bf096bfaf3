//! Carries publications between processes, through an engine that gives them one order.
//!
//! - A channel with a backplane publishes to the engine, and delivers the events that arrive from
//!   it. Its own events arrive the same way: any other path would break the order.
//! - A thread talks to the engine and delivers events. The host's thread is not involved, and may
//!   be blocked.
//! - An event's place is its number in the engine, in the epoch of the engine's log. The id of an
//!   event is the same in every process, so a client can resume at any of them.

mod awaited;
mod custom;
mod delivery;
mod directory;
mod engine;
#[cfg(any(feature = "nats", feature = "redis"))]
mod epoch;
mod following;
mod follows;
mod host_calls;
mod mailbox;
#[cfg(feature = "nats")]
mod nats;
mod payload;
mod queue;
#[cfg(feature = "redis")]
mod redis;
pub mod subject;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "nats", feature = "redis"))]
mod tls;
mod topics;
mod worker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::sync::Notify;
use tokio::sync::mpsc::unbounded_channel;

pub use custom::{Custom, CustomInbox};
use delivery::Delivery;
use directory::Directory;
pub use directory::Follower;
use engine::Engine;
pub use engine::{Answer, Arrival, Fault, Outgoing, Position, Retain, Retained, Subject};
pub use follows::Follows;
pub use host_calls::{Call, Credentials, HostCalls, Reply};
pub use mailbox::{Mail, Message};
#[cfg(feature = "nats")]
pub use nats::{Nats, NatsOptions};
pub use payload::Payload;
use queue::Queue;
#[cfg(feature = "redis")]
pub use redis::{Address, Login, Redis, RedisOptions, Servers};
#[cfg(any(feature = "nats", feature = "redis"))]
pub use tls::Tls;
pub use topics::TopicFollower;
use worker::Worker;

use crate::error::Error;
use crate::hub::{CloseWithHub, Hub};
use crate::ids::BackplaneId;
use crate::sync::Mutex;

/// What happens to publications while the engine is unreachable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outage {
    /// They are queued as long as there is room.
    Wait,
    Fail,
}

/// Commands for the engine's thread.
enum Command {
    /// The directory has a new subject.
    Follow(Subject),
    Unfollow(Subject),
    /// A client has returned and needs events that this process does not have.
    Load {
        subject: Subject,
        request: u32,
    },
}

pub struct Backplane {
    pub id: BackplaneId,
    queue: Arc<Queue>,
    pub follows: Follows,
    delivery: Arc<Delivery>,
    closing: Arc<Notify>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Backplane {
    /// Starts the thread. `max_bytes`: the limit of the publications that wait for the engine.
    pub fn start(
        hub: &Arc<Hub>,
        engine: impl Engine + Send,
        max_bytes: usize,
        outage: Outage,
    ) -> Result<Arc<Self>, Error> {
        let id = hub.next_backplane();
        let (queue, directory) = (Arc::new(Queue::new(max_bytes)), Arc::<Directory>::default());
        let (sender, commands) = unbounded_channel();
        let delivery = Arc::new(Delivery::new(id, directory.clone(), Arc::downgrade(hub)));
        let loads = Vec::new();
        let closing = Arc::<Notify>::default();
        let mut worker = Worker {
            engine,
            queue: queue.clone(),
            commands,
            closing: closing.clone(),
            delivery: delivery.clone(),
            outage,
            loads,
            heard: None,
            interrupted: None,
        };
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build();
        let runtime = runtime.map_err(|error| Error::Start(error.to_string()))?;
        let work = move || {
            while catch_unwind(AssertUnwindSafe(|| runtime.block_on(worker.work()))).is_err() {
                worker.recover();
            }
        };
        let thread = thread::Builder::new().name("sluice-backplane".into()).spawn(work);
        let thread = thread.map_err(|error| Error::Start(error.to_string()))?;
        let thread = Mutex::new(Some(thread));
        let follows = Follows { directory, commands: sender };
        let backplane = Arc::new(Self { id, queue, follows, delivery, closing, thread });
        hub.close_with(Arc::<Self>::downgrade(&backplane));
        Ok(backplane)
    }

    /// Passes an event to the engine. `all`: the subject of all topics, if it is also published
    /// there. `request`: the host awaits the outcome.
    pub fn publish(
        &self,
        subject: Subject,
        all: Option<Subject>,
        payload: &Payload,
        is_kept: bool,
        request: Option<u32>,
    ) -> Result<(), Error> {
        self.queue.push(subject, all, payload.encode(), is_kept, request)
    }

    /// Completes the histories of a subject. [`crate::notice::Notice::Loaded`] follows.
    pub fn load(&self, subject: &Subject, request: u32) {
        self.follows.tell(Command::Load { subject: subject.clone(), request });
    }

    /// Sends a message to the hosts that follow a subject, including this one. It is not kept.
    pub fn say(&self, subject: &Subject, message: &[u8]) -> Result<(), Error> {
        self.queue.push(subject.clone(), None, mailbox::encode(message), false, None)
    }

    /// Takes the messages of other hosts. [`crate::notice::Notice::Mail`] announces them.
    pub fn mail(&self) -> Mail {
        self.delivery.mailbox.take()
    }

    /// The id of the place up to which all events of a subject have arrived. `None` if the engine
    /// has not answered yet.
    pub fn reached(&self, subject: &str) -> Option<String> {
        self.delivery.id_at(self.delivery.directory.last(subject)?)
    }
}

impl CloseWithHub for Backplane {
    fn queued_bytes(&self) -> usize {
        self.queue.bytes()
    }

    fn close(&self) {
        self.closing.notify_one();
        let thread = self.thread.lock().take();
        // This may run on the thread itself, if it holds the last reference to the hub.
        if let Some(thread) = thread.filter(|it| it.thread().id() != thread::current().id()) {
            let _ = thread.join();
        }
    }
}

impl Drop for Backplane {
    fn drop(&mut self) {
        self.close();
    }
}
