//! The channels of one connection. Most connections are in one or a few.

use crate::ids::{ChannelId, IdSet};

/// Up to this many channels, searching a list is faster than hashing, and uses less memory.
const FEW: usize = 8;

#[derive(Default)]
pub(super) enum Joined {
    #[default]
    None,
    One(ChannelId),
    #[expect(clippy::box_collection, reason = "a list would make every entry larger by half")]
    Few(Box<Vec<ChannelId>>),
    Many(Box<IdSet<ChannelId>>),
}

impl Joined {
    /// Returns false if the connection was already in the channel.
    pub fn insert(&mut self, channel: ChannelId) -> bool {
        match self {
            Self::None => *self = Self::One(channel),
            Self::One(only) if *only == channel => return false,
            Self::One(only) => *self = Self::Few(Box::new(vec![*only, channel])),
            Self::Few(list) if list.contains(&channel) => return false,
            Self::Few(list) if list.len() < FEW => list.push(channel),
            Self::Few(list) => {
                let all = list.drain(..).chain([channel]).collect();
                *self = Self::Many(Box::new(all));
            }
            Self::Many(set) => return set.insert(channel),
        }
        true
    }

    /// Returns false if the connection was not in the channel.
    pub fn remove(&mut self, channel: ChannelId) -> bool {
        match self {
            Self::One(only) if *only == channel => {
                *self = Self::None;
                true
            }
            Self::None | Self::One(_) => false,
            Self::Few(list) => {
                let index = list.iter().position(|it| *it == channel);
                index.map(|index| list.swap_remove(index)).is_some()
            }
            Self::Many(set) => set.swap_remove(&channel),
        }
    }

    pub fn all(&self) -> Vec<ChannelId> {
        match self {
            Self::None => Vec::new(),
            Self::One(only) => vec![*only],
            Self::Few(list) => list.to_vec(),
            Self::Many(set) => set.iter().copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_or_many_channels_can_be_added_and_removed() {
        let mut joined = Joined::default();
        for id in 0..20 {
            assert!(joined.insert(ChannelId(id)));
            assert!(!joined.insert(ChannelId(id)));
            assert_eq!(joined.all().len() as u64, id + 1);
        }
        for id in 0..20 {
            assert!(joined.remove(ChannelId(id)));
            assert!(!joined.remove(ChannelId(id)));
        }
        assert!(joined.all().is_empty());
    }
}
