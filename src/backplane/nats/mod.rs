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
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, StorageType, Stream};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, ConnectOptions, Event};
use tokio::sync::watch;

use super::engine::{Answer, Engine, Fault, Retain};
use super::epoch::{is_epoch, new_epoch};
use follower::NatsFollower;
use names::Names;
use writer::NatsWriter;

/// How long NATS may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// A process may lag that many events of one subject behind, beyond those that are retained.
const LAG: i64 = 4096;
/// How long NATS remembers a publication, so that it takes one that is sent again only once.
const MEMORY: Duration = Duration::from_secs(600);

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
    /// The log that the process knows, and the latest number that it has got.
    epoch: Option<Arc<str>>,
    seen: Arc<AtomicU64>,
}

impl Nats {
    pub fn new(options: NatsOptions, node: String) -> Self {
        Self { options, node, epoch: None, seen: Arc::default() }
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

    /// A stream whose end is lost gives numbers a second time: it gets another name.
    async fn begin(&mut self, context: &Context) -> Answer<(Stream, u64)> {
        // The first process decides on the limits of the stream.
        let mut stream = context.get_or_create_stream(self.config()).await.map_err(lost)?;
        let mut info = stream.info().await.map_err(lost)?.clone();
        let is_known = self.epoch == Some(epoch_of(&info)?);
        if is_known && info.state.last_sequence < self.seen.load(Relaxed) {
            let config = Config { description: Some(new_epoch()), ..info.config };
            context.update_stream(config).await.map_err(lost)?;
            info = stream.info().await.map_err(lost)?.clone();
        }
        let (epoch, last) = (epoch_of(&info)?, info.state.last_sequence);
        if self.epoch.as_ref() != Some(&epoch) {
            self.seen = Arc::default();
        }
        self.seen.fetch_max(last, Relaxed);
        self.epoch = Some(epoch);
        Ok((stream, last))
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
            description: Some(new_epoch()),
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
        unless_lost(is_lost.clone(), self.open(client, is_lost)).await
    }
}

impl Nats {
    async fn open(
        &mut self,
        client: Client,
        is_lost: watch::Receiver<bool>,
    ) -> Answer<(NatsWriter, NatsFollower)> {
        let mut context = jetstream::new(client.clone());
        context.set_timeout(PATIENCE);
        let (stream, last) = self.begin(&context).await?;
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: last + 1 },
            ..OrderedConfig::default()
        };
        let consumer = stream.create_consumer(config).await.map_err(lost)?;
        let messages = consumer.messages().await.map_err(lost)?;
        let names = Names { stream: self.options.stream.clone() };
        let epoch = epoch_of(stream.cached_info())?;
        let (lost, seen) = (is_lost.clone(), self.seen.clone());
        let follower = NatsFollower::new(messages, names.clone(), lost, seen, last);
        let publisher = self.node.clone();
        let seen = self.seen.clone();
        let writer = NatsWriter { client, context, stream, names, epoch, publisher, seen, is_lost };
        Ok((writer, follower))
    }
}

/// The name of the log is the description of its stream.
fn epoch_of(info: &Info) -> Answer<Arc<str>> {
    let epoch = info.config.description.as_deref().filter(|name| is_epoch(name));
    let name = &info.config.name;
    let fault = || Fault::Lost(format!("the stream {name} belongs to something else"));
    epoch.map(Arc::from).ok_or_else(fault)
}

/// A request whose connection is lost would wait for its timeout.
async fn unless_lost<Of>(
    mut is_lost: watch::Receiver<bool>,
    work: impl Future<Output = Answer<Of>>,
) -> Answer<Of> {
    tokio::select! {
        _ = is_lost.wait_for(|is_lost| *is_lost) => {
            Err(Fault::Lost("the connection to NATS is lost".into()))
        }
        answer = work => answer,
    }
}

fn lost(error: impl std::fmt::Display) -> Fault {
    Fault::Lost(error.to_string())
}
