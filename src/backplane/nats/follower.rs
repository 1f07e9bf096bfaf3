//! Reads the stream, in order.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::pull::Ordered;
use futures_util::StreamExt;
use tokio::sync::watch;
use tokio::time::sleep;

use super::lost;
use super::names::Names;
use crate::backplane::engine::{Answer, Arrival, Fault, Follower, Subject};

/// A connection without messages gives a sign of life that often. The client itself notices one
/// that is dead.
const SILENCE: Duration = Duration::from_secs(5);

pub struct NatsFollower {
    messages: Ordered,
    names: Names,
    is_lost: watch::Receiver<bool>,
    seen: Arc<AtomicU64>,
    followed: HashSet<Subject>,
    /// A message may be in two subjects.
    arrivals: VecDeque<Arrival>,
    last: u64,
    /// The number before which messages were removed before they arrived here.
    hole: u64,
}

impl NatsFollower {
    pub fn new(
        messages: Ordered,
        names: Names,
        is_lost: watch::Receiver<bool>,
        seen: Arc<AtomicU64>,
        last: u64,
    ) -> Self {
        let (followed, arrivals) = Default::default();
        Self { messages, names, is_lost, seen, followed, arrivals, last, hole: 0 }
    }

    fn take(&mut self, message: &Message) -> Answer<()> {
        let info = message.info().map_err(lost)?;
        let number = info.stream_sequence;
        if number != self.last + 1 {
            self.hole = number - 1;
        }
        self.last = number;
        self.seen.fetch_max(number, Relaxed);
        let Some((subject, all)) = self.names.subjects(&message.subject) else { return Ok(()) };
        for subject in [Some(subject), all].into_iter().flatten() {
            if self.followed.contains(&subject) {
                let payload = message.payload.to_vec();
                // Whoever has not got everything until the hole reads what is left of it.
                let previous = self.hole;
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
        Ok(Some(self.last))
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
        let message = tokio::select! {
            _ = self.is_lost.wait_for(|is_lost| *is_lost) => {
                return Err(Fault::Lost("the connection to NATS is lost".into()));
            }
            message = self.messages.next() => message,
            () = sleep(SILENCE) => return Ok(None),
        };
        let end = || Fault::Lost("NATS has ended the consumer of the stream".into());
        self.take(&message.ok_or_else(end)?.map_err(lost)?)?;
        Ok(self.arrivals.pop_front())
    }
}
