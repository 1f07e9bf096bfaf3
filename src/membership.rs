//! Joins and leaves: they update the audience, read the log and send commands to the shards.

use std::sync::Arc;
use std::time::Duration;

use crate::audience::{Keeper, TopicsOptions};
use crate::connection::QueueGauge;
use crate::error::Error;
use crate::ids::{ChannelId, ConnectionId, Place, TopicsId};
use crate::log::{Cursor, HistoryId, HistoryOptions, Replay, Resume, Source};
use crate::order::{Order, Ordered, source_of};
use crate::shard::{Command, Emptiness, Left, Memberships, Reread};

/// The outcome of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinOutcome {
    /// The connection joined. If it resumes, the events that it missed come first.
    Joined,
    /// The connection joined. [`Order::resume`] sends the events that it missed, then live events.
    Gathered,
    /// The connection joined, but some events that it missed are not kept.
    Gap,
    /// The connection was already a member, or is closed.
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

/// The options of a channel or a topic.
#[derive(Clone, Copy, Debug)]
pub struct ChannelOptions {
    pub history: HistoryOptions,
    pub empty_timeout: Option<Duration>,
}

impl Order {
    /// Allows a connection to join channels. With a cursor, it gathers.
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

    /// Adds a connection to a channel. With `resume` and a cursor, events after the cursor come
    /// first, even if the connection leaves before the gathering ends. Hold a connection that joins
    /// a channel of latest values until [`Order::resume`] gives it the state.
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

    /// Ends every member of a channel after its pending events.
    pub fn end_members(&self, channel: ChannelId) {
        let Some(entry) = self.audience.channel(channel) else { return };
        for (inbox, has_members) in self.inboxes.iter().zip(entry.shards()) {
            if has_members {
                inbox.push(Command::EndMembers(channel));
            }
        }
    }

    /// Gives the channel's state, if it has one, to a client that is new or has a gap.
    /// [`Order::resume`] sends it, after anything that the host sends because of the gap.
    fn give_state(&mut self, connection: ConnectionId, channel: ChannelId) {
        let Some(values) = self.log.state(channel) else { return };
        self.log.count_replayed(values.len());
        self.states.entry(connection).or_default().extend(values);
    }

    /// Adds a client that is connected to these topics to a topic.
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

    /// Adds a client to a pattern. All patterns of these topics share one history, so the first
    /// `history` applies.
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

    /// Allows a connection to subscribe and get broadcasts, until [`Order::disconnect`].
    pub fn connect(&mut self, connection: ConnectionId, topics: TopicsId) {
        if let Some(everyone) = self.audience.connect(topics, connection) {
            self.joined(connection, everyone, None);
        }
    }

    /// Removes a member, whose connection stays open. Returns false if it was not a member.
    pub fn leave(&mut self, connection: ConnectionId, channel: ChannelId) -> bool {
        let left = self.audience.leave(connection, channel);
        if left {
            self.inbox_of(connection).push_quietly(Command::Leave { connection, channel });
            self.emptied(channel);
        }
        left
    }

    /// Removes a client from its topics at once, even if events for it are queued.
    pub fn disconnect(&mut self, connection: ConnectionId, topics: TopicsId) {
        for channel in self.audience.disconnect(topics, connection) {
            self.leave(connection, channel);
        }
    }

    /// Removes a connection that its shard has closed.
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

    /// Removes every member and discards the history. Returns the former members, or `None` if the
    /// channel was already closed.
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

    /// Closes a channel that has stayed empty for its timeout.
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

    /// Checks whether `emptyTimeout` has passed. `None`: no further check is needed.
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

    /// `source`: where to read missed events if the connection resumes.
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

    /// Closes an empty channel, or starts its timeout.
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
