//! The queue of one connection: references to shared frames, in order.

mod conflation;

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::{Buf, Bytes};

use crate::connection::QueueLimits;
use crate::ids::{ChannelId, Place};
use crate::wire::{Block, BlockSum, Checksum};
use conflation::Conflation;

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
    /// Of its plain bytes, if they are compressed and their checksum is needed.
    pub sum: BlockSum,
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

#[derive(Default)]
#[repr(C)]
pub(super) struct Queue {
    segments: VecDeque<Segment>,
    bytes: usize,
    live_bytes: usize,
    live_events: u64,
    /// Where the latest segment of each key is, once one was pushed.
    conflation: Option<Box<Conflation>>,
    /// Of the segments that have left, or have begun to.
    sent: Checksum,
}

impl From<Block> for Segment {
    fn from(Block { bytes, sum }: Block) -> Self {
        Self { bytes, sum, ..Self::default() }
    }
}

impl Queue {
    pub fn push(&mut self, segment: Segment) {
        self.count(&segment);
        self.segments.push_back(segment);
    }

    /// Takes the place of an earlier segment with the same key. Returns how many events were
    /// dropped.
    pub fn push_latest(&mut self, segment: Segment) -> u64 {
        let Some(key) = segment.key.clone() else {
            self.push(segment);
            return 0;
        };
        let index = self.segments.len();
        self.push(segment);
        let conflation = self.conflation.get_or_insert_default();
        let obsolete = conflation.replace(key, index);
        let obsolete = obsolete.and_then(|index| self.segments.get_mut(index));
        let Some(obsolete) = obsolete.filter(|segment| !segment.begun) else { return 0 };
        let obsolete = std::mem::take(obsolete);
        if conflation.blank(self.segments.len()) {
            self.remove_blanks();
        }
        self.discount(&obsolete);
        obsolete.events
    }

    /// Drops the oldest events until the queue keeps its limits. The latest one stays. Returns how
    /// many were dropped.
    pub fn drop_oldest(&mut self, limits: QueueLimits) -> u64 {
        self.conflation = None;
        let mut dropped = 0;
        let mut index = 0;
        while self.is_over(limits) && index + 1 < self.segments.len() {
            match self.segments.get(index) {
                Some(segment) if segment.begun || segment.events == 0 => index += 1,
                _ => {
                    let Some(segment) = self.segments.remove(index) else { break };
                    self.discount(&segment);
                    dropped += segment.events;
                }
            }
        }
        dropped
    }

    /// Drops all publications. Returns the place of the first one.
    pub fn drop_publications(&mut self) -> Option<Place> {
        self.conflation = None;
        let is_dropped = |segment: &Segment| segment.place.is_some() && !segment.begun;
        let segments = std::mem::take(&mut self.segments);
        let (dropped, kept): (VecDeque<_>, _) = segments.into_iter().partition(is_dropped);
        self.segments = kept;
        dropped.iter().for_each(|segment| self.discount(segment));
        dropped.front()?.place
    }

    /// Replaces the bytes of each segment, none of which has begun, and puts a header before them.
    pub fn replace(&mut self, header: Option<Bytes>, blocks: impl Iterator<Item = Block>) {
        let segments = std::mem::take(self).segments;
        if let Some(bytes) = header {
            self.push(Segment { bytes, ..Segment::default() });
        }
        for (segment, Block { bytes, sum }) in segments.into_iter().zip(blocks) {
            self.push(Segment { bytes, sum, ..segment });
        }
    }

    /// A block was sent that was not queued.
    pub fn passed(&mut self, sum: &BlockSum) {
        self.sent.append(sum);
    }

    pub fn sent(&self) -> Checksum {
        self.sent
    }

    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn is_over(&self, limits: QueueLimits) -> bool {
        self.live_events > limits.events || self.live_bytes > limits.bytes
    }

    /// Whether the queue exceeds its limits. The largest segment does not count, so that an event
    /// larger than the limit can still be sent.
    pub fn exceeds(&self, limits: QueueLimits) -> bool {
        if self.live_events > limits.events {
            return true;
        }
        if self.live_bytes <= limits.bytes {
            return false;
        }
        let live = self.segments.iter().filter(|segment| segment.live);
        let largest = live.map(|segment| segment.bytes.len()).max().unwrap_or(0);
        self.live_bytes - largest > limits.bytes
    }

    pub fn iter(&self) -> impl Iterator<Item = &Bytes> {
        self.segments.iter().map(|segment| &segment.bytes).filter(|bytes| !bytes.is_empty())
    }

    /// Removes the first `count` bytes and returns how many events ended in them.
    pub fn advance(&mut self, mut count: usize) -> u64 {
        let mut events = 0;
        while let Some(front) = self.segments.front_mut()
            && (count > 0 || front.bytes.is_empty())
        {
            let taken = count.min(front.bytes.len());
            let live = front.live;
            front.bytes.advance(taken);
            if !std::mem::replace(&mut front.begun, true) {
                self.sent.append(&front.sum);
            }
            count -= taken;
            self.bytes -= taken;
            if live {
                self.live_bytes -= taken;
            }
            if front.bytes.is_empty() {
                events += front.events;
                if live {
                    self.live_events -= front.events;
                }
                self.segments.pop_front();
                if let Some(conflation) = &mut self.conflation {
                    conflation.pop();
                }
            }
        }
        self.release();
        events
    }

    /// The segments that fit in `limit` bytes together, or the part of the first one that does.
    pub fn front(&self, limit: usize) -> impl Iterator<Item = Part<'_>> + Clone {
        let mut room = limit;
        let filled = self.segments.iter().filter(|segment| !segment.bytes.is_empty());
        filled.map_while(move |segment| {
            let length = segment.bytes.len();
            if length > room && room < limit {
                return None;
            }
            let part = Part { bytes: &segment.bytes, length: length.min(room) };
            room -= part.length;
            Some(part)
        })
    }

    /// Empties the queue and returns how many events were in it.
    pub fn clear(&mut self) -> u64 {
        let events = self.segments.iter().map(|segment| segment.events).sum();
        *self = Self::default();
        events
    }

    fn count(&mut self, segment: &Segment) {
        self.bytes += segment.bytes.len();
        if segment.live {
            self.live_bytes += segment.bytes.len();
            self.live_events += segment.events;
        }
    }

    fn discount(&mut self, segment: &Segment) {
        self.bytes -= segment.bytes.len();
        if segment.live {
            self.live_bytes -= segment.bytes.len();
            self.live_events -= segment.events;
        }
    }

    /// Removes segments that newer ones have made obsolete.
    fn remove_blanks(&mut self) {
        self.segments.retain(|segment| !segment.bytes.is_empty());
        let mut conflation = Conflation::default();
        for (index, segment) in self.segments.iter().enumerate() {
            if let Some(key) = &segment.key {
                conflation.replace(key.clone(), index);
            }
        }
        self.conflation = Some(Box::new(conflation));
    }

    /// An empty queue takes no memory: most queues are empty most of the time.
    fn release(&mut self) {
        if self.segments.is_empty() {
            self.conflation = None;
            self.segments = VecDeque::new();
        }
    }
}

#[cfg(test)]
mod tests;
