//! The history that all patterns of a broker share: every event to any topic, in order.
//!
//! - An event costs the same however many patterns match it.
//! - A client can come back to a pattern that had no subscriber meanwhile, and with an id of any
//!   topic.

use std::sync::Arc;
use std::time::Instant;

use super::patterns::matches;
use crate::event::Event;
use crate::frame::Frame;
use crate::history::{History, Limits};

pub(super) struct Log {
    history: History<(Arc<str>, Frame)>,
    /// Whether anybody has been subscribed to a pattern: before that there is nothing to keep.
    pub in_use: bool,
}

impl Log {
    pub fn new(limits: Limits) -> Self {
        Self { history: History::new(limits), in_use: false }
    }

    pub fn push(&mut self, topic: &str, event: &Event, frame: &Frame) {
        if self.in_use && event.is_for_history() {
            let item = (Arc::from(topic), frame.clone());
            let bytes = topic.len() + frame.len();
            self.history.push(event.id.as_deref(), item, bytes, Instant::now());
        }
    }

    /// The frames of matching topics after the event with that id; `None` when it is not known.
    pub fn after(&mut self, id: &str, pattern: &str) -> Option<Vec<Frame>> {
        let missed = self.history.after(id, Instant::now())?;
        let matching = missed.into_iter().filter(|(topic, _)| matches(pattern, topic));
        Some(matching.map(|(_, frame)| frame).collect())
    }

    pub fn clear(&mut self) {
        self.history.clear();
        self.in_use = false;
    }
}
