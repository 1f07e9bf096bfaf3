//! The channels of one connection. Most connections are in few.

use crate::ids::{ChannelId, IdSet};

/// With up to so many channels, looking through a list is faster than a hash, and smaller.
const FEW: usize = 8;

pub(super) enum Joined {
    Few(Vec<ChannelId>),
    Many(Box<IdSet<ChannelId>>),
}

impl Default for Joined {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Joined {
    /// False when the connection was in it.
    pub fn insert(&mut self, channel: ChannelId) -> bool {
        match self {
            Self::Few(list) if list.contains(&channel) => false,
            Self::Few(list) if list.len() < FEW => {
                list.push(channel);
                true
            }
            Self::Few(list) => {
                let all = list.drain(..).chain([channel]).collect();
                *self = Self::Many(Box::new(all));
                true
            }
            Self::Many(set) => set.insert(channel),
        }
    }

    /// False when the connection was not in it.
    pub fn remove(&mut self, channel: ChannelId) -> bool {
        match self {
            Self::Few(list) => {
                let index = list.iter().position(|it| *it == channel);
                index.map(|index| list.swap_remove(index)).is_some()
            }
            Self::Many(set) => set.swap_remove(&channel),
        }
    }

    pub fn all(&self) -> Vec<ChannelId> {
        match self {
            Self::Few(list) => list.clone(),
            Self::Many(set) => set.iter().copied().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_come_and_go_whether_they_are_few_or_many() {
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
