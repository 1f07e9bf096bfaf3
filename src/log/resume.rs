//! The events that a reconnecting client missed. Each channel's share is read at the join. All
//! shares become one replay, merged by place.

use super::kept::Missed;
use super::{HistoryId, Log, Source};
use crate::ids::{EpochId, Place};
use crate::wire::Frame;

/// The id that a client reconnects with.
#[derive(Clone, Debug)]
pub struct Cursor {
    pub id: String,
    /// Whether a client with a gap gets all events that the history has.
    pub all_on_gap: bool,
}

pub struct Resume {
    cursor: Cursor,
    /// The place of a minted cursor. A custom id has a place for each channel.
    minted: Option<Place>,
    /// For each epoch, the earliest place of the cursor in any channel.
    places: Vec<Place>,
    /// Whether the cursor has a place in any channel, and the gathered channels are complete.
    is_valid: bool,
    phase: Phase,
}

enum Phase {
    /// One share for each channel, in the order of the joins.
    Gathering(Vec<Share>),
    /// The gaps are known, and the replay is ready.
    Settled(Vec<(Place, Frame)>),
    Done,
}

/// The events that a client missed in one channel.
enum Share {
    Read(Missed),
    /// Read when the gathering ends, because a backplane has earlier events. The text is the
    /// pattern, or empty.
    Awaited(HistoryId, Box<str>),
}

/// The past events that a new member gets.
pub enum Replay {
    /// All events that it missed.
    Now(Vec<Frame>),
    /// Events to replay, but some that it missed are not kept.
    Gap(Vec<Frame>),
    /// The replay comes together with those of other channels.
    Later,
}

impl Resume {
    pub fn new(cursor: Cursor, log: &Log) -> Self {
        let phase = Phase::Gathering(Vec::new());
        let mut resume = Self { cursor, minted: None, places: Vec::new(), is_valid: false, phase };
        resume.resolve(log);
        resume
    }

    /// Resolves the cursor. It runs again later because a backplane's epoch is unknown until the
    /// process connects to it.
    fn resolve(&mut self, log: &Log) {
        if self.minted.is_none() {
            self.minted = log.place_of(&self.cursor.id);
            self.places.extend(self.minted);
            self.is_valid |= self.minted.is_some();
        }
    }

    /// The cursor's place in a backplane's log. This process may still lack events up to it.
    pub fn ahead(&self) -> Option<Place> {
        self.minted.filter(|place| place.epoch() != EpochId::default())
    }

    /// Whether the client's own cursor is still valid, so it needs no new one.
    pub fn keeps_cursor(&self) -> bool {
        self.is_valid
    }

    pub fn join(&mut self, source: &Source<'_>, log: &mut Log) -> Replay {
        if let Phase::Gathering(shares) = &mut self.phase
            && log.is_partial(source.history())
        {
            let pattern = if let Source::Pattern(_, pattern) = source { *pattern } else { "" };
            shares.push(Share::Awaited(source.history(), pattern.into()));
            return Replay::Later;
        }
        self.resolve(log);
        let found = self.find(source, log);
        let missed = log.after(source, self.minted);
        self.is_valid |= found.is_some();
        let places = self.places.iter().copied().chain(found);
        if let Phase::Gathering(shares) = &mut self.phase {
            shares.push(Share::Read(missed));
            self.places = earliest(places);
            return Replay::Later;
        }
        let has_state = missed.state.is_some();
        let (mut events, is_complete) = self.share(missed, &earliest(places));
        if has_state && !is_complete {
            // The client gets the state after the host has reported the gap.
            events.clear();
        }
        log.count_resume(is_complete, events.len());
        let frames = events.into_iter().map(|(_, frame)| frame).collect();
        if is_complete { Replay::Now(frames) } else { Replay::Gap(frames) }
    }

    /// Ends the gathering. Returns the channels that have a gap, as indexes in the order of their
    /// joins.
    pub fn settle(&mut self, log: &mut Log) -> Vec<u32> {
        let Phase::Gathering(shares) = &mut self.phase else { return Vec::new() };
        let shares = std::mem::take(shares);
        self.resolve(log);
        let missed: Vec<_> = shares.into_iter().map(|share| self.read(share, log)).collect();
        let (mut gaps, mut replay) = (Vec::new(), Vec::new());
        for (number, missed) in (0..).zip(missed) {
            let (events, is_complete) = self.share(missed, &self.places);
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

    fn read(&mut self, share: Share, log: &mut Log) -> Missed {
        match share {
            Share::Read(missed) => missed,
            Share::Awaited(history, pattern) => {
                let source = match history {
                    HistoryId::Channel(channel) => Source::Channel(channel),
                    HistoryId::Patterns(topics) => Source::Pattern(topics, &pattern),
                };
                let found = self.find(&source, log);
                self.is_valid |= found.is_some();
                self.places = earliest(self.places.iter().copied().chain(found));
                log.after(&source, self.minted)
            }
        }
    }

    fn find(&self, source: &Source<'_>, log: &mut Log) -> Option<Place> {
        self.minted.or_else(|| log.find(source, &self.cursor.id))
    }

    /// All missed events of the gathered channels, in order and once. `None` after the first call.
    pub fn replay(&mut self, log: &mut Log) -> Option<Vec<(Place, Frame)>> {
        self.settle(log);
        let Phase::Settled(replay) = std::mem::replace(&mut self.phase, Phase::Done) else {
            return None;
        };
        log.count_replayed(replay.len());
        Some(replay)
    }

    /// The events to replay of a channel, and whether they are complete.
    fn share(&self, missed: Missed, places: &[Place]) -> (Vec<(Place, Frame)>, bool) {
        let epoch = missed.floor.epoch();
        let place = places.iter().copied().find(|place| place.epoch() == epoch);
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

/// The earliest place of each epoch.
fn earliest(places: impl Iterator<Item = Place>) -> Vec<Place> {
    let mut earliest: Vec<Place> = Vec::new();
    for place in places {
        match earliest.iter_mut().find(|it| it.epoch() == place.epoch()) {
            Some(known) => *known = place.min(*known),
            None => earliest.push(place),
        }
    }
    earliest
}
