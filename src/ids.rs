//! Ids of connections, channels, sets of topics and drains, and places in the order. They are never
//! reused.
//!
//! The core assigns ids by counting, so maps of ids can use a fast hash without protection against
//! attackers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use indexmap::IndexSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

impl ConnectionId {
    /// The shard that a connection belongs to.
    pub fn shard(self, shards: usize) -> usize {
        (self.0 % shards as u64) as usize
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelId(pub u64);

/// The topics of one broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TopicsId(pub u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DrainId(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BackplaneId(pub u32);

/// Identifies the log of this process, or that of a backplane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EpochId(pub u16);

/// A publication's position in the order of one epoch. It only grows. Positions of different epochs
/// are unrelated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place(pub u64);

impl Place {
    const NUMBER_BITS: u32 = 48;
    /// Enough for a million events a second over eight years.
    pub const MAX_NUMBER: u64 = (1 << Self::NUMBER_BITS) - 1;

    pub fn of(epoch: EpochId, number: u64) -> Self {
        Self(u64::from(epoch.0) << Self::NUMBER_BITS | number.min(Self::MAX_NUMBER))
    }

    pub fn epoch(self) -> EpochId {
        EpochId((self.0 >> Self::NUMBER_BITS) as u16)
    }

    pub fn number(self) -> u64 {
        self.0 & Self::MAX_NUMBER
    }
}

pub type IdMap<Id, Value> = HashMap<Id, Value, IdHash>;
pub type IdSet<Id> = IndexSet<Id, IdHash>;
pub type IdHash = BuildHasherDefault<IdHasher>;

/// Spreads an id over all bits with one multiplication.
#[derive(Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, id: u64) {
        // 2^64 divided by the golden ratio.
        let spread = (self.0 ^ id).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ (spread >> 32);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
