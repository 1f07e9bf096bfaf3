//! Converts settings from JavaScript to options of the engine.

use std::time::Duration;

use super::redis_settings::{RedisNode, RedisSettings, SentinelSettings};
use crate::backplane::{Address, Login, RedisOptions, Retain, Servers, Tls};

impl From<RedisSettings> for RedisOptions {
    fn from(settings: RedisSettings) -> Self {
        let RedisSettings { nodes, sentinel, username, password, .. } = settings;
        let nodes: Vec<_> = nodes.into_iter().map(Address::from).collect();
        let servers = match sentinel {
            Some(SentinelSettings { name, username, password, tls: has_tls }) => {
                let login = Login { username, password };
                Servers::Sentinel { nodes, name, login, has_tls }
            }
            None if settings.is_cluster => Servers::Cluster(nodes),
            None => Servers::Direct(nodes),
        };
        Self {
            servers,
            login: (!settings.asks_credentials).then_some(Login { username, password }),
            database: settings.database,
            tls: settings.tls.map(Tls::from),
            prefix: settings.prefix,
            retain: Retain {
                events: settings.retain_events,
                age: Duration::from_millis(settings.retain_age.into()),
            },
        }
    }
}

impl From<RedisNode> for Address {
    fn from(RedisNode { host, port }: RedisNode) -> Self {
        Self { host, port }
    }
}
