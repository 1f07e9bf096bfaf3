//! What a client that comes back has missed: each channel's share is read when it joins, and all
//! shares become one replay, merged by place.

use super::kept::Missed;
use super::{Log, Source};
use crate::ids::Place;
use crate::wire::Frame;

/// The id that a client comes back with.
#[derive(Clone, Debug)]
pub struct Cursor {
    pub id: String,
    /// Whether a gap is answered with everything that the history has.
    pub all_on_gap: bool,
}

pub struct Resume {
    cursor: Cursor,
    /// The place that was minted as the cursor. A custom id has one for each channel.
    minted: Option<Place>,
    /// The earliest place that the cursor stands for in any channel.
    place: Option<Place>,
    /// Whether it stands for a place in any channel, and the gathered channels are complete.
    is_valid: bool,
    phase: Phase,
}

enum Phase {
    /// One share for each channel, in the order of the joins.
    Gathering(Vec<Missed>),
    /// Gaps are known, and the replay is complete.
    Settled(Vec<(Place, Frame)>),
    Done,
}

/// What a new member gets of the past.
pub enum Replay {
    /// The events that it missed, or none.
    Now(Vec<Frame>),
    /// The same, but it cannot be complete.
    Gap(Vec<Frame>),
    /// It comes with those of other channels.
    Later,
}

impl Resume {
    pub fn new(cursor: Cursor, log: &Log) -> Self {
        let minted = log.place_of(&cursor.id);
        let phase = Phase::Gathering(Vec::new());
        Self { cursor, minted, place: minted, is_valid: minted.is_some(), phase }
    }

    /// Whether the client can come back with its own cursor, so that it needs no other.
    pub fn keeps_cursor(&self) -> bool {
        self.is_valid
    }

    pub fn join(&mut self, source: &Source<'_>, log: &mut Log) -> Replay {
        let found = self.minted.or_else(|| log.find(source, &self.cursor.id));
        let missed = log.after(source, self.minted);
        let place = self.place.into_iter().chain(found).min();
        self.is_valid |= place.is_some();
        if let Phase::Gathering(shares) = &mut self.phase {
            self.place = place;
            shares.push(missed);
            return Replay::Later;
        }
        let has_state = missed.state.is_some();
        let (mut events, is_complete) = self.share(missed, place);
        if has_state && !is_complete {
            // It gets the state when the host has reported the gap.
            events.clear();
        }
        log.count_resume(is_complete, events.len());
        let frames = events.into_iter().map(|(_, frame)| frame).collect();
        if is_complete { Replay::Now(frames) } else { Replay::Gap(frames) }
    }

    /// Ends the gathering. Returns the numbers of the channels, in the order of their joins, of
    /// which the client has missed events that are not kept.
    pub fn settle(&mut self, log: &mut Log) -> Vec<u32> {
        let Phase::Gathering(shares) = &mut self.phase else { return Vec::new() };
        let (mut gaps, mut replay) = (Vec::new(), Vec::new());
        for (number, missed) in (0..).zip(std::mem::take(shares)) {
            let (events, is_complete) = self.share(missed, self.place);
            log.count_resume(is_complete, 0);
            if !is_complete {
                self.is_valid = false;
                gaps.push(number);
            }
            replay.extend(events);
        }
        replay.sort_unstable_by_key(|(place, _)| *place);
        replay.dedup_by_key(|(place, _)| *place);
        self.phase = Phase::Settled(replay);
        gaps
    }

    /// Everything that was missed in the gathered channels, in order and once. `None` after the
    /// first call.
    pub fn replay(&mut self, log: &mut Log) -> Option<Vec<(Place, Frame)>> {
        self.settle(log);
        let Phase::Settled(replay) = std::mem::replace(&mut self.phase, Phase::Done) else {
            return None;
        };
        log.count_replayed(replay.len());
        Some(replay)
    }

    /// What is replayed of a channel, and whether nothing is missing.
    fn share(&self, missed: Missed, place: Option<Place>) -> (Vec<(Place, Frame)>, bool) {
        let is_complete = place.is_some_and(|place| missed.is_complete(place));
        let Missed { mut events, state, .. } = missed;
        match (place, state) {
            (Some(place), _) if is_complete => events.retain(|(at, _)| *at > place),
            (_, Some(values)) => events = values,
            _ if self.cursor.all_on_gap => {}
            _ => events.clear(),
        }
        (events, is_complete)
    }
}
