//! The I/O thread. In each turn it waits for commands, sockets or timers, applies what arrived,
//! sends what is queued, and tells the host.
//!
//! - Every native connection belongs to one shard, and only that shard touches its socket.
//! - Nothing here waits for JavaScript. Pings, timeouts and queued writes go on while it is
//!   blocked.

mod apply;
mod close;
mod connection;
mod connections;
mod depart;
mod expire;
mod flush;
mod held;
mod inbox;
#[cfg(all(unix, not(sluice_stream_only), not(feature = "bench")))]
mod keep_alive;
#[cfg(feature = "bench")]
mod manual;
mod memberships;
mod overflow;
#[cfg_attr(any(not(unix), sluice_stream_only, feature = "bench"), path = "no_poller.rs")]
mod poller;
mod queue;
mod run;
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

use indexmap::IndexMap;

use crate::connection::CloseReason;
use crate::drain::Drain;
use crate::ids::{ChannelId, ConnectionId};
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

/// What a shard shares with its hub.
pub(crate) struct Links {
    pub inbox: Arc<Inbox>,
    pub outbox: Arc<Outbox>,
    pub counters: Arc<Counters>,
    pub memberships: Arc<dyn Memberships>,
    /// How many bytes all connections of the hub may have queued.
    pub max_queued: usize,
}

/// Ends with [`Command::Shutdown`], and is joined when it is dropped.
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
            // A bug costs this shard's connections, not the process. The shard goes on.
            while catch_unwind(AssertUnwindSafe(|| block_on(&runtime, shard.work()))).is_err() {
                shard.close_all(CloseReason::Error);
                // Commands of that turn may be left in the inbox.
                shard.links.inbox.wake();
            }
        })?;
        Ok(Self { inbox, thread: Some(thread) })
    }
}

/// However the thread ends, no sender waits for room in its inbox afterwards.
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
    connections: connections::Connections,
    channels: HashMap<ChannelId, IndexMap<ConnectionId, connections::Place>>,
    /// Sockets whose response has ended, until the client has closed its side too.
    lingering: HashMap<ConnectionId, socket::Socket>,
    /// Events of one channel that its members have not been given yet.
    run: Option<run::Run>,
    /// Connections with something new to send.
    dirty: Vec<ConnectionId>,
    writes: writes::Writes,
    notices: Vec<Notice>,
    tally: Tally,
    /// What connections that have closed held. A drain is over after the host is told of them.
    left: Vec<Arc<Drain>>,
    ended: bool,
}

impl Shard {
    fn new(links: Links, poller: poller::Poller) -> Self {
        Self {
            links,
            poller,
            timers: timers::Timers::default(),
            connections: connections::Connections::default(),
            channels: HashMap::new(),
            lingering: HashMap::new(),
            run: None,
            dirty: Vec::new(),
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
