pub use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize};
pub use std::thread;

pub use crossbeam_channel::{Receiver, Sender, unbounded};
pub use parking_lot::{Condvar, Mutex, MutexGuard};

use tokio::runtime::Runtime;

/// Runs the future on this thread until it is ready.
pub fn block_on<F: Future>(runtime: &Runtime, future: F) -> F::Output {
    runtime.block_on(future)
}
