//! The queue of one connection: references to shared frames, in order.

mod conflation;
mod filled;

use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use bytes::Bytes;

use crate::connection::QueueLimits;
use crate::ids::{ChannelId, Place};
use crate::wire::{Block, BlockSum};
use filled::Filled;

/// The key of an event in its channel: a newer event with the same key makes it obsolete.
pub(super) type Key = (ChannelId, Arc<str>);

/// Bytes of one or more frames.
#[derive(Default)]
pub(super) struct Segment {
    pub bytes: Bytes,
    /// How many events end in this segment.
    pub events: u64,
    /// Whether the segment counts against the limits. A replay does not: otherwise a returning
    /// client would be disconnected again and again for what it missed. Its frames are in the
    /// history anyway.
    pub live: bool,
    /// The place of the first event, if that is a publication.
    pub place: Option<Place>,
    pub key: Option<Key>,
    /// Some of its bytes were sent, so the rest must follow.
    pub begun: bool,
    /// The checksum of the plain bytes, if these are compressed and it is needed.
    pub sum: BlockSum,
}

impl From<Block> for Segment {
    fn from(Block { bytes, sum }: Block) -> Self {
        Self { bytes, sum, ..Self::default() }
    }
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

    /// Whether both are the same memory, not only equal bytes.
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

    /// Pushes bytes to the front, which are never dropped. Nothing may have been sent yet, and no
    /// segment may have a key.
    pub fn push_first(&mut self, bytes: Bytes) {
        if !bytes.is_empty() {
            let segment = Segment { bytes, begun: true, ..Segment::default() };
            self.0.get_or_insert_default().push_first(segment);
        }
    }

    /// The bytes of [`Queue::push_first`] that are not sent yet.
    pub fn head(&self) -> Option<&Bytes> {
        let first = self.0.as_ref()?.first()?;
        (first.begun && first.events == 0 && !first.live).then_some(&first.bytes)
    }

    /// Pushes a segment that replaces an earlier one with the same key. Returns how many events
    /// were dropped.
    pub fn push_latest(&mut self, segment: Segment) -> u64 {
        self.0.get_or_insert_default().push_latest(segment)
    }

    /// Drops the oldest events until the queue is within its limits. Keeps the latest event.
    /// Returns how many were dropped.
    pub fn drop_oldest(&mut self, limits: QueueLimits) -> u64 {
        self.change(|filled| filled.drop_oldest(limits))
    }

    /// Drops all publications. Returns the place of the first one.
    pub fn drop_publications(&mut self) -> Option<Place> {
        self.change(|filled| filled.drop_publications())
    }

    /// Replaces the bytes of each segment.
    pub fn replace(&mut self, blocks: impl Iterator<Item = Block>) {
        self.change(|filled| filled.replace(blocks));
    }

    /// Removes the first `count` bytes and returns how many events ended in them. Calls `begun` for
    /// each segment whose first byte is among them.
    pub fn advance(&mut self, count: usize, begun: impl FnMut(&BlockSum)) -> u64 {
        self.change(|filled| filled.advance(count, begun))
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
