//! What a connection is opened with.

use std::time::Duration;

use super::Overflow;
use crate::wire::PingForm;

/// A client that keeps up may have this many times its limits queued, for one burst.
const BURST_FACTOR: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionOptions {
    pub max_queue: QueueLimits,
    pub overflow: Overflow,
    pub ping: Option<Duration>,
    pub ping_form: PingForm,
    pub timeout: Option<Duration>,
    /// How long bytes may be queued without the client accepting any.
    pub stall_timeout: Option<Duration>,
    /// Milliseconds, sent as the first frame.
    pub retry: Option<u32>,
}

/// For tests and benches: no pings, and no limits but that of the queue.
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

/// How much may be queued before a client is disconnected. Replays do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueLimits {
    /// The largest queued event does not count either.
    pub bytes: usize,
    pub events: u64,
}

impl QueueLimits {
    /// The limits until a client has been slow for a while: one that keeps up must not be dropped
    /// for one burst.
    pub fn for_a_burst(self) -> Self {
        Self {
            bytes: self.bytes.saturating_mul(BURST_FACTOR),
            events: self.events.saturating_mul(BURST_FACTOR as u64),
        }
    }
}
