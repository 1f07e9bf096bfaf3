//! Redis, Valkey and what speaks their protocol.
//!
//! - A subject has a stream, which keeps its events, and a pub/sub channel. One script publishes to
//!   both, so every follower sees the order of the streams.
//! - Two connections: one for commands, one for subscriptions.
//! - All keys of a backplane have one hash tag.

mod follower;
mod keys;
mod writer;

use std::time::Duration;

use redis::{AsyncConnectionConfig, Client};

use super::engine::{Answer, Engine, Fault};
use follower::RedisFollower;
use keys::Keys;
use writer::RedisWriter;

/// How long Redis may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone, Debug)]
pub struct RedisOptions {
    /// `redis://` or, with TLS, `rediss://`.
    pub url: String,
    /// The beginning of all keys.
    pub prefix: String,
    pub retain: Retain,
}

/// How long a stream keeps its events.
#[derive(Clone, Copy, Debug)]
pub struct Retain {
    /// Redis may keep a few more.
    pub events: u32,
    /// After its latest event.
    pub age: Duration,
}

pub struct Redis {
    options: RedisOptions,
    /// The name of this process among those that publish.
    node: String,
}

impl Redis {
    pub fn new(options: RedisOptions, node: String) -> Self {
        Self { options, node }
    }
}

impl Engine for Redis {
    type Writer = RedisWriter;
    type Follower = RedisFollower;

    async fn connect(&mut self) -> Answer<(RedisWriter, RedisFollower)> {
        let client = Client::open(self.options.url.as_str()).map_err(lost)?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let commands = client.get_multiplexed_async_connection_with_config(&config);
        let commands = commands.await.map_err(lost)?;
        let subscriptions = client.get_async_pubsub().await.map_err(lost)?;
        let keys = Keys::new(&self.options.prefix, &self.node);
        let writer = RedisWriter::new(commands, keys.clone(), self.options.retain);
        Ok((writer, RedisFollower::new(subscriptions, keys)))
    }
}

fn lost(error: redis::RedisError) -> Fault {
    Fault::Lost(error.to_string())
}
