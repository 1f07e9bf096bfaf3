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
    /// Whether to call JavaScript for the user and the password.
    pub asks_credentials: bool,
    pub database: u32,
    pub tls: Option<TlsSettings>,
    pub prefix: String,
    /// The number of events that Redis keeps of each channel, and their maximum age in
    /// milliseconds.
    pub retain_events: u32,
    pub retain_age: u32,
    /// The maximum of bytes queued for Redis.
    pub max_queue_bytes: f64,
    /// Whether events are queued while Redis is unreachable.
    pub waits: bool,
    /// The name of this process among all publishers.
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
