//! The names of keys and pub/sub channels.

use std::sync::Arc;

#[derive(Clone, Debug)]
pub struct Keys {
    /// With the hash tag.
    tag: Arc<str>,
    pub log: String,
    pub clock: String,
    pub node: String,
}

impl Keys {
    pub fn new(prefix: &str, node: &str) -> Self {
        let tag = format!("{{{prefix}}}:");
        let key = |name: &str| format!("{tag}{name}");
        let (log, clock, node) = (key("log"), key("clock"), key(&format!("node:{node}")));
        Self { tag: tag.into(), log, clock, node }
    }

    /// The stream of a subject.
    pub fn stream(&self, subject: &str) -> String {
        format!("{}stream:{subject}", self.tag)
    }

    /// The pub/sub channel of a subject.
    pub fn channel(&self, subject: &str) -> String {
        format!("{}{subject}", self.tag)
    }

    pub fn subject_of<'a>(&self, channel: &'a str) -> Option<&'a str> {
        channel.strip_prefix(&*self.tag)
    }
}
