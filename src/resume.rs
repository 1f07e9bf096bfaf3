//! What a client that comes back has missed, over all channels that it joins.
//!
//! - A connection with a cursor *gathers* until the host settles it: whatever its channels have
//!   after the cursor is read when it joins, and sent as one replay, merged by place.
//! - The shard holds live events meanwhile and merges them too.

use crate::ids::{ChannelId, ConnectionId, Place};
use crate::log::{Log, Missed, Source};
use crate::order::Order;
use crate::shard::Command;
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
pub(crate) enum Replay {
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

    pub(crate) fn join(&mut self, channel: ChannelId, source: &Source, log: &mut Log) -> Replay {
        let found = self.minted.or_else(|| log.find(source, &self.cursor.id));
        let missed = log.after(source, self.minted);
        let Some(parts) = &mut self.gathered else {
            let place = self.place.or(found);
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
}

impl Order {
    /// The numbers of the gathered channels, in the order of their joins, of which the client has
    /// missed events that are not kept. What the host sends about them does not wait.
    pub fn gaps(&self, connection: ConnectionId) -> Vec<u32> {
        let Some(resume) = self.resumes.get(&connection) else { return Vec::new() };
        let is_gap = |part: &&Part| resume.place.is_none_or(|place| place < part.missed.floor);
        let parts = resume.gathered.iter().flatten();
        let gaps: Vec<_> = parts.filter(is_gap).map(|part| part.number).collect();
        if !gaps.is_empty() {
            self.inbox_of(connection).push_quietly(Command::ReportGaps(connection));
        }
        gaps
    }

    /// Ends the gathering: the client gets what it missed in all channels, then live events.
    pub fn resume(&mut self, connection: ConnectionId) {
        let Some(resume) = self.resumes.get_mut(&connection) else { return };
        let Some(parts) = resume.gathered.take() else { return };
        let mut replay = Vec::new();
        for Part { missed, .. } in parts {
            let (events, is_complete) = resume.share(missed, resume.place);
            self.log.count_resume(is_complete);
            replay.extend(events);
        }
        replay.sort_unstable_by_key(|(place, _)| *place);
        replay.dedup_by_key(|(place, _)| *place);
        self.log.count_replayed(replay.len());
        self.inbox_of(connection).push(Command::Resume { connection, replay });
    }

    pub(crate) fn stop_gathering(&mut self, connection: ConnectionId, channel: ChannelId) {
        let resume = self.resumes.get_mut(&connection);
        if let Some(parts) = resume.and_then(|resume| resume.gathered.as_mut()) {
            parts.retain(|part| part.channel != channel);
        }
    }
}
