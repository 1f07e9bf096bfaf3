//! The options of a connection.

use std::time::Duration;

use super::Overflow;
use crate::wire::PingForm;

/// For one burst, a client that keeps up may have its limits queued this many times.
const BURST_FACTOR: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionOptions {
    pub max_queue: QueueLimits,
    pub overflow: Overflow,
    pub ping: Option<Duration>,
    pub ping_form: PingForm,
    pub timeout: Option<Duration>,
    /// The maximum time that bytes stay queued while the client accepts none.
    pub stall_timeout: Option<Duration>,
    /// The reconnect delay in milliseconds, sent as the first frame.
    pub retry: Option<u32>,
}

/// For tests and benches: no pings, and the byte limit of the queue as the only limit.
#[cfg(any(test, feature = "bench"))]
impl Default for ConnectionOptions {
    fn default() -> Self {
        Self {
            max_queue: QueueLimits { bytes: 1 << 20, events: u64::MAX },
            overflow: Overflow::Disconnect,
            ping: None,
            ping_form: PingForm::Comment,
            timeout: None,
            stall_timeout: None,
            retry: None,
        }
    }
}

/// The most that may be queued before a client is disconnected. Replays do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueLimits {
    /// The largest queued event does not count.
    pub bytes: usize,
    pub events: u64,
}

impl QueueLimits {
    /// The limits until a client has been slow for a while. A client that keeps up must not be
    /// dropped for one burst.
    pub fn for_a_burst(self) -> Self {
        Self {
            bytes: self.bytes.saturating_mul(BURST_FACTOR),
            events: self.events.saturating_mul(BURST_FACTOR as u64),
        }
    }
}
