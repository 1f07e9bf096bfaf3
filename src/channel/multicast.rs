//! One event to several channels at once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use super::{Channel, ChannelId, State};
use crate::connection::ConnectionId;
use crate::error::Error;
use crate::event::Event;
use crate::shard::Command;

/// The members of several channels. It holds until the membership of any of them changes.
pub(crate) struct Reach {
    /// As many of the channels as it takes to reach every member: at most one for each.
    channels: Arc<[ChannelId]>,
    /// Which shards have members.
    shards: Box<[bool]>,
    members: usize,
}

impl Reach {
    pub fn of(channels: &[Arc<Channel>]) -> Self {
        let mut states: Vec<_> = channels.iter().map(|channel| (channel.id, channel.state.lock())).collect();
        // The largest first: it is not walked, and covers the most.
        if let Some(largest) = (0..states.len()).max_by_key(|at| states[*at].1.members.len()) {
            states.swap(0, largest);
        }
        let Some(((first, largest), rest)) = states.split_first() else {
            return Self { channels: Arc::new([]), shards: Box::new([]), members: 0 };
        };
        let mut reached = Reached { largest, others: HashSet::new() };
        let mut cover = vec![*first];
        let mut shards: Vec<bool> = largest.by_shard.iter().map(|members| *members > 0).collect();
        for (id, state) in rest {
            if reached.extend(state) {
                cover.push(*id);
                for (has_members, members) in shards.iter_mut().zip(&state.by_shard) {
                    *has_members |= *members > 0;
                }
            }
        }
        let members = largest.members.len() + reached.others.len();
        Self { channels: cover.into(), shards: shards.into(), members }
    }

    /// How many channels an event is fanned out to.
    #[cfg(test)]
    pub fn channels(&self) -> usize {
        self.channels.len()
    }
}

struct Reached<'a> {
    largest: &'a State,
    others: HashSet<ConnectionId>,
}

impl Reached<'_> {
    /// Whether the channel has a member that no channel before it has.
    fn extend(&mut self, state: &State) -> bool {
        let before = self.others.len();
        let members = state.members.keys().copied();
        self.others.extend(members.filter(|id| !self.largest.members.contains_key(id)));
        self.others.len() > before
    }
}

/// Gives an event once to each member of any of the channels, and returns how many these are.
///
/// All channels are locked for it, so that in each of them it has its place between joins. They
/// are sorted by their ids, the order in which everybody locks them.
pub(crate) fn multicast(channels: &[Arc<Channel>], reach: &Reach, event: &Event) -> Result<usize, Error> {
    let Some(first) = channels.first() else { return event.encode().map(|_| 0) };
    let frame = event.encode()?;
    first.inboxes.iter().for_each(|inbox| inbox.wait_for_room());
    let now = Instant::now();
    let mut states: Vec<_> = channels.iter().map(|channel| channel.state.lock()).collect();
    first.counters.events.fetch_add(1, Relaxed);
    for state in &mut states {
        if event.is_for_history() && !state.closed {
            state.history.push(event.id.as_deref(), frame.clone(), now);
        }
    }
    let inboxes = first.inboxes.iter().zip(&reach.shards);
    for (inbox, _) in inboxes.filter(|(_, has_members)| **has_members) {
        inbox.push(match *reach.channels {
            [channel] => Command::Broadcast { channel, frame: frame.clone() },
            _ => Command::Multicast { channels: reach.channels.clone(), frame: frame.clone() },
        });
    }
    Ok(reach.members)
}
