//! Redis, Valkey and compatible servers.
//!
//! - A subject has a stream, which keeps its events, and a pub/sub channel. One script publishes to
//!   both, so every follower sees the order of the streams.
//! - A session has two connections: one for commands, one for subscriptions. It begins by finding
//!   the server, because another one may have become the master.
//! - All keys of a backplane share one hash tag, so they are on one node of a cluster.

mod begin;
mod dial;
mod fault;
mod find;
mod follower;
mod keys;
mod options;
mod pushes;
mod seen;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use super::engine::{Answer, Engine};
use super::host_calls::{Credentials, HostCalls};
use dial::Dial;
use follower::RedisFollower;
use keys::Keys;
pub use options::{Address, Login, RedisOptions, Servers};
use seen::Seen;
use writer::RedisWriter;

/// How long Redis may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

pub struct Redis {
    options: RedisOptions,
    /// The name of this process among the publishers.
    node: String,
    /// Asked for credentials.
    host: Arc<HostCalls>,
    seen: Option<Seen>,
}

impl Redis {
    pub fn new(options: RedisOptions, node: String, host: Arc<HostCalls>) -> Self {
        if options.tls.is_some() {
            // If the program has already installed a provider, that one is used.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        Self { options, node, host, seen: None }
    }

    async fn login(&self) -> Answer<Login> {
        if let Some(login) = &self.options.login {
            return Ok(login.clone());
        }
        let Credentials { username, password, .. } = self.host.credentials().await?;
        Ok(Login { username, password })
    }
}

impl Engine for Redis {
    type Writer = RedisWriter;
    type Follower = RedisFollower;

    async fn connect(&mut self) -> Answer<(RedisWriter, RedisFollower)> {
        let login = self.login().await?;
        let address = find::find(&mut self.options, &login).await?;
        let RedisOptions { servers, tls, database, prefix, retain, .. } = &self.options;
        let dial = Dial { tls: tls.as_ref(), login, database: *database };
        let mut commands = dial.commands(&address).await?;
        let (subscriptions, pushes) = dial.subscriptions(&address).await?;
        let seen = begin::begin(&mut commands, prefix, self.seen.as_ref()).await?;
        self.seen = Some(seen.clone());
        let keys = Keys::new(prefix, &self.node, &seen.epoch);
        let is_sharded = matches!(servers, Servers::Cluster(_));
        let writer = RedisWriter::new(commands, keys.clone(), seen.clone(), *retain, is_sharded);
        let follower = RedisFollower::new(subscriptions, pushes, keys, seen, is_sharded);
        Ok((writer, follower))
    }
}
