//! One event to several channels at once.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use parking_lot::MutexGuard;

use super::{Channel, ChannelId, State};
use crate::error::Error;
use crate::event::Event;
use crate::shard::Command;

/// Gives an event to whoever is a member of any of the channels, once. How many these are.
///
/// All channels are locked for it, so that in each of them it has its place between joins; in the order of their ids.
pub(crate) fn multicast(mut channels: Vec<Arc<Channel>>, event: &Event) -> Result<usize, Error> {
    channels.sort_by_key(|channel| channel.id);
    let (first, rest) = match channels.as_slice() {
        [] => return event.encode().map(|_| 0),
        [first, rest @ ..] => (first, rest),
    };
    if rest.is_empty() {
        return first.send(std::slice::from_ref(event));
    }
    let frame = event.encode()?;
    first.inboxes.iter().for_each(|inbox| inbox.wait_for_room());
    let now = Instant::now();
    let ids: Arc<[ChannelId]> = channels.iter().map(|channel| channel.id).collect();
    let mut states: Vec<_> = channels.iter().map(|channel| channel.state.lock()).collect();
    first.counters.events.fetch_add(1, Relaxed);
    for state in &mut states {
        if event.is_for_history() && !state.closed {
            state.history.push(event.id.as_deref(), frame.clone(), now);
        }
    }
    for (shard, inbox) in first.inboxes.iter().enumerate() {
        if states.iter().any(|state| state.by_shard[shard] > 0) {
            inbox.push(Command::Multicast { channels: ids.clone(), frame: frame.clone() });
        }
    }
    Ok(count(&states))
}

/// How many are members of at least one.
fn count(states: &[MutexGuard<'_, State>]) -> usize {
    let Some(largest) = states.iter().max_by_key(|state| state.members.len()) else { return 0 };
    let members = states.iter().flat_map(|state| state.members.keys());
    let others: HashSet<_> = members.filter(|id| !largest.members.contains_key(*id)).collect();
    largest.members.len() + others.len()
}
