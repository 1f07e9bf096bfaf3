//! `RedisSettings`: the options of a backplane over Redis, from JavaScript.

use napi_derive::napi;

use super::tls_settings::TlsSettings;

#[napi(object)]
pub struct RedisSettings {
    /// One server, the sentinels, or nodes of the cluster.
    pub nodes: Vec<RedisNode>,
    pub sentinel: Option<SentinelSettings>,
    pub is_cluster: bool,
    pub username: Option<String>,
    pub password: Option<String>,
    /// Whether JavaScript is asked for the user and the password.
    pub asks_credentials: bool,
    pub database: u32,
    pub tls: Option<TlsSettings>,
    pub prefix: String,
    /// How many events Redis keeps of each channel, and for how many milliseconds.
    pub retain_events: u32,
    pub retain_age: u32,
    /// Bytes that may wait for Redis.
    pub max_queue_bytes: f64,
    /// Whether events wait while Redis cannot be reached.
    pub waits: bool,
    /// The name of this process among those that publish.
    pub node: String,
}

#[napi(object)]
pub struct RedisNode {
    pub host: String,
    pub port: u16,
}

#[napi(object)]
pub struct SentinelSettings {
    pub name: String,
    pub username: Option<String>,
    pub password: Option<String>,
    pub tls: bool,
}
