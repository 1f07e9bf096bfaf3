//! One turn of a shard: wait, apply commands, flush queues, post notices.

use tokio::task::yield_now;

use super::Shard;
use super::connection::{Connection, Sink};
use super::dirty::Urgency;
use super::flush::{BURST_TIME, Flushed};
use super::slice::Slice;
use super::timers::Timer;
use crate::ids::ConnectionId;
use crate::metrics::Tally;
use crate::notice::Notice;

/// The readiness of a socket, as a poller reports it. It is a hint: the socket may have been
/// closed, or read to its end, in the meantime.
#[derive(Clone, Copy)]
pub(super) struct Ready {
    pub connection: ConnectionId,
    pub readable: bool,
    pub writable: bool,
    pub hung_up: bool,
}

impl Shard {
    /// Runs until the shard is shut down.
    pub(super) async fn work(&mut self) {
        while !self.ended {
            self.turn().await;
        }
    }

    pub(super) async fn turn(&mut self) {
        let mut expired = None;
        let mut ready = Vec::new();
        let is_busy = self.is_busy();
        tokio::select! {
            () = self.links.inbox.arrived() => {}
            // If the poller itself fails, the shard still handles commands.
            sockets = self.poller.ready() => ready = sockets.unwrap_or_default(),
            timer = self.timers.next() => expired = Some(timer),
            // Polls all of the above, then continues.
            () = yield_now(), if is_busy => {}
        }
        ready.into_iter().for_each(|ready| self.on_ready(ready));
        if let Some(timer) = expired {
            self.on_timer(timer);
        }
        self.drain_inbox();
        if !self.ended {
            self.flush_dirty(Urgency::Own, &mut Slice::of(self.slice));
            self.fan_out(Slice::of(self.slice));
        }
        self.publish();
    }

    /// Whether there is work without a pending wake-up.
    pub(super) fn is_busy(&self) -> bool {
        self.inbox_waits || !self.fan_out.is_empty() || !self.dirty.is_empty()
    }

    pub(super) fn drain_inbox(&mut self) {
        let inbox = self.links.inbox.clone();
        self.inbox_waits = false;
        for command in inbox.drain() {
            self.apply(command);
            if self.ended {
                return;
            }
            if self.fan_out.is_full() {
                self.inbox_waits = true;
                break;
            }
        }
        inbox.drained();
    }

    /// Flushes connections with that urgency. Returns false if the slice ended first.
    pub(super) fn flush_dirty(&mut self, urgency: Urgency, slice: &mut Slice) -> bool {
        while let Some(place) = self.dirty.next(urgency) {
            if let Some(connection) = self.connections.at(place)
                && connection.urgency != Urgency::None
            {
                let id = connection.id;
                while self.flush_queue(id) && self.reread(id) {}
                if slice.step() {
                    return false;
                }
            }
        }
        true
    }

    /// Returns whether the queue is empty.
    fn flush_queue(&mut self, id: ConnectionId) -> bool {
        let Some(connection) = self.connections.get_mut(id) else { return false };
        connection.urgency = Urgency::None;
        connection.push_ping_if_due();
        let flushed = connection.flush(&self.poller, &mut self.writes, &mut self.tally);
        let is_empty = matches!(flushed, Flushed::Empty);
        match flushed {
            Flushed::Empty => {
                if connection.caught_up(&self.poller) {
                    self.notices.push(Notice::Drained(id));
                }
                self.notices.extend(connection.take_lost());
            }
            Flushed::Waiting => {
                if let (None, Some(after)) =
                    (connection.rare.stall_timer, connection.options.stall_timeout)
                {
                    connection.rare.stall_timer = Some(self.timers.start(Timer::Stall(id), after));
                }
                let limits = connection.options.max_queue;
                if connection.rare.burst_timer.is_none() && connection.queue.exceeds(limits) {
                    connection.rare.burst_timer =
                        Some(self.timers.start(Timer::Burst(id), BURST_TIME));
                }
            }
            Flushed::Ended(reason) | Flushed::Failed(reason) => {
                self.close(id, reason);
                return false;
            }
        }
        report(connection, &mut self.tally);
        is_empty
    }

    pub(super) fn publish(&mut self) {
        let queued = self.links.counters.add(std::mem::take(&mut self.tally));
        if queued > self.links.max_queued as u64 {
            self.evict((queued - self.links.max_queued as u64) as usize);
            self.links.counters.add(std::mem::take(&mut self.tally));
        }
        self.notices.extend(self.writes.drain());
        self.links.outbox.post(&mut self.notices);
        self.left.clear();
    }

    fn on_ready(&mut self, ready: Ready) {
        let id = ready.connection;
        let Some(connection) = self.connections.get_mut(id) else { return self.on_lingering(id) };
        if ready.readable
            && let Some(reason) = connection.receive()
        {
            return self.close(id, reason);
        }
        // Once a client has closed its side, reading no longer reveals that it has left.
        if ready.hung_up
            && let Some(reason) = connection.broken()
        {
            return self.close(id, reason);
        }
        if ready.writable
            && let Sink::Socket { can_write, .. } = &mut connection.sink
        {
            *can_write = true;
            connection.mark_shared(&mut self.dirty);
        }
    }
}

/// Updates the gauges if the number of queued bytes has changed.
pub(super) fn report(connection: &mut Connection, tally: &mut Tally) {
    let queued = connection.queued_bytes();
    let reported = u32::try_from(queued).unwrap_or(u32::MAX);
    if reported != connection.reported {
        tally.queued_bytes += i64::from(reported) - i64::from(connection.reported);
        connection.reported = reported;
        connection.gauge.set_queued(reported);
    }
}
