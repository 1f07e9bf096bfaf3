//! `MetricsSnapshot`: the counters and gauges, for JavaScript.

use napi_derive::napi;

use crate::connection::CloseReason;
use crate::metrics::{Closes, Metrics};

#[napi(object)]
pub struct MetricsSnapshot {
    pub connections: ConnectionsByTransport,
    pub channels: f64,
    pub events: f64,
    pub deliveries: f64,
    pub bytes: f64,
    pub queued_bytes: f64,
    pub drops: f64,
    pub closes: ClosesByReason,
    pub history: HistoryMetrics,
}

#[napi(object)]
pub struct HistoryMetrics {
    pub bytes: f64,
    pub hits: f64,
    pub misses: f64,
    pub replayed: f64,
}

#[napi(object)]
pub struct ConnectionsByTransport {
    pub native: f64,
    pub stream: f64,
}

#[napi(object)]
pub struct ClosesByReason {
    pub client: f64,
    pub end: f64,
    pub timeout: f64,
    pub overflow: f64,
    pub stall: f64,
    pub destroy: f64,
    pub flood: f64,
    pub error: f64,
}

impl From<Closes> for ClosesByReason {
    fn from(closes: Closes) -> Self {
        let count = |reason| closes.count(reason) as f64;
        Self {
            client: count(CloseReason::Client),
            end: count(CloseReason::End),
            timeout: count(CloseReason::Timeout),
            overflow: count(CloseReason::Overflow),
            stall: count(CloseReason::Stall),
            destroy: count(CloseReason::Destroy),
            flood: count(CloseReason::Flood),
            error: count(CloseReason::Error),
        }
    }
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
            closes: metrics.closes.into(),
            history: HistoryMetrics {
                bytes: metrics.history.bytes as f64,
                hits: metrics.history.hits as f64,
                misses: metrics.history.misses as f64,
                replayed: metrics.history.replayed as f64,
            },
        }
    }
}
