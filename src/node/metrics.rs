//! `MetricsSnapshot`: the counters and gauges, for JavaScript.

use indexmap::IndexMap;
use napi_derive::napi;

use crate::connection::CloseReason;
use crate::metrics::Metrics;

#[napi(object, object_from_js = false)]
pub struct MetricsSnapshot {
    pub connections: ConnectionsByTransport,
    pub channels: f64,
    pub events: f64,
    pub deliveries: f64,
    pub bytes: f64,
    pub queued_bytes: f64,
    pub drops: f64,
    /// By the names of the core's `CloseReason`.
    pub closes: IndexMap<&'static str, f64>,
    pub history: HistoryMetrics,
    pub backplanes: BackplaneMetrics,
}

#[napi(object)]
pub struct BackplaneMetrics {
    pub published: f64,
    pub delivered: f64,
    pub filled: f64,
    pub connects: f64,
    pub queued_bytes: f64,
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

impl From<Metrics> for MetricsSnapshot {
    fn from(metrics: Metrics) -> Self {
        let closes = CloseReason::ALL.iter().zip(metrics.closes);
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
            closes: closes.map(|(reason, count)| (reason.name(), count as f64)).collect(),
            history: HistoryMetrics {
                bytes: metrics.history.bytes as f64,
                hits: metrics.history.hits as f64,
                misses: metrics.history.misses as f64,
                replayed: metrics.history.replayed as f64,
            },
            backplanes: BackplaneMetrics {
                published: metrics.backplanes.published as f64,
                delivered: metrics.backplanes.delivered as f64,
                filled: metrics.backplanes.filled as f64,
                connects: metrics.backplanes.connects as f64,
                queued_bytes: metrics.backplanes.queued_bytes as f64,
            },
        }
    }
}
