//! What a connection is sent while it gathers: it waits, and is merged with the replay.

use crate::ids::Place;
use crate::wire::Frame;

#[derive(Default)]
pub(super) struct Held {
    /// In order. An event for this connection alone takes the place of the event before it.
    events: Vec<Waiting>,
    /// The place of the latest event before the next one. While it is `None`, an event for this
    /// connection alone need not wait.
    latest: Option<Place>,
    bytes: usize,
    /// The client has everything of that epoch up to here, although it has not arrived here yet:
    /// the client comes from another process.
    ahead: Option<Place>,
}

pub(super) struct Merged {
    /// Of a publication.
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

    /// Whether the client has a publication already. `None` if nobody knows.
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

    /// An event for this connection alone. Returns whether it waits.
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

    /// Everything in order, each publication once. The replay is sorted.
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
