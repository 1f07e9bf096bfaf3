//! A share of a shard's time. After it, the shard checks its inbox and its sockets, so that a large
//! broadcast does not delay other work.

use std::time::{Duration, Instant};

/// Long enough that the cost of the checks between slices is negligible.
pub(super) const SLICE: Duration = Duration::from_micros(500);
/// Steps between two reads of the clock.
const STEPS: u32 = 16;

pub(super) struct Slice {
    /// `None`: the slice never ends.
    until: Option<Instant>,
    steps: u32,
}

impl Slice {
    pub fn of(time: Duration) -> Self {
        Self { until: Some(Instant::now() + time), steps: 0 }
    }

    pub fn endless() -> Self {
        Self { until: None, steps: 0 }
    }

    /// Counts a step. Returns whether the slice has ended.
    pub fn step(&mut self) -> bool {
        let Some(until) = self.until else { return false };
        self.steps += 1;
        self.steps.is_multiple_of(STEPS) && Instant::now() >= until
    }
}
