//! The subjects of channels and topics that this process follows, and how far each was delivered.

use std::collections::HashMap;

use super::engine::Subject;
use super::subject::all_of;
use crate::ids::{ChannelId, TopicsId};
use crate::sync::Mutex;

/// A receiver of a subject's events in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follower {
    Channel(ChannelId),
    /// The subscribers of the topic that the subject names. `has_field`: events name their topic.
    Topic {
        topics: TopicsId,
        has_field: bool,
    },
    /// Every topic of a broker, because a client has subscribed to a pattern. Its arrivals are also
    /// for the subscribers of single topics: an event must reach a client once.
    AllTopics {
        topics: TopicsId,
        has_field: bool,
    },
    /// Every client of a broker.
    Everyone(TopicsId),
    /// The host itself, for messages from other hosts.
    Host,
}

impl Follower {
    /// Whether its events name the topic that they were sent to.
    pub fn has_field(self) -> bool {
        match self {
            Follower::Topic { has_field, .. } | Follower::AllTopics { has_field, .. } => has_field,
            Follower::Channel(_) | Follower::Everyone(_) | Follower::Host => false,
        }
    }
}

#[derive(Default)]
pub struct Directory(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    by_subject: HashMap<Subject, Entry>,
    /// The latest known number of the log.
    seen: Option<u64>,
}

#[derive(Default)]
struct Entry {
    followers: Vec<Follower>,
    /// Everything up to this number was delivered, or was published before there was a follower.
    /// `None` until the log is known.
    last: Option<u64>,
    /// The value of `last` when the first follower was added.
    since: Option<u64>,
    /// Whether the engine has acknowledged that publications of this subject arrive here.
    arrives: bool,
}

impl Directory {
    /// Adds a follower, which gets later publications. It may also get a few slightly older ones
    /// that this process has not heard of yet.
    pub fn add(&self, subject: &Subject, follower: Follower) {
        let Entries { by_subject, seen } = &mut *self.0.lock();
        let new = || Entry { last: *seen, since: *seen, ..Entry::default() };
        by_subject.entry(subject.clone()).or_insert_with(new).followers.push(follower);
    }

    /// Removes a follower. Returns whether it was the last one of the subject.
    pub fn remove(&self, subject: &str, follower: Follower) -> bool {
        let entries = &mut self.0.lock().by_subject;
        let Some(entry) = entries.get_mut(subject) else { return false };
        let Some(at) = entry.followers.iter().position(|it| *it == follower) else { return false };
        entry.followers.swap_remove(at);
        let is_over = entry.followers.is_empty();
        if is_over {
            entries.remove(subject);
        }
        is_over
    }

    pub fn followers(&self, subject: &str) -> Vec<Follower> {
        let entries = &self.0.lock().by_subject;
        entries.get(subject).map(|entry| entry.followers.clone()).unwrap_or_default()
    }

    pub fn is_followed(&self, subject: &str) -> bool {
        self.0.lock().by_subject.contains_key(subject)
    }

    pub fn subjects(&self) -> Vec<Subject> {
        self.0.lock().by_subject.keys().cloned().collect()
    }

    /// How far a subject has been delivered. `None` if it is not followed, or the log is not known
    /// yet.
    pub fn last(&self, subject: &str) -> Option<u64> {
        self.0.lock().by_subject.get(subject)?.last
    }

    /// Whether an event of a followed subject has not been delivered yet.
    pub fn lacks(&self, subject: &str, number: u64) -> bool {
        self.last(subject).is_some_and(|last| last < number)
    }

    pub fn reach(&self, subject: &str, number: u64) {
        let Entries { by_subject, seen } = &mut *self.0.lock();
        *seen = (*seen).max(Some(number));
        if let Some(entry) = by_subject.get_mut(subject) {
            entry.last = entry.last.max(Some(number));
        }
    }

    /// Whether a publication also arrives in the subject of all topics.
    pub fn is_covered(&self, subject: &str, number: u64) -> bool {
        let Some(all) = all_of(subject) else { return false };
        let entries = &self.0.lock().by_subject;
        let since = entries.get(&*all).and_then(|entry| entry.since);
        since.is_some_and(|since| number > since)
    }

    /// Called when the log is known. Subjects that are already followed begin at that number.
    pub fn open(&self, number: u64) {
        let Entries { by_subject, seen } = &mut *self.0.lock();
        *seen = (*seen).max(Some(number));
        for entry in by_subject.values_mut().filter(|entry| entry.last.is_none()) {
            (entry.last, entry.since) = (Some(number), Some(number));
        }
    }

    pub fn seen(&self) -> Option<u64> {
        self.0.lock().seen
    }

    /// Records that the log has a publication with that number.
    pub fn see(&self, number: u64) {
        let seen = &mut self.0.lock().seen;
        *seen = (*seen).max(Some(number));
    }

    pub fn arrives(&self, subject: &str) -> bool {
        self.0.lock().by_subject.get(subject).is_some_and(|entry| entry.arrives)
    }

    pub fn set_arrives(&self, subjects: &[Subject]) {
        let entries = &mut self.0.lock().by_subject;
        for subject in subjects {
            if let Some(entry) = entries.get_mut(subject) {
                entry.arrives = true;
            }
        }
    }

    /// Called when the connection is lost.
    pub fn nothing_arrives(&self) {
        self.0.lock().by_subject.values_mut().for_each(|entry| entry.arrives = false);
    }

    /// Called when the log was replaced: no event of the new one has been delivered.
    pub fn forget_positions(&self) {
        let Entries { by_subject, seen } = &mut *self.0.lock();
        *seen = None;
        for entry in by_subject.values_mut() {
            (entry.last, entry.since) = (None, None);
        }
    }
}
