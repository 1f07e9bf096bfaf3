//! The whole: shards, channels and counters of one host.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use parking_lot::Mutex;

use crate::channel::{Channel, ChannelId, ChannelOptions, Reach};
use crate::connection::{Connection, ConnectionId, ConnectionOptions};
use crate::frame::Frame;
use crate::metrics::{Counters, Metrics};
use crate::notice::{Host, Notice, Outbox};
use crate::shard::{Command, Inbox, ShardThread};
use crate::store::Store;

pub const MAX_SHARDS: usize = 64;

pub struct Hub {
    shards: Mutex<Vec<ShardThread>>,
    inboxes: Arc<[Arc<Inbox>]>,
    outbox: Arc<Outbox>,
    counters: Arc<Counters>,
    channels: Arc<Store<ChannelId>>,
    next_connection: AtomicU64,
    next_channel: AtomicU64,
}

impl Hub {
    /// One less than the cores, at least one, at most four.
    pub fn default_shards() -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        (cores - 1).clamp(1, 4)
    }

    pub fn start(shards: usize, host: Box<dyn Host>) -> io::Result<Self> {
        let outbox = Arc::new(Outbox::new(host));
        let counters = Arc::new(Counters::default());
        let shards = (0..shards.clamp(1, MAX_SHARDS))
            .map(|index| ShardThread::start(index, outbox.clone(), counters.clone()))
            .collect::<io::Result<Vec<_>>>()?;
        let inboxes = shards.iter().map(|shard| shard.inbox().clone()).collect();
        Ok(Self {
            shards: Mutex::new(shards),
            inboxes,
            outbox,
            counters,
            channels: Arc::default(),
            next_connection: AtomicU64::new(0),
            next_channel: AtomicU64::new(0),
        })
    }

    /// A connection that queues what it is sent until a transport is attached.
    pub fn open(&self, options: ConnectionOptions) -> Arc<Connection> {
        let id = ConnectionId(self.next_connection.fetch_add(1, Relaxed));
        let inbox = &self.inboxes[id.shard(self.inboxes.len())];
        let connection = Connection::new(id, inbox.clone(), self.counters.clone());
        inbox.push(Command::Open { connection: connection.clone(), options });
        connection
    }

    pub fn channel(&self, options: ChannelOptions) -> Arc<Channel> {
        let channel = self.uncounted_channel(options);
        self.channels.insert(channel.id, &channel);
        channel
    }

    /// One that is nothing a user has made, so that the metrics pass over it.
    pub(crate) fn uncounted_channel(&self, options: ChannelOptions) -> Arc<Channel> {
        let id = ChannelId(self.next_channel.fetch_add(1, Relaxed));
        Channel::new(id, options, self.inboxes.clone(), self.counters.clone())
    }

    /// Returns when every shard has room for more. Call it without a lock.
    pub(crate) fn wait_for_room(&self) {
        self.inboxes.iter().for_each(|inbox| inbox.wait_for_room());
    }

    /// Gives an event to all members that are reached, once.
    pub(crate) fn multicast(&self, reach: &Reach, frame: &Frame) {
        self.counters.events.fetch_add(1, Relaxed);
        reach.multicast(frame, &self.inboxes);
    }

    /// Grows whenever the members of any channel change.
    pub(crate) fn membership_changes(&self) -> u64 {
        self.counters.membership_changes.load(Relaxed)
    }

    /// What happened since the last call, in order.
    pub fn take_notices(&self) -> Vec<Notice> {
        self.outbox.take()
    }

    /// The host has written what [`Notice::Write`] gave it for these connections, and is ready for more. `slow`: it had to
    /// wait for the client.
    pub fn written(&self, connections: impl IntoIterator<Item = ConnectionId>, slow: bool) {
        self.tell(connections, |connections| Command::Written { connections, slow });
    }

    /// What the host has written for these connections waits for their clients; [`Hub::written`] follows.
    pub fn blocked(&self, connections: impl IntoIterator<Item = ConnectionId>) {
        self.tell(connections, |connections| Command::Blocked { connections });
    }

    fn tell(
        &self,
        connections: impl IntoIterator<Item = ConnectionId>,
        command: impl Fn(Vec<ConnectionId>) -> Command,
    ) {
        let mut by_shard = vec![Vec::new(); self.inboxes.len()];
        for connection in connections {
            by_shard[connection.shard(self.inboxes.len())].push(connection);
        }
        for (inbox, connections) in self.inboxes.iter().zip(by_shard) {
            if !connections.is_empty() {
                inbox.push(command(connections));
            }
        }
    }

    pub fn metrics(&self) -> Metrics {
        self.counters.snapshot(self.channels.len())
    }

    /// Closes every connection and waits for the threads.
    pub fn shutdown(&self) {
        for inbox in self.inboxes.iter() {
            inbox.push(Command::Shutdown);
        }
        self.shards.lock().clear();
        for channel in self.channels.channels() {
            channel.close();
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.shutdown();
    }
}

#[cfg(test)]
mod tests;
