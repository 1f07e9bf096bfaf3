//! Handles clients that read more slowly than events are sent.

use std::sync::Arc;

use super::Shard;
use super::connection::{Connection, Sink, Stage};
use super::inbox::Command;
use super::queue::Segment;
use super::run::Run;
use crate::connection::{CloseReason, Overflow};
use crate::ids::{ChannelId, ConnectionId, Place};
use crate::metrics::Tally;
use crate::notice::{Missing, Notice};
use crate::wire::Block;

/// The position of a client that was too slow, and reads from the histories instead.
#[derive(Default)]
pub(super) struct Behind {
    /// The client has everything up to this place. `None` if it has caught up.
    after: Option<Place>,
    /// The end of the log when the client caught up. Commands of earlier publications may still be
    /// in the inbox.
    caught_up: Place,
    /// The connection is held, so the histories are read later.
    is_held: bool,
    /// The joined channels, each with the place up to which the client needs nothing more: that of
    /// the join, or of the last read.
    read: Vec<(ChannelId, Place)>,
}

impl Connection {
    /// Brings the queue back within its limits. Returns false if the connection must be closed.
    pub fn relieve(&mut self, tally: &mut Tally) -> bool {
        let is_attached = !matches!(self.sink, Sink::Pending(_));
        match self.options.overflow {
            Overflow::DropOldest if is_attached => {
                let limits = self.limits();
                let dropped = self.queue.drop_oldest(limits);
                self.rare.lost += dropped;
                tally.drops += dropped;
                true
            }
            Overflow::Reread if is_attached && self.can_fall_behind() => {
                let Some(first) = self.queue.drop_publications() else { return false };
                let behind = self.rare.behind.get_or_insert_default();
                let before = first.number().saturating_sub(1);
                behind.after = Some(Place::of(first.epoch(), before));
                self.stage = Stage::Behind;
                !self.queue.exceeds(self.limits())
            }
            _ => false,
        }
    }

    /// The notice of dropped events, if there were any. The client has taken everything else.
    pub fn take_lost(&mut self) -> Option<Notice> {
        if self.rare.lost == 0 {
            return None;
        }
        let missing = Missing::Events(std::mem::take(&mut self.rare.lost));
        Some(Notice::Gap { connection: self.id, missing })
    }

    /// Channels of different epochs have no common place to read from.
    fn can_fall_behind(&self) -> bool {
        let mut epochs = self.rare.behind.iter().flat_map(|it| &it.read).map(|(_, at)| at.epoch());
        let first = epochs.next();
        // A connection whose channel has ended ends again once it has caught up.
        let may_go_on = match self.stage {
            Stage::Open | Stage::Ahead | Stage::Behind => true,
            Stage::Ending(reason) => reason == CloseReason::End && self.rare.ends_soon,
            Stage::Gathering => false,
        };
        may_go_on && self.reads_after().is_none() && epochs.all(|epoch| Some(epoch) == first)
    }

    /// The place after which the client gets publications from the histories.
    fn reads_after(&self) -> Option<Place> {
        self.rare.behind.as_ref()?.after
    }

    pub fn is_conflated(&self) -> bool {
        self.options.overflow == Overflow::Conflate && !matches!(self.sink, Sink::Pending(_))
    }

    /// Takes the events of a run that were not read yet. Returns whether there were any.
    pub fn take_unread(&mut self, run: &Run) -> bool {
        let Some(Behind { after: None, read, .. }) = self.rare.behind.as_deref() else {
            return false;
        };
        let read = read.iter().filter(|(channel, _)| run.channels().contains(channel));
        let read = read.map(|(_, place)| *place).max().unwrap_or_default();
        let unread = run.frames().iter().filter(|entry| entry.place > read);
        let mut has_unread = false;
        for entry in unread {
            self.push_publication(entry.place, entry.frame.clone(), true);
            has_unread = true;
        }
        has_unread
    }

    /// Called when everything up to that place has left the inbox.
    pub fn caught_up_with(&mut self, place: Place) {
        if let Some(Behind { after: None, caught_up, is_held, .. }) = self.rare.behind.as_deref()
            && self.stage == Stage::Behind
            && *caught_up == place
        {
            self.stage = if *is_held { Stage::Gathering } else { Stage::Open };
        }
    }

    /// Sets whether publications wait from now on.
    pub fn hold(&mut self, holds: bool) {
        if let Some(behind) = self.behind() {
            behind.is_held = holds;
        }
        if holds && matches!(self.stage, Stage::Open | Stage::Ahead) {
            self.stage = Stage::Gathering;
        }
    }

    /// `last`: the place of the latest event before the join.
    pub fn joined(&mut self, channel: ChannelId, last: Place) {
        if self.options.overflow == Overflow::Reread {
            self.rare.behind.get_or_insert_default().read.push((channel, last));
        }
    }

    pub fn left(&mut self, channel: ChannelId) {
        if let Some(behind) = self.behind() {
            behind.read.retain(|(id, _)| *id != channel);
        }
    }

    fn behind(&mut self) -> Option<&mut Behind> {
        self.rare.behind.as_ref()?;
        self.rare.behind.as_deref_mut()
    }

    /// `channels`: the ones that the connection has joined.
    pub fn set_overflow(&mut self, overflow: Overflow, channels: &[ChannelId]) {
        Arc::make_mut(&mut self.options).overflow = overflow;
        for channel in channels {
            self.left(*channel);
            self.joined(*channel, Place::default());
        }
    }
}

impl Shard {
    /// Closes the connections with the largest queues when all queues together exceed their limit
    /// by `excess` bytes.
    pub(super) fn evict(&mut self, mut excess: usize) {
        let mut queues = self.connections.queues();
        queues.sort_unstable_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
        for (id, bytes) in queues {
            if excess == 0 || bytes == 0 {
                return;
            }
            self.close(id, CloseReason::Overflow);
            excess = excess.saturating_sub(bytes);
        }
    }

    /// Refills the empty queue of a connection that was behind. Returns whether there is more to
    /// send.
    pub(super) fn reread(&mut self, id: ConnectionId) -> bool {
        let Some(connection) = self.connections.get_mut(id) else { return false };
        let Some(after) = connection.reads_after() else { return false };
        let Some(behind) = connection.rare.behind.as_deref_mut().filter(|it| !it.is_held) else {
            return false;
        };
        let limit = connection.options.max_queue.bytes;
        let found = self.links.memberships.reread(id, after, &mut behind.read, limit);
        behind.after = (!found.is_complete).then_some(found.last);
        if found.is_complete {
            behind.caught_up = found.last;
            let place = found.last;
            self.links.inbox.push(Command::CaughtUp { connection: id, place });
            behind.read.iter_mut().for_each(|(_, place)| *place = found.last);
        }
        let has_more = !found.events.is_empty();
        for (place, frame) in found.events {
            connection.push_publication(place, frame, false);
        }
        let missing = found.gaps.into_iter();
        self.notices.extend(missing.map(|missing| Notice::Gap { connection: id, missing }));
        has_more
    }
}

/// A publication in the queue, which may be dropped and read again.
pub(super) fn segment(block: Block, place: Place, events: u64, live: bool) -> Segment {
    Segment { events, live, place: Some(place), ..block.into() }
}
