//! `HubHandle`: one for each environment (the main thread or a worker).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use napi::Env;
use napi::bindgen_prelude::Function;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;

use super::backplane::{BackplaneHandle, CustomSettings};
use super::channel::ChannelHandle;
use super::connection::{ConnectionHandle, duration};
use super::context::call_without_context;
use super::error::{Result, internal};
use super::event::event;
use super::exit::shut_down_at_exit;
use super::listing::ListedChannel;
use super::metrics::MetricsSnapshot;
use super::nats_settings::NatsSettings;
use super::notices::Notices;
use super::redis_settings::RedisSettings;
use super::sender::{self, Sender};
use super::topics::TopicsHandle;
use crate::audience::TopicsOptions;
use crate::connection::{ConnectionOptions, Overflow, QueueLimits};
use crate::drain::DrainOptions;
use crate::error::Error;
use crate::handle::{Channel, Connection, Topics};
use crate::hub::Hub;
use crate::ids::{ChannelId, ConnectionId, DrainId};
use crate::log::{self, Cursor, Keep, Limits};
use crate::membership::ChannelOptions;
use crate::metrics::{Counters, HistoryMetrics};
use crate::notice::Host;
use crate::publish::Target;
use crate::wire::PingForm;

/// Does not keep the process alive.
type Wake = ThreadsafeFunction<(), (), (), napi::Status, false, true>;

struct Environment {
    wake: Wake,
    gone: Arc<AtomicBool>,
}

impl Host for Environment {
    fn wake(&self) {
        // Calling a threadsafe function after its environment has gone aborts Node.js 20 and 22.
        if !self.gone.load(SeqCst) {
            self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }
}

#[napi]
pub struct HubHandle {
    hub: Arc<Hub>,
}

/// Parsed options, shared by all connections with the same settings.
#[napi]
pub struct SettingsHandle {
    options: ConnectionOptions,
}

#[napi(object)]
pub struct SettingsOptions {
    pub max_queue_bytes: f64,
    /// 0 means no limit.
    pub max_queue_events: f64,
    /// A name of the core's `Overflow`.
    pub overflow: String,
    pub ping_interval: u32,
    /// A name of the core's `PingForm`.
    pub ping_form: String,
    pub timeout: u32,
    pub stall_timeout: u32,
    pub retry: Option<u32>,
}

#[napi(object)]
pub struct HistoryOptions {
    pub history_size: u32,
    pub history_bytes: f64,
    pub history_age: u32,
    pub empty_timeout: u32,
    /// Whether events without an id get a minted one.
    pub mint: bool,
}

/// How to drain connections, and the fields of their last event if there is one.
#[napi(object)]
pub struct DrainPlan {
    pub within: u32,
    pub min_retry: u32,
    pub max_retry: u32,
    pub id: Option<String>,
    pub name: Option<String>,
    pub data: Option<String>,
    pub comment: Option<String>,
}

#[napi(object)]
pub struct TopicsSettings {
    /// Whether `*` and `>` are wildcards.
    pub wildcards: bool,
    /// The maximum number of patterns for each client.
    pub max_patterns: u32,
    /// Whether events carry the name of their topic.
    pub topic_field: bool,
    /// The maximum number of topics and patterns in total.
    pub max_topics: u32,
    /// The default options of new topics.
    pub topic: HistoryOptions,
    /// Limits of the history that all patterns share. Its `empty_timeout` is not used.
    pub pattern_history: HistoryOptions,
}

impl From<HistoryOptions> for ChannelOptions {
    fn from(options: HistoryOptions) -> Self {
        Self {
            history: log::HistoryOptions {
                limits: Limits {
                    size: options.history_size as usize,
                    bytes: options.history_bytes as usize,
                    age: duration(options.history_age),
                },
                mint: options.mint,
                keep: Keep::All,
            },
            empty_timeout: duration(options.empty_timeout),
        }
    }
}

#[napi]
impl HubHandle {
    /// `shards` defaults to the core's choice. `wake` is called when there are notices to take.
    #[napi(constructor, catch_unwind)]
    pub fn new(
        env: Env,
        shards: Option<u32>,
        max_total_queue_bytes: Option<f64>,
        wake: Function<(), ()>,
    ) -> Result<Self> {
        let wake = wake
            .build_threadsafe_function::<()>()
            .weak::<true>()
            .build_callback(|_| Ok(()))
            .map_err(internal)?;
        let gone = Arc::new(AtomicBool::new(false));
        let environment = Environment { wake, gone: gone.clone() };
        let shards = shards.map_or_else(Hub::default_shards, |shards| shards as usize);
        let max_queued = max_total_queue_bytes.map_or(usize::MAX, |bytes| bytes as usize);
        let hub = Arc::new(
            Hub::start(shards, max_queued, Box::new(environment))
                .map_err(|error| Error::Start(error.to_string()))?,
        );
        shut_down_at_exit(&hub, &gone);
        let ending = hub.clone();
        env.add_env_cleanup_hook((), move |()| {
            gone.store(true, SeqCst);
            ending.shutdown();
        })
        .map_err(internal)?;
        Ok(Self { hub })
    }

