//! Joins and leaves: the audience changes, the log is read, and the shards are told.

use std::sync::Arc;
use std::time::Duration;

use crate::audience::{Keeper, TopicsOptions};
use crate::connection::QueueGauge;
use crate::error::Error;
use crate::ids::{ChannelId, ConnectionId, Place, TopicsId};
use crate::log::{Cursor, HistoryId, HistoryOptions, Replay, Resume, Source};
use crate::order::{Order, Ordered, source_of};
use crate::shard::{Command, Emptiness, Left, Memberships, Reread};

/// What came of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinOutcome {
    /// A member now. If it came back, it gets everything that it missed first.
    Joined,
    /// A member now. What it missed comes with [`Order::resume`], and live events after that.
    Gathered,
    /// A member now, but some of what it missed is not kept.
    Gap,
    /// It was a member, or the connection is closed.
    Unchanged,
}

impl JoinOutcome {
    pub fn name(self) -> &'static str {
        match self {
            JoinOutcome::Joined => "joined",
            JoinOutcome::Gathered => "gathered",
            JoinOutcome::Gap => "gap",
            JoinOutcome::Unchanged => "unchanged",
        }
    }
}

/// What a channel or a topic is created with.
#[derive(Clone, Copy, Debug)]
pub struct ChannelOptions {
    pub history: HistoryOptions,
    pub empty_timeout: Option<Duration>,
}

impl Order {
    /// The connection may join channels from now on. With a cursor it gathers.
    pub fn open(
        &mut self,
        connection: ConnectionId,
        gauge: Arc<QueueGauge>,
        cursor: Option<Cursor>,
    ) {
        self.audience.open(connection, gauge);
        if let Some(cursor) = cursor {
            self.resumes.insert(connection, Resume::new(cursor, &self.log));
        }
    }

    pub fn create_channel(&mut self, options: ChannelOptions) -> ChannelId {
        let ChannelOptions { history, empty_timeout } = options;
        let id = self.audience.create(empty_timeout, Keeper::Host);
        self.log.open(id, history);
        self.emptied(id);
        id
    }

    pub fn create_topics(&mut self, options: TopicsOptions) -> TopicsId {
        let topics = self.audience.create_topics(options);
        self.log.open_topics(topics);
        topics
    }

    /// `resume`: if the connection has a cursor, it gets the events after that id first, even if it
    /// leaves before the gathering ends. A connection that joins a channel of latest values must be
    /// held, until [`Order::resume`] gives it the state.
    pub fn join(
        &mut self,
        connection: ConnectionId,
        channel: ChannelId,
        resume: bool,
    ) -> Result<JoinOutcome, Error> {
        if self.audience.channel(channel).is_none() {
            return Err(Error::ChannelClosed);
        }
        if !self.audience.join(connection, channel) {
            return Ok(JoinOutcome::Unchanged);
        }
        let resume = resume && self.resumes.contains_key(&connection);
        let outcome = self.joined(connection, channel, resume.then_some(Source::Channel(channel)));
        if !resume || outcome == JoinOutcome::Gap {
            self.give_state(connection, channel);
        }
        if self.log.has_ended(channel) {
            self.inbox_of(connection).push(Command::EndMembers(channel));
        }
        Ok(outcome)
    }

    /// Ends every member of a channel after what it is still to be sent.
    pub fn end_members(&self, channel: ChannelId) {
        let Some(entry) = self.audience.channel(channel) else { return };
        for (inbox, has_members) in self.inboxes.iter().zip(entry.shards()) {
            if has_members {
                inbox.push(Command::EndMembers(channel));
            }
        }
    }

    /// A client that is new to the channel, or has a gap, gets its state with [`Order::resume`], if
    /// it has one. What the host sends because of the gap comes before it.
    fn give_state(&mut self, connection: ConnectionId, channel: ChannelId) {
        let Some(values) = self.log.state(channel) else { return };
        self.log.count_replayed(values.len());
        self.states.entry(connection).or_default().extend(values);
    }

