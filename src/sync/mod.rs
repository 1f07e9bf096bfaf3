//! Threads, and the types that they share. The core imports them from here.
//!
//! - By default, these are re-exports of the usual types.
//! - With the feature `models`, tests get the types of shuttle instead. Its scheduler picks the
//!   next thread at every operation. See `src/models/`.

#[cfg_attr(all(test, feature = "models"), path = "model.rs")]
mod native;

pub use native::*;
