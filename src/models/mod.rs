//! Models of the threads: they run the real core under a scheduler that tries many interleavings.
//!
//! - Run them with `cargo test --no-default-features --features models --lib models::`. Other tests
//!   use real threads and do not run with this feature.
//! - A thread that waits forever is a deadlock and fails the model.
//! - `SLUICE_MODEL_SECONDS` limits each model by time instead of by a number of interleavings.
//!   `SLUICE_MODEL_SCHEDULE` replays a failing interleaving, as a failure prints it.
//! - Every atomic operation is sequentially consistent here, regardless of its ordering.

mod clients;
mod detach;
mod inbox;
mod publish;

use std::env;
use std::time::Duration;

use shuttle::scheduler::{PctScheduler, RandomScheduler, ReplayScheduler};
use shuttle::{Config, Runner};

use clients::Clients;

/// Interleavings for each scheduler, unless a time is set.
const INTERLEAVINGS: usize = 200;
/// The bug depth of PCT: how many switches at unlucky moments a bug needs.
const DEPTH: usize = 3;

/// Runs a model in many interleavings: random ones, and ones with few switches between threads.
fn check(model: impl Fn() + Clone + Send + Sync + 'static) {
    // This runtime is never driven, but timers and sockets require one to exist.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _context = runtime.enter();
    let seconds = env::var("SLUICE_MODEL_SECONDS").ok().map(|text| text.parse::<f64>().unwrap());
    let interleavings = if seconds.is_some() { usize::MAX } else { INTERLEAVINGS };
    let mut config = Config::new();
    config.stack_size = 1 << 20;
    config.silence_warnings = true;
    config.max_time = seconds.map(|seconds| Duration::from_secs_f64(seconds / 2.0));
    if let Ok(schedule) = env::var("SLUICE_MODEL_SCHEDULE") {
        Runner::new(ReplayScheduler::new_from_encoded(&schedule), config).run(model);
        return;
    }
    Runner::new(RandomScheduler::new(interleavings), config.clone()).run(model.clone());
    Runner::new(PctScheduler::new(DEPTH, interleavings), config).run(model);
}
