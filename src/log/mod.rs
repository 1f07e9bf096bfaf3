//! Published events in one order: a history for each channel, and one for all patterns of a set of
//! topics.
//!
//! - Every publication takes a place, and places only grow. Where a history is kept, an event
//!   without an id gets a minted one.
//! - The log does not know members.

pub(crate) mod cursor;
mod epochs;
mod history;
mod kept;
mod latest;
mod lost;
mod publication;
mod resume;
mod shared;

use std::sync::Arc;
use std::time::Instant;

use epochs::Epochs;
use history::History;
pub use history::Limits;
use kept::{ChannelHistory, Kept, Missed};
pub use kept::{Keep, Size};
use lost::Lost;
pub use publication::{Draft, Key, Publication};
pub use resume::{Cursor, Replay, Resume};

use crate::audience::matches;
use crate::ids::{ChannelId, EpochId, IdMap, Place, TopicsId};
use crate::metrics::HistoryMetrics;
use crate::wire::Frame;

/// The options of a channel's history.
#[derive(Clone, Copy, Debug)]
pub struct HistoryOptions {
    pub limits: Limits,
    /// Whether events without an id get a minted one.
    pub mint: bool,
    /// Topics and patterns keep all events.
    pub keep: Keep,
}

#[derive(Default)]
pub struct Log {
    epochs: Epochs,
    metrics: HistoryMetrics,
    channels: IdMap<ChannelId, Kept<ChannelHistory>>,
    topics: IdMap<TopicsId, TopicLog>,
}

/// Frames with the topic that each was sent to.
type TopicHistory = History<(Arc<str>, Frame)>;

struct TopicLog {
    /// Every event to any topic, once a client has subscribed to a pattern. The cost of an event
    /// does not depend on the number of patterns that match it.
    all: Option<Kept<TopicHistory>>,
    /// The place of the latest event to any topic.
    last: Place,
    lost: Lost,
}

/// The source of the events that a channel's members get.
pub enum Source<'a> {
    Channel(ChannelId),
    /// All topics that match the pattern.
    Pattern(TopicsId, &'a str),
}

/// Identifies a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryId {
    Channel(ChannelId),
    /// The history that all patterns of these topics share.
    Patterns(TopicsId),
}

