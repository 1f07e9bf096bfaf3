//! `NatsSettings`: the options of a backplane over NATS, from JavaScript.

use napi_derive::napi;

use super::tls_settings::TlsSettings;

#[napi(object)]
pub struct NatsSettings {
    pub servers: Vec<String>,
    pub stream: String,
    pub replicas: u32,
    pub user: Option<String>,
    pub password: Option<String>,
    pub token: Option<String>,
    /// Whether to call JavaScript for the user, the password or the token.
    pub asks_credentials: bool,
    pub tls: Option<TlsSettings>,
    /// The number of events that NATS keeps of each channel, and their maximum age in milliseconds.
    pub retain_events: u32,
    pub retain_age: u32,
    /// The maximum of bytes queued for NATS.
    pub max_queue_bytes: f64,
    /// Whether events are queued while NATS is unreachable.
    pub waits: bool,
    /// The name of this process among all publishers.
    pub node: String,
}

#[cfg(feature = "nats")]
impl From<NatsSettings> for crate::backplane::NatsOptions {
    fn from(settings: NatsSettings) -> Self {
        let NatsSettings { servers, stream, replicas, user, password, token, .. } = settings;
        let credentials = crate::backplane::Credentials { username: user, password, token };
        let retain = crate::backplane::Retain {
            events: settings.retain_events,
            age: std::time::Duration::from_millis(settings.retain_age.into()),
        };
        Self {
            servers,
            stream,
            replicas: replicas as usize,
            credentials: (!settings.asks_credentials).then_some(credentials),
            tls: settings.tls.map(Into::into),
            retain,
        }
    }
}
