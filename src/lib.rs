//! The core of sluice. An event becomes a [`frame`] once; a frame goes into the inbox of each [`shard`] that has
//! members; a shard writes it to its sockets.
//!
//! | module         | what it holds                                                          |
//! | -------------- | ---------------------------------------------------------------------- |
//! | [`hub`]        | the whole: shards, channels, counters; start and shutdown              |
//! | [`event`]      | an event, its rules and its bytes                                      |
//! | [`frame`]      | an encoded event, shared by every connection that gets it              |
//! | [`frame_text`] | text that is in the wire format already, read back into events         |
//! | [`history`]    | a channel's bounded log                                                |
//! | [`channel`]    | a group of connections with a history                                  |
//! | [`connection`] | one client's open response, as seen from outside of its shard          |
//! | [`store`]      | keys to channels; forgets a channel when it closes                     |
//! | [`topics`]     | topics by name, over channels: subscriptions, patterns, publishing     |
//! | [`ping`]       | what a connection sends while nothing happens                          |
//! | [`shard`]      | the I/O thread: inbox, sockets, timers, fan-out                        |
//! | [`notice`]     | what the host must know, in batches                                    |
//! | [`metrics`]    | counters and gauges                                                    |
//! | [`error`]      | every error and its code                                               |
//! | `node`         | the only files that know Node; conversion, no logic                    |

pub mod channel;
pub mod connection;
pub mod error;
pub mod event;
pub mod frame;
pub mod frame_text;
pub mod history;
pub mod hub;
pub mod metrics;
pub mod notice;
pub mod ping;
pub mod shard;
pub mod store;
pub mod topics;

#[cfg(feature = "node")]
mod node;
