//! The types that threads share, and the threads: the core takes them from here.
//!
//! - They are the usual ones, re-exported as they are.
//! - Tests with the feature `models` get those of shuttle in their place, which decides at every
//!   operation which thread runs next. See `src/models/`.

#[cfg_attr(all(test, feature = "models"), path = "model.rs")]
mod native;

pub use native::*;
