//! Sends a connection's queue, and reads bytes from the client.

use std::io::{self, IoSlice};
use std::time::Duration;

use tokio::time::Instant;

use super::connection::{Connection, Sink, Stage};
use super::poller::Poller;
use super::writes::Writes;
use crate::connection::{CloseReason, Overflow, QueueLimits};
use crate::metrics::Tally;

/// Maximum number of segments in one vectored send.
const PARTS: usize = 64;
/// Maximum number of bytes in one write of the host for a connection.
pub(super) const STREAM_WRITE: usize = 64 << 10;
/// Maximum number of bytes that a client may send after its request.
pub(super) const MAX_RECEIVED: usize = 64 << 10;

/// How long a client may be slow before its queue's limits apply.
pub(super) const BURST_TIME: Duration = Duration::from_secs(1);

pub(super) enum Flushed {
    /// Nothing is queued.
    Empty,
    /// Bytes are queued.
    Waiting,
    /// The last byte was sent.
    Ended(CloseReason),
    /// The connection must be closed.
    Failed(CloseReason),
}

impl Connection {
    pub fn flush(&mut self, poller: &Poller, writes: &mut Writes, tally: &mut Tally) -> Flushed {
        let flushed = match self.sink {
            Sink::Pending(_) => Flushed::Waiting,
            Sink::Socket { .. } => self.flush_socket(poller, tally),
            Sink::Stream { .. } => self.flush_stream(writes, tally),
        };
        match flushed {
            Flushed::Empty | Flushed::Waiting if self.holds_too_much() => {
                Flushed::Failed(CloseReason::Overflow)
            }
            Flushed::Empty | Flushed::Waiting if self.overflows() && !self.relieve(tally) => {
                Flushed::Failed(CloseReason::Overflow)
            }
            flushed => flushed,
        }
    }

    fn overflows(&self) -> bool {
        let limits = self.limits();
        match self.options.overflow {
            Overflow::DropOldest => self.queue.is_over(limits),
            _ => self.queue.exceeds(limits),
        }
    }

    /// Whether the events held for a replay or a snapshot exceed the limits.
    fn holds_too_much(&self) -> bool {
        let limits = self.limits();
        let held = self.held.as_ref();
        held.is_some_and(|held| held.bytes() > limits.bytes || held.events() > limits.events)
    }

    pub fn limits(&self) -> QueueLimits {
        let is_slow = match self.sink {
            Sink::Pending(_) => false,
            Sink::Socket { .. } => self.slow_since.elapsed() >= BURST_TIME,
            Sink::Stream { blocked, .. } => blocked,
        };
        let limits = self.options.max_queue;
        if is_slow { limits } else { limits.for_a_burst() }
    }

    fn flush_socket(&mut self, poller: &Poller, tally: &mut Tally) -> Flushed {
        loop {
            if self.queue.is_empty() {
                match self.stage {
                    Stage::Gathering | Stage::Open | Stage::Ahead | Stage::Behind => {
                        return Flushed::Empty;
                    }
                    Stage::Ending(reason) => {
                        if !self.push_end() {
                            return Flushed::Ended(reason);
                        }
                    }
                }
            }
            let Self { sink: Sink::Socket { socket, can_write, .. }, queue, .. } = self else {
                return Flushed::Empty;
            };
            if !*can_write {
                return Flushed::Waiting;
            }
            let mut parts = [IoSlice::new(&[]); PARTS];
            let count = parts
                .iter_mut()
                .zip(queue.iter())
                .map(|(part, bytes)| *part = IoSlice::new(bytes))
                .count();
            match socket.send(&parts[..count]) {
                Ok(sent) => {
                    tally.bytes += sent as u64;
                    tally.deliveries += self.advance(sent);
                    if self.slow {
                        self.rare.progressed = Some(Instant::now());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    *can_write = false;
                    if !std::mem::replace(&mut self.slow, true) {
                        self.slow_since = Instant::now();
                        self.rare.progressed = Some(self.slow_since);
                        if poller.watch_writable(self.id, socket, true).is_err() {
                            return Flushed::Failed(CloseReason::Error);
                        }
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Flushed::Failed(reason_of(&error)),
            }
        }
    }

    fn flush_stream(&mut self, writes: &mut Writes, tally: &mut Tally) -> Flushed {
        if self.queue.is_empty() && matches!(self.stage, Stage::Ending(_)) {
            self.push_end();
        }
        let Sink::Stream { in_flight, .. } = &mut self.sink else { return Flushed::Empty };
        let was_idle = *in_flight == 0;
        if was_idle && !self.queue.is_empty() {
            let length = writes.push(self.id, self.queue.front(STREAM_WRITE));
            *in_flight = length as u32;
            self.rare.progressed = Some(writes.now());
            tally.bytes += length as u64;
            tally.deliveries += self.advance(length);
            return Flushed::Waiting;
        }
        match self.stage {
            _ if !was_idle => Flushed::Waiting,
            Stage::Ending(reason) => Flushed::Ended(reason),
            Stage::Gathering | Stage::Open | Stage::Ahead | Stage::Behind => Flushed::Empty,
        }
    }

    /// The time since the client last accepted bytes or became slow. `Duration::MAX` without a
    /// transport.
    pub fn idle_for(&self) -> Duration {
        self.rare.progressed.map_or(Duration::MAX, |progressed| progressed.elapsed())
    }

    /// Marks the client as no longer slow. Returns whether it was slow.
    pub fn caught_up(&mut self, poller: &Poller) -> bool {
        let was_slow = std::mem::replace(&mut self.slow, false);
        if was_slow && let Sink::Socket { socket, .. } = &self.sink {
            // If this fails, the poller only repeats readiness that is already known.
            let _ = poller.watch_writable(self.id, socket, false);
        }
        was_slow
    }

    /// Reads and discards bytes from the client. Returns a reason to close, if there is one.
    pub fn receive(&mut self) -> Option<CloseReason> {
        let Sink::Socket { socket, .. } = &self.sink else { return None };
        match socket.discard(MAX_RECEIVED) {
            Ok(count) => {
                self.received = self.received.saturating_add(count as u32);
                (self.received as usize > MAX_RECEIVED).then_some(CloseReason::Flood)
            }
            Err(error) => Some(reason_of(&error)),
        }
    }

    /// Called when nothing more can be sent. Returns the reason to close.
    pub fn broken(&self) -> Option<CloseReason> {
        let Sink::Socket { socket, .. } = &self.sink else { return None };
        Some(socket.error().map_or(CloseReason::Client, |error| reason_of(&error)))
    }
}

/// For a peer that acknowledges nothing, the kernel reports ETIMEDOUT, or why packets do not reach
/// it, if known. A reset or a broken pipe means that the client has left.
fn reason_of(error: &io::Error) -> CloseReason {
    match error.kind() {
        io::ErrorKind::TimedOut
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable => CloseReason::Stall,
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::NotConnected => CloseReason::Client,
        _ => CloseReason::Error,
    }
}
