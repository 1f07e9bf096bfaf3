//! Pings. Connections with the same interval form one list, ordered by when their pings are due.
//! After a ping, a connection moves to the end.
//!
//! - Times are counted in ticks, so that one timer serves many connections. The first ping may be a
//!   tick early.
//! - An entry whose connection has closed, or has a new interval, is skipped when it is due.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Shard;
use super::connections::{Connections, Place};
use super::timers::Timer;
use crate::ids::ConnectionId;

/// Ticks in an interval, unless it is long or very short.
const TICKS: u32 = 64;
const MIN_TICK: Duration = Duration::from_millis(1);
const MAX_TICK: Duration = Duration::from_millis(250);
/// Useless entries that a list may have before it is worth removing them.
const MIN_USELESS: usize = 64;

/// Lists by interval. There are few intervals, and a list without connections is removed.
#[derive(Default)]
pub(super) struct Pings(Vec<List>);

struct List {
    interval: Duration,
    tick: Duration,
    /// When the ticks of this list began.
    since: Instant,
    entries: VecDeque<Entry>,
    /// Upper bound of the number of entries that will be skipped.
    useless: usize,
}

struct Entry {
    /// In ticks.
    due: u32,
    place: Place,
}

impl List {
    fn new(interval: Duration) -> Self {
        let tick = (interval / TICKS).clamp(MIN_TICK, MAX_TICK);
        Self { interval, tick, since: Instant::now(), entries: VecDeque::new(), useless: 0 }
    }

    /// Ticks since the list began.
    fn now(&self) -> u32 {
        (self.since.elapsed().as_nanos() / self.tick.as_nanos()) as u32
    }

    /// Appends an entry. Returns when it is due.
    fn push(&mut self, place: Place) -> u32 {
        let ticks = self.interval.as_nanos().div_ceil(self.tick.as_nanos()) as u32;
        let due = self.now().wrapping_add(ticks.max(1));
        self.entries.push_back(Entry { due, place });
        due
    }

    /// Ticks until the first entry is due.
    fn ticks_left(&self) -> Option<u32> {
        let left = self.entries.front()?.due.wrapping_sub(self.now());
        Some(left.cast_signed().max(0).cast_unsigned())
    }

    /// The next entry that is due.
    fn pop(&mut self) -> Option<Entry> {
        if self.ticks_left()? > 0 { None } else { self.entries.pop_front() }
    }

    /// Time until the first entry is due.
    fn wait(&self) -> Option<Duration> {
        let ticks = self.ticks_left()?;
        let since_tick = self.since.elapsed().as_nanos() % self.tick.as_nanos();
        Some((self.tick * ticks).saturating_sub(Duration::from_nanos(since_tick as u64)))
    }

    /// Whether an entry still applies to the connection at its place.
    fn is_useful(&self, entry: &Entry, connections: &mut Connections) -> bool {
        let connection = connections.at(entry.place);
        connection.is_some_and(|connection| {
            connection.next_ping == entry.due && connection.options.ping == Some(self.interval)
        })
    }
}

impl Pings {
    /// The entries of all lists.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.0.iter().map(|list| list.entries.len()).sum()
    }

    fn list(&mut self, interval: Duration) -> Option<&mut List> {
        self.0.iter_mut().find(|list| list.interval == interval)
    }
}

impl Shard {
    /// From now on, the connection gets a ping at the interval of its options.
    pub(super) fn start_pings(&mut self, place: Place) {
        let Some(connection) = self.connections.at(place) else { return };
        let Some(interval) = connection.options.ping else { return };
        if let Some(list) = self.pings.list(interval) {
            connection.next_ping = list.push(place);
            return;
        }
        let mut list = List::new(interval);
        connection.next_ping = list.push(place);
        self.pings.0.push(list);
        self.wait_for_pings(interval);
    }

    /// Called when a connection with pings has closed or gets a new interval.
    pub(super) fn stop_pings(&mut self, interval: Option<Duration>) {
        let Some(list) = interval.and_then(|interval| self.pings.list(interval)) else { return };
        list.useless += 1;
        if list.useless > MIN_USELESS.max(list.entries.len() / 2) {
            let mut entries = std::mem::take(&mut list.entries);
            entries.retain(|entry| list.is_useful(entry, &mut self.connections));
            (list.entries, list.useless) = (entries, 0);
        }
    }

    pub(super) fn set_ping(&mut self, id: ConnectionId, interval: Option<Duration>) {
        let Some(place) = self.connections.place(id) else { return };
        let Some(connection) = self.connections.at(place) else { return };
        let before = Arc::make_mut(&mut connection.options).ping.take();
        self.stop_pings(before);
        if let Some(connection) = self.connections.at(place) {
            Arc::make_mut(&mut connection.options).ping = interval;
            self.start_pings(place);
        }
    }

    pub(super) fn on_pings_timer(&mut self, interval: Duration) {
        let Some(list) = self.pings.list(interval) else { return };
        while let Some(entry) = list.pop() {
            if !list.is_useful(&entry, &mut self.connections) {
                list.useless = list.useless.saturating_sub(1);
            } else if let Some(connection) = self.connections.at(entry.place) {
                connection.next_ping = list.push(entry.place);
                connection.ping_is_due = true;
                connection.mark_shared(&mut self.dirty);
            }
        }
        self.wait_for_pings(interval);
    }

    fn wait_for_pings(&mut self, interval: Duration) {
        match self.pings.list(interval).and_then(|list| list.wait()) {
            Some(wait) => {
                self.timers.start(Timer::Pings(interval), wait);
            }
            None => self.pings.0.retain(|list| list.interval != interval),
        }
    }
}
