//! Publishes events. Each event is encoded once and takes its place in the order. Then it is kept,
//! and pushed to each shard that has members. The cost does not depend on the number of members.

use std::sync::Arc;

use crate::audience::{Channel, Reach};
use crate::connection::QueueGauge;
use crate::error::Error;
use crate::hub::Hub;
use crate::ids::{ChannelId, ConnectionId, TopicsId};
use crate::log::{Draft, Key, Publication};
use crate::order::Order;
use crate::shard::{Command, Entry, Inbox};
use crate::wire::{Event, EventRef, Frame};

/// The receivers of an event.
#[derive(Clone, Copy)]
pub enum Target<'a> {
    Channel(ChannelId),
    /// The subscribers of a topic and of every pattern that matches it, each once.
    Topic(TopicsId, &'a str),
    /// Every client of a set of topics.
    Everyone(TopicsId),
}

impl Hub {
    /// Returns how many connections get the events.
    pub fn publish(&self, target: Target<'_>, events: &[Event]) -> Result<usize, Error> {
        let drafts = events.iter().map(Draft::new).collect::<Result<Vec<_>, _>>()?;
        self.publish_drafts(target, drafts)
    }

    /// Like [`Hub::publish`], for one event and without allocating a list.
    pub fn publish_one(&self, target: Target<'_>, event: EventRef<'_>) -> Result<usize, Error> {
        self.publish_drafts(target, [Draft::new(event)?])
    }

    /// Sets or removes a value of a channel that keeps latest values.
    pub fn publish_value(
        &self,
        channel: ChannelId,
        event: &Event,
        key: Key,
    ) -> Result<usize, Error> {
        self.publish_drafts(Target::Channel(channel), [Draft::with_key(event, key)?])
    }

    pub(crate) fn publish_drafts(
        &self,
        target: Target<'_>,
        drafts: impl IntoIterator<Item = Draft, IntoIter: ExactSizeIterator>,
    ) -> Result<usize, Error> {
        let drafts = drafts.into_iter();
        let events = drafts.len();
        self.wait_for_room();
        let receivers = self.lock().publish(target, drafts)?;
        self.counters().publish(events);
        Ok(receivers)
    }

    /// Sends to one connection. Such events have no place in the order.
    pub fn send(
        &self,
        connection: ConnectionId,
        gauge: &Arc<QueueGauge>,
        events: &[Event],
    ) -> Result<(), Error> {
        let frames = events.iter().map(Event::encode).collect::<Result<Vec<Frame>, Error>>()?;
        self.send_quietly(connection, gauge, frames);
        self.inbox_of(connection).wake();
        Ok(())
    }

    /// Like [`Hub::send`], for one event and by the connection's id alone.
    pub fn send_one(&self, connection: ConnectionId, event: EventRef<'_>) -> Result<(), Error> {
        let frame = event.encode()?;
        // A closed connection no longer has a gauge. Its shard counts the event as dropped.
        let gauge = self.lock().audience.gauge(connection).cloned().unwrap_or_default();
        self.send_quietly(connection, &gauge, vec![frame]);
        self.inbox_of(connection).wake();
        Ok(())
    }

    /// Sends frames unchanged to one connection. The shard processes them after [`Hub::wake`],
    /// which the host calls once for many frames.
    pub fn send_quietly(
        &self,
        connection: ConnectionId,
        gauge: &Arc<QueueGauge>,
        frames: Vec<Frame>,
    ) {
        let events = frames.len();
        let bytes = frames.iter().map(Frame::len).sum();
        let inbox = self.inbox_of(connection);
        inbox.wait_for_room();
        gauge.post(bytes);
        inbox.push_quietly(Command::Send { connection, gauge: gauge.clone(), frames, bytes });
        self.counters().publish(events);
    }
}