    /// Joins a topic or a pattern of a client that is connected to these topics.
    pub fn subscribe(
        &mut self,
        connection: ConnectionId,
        topics: TopicsId,
        name: &str,
        resume: bool,
        options: ChannelOptions,
    ) -> Result<JoinOutcome, Error> {
        let ChannelOptions { history, empty_timeout } = options;
        if !self.may_subscribe(connection, topics) {
            return Ok(JoinOutcome::Unchanged);
        }
        self.audience.check_names(topics, name)?;
        let found = self.audience.find_or_create(topics, name, empty_timeout);
        let Some((channel, is_new)) = found else { return Ok(JoinOutcome::Unchanged) };
        if is_new {
            self.log.open_topic(topics, name, channel, history);
            if let Some(follower) = self.followers.get(&topics) {
                self.log.await_backplane(HistoryId::Channel(channel));
                follower.opened(name);
            }
        }
        self.join(connection, channel, resume)
    }

    /// Patterns share the history of their topics, so `history` is that of all of them.
    pub fn subscribe_to_pattern(
        &mut self,
        connection: ConnectionId,
        topics: TopicsId,
        pattern: &str,
        resume: bool,
        history: HistoryOptions,
    ) -> Result<JoinOutcome, Error> {
        let found = self.audience.topics(topics).and_then(|topics| topics.find(pattern));
        let has = |id| self.audience.channel(id).is_some_and(|channel| channel.has(connection));
        if !self.may_subscribe(connection, topics) || found.is_some_and(has) {
            return Ok(JoinOutcome::Unchanged);
        }
        self.audience.check_patterns(topics, connection)?;
        self.audience.check_names(topics, pattern)?;
        if self.log.open_patterns(topics, history)
            && let Some(follower) = self.followers.get(&topics)
        {
            self.log.await_backplane(HistoryId::Patterns(topics));
            follower.opened_all();
        }
        let found = self.audience.find_or_create(topics, pattern, None);
        let Some((channel, _)) = found else { return Ok(JoinOutcome::Unchanged) };
        if !self.audience.join(connection, channel) {
            return Ok(JoinOutcome::Unchanged);
        }
        self.audience.count_pattern(topics, connection, true);
        let source = resume.then_some(Source::Pattern(topics, pattern));
        Ok(self.joined(connection, channel, source))
    }

    /// Lets a connection subscribe, until [`Order::disconnect`], and get broadcasts.
    pub fn connect(&mut self, connection: ConnectionId, topics: TopicsId) {
        if let Some(everyone) = self.audience.connect(topics, connection) {
            self.joined(connection, everyone, None);
        }
    }

    /// The connection stays open. False when it was not a member.
    pub fn leave(&mut self, connection: ConnectionId, channel: ChannelId) -> bool {
        let left = self.audience.leave(connection, channel);
        if left {
            self.inbox_of(connection).push_quietly(Command::Leave { connection, channel });
            self.emptied(channel);
        }
        left
    }

    /// The client leaves its topics at once, whatever is still queued for it.
    pub fn disconnect(&mut self, connection: ConnectionId, topics: TopicsId) {
        for channel in self.audience.disconnect(topics, connection) {
            self.leave(connection, channel);
        }
    }

    /// The shard has closed the connection.
    pub fn closed(&mut self, connection: ConnectionId) -> Vec<Left> {
        let channels = self.audience.channels_of(connection);
        let left = channels.into_iter().map(|channel| {
            let keeper = self.audience.channel(channel).map(|channel| &channel.keeper);
            let told = matches!(keeper, Some(Keeper::Host));
            self.audience.leave(connection, channel);
            self.emptied(channel);
            Left { channel, told }
        });
        let left = left.collect();
        self.audience.forget(connection);
        self.resumes.remove(&connection);
        self.states.remove(&connection);
        left
    }

    /// Lets every member go and forgets the history. Returns the former members; `None` when the
    /// channel was closed before.
    pub fn close(&mut self, channel: ChannelId) -> Option<Vec<ConnectionId>> {
        let keeper = self.audience.channel(channel)?.keeper.clone();
        let members = self.audience.close(channel)?;
        match keeper {
            Keeper::Topic { topics, name, .. } => {
                self.log.close_topic(topics, &name, channel);
                if let Some(follower) = self.followers.get(&topics) {
                    follower.closed(&name);
                }
            }
            Keeper::Host | Keeper::Topics => self.log.close(channel),
        }
        for connection in &members {
            let command = Command::Leave { connection: *connection, channel };
            self.inbox_of(*connection).push_quietly(command);
        }
        Some(members)
    }

