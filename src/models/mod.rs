//! Models of the threads: the real core, under a scheduler that tries many interleavings.
//!
//! - `cargo test --no-default-features --features models --lib models::` runs them. Other tests use
//!   real threads and do not run with this feature.
//! - A thread that waits for something that never comes is a deadlock, which fails the model.
//! - `SLUICE_MODEL_SECONDS` is how long each model runs, instead of a number of interleavings.
//!   `SLUICE_MODEL_SCHEDULE` is a failing interleaving, as a failure prints it, to run it again.
//! - Every atomic operation is sequentially consistent here, whatever its ordering says.

mod clients;
mod detach;
mod inbox;
mod publish;

use std::env;
use std::time::Duration;

use shuttle::scheduler::{PctScheduler, RandomScheduler, ReplayScheduler};
use shuttle::{Config, Runner};

use clients::Clients;

/// Interleavings of each scheduler, unless there is a time.
const INTERLEAVINGS: usize = 200;
/// How many switches at unlucky moments it takes to find the bugs that PCT looks for.
const DEPTH: usize = 3;

/// Runs a model in many interleavings: random ones, and those with few switches of threads.
fn check(model: impl Fn() + Clone + Send + Sync + 'static) {
    // Nothing drives this runtime. Timers and sockets need one to exist.
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
