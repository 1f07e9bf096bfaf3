//! Reads the stream in order.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::pull::Ordered;
use futures_util::StreamExt;
use tokio::time::timeout;

use super::arrived::Arrived;
use super::fault::{failed, unnumbered};
use super::line::Line;
use super::names::Names;
use crate::backplane::engine::{Answer, Arrival, Fault, Follower, Subject};

/// Without messages, the follower returns a sign of life at this interval. The client itself
/// detects a dead connection.
const SILENCE: Duration = Duration::from_secs(5);

pub struct NatsFollower {
    messages: Ordered,
    names: Names,
    line: Line,
    arrived: Arc<Arrived>,
    followed: HashSet<Subject>,
    /// Several, because a message may be in two subjects.
    arrivals: VecDeque<Arrival>,
}

impl NatsFollower {
    pub fn new(messages: Ordered, names: Names, line: Line, arrived: Arc<Arrived>) -> Self {
        let (followed, arrivals) = Default::default();
        Self { messages, names, line, arrived, followed, arrivals }
    }

    fn take(&mut self, message: &Message) -> Answer<()> {
        let info = message.info().map_err(unnumbered)?;
        let number = info.stream_sequence;
        // A recreated consumer may start again from an earlier message.
        if !self.arrived.arrive(number) {
            return Ok(());
        }
        let Some((subject, all)) = self.names.subjects(&message.subject) else { return Ok(()) };
        for subject in [Some(subject), all].into_iter().flatten() {
            if self.followed.contains(&subject) {
                let payload = message.payload.to_vec();
                // If a subject was not delivered up to the hole, its remaining messages are read.
                let previous = self.arrived.hole();
                self.arrivals.push_back(Arrival {
                    subject,
                    epoch: None,
                    number,
                    previous,
                    payload,
                });
            }
        }
        Ok(())
    }
}

impl Follower for NatsFollower {
    async fn follow(&mut self, subjects: &[Subject]) -> Answer<Option<u64>> {
        self.followed.extend(subjects.iter().cloned());
        Ok(Some(self.arrived.last()))
    }

    async fn unfollow(&mut self, subjects: &[Subject]) -> Answer<()> {
        for subject in subjects {
            self.followed.remove(subject);
        }
        Ok(())
    }

    async fn next(&mut self) -> Answer<Option<Arrival>> {
        if let Some(arrival) = self.arrivals.pop_front() {
            return Ok(Some(arrival));
        }
        let message = timeout(SILENCE, self.messages.next());
        let message = self.line.unless_lost(async { Ok(message.await) }).await?;
        let Ok(message) = message else { return Ok(None) };
        let end = || Fault::Lost("NATS has ended the consumer of the stream".into());
        self.take(&message.ok_or_else(end)?.map_err(failed("following the stream"))?)?;
        Ok(self.arrivals.pop_front())
    }
}
