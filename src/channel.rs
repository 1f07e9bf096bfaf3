//! A group of connections with a history.
//!
//! - One lock orders events, joins and leaves: a replay and the live events after it meet without a hole or a repeat.
//! - Sending costs the same however many members there are: one command for each shard that has some.
//! - Locks are taken connection first, then channel.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use parking_lot::Mutex;

use crate::connection::{Connection, ConnectionId};
use crate::error::Error;
use crate::event::Event;
use crate::frame::Frame;
use crate::history::{History, Limits};
use crate::metrics::Counters;
use crate::shard::{Command, Inbox};

mod multicast;

pub(crate) use multicast::Reach;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelId(pub u64);

#[derive(Clone, Copy, Debug)]
pub struct ChannelOptions {
    pub history: Limits,
    pub empty_timeout: Option<Duration>,
    pub keeper: Keeper,
}

/// Who decides that a channel is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// The host, which holds it and hears who has left it and when it has been empty for long enough.
    Host,
    /// Its members: it goes with the last of them or, when it has something to replay, an `empty_timeout` later.
    Members,
}

/// What came of a [`Channel::join`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// A member now, with everything it missed, if it came with a cursor.
    Joined,
    /// A member now, but the history does not know its cursor: nothing was replayed.
    Gap,
    /// A member before, or a closed connection.
    Unchanged,
}

pub struct Channel {
    pub id: ChannelId,
    pub keeper: Keeper,
    empty_timeout: Option<Duration>,
    inboxes: Arc<[Arc<Inbox>]>,
    counters: Arc<Counters>,
    state: Mutex<State>,
}

struct State {
    closed: bool,
    history: History<Frame>,
    members: IndexMap<ConnectionId, Arc<Connection>>,
    /// How many members each shard has.
    by_shard: Vec<usize>,
    empty_since: Instant,
    /// Whether a timer runs that will look at `empty_since`.
    timer_runs: bool,
    when_closed: Vec<Box<dyn FnOnce() + Send>>,
}

impl Channel {
    pub(crate) fn new(
        id: ChannelId,
        options: ChannelOptions,
        inboxes: Arc<[Arc<Inbox>]>,
        counters: Arc<Counters>,
    ) -> Arc<Self> {
        let state = State {
            closed: false,
            history: History::new(options.history),
            members: IndexMap::new(),
            by_shard: vec![0; inboxes.len()],
            empty_since: Instant::now(),
            timer_runs: false,
            when_closed: Vec::new(),
        };
        let ChannelOptions { empty_timeout, keeper, .. } = options;
        let channel =
            Arc::new(Self { id, keeper, empty_timeout, inboxes, counters, state: Mutex::new(state) });
        channel.start_timer(&mut channel.state.lock());
        channel
    }

    /// How many members get it.
    pub fn send(&self, events: &[Event]) -> Result<usize, Error> {
        let frames = events.iter().map(Event::encode).collect::<Result<Vec<Frame>, Error>>()?;
        // Before the lock, which the shards need to make room.
        self.inboxes.iter().for_each(|inbox| inbox.wait_for_room());
        let now = Instant::now();
        let mut state = self.state.lock();
        if state.closed {
            return Err(Error::ChannelClosed);
        }
        self.counters.events.fetch_add(frames.len() as u64, Relaxed);
        for (event, frame) in events.iter().zip(frames) {
            if event.is_for_history() {
                state.history.push(event.id.as_deref(), frame.clone(), frame.len(), now);
            }
            for (inbox, _) in self.inboxes.iter().zip(&state.by_shard).filter(|(_, members)| **members > 0) {
                inbox.push(Command::Broadcast { channel: self.id, frame: frame.clone() });
            }
        }
        Ok(state.members.len())
    }

    /// Adds a connection; with a cursor it gets the events after that id first.
    pub fn join(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        cursor: Option<&str>,
    ) -> Result<Joined, Error> {
        self.join_with(connection, |history| match cursor {
            Some(id) => history.after(id, Instant::now()),
            None => Some(Vec::new()),
        })
    }

    /// Adds a connection, which first gets what `missed` finds; `None` is a gap.
    pub(crate) fn join_with(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        missed: impl FnOnce(&mut History<Frame>) -> Option<Vec<Frame>>,
    ) -> Result<Joined, Error> {
        let joined = connection.join(self, |inbox| {
            let mut state = self.state.lock();
            if state.closed {
                return Err(Error::ChannelClosed);
            }
            let missed = missed(&mut state.history);
            let gap = missed.is_none();
            let replay = missed.unwrap_or_default();
            state.members.insert(connection.id, connection.clone());
            state.by_shard[connection.id.shard(self.inboxes.len())] += 1;
            self.counters.membership_changes.fetch_add(1, Relaxed);
            if replay.is_empty() {
                inbox.push_quietly(Command::Join { connection: connection.id, channel: self.id, replay });
            } else {
                inbox.push(Command::Join { connection: connection.id, channel: self.id, replay });
            }
            Ok(if gap { Joined::Gap } else { Joined::Joined })
        });
        joined.unwrap_or(Ok(Joined::Unchanged))
    }

