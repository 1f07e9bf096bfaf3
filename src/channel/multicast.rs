//! One event to several channels at once.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use super::{Channel, ChannelId, State};
use crate::connection::ConnectionId;
use crate::event::Event;
use crate::frame::Frame;
use crate::shard::{Command, Inbox};

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
        // In the order of their ids, in which everybody locks them.
        let mut sorted: Vec<_> = channels.iter().collect();
        sorted.sort_unstable_by_key(|channel| channel.id);
        let mut states: Vec<_> =
            sorted.into_iter().map(|channel| (channel.id, channel.state.lock())).collect();
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

    pub fn members(&self) -> usize {
        self.members
    }

    /// Gives a frame to each member, once.
    pub fn multicast(&self, frame: &Frame, inboxes: &[Arc<Inbox>]) {
        for (inbox, _) in inboxes.iter().zip(&self.shards).filter(|(_, has_members)| **has_members) {
            inbox.push(match *self.channels {
                [channel] => Command::Broadcast { channel, frame: frame.clone() },
                _ => Command::Multicast { channels: self.channels.clone(), frame: frame.clone() },
            });
        }
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

impl Channel {
    /// Keeps an event for members that come back, and runs `deliver` before the next one can join.
    pub(crate) fn keep(&self, event: &Event, frame: &Frame, deliver: impl FnOnce()) {
        let mut state = self.state.lock();
        if event.is_for_history() && !state.closed {
            state.history.push(event.id.as_deref(), frame.clone(), frame.len(), Instant::now());
        }
        deliver();
    }
}
