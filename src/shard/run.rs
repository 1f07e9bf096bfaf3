//! Consecutive events of one channel, joined once for all its members.

use std::cell::OnceCell;

use bytes::Bytes;

use crate::ids::{ChannelId, Place};
use crate::wire::{Frame, Framing};

/// A slow member keeps whole runs alive, so they stay small.
const MAX_BYTES: usize = 256 << 10;

pub(super) struct Run {
    pub channel: ChannelId,
    frames: Vec<(Place, Frame)>,
    length: usize,
    chunked: OnceCell<Bytes>,
    plain: OnceCell<Bytes>,
}

impl Run {
    pub fn new(channel: ChannelId, place: Place, frame: Frame) -> Self {
        let length = frame.len();
        Self {
            channel,
            frames: vec![(place, frame)],
            length,
            chunked: OnceCell::new(),
            plain: OnceCell::new(),
        }
    }

    /// Returns the frame if it belongs to another channel or there is no room for it.
    pub fn push(&mut self, channel: ChannelId, place: Place, frame: Frame) -> Result<(), Frame> {
        if channel != self.channel || self.length + frame.len() > MAX_BYTES {
            return Err(frame);
        }
        self.length += frame.len();
        self.frames.push((place, frame));
        Ok(())
    }

    pub fn frames(&self) -> &[(Place, Frame)] {
        &self.frames
    }

    pub fn events(&self) -> u64 {
        self.frames.len() as u64
    }

    /// All frames, one after the other.
    pub fn bytes(&self, framing: Framing) -> &Bytes {
        let joined = match framing {
            Framing::Chunked => &self.chunked,
            Framing::Plain => &self.plain,
        };
        joined.get_or_init(|| match self.frames.as_slice() {
            [(_, frame)] => frame.bytes(framing),
            frames => {
                let parts = frames.iter().map(|(_, frame)| frame.bytes(framing));
                let parts: Vec<Bytes> = parts.collect();
                Bytes::from(parts.concat())
            }
        })
    }
}