    /// Removes a member, which stays open. False when it was none.
    pub fn leave(self: &Arc<Self>, connection: &Connection) -> bool {
        connection.part(self.id) && self.forget(connection.id)
    }

    pub fn count(&self) -> usize {
        self.state.lock().members.len()
    }

    pub fn members(&self) -> Vec<ConnectionId> {
        self.state.lock().members.keys().copied().collect()
    }

    pub(crate) fn has(&self, connection: ConnectionId) -> bool {
        self.state.lock().members.contains_key(&connection)
    }

    pub fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    /// Lets every member go and forgets the history. The former members; `None` when it was closed already.
    pub fn close(&self) -> Option<Vec<ConnectionId>> {
        self.close_where(|_| true)
    }

    /// Closes the channel if it has been empty ever since. The host calls it after [`crate::notice::Notice::Expired`], so that
    /// nobody who joined meanwhile finds himself in a closed channel.
    pub fn close_if_empty(&self) -> bool {
        let timeout = self.empty_timeout.unwrap_or_default();
        self.close_where(|state| state.members.is_empty() && state.empty_since.elapsed() >= timeout).is_some()
    }

    fn close_where(&self, condition: impl FnOnce(&State) -> bool) -> Option<Vec<ConnectionId>> {
        let (members, when_closed) = {
            let mut state = self.state.lock();
            if state.closed || !condition(&state) {
                return None;
            }
            state.closed = true;
            state.history.clear();
            state.by_shard.fill(0);
            self.counters.membership_changes.fetch_add(1, Relaxed);
            (std::mem::take(&mut state.members), std::mem::take(&mut state.when_closed))
        };
        members.values().for_each(|connection| {
            connection.part(self.id);
        });
        when_closed.into_iter().for_each(|run| run());
        Some(members.into_keys().collect())
    }

    /// Runs when the channel closes or, if nobody ever closes it, when it is dropped.
    pub(crate) fn when_closed(&self, run: impl FnOnce() + Send + 'static) {
        self.state.lock().when_closed.push(Box::new(run));
    }

    /// Takes a connection off the list, which has let go of the channel already. False when it was not on it.
    pub(crate) fn forget(self: &Arc<Self>, connection: ConnectionId) -> bool {
        let mut state = self.state.lock();
        if state.members.swap_remove(&connection).is_none() {
            return false;
        }
        state.by_shard[connection.shard(self.inboxes.len())] -= 1;
        self.counters.membership_changes.fetch_add(1, Relaxed);
        if state.members.is_empty() {
            self.start_timer(&mut state);
        }
        true
    }

    /// What is left of `emptyTimeout`; called by the shard that runs the timer. `None`: no need to look again.
    pub(crate) fn look_at_emptiness(&self) -> Option<Emptiness> {
        let timeout = self.empty_timeout?;
        let mut state = self.state.lock();
        if state.closed || !state.members.is_empty() {
            state.timer_runs = false;
            return None;
        }
        let left = timeout.saturating_sub(state.empty_since.elapsed());
        if left.is_zero() {
            state.timer_runs = false;
            return Some(Emptiness::Expired);
        }
        Some(Emptiness::LookAgainIn(left))
    }

    fn start_timer(self: &Arc<Self>, state: &mut State) {
        let Some(timeout) = self.empty_timeout else { return };
        state.empty_since = Instant::now();
        let watched = match self.keeper {
            Keeper::Host => Watched::Host(Arc::downgrade(self)),
            Keeper::Members if state.history.is_empty() => return,
            Keeper::Members => Watched::Kept(self.clone()),
        };
        if !std::mem::replace(&mut state.timer_runs, true) {
            let home = self.id.0 as usize % self.inboxes.len();
            self.inboxes[home].push(Command::WatchEmptiness { channel: watched, after: timeout });
        }
    }
}

/// A channel that a timer looks at, and whether the timer keeps it.
#[derive(Clone)]
pub(crate) enum Watched {
    Host(Weak<Channel>),
    Kept(Arc<Channel>),
}

impl Watched {
    pub fn channel(&self) -> Option<Arc<Channel>> {
        match self {
            Watched::Host(channel) => channel.upgrade(),
            Watched::Kept(channel) => Some(channel.clone()),
        }
    }
}

pub(crate) enum Emptiness {
    LookAgainIn(Duration),
    Expired,
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests;
