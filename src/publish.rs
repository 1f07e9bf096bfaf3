//! The only way in. An event is encoded once, takes its place in the order, is kept, and is pushed
//! to each shard that has members. What this costs does not depend on how many there are.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use crate::connection::QueueGauge;
use crate::error::Error;
use crate::hub::Hub;
use crate::ids::{ChannelId, ConnectionId, TopicsId};
use crate::order::Order;
use crate::shard::Command;
use crate::wire::{Event, Frame};

/// Whom an event is for.
pub enum Target<'a> {
    Connection(ConnectionId, &'a Arc<QueueGauge>),
    Channel(ChannelId),
    /// A topic's subscribers and those of every pattern that matches it, each once.
    Topic(TopicsId, &'a str),
    /// Every client of a set of topics.
    Everyone(TopicsId),
}

impl Hub {
    /// Returns how many connections the events are for.
    pub fn publish(&self, target: Target<'_>, events: &[Event]) -> Result<usize, Error> {
        let frames = events.iter().map(Event::encode).collect::<Result<Vec<Frame>, Error>>()?;
        let count = frames.len() as u64;
        match target {
            Target::Connection(id, _) => self.inbox_of(id).wait_for_room(),
            _ => self.wait_for_room(),
        }
        let receivers = match target {
            Target::Connection(id, gauge) => {
                self.send(id, gauge, frames);
                1
            }
            Target::Channel(channel) => self.lock().send_to_channel(channel, events, frames)?,
            Target::Topic(topics, name) => self.lock().send_to_topic(topics, name, events, frames),
            Target::Everyone(topics) => self.lock().send_to_everyone(topics, events, frames)?,
        };
        self.counters().events.fetch_add(count, Relaxed);
        Ok(receivers)
    }

    fn send(&self, id: ConnectionId, gauge: &Arc<QueueGauge>, frames: Vec<Frame>) {
        let bytes = frames.iter().map(Frame::len).sum();
        gauge.post(bytes);
        let command = Command::Send { connection: id, gauge: gauge.clone(), frames, bytes };
        self.inbox_of(id).push(command);
    }
}

impl Order {
    fn send_to_channel(
        &mut self,
        id: ChannelId,
        events: &[Event],
        frames: Vec<Frame>,
    ) -> Result<usize, Error> {
        let channel = self.audience.channel(id).ok_or(Error::ChannelClosed)?;
        for (event, frame) in events.iter().zip(frames) {
            self.log.push(id, event, &frame);
            for (inbox, has_members) in self.inboxes.iter().zip(channel.shards()) {
                if has_members {
                    inbox.push(Command::Broadcast { channel: id, frame: frame.clone() });
                }
            }
        }
        Ok(channel.count())
    }

    fn send_to_topic(
        &mut self,
        topics: TopicsId,
        name: &str,
        events: &[Event],
        frames: Vec<Frame>,
    ) -> usize {
        let Some(reach) = self.audience.reach(topics, name) else { return 0 };
        let topic = self.audience.topics(topics).and_then(|topics| topics.find(name));
        for (event, frame) in events.iter().zip(frames) {
            self.log.push_topic(topics, name, event, &frame);
            if let Some(topic) = topic {
                self.log.push(topic, event, &frame);
            }
            for (inbox, has_members) in self.inboxes.iter().zip(&reach.shards) {
                if *has_members {
                    inbox.push(match *reach.channels {
                        [channel] => Command::Broadcast { channel, frame: frame.clone() },
                        _ => {
                            let channels = reach.channels.clone();
                            Command::Multicast { channels, frame: frame.clone() }
                        }
                    });
                }
            }
        }
        reach.members
    }

    fn send_to_everyone(
        &mut self,
        topics: TopicsId,
        events: &[Event],
        frames: Vec<Frame>,
    ) -> Result<usize, Error> {
        match self.audience.topics(topics).map(|topics| topics.everyone()) {
            Some(everyone) => self.send_to_channel(everyone, events, frames),
            // The broker is closed.
            None => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests;
