//! The root of the core: the shards, the order of events and the counters of one host.

use std::io;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};

use crate::connection::{ConnectionOptions, QueueGauge};
use crate::drain::{Drain, DrainOptions, schedule};
use crate::ids::{BackplaneId, ConnectionId, DrainId};
use crate::log::Cursor;
use crate::metrics::{BackplaneMetrics, Counters, Metrics};
use crate::notice::{Host, Notice, Outbox};
use crate::order::{Order, Ordered};
use crate::records::Records;
use crate::shard::{Command, Inbox, Links, ShardThread};
use crate::sync::{AtomicU64, Mutex, MutexGuard};

pub const MAX_SHARDS: usize = 64;

pub struct Hub {
    shards: Mutex<Vec<ShardThread>>,
    inboxes: Arc<[Arc<Inbox>]>,
    order: Arc<Ordered>,
    outbox: Arc<Outbox>,
    counters: Arc<Counters>,
    records: Records,
    next_connection: AtomicU64,
    next_backplane: AtomicU32,
    /// Closed when the hub shuts down.
    closed_with: Mutex<Vec<Weak<dyn CloseWithHub>>>,
}

/// An object with a thread that uses the hub.
pub trait CloseWithHub: Send + Sync {
    /// Ends the thread and waits for it to exit.
    fn close(&self);

    /// The bytes queued for the thread.
    fn queued_bytes(&self) -> usize;
}

