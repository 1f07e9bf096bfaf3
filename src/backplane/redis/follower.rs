//! The connection for subscriptions.

use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::{PubSub, PubSubSink, PubSubStream};
use tokio::time::timeout;

use super::keys::Keys;
use super::lost;
use crate::backplane::engine::{Answer, Arrival, Fault, Follower, Subject};

/// Subscriptions in one command.
const BATCH: usize = 1000;
/// A connection without messages is asked for a sign of life that often.
const SILENCE: Duration = Duration::from_secs(5);

pub struct RedisFollower {
    sink: PubSubSink,
    stream: PubSubStream,
    keys: Keys,
}

impl RedisFollower {
    pub fn new(pubsub: PubSub, keys: Keys) -> Self {
        let (sink, stream) = pubsub.split();
        Self { sink, stream, keys }
    }

    fn channels(&self, subjects: &[Subject]) -> Vec<String> {
        subjects.iter().map(|subject| self.keys.channel(subject)).collect()
    }

    /// `<epoch> <number> <previous> <payload>`
    fn arrival(&self, message: &redis::Msg) -> Option<Arrival> {
        let subject = self.keys.subject_of(message.get_channel_name())?.into();
        let mut parts = message.get_payload_bytes().splitn(4, |byte| *byte == b' ');
        let mut text = || str::from_utf8(parts.next()?).ok();
        let (epoch, number, previous) = (text()?, text()?, text()?);
        let (number, previous) = (number.parse().ok()?, previous.parse().ok()?);
        let payload = parts.next()?.to_vec();
        Some(Arrival { subject, epoch: Some(epoch.into()), number, previous, payload })
    }
}

impl Follower for RedisFollower {
    async fn follow(&mut self, subjects: &[Subject]) -> Answer<()> {
        for batch in self.channels(subjects).chunks(BATCH) {
            self.sink.subscribe(batch).await.map_err(lost)?;
        }
        Ok(())
    }

    async fn unfollow(&mut self, subjects: &[Subject]) -> Answer<()> {
        for batch in self.channels(subjects).chunks(BATCH) {
            self.sink.unsubscribe(batch).await.map_err(lost)?;
        }
        Ok(())
    }

    async fn next(&mut self) -> Answer<Option<Arrival>> {
        match timeout(SILENCE, self.stream.next()).await {
            // What others publish to the same pub/sub channel is not for us.
            Ok(Some(message)) => Ok(self.arrival(&message)),
            Ok(None) => Err(Fault::Lost("Redis has closed the connection".into())),
            Err(_) => match timeout(SILENCE, self.sink.ping::<redis::Value>()).await {
                Ok(pong) => pong.map(|_| None).map_err(lost),
                Err(_) => Err(Fault::Lost("Redis does not answer".into())),
            },
        }
    }
}
