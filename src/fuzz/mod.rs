//! Fuzz targets: everything that reads text of users or clients, and the encoder that writes it.
//!
//! - `cargo test --no-default-features --lib fuzz::` runs each for a second with random input.
//!   `BOLERO_RANDOM_TEST_TIME_MS` is another time, `BOLERO_RANDOM_ITERATIONS` a number of inputs.
//! - A failure prints the input, made as small as possible, and a seed that finds it again.
//! - CONTRIBUTING.md says how coverage guides a target.

mod cursor;
mod encoder;
mod event_stream;
mod frame_text;
mod frames;
mod patterns;
mod text;

use event_stream::EventStream;
use text::{Frames, Name, Text};
