//! Consecutive events of the same channels, joined once for all their members.

use std::cell::OnceCell;
use std::slice;
use std::sync::Arc;

use bytes::Bytes;

use crate::ids::{ChannelId, Place};
use crate::wire::{Frame, Framing};

/// A slow member keeps whole runs alive, so they stay small.
const MAX_BYTES: usize = 256 << 10;

#[derive(Clone)]
pub struct Entry {
    pub place: Place,
    pub frame: Frame,
    /// What it stands for in its channel, if it stands for anything.
    pub key: Option<Arc<str>>,
}

/// Whose members get a run, each once.
#[derive(PartialEq)]
pub(super) enum Channels {
    One(ChannelId),
    Several(Arc<[ChannelId]>),
}

impl Channels {
    pub fn as_slice(&self) -> &[ChannelId] {
        match self {
            Self::One(channel) => slice::from_ref(channel),
            Self::Several(channels) => channels,
        }
    }
}

pub(super) struct Run {
    channels: Channels,
    frames: Vec<Entry>,
    length: usize,
    chunked: OnceCell<Bytes>,
    plain: OnceCell<Bytes>,
}

impl Run {
    pub fn new(channels: Channels, entry: Entry) -> Self {
        let length = entry.frame.len();
        let frames = vec![entry];
        Self { channels, frames, length, chunked: OnceCell::new(), plain: OnceCell::new() }
    }

    pub fn channels(&self) -> &[ChannelId] {
        self.channels.as_slice()
    }

    /// Whether there is room for another event of these channels.
    pub fn takes(&self, channels: &Channels, entry: &Entry) -> bool {
        self.channels == *channels && self.length + entry.frame.len() <= MAX_BYTES
    }

    /// Only while no member has been given the run.
    pub fn push(&mut self, entry: Entry) {
        self.length += entry.frame.len();
        self.frames.push(entry);
    }

    pub fn frames(&self) -> &[Entry] {
        &self.frames
    }

    /// Bytes of all frames.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The place of its first event.
    pub fn first(&self) -> Place {
        self.frames.first().map_or(Place::default(), |entry| entry.place)
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
            [entry] => entry.frame.bytes(framing),
            frames => {
                let parts = frames.iter().map(|entry| entry.frame.bytes(framing));
                let parts: Vec<Bytes> = parts.collect();
                Bytes::from(parts.concat())
            }
        })
    }
}
