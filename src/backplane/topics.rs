//! The topics of a broker that spans several processes. Each topic has a subject, and so have all
//! clients together.

use super::directory::Follower;
use super::engine::Subject;
use super::follows::Follows;
use super::subject;
use crate::ids::TopicsId;
use crate::order::FollowTopics;

/// Follows the topics that have a channel here.
pub struct TopicFollower {
    pub follows: Follows,
    pub topics: TopicsId,
    /// The name of the broker.
    pub broker: Box<str>,
    /// Whether events name the topic that they were sent to.
    pub has_field: bool,
}

impl TopicFollower {
    fn parts(&self, name: &str) -> (Subject, Follower) {
        let Self { topics, has_field, .. } = *self;
        (subject::of_topic(&self.broker, name), Follower::Topic { topics, has_field })
    }
}

impl FollowTopics for TopicFollower {
    fn opened(&self, name: &str) {
        let (subject, follower) = self.parts(name);
        self.follows.add(&subject, follower);
    }

    fn opened_all(&self) {
        let Self { topics, has_field, .. } = *self;
        let follower = Follower::AllTopics { topics, has_field };
        self.follows.add(&subject::of_all_topics(&self.broker), follower);
    }

    fn closed(&self, name: &str) {
        let (subject, follower) = self.parts(name);
        self.follows.remove(&subject, follower);
    }
}
