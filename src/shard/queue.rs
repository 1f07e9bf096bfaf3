//! The queue of one connection: references to shared frames, in order.

mod conflation;
mod filled;

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, LazyLock};

use bytes::Bytes;

use crate::ids::{ChannelId, Place};
use filled::Filled;

/// What an event of a channel stands for: a newer one of the same key makes it obsolete.
pub(super) type Key = (ChannelId, Arc<str>);

/// Bytes of one or more frames.
#[derive(Default)]
pub(super) struct Segment {
    pub bytes: Bytes,
    /// How many events end in it.
    pub events: u64,
    /// Counts against the limits. A replay does not: a returning client would be disconnected for
    /// what it missed, again and again, and its frames are in the history anyway.
    pub live: bool,
    /// Of its first event, if that is a publication.
    pub place: Option<Place>,
    pub key: Option<Key>,
    /// Some of its bytes are gone, so the others must follow.
    pub begun: bool,
}

/// The beginning of a segment's bytes.
pub(super) struct Part<'a> {
    bytes: &'a Bytes,
    length: usize,
}

impl Part<'_> {
    pub fn to_bytes(&self) -> Bytes {
        self.bytes.slice(..self.length)
    }

    /// Whether it is the same memory, not only equal bytes.
    pub fn is(&self, other: &Bytes) -> bool {
        self.bytes.as_ptr() == other.as_ptr() && self.length == other.len()
    }
}

/// An empty queue is a null pointer: most queues are empty most of the time.
#[derive(Default)]
pub(super) struct Queue(Option<Box<Filled>>);

impl Queue {
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_none_or(|filled| filled.is_empty())
    }

    /// Removes the first `count` bytes and returns how many events ended in them.
    pub fn advance(&mut self, count: usize) -> u64 {
        let Some(filled) = &mut self.0 else { return 0 };
        let events = filled.advance(count);
        if filled.is_empty() {
            self.0 = None;
        }
        events
    }

    /// Empties the queue and returns how many events were in it.
    pub fn clear(&mut self) -> u64 {
        self.0.take().map_or(0, |filled| filled.events())
    }
}

impl Deref for Queue {
    type Target = Filled;

    fn deref(&self) -> &Filled {
        static EMPTY: LazyLock<Filled> = LazyLock::new(Filled::default);
        self.0.as_deref().unwrap_or_else(|| &EMPTY)
    }
}

impl DerefMut for Queue {
    fn deref_mut(&mut self) -> &mut Filled {
        self.0.get_or_insert_default()
    }
}

#[cfg(test)]
mod tests;
