//! Ends drained connections, each at its own time, after its queue is flushed.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Shard;
use super::connection::{Connection, Sink};
use super::timers::{Timer, TimerKey};
use crate::connection::CloseReason;
use crate::drain::{Departure, Drain, GRACE};
use crate::ids::ConnectionId;
use crate::wire::{Event, Frame};

/// The state of a connection that is being drained.
pub(super) struct Leaving {
    /// The drains that wait for this connection.
    drains: Vec<Arc<Drain>>,
    /// When the connection is ended.
    at: Instant,
    /// When the connection is destroyed if it is still open.
    until: Instant,
    retry: u32,
    /// The last event for the client.
    event: Option<Frame>,
    /// Fires at `at`, then at `until`.
    timer: Option<TimerKey>,
    /// `at` has passed. A connection that gathers ends once the gathering is complete.
    is_due: bool,
    /// `until` has passed while the host was busy with a write.
    is_overdue: bool,
    is_destroyed: bool,
}

impl Leaving {
    fn new(at: Instant, until: Instant, retry: u32, event: Option<Frame>) -> Box<Self> {
        Box::new(Self {
            drains: Vec::new(),
            at,
            until,
            retry,
            event,
            timer: None,
            is_due: false,
            is_overdue: false,
            is_destroyed: false,
        })
    }

    /// Reports the close to the drains.
    pub fn closed(&self, reason: CloseReason) {
        for drain in &self.drains {
            match reason {
                CloseReason::Drain => drain.count_ended(),
                _ if self.is_destroyed => drain.count_destroyed(),
                _ => {}
            }
        }
    }

    pub fn into_parts(self) -> (Option<TimerKey>, Vec<Arc<Drain>>) {
        (self.timer, self.drains)
    }
}

impl Shard {
    pub(super) fn drain(
        &mut self,
        drain: Arc<Drain>,
        departures: Vec<Departure>,
        within: Duration,
        event: Option<Frame>,
    ) {
        let now = Instant::now();
        let until = now + within + GRACE;
        for Departure { connection: id, after, retry } in departures {
            let Some(connection) = self.connections.get_mut(id) else { continue };
            let (at, event) = (now + after, event.clone());
            let leaving = connection
                .rare
                .leaving
                .get_or_insert_with(|| Leaving::new(at, until, retry, event.clone()));
            leaving.drains.push(drain.clone());
            leaving.until = leaving.until.min(until);
            // If several drains include the connection, the earliest end wins.
            if at < leaving.at {
                (leaving.at, leaving.retry, leaving.event) = (at, retry, event);
            }
            self.wait_to_depart(id);
        }
        // Released after the notices of this turn are posted.
        self.left.push(drain);
    }

    /// Restarts the timer.
    fn wait_to_depart(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        let is_ending = connection.is_ending();
        let Some(leaving) = &mut connection.rare.leaving else { return };
        let next = if is_ending || leaving.is_due { leaving.until } else { leaving.at };
        self.timers.stop(leaving.timer.take());
        leaving.timer = Some(self.timers.start(Timer::Departure(id), next - Instant::now()));
    }

    pub(super) fn on_departure_timer(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        let (is_ending, is_gathering) = (connection.is_ending(), connection.is_gathering());
        // While the host is busy with a write, the client may still be fast.
        let is_host =
            matches!(connection.sink, Sink::Stream { in_flight: 1.., blocked: false, .. });
        let Some(leaving) = &mut connection.rare.leaving else { return };
        leaving.timer = None;
        if !leaving.is_due {
            leaving.is_due = true;
            // A connection that is already ending has until `until` to flush its queue.
            if is_gathering || is_ending {
                return self.wait_to_depart(id);
            }
            return self.depart(id);
        }
        if is_host && !leaving.is_overdue {
            leaving.is_overdue = true;
            return;
        }
        leaving.is_destroyed = true;
        self.close(id, CloseReason::Destroy);
    }

    /// Ends the connection if it was due while it gathered.
    pub(super) fn depart_if_due(&mut self, id: ConnectionId) {
        let leaving =
            self.connections.get_mut(id).and_then(|connection| connection.rare.leaving.as_ref());
        if leaving.is_some_and(|leaving| leaving.is_due) {
            self.depart(id);
        }
    }

    fn depart(&mut self, id: ConnectionId) {
        let Some(place) = self.connections.place(id) else { return };
        self.catch_up(place);
        let Some(connection) = self.connections.at(place) else { return };
        connection.push_farewell();
        self.end(id, CloseReason::Drain);
        self.wait_to_depart(id);
    }

    /// Called when the host reports on a write. If the write was in flight when `until` passed, the
    /// client has another `GRACE` to finish.
    pub(super) fn hurry(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(id)
            && connection.rare.leaving.as_ref().is_some_and(|leaving| leaving.is_overdue)
            && let Some(leaving) = &mut connection.rare.leaving
            && leaving.timer.is_none()
        {
            leaving.timer = Some(self.timers.start(Timer::Departure(id), GRACE));
        }
    }
}

impl Connection {
    /// Queues the `retry` delay and the last event.
    fn push_farewell(&mut self) {
        let Some(leaving) = &mut self.rare.leaving else { return };
        let (retry, event) = (Event::retry(leaving.retry).encode(), leaving.event.take());
        if let Ok(retry) = retry {
            self.push_unlimited(retry, 0);
        }
        if let Some(event) = event {
            self.push_unlimited(event, 1);
        }
    }
}
