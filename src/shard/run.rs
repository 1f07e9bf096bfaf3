//! Consecutive events of one channel, joined once for all its members.

use std::cell::OnceCell;
use std::sync::Arc;

use bytes::Bytes;

use crate::ids::{ChannelId, Place};
use crate::wire::{Block, BlockSum, Coding, Form, Frame};

/// A slow member keeps whole runs alive, so they stay small.
const MAX_BYTES: usize = 256 << 10;

#[derive(Clone)]
pub struct Entry {
    pub place: Place,
    pub frame: Frame,
    /// What it stands for in its channel, if it stands for anything.
    pub key: Option<Arc<str>>,
}

pub(super) struct Run {
    pub channel: ChannelId,
    frames: Vec<Entry>,
    length: usize,
    /// In each form, once a member needs it.
    blocks: [OnceCell<Block>; Form::COUNT],
    /// Several frames as one. Compressed together, they are smaller and take less time.
    joined: OnceCell<Frame>,
}

impl Run {
    pub fn new(channel: ChannelId, entry: Entry) -> Self {
        let length = entry.frame.len();
        let (blocks, joined) = Default::default();
        Self { channel, frames: vec![entry], length, blocks, joined }
    }

    /// Returns the entry if it belongs to another channel or there is no room for it.
    pub fn push(&mut self, channel: ChannelId, entry: Entry) -> Result<(), Entry> {
        if channel != self.channel || self.length + entry.frame.len() > MAX_BYTES {
            return Err(entry);
        }
        self.length += entry.frame.len();
        self.frames.push(entry);
        Ok(())
    }

    pub fn frames(&self) -> &[Entry] {
        &self.frames
    }

    /// The place of its first event.
    pub fn first(&self) -> Place {
        self.frames.first().map_or(Place::default(), |entry| entry.place)
    }

    pub fn events(&self) -> u64 {
        self.frames.len() as u64
    }

    /// All frames, one after the other.
    pub fn block(&self, form: Form) -> &Block {
        self.blocks[form.index()].get_or_init(|| match self.frames.as_slice() {
            [entry] => entry.frame.block(form),
            frames if form.coding == Coding::Identity => {
                let parts = frames.iter().map(|entry| entry.frame.bytes(form.framing));
                let parts: Vec<Bytes> = parts.collect();
                Block { bytes: Bytes::from(parts.concat()), sum: BlockSum::default() }
            }
            _ => self.joined().block(form),
        })
    }

    fn joined(&self) -> &Frame {
        self.joined.get_or_init(|| Frame::of(&self.block(Form::PLAIN).bytes))
    }
}
