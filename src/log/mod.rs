//! What was published: a history for each channel that keeps one, and one for all patterns of a
//! set of topics.
//!
//! - Knows nothing of members.

mod history;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use history::History;
pub use history::Limits;

use crate::ids::{ChannelId, TopicsId};
use crate::wire::{Event, Frame};

#[derive(Default)]
pub struct Log {
    channels: HashMap<ChannelId, History<Frame>>,
    /// Every event to any topic, once a client has subscribed to a pattern. An event costs the
    /// same however many patterns match it.
    topics: HashMap<TopicsId, History<(Arc<str>, Frame)>>,
}

impl Log {
    /// Begins a channel's history.
    pub fn open(&mut self, channel: ChannelId, limits: Limits) {
        if limits.size > 0 {
            self.channels.insert(channel, History::new(limits));
        }
    }

    pub fn push(&mut self, channel: ChannelId, event: &Event, frame: &Frame) {
        let Some(history) = self.channels.get_mut(&channel) else { return };
        if event.is_for_history() {
            history.push(event.id.as_deref(), frame.clone(), frame.len(), Instant::now());
        }
    }

    /// The frames of a channel after the event with that id; `None` when the id is unknown.
    pub fn after(&mut self, channel: ChannelId, id: &str) -> Option<Vec<Frame>> {
        self.channels.get_mut(&channel)?.after(id, Instant::now())
    }

    pub fn is_empty(&self, channel: ChannelId) -> bool {
        self.channels.get(&channel).is_none_or(History::is_empty)
    }

    pub fn close(&mut self, channel: ChannelId) {
        self.channels.remove(&channel);
    }

    /// Begins the history that the patterns of a set of topics share, unless there is one.
    pub fn open_topics(&mut self, topics: TopicsId, limits: Limits) {
        self.topics.entry(topics).or_insert_with(|| History::new(limits));
    }

    pub fn push_topic(&mut self, topics: TopicsId, topic: &str, event: &Event, frame: &Frame) {
        let Some(history) = self.topics.get_mut(&topics) else { return };
        if event.is_for_history() {
            let (item, bytes) = ((topic.into(), frame.clone()), topic.len() + frame.len());
            history.push(event.id.as_deref(), item, bytes, Instant::now());
        }
    }

    /// The frames after the event with that id, to any topic, of the topics that match.
    pub fn after_in_topics(
        &mut self,
        topics: TopicsId,
        id: &str,
        matches: impl Fn(&str) -> bool,
    ) -> Option<Vec<Frame>> {
        let missed = self.topics.get_mut(&topics)?.after(id, Instant::now())?;
        let matching = missed.into_iter().filter(|(topic, _)| matches(topic));
        Some(matching.map(|(_, frame)| frame).collect())
    }

    pub fn close_topics(&mut self, topics: TopicsId) {
        self.topics.remove(&topics);
    }
}
