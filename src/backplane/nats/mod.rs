//! NATS with JetStream.
//!
//! - A backplane has one stream, whose sequence is the order. A publication is one message.
//! - Each process reads the whole stream in order, and leaves out what it does not follow: only one
//!   reader sees the order of several subjects.
//! - A connection that is lost is not mended. The next session begins with another one.

mod follower;
mod names;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, StorageType};
use async_nats::jetstream;
use async_nats::{Client, ConnectOptions, Event};
use tokio::sync::watch;

use super::engine::{Answer, Engine, Fault, Retain};
use follower::NatsFollower;
use names::Names;
use writer::NatsWriter;

/// How long NATS may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A process may lag that many events of one subject behind, beyond those that are retained.
const LAG: i64 = 4096;
/// How long NATS remembers a publication, so that it takes one that is sent again only once.
const MEMORY: Duration = Duration::from_secs(600);
/// An epoch has at most seven digits in base 36.
const EPOCHS: u128 = 36_u128.pow(7);

pub struct NatsOptions {
    pub servers: Vec<String>,
    pub stream: String,
    /// How many servers of a cluster keep the stream.
    pub replicas: usize,
    pub user: Option<(String, String)>,
    pub token: Option<String>,
    pub retain: Retain,
}

pub struct Nats {
    options: NatsOptions,
    /// The name of this process among those that publish.
    node: String,
    /// The latest number that this process has got.
    seen: Arc<AtomicU64>,
}

impl Nats {
    pub fn new(options: NatsOptions, node: String) -> Self {
        Self { options, node, seen: Arc::default() }
    }

    async fn dial(&self) -> Answer<(Client, watch::Receiver<bool>)> {
        let (lose, is_lost) = watch::channel(false);
        let NatsOptions { servers, user, token, .. } = &self.options;
        let mut options = ConnectOptions::new()
            .name("sluice")
            .connection_timeout(PATIENCE)
            .request_timeout(Some(PATIENCE))
            .event_callback(move |event| {
                if matches!(event, Event::Disconnected | Event::Closed) {
                    lose.send_replace(true);
                }
                std::future::ready(())
            });
        if let Some((user, password)) = user {
            options = options.user_and_password(user.clone(), password.clone());
        }
        if let Some(token) = token {
            options = options.token(token.clone());
        }
        let client = options.connect(&servers[..]).await.map_err(lost)?;
        Ok((client, is_lost))
    }

    fn config(&self) -> Config {
        let NatsOptions { stream, replicas, retain, .. } = &self.options;
        Config {
            name: stream.clone(),
            subjects: vec![Names { stream: stream.clone() }.everything()],
            max_messages_per_subject: i64::from(retain.events) + LAG,
            max_age: retain.age,
            discard: DiscardPolicy::Old,
            storage: StorageType::File,
            num_replicas: *replicas,
            duplicate_window: MEMORY.min(retain.age),
            ..Config::default()
        }
    }
}

impl Engine for Nats {
    type Writer = NatsWriter;
    type Follower = NatsFollower;

    async fn connect(&mut self) -> Answer<(NatsWriter, NatsFollower)> {
        let (client, is_lost) = self.dial().await?;
        let mut context = jetstream::new(client.clone());
        context.set_timeout(PATIENCE);
        // The first process decides on the limits of the stream.
        let stream = context.get_or_create_stream(self.config()).await.map_err(lost)?;
        let Info { state, .. } = stream.cached_info();
        let last = state.last_sequence;
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: last + 1 },
            ..OrderedConfig::default()
        };
        let consumer = stream.create_consumer(config).await.map_err(lost)?;
        let messages = consumer.messages().await.map_err(lost)?;
        let names = Names { stream: self.options.stream.clone() };
        let epoch = epoch_of(stream.cached_info());
        self.seen.fetch_max(last, Relaxed);
        let follower = NatsFollower::new(messages, names.clone(), is_lost, self.seen.clone(), last);
        let publisher = self.node.clone();
        let seen = self.seen.clone();
        Ok((NatsWriter { client, context, stream, names, epoch, publisher, seen }, follower))
    }
}

/// A stream that was made anew was made at another time.
fn epoch_of(info: &Info) -> Arc<str> {
    let mut number = info.created.unix_timestamp_nanos().unsigned_abs() % EPOCHS;
    let mut digits = String::new();
    while number > 0 || digits.is_empty() {
        digits.push(char::from_digit((number % 36) as u32, 36).unwrap_or('0'));
        number /= 36;
    }
    digits.into()
}

fn lost(error: impl std::fmt::Display) -> Fault {
    Fault::Lost(error.to_string())
}
