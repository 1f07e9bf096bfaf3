//! Histories of events from a backplane. They start in the middle, and the backplane has the
//! earlier events.

use std::sync::Arc;
use std::time::Instant;

use super::publication::{Draft, Publication};
use super::{HistoryId, Log};
use crate::ids::{EpochId, Place};

/// An event that a backplane kept, with its topic if it has one.
pub type Earlier = (Option<Arc<str>>, Draft);

impl Log {
    /// Marks a newly opened history as partial. Its earlier events are unknown until the backplane
    /// can be reached.
    pub fn await_backplane(&mut self, history: HistoryId) {
        match history {
            HistoryId::Channel(channel) => {
                if let Some(kept) = self.channels.get_mut(&channel) {
                    kept.is_partial = true;
                }
            }
            HistoryId::Patterns(topics) => {
                let all = self.topics.get_mut(&topics).and_then(|log| log.all.as_mut());
                if let Some(kept) = all {
                    kept.is_partial = true;
                }
            }
        }
    }

    /// Restarts a history at `floor`. The backplane has the earlier events.
    pub fn restart(&mut self, history: HistoryId, floor: Place) {
        self.epochs.reach(floor);
        match history {
            HistoryId::Channel(channel) => {
                if let Some(kept) = self.channels.get_mut(&channel) {
                    kept.restart(floor);
                }
            }
            HistoryId::Patterns(topics) => {
                let all = self.topics.get_mut(&topics).and_then(|log| log.all.as_mut());
                if let Some(kept) = all {
                    kept.restart_log(floor);
                }
            }
        }
    }

    /// Adds events from before the kept ones. Together they are complete after `floor`.
    pub fn load(&mut self, history: HistoryId, floor: Place, earlier: Vec<Earlier>) {
        let now = Instant::now();
        let Self { channels, topics, epochs, .. } = self;
        let publish = |mints: bool, (topic, draft): Earlier| -> (Option<Arc<str>>, Publication) {
            let place = draft.place.unwrap_or_default();
            (topic, draft.publish(place, mints.then_some(&*epochs)))
        };
        match history {
            HistoryId::Channel(channel) => {
                let Some(kept) = channels.get_mut(&channel) else { return };
                kept.is_partial = false;
                let earlier = earlier.into_iter().map(|it| publish(kept.mints, it).1);
                let mut earlier: Vec<_> = earlier.filter(|it| it.is_kept).collect();
                if let Some(last) = earlier.iter().position(|it| it.ends) {
                    // Later events come from processes that did not know of the end yet.
                    earlier.truncate(last + 1);
                    kept.ended_at = Some(earlier[last].place);
                }
                kept.history.load(earlier, floor, now);
            }
            HistoryId::Patterns(topics_id) => {
                let all = topics.get_mut(&topics_id).and_then(|log| log.all.as_mut());
                let Some(kept) = all else { return };
                kept.is_partial = false;
                let earlier: Vec<_> = earlier
                    .into_iter()
                    .map(|it| publish(kept.mints, it))
                    .filter(|(_, it)| it.is_kept)
                    .filter_map(|(topic, Publication { place, id, frame, .. })| {
                        let topic = topic?;
                        let bytes = topic.len() + frame.len();
                        Some((place, id, (topic, frame), bytes))
                    })
                    .collect();
                kept.history.load(earlier.into_iter(), floor, now);
            }
        }
    }

    /// Whether a backplane has earlier events that were not loaded.
    pub fn is_partial(&self, history: HistoryId) -> bool {
        match history {
            HistoryId::Channel(channel) => {
                self.channels.get(&channel).is_some_and(|kept| kept.is_partial)
            }
            HistoryId::Patterns(topics) => {
                let all = self.topics.get(&topics).and_then(|log| log.all.as_ref());
                all.is_some_and(|kept| kept.is_partial)
            }
        }
    }

    /// The epoch of a history's events.
    pub fn epoch_of(&self, history: HistoryId) -> EpochId {
        let epoch = match history {
            HistoryId::Channel(channel) => self.channels.get(&channel).map(|kept| kept.epoch),
            HistoryId::Patterns(topics) => {
                let all = self.topics.get(&topics).and_then(|log| log.all.as_ref());
                all.map(|kept| kept.epoch)
            }
        };
        epoch.unwrap_or_default()
    }
}
