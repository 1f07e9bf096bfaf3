//! `HostCall`: a call from an engine's thread to JavaScript, and `HostReply`, the answer.

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use crate::backplane::{
    Answer, Arrival, Call, Credentials, Fault, Outgoing, Position, Reply, Retained,
};

#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct HostCall {
    /// The method of the engine, or `credentials`.
    pub name: &'static str,
    pub publications: Option<Vec<Publication>>,
    pub subjects: Option<Vec<String>>,
    pub after: Option<Vec<After>>,
}

#[napi(object, object_from_js = false)]
pub struct Publication {
    pub subjects: Vec<String>,
    pub payload: Uint8Array,
    pub is_kept: bool,
    pub number: f64,
}

#[napi(object)]
pub struct After {
    pub subject: String,
    pub number: f64,
}

/// The reply to a call. Only the fields that the call asked for are set.
#[napi(object, object_to_js = false)]
pub struct HostReply {
    pub username: Option<String>,
    pub password: Option<String>,
    pub token: Option<String>,
    pub published: Option<Vec<Settled>>,
    pub position: Option<LogPosition>,
    pub retained: Option<Vec<KeptEvents>>,
}

/// Has a number, or the reason why the engine refused the publication, or neither.
#[napi(object, object_to_js = false)]
pub struct Settled {
    pub number: Option<f64>,
    pub refused: Option<String>,
}

#[napi(object, object_to_js = false)]
pub struct LogPosition {
    pub epoch: String,
    pub last: f64,
}

#[napi(object, object_to_js = false)]
pub struct KeptEvents {
    pub subject: String,
    pub arrivals: Vec<EngineArrival>,
    pub floor: f64,
}

#[napi(object, object_to_js = false)]
pub struct EngineArrival {
    pub subject: String,
    pub epoch: Option<String>,
    pub number: f64,
    pub previous: f64,
    pub payload: Uint8Array,
}

impl From<Call> for HostCall {
    fn from(call: Call) -> Self {
        let call_of = |name| Self { name, ..Self::default() };
        let names = |subjects: Vec<crate::backplane::Subject>| {
            Some(subjects.iter().map(|subject| subject.to_string()).collect())
        };
        match call {
            Call::Credentials => call_of("credentials"),
            Call::Connect => call_of("connect"),
            Call::Position => call_of("position"),
            Call::Publish(batch) => {
                let publications = Some(batch.into_iter().map(Publication::from).collect());
                Self { publications, ..call_of("publish") }
            }
            Call::Follow(subjects) => Self { subjects: names(subjects), ..call_of("follow") },
            Call::Unfollow(subjects) => Self { subjects: names(subjects), ..call_of("unfollow") },
            Call::Read(after) => {
                let after = after.into_iter().map(|(subject, number)| After {
                    subject: subject.to_string(),
                    number: number as f64,
                });
                Self { after: Some(after.collect()), ..call_of("read") }
            }
        }
    }
}

impl From<Outgoing> for Publication {
    fn from(outgoing: Outgoing) -> Self {
        Self {
            subjects: outgoing.subjects().map(ToString::to_string).collect(),
            payload: outgoing.payload.to_vec().into(),
            is_kept: outgoing.is_kept,
            number: outgoing.number as f64,
        }
    }
}

impl From<HostReply> for Reply {
    fn from(reply: HostReply) -> Self {
        let HostReply { username, password, token, published, position, retained } = reply;
        if let Some(published) = published {
            return Reply::Published(published.into_iter().map(Answer::from).collect());
        }
        if let Some(LogPosition { epoch, last }) = position {
            return Reply::Position(Position { epoch: epoch.into(), last: last as u64 });
        }
        if let Some(retained) = retained {
            let retained = retained.into_iter().map(|KeptEvents { subject, arrivals, floor }| {
                let arrivals = arrivals.into_iter().map(Arrival::from).collect();
                Retained { subject: subject.into(), arrivals, floor: floor as u64 }
            });
            return Reply::Read(retained.collect());
        }
        if username.is_some() || password.is_some() || token.is_some() {
            return Reply::Credentials(Credentials { username, password, token });
        }
        Reply::Done
    }
}

impl From<Settled> for Answer<Option<u64>> {
    fn from(Settled { number, refused }: Settled) -> Self {
        match refused {
            Some(reason) => Err(Fault::Refused(reason)),
            None => Ok(number.map(|number| number as u64)),
        }
    }
}

impl From<EngineArrival> for Arrival {
    fn from(arrival: EngineArrival) -> Self {
        let EngineArrival { subject, epoch, number, previous, payload } = arrival;
        Self {
            subject: subject.into(),
            epoch: epoch.map(Into::into),
            number: number as u64,
            previous: previous as u64,
            payload: payload.to_vec(),
        }
    }
}