    /// Parses options once, because parsing takes longer than opening a connection.
    #[napi(catch_unwind)]
    pub fn settings(&self, options: SettingsOptions) -> Result<SettingsHandle> {
        let options = ConnectionOptions {
            max_queue: QueueLimits {
                bytes: options.max_queue_bytes as usize,
                events: if options.max_queue_events > 0.0 {
                    options.max_queue_events as u64
                } else {
                    u64::MAX
                },
            },
            overflow: Overflow::from_name(&options.overflow)
                .ok_or_else(|| internal("unknown overflow policy"))?,
            ping: duration(options.ping_interval),
            ping_form: PingForm::from_name(&options.ping_form)
                .ok_or_else(|| internal("unknown ping form"))?,
            timeout: duration(options.timeout),
            stall_timeout: duration(options.stall_timeout),
            retry: options.retry,
        };
        Ok(SettingsHandle { options })
    }

    /// `cursor`: the id that the client reconnects with. The connection then gathers until
    /// `resume`. `all_on_gap`: whether a client with a gap gets all events that the history has.
    #[napi(catch_unwind)]
    pub fn open(
        &self,
        settings: &SettingsHandle,
        cursor: Option<String>,
        all_on_gap: bool,
    ) -> ConnectionHandle {
        let cursor = cursor.map(|id| Cursor { id, all_on_gap });
        ConnectionHandle { connection: Connection::open(&self.hub, settings.options, cursor) }
    }