impl Source<'_> {
    pub fn history(&self) -> HistoryId {
        match *self {
            Source::Channel(channel) => HistoryId::Channel(channel),
            Source::Pattern(topics, _) => HistoryId::Patterns(topics),
        }
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

    /// The size of the histories, and the replays from them so far.
    pub fn metrics(&self) -> HistoryMetrics {
        let channels = self.channels.values().map(|kept| kept.history.bytes());
        let topics = self.topics.values().filter_map(|log| log.all.as_ref());
        let bytes = channels.chain(topics.map(|kept| kept.history.bytes())).sum::<usize>() as u64;
        HistoryMetrics { bytes, ..self.metrics }
    }

    /// The epoch of a backplane's log, by its name.
    pub fn epoch(&mut self, name: &str) -> EpochId {
        self.epochs.find_or_add(name)
    }

    /// The place of the latest event of this process.
    pub fn last(&self) -> Place {
        self.last_of(EpochId::default())
    }

    /// The place of the latest event that this process knows of.
    pub fn last_of(&self, epoch: EpochId) -> Place {
        self.epochs.last(epoch)
    }

    /// The id that is minted for a place.
    pub fn id_of(&self, place: Place) -> Option<String> {
        self.epochs.id(place)
    }

    pub fn place_of(&self, cursor: &str) -> Option<Place> {
        self.epochs.place_of(cursor)
    }

    /// The cursor of a client that is up to date with these sources. It is the custom id of their
    /// latest event if it has one, otherwise a minted id. `None` if no source mints ids.
    pub fn cursor<'a>(&self, sources: impl Iterator<Item = Source<'a>>) -> Option<String> {
        let latest = sources.filter_map(|source| match source {
            Source::Channel(channel) => {
                let Kept { history, mints, epoch, .. } = self.channels.get(&channel)?;
                mints.then(|| (history.last(), *epoch, history.last_id()))
            }
            Source::Pattern(topics, _) => {
                let Kept { history, mints, epoch, .. } = self.topics.get(&topics)?.all.as_ref()?;
                mints.then(|| (history.last(), *epoch, history.last_id()))
            }
        });
        let (_, epoch, id) = latest.max_by_key(|(place, ..)| *place)?;
        match id {
            Some(id) => Some(id.to_string()),
            None => self.epochs.id(self.epochs.last(epoch)),
        }
    }

    /// Begins a channel's history, which is complete from now on. Events of an earlier channel for
    /// the same purpose are not in it.
    pub fn open(&mut self, channel: ChannelId, options: HistoryOptions) {
        self.channels.insert(channel, Kept::new(options, self.last()));
    }

    pub fn publish(&mut self, channel: ChannelId, draft: Draft) -> Publication {
        let mints = self.channels.get(&channel).is_some_and(|kept| kept.mints);
        let publication = self.place(draft, mints);
        self.keep(channel, &publication);
        publication
    }

    /// Whether the last event of a channel was published.
    pub fn has_ended(&self, channel: ChannelId) -> bool {
        self.ended_at(channel).is_some()
    }

    /// The place of the last event, if it was published.
    pub fn ended_at(&self, channel: ChannelId) -> Option<Place> {
        self.channels.get(&channel)?.ended_at
    }

    /// The custom id of the latest event of a channel.
    pub fn last_id(&self, channel: ChannelId) -> Option<&str> {
        self.channels.get(&channel)?.history.last_id().map(|id| &**id)
    }

    /// Publishes to a topic. `channel` exists if the topic has subscribers or a history.
    pub fn publish_to_topic(
        &mut self,
        topics: TopicsId,
        name: &str,
        channel: Option<ChannelId>,
        draft: Draft,
    ) -> Publication {
        let mints = self.mints_for_topic(topics, channel);
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

    /// The place of the latest event with a custom id.
    pub fn find(&mut self, source: &Source<'_>, id: &str) -> Option<Place> {
        let now = Instant::now();
        match source {
            Source::Channel(channel) => self.channels.get_mut(channel)?.history.find(id, now),
            Source::Pattern(topics, _) => self.patterns(*topics)?.find(id, now),
        }
    }

    /// The kept events after a place of the same epoch. Without a place, all of them.
    pub fn after(&mut self, source: &Source<'_>, place: Option<Place>) -> Missed {
        self.after_within(source, place, usize::MAX)
    }

    /// Like [`Log::after`], but stops once the events have `limit` bytes.
    pub fn after_within(
        &mut self,
        source: &Source<'_>,
        place: Option<Place>,
        limit: usize,
    ) -> Missed {
        let now = Instant::now();
        let missed = match source {
            Source::Channel(channel) => {
                let kept = self.channels.get_mut(channel);
                kept.map(|kept| kept.history.after(place, limit, now))
            }
            Source::Pattern(topics, pattern) => self.patterns(*topics).map(|history| {
                Missed::of_log(history, place, limit, now, |(topic, frame)| {
                    matches(pattern, topic).then_some(frame)
                })
            }),
        };
        let mut missed = missed.unwrap_or_else(|| Missed::all(self.last()));
        if let Source::Channel(channel) = source
            && !place.is_some_and(|place| missed.is_complete(place))
        {
            missed.state = self.state(*channel);
        }
        missed
    }

    /// The current state of a channel that keeps the latest values.
    pub fn state(&mut self, channel: ChannelId) -> Option<Vec<(Place, Frame)>> {
        self.channels.get_mut(&channel)?.history.values(Instant::now())
    }

    fn patterns(&mut self, topics: TopicsId) -> Option<&mut TopicHistory> {
        Some(&mut self.topics.get_mut(&topics)?.all.as_mut()?.history)
    }

    /// Whether the channel mints ids for events without one.
    pub fn mints(&self, channel: ChannelId) -> bool {
        self.channels.get(&channel).is_some_and(|kept| kept.mints)
    }

    /// Whether a topic, or the history of all patterns, mints ids.
    pub fn mints_for_topic(&self, topics: TopicsId, channel: Option<ChannelId>) -> bool {
        let all = self.topics.get(&topics).and_then(|log| log.all.as_ref());
        channel.is_some_and(|channel| self.mints(channel)) || all.is_some_and(|kept| kept.mints)
    }

    /// Whether the channel has its own history.
    pub fn keeps(&self, channel: ChannelId) -> bool {
        self.channels.get(&channel).is_some_and(|kept| kept.keeps)
    }

    /// The size of the channel's history. `None`: the channel has no history of its own.
    pub fn size_of(&self, channel: ChannelId) -> Option<Size> {
        let kept = self.channels.get(&channel).filter(|kept| kept.keeps)?;
        Some(kept.history.size())
    }

    pub fn is_empty(&self, channel: ChannelId) -> bool {
        self.channels.get(&channel).is_none_or(|kept| kept.history.is_empty())
    }

    pub fn close(&mut self, channel: ChannelId) {
        self.channels.remove(&channel);
    }

    /// Closes a topic without subscribers whose history is empty or no longer needed.
    pub fn close_topic(&mut self, topics: TopicsId, name: &str, channel: ChannelId) {
        let Some(kept) = self.channels.remove(&channel) else { return };
        if let Some(log) = self.topics.get_mut(&topics) {
            log.lost.add(name, kept.history.last());
        }
    }

    pub fn open_topics(&mut self, topics: TopicsId) {
        let last = self.last();
        self.topics.insert(topics, TopicLog { all: None, last, lost: Lost::before(last) });
    }

    /// Begins the history of a topic.
    pub fn open_topic(
        &mut self,
        topics: TopicsId,
        name: &str,
        channel: ChannelId,
        options: HistoryOptions,
    ) {
        let floor = self.topics.get(&topics).map_or(self.last(), |log| log.lost.latest(name));
        self.channels.insert(channel, Kept::new(options, floor));
    }

    /// Begins the history that the patterns of a set of topics share. Returns false if it already
    /// exists.
    pub fn open_patterns(&mut self, topics: TopicsId, options: HistoryOptions) -> bool {
        let Some(log) = self.topics.get_mut(&topics) else { return false };
        let is_new = log.all.is_none();
        log.all.get_or_insert_with(|| Kept::log(options, log.last));
        is_new
    }

    pub fn close_topics(&mut self, topics: TopicsId) {
        self.topics.remove(&topics);
    }

    fn place(&mut self, draft: Draft, mints: bool) -> Publication {
        let place = draft.place.unwrap_or_else(|| self.epochs.next());
        self.epochs.reach(place);
        draft.publish(place, mints.then_some(&self.epochs))
    }

    fn keep(&mut self, channel: ChannelId, publication: &Publication) {
        if let (true, Some(kept)) = (publication.is_kept, self.channels.get_mut(&channel)) {
            kept.history.push(publication, Instant::now());
            if publication.ends {
                kept.ended_at.get_or_insert(publication.place);
            }
        }
    }
}
