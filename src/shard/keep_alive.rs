//! Computes when the kernel probes a silent peer. A dead peer is detected within the stall timeout,
//! even if nothing is sent to it.
//!
//! - The first probe is sent after half of the timeout, and the others in the rest of it.
//! - The kernel counts in whole seconds.

use std::time::Duration;

use socket2::TcpKeepalive;

/// The longest time that the kernel accepts, in seconds.
const MAX_SECONDS: u64 = 32_767;
/// Probes after the first one, if the timeout is long enough.
const PROBES: u64 = 3;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct KeepAlive {
    /// Silence before the first probe.
    pub idle: Duration,
    /// Silence between two probes.
    pub interval: Duration,
    /// Unanswered probes before the peer counts as dead. Linux obeys TCP_USER_TIMEOUT instead.
    pub probes: u32,
}

impl KeepAlive {
    pub fn within(stall_timeout: Duration) -> Self {
        let seconds = stall_timeout.as_secs();
        let idle = (seconds / 2).clamp(1, MAX_SECONDS);
        let left = seconds.saturating_sub(idle).clamp(1, MAX_SECONDS);
        let interval = (left / PROBES).max(1);
        Self {
            idle: Duration::from_secs(idle),
            interval: Duration::from_secs(interval),
            probes: (left / interval).max(1) as u32,
        }
    }

    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    pub fn params(&self) -> TcpKeepalive {
        TcpKeepalive::new()
            .with_time(self.idle)
            .with_interval(self.interval)
            .with_retries(self.probes)
    }

    /// Other systems support fewer settings.
    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    pub fn params(&self) -> TcpKeepalive {
        TcpKeepalive::new().with_time(self.idle)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_minute_is_split_into_half_of_silence_and_three_probes() {
        let expected = KeepAlive {
            idle: Duration::from_secs(30),
            interval: Duration::from_secs(10),
            probes: 3,
        };
        assert_eq!(KeepAlive::within(Duration::from_secs(60)), expected);
    }

    proptest! {
        #[test]
        fn the_last_probe_is_due_within_the_timeout(milliseconds in 0..=i32::MAX as u64) {
            let timeout = Duration::from_millis(milliseconds);
            let KeepAlive { idle, interval, probes } = KeepAlive::within(timeout);
            let longest = Duration::from_secs(MAX_SECONDS);
            for time in [idle, interval] {
                prop_assert!((Duration::from_secs(1)..=longest).contains(&time));
            }
            prop_assert!((1..=127).contains(&probes));
            prop_assert!(idle + interval * probes <= timeout.max(Duration::from_secs(2)));
        }
    }
}
