//! One client's open response, as seen from outside of its shard.
//!
//! - Everything said here travels through the shard's inbox, in order; only the shard touches the transport.
//! - Knows its channels, under one lock with whether it is closed: a channel can never keep a closed connection.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::time::Duration;

use parking_lot::Mutex;

use crate::channel::{Channel, ChannelId, Keeper};
use crate::frame::{Frame, Framing};
use crate::metrics::Counters;
use crate::ping::PingForm;
use crate::shard::{Command, Inbox, Socket};

/// Never reused. The shard is the id modulo the number of shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

impl ConnectionId {
    pub fn shard(self, shards: usize) -> usize {
        (self.0 % shards as u64) as usize
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Native,
    Stream,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    Client,
    End,
    Timeout,
    Overflow,
    Stall,
    Destroy,
    Flood,
    Error,
}

impl CloseReason {
    pub const ALL: [CloseReason; 8] = [
        CloseReason::Client,
        CloseReason::End,
        CloseReason::Timeout,
        CloseReason::Overflow,
        CloseReason::Stall,
        CloseReason::Destroy,
        CloseReason::Flood,
        CloseReason::Error,
    ];

    pub fn name(self) -> &'static str {
        match self {
            CloseReason::Client => "client",
            CloseReason::End => "end",
            CloseReason::Timeout => "timeout",
            CloseReason::Overflow => "overflow",
            CloseReason::Stall => "stall",
            CloseReason::Destroy => "destroy",
            CloseReason::Flood => "flood",
            CloseReason::Error => "error",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// Whether everything queued is sent before the connection closes.
    pub fn is_orderly(self) -> bool {
        matches!(self, CloseReason::End | CloseReason::Timeout)
    }
}

/// How much may wait for a client before it is disconnected; a replay does not count.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    /// The largest that waits does not count either.
    pub bytes: usize,
    pub events: u64,
}

impl QueueLimits {
    /// What may wait until the client has been slow for a while: who reads well is not to go for a burst.
    pub fn of_a_burst(self) -> Self {
        Self { bytes: self.bytes.saturating_mul(BURST), events: self.events.saturating_mul(BURST as u64) }
    }
}

const BURST: usize = 16;

#[derive(Clone, Copy, Debug)]
pub struct ConnectionOptions {
    pub max_queue: QueueLimits,
    pub ping: Option<Duration>,
    pub ping_form: PingForm,
    pub timeout: Option<Duration>,
    /// How long something may wait without the client taking a byte.
    pub stall_timeout: Option<Duration>,
    /// Milliseconds, sent as the first frame.
    pub retry: Option<u32>,
}

pub struct Connection {
    pub id: ConnectionId,
    inbox: Arc<Inbox>,
    counters: Arc<Counters>,
    /// Bytes sent to this connection that lie in its shard's inbox.
    posted: AtomicUsize,
    /// Bytes in its queue; kept by its shard.
    queued: AtomicUsize,
    membership: Mutex<Membership>,
}

#[derive(Default)]
struct Membership {
    closed: bool,
    channels: HashMap<ChannelId, Arc<Channel>>,
}

impl Connection {
    pub(crate) fn new(id: ConnectionId, inbox: Arc<Inbox>, counters: Arc<Counters>) -> Arc<Self> {
        Arc::new(Self {
            id,
            inbox,
            counters,
            posted: AtomicUsize::new(0),
            queued: AtomicUsize::new(0),
            membership: Mutex::default(),
        })
    }

    pub fn send(self: &Arc<Self>, frames: Vec<Frame>) {
        self.inbox.wait_for_room();
        let bytes = frames.iter().map(Frame::len).sum();
        self.counters.events.fetch_add(frames.len() as u64, Relaxed);
        self.posted.fetch_add(bytes, Relaxed);
        self.inbox.push(Command::Send { connection: self.clone(), frames, bytes });
    }

    /// Hands the socket over: from now on its shard is the only one that writes it.
    pub fn attach_socket(&self, socket: Socket, framing: Framing) {
        self.inbox.push(Command::AttachSocket { connection: self.id, socket, framing });
    }

    /// The host writes: it gets [`crate::notice::Notice::Write`].
    pub fn attach_stream(&self) {
        self.inbox.push(Command::AttachStream { connection: self.id });
    }

    /// `None` stops the pings.
    pub fn set_ping(&self, interval: Option<Duration>) {
        self.inbox.wait_for_room();
        self.inbox.push(Command::SetPing { connection: self.id, interval });
    }

    /// `None` clears the limit.
    pub fn set_timeout(&self, timeout: Option<Duration>) {
        self.inbox.wait_for_room();
        self.inbox.push(Command::SetTimeout { connection: self.id, timeout });
    }

    /// With `true` the host decides what happens when the timeout has passed.
    pub fn hold_timeout(&self, hold: bool) {
        self.inbox.wait_for_room();
        self.inbox.push(Command::HoldTimeout { connection: self.id, hold });
    }

    pub fn close(&self, reason: CloseReason) {
        self.inbox.push(Command::Close { connection: self.id, reason });
    }

    pub fn queued_bytes(&self) -> usize {
        self.posted.load(Acquire) + self.queued.load(Relaxed)
    }

    pub fn is_closed(&self) -> bool {
        self.membership.lock().closed
    }

    /// Runs `join` and remembers the channel if it went well; `None` when the connection is closed or a member already.
    pub(crate) fn join<T, E>(
        &self,
        channel: &Arc<Channel>,
        join: impl FnOnce(&Inbox) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        self.inbox.wait_for_room();
        let mut membership = self.membership.lock();
        if membership.closed || membership.channels.contains_key(&channel.id) {
            return None;
        }
        let joined = join(&self.inbox);
        if joined.is_ok() {
            membership.channels.insert(channel.id, channel.clone());
        }
        Some(joined)
    }

    /// Forgets the channel. False when it was no member.
    pub(crate) fn part(&self, channel: ChannelId) -> bool {
        // Kept until the lock is free: it may be the last that holds the channel.
        let left = {
            let mut membership = self.membership.lock();
            let left = membership.channels.remove(&channel);
            if left.is_some() {
                self.inbox.push_quietly(Command::Leave { connection: self.id, channel });
            }
            left
        };
        left.is_some()
    }

    /// Topics forget it at once, whatever it has still to send; its shard takes it off its lists when it closes.
    pub(crate) fn leave_topics(&self) {
        let topics: Vec<_> = {
            let membership = self.membership.lock();
            let channels = membership.channels.values();
            channels.filter(|channel| channel.keeper == Keeper::Members).cloned().collect()
        };
        for topic in topics {
            topic.forget(self.id);
        }
    }

    /// Called by its shard: no channel takes it from now on. Those that had it, and are to forget it.
    pub(crate) fn closed(&self) -> Vec<Arc<Channel>> {
        let mut membership = self.membership.lock();
        membership.closed = true;
        std::mem::take(&mut membership.channels).into_values().collect()
    }

    pub(crate) fn picked_up(&self, bytes: usize) {
        self.posted.fetch_sub(bytes, Release);
    }

    pub(crate) fn set_queued(&self, bytes: usize) {
        self.queued.store(bytes, Relaxed);
    }
}
