//! Live events of a connection that gathers. They are held, then merged with the replay.

use crate::ids::Place;
use crate::wire::Frame;

#[derive(Default)]
pub(super) struct Held {
    /// In order. An event for this connection alone has the place of the event before it.
    events: Vec<Waiting>,
    /// The place of the latest event so far. While it is `None`, an event for this connection alone
    /// need not wait.
    latest: Option<Place>,
    bytes: usize,
    /// The client has every event of that epoch up to this place, although some have not arrived in
    /// this process yet: it was connected to another process.
    ahead: Option<Place>,
}

pub(super) struct Merged {
    /// `None` unless it is a publication.
    pub place: Option<Place>,
    pub frame: Frame,
    pub live: bool,
}

struct Waiting {
    place: Place,
    frame: Frame,
    is_own: bool,
}

impl Held {
    pub fn set_ahead(&mut self, ahead: Option<Place>) {
        self.ahead = ahead;
    }

    /// Whether the client already has the publication at this place. `None` if unknown.
    pub fn has(&self, place: Place) -> Option<bool> {
        let ahead = self.ahead.filter(|ahead| ahead.epoch() == place.epoch())?;
        Some(place <= ahead)
    }

    /// The connection has joined a channel whose latest event has that place.
    pub fn begin(&mut self, place: Place) {
        self.latest = self.latest.max(Some(place));
    }

    pub fn push(&mut self, place: Place, frame: Frame) {
        self.latest = Some(place);
        self.add(place, frame, false);
    }

    /// Holds an event for this connection alone if it must wait. Returns whether it waits.
    pub fn push_own(&mut self, frame: &Frame) -> bool {
        if let Some(place) = self.latest {
            self.add(place, frame.clone(), true);
        }
        self.latest.is_some()
    }

    pub fn let_own_pass(&mut self) {
        self.latest = None;
    }

    fn add(&mut self, place: Place, frame: Frame, is_own: bool) {
        self.bytes += frame.len();
        self.events.push(Waiting { place, frame, is_own });
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn events(&self) -> u64 {
        self.events.len() as u64
    }

    /// Merges the held events with the replay, which is sorted. The result is in order and has each
    /// publication once.
    pub fn merge(self, replay: Vec<(Place, Frame)>) -> Vec<Merged> {
        let replayed = |(place, frame)| Merged { place: Some(place), frame, live: false };
        let mut replay = replay.into_iter().peekable();
        let mut merged = Vec::with_capacity(replay.len() + self.events.len());
        let mut last = None;
        for Waiting { place, frame, is_own } in self.events {
            while let Some((at, frame)) = replay.next_if(|(at, _)| *at <= place) {
                merged.push(replayed((at, frame)));
                last = Some(at);
            }
            if is_own || last != Some(place) {
                merged.push(Merged { place: (!is_own).then_some(place), frame, live: true });
            }
        }
        merged.extend(replay.map(replayed));
        merged
    }
}

#[cfg(test)]
mod tests;
