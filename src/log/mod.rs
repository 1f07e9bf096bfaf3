//! What was published, in one order: a history for each channel, and one for all patterns of a set
//! of topics.
//!
//! - Every publication takes a place, which only grows. Where a history is kept, an event without
//!   an id gets a minted one.
//! - Knows nothing of members.

mod cursor;
mod history;
mod lost;
mod publication;
mod resume;

use std::sync::Arc;
use std::time::Instant;

use cursor::Epoch;
use history::History;
pub use history::Limits;
use lost::Lost;
pub use publication::{Draft, Publication};
pub use resume::{Cursor, Replay, Resume};

use crate::audience::matches;
use crate::ids::{ChannelId, IdMap, Place, TopicsId};
use crate::metrics::HistoryMetrics;
use crate::wire::Frame;

/// What a channel's history keeps.
#[derive(Clone, Copy, Debug)]
pub struct HistoryOptions {
    pub limits: Limits,
    /// Whether events without an id get one.
    pub mint: bool,
}

#[derive(Default)]
pub struct Log {
    epoch: Epoch,
    last: Place,
    metrics: HistoryMetrics,
    channels: IdMap<ChannelId, Kept<Frame>>,
    topics: IdMap<TopicsId, TopicLog>,
}

struct Kept<Item> {
    history: History<Item>,
    mint: bool,
}

struct TopicLog {
    /// Every event to any topic, once a client has subscribed to a pattern. An event costs the
    /// same however many patterns match it.
    all: Option<Kept<(Arc<str>, Frame)>>,
    /// The place of the latest event to any topic.
    last: Place,
    lost: Lost,
}

/// Whose events a channel's members get.
pub enum Source<'a> {
    Channel(ChannelId),
    /// Those of all topics that match.
    Pattern(TopicsId, &'a str),
}

/// What a history has after a cursor.
#[derive(Clone, Debug)]
pub struct Missed {
    /// In order; everything that is kept, if the cursor was not resolved yet.
    pub events: Vec<(Place, Frame)>,
    /// After this place, nothing is missing.
    pub floor: Place,
}

impl Missed {
    fn new<Item: Clone>(
        history: &mut History<Item>,
        place: Option<Place>,
        frame_of: impl Fn(&Item) -> Option<&Frame>,
    ) -> Self {
        let items = history.after(place, Instant::now());
        let events = items.filter_map(|(place, item)| Some((place, frame_of(item)?.clone())));
        let events = events.collect();
        Self { events, floor: history.floor() }
    }
}

impl Log {
    pub fn count_resume(&mut self, is_complete: bool, replayed: usize) {
        let count = if is_complete { &mut self.metrics.hits } else { &mut self.metrics.misses };
        *count += 1;
        self.count_replayed(replayed);
    }

    pub fn count_replayed(&mut self, events: usize) {
        self.metrics.replayed += events as u64;
    }

    /// The histories, and what clients got of them so far.
    pub fn metrics(&self) -> HistoryMetrics {
        let channels = self.channels.values().map(|kept| kept.history.bytes());
        let topics = self.topics.values().filter_map(|log| log.all.as_ref());
        let bytes = channels.chain(topics.map(|kept| kept.history.bytes())).sum::<usize>() as u64;
        HistoryMetrics { bytes, ..self.metrics }
    }

    /// The place of the latest publication.
    pub fn last(&self) -> Place {
        self.last
    }

    /// A cursor that stands for everything so far.
    pub fn cursor(&self) -> String {
        self.epoch.id(self.last)
    }

    pub fn place_of(&self, cursor: &str) -> Option<Place> {
        self.epoch.place_of(cursor).filter(|place| *place <= self.last)
    }

    /// Begins a channel's history. What was sent to an earlier channel for the same purpose is not
    /// here, so it is complete from now on only.
    pub fn open(&mut self, channel: ChannelId, options: HistoryOptions) {
        self.channels.insert(channel, Kept::new(options, self.last));
    }

    pub fn publish(&mut self, channel: ChannelId, draft: Draft) -> Publication {
        let mints = self.channels.get(&channel).is_some_and(Kept::mints);
        let publication = self.place(draft, mints);
        self.keep(channel, &publication);
        publication
    }

