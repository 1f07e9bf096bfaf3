//! The parts of the load client and of the floor server.
//!
//! - `stamp`: the marker in each event, with its number and the time when it was sent
//! - `chunked`: decodes HTTP's chunked coding as bytes arrive
//! - `inflated`: inflates bodies that are compressed with gzip
//! - `wire`: the bytes of one connection, plain or through TLS
//! - `http2`: the client's side of an HTTP/2 session
//! - `client`: one connection of the load client
//! - `protocol`: the protocol of a client, and how a client joins if it is not an event stream
//! - `tally`: compares the received events with the expected ones
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
