//! Consecutive events of the same channels, joined once for all members.

use std::cell::OnceCell;
use std::slice;
use std::sync::Arc;

use crate::ids::{ChannelId, Place};
use crate::wire::{Block, Form, Frame};

/// A slow member keeps whole runs alive, so they stay small.
const MAX_BYTES: usize = 256 << 10;

#[derive(Clone)]
pub struct Entry {
    pub place: Place,
    pub frame: Frame,
    /// The event's key in its channel, if it has one.
    pub key: Option<Arc<str>>,
}

/// The channels whose members get a run, each member once.
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
    /// The bytes in each form, created when a member needs them.
    blocks: [OnceCell<Block>; Form::COUNT],
    /// Several frames as one: compressing them together is faster and saves bytes.
    joined: OnceCell<Frame>,
}

impl Run {
    pub fn new(channels: Channels, entry: Entry) -> Self {
        let length = entry.frame.len();
        let frames = vec![entry];
        let (blocks, joined) = Default::default();
        Self { channels, frames, length, blocks, joined }
    }

    pub fn channels(&self) -> &[ChannelId] {
        self.channels.as_slice()
    }

    /// Whether there is room for another event of these channels.
    pub fn takes(&self, channels: &Channels, entry: &Entry) -> bool {
        self.channels == *channels && self.length + entry.frame.len() <= MAX_BYTES
    }

    /// Call this only before a member gets the run.
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

    /// All frames in sequence. Several frames form one chunk: each chunk costs the client work.
    pub fn block(&self, form: Form) -> &Block {
        self.blocks[form.index()].get_or_init(|| match self.frames.as_slice() {
            [entry] => entry.frame.block(form),
            frames => {
                let join = || Frame::join(frames.iter().map(|entry| &entry.frame));
                self.joined.get_or_init(join).block(form)
            }
        })
    }
}
