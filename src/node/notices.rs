//! `Notices`: a batch, grouped by kind. The order between kinds does not matter because a
//! connection's close is posted only after the host has answered its last write.

use napi::bindgen_prelude::{Buffer, Float64Array};
use napi_derive::napi;

use crate::error::Error;
use crate::ids::ConnectionId;
use crate::notice::{Missing, Notice};

#[napi(object)]
#[derive(Default)]
pub struct Notices {
    pub writes: Option<Writes>,
    pub timed_out: Vec<f64>,
    pub drained: Vec<f64>,
    pub closed: Vec<Closed>,
    pub expired: Vec<f64>,
    /// Channels whose last event arrived from a backplane.
    pub ended: Vec<f64>,
    pub gaps: Vec<Gap>,
    pub drains: Vec<DrainOver>,
    pub published: Vec<Published>,
    pub loaded: Vec<u32>,
    pub backplanes: Vec<BackplaneState>,
    /// The backplanes that have messages.
    pub mail: Vec<u32>,
    pub asked: Vec<Asked>,
}

/// The outcome of a publication. It has an id, an error, or neither.
#[napi(object)]
pub struct Published {
    pub request: u32,
    pub id: Option<String>,
    pub error: Option<Failure>,
}

#[napi(object)]
pub struct Failure {
    pub code: String,
    pub message: String,
}

/// A call from an engine, to be taken from its handle.
#[napi(object)]
pub struct Asked {
    pub asker: u32,
    pub request: u32,
}

#[napi(object)]
pub struct BackplaneState {
    pub backplane: u32,
    pub is_online: bool,
    pub reason: Option<String>,
}

/// Exactly one of `events`, `channel` and `topic` is set.
#[napi(object)]
pub struct Gap {
    pub connection: f64,
    /// The number of dropped events.
    pub events: Option<f64>,
    pub channel: Option<f64>,
    pub topic: Option<String>,
}

#[napi(object)]
pub struct DrainOver {
    pub drain: u32,
    pub connections: u32,
    pub ended: u32,
    pub destroyed: u32,
}

#[napi(object)]
pub struct Writes {
    /// The connections of all groups, in the order of `groups`.
    pub connections: Float64Array,
    pub groups: Vec<WriteGroup>,
}

/// The same bytes for `count` connections.
#[napi(object)]
pub struct WriteGroup {
    pub count: u32,
    pub bytes: Buffer,
}

#[napi(object)]
pub struct Closed {
    pub connection: f64,
    pub reason: String,
    /// The channels that the connection was a member of.
    pub left: Vec<f64>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { code: error.code().to_owned(), message: error.to_string() }
    }
}

impl From<Vec<Notice>> for Notices {
    fn from(batch: Vec<Notice>) -> Self {
        let mut notices = Self::default();
        let (mut written, mut groups) = (Vec::new(), Vec::new());
        for notice in batch {
            match notice {
                Notice::Write { connections, bytes } => {
                    let count = connections.len() as u32;
                    written.extend(connections.into_iter().map(number));
                    // This copies only bytes that other queues share.
                    groups.push(WriteGroup { count, bytes: Vec::from(bytes).into() });
                }
                Notice::TimedOut(connection) => notices.timed_out.push(number(connection)),
                Notice::Drained(connection) => notices.drained.push(number(connection)),
                Notice::Expired(channel) => notices.expired.push(channel.0 as f64),
                Notice::Ended(channel) => notices.ended.push(channel.0 as f64),
                Notice::Gap { connection, missing } => {
                    let mut gap = Gap {
                        connection: number(connection),
                        events: None,
                        channel: None,
                        topic: None,
                    };
                    match missing {
                        Missing::Events(events) => gap.events = Some(events as f64),
                        Missing::Channel(channel) => gap.channel = Some(channel.0 as f64),
                        Missing::Topic(name) => gap.topic = Some(name.to_string()),
                    }
                    notices.gaps.push(gap);
                }
                Notice::DrainOver { drain, connections, ended, destroyed } => {
                    let drain = drain.0;
                    notices.drains.push(DrainOver { drain, connections, ended, destroyed });
                }
                Notice::Published { request, result } => {
                    let (id, error) = match result {
                        Ok(id) => (id, None),
                        Err(error) => (None, Some(error.into())),
                    };
                    notices.published.push(Published { request, id, error });
                }
                Notice::Loaded { request } => notices.loaded.push(request),
                Notice::Mail(backplane) => notices.mail.push(backplane.0),
                Notice::Backplane { backplane, is_online, reason } => {
                    let backplane = backplane.0;
                    notices.backplanes.push(BackplaneState { backplane, is_online, reason });
                }
                Notice::Asked { asker, request } => {
                    notices.asked.push(Asked { asker: asker.0, request });
                }
                Notice::Closed { connection, reason, left } => notices.closed.push(Closed {
                    connection: number(connection),
                    reason: reason.name().to_owned(),
                    left: left.into_iter().map(|channel| channel.0 as f64).collect(),
                }),
            }
        }
        if !groups.is_empty() {
            notices.writes = Some(Writes { connections: written.into(), groups });
        }
        notices
    }
}

fn number(connection: ConnectionId) -> f64 {
    connection.0 as f64
}
