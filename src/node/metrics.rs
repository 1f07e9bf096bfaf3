//! `MetricsSnapshot`.

use std::collections::HashMap;

use napi_derive::napi;

use crate::metrics::Metrics;

#[napi(object)]
pub struct MetricsSnapshot {
    pub connections: ConnectionsByTransport,
    pub channels: f64,
    pub events: f64,
    pub deliveries: f64,
    pub bytes: f64,
    pub queued_bytes: f64,
    pub drops: f64,
    pub closes: HashMap<String, f64>,
}

#[napi(object)]
pub struct ConnectionsByTransport {
    pub native: f64,
    pub stream: f64,
}

impl From<Metrics> for MetricsSnapshot {
    fn from(metrics: Metrics) -> Self {
        Self {
            connections: ConnectionsByTransport {
                native: metrics.native as f64,
                stream: metrics.stream as f64,
            },
            channels: metrics.channels as f64,
            events: metrics.events as f64,
            deliveries: metrics.deliveries as f64,
            bytes: metrics.bytes as f64,
            queued_bytes: metrics.queued_bytes as f64,
            drops: metrics.drops as f64,
            closes: metrics
                .closes
                .iter()
                .map(|(reason, count)| (reason.name().to_owned(), *count as f64))
                .collect(),
        }
    }
}
