//! What this process follows: the subjects of its channels and topics, and how far it has got.

use std::collections::HashMap;

use super::engine::Subject;
use crate::ids::{ChannelId, TopicsId};
use crate::sync::Mutex;

/// Whom the events of a subject are for in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follower {
    Channel(ChannelId),
    /// The subscribers of that topic. Its name is that of the subject. `has_field`: events say so.
    Topic {
        topics: TopicsId,
        has_field: bool,
    },
    /// Every client of a broker.
    Everyone(TopicsId),
    /// The host itself, which other hosts talk to.
    Host,
}

#[derive(Default)]
pub struct Directory(Mutex<HashMap<Subject, Entry>>);

#[derive(Default)]
struct Entry {
    followers: Vec<Follower>,
    /// The number of the latest publication that was delivered, once the engine is followed.
    last: Option<u64>,
}

impl Directory {
    pub fn add(&self, subject: &Subject, follower: Follower) {
        self.0.lock().entry(subject.clone()).or_default().followers.push(follower);
    }

    /// Returns whether nobody follows the subject any more.
    pub fn remove(&self, subject: &str, follower: Follower) -> bool {
        let mut entries = self.0.lock();
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
        self.0.lock().get(subject).map(|entry| entry.followers.clone()).unwrap_or_default()
    }

    pub fn is_followed(&self, subject: &str) -> bool {
        self.0.lock().contains_key(subject)
    }

    pub fn subjects(&self) -> Vec<Subject> {
        self.0.lock().keys().cloned().collect()
    }

    /// How far a subject has been delivered. `None` if it is not followed, or not yet.
    pub fn last(&self, subject: &str) -> Option<u64> {
        self.0.lock().get(subject)?.last
    }

    pub fn reach(&self, subject: &str, number: u64) {
        if let Some(entry) = self.0.lock().get_mut(subject) {
            entry.last = entry.last.max(Some(number));
        }
    }

    /// The log was replaced: nothing has been delivered of the new one.
    pub fn forget_positions(&self) {
        self.0.lock().values_mut().for_each(|entry| entry.last = None);
    }
}
