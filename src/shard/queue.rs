//! The queue of one connection: references to shared frames, in order.

mod conflation;
mod filled;

use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;

use crate::connection::QueueLimits;
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
        self.0.is_none()
    }

    pub fn push(&mut self, segment: Segment) {
        self.0.get_or_insert_default().push(segment);
    }

    /// Pushes bytes that come before everything else and are never dropped. Nothing was sent yet,
    /// and no segment has a key.
    pub fn push_first(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            let segment = Segment { bytes, begun: true, ..Segment::default() };
            self.0.get_or_insert_default().push_first(segment);
        }
    }

    /// What [`Queue::push_first`] has pushed, as far as it is not sent.
    pub fn head(&self) -> Option<&Bytes> {
        let first = self.0.as_ref()?.first()?;
        (first.begun && first.events == 0 && !first.live).then_some(&first.bytes)
    }

    /// Takes the place of an earlier segment with the same key. Returns how many events were
    /// dropped.
    pub fn push_latest(&mut self, segment: Segment) -> u64 {
        self.0.get_or_insert_default().push_latest(segment)
    }

    /// Drops the oldest events until the queue keeps its limits. The latest one stays. Returns how
    /// many were dropped.
    pub fn drop_oldest(&mut self, limits: QueueLimits) -> u64 {
        self.change(|filled| filled.drop_oldest(limits))
    }

    /// Drops all publications. Returns the place of the first one.
    pub fn drop_publications(&mut self) -> Option<Place> {
        self.change(|filled| filled.drop_publications())
    }

    /// Replaces the bytes of each segment.
    pub fn replace(&mut self, bytes: impl Iterator<Item = Bytes>) {
        self.change(|filled| filled.replace(bytes));
    }

    /// Removes the first `count` bytes and returns how many events ended in them.
    pub fn advance(&mut self, count: usize) -> u64 {
        self.change(|filled| filled.advance(count))
    }

    /// Empties the queue and returns how many events were in it.
    pub fn clear(&mut self) -> u64 {
        self.0.take().map_or(0, |filled| filled.events())
    }

    fn change<T: Default>(&mut self, change: impl FnOnce(&mut Filled) -> T) -> T {
        let Some(filled) = &mut self.0 else { return T::default() };
        let result = change(filled);
        if filled.is_empty() {
            self.0 = None;
        }
        result
    }
}

impl Deref for Queue {
    type Target = Filled;

    fn deref(&self) -> &Filled {
        static EMPTY: LazyLock<Filled> = LazyLock::new(Filled::default);
        self.0.as_deref().unwrap_or_else(|| &EMPTY)
    }
}

#[cfg(test)]
mod tests;
