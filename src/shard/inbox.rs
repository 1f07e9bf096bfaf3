//! A shard's inbox: commands from any thread, in order.
//!
//! - Bounded in bytes: who sends waits for room *before* it takes a lock, so that a shard that needs the lock can make it.
//! - What opens, attaches, answers for or closes a connection, or lets it leave a channel, may pass the bound: each happens once
//!   for something that waited, or for a socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, unbounded};
use parking_lot::{Condvar, Mutex};
use tokio::sync::Notify;

use super::socket::Socket;
use crate::connection::{CloseReason, ConnectionOptions, QueueGauge};
use crate::ids::{ChannelId, ConnectionId};
use crate::wire::{Frame, Framing};

pub enum Command {
    Open {
        connection: ConnectionId,
        gauge: Arc<QueueGauge>,
        options: ConnectionOptions,
    },
    AttachSocket {
        connection: ConnectionId,
        socket: Socket,
        framing: Framing,
    },
    AttachStream {
        connection: ConnectionId,
    },
    Send {
        connection: ConnectionId,
        gauge: Arc<QueueGauge>,
        frames: Vec<Frame>,
        bytes: usize,
    },
    Broadcast {
        channel: ChannelId,
        frame: Frame,
    },
    /// Once to each member of any of these channels.
    Multicast {
        channels: Arc<[ChannelId]>,
        frame: Frame,
    },
    Join {
        connection: ConnectionId,
        channel: ChannelId,
        replay: Vec<Frame>,
    },
    Leave {
        connection: ConnectionId,
        channel: ChannelId,
    },
    Written {
        connections: Vec<ConnectionId>,
        slow: bool,
    },
    /// What the host has written for these waits for their clients.
    Blocked {
        connections: Vec<ConnectionId>,
    },
    SetPing {
        connection: ConnectionId,
        interval: Option<Duration>,
    },
    SetTimeout {
        connection: ConnectionId,
        timeout: Option<Duration>,
    },
    HoldTimeout {
        connection: ConnectionId,
        hold: bool,
    },
    Close {
        connection: ConnectionId,
        reason: CloseReason,
    },
    WatchEmptiness {
        channel: ChannelId,
        after: Duration,
    },
    Shutdown,
    #[cfg(test)]
    Panic,
}

impl Command {
    fn weight(&self) -> usize {
        let frames = match self {
            Command::Broadcast { frame, .. } | Command::Multicast { frame, .. } => frame.len(),
            Command::Send { bytes, .. } => *bytes,
            _ => 0,
        };
        size_of::<Self>() + frames
    }
}

/// How much may lie in an inbox before senders wait.
const ROOM: usize = 32 << 20;
/// How much may lie in an inbox without the shard being told.
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

    /// Dropped when the shard has ended.
    pub(crate) fn push(&self, command: Command) {
        self.put(command);
        self.arrived.notify_one();
    }

    /// For what nobody waits for: it is done before whatever is pushed next. To wake a shard costs more than most commands.
    pub(crate) fn push_quietly(&self, command: Command) {
        if self.put(command) > QUIET {
            self.arrived.notify_one();
        }
    }

    /// The weight of the inbox now.
    fn put(&self, command: Command) -> usize {
        if !self.open.load(Relaxed) {
            return 0;
        }
        let weight = command.weight();
        let before = self.weight.fetch_add(weight, Relaxed);
        // Never disconnected: this owns the receiver too.
        let _ = self.sender.send(command);
        before + weight
    }

    /// Returns when the inbox has room, or the shard has ended. Call it without a lock.
    pub(crate) fn wait_for_room(&self) {
        if self.has_room() {
            return;
        }
        let mut waiting = self.waiting.lock();
        *waiting += 1;
        while !self.has_room() {
            // A wake-up may come right before the wait begins.
            self.room.wait_for(&mut waiting, Duration::from_millis(5));
        }
        *waiting -= 1;
    }

    pub(super) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// What lies in the inbox now; what comes meanwhile is the next turn's.
    pub(crate) fn drain(&self) -> impl Iterator<Item = Command> + '_ {
        self.receiver.try_iter().take(self.receiver.len()).inspect(|command| {
            self.weight.fetch_sub(command.weight(), Relaxed);
        })
    }

    pub(super) fn drained(&self) {
        if *self.waiting.lock() > 0 && self.has_room() {
            self.room.notify_all();
        }
    }

    /// No command is taken any more; those that lie here are dropped, and with them the descriptors they hold.
    pub(super) fn close(&self) {
        self.open.store(false, Relaxed);
        self.receiver.try_iter().for_each(drop);
        self.room.notify_all();
    }

    fn has_room(&self) -> bool {
        self.weight.load(Relaxed) < ROOM || !self.open.load(Relaxed)
    }
}

#[cfg(test)]
mod tests;
