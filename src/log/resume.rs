//! What a client that comes back has missed: each channel's share is read when it joins, and all
//! shares become one replay, merged by place.

use super::{Log, Missed, Source};
use crate::ids::{ChannelId, Place};
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
    gathered: Option<Vec<Part>>,
    /// How many channels have been gathered.
    count: u32,
}

/// One channel's share of a replay.
struct Part {
    number: u32,
    channel: ChannelId,
    missed: Missed,
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
        Self { cursor, minted, place: minted, gathered: Some(Vec::new()), count: 0 }
    }

    pub fn join(&mut self, channel: ChannelId, source: &Source<'_>, log: &mut Log) -> Replay {
        let found = self.minted.or_else(|| log.find(source, &self.cursor.id));
        let missed = log.after(source, self.minted);
        let Some(parts) = &mut self.gathered else {
            let place = self.place.into_iter().chain(found).min();
            let (frames, is_complete) = self.share(missed, place);
            log.count_resume(is_complete);
            log.count_replayed(frames.len());
            let frames = frames.into_iter().map(|(_, frame)| frame).collect();
            return if is_complete { Replay::Now(frames) } else { Replay::Gap(frames) };
        };
        self.place = self.place.into_iter().chain(found).min();
        parts.push(Part { number: self.count, channel, missed });
        self.count += 1;
        Replay::Later
    }

    pub fn leave(&mut self, channel: ChannelId) {
        if let Some(parts) = &mut self.gathered {
            parts.retain(|part| part.channel != channel);
        }
    }

    /// What is replayed of a channel, and whether nothing is missing.
    fn share(&self, missed: Missed, place: Option<Place>) -> (Vec<(Place, Frame)>, bool) {
        let Missed { mut events, floor } = missed;
        let is_complete = place.is_some_and(|place| place >= floor);
        match place {
            Some(place) if is_complete => events.retain(|(at, _)| *at > place),
            _ if self.cursor.all_on_gap => {}
            _ => events.clear(),
        }
        (events, is_complete)
    }

    /// The numbers of the gathered channels, in the order of their joins, of which the client has
    /// missed events that are not kept.
    pub fn gaps(&self) -> Vec<u32> {
        let is_gap = |part: &&Part| self.place.is_none_or(|place| place < part.missed.floor);
        self.gathered.iter().flatten().filter(is_gap).map(|part| part.number).collect()
    }

    /// Everything that was missed in the gathered channels, in order and once. `None` after the
    /// first call.
    pub fn finish(&mut self, log: &mut Log) -> Option<Vec<(Place, Frame)>> {
        let mut replay = Vec::new();
        for Part { missed, .. } in self.gathered.take()? {
            let (events, is_complete) = self.share(missed, self.place);
            log.count_resume(is_complete);
            replay.extend(events);
        }
        replay.sort_unstable_by_key(|(place, _)| *place);
        replay.dedup_by_key(|(place, _)| *place);
        log.count_replayed(replay.len());
        Some(replay)
    }
}
