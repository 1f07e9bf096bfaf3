//! The list of channels, for tools that inspect a process.

use crate::audience::Keeper;
use crate::ids::ChannelId;
use crate::log::Size;
use crate::order::Order;
use std::cmp::Reverse;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Channel,
    Topic,
    Pattern,
}

/// A channel in the list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: ChannelId,
    pub kind: Kind,
    /// The name of a topic or a pattern, or the name that the host gave the channel.
    pub name: Option<Box<str>>,
    pub members: usize,
    /// `None`: the channel keeps no events.
    pub history: Option<Size>,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Topic => "topic",
            Self::Pattern => "pattern",
        }
    }
}

impl Order {
    /// The channels with the most members. Of equal ones, the oldest come first.
    pub fn largest_channels(&self, limit: usize) -> Vec<Listed> {
        let all = self.audience.channels().filter(|(_, it)| !matches!(it.keeper, Keeper::Topics));
        let mut found: Vec<_> = all.map(|(id, it)| (Reverse(it.count()), id)).collect();
        if found.len() > limit {
            found.select_nth_unstable(limit);
            found.truncate(limit);
        }
        found.sort_unstable();
        found.into_iter().filter_map(|(_, id)| self.listed(id)).collect()
    }

    fn listed(&self, id: ChannelId) -> Option<Listed> {
        let channel = self.audience.channel(id)?;
        let (kind, name) = match &channel.keeper {
            Keeper::Topic { name, is_pattern: false, .. } => (Kind::Topic, Some(&**name)),
            Keeper::Topic { name, .. } => (Kind::Pattern, Some(&**name)),
            _ => (Kind::Channel, channel.label.as_deref()),
        };
        let (name, history) = (name.map(Box::from), self.log.size_of(id));
        Some(Listed { id, kind, name, members: channel.count(), history })
    }
}

#[cfg(test)]
mod tests;
