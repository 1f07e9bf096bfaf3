//! The core of sluice. An event becomes a frame, takes its place in the order, and enters the inbox
//! of each shard that has members. The shards write it to their sockets.
//!
//! The modules, from the host down. Each module uses only those below it.
//!
//! | module         | what it holds                                                            |
//! | -------------- | ------------------------------------------------------------------------ |
//! | `fuzz`         | fuzz targets, for tests                                                  |
//! | `models`       | models of the threads, for tests                                         |
//! | `bench`        | a core on one thread, for measurements                                   |
//! | `node`         | the binding to Node.js: conversion, no logic                             |
//! | [`handle`]     | handles for a host: a connection, a channel, the topics of a broker      |
//! | [`backplane`]  | carries events between processes, through Redis or an engine of the host |
//! | [`publish`]    | the only entry point for events                                          |
//! | [`hub`]        | the root: start, open, metrics, shutdown                                 |
//! | [`listing`]    | the list of channels, for tools                                          |
//! | [`membership`] | joins and leaves                                                         |
//! | [`resume`]     | brings a reconnecting client up to date                                  |
//! | [`reread`]     | brings a slow client up to date                                          |
//! | [`order`]      | the lock that orders events, joins and leaves                            |
//! | [`log`]        | published events: histories, cursors, and events that a client missed    |
//! | [`audience`]   | who gets it: channels, members, topics, patterns                         |
//! | [`shard`]      | the I/O thread: inbox, fan-out, sockets, timers                          |
//! | [`drain`]      | when each connection of a drain ends, and when its client reconnects     |
//! | [`notice`]     | notices to the host, in batches                                          |
//! | [`metrics`]    | counters and gauges                                                      |
//! | [`records`]    | data of connections for which the host keeps no object                   |
//! | [`connection`] | options, close reasons and the queue's gauge of a connection             |
//! | [`wire`]       | the bytes: events, frames, frame text, compression                       |
//! | [`ids`]        | names of connections, channels and topics                                |
//! | [`error`]      | every error and its code                                                 |
//! | `sync`         | locks, atomics and threads                                               |

pub mod audience;
pub mod backplane;
#[cfg(feature = "bench")]
pub mod bench;
pub mod connection;
pub mod drain;
pub mod error;
pub mod handle;
pub mod hub;
pub mod ids;
pub mod listing;
pub mod log;
pub mod membership;
pub mod metrics;
pub mod notice;
pub mod order;
pub mod publish;
pub mod records;
pub mod reread;
pub mod resume;
pub mod shard;
pub mod wire;

mod sync;

#[cfg(test)]
mod fuzz;
#[cfg(all(test, feature = "models"))]
mod models;
#[cfg(feature = "node")]
mod node;
