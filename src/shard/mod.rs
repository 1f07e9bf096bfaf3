//! The I/O thread. In each turn it waits for commands, sockets or timers, applies commands, flushes
//! queues, and notifies the host.
//!
//! - Every native connection belongs to one shard, and only that shard touches its socket.
//! - Nothing here waits for JavaScript. Pings, timeouts and queued writes continue while it is
//!   blocked.

mod apply;
mod close;
mod connection;
mod connections;
mod depart;
mod dirty;
mod expire;
mod fan_out;
mod flush;
mod groups;
mod held;
mod inbox;
mod joined;
#[cfg(all(unix, not(sluice_stream_only), not(feature = "bench")))]
mod keep_alive;
#[cfg(feature = "bench")]
mod manual;
mod memberships;
mod overflow;
mod pings;
#[cfg_attr(any(not(unix), sluice_stream_only, feature = "bench"), path = "no_poller.rs")]
mod poller;
mod queue;
mod rare;
mod run;
mod slice;
#[cfg_attr(feature = "bench", path = "swallow.rs")]
#[cfg_attr(all(any(not(unix), sluice_stream_only), not(feature = "bench")), path = "no_socket.rs")]
mod socket;
mod timers;
mod turn;
mod writes;

use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::connection::{CloseReason, ConnectionOptions};
use crate::drain::Drain;
use crate::ids::ConnectionId;
use crate::metrics::{Counters, Tally};
use crate::notice::{Notice, Outbox};
use crate::sync::block_on;
use crate::sync::thread::{self, JoinHandle};

pub(crate) use inbox::{Command, Inbox};
#[cfg(feature = "bench")]
pub use manual::ManualShard;
pub use memberships::{Emptiness, Left, Memberships, Reread};
pub(crate) use run::Entry;
pub use socket::Socket;

/// The parts that a shard shares with its hub.
pub(crate) struct Links {
    pub inbox: Arc<Inbox>,
    pub outbox: Arc<Outbox>,
    pub counters: Arc<Counters>,
    pub memberships: Arc<dyn Memberships>,
    /// Maximum number of bytes that all connections of the hub may have queued together.
    pub max_queued: usize,
}

/// Dropping it sends [`Command::Shutdown`] and joins the thread.
pub(crate) struct ShardThread {
    inbox: Arc<Inbox>,
    thread: Option<JoinHandle<()>>,
}

impl ShardThread {
    pub fn start(index: usize, links: Links) -> io::Result<Self> {
        let inbox = links.inbox.clone();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let poller = {
            let _context = runtime.enter();
            poller::Poller::new()?
        };
        let mut shard = Shard::new(links, poller);
        let closing = ClosesInbox(inbox.clone());
        let thread = thread::Builder::new().name(format!("sluice-{index}")).spawn(move || {
            let _closing = closing;
            // A panic costs this shard's connections, not the process. The shard continues.
            while catch_unwind(AssertUnwindSafe(|| block_on(&runtime, shard.work()))).is_err() {
                shard.close_all(CloseReason::Error);
                // The inbox may still hold commands of that turn.
                shard.links.inbox.wake();
            }
        })?;
        Ok(Self { inbox, thread: Some(thread) })
    }
}

/// Closes the inbox however the thread ends, so that senders no longer wait for room.
struct ClosesInbox(Arc<Inbox>);

impl Drop for ClosesInbox {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Drop for ShardThread {
    fn drop(&mut self) {
        self.inbox.push(Command::Shutdown);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Shard {
    links: Links,
    poller: poller::Poller,
    timers: timers::Timers,
    pings: pings::Pings,
    connections: connections::Connections,
    /// Options of the latest connections.
    options: Vec<Arc<ConnectionOptions>>,
    groups: groups::Groups,
    /// Sockets whose response has ended, kept until the client has closed its side too.
    lingering: HashMap<ConnectionId, socket::Socket>,
    /// Events that have not reached all members of their channels yet.
    fan_out: fan_out::FanOut,
    dirty: dirty::Dirty,
    /// How long the shard does one kind of work before it checks for other work.
    slice: Duration,
    /// The inbox may have commands without a pending wake-up.
    inbox_waits: bool,
    writes: writes::Writes,
    notices: Vec<Notice>,
    tally: Tally,
    /// Drains of connections that have closed. A drain is over after the host is told of them.
    left: Vec<Arc<Drain>>,
    ended: bool,
}

impl Shard {
    fn new(links: Links, poller: poller::Poller) -> Self {
        Self {
            links,
            poller,
            timers: timers::Timers::default(),
            pings: pings::Pings::default(),
            connections: connections::Connections::default(),
            options: Vec::new(),
            groups: groups::Groups::default(),
            lingering: HashMap::new(),
            fan_out: fan_out::FanOut::default(),
            dirty: dirty::Dirty::default(),
            slice: slice::SLICE,
            inbox_waits: false,
            writes: writes::Writes::default(),
            notices: Vec::new(),
            tally: Tally::default(),
            left: Vec::new(),
            ended: false,
        }
    }
}

#[cfg(test)]
mod tests;
