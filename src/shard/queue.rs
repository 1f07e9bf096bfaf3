//! The queue of one connection: references to shared frames, in order.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};

use crate::connection::QueueLimits;

/// Bytes of one or more frames.
pub(super) struct Segment {
    pub bytes: Bytes,
    /// How many events end in it.
    pub events: u64,
    /// Counts against the limits. A replay does not: a returning client would be disconnected for
    /// what it missed, again and again, and its frames are in the history anyway.
    pub live: bool,
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
}

impl Queue {
    pub fn push(&mut self, segment: Segment) {
        self.bytes += segment.bytes.len();
        if segment.live {
            self.live_bytes += segment.bytes.len();
            self.live_events += segment.events;
        }
        self.segments.push_back(segment);
    }

    /// Replaces the bytes of each segment.
    pub fn replace(&mut self, bytes: impl Iterator<Item = Bytes>) {
        let segments = std::mem::take(self).segments;
        for (segment, bytes) in segments.into_iter().zip(bytes) {
            self.push(Segment { bytes, ..segment });
        }
    }

    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    pub fn bytes(&self) -> usize {
        self.bytes
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
        self.segments.iter().map(|segment| &segment.bytes)
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
            }
        }
        self.release();
        events
    }

    /// The segments that fit in `limit` bytes together, or the part of the first one that does.
    pub fn front(&self, limit: usize) -> impl Iterator<Item = Part<'_>> + Clone {
        let mut room = limit;
        self.segments.iter().map_while(move |segment| {
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

    /// Frees the room that a past burst needed.
    fn release(&mut self) {
        if self.segments.is_empty() && self.segments.capacity() > 16 {
            self.segments = VecDeque::new();
        }
    }
}

#[cfg(test)]
mod tests;