    /// Creates a function that sends an event to a connection. It returns how many connections get
    /// it, or the error.
    #[napi(
        catch_unwind,
        ts_return_type = "(connection: number, id?: string, name?: string, data?: string, \
                          retry?: number, comment?: string) => number | Error"
    )]
    pub fn connection_sender<'env>(&self, env: &'env Env) -> Result<Sender<'env>> {
        let hub = self.hub.clone();
        sender::to_number(env, "sendToConnection", move |connection, event| {
            hub.send_one(ConnectionId(connection), event)?;
            Ok(1)
        })
    }

    /// Creates a similar function that sends an event to a channel without a backplane.
    #[napi(
        catch_unwind,
        ts_return_type = "(channel: number, id?: string, name?: string, data?: string, \
                          retry?: number, comment?: string) => number | Error"
    )]
    pub fn channel_sender<'env>(&self, env: &'env Env) -> Result<Sender<'env>> {
        let hub = self.hub.clone();
        sender::to_number(env, "sendToChannel", move |channel, event| {
            Ok(hub.publish_one(Target::Channel(ChannelId(channel)), event)?)
        })
    }

    /// The record of an open connection, if the core keeps one.
    #[napi(catch_unwind)]
    pub fn record(&self, id: f64) -> Option<String> {
        self.hub.records().get(ConnectionId(id as u64))
    }

    /// The handle of an open connection whose record the core keeps.
    #[napi(catch_unwind)]
    pub fn kept(&self, id: f64) -> Option<ConnectionHandle> {
        let connection = Connection::find(&self.hub, ConnectionId(id as u64))?;
        Some(ConnectionHandle { connection })
    }

    /// The ids of the connections whose records the core keeps.
    #[napi(catch_unwind)]
    pub fn kept_ids(&self) -> Vec<f64> {
        self.hub.records().ids().into_iter().map(|id| id.0 as f64).collect()
    }

    /// Removes and returns the record of a closed connection.
    #[napi(catch_unwind)]
    pub fn take_record(&self, id: f64) -> Option<String> {
        self.hub.records().take(ConnectionId(id as u64))
    }

    /// Wakes the shards for attached transports and for cursors.
    #[napi(catch_unwind)]
    pub fn wake(&self) {
        self.hub.wake();
    }

    /// Creates a channel. `keeps_latest`: events have keys, and the latest event of each key is
    /// kept. With a backplane, the channel is shared with channels of the same name in other
    /// processes. Tools show the name.
    #[napi(catch_unwind)]
    pub fn channel(
        &self,
        options: HistoryOptions,
        keeps_latest: bool,
        backplane: Option<&BackplaneHandle>,
        name: Option<String>,
    ) -> ChannelHandle {
        let mut options = ChannelOptions::from(options);
        if keeps_latest {
            options.history.keep = Keep::Latest;
        }
        let mut channel = Channel::create(&self.hub, options);
        if let Some(name) = name {
            channel = channel.label(&name);
            if let Some(handle) = backplane {
                channel = channel.share(handle.backplane.clone(), &name);
            }
        }
        ChannelHandle { channel }
    }

    #[napi(catch_unwind)]
    pub fn custom(&self, settings: CustomSettings) -> Result<BackplaneHandle> {
        Ok(BackplaneHandle::custom(&self.hub, settings)?)
    }

    #[napi(catch_unwind)]
    pub fn nats(&self, settings: NatsSettings) -> Result<BackplaneHandle> {
        Ok(BackplaneHandle::nats(&self.hub, settings)?)
    }

    #[napi(catch_unwind)]
    pub fn redis(&self, settings: RedisSettings) -> Result<BackplaneHandle> {
        Ok(BackplaneHandle::redis(&self.hub, settings)?)
    }

    #[napi(catch_unwind)]
    pub fn topics(
        &self,
        options: TopicsSettings,
        backplane: Option<&BackplaneHandle>,
        broker: Option<String>,
    ) -> TopicsHandle {
        let (wildcards, max_patterns) = (options.wildcards, options.max_patterns as usize);
        let pattern_history = ChannelOptions::from(options.pattern_history).history;
        let max_topics = options.max_topics as usize;
        let names = TopicsOptions { wildcards, max_patterns, max_topics };
        let topics = Topics::create(&self.hub, names, options.topic.into(), pattern_history);
        let topics = topics.with_field(options.topic_field);
        let topics = match (backplane, broker) {
            (Some(handle), Some(broker)) => topics.share(handle.backplane.clone(), &broker),
            _ => topics,
        };
        TopicsHandle { topics: Arc::new(topics) }
    }

    #[napi(catch_unwind)]
    pub fn take_notices(&self) -> Notices {
        self.hub.take_notices().into()
    }

    /// Reports that the writes of these connections are done. `slow`: they had to wait for the
    /// client.
    #[napi(catch_unwind)]
    pub fn written(&self, connections: &[f64], slow: bool) {
        self.hub.written(connections.iter().map(|&id| ConnectionId(id as u64)), slow);
    }

    /// Reports that the clients of these connections have not accepted the written bytes yet.
    #[napi(catch_unwind)]
    pub fn blocked(&self, connections: Vec<f64>) {
        self.hub.blocked(connections.into_iter().map(|id| ConnectionId(id as u64)));
    }

    /// Ends the given connections, or all, over a time window. A notice with that number follows.
    #[napi(catch_unwind)]
    pub fn drain(&self, number: u32, plan: DrainPlan, connections: Option<Vec<f64>>) -> Result<()> {
        let DrainPlan { within, min_retry, max_retry, id, name, data, comment } = plan;
        let has_event = id.is_some() || name.is_some() || data.is_some() || comment.is_some();
        let frame =
            has_event.then(|| event(id, name, data, None, comment)?.encode()).transpose()?;
        let options = DrainOptions {
            within: Duration::from_millis(within.into()),
            retry: min_retry..=max_retry,
            event: frame,
        };
        let ids = |ids: Vec<f64>| ids.into_iter().map(|id| ConnectionId(id as u64)).collect();
        self.hub.drain(DrainId(number), connections.map(ids), options);
        Ok(())
    }

    /// Calls a function in which every `AsyncLocalStorage` is empty.
    #[napi(catch_unwind)]
    pub fn call_without_context(env: Env, callback: Function<(), ()>) -> Result<()> {
        call_without_context(env, callback)
    }

    #[napi(catch_unwind)]
    pub fn metrics(&self) -> MetricsSnapshot {
        self.hub.metrics().into()
    }

    /// The channels, topics and patterns with the most members.
    #[napi(catch_unwind)]
    pub fn channels(&self, limit: u32) -> Vec<ListedChannel> {
        let found = self.hub.lock().largest_channels(limit as usize);
        found.into_iter().map(ListedChannel::from).collect()
    }

    /// The metrics of a new hub.
    #[napi(catch_unwind)]
    pub fn metrics_at_rest() -> MetricsSnapshot {
        Counters::default().snapshot(0, HistoryMetrics::default()).into()
    }
}
