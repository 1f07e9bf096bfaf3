//! Publishes to the stream, and reads from it.

use std::collections::HashMap;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use super::arrived::Arrived;
use super::fault::{failed, unnumbered};
use super::line::Line;
use super::names::Names;
use super::{PATIENCE, epoch_of};
use crate::backplane::engine::{
    Answer, Arrival, Fault, Outgoing, Position, Retained, Subject, Writer,
};
use async_nats::Client;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::pull::Config;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Info, Stream};
use futures_util::{StreamExt, TryStreamExt, stream};

/// Number of subjects that are read concurrently.
const READS: usize = 32;
/// For the messages of faults.
const READING: &str = "reading the stream";
const PUBLISHING: &str = "publishing";
/// Bytes for a message's headers, and the overhead of NATS.
const HEADERS: usize = 1024;

#[derive(Clone)]
pub struct NatsWriter {
    pub client: Client,
    pub context: Context,
    pub stream: Stream,
    pub names: Names,
    pub epoch: Arc<str>,
    /// The name of this process.
    pub publisher: String,
    pub arrived: Arc<Arrived>,
    pub line: Line,
    /// Whether this session has read the earlier publications.
    pub is_settled: bool,
}

impl NatsWriter {
    async fn info(&self) -> Answer<Info> {
        let info = self.stream.get_info().await.map_err(failed("asking for the stream"))?;
        if epoch_of(&info)? == self.epoch { Ok(info) } else { Err(Fault::Replaced) }
    }

    /// The messages of a subject after `number`, up to `last`, each with its name in NATS.
    async fn messages(
        &self,
        subject: &Subject,
        number: u64,
        last: u64,
    ) -> Answer<Vec<(String, Arrival)>> {
        let config = Config {
            filter_subject: self.names.filter(subject),
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: number + 1 },
            ack_policy: AckPolicy::None,
            inactive_threshold: PATIENCE,
            memory_storage: true,
            num_replicas: 1,
            ..Config::default()
        };
        let consumer = self.stream.create_consumer(config).await.map_err(failed(READING))?;
        let mut found = Vec::new();
        if consumer.cached_info().num_pending == 0 {
            return Ok(found);
        }
        let mut messages = consumer.messages().await.map_err(failed(READING))?;
        while let Some(message) = messages.next().await {
            let message = message.map_err(failed(READING))?;
            let info = message.info().map_err(unnumbered)?;
            let (subject, payload) = (subject.clone(), message.payload.to_vec());
            let number = info.stream_sequence;
            if number > last {
                break;
            }
            let arrival = Arrival { subject, epoch: None, number, previous: 0, payload };
            found.push((message.subject.to_string(), arrival));
            if info.pending == 0 {
                break;
            }
        }
        Ok(found)
    }

    async fn retained(
        &self,
        subject: &Subject,
        number: u64,
        info: &Info,
        away: Option<Duration>,
    ) -> Answer<Retained> {
        // Subjects are read at different moments. All of them are complete up to this number.
        let last = info.state.last_sequence;
        let found = self.messages(subject, number, last).await?;
        let mut floor = info.state.first_sequence.saturating_sub(1);
        // Some of the removed messages had arrived before.
        if away.is_some() {
            floor = self.arrived.floor(floor);
        }
        // The oldest messages of a name that has reached its limit may be gone.
        let limit = info.config.max_messages_per_subject as usize;
        let mut names: HashMap<&str, (usize, u64)> = HashMap::new();
        for (name, arrival) in &found {
            names.entry(name).or_insert((0, arrival.number)).0 += 1;
        }
        for (count, first) in names.into_values() {
            if count >= limit {
                floor = floor.max(first - 1);
            }
        }
        let arrivals = found.into_iter().map(|(_, arrival)| arrival).collect();
        Ok(Retained { subject: subject.clone(), arrivals, floor })
    }

    async fn send(&self, batch: &[Outgoing]) -> Answer<Vec<Answer<Option<u64>>>> {
        let mut sent = Vec::with_capacity(batch.len());
        for outgoing in batch {
            let Outgoing { payload, number, .. } = outgoing;
            let most = self.client.max_payload().saturating_sub(HEADERS);
            if payload.len() > most {
                let reason = format!("NATS takes events of at most {most} bytes: `max_payload`");
                sent.push(Err(Fault::Refused(reason)));
                continue;
            }
            let message = PublishMessage::build()
                .payload(payload.to_vec().into())
                .message_id(format!("{}-{number}", self.publisher));
            let name = self.names.of_publication(outgoing);
            sent.push(Ok(self
                .context
                .send_publish(name, message)
                .await
                .map_err(failed(PUBLISHING))?));
        }
        let mut answers = Vec::with_capacity(batch.len());
        for sent in sent {
            answers.push(match sent {
                Err(fault) => Err(fault),
                Ok(ack) => match ack.into_future().await {
                    Ok(ack) => Ok(Some(ack.sequence)),
                    Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                        Err(Fault::Refused(error.to_string()))
                    }
                    Err(error) => return Err(failed(PUBLISHING)(error)),
                },
            });
        }
        Ok(answers)
    }

    async fn read_all(
        &mut self,
        after: &[(Subject, u64)],
        away: Option<Duration>,
    ) -> Answer<Vec<Retained>> {
        let read = if after.is_empty() {
            Vec::new()
        } else {
            let info = self.info().await?;
            let reads =
                after.iter().map(|(subject, number)| self.retained(subject, *number, &info, away));
            stream::iter(reads).buffered(READS).try_collect().await?
        };
        // A session begins by reading every followed subject.
        if !std::mem::replace(&mut self.is_settled, true) {
            self.arrived.settle();
        }
        Ok(read)
    }
}

impl Writer for NatsWriter {
    async fn publish(&mut self, batch: &[Outgoing]) -> Answer<Vec<Answer<Option<u64>>>> {
        self.line.unless_lost(self.send(batch)).await
    }

    async fn position(&mut self) -> Answer<Position> {
        let info = self.line.unless_lost(self.info()).await?;
        Ok(Position { epoch: self.epoch.clone(), last: info.state.last_sequence })
    }

    async fn read(
        &mut self,
        after: &[(Subject, u64)],
        away: Option<Duration>,
    ) -> Answer<Vec<Retained>> {
        let line = self.line.clone();
        line.unless_lost(self.read_all(after, away)).await
    }
}
