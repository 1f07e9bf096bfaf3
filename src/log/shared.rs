//! Histories whose events are those of a backplane: they begin in the middle, and the backplane has
//! what was before.

use std::sync::Arc;
use std::time::Instant;

use super::publication::{Draft, Publication};
use super::{HistoryId, Log};
use crate::ids::{EpochId, Place};

/// An event that a backplane has kept, and the topic that it was sent to, if there is one.
pub type Earlier = (Option<Arc<str>>, Draft);

impl Log {
    /// A backplane has the events of a history that was just opened. Until it can be reached,
    /// nothing is known of them.
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

    /// A backplane has events of a history, of which everything after `floor` will be here.
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

    /// Adds events that were published before everything that is here. They and what is here are
    /// everything after `floor`.
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
                    // Later events come from processes that had not heard of the end.
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

    /// Whether a backplane has earlier events that are not here.
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

    /// The epoch that the events of a history belong to.
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
