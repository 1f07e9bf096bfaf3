//! Gives events to the members of their channels, a slice at a time.
//!
//! - Runs wait in order, and each has a number. A connection stores the number of its next run, so
//!   it gets each run once.
//! - A pass takes the runs that wait when it begins. It visits their members, then flushes the
//!   bytes that could not be sent at once. Events that arrive meanwhile are joined for the next
//!   pass.
//! - Before anything else happens to a connection, it gets the runs that wait for it.

use std::collections::VecDeque;

use super::Shard;
use super::connections::Place;
use super::dirty::Urgency;
use super::run::{Channels, Entry, Run};
use super::slice::Slice;

/// Bytes of waiting runs above which the inbox has to wait.
const MAX_BYTES: usize = 8 << 20;
/// Waiting runs above which the inbox has to wait: a connection may have to check each of them.
const MAX_RUNS: usize = 1024;

#[derive(Default)]
pub(super) struct FanOut {
    runs: VecDeque<Run>,
    bytes: usize,
    /// The number of the first run.
    first: u64,
    /// How many of the runs belong to this pass.
    pass: usize,
    /// How many of the runs a connection may already have: no more events are added to these.
    sealed: usize,
    /// The index of the channel of the first run that is being visited, and of its next member.
    channel: usize,
    member: usize,
    /// Whether the first run is the only one of its pass. If so, idle members get it during the
    /// visit, while their state is in the cache.
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

    /// Discards all runs. The host is not told which members miss them.
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
    /// Gives runs to their members until no run is left or the slice has ended.
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

    /// Flushes everything, without a time limit.
    pub(super) fn flush_all(&mut self) {
        self.flush_dirty(Urgency::Own, &mut Slice::endless());
        self.fan_out(Slice::endless());
    }

    /// Visits the members of the runs of this pass. Returns false if the slice ended first.
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

    /// Gives a connection the runs that wait for it.
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
