//! What a channel, or all topics, keep: a log of events, or the latest value of each key.

use std::sync::Arc;
use std::time::Instant;

use super::HistoryOptions;
use super::history::History;
use super::latest::Latest;
use super::publication::Publication;
use crate::ids::{EpochId, Place};
use crate::wire::Frame;

/// Which events a channel keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// All events, within the limits.
    All,
    /// The latest event of each key.
    Latest,
}

/// A history with its settings and its state.
pub struct Kept<Of> {
    pub history: Of,
    /// Whether the history keeps events.
    pub keeps: bool,
    pub mints: bool,
    /// The epoch of its places.
    pub epoch: EpochId,
    /// Whether a backplane has earlier events. They are read when a reconnecting client needs them.
    pub is_partial: bool,
    /// The place of the event that ended the channel.
    pub ended_at: Option<Place>,
    options: HistoryOptions,
}

/// The history of a channel or a topic.
pub enum ChannelHistory {
    All(History<Frame>),
    Latest(Latest),
}

/// The size of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Events, or values.
    pub events: usize,
    pub bytes: usize,
}

/// The events of a history after a cursor.
#[derive(Clone, Debug)]
pub struct Missed {
    /// In order. These are all kept events if the cursor is not resolved yet.
    pub events: Vec<(Place, Frame)>,
    /// No events after this place are missing.
    pub floor: Place,
    /// Whether the limit cut the events off.
    pub is_cut: bool,
    /// The values that the client gets if events are missing.
    pub state: Option<Vec<(Place, Frame)>>,
}

impl<Item: Clone> Kept<History<Item>> {
    pub fn log(options: HistoryOptions, floor: Place) -> Self {
        Self::with(History::new(options.limits, floor), options, floor)
    }

    /// Like [`Kept::restart`].
    pub fn restart_log(&mut self, floor: Place) {
        *self = Self { is_partial: true, ..Self::log(self.options, floor) };
    }
}

impl Kept<ChannelHistory> {
    pub fn new(options: HistoryOptions, floor: Place) -> Self {
        let HistoryOptions { limits, keep, .. } = options;
        let history = match keep {
            Keep::All => ChannelHistory::All(History::new(limits, floor)),
            Keep::Latest => ChannelHistory::Latest(Latest::new(limits, floor)),
        };
        Self::with(history, options, floor)
    }

    /// Discards all events. Events after `floor` will be kept here. A backplane has the earlier
    /// ones.
    pub fn restart(&mut self, floor: Place) {
        // The end of a log that was replaced is unknown.
        let ended_at = self.ended_at.filter(|end| end.epoch() == floor.epoch());
        *self = Self { is_partial: true, ended_at, ..Self::new(self.options, floor) };
    }
}

impl<Of> Kept<Of> {
    fn with(history: Of, options: HistoryOptions, floor: Place) -> Self {
        let HistoryOptions { limits, mint, .. } = options;
        let keeps = limits.size > 0;
        let (mints, epoch) = (mint && keeps, floor.epoch());
        Self { history, keeps, mints, epoch, is_partial: false, ended_at: None, options }
    }
}

impl ChannelHistory {
    pub fn push(&mut self, publication: &Publication, now: Instant) {
        match self {
            Self::All(log) => {
                let Publication { place, frame, id, .. } = publication;
                log.push(*place, id.as_ref(), frame.clone(), frame.len(), now);
            }
            Self::Latest(latest) => latest.push(publication, now),
        }
    }

    pub fn find(&mut self, id: &str, now: Instant) -> Option<Place> {
        match self {
            Self::All(log) => log.find(id, now),
            Self::Latest(latest) => latest.find(id),
        }
    }

    /// The kept events after a place. Without a place, all of them.
    pub fn after(&mut self, place: Option<Place>, limit: usize, now: Instant) -> Missed {
        match self {
            Self::All(log) => Missed::of_log(log, place, limit, now, |frame| Some(frame)),
            Self::Latest(latest) => {
                let place = place.filter(|place| place.epoch() == latest.floor().epoch());
                let events = latest.after(place, now);
                Missed { events, floor: latest.floor(), is_cut: false, state: None }
            }
        }
    }

    /// Adds events from before the kept ones. Together they are complete after `floor`.
    pub fn load(&mut self, earlier: Vec<Publication>, floor: Place, now: Instant) {
        match self {
            Self::All(log) => {
                let entries =
                    earlier.into_iter().map(|Publication { place, id, frame, .. }| {
                        let bytes = frame.len();
                        (place, id, frame, bytes)
                    });
                log.load(entries, floor, now);
            }
            Self::Latest(latest) => latest.load(earlier, floor, now),
        }
    }

    /// The current values, or `None` for a log of events.
    pub fn values(&mut self, now: Instant) -> Option<Vec<(Place, Frame)>> {
        match self {
            Self::All(_) => None,
            Self::Latest(latest) => Some(latest.values(now)),
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::All(log) => log.is_empty(),
            Self::Latest(latest) => latest.is_empty(),
        }
    }

    pub fn size(&self) -> Size {
        let events = match self {
            Self::All(log) => log.len(),
            Self::Latest(latest) => latest.len(),
        };
        Size { events, bytes: self.bytes() }
    }

    pub fn bytes(&self) -> usize {
        match self {
            Self::All(log) => log.bytes(),
            Self::Latest(latest) => latest.bytes(),
        }
    }

    /// The place of the latest event, kept or evicted.
    pub fn last(&self) -> Place {
        match self {
            Self::All(log) => log.last(),
            Self::Latest(latest) => latest.last(),
        }
    }

    /// The custom id of the event at [`ChannelHistory::last`].
    pub fn last_id(&self) -> Option<&Arc<str>> {
        match self {
            Self::All(log) => log.last_id(),
            Self::Latest(latest) => latest.last_id(),
        }
    }
}

impl Missed {
    pub fn of_log<Item: Clone>(
        history: &mut History<Item>,
        place: Option<Place>,
        limit: usize,
        now: Instant,
        frame_of: impl Fn(&Item) -> Option<&Frame>,
    ) -> Self {
        let (mut events, mut bytes, mut is_cut) = (Vec::new(), 0, false);
        let place = place.filter(|place| place.epoch() == history.floor().epoch());
        for (place, item) in history.after(place, now) {
            let Some(frame) = frame_of(item) else { continue };
            if bytes >= limit {
                is_cut = true;
                break;
            }
            bytes += frame.len();
            events.push((place, frame.clone()));
        }
        Self { events, floor: history.floor(), is_cut, state: None }
    }

    /// The result without a history, because it has closed or was never opened.
    pub fn all(floor: Place) -> Self {
        Self { events: Vec::new(), floor, is_cut: false, state: None }
    }

    /// Whether all events after a place are known.
    pub fn is_complete(&self, place: Place) -> bool {
        place.epoch() == self.floor.epoch() && place >= self.floor
    }
}