    /// To a topic, whose channel exists if it has subscribers or a history.
    pub fn publish_to_topic(
        &mut self,
        topics: TopicsId,
        name: &str,
        channel: Option<ChannelId>,
        draft: Draft,
    ) -> Publication {
        let topic_mints = channel.and_then(|id| self.channels.get(&id)).is_some_and(Kept::mints);
        let all = self.topics.get(&topics).and_then(|log| log.all.as_ref());
        let mints = topic_mints || all.is_some_and(Kept::mints);
        let publication = self.place(draft, mints);
        if let Some(channel) = channel {
            self.keep(channel, &publication);
        }
        if let Some(log) = self.topics.get_mut(&topics)
            && publication.is_kept
        {
            log.last = publication.place;
            if channel.is_none() {
                log.lost.add(name, publication.place);
            }
            if let Some(all) = &mut log.all {
                let bytes = name.len() + publication.frame.len();
                let item = (name.into(), publication.frame.clone());
                let Publication { place, id, .. } = &publication;
                all.history.push(*place, id.as_ref(), item, bytes, Instant::now());
            }
        }
        publication
    }

    /// The latest event with a custom id.
    pub fn find(&mut self, source: &Source<'_>, id: &str) -> Option<Place> {
        let now = Instant::now();
        match source {
            Source::Channel(channel) => self.channels.get_mut(channel)?.history.find(id, now),
            Source::Pattern(topics, _) => self.patterns(*topics)?.find(id, now),
        }
    }

    /// What is kept after a place; all of it if there is none.
    pub fn after(&mut self, source: &Source<'_>, place: Option<Place>) -> Missed {
        let missed = match source {
            Source::Channel(channel) => {
                let kept = self.channels.get_mut(channel);
                kept.map(|kept| Missed::new(&mut kept.history, place, |frame| Some(frame)))
            }
            Source::Pattern(topics, pattern) => self.patterns(*topics).map(|history| {
                Missed::new(history, place, |(topic, frame)| {
                    matches(pattern, topic).then_some(frame)
                })
            }),
        };
        missed.unwrap_or(Missed { events: Vec::new(), floor: self.last })
    }

    fn patterns(&mut self, topics: TopicsId) -> Option<&mut History<(Arc<str>, Frame)>> {
        Some(&mut self.topics.get_mut(&topics)?.all.as_mut()?.history)
    }

    pub fn is_empty(&self, channel: ChannelId) -> bool {
        self.channels.get(&channel).is_none_or(|kept| kept.history.is_empty())
    }

    pub fn close(&mut self, channel: ChannelId) {
        self.channels.remove(&channel);
    }

    /// The topic has no subscribers and nothing to replay, or not any more.
    pub fn close_topic(&mut self, topics: TopicsId, name: &str, channel: ChannelId) {
        let Some(kept) = self.channels.remove(&channel) else { return };
        if let Some(log) = self.topics.get_mut(&topics) {
            log.lost.add(name, kept.history.last());
        }
    }

    pub fn open_topics(&mut self, topics: TopicsId) {
        let lost = Lost::before(self.last);
        self.topics.insert(topics, TopicLog { all: None, last: self.last, lost });
    }

    /// Begins the history of a topic.
    pub fn open_topic(
        &mut self,
        topics: TopicsId,
        name: &str,
        channel: ChannelId,
        options: HistoryOptions,
    ) {
        let floor = self.topics.get(&topics).map_or(self.last, |log| log.lost.latest(name));
        self.channels.insert(channel, Kept::new(options, floor));
    }

    /// Begins the history that the patterns of a set of topics share, unless there is one.
    pub fn open_patterns(&mut self, topics: TopicsId, options: HistoryOptions) {
        let Some(log) = self.topics.get_mut(&topics) else { return };
        log.all.get_or_insert_with(|| Kept::new(options, log.last));
    }

    pub fn close_topics(&mut self, topics: TopicsId) {
        self.topics.remove(&topics);
    }

    fn place(&mut self, draft: Draft, mints: bool) -> Publication {
        self.last.0 += 1;
        let (place, epoch) = (self.last, &self.epoch);
        draft.publish(place, || if mints { epoch.line(place) } else { String::new() })
    }

    fn keep(&mut self, channel: ChannelId, publication: &Publication) {
        let Publication { place, frame, id, is_kept } = publication;
        if let (true, Some(kept)) = (*is_kept, self.channels.get_mut(&channel)) {
            kept.history.push(*place, id.as_ref(), frame.clone(), frame.len(), Instant::now());
        }
    }
}

impl<Item: Clone> Kept<Item> {
    fn new(options: HistoryOptions, floor: Place) -> Self {
        Self { history: History::new(options.limits, floor), mint: options.mint }
    }

    fn mints(&self) -> bool {
        self.mint && self.history.keeps()
    }
}
