//! NATS with JetStream.
//!
//! - A backplane has one stream, whose sequence is the order. A publication is one message.
//! - Each process reads the whole stream in order, and skips subjects that it does not follow: only
//!   a single reader sees the order of several subjects.
//! - A lost connection is not repaired. The next session opens a new one.

mod arrived;
mod dial;
mod fault;
mod follower;
mod line;
mod names;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use async_nats::Client;
use async_nats::jetstream::consumer::DeliverPolicy;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, StorageType, Stream};
use async_nats::jetstream::{self, Context};

use super::engine::{Answer, Engine, Fault, Retain};
use super::epoch::{is_epoch, new_epoch};
use super::host_calls::{Credentials, HostCalls};
use super::tls::Tls;
use arrived::Arrived;
use fault::{failed, no_stream};
use follower::NatsFollower;
use line::Line;
use names::Names;
use writer::NatsWriter;

/// How long NATS may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many events of one subject a process may lag behind, in addition to the retained ones.
const LAG: i64 = 4096;
/// How long NATS remembers a publication, to accept one that is sent again only once.
const MEMORY: Duration = Duration::from_secs(600);

pub struct NatsOptions {
    pub servers: Vec<String>,
    pub stream: String,
    /// How many servers of a cluster store the stream.
    pub replicas: usize,
    /// `None`: asked for at each connect.
    pub credentials: Option<Credentials>,
    pub tls: Option<Tls>,
    pub retain: Retain,
}

pub struct Nats {
    options: NatsOptions,
    /// The name of this process among the publishers.
    node: String,
    /// Asked for credentials.
    host: Arc<HostCalls>,
    /// The epoch of the known log, and which of its messages have arrived.
    epoch: Option<Arc<str>>,
    arrived: Arc<Arrived>,
}

impl Nats {
    pub fn new(options: NatsOptions, node: String, host: Arc<HostCalls>) -> Self {
        Self { options, node, host, epoch: None, arrived: Arc::default() }
    }

    /// A stream that has lost its end would assign numbers twice, so it gets a new epoch.
    async fn begin(&mut self, context: &Context) -> Answer<(Stream, u64)> {
        // The first process sets the limits of the stream.
        let stream = context.get_or_create_stream(self.config()).await;
        let mut stream = stream.map_err(no_stream(&self.options.stream))?;
        let mut info = stream.info().await.map_err(failed("asking for the stream"))?.clone();
        let is_known = self.epoch == Some(epoch_of(&info)?);
        if is_known && info.state.last_sequence < self.arrived.last() {
            let config = Config { description: Some(new_epoch()), ..info.config };
            let doing = "giving the stream another description";
            context.update_stream(config).await.map_err(failed(doing))?;
            info = stream.info().await.map_err(failed(doing))?.clone();
        }
        let (epoch, last) = (epoch_of(&info)?, info.state.last_sequence);
        if self.epoch.as_ref() != Some(&epoch) {
            self.arrived = Arc::default();
        }
        self.arrived.begin(last);
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
        let credentials = match &self.options.credentials {
            Some(credentials) => credentials.clone(),
            None => self.host.credentials().await?,
        };
        let NatsOptions { servers, tls, .. } = &self.options;
        let (client, line) = dial::dial(servers, tls.as_ref(), credentials).await?;
        line.unless_lost(self.open(client, line.clone())).await
    }
}

impl Nats {
    async fn open(&mut self, client: Client, line: Line) -> Answer<(NatsWriter, NatsFollower)> {
        let mut context = jetstream::new(client.clone());
        context.set_timeout(PATIENCE);
        let (stream, last) = self.begin(&context).await?;
        let config = OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: last + 1 },
            ..OrderedConfig::default()
        };
        let doing = "following the stream";
        let consumer = stream.create_consumer(config).await.map_err(failed(doing))?;
        let messages = consumer.messages().await.map_err(failed(doing))?;
        let names = Names { stream: self.options.stream.clone() };
        let epoch = epoch_of(stream.cached_info())?;
        let arrived = self.arrived.clone();
        let follower = NatsFollower::new(messages, names.clone(), line.clone(), arrived.clone());
        let publisher = self.node.clone();
        let is_settled = false;
        let writer = NatsWriter {
            client,
            context,
            stream,
            names,
            epoch,
            publisher,
            arrived,
            line,
            is_settled,
        };
        Ok((writer, follower))
    }
}

/// The epoch of the log is the description of its stream.
fn epoch_of(info: &Info) -> Answer<Arc<str>> {
    let epoch = info.config.description.as_deref().filter(|name| is_epoch(name));
    let name = &info.config.name;
    let fault = || {
        let reason = "belongs to something else: choose another name with the option `stream`";
        Fault::Lost(format!("the stream {name} {reason}"))
    };
    epoch.map(Arc::from).ok_or_else(fault)
}
