//! What the load client and the floor server are made of.
//!
//! - `stamp`: the marker in each event, which carries when it was sent and its number
//! - `chunked`: HTTP's chunked coding, taken apart as it arrives
//! - `inflated`: bodies that are compressed with gzip
//! - `wire`: the bytes of one connection, plain or through TLS
//! - `http2`: the client's side of an HTTP/2 session
//! - `client`: one connection of the load client
//! - `protocol`: what a client speaks, and how it joins where that is no event stream
//! - `tally`: what came of what was expected
//! - `commands`: the lines of standard input
//! - `clock`: CLOCK_MONOTONIC, which is also Node's `process.hrtime`

pub mod chunked;
pub mod client;
pub mod clock;
pub mod commands;
pub mod http2;
pub mod inflated;
pub mod protocol;
pub mod stamp;
pub mod tally;
pub mod wire;
