//! The channels of one connection, and its index among the members of each. Most connections are in
//! one channel.

use crate::ids::{ChannelId, IdMap};

#[derive(Default)]
pub(super) enum Joined {
    #[default]
    None,
    One(u32, ChannelId),
    Several(Box<IdMap<ChannelId, u32>>),
}

impl Joined {
    pub fn has(&self, channel: ChannelId) -> bool {
        match self {
            Self::None => false,
            Self::One(_, only) => *only == channel,
            Self::Several(all) => all.contains_key(&channel),
        }
    }

    /// Adds a membership, or changes its index.
    pub fn set(&mut self, channel: ChannelId, index: u32) {
        match self {
            Self::None => *self = Self::One(index, channel),
            Self::One(at, only) if *only == channel => *at = index,
            Self::One(at, only) => {
                let all = IdMap::from_iter([(*only, *at), (channel, index)]);
                *self = Self::Several(Box::new(all));
            }
            Self::Several(all) => {
                all.insert(channel, index);
            }
        }
    }

    /// Removes a membership. Returns its index, if there was one.
    pub fn remove(&mut self, channel: ChannelId) -> Option<u32> {
        match self {
            Self::One(index, only) if *only == channel => {
                let index = *index;
                *self = Self::None;
                Some(index)
            }
            Self::None | Self::One(..) => None,
            Self::Several(all) => all.remove(&channel),
        }
    }

    pub fn channels(&self) -> Vec<ChannelId> {
        match self {
            Self::None => Vec::new(),
            Self::One(_, only) => vec![*only],
            Self::Several(all) => all.keys().copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_index_in_zero_one_or_several_channels() {
        let mut joined = Joined::default();
        for id in 0..3 {
            assert!(!joined.has(ChannelId(id)));
            joined.set(ChannelId(id), 7);
            joined.set(ChannelId(id), id as u32);
            assert!(joined.has(ChannelId(id)));
            assert_eq!(joined.channels().len() as u64, id + 1);
        }
        for id in 0..3 {
            assert_eq!(joined.remove(ChannelId(id)), Some(id as u32));
            assert_eq!(joined.remove(ChannelId(id)), None);
        }
        assert!(joined.channels().is_empty());
    }
}
