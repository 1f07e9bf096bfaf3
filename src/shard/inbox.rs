//! A shard's inbox: commands from any thread, in order.
//!
//! - Bounded in bytes. A sender waits for room *before* it takes a lock, so that a shard that needs
//!   the lock can make room.
//! - Commands that open, attach, acknowledge or close a connection, or make it leave a channel, may
//!   exceed the bound: each occurs once per socket, or once per command that waited for room.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::time::Duration;

use tokio::sync::Notify;

use super::run::Entry;
use super::socket::Socket;
use crate::connection::{CloseReason, ConnectionOptions, Overflow, QueueGauge};
use crate::drain::{Departure, Drain};
use crate::ids::{ChannelId, ConnectionId, Place};
use crate::sync::{AtomicBool, AtomicUsize, Condvar, Mutex, Receiver, Sender, unbounded};
use crate::wire::{Coding, Frame, Framing};

pub enum Command {
    /// If the connection `gathers`, live events wait for [`Command::Resume`].
    Open {
        id: ConnectionId,
        gauge: Arc<QueueGauge>,
        options: ConnectionOptions,
        gathers: bool,
    },
    /// Sent before a transport is attached.
    SetCoding {
        connection: ConnectionId,
        coding: Coding,
    },
    /// The shard writes to the socket. `head`: bytes that are sent first.
    AttachSocket {
        connection: ConnectionId,
        socket: Socket,
        framing: Framing,
        head: Box<[u8]>,
    },
    /// The host writes to the client.
    AttachStream(ConnectionId, Framing),
    /// Sends frames to this connection alone. The gauge counts the bytes until the shard picks them
    /// up.
    Send {
        connection: ConnectionId,
        gauge: Arc<QueueGauge>,
        frames: Vec<Frame>,
        bytes: usize,
    },
    /// Sends a frame to the members of a channel. `key`: the key of the event in that channel.
    Broadcast {
        channel: ChannelId,
        place: Place,
        frame: Frame,
        key: Option<Arc<str>>,
    },
    /// Sends several frames to the members of a channel. A member gets all or none of them.
    Broadcasts {
        channel: ChannelId,
        entries: Arc<[Entry]>,
    },
    /// Sends a frame once to each member of any of these channels.
    Multicast {
        channels: Arc<[ChannelId]>,
        place: Place,
        frame: Frame,
    },
    /// `last`: the place of the latest event before the join.
    Join {
        connection: ConnectionId,
        channel: ChannelId,
        last: Place,
        replay: Vec<Frame>,
    },
    /// Live events wait for [`Command::Resume`].
    Hold(ConnectionId),
    /// Events for this connection alone overtake those that wait for [`Command::Resume`].
    LetOwnPass(ConnectionId),
    /// Sends the events that a client missed while it was away, in order.
    Resume {
        connection: ConnectionId,
        replay: Vec<(Place, Frame)>,
        /// The client has every event of that epoch up to this place. Some may still arrive.
        ahead: Option<Place>,
    },
    /// Queued after every publication up to `place`. The client was behind and has read all of
    /// these.
    CaughtUp {
        connection: ConnectionId,
        place: Place,
    },
    /// Sets the client's cursor, which stands for every event before it.
    Prime {
        connection: ConnectionId,
        frame: Frame,
    },
    /// Ends the members of the channel, each after its pending events.
    EndMembers(ChannelId),
    /// Leaves the channel. The connection stays open.
    Leave {
        connection: ConnectionId,
        channel: ChannelId,
    },
    /// See [`crate::hub::Hub::written`].
    Written {
        connections: Vec<ConnectionId>,
        slow: bool,
    },
    /// The clients of these connections have not yet accepted the bytes that the host has written.
    Blocked(Vec<ConnectionId>),
    /// For a connection without a policy of its own. `channels`: the ones that it has joined.
    SetOverflow {
        connection: ConnectionId,
        overflow: Overflow,
        channels: Vec<ChannelId>,
    },
    /// `None` stops the pings.
    SetPing {
        connection: ConnectionId,
        interval: Option<Duration>,
    },
    /// `None` clears the limit.
    SetTimeout {
        connection: ConnectionId,
        timeout: Option<Duration>,
    },
    SetExpiry {
        connection: ConnectionId,
        after: Option<Duration>,
    },
    /// With `hold`, the host decides what happens after the timeout.
    HoldTimeout {
        connection: ConnectionId,
        hold: bool,
    },
    /// Closes at once, or after the queue is flushed, depending on the reason.
    Close {
        connection: ConnectionId,
        reason: CloseReason,
    },
    /// Ends these connections, each at its own time. `within`: the window of the drain.
    Drain {
        drain: Arc<Drain>,
        departures: Vec<Departure>,
        within: Duration,
        event: Option<Frame>,
    },
    /// See [`super::Memberships::look_at`].
    WatchEmptiness {
        channel: ChannelId,
        after: Duration,
    },
    /// Closes every connection and ends the shard.
    Shutdown,
    #[cfg(test)]
    Panic,
}

