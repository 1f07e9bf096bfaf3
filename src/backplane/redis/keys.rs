//! The names of keys and pub/sub channels.

use std::sync::Arc;

/// The keys of one log. The keys of a replaced log have other names, and expire.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Contains the hash tag, which keeps all keys on one node of a cluster.
    tag: Arc<str>,
    pub epoch: Arc<str>,
    pub log: String,
    pub clock: String,
    pub node: String,
}

impl Keys {
    pub fn new(prefix: &str, node: &str, epoch: &Arc<str>) -> Self {
        let tag = tag(prefix);
        let key = |name: &str| format!("{tag}{name}:{epoch}");
        let (clock, node) = (key("clock"), key(&format!("node:{node}")));
        Self { log: log(prefix), clock, node, epoch: epoch.clone(), tag: tag.into() }
    }

    /// The stream of a subject.
    pub fn stream(&self, subject: &str) -> String {
        format!("{}stream:{}:{subject}", self.tag, self.epoch)
    }

    /// The pub/sub channel of a subject.
    pub fn channel(&self, subject: &str) -> String {
        format!("{}{subject}", self.tag)
    }

    pub fn subject_of<'a>(&self, channel: &'a str) -> Option<&'a str> {
        channel.strip_prefix(&*self.tag)
    }
}

/// The key of the log's position and epoch.
pub fn log(prefix: &str) -> String {
    format!("{}log", tag(prefix))
}

/// The key of the numbers that the log has skipped.
pub fn cuts(prefix: &str) -> String {
    format!("{}cuts", tag(prefix))
}

fn tag(prefix: &str) -> String {
    format!("{{{prefix}}}:")
}
