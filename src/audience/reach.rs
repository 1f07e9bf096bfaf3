//! The members of several channels, each counted once.

use std::collections::HashSet;
use std::sync::Arc;

use super::Channel;
use crate::ids::ChannelId;

/// Valid until the members of any channel change.
pub struct Reach {
    /// The channels needed to reach every member, at most one for each member.
    pub channels: Arc<[ChannelId]>,
    /// Whether each shard has members.
    pub shards: Box<[bool]>,
    pub members: usize,
}

impl Reach {
    pub fn of<'a>(channels: impl IntoIterator<Item = (ChannelId, &'a Channel)>) -> Self {
        let mut channels: Vec<_> = channels.into_iter().collect();
        // The largest comes first because its members need not be walked, and it covers the most.
        if let Some(largest) = (0..channels.len()).max_by_key(|at| channels[*at].1.count()) {
            channels.swap(0, largest);
        }
        let Some(((first, largest), rest)) = channels.split_first() else {
            return Self { channels: Arc::new([]), shards: Box::new([]), members: 0 };
        };
        let mut others = HashSet::new();
        let mut cover = vec![*first];
        let mut shards: Box<[bool]> = largest.shards().collect();
        for (id, channel) in rest {
            let before = others.len();
            others.extend(channel.members().filter(|member| !largest.has(*member)));
            // This channel has a member that the channels before it do not have.
            if others.len() > before {
                cover.push(*id);
                for (has_members, more) in shards.iter_mut().zip(channel.shards()) {
                    *has_members |= more;
                }
            }
        }
        let members = largest.count() + others.len();
        Self { channels: cover.into(), shards, members }
    }
}
