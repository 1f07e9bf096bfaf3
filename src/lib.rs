//! The core of sluice. An event becomes a frame, takes its place in the order, and goes into the
//! inbox of each shard that has members; a shard writes it to its sockets.
//!
//! Modules, from the host down. Each uses only those below it.
//!
//! | module         | what it holds                                                            |
//! | -------------- | ------------------------------------------------------------------------ |
//! | `fuzz`         | fuzz targets, for tests                                                  |
//! | `models`       | models of the threads, for tests                                         |
//! | `bench`        | a core on one thread, for measurements                                   |
//! | `node`         | the binding to Node.js: conversion, no logic                             |
//! | [`handle`]     | what a host holds: a connection, a channel, the topics of a broker       |
//! | [`backplane`]  | carries events between processes, through Redis or an engine of the host |
//! | [`publish`]    | the only way in for events                                               |
//! | [`hub`]        | the whole: start, open, metrics, shutdown                                |
//! | [`listing`]    | which channels there are, for tools                                      |
//! | [`membership`] | joins and leaves                                                         |
//! | [`resume`]     | how a client that comes back is brought up to date                       |
//! | [`reread`]     | how a client that was too slow is brought up to date                     |
//! | [`order`]      | the lock that orders events, joins and leaves                            |
//! | [`log`]        | what was published: histories, cursors, and what a client has missed     |
//! | [`audience`]   | who gets it: channels, members, topics, patterns                         |
//! | [`shard`]      | the I/O thread: inbox, fan-out, sockets, timers                          |
//! | [`drain`]      | when each connection of a drain ends, and how its client comes back      |
//! | [`notice`]     | what the host is told, in batches                                        |
//! | [`metrics`]    | counters and gauges                                                      |
//! | [`records`]    | what the host has to know of connections that it keeps no object for     |
//! | [`connection`] | options, close reasons and the queue's gauge of a connection             |
//! | [`wire`]       | the bytes: events, frames, frame text                                    |
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