impl Order {
    fn publish(
        &mut self,
        target: Target<'_>,
        drafts: impl ExactSizeIterator<Item = Draft>,
    ) -> Result<usize, Error> {
        match target {
            Target::Channel(channel) => self.publish_to_channel(channel, drafts),
            Target::Topic(topics, name) => Ok(self.publish_to_topic(topics, name, drafts)),
            Target::Everyone(topics) => {
                match self.audience.topics(topics).map(|topics| topics.everyone()) {
                    Some(everyone) => self.publish_to_channel(everyone, drafts),
                    // The broker is closed.
                    None => Ok(0),
                }
            }
        }
    }

    fn publish_to_channel(
        &mut self,
        id: ChannelId,
        drafts: impl ExactSizeIterator<Item = Draft>,
    ) -> Result<usize, Error> {
        let is_alone = drafts.len() == 1;
        let channel = self.audience.channel(id).ok_or(Error::ChannelClosed)?;
        let mut together = Vec::new();
        for draft in drafts {
            if self.log.has_ended(id) {
                return Err(Error::ChannelEnded);
            }
            let publication = self.log.publish(id, draft);
            if is_alone {
                push_to_channel(&self.inboxes, id, channel, publication);
            } else {
                together.push(publication);
            }
        }
        push_all_to_channel(&self.inboxes, id, channel, &together);
        if self.log.has_ended(id) {
            self.end_members(id);
        }
        Ok(channel.count())
    }

    fn publish_to_topic(
        &mut self,
        topics: TopicsId,
        name: &str,
        drafts: impl Iterator<Item = Draft>,
    ) -> usize {
        let Some(entry) = self.audience.topics(topics) else { return 0 };
        let topic = entry.find(name);
        if entry.has_patterns() {
            let Some(reach) = self.audience.reach(topics, name) else { return 0 };
            for draft in drafts {
                let publication = self.log.publish_to_topic(topics, name, topic, draft);
                self.push_to(&reach, publication);
            }
            return reach.members;
        }
        let found = topic.and_then(|id| Some((id, self.audience.channel(id)?)));
        for draft in drafts {
            let publication = self.log.publish_to_topic(topics, name, topic, draft);
            if let Some((id, channel)) = found {
                push_to_channel(&self.inboxes, id, channel, publication);
            }
        }
        found.map_or(0, |(_, channel)| channel.count())
    }

    fn push_to(&self, reach: &Reach, Publication { place, frame, .. }: Publication) {
        for (inbox, has_members) in self.inboxes.iter().zip(&reach.shards) {
            if *has_members {
                let frame = frame.clone();
                inbox.push(match *reach.channels {
                    [channel] => Command::Broadcast { channel, place, frame, key: None },
                    _ => Command::Multicast { channels: reach.channels.clone(), place, frame },
                });
            }
        }
    }
}

fn push_to_channel(
    inboxes: &[Arc<Inbox>],
    id: ChannelId,
    channel: &Channel,
    Publication { place, frame, key, .. }: Publication,
) {
    let key = key.map(|key| key.name);
    for (inbox, has_members) in inboxes.iter().zip(channel.shards()) {
        if has_members {
            let (frame, key) = (frame.clone(), key.clone());
            inbox.push(Command::Broadcast { channel: id, place, frame, key });
        }
    }
}

/// Members get all of these events or, if they end before, none.
fn push_all_to_channel(
    inboxes: &[Arc<Inbox>],
    id: ChannelId,
    channel: &Channel,
    publications: &[Publication],
) {
    if publications.is_empty() {
        return;
    }
    let entries = publications.iter().map(|Publication { place, frame, key, .. }| Entry {
        place: *place,
        frame: frame.clone(),
        key: key.as_ref().map(|key| key.name.clone()),
    });
    let entries: Arc<[Entry]> = entries.collect();
    for (inbox, has_members) in inboxes.iter().zip(channel.shards()) {
        if has_members {
            inbox.push(Command::Broadcasts { channel: id, entries: entries.clone() });
        }
    }
}

#[cfg(test)]
mod tests;