impl Command {
    /// The connection that the command concerns, unless it concerns several or none.
    pub(super) fn connection(&self) -> Option<ConnectionId> {
        match self {
            Command::Hold(connection)
            | Command::LetOwnPass(connection)
            | Command::AttachStream(connection, _)
            | Command::SetCoding { connection, .. }
            | Command::AttachSocket { connection, .. }
            | Command::Send { connection, .. }
            | Command::Join { connection, .. }
            | Command::Resume { connection, .. }
            | Command::CaughtUp { connection, .. }
            | Command::Prime { connection, .. }
            | Command::Leave { connection, .. }
            | Command::SetOverflow { connection, .. }
            | Command::SetPing { connection, .. }
            | Command::SetTimeout { connection, .. }
            | Command::SetExpiry { connection, .. }
            | Command::HoldTimeout { connection, .. }
            | Command::Close { connection, .. } => Some(*connection),
            _ => None,
        }
    }

    fn weight(&self) -> usize {
        let frames = match self {
            Command::Broadcast { frame, .. } | Command::Multicast { frame, .. } => frame.len(),
            Command::Broadcasts { entries, .. } => {
                entries.iter().map(|entry| size_of::<Entry>() + entry.frame.len()).sum()
            }
            Command::Send { bytes, .. } => *bytes,
            _ => 0,
        };
        size_of::<Self>() + frames
    }
}

/// Bytes in an inbox at which senders wait.
const ROOM: usize = 32 << 20;
/// Bytes in an inbox above which quiet commands wake the shard.
const QUIET: usize = 64 << 10;

pub struct Inbox {
    sender: Sender<Command>,
    receiver: Receiver<Command>,
    arrived: Notify,
    weight: AtomicUsize,
    open: AtomicBool,
    waiting: Mutex<usize>,
    room: Condvar,
}

impl Inbox {
    pub(crate) fn new() -> Self {
        let (sender, receiver) = unbounded();
        Self {
            sender,
            receiver,
            arrived: Notify::new(),
            weight: AtomicUsize::new(0),
            open: AtomicBool::new(true),
            waiting: Mutex::new(0),
            room: Condvar::new(),
        }
    }

    /// The command is dropped if the shard has ended.
    pub(crate) fn push(&self, command: Command) {
        self.put(command);
        self.wake();
    }

    /// Pushes a command without waking the shard. It runs before the command that is pushed next,
    /// or after [`Inbox::wake`]. Waking a shard costs more than most commands.
    pub(crate) fn push_quietly(&self, command: Command) {
        if self.put(command) > QUIET {
            self.wake();
        }
    }

    /// Wakes the shard if commands are in the inbox.
    pub(crate) fn wake(&self) {
        if self.weight.load(Relaxed) > 0 {
            self.arrived.notify_one();
        }
    }

    /// Returns the weight of the inbox with this command.
    fn put(&self, command: Command) -> usize {
        if !self.open.load(Relaxed) {
            return 0;
        }
        let weight = command.weight();
        let before = self.weight.fetch_add(weight, Relaxed);
        // The channel cannot be disconnected: the inbox owns the receiver too.
        let _ = self.sender.send(command);
        // The shard may have ended since the first check. This load and the store in `close` are
        // ordered, so either this call or `close` discards the command.
        if !self.open.load(SeqCst) {
            self.discard();
        }
        before + weight
    }

    /// Returns when the inbox has room, or the shard has ended. Never call it while holding a lock.
    pub(crate) fn wait_for_room(&self) {
        if self.has_room() {
            return;
        }
        let mut waiting = self.waiting.lock();
        *waiting += 1;
        while !self.has_room() {
            self.room.wait(&mut waiting);
        }
        *waiting -= 1;
    }

    pub(crate) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// The commands in the inbox now. Later ones belong to the next turn.
    pub(crate) fn drain(&self) -> impl Iterator<Item = Command> + '_ {
        self.receiver.try_iter().take(self.receiver.len()).inspect(|command| {
            self.weight.fetch_sub(command.weight(), Relaxed);
        })
    }

    pub(crate) fn drained(&self) {
        if *self.waiting.lock() > 0 && self.has_room() {
            self.room.notify_all();
        }
    }

    /// Refuses further commands and drops those in the inbox, including their descriptors.
    pub(crate) fn close(&self) {
        self.open.store(false, SeqCst);
        self.discard();
        // A sender that found no room is waiting on `room` once this lock is released.
        drop(self.waiting.lock());
        self.room.notify_all();
    }

    fn discard(&self) {
        self.receiver.try_iter().for_each(drop);
    }

    /// The bytes of the commands in the inbox.
    #[cfg(test)]
    pub(crate) fn weight(&self) -> usize {
        self.weight.load(Relaxed)
    }

    fn has_room(&self) -> bool {
        self.weight.load(Relaxed) < ROOM || !self.open.load(Relaxed)
    }
}

#[cfg(test)]
mod tests;