impl Hub {
    /// The number of cores minus one, but at least one and at most four.
    pub fn default_shards() -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        (cores - 1).clamp(1, 4)
    }

    /// `max_queued`: the maximum of queued bytes over all connections. Above it, connections with
    /// the largest queues are disconnected.
    pub fn start(shards: usize, max_queued: usize, host: Box<dyn Host>) -> io::Result<Self> {
        let (hub, links) = Self::without_threads(shards, max_queued, host);
        let links = links.into_iter().enumerate();
        let threads = links.map(|(index, links)| ShardThread::start(index, links));
        *hub.shards.lock() = threads.collect::<io::Result<Vec<_>>>()?;
        Ok(hub)
    }

    /// Also returns the links of each shard, which the caller starts.
    pub(crate) fn without_threads(
        shards: usize,
        max_queued: usize,
        host: Box<dyn Host>,
    ) -> (Self, Vec<Links>) {
        let outbox = Arc::new(Outbox::new(host));
        let counters = Arc::new(Counters::default());
        let inboxes: Arc<[_]> =
            (0..shards.clamp(1, MAX_SHARDS)).map(|_| Arc::new(Inbox::new())).collect();
        let order = Arc::new(Ordered::new(inboxes.clone()));
        let links = |inbox: &Arc<Inbox>| Links {
            inbox: inbox.clone(),
            outbox: outbox.clone(),
            counters: counters.clone(),
            memberships: order.clone(),
            max_queued,
        };
        let links = inboxes.iter().map(links).collect();
        let hub = Self {
            shards: Mutex::default(),
            inboxes,
            order,
            outbox,
            counters,
            records: Records::default(),
            next_connection: AtomicU64::new(0),
            next_backplane: AtomicU32::new(0),
            closed_with: Mutex::default(),
        };
        (hub, links)
    }

    /// Opens a connection. It queues events until a transport is attached.
    pub fn open(
        &self,
        options: ConnectionOptions,
        cursor: Option<Cursor>,
    ) -> (ConnectionId, Arc<QueueGauge>) {
        let id = ConnectionId(self.next_connection.fetch_add(1, Relaxed));
        let gauge = Arc::<QueueGauge>::default();
        let gathers = cursor.is_some();
        self.lock().open(id, gauge.clone(), cursor);
        let open = Command::Open { id, gauge: gauge.clone(), options, gathers };
        match options.timeout {
            Some(_) => self.inbox_of(id).push(open),
            // The shard has nothing to do until a transport or an event follows.
            None => self.inbox_of(id).push_quietly(open),
        }
        (id, gauge)
    }

    /// [`crate::order`] describes the lock.
    pub fn lock(&self) -> MutexGuard<'_, Order> {
        self.order.lock()
    }

    pub fn inbox_of(&self, connection: ConnectionId) -> &Inbox {
        &self.inboxes[connection.shard(self.inboxes.len())]
    }

    /// Wakes the shards for commands that were pushed quietly, such as attached transports.
    pub fn wake(&self) {
        self.inboxes.iter().for_each(|inbox| inbox.wake());
    }

    /// Returns when every shard has room for more. Never call it while holding the lock.
    pub fn wait_for_room(&self) {
        self.inboxes.iter().for_each(|inbox| inbox.wait_for_room());
    }

    pub fn records(&self) -> &Records {
        &self.records
    }

    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Returns the notices since the last call, in order.
    pub fn take_notices(&self) -> Vec<Notice> {
        self.outbox.take()
    }

    /// Reports that the host has written the bytes of [`Notice::Write`] and is ready for more.
    /// `slow`: the host had to wait for the client.
    pub fn written(&self, connections: impl IntoIterator<Item = ConnectionId>, slow: bool) {
        self.tell(connections, |connections| Command::Written { connections, slow });
    }

    /// Reports that clients have not accepted the written bytes yet. [`Hub::written`] follows.
    pub fn blocked(&self, connections: impl IntoIterator<Item = ConnectionId>) {
        self.tell(connections, Command::Blocked);
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

    /// Ends the given connections, or all, over a time window. [`Notice::DrainOver`] follows.
    pub fn drain(
        &self,
        id: DrainId,
        connections: Option<Vec<ConnectionId>>,
        options: DrainOptions,
    ) {
        let connections = connections.unwrap_or_else(|| self.lock().audience.connections());
        let drain = Arc::new(Drain::new(id, connections.len(), self.outbox.clone()));
        let mut by_shard = vec![Vec::new(); self.inboxes.len()];
        for departure in schedule(connections, &options) {
            by_shard[departure.connection.shard(self.inboxes.len())].push(departure);
        }
        let DrainOptions { within, event, .. } = options;
        for (inbox, departures) in self.inboxes.iter().zip(by_shard) {
            if !departures.is_empty() {
                let (drain, event) = (drain.clone(), event.clone());
                inbox.push(Command::Drain { drain, departures, within, event });
            }
        }
    }

    pub fn next_backplane(&self) -> BackplaneId {
        BackplaneId(self.next_backplane.fetch_add(1, Relaxed))
    }

    pub fn close_with(&self, user: Weak<dyn CloseWithHub>) {
        let mut users = self.closed_with.lock();
        users.retain(|user| user.strong_count() > 0);
        users.push(user);
    }

    pub fn tell_host(&self, notice: Notice) {
        self.outbox.post(&mut vec![notice]);
    }

    pub fn metrics(&self) -> Metrics {
        let users = self.closed_with.lock().clone();
        let queued = users.iter().filter_map(Weak::upgrade).map(|user| user.queued_bytes() as u64);
        let queued_bytes = queued.sum();
        let order = self.lock();
        let mut metrics = self.counters.snapshot(order.audience.count(), order.log.metrics());
        metrics.backplanes.queued_bytes = queued_bytes;
        metrics
    }

    pub fn count_backplane(&self, count: impl FnOnce(&mut BackplaneMetrics)) {
        self.counters.count_backplane(count);
    }

    /// Closes every connection and waits for the threads.
    pub fn shutdown(&self) {
        let users = std::mem::take(&mut *self.closed_with.lock());
        users.iter().filter_map(Weak::upgrade).for_each(|user| user.close());
        for inbox in self.inboxes.iter() {
            inbox.push(Command::Shutdown);
        }
        self.shards.lock().clear();
        let mut order = self.lock();
        for channel in order.audience.ids() {
            order.close(channel);
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