    /// Closes a channel that has been empty ever since its timeout was noticed.
    pub fn close_if_empty(&mut self, channel: ChannelId) -> bool {
        let Some(entry) = self.audience.channel(channel) else { return false };
        let timeout = entry.empty_timeout.unwrap_or_default();
        let expired = entry.is_empty() && entry.empty_since.elapsed() >= timeout;
        expired && self.close(channel).is_some()
    }

    pub fn close_topics(&mut self, topics: TopicsId) {
        let Some(entry) = self.audience.topics(topics) else { return };
        let channels: Vec<_> = entry.channels().into_iter().chain([entry.everyone()]).collect();
        for channel in channels {
            self.close(channel);
        }
        self.audience.close_topics(topics);
        self.log.close_topics(topics);
        self.followers.remove(&topics);
    }

    /// What is left of `emptyTimeout`. `None` when there is no need to look again.
    pub fn look_at(&mut self, channel: ChannelId) -> Option<Emptiness> {
        let entry = self.audience.channel_mut(channel)?;
        let timeout = entry.empty_timeout?;
        let left = timeout.saturating_sub(entry.empty_since.elapsed());
        if entry.is_empty() && !left.is_zero() {
            return Some(Emptiness::LookAgainIn(left));
        }
        entry.timer_runs = false;
        match entry.keeper {
            _ if !entry.is_empty() => None,
            Keeper::Host => Some(Emptiness::Expired),
            Keeper::Topic { .. } => {
                self.close(channel);
                None
            }
            Keeper::Topics => None,
        }
    }

    fn may_subscribe(&self, connection: ConnectionId, topics: TopicsId) -> bool {
        let topics = self.audience.topics(topics);
        self.audience.is_open(connection)
            && topics.is_some_and(|topics| topics.has_client(connection))
    }

    /// `source`: where to read what the connection has missed, if it came back.
    fn joined(
        &mut self,
        connection: ConnectionId,
        channel: ChannelId,
        source: Option<Source<'_>>,
    ) -> JoinOutcome {
        let resume = source.and_then(|source| Some((self.resumes.get_mut(&connection)?, source)));
        let replay = match resume {
            Some((resume, source)) => resume.join(&source, &mut self.log),
            None => Replay::Now(Vec::new()),
        };
        let (outcome, replay) = match replay {
            Replay::Now(frames) => (JoinOutcome::Joined, frames),
            Replay::Gap(frames) => (JoinOutcome::Gap, frames),
            Replay::Later => (JoinOutcome::Gathered, Vec::new()),
        };
        let is_urgent = !replay.is_empty();
        let history = source_of(&self.audience, channel).map(|source| source.history());
        let epoch = history.map(|history| self.log.epoch_of(history));
        let last = self.log.last_of(epoch.unwrap_or_default());
        let inbox = self.inbox_of(connection);
        let command = Command::Join { connection, channel, last, replay };
        if is_urgent {
            inbox.push(command);
        } else {
            inbox.push_quietly(command);
        }
        outcome
    }

    /// A channel may be over, or begin to wait for it, once it is empty.
    fn emptied(&mut self, channel: ChannelId) {
        let Some(entry) = self.audience.channel_mut(channel) else { return };
        if !entry.is_empty() || matches!(entry.keeper, Keeper::Topics) {
            return;
        }
        let timeout = entry.empty_timeout;
        if matches!(entry.keeper, Keeper::Topic { .. }) {
            let is_idle = self.log.is_empty(channel);
            let may_stay = timeout.is_some() && self.log.keeps(channel);
            if !may_stay || (is_idle && !self.audience.keep_idle(channel)) {
                self.close(channel);
                return;
            }
        }
        let (Some(timeout), Some(entry)) = (timeout, self.audience.channel_mut(channel)) else {
            return;
        };
        if !std::mem::replace(&mut entry.timer_runs, true) {
            let inbox = &self.inboxes[channel.0 as usize % self.inboxes.len()];
            inbox.push(Command::WatchEmptiness { channel, after: timeout });
        }
    }
}

impl Memberships for Ordered {
    fn closed(&self, connection: ConnectionId) -> Vec<Left> {
        self.lock().closed(connection)
    }

    fn look_at(&self, channel: ChannelId) -> Option<Emptiness> {
        self.lock().look_at(channel)
    }

    fn reread(
        &self,
        connection: ConnectionId,
        after: Place,
        read: &mut [(ChannelId, Place)],
        limit: usize,
    ) -> Reread {
        self.lock().reread(connection, after, read, limit)
    }
}
