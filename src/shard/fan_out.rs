//! Gives events to the members of their channels, a slice at a time.
//!
//! - Runs wait in order, and each has a number. A connection knows the number of the next one that
//!   it is to be given, so it gets each once.
//! - A pass takes the runs that wait when it begins. Their members are visited, and what could not
//!   be sent at once is flushed after that. Events that arrive meanwhile are joined for the next.
//! - Before anything else happens to a connection, it is given what waits for it.

use std::collections::VecDeque;

use super::Shard;
use super::connections::Place;
use super::dirty::Urgency;
use super::run::{Channels, Entry, Run};
use super::slice::Slice;

/// Bytes of waiting runs before the inbox has to wait.
const MAX_BYTES: usize = 8 << 20;
/// Waiting runs before the inbox has to wait: a connection may have to look at each.
const MAX_RUNS: usize = 1024;

#[derive(Default)]
pub(super) struct FanOut {
    runs: VecDeque<Run>,
    bytes: usize,
    /// The number of the first run.
    first: u64,
    /// How many of the runs belong to this pass.
    pass: usize,
    /// How many of the runs some connection may have been given: no event joins these.
    sealed: usize,
    /// Which of the first run's channels is visited, and which of its members is next.
    channel: usize,
    member: usize,
    /// Nothing follows the first run in its pass, so that an idle member is sent to now, while its
    /// state is in the cache.
    at_once: bool,
}

impl FanOut {
    pub fn push(&mut self, channels: Channels, entry: Entry) {
        self.bytes += entry.frame.len();
        let is_open = self.runs.len() > self.sealed;
        let last = self.runs.back_mut().filter(|run| is_open && run.takes(&channels, &entry));
        match last {
            Some(run) => run.push(entry),
            None => self.runs.push_back(Run::new(channels, entry)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.bytes > MAX_BYTES || self.runs.len() > MAX_RUNS
    }

    /// How many runs wait.
    #[cfg(test)]
    pub fn waiting(&self) -> usize {
        self.runs.len()
    }

    /// The host is told of no member that misses these.
    pub fn clear(&mut self) {
        *self = Self { first: self.first + self.runs.len() as u64, ..Self::default() };
    }

    /// Returns whether runs wait.
    fn begin_pass(&mut self) -> bool {
        self.pass = self.runs.len();
        self.sealed = self.pass;
        self.begin_run();
        self.pass > 0
    }

    fn begin_run(&mut self) {
        (self.channel, self.member) = (0, 0);
        self.at_once = self.pass == 1;
    }

    fn end_run(&mut self) {
        if let Some(run) = self.runs.pop_front() {
            self.bytes -= run.length();
            self.first += 1;
            self.pass -= 1;
            self.sealed -= 1;
            self.begin_run();
        }
    }
}

impl Shard {
    /// Gives runs to their members until none is left, or the slice is over.
    pub(super) fn fan_out(&mut self, mut slice: Slice) {
        while self.visit(&mut slice) && self.flush_dirty(Urgency::Shared, &mut slice) {
            if !self.fan_out.begin_pass() {
                return;
            }
        }
    }

    /// Visits the members of all runs.
    #[cfg(feature = "bench")]
    pub(super) fn visit_all(&mut self) {
        self.fan_out.begin_pass();
        self.visit(&mut Slice::endless());
    }

    /// Sends everything to everyone.
    pub(super) fn flush_all(&mut self) {
        self.flush_dirty(Urgency::Own, &mut Slice::endless());
        self.fan_out(Slice::endless());
    }

    /// Visits the members of the runs of this pass. False when the slice was over before.
    fn visit(&mut self, slice: &mut Slice) -> bool {
        while self.fan_out.pass > 0 {
            let FanOut { runs, first, channel, member, at_once, .. } = &mut self.fan_out;
            let Some(run) = runs.front() else { break };
            while let Some(id) = run.channels().get(*channel) {
                let members = self.groups.members(*id);
                while let Some(place) = members.get(*member) {
                    *member += 1;
                    if let Some(connection) = self.connections.at(*place)
                        && connection.next_run <= *first
                    {
                        connection.next_run = *first + 1;
                        let at_once = *at_once && connection.urgency == Urgency::None;
                        let is_written = at_once
                            && connection.write_at_once(run, &mut self.writes, &mut self.tally);
                        if !is_written && connection.take_run(run, at_once, &mut self.tally) {
                            connection.mark_shared(&mut self.dirty);
                        }
                    }
                    if slice.step() {
                        return false;
                    }
                }
                (*channel, *member) = (*channel + 1, 0);
            }
            self.fan_out.end_run();
        }
        true
    }

    /// Gives a connection what waits for it.
    pub(super) fn catch_up(&mut self, place: Place) {
        if self.fan_out.is_empty() {
            return;
        }
        let FanOut { runs, first, sealed, .. } = &mut self.fan_out;
        let Some(connection) = self.connections.at(place) else { return };
        let given = connection.next_run.saturating_sub(*first) as usize;
        for run in runs.range(given.min(runs.len())..) {
            let is_member = run.channels().iter().any(|channel| connection.joined.has(*channel));
            if is_member && connection.take_run(run, false, &mut self.tally) {
                connection.mark_shared(&mut self.dirty);
            }
        }
        connection.next_run = *first + runs.len() as u64;
        *sealed = runs.len();
    }
}
