//! A clock for the servers of the bench, which Node.js 20 has not: the CPU time of one thread.

use napi_derive::napi;
use rustix::time::{ClockId, clock_gettime};

/// CPU time of the calling thread, in microseconds.
#[napi]
pub fn thread_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}
