//! The segments of a queue, and their totals. [`super::Queue`] documents the methods.

use std::collections::VecDeque;

use bytes::{Buf, Bytes};

use super::conflation::Conflation;
use super::{Part, Segment};
use crate::connection::QueueLimits;
use crate::ids::Place;
use crate::wire::{Block, BlockSum};

#[derive(Default)]
pub(in super::super) struct Filled {
    pub(super) segments: VecDeque<Segment>,
    bytes: usize,
    pub(super) live_bytes: usize,
    pub(super) live_events: u64,
    /// The position of the latest segment of each key, once a key was pushed.
    conflation: Option<Box<Conflation>>,
}

impl Filled {
    pub fn push(&mut self, segment: Segment) {
        self.count(&segment);
        self.segments.push_back(segment);
    }

    pub fn push_first(&mut self, segment: Segment) {
        self.count(&segment);
        self.segments.push_front(segment);
    }

    pub fn first(&self) -> Option<&Segment> {
        self.segments.front()
    }

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

    pub fn drop_publications(&mut self) -> Option<Place> {
        self.conflation = None;
        let is_dropped = |segment: &Segment| segment.place.is_some() && !segment.begun;
        let segments = std::mem::take(&mut self.segments);
        let (dropped, kept): (VecDeque<_>, _) = segments.into_iter().partition(is_dropped);
        self.segments = kept;
        dropped.iter().for_each(|segment| self.discount(segment));
        dropped.front()?.place
    }

    pub fn replace(&mut self, blocks: impl Iterator<Item = Block>) {
        let segments = std::mem::take(self).segments;
        for (segment, Block { bytes, sum }) in segments.into_iter().zip(blocks) {
            self.push(Segment { bytes, sum, ..segment });
        }
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

    pub fn advance(&mut self, mut count: usize, mut begun: impl FnMut(&BlockSum)) -> u64 {
        let mut events = 0;
        while let Some(front) = self.segments.front_mut()
            && (count > 0 || front.bytes.is_empty())
        {
            let taken = count.min(front.bytes.len());
            let live = front.live;
            front.bytes.advance(taken);
            if !std::mem::replace(&mut front.begun, true) {
                begun(&front.sum);
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
        events
    }

    /// The first segments that fit in `limit` bytes together, or the part of the first one that
    /// fits.
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

    /// How many events are in it.
    pub fn events(&self) -> u64 {
        self.segments.iter().map(|segment| segment.events).sum()
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

    /// Removes segments that newer ones have replaced.
    fn remove_blanks(&mut self) {
        let mut blanks = 0;
        let mut before = Vec::with_capacity(self.segments.len());
        self.segments.retain(|segment| {
            before.push(blanks);
            let is_blank = segment.bytes.is_empty();
            blanks += u64::from(is_blank);
            !is_blank
        });
        if let Some(conflation) = &mut self.conflation {
            conflation.remove_blanks(&before);
        }
    }
}
