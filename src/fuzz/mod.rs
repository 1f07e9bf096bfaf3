//! Fuzz targets: the parsers of text from users or clients, and the encoder.
//!
//! - `cargo test --no-default-features --lib fuzz::` runs each target for a second with random
//!   input. `BOLERO_RANDOM_TEST_TIME_MS` changes the time, and `BOLERO_RANDOM_ITERATIONS` sets the
//!   number of inputs.
//! - A failure prints the smallest input that fails, and a seed that reproduces it.
//! - CONTRIBUTING.md explains how to guide a target by coverage.

mod cursor;
mod encoder;
mod event_stream;
mod frame_text;
mod frames;
mod patterns;
mod text;

use event_stream::EventStream;
use text::{Frames, Name, Text};
