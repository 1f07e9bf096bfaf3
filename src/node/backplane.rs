//! `BackplaneHandle`: a backplane, for JavaScript.

use std::sync::Arc;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use super::error;
use super::host_call::{EngineArrival, HostCall, HostReply};
use super::nats_settings::NatsSettings;
use super::redis_settings::RedisSettings;
#[cfg(feature = "nats")]
use crate::backplane::Nats;
#[cfg(feature = "redis")]
use crate::backplane::Redis;
use crate::backplane::{
    Arrival, Backplane, Custom, CustomInbox, Fault, Follower, HostCalls, Outage,
};
use crate::error::Error;
use crate::hub::{CloseWithHub, Hub};

/// What the JavaScript of other processes has said.
#[napi(object)]
pub struct Mail {
    pub messages: Vec<Message>,
    /// Some messages were lost before these.
    pub is_incomplete: bool,
}

#[napi(object)]
pub struct Message {
    pub subject: String,
    pub bytes: Buffer,
}

#[napi]
pub struct BackplaneHandle {
    pub(super) backplane: Arc<Backplane>,
    /// What its engine asks JavaScript.
    calls: Option<Arc<HostCalls>>,
    /// What its engine in JavaScript hands in.
    inbox: Option<Arc<CustomInbox>>,
}

/// The options of a backplane whose engine is in JavaScript.
#[napi(object)]
pub struct CustomSettings {
    /// Bytes that may wait for the engine.
    pub max_queue_bytes: f64,
    /// Whether events wait while the engine cannot be reached.
    pub waits: bool,
}

#[napi]
impl BackplaneHandle {
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> u32 {
        self.backplane.id.0
    }

    #[napi(getter, catch_unwind)]
    pub fn queued_bytes(&self) -> f64 {
        self.backplane.queued_bytes() as f64
    }

    /// Says something to everybody who hears the subject, also here.
    #[napi(catch_unwind)]
    pub fn say(&self, subject: String, bytes: Buffer) -> error::Result<()> {
        Ok(self.backplane.say(&subject.into(), &bytes)?)
    }

    /// A notice follows when there is something to take.
    #[napi(catch_unwind)]
    pub fn hear(&self, subject: String) {
        self.backplane.follows.add(&subject.into(), Follower::Host);
    }

    /// The id of the place up to which everything of a subject that is heard has arrived.
    #[napi(catch_unwind)]
    pub fn reached(&self, subject: String) -> Option<String> {
        self.backplane.reached(&subject)
    }

    #[napi(catch_unwind)]
    pub fn unhear(&self, subject: String) {
        self.backplane.follows.remove(&subject.into(), Follower::Host);
    }

    #[napi(catch_unwind)]
    pub fn take_mail(&self) -> Mail {
        let mail = self.backplane.mail();
        let messages = mail.messages.into_iter().map(|message| Message {
            subject: message.subject.to_string(),
            bytes: message.bytes.into(),
        });
        Mail { messages: messages.collect(), is_incomplete: mail.is_incomplete }
    }

    /// Who asks, in the notices that [`BackplaneHandle::answer`] answers.
    #[napi(getter, catch_unwind)]
    pub fn asker(&self) -> Option<u32> {
        self.calls.as_ref().map(|calls| calls.id.0)
    }

    /// The call that a notice has told of, unless it is too late.
    #[napi(catch_unwind)]
    pub fn take_call(&self, request: u32) -> Option<HostCall> {
        self.calls.as_ref()?.take(request).map(HostCall::from)
    }

    #[napi(catch_unwind)]
    pub fn answer(&self, request: u32, reply: HostReply) {
        if let Some(calls) = &self.calls {
            calls.answer(request, Ok(reply.into()));
        }
    }

    /// The connection counts as lost.
    #[napi(catch_unwind)]
    pub fn fail(&self, request: u32, reason: String) {
        if let Some(calls) = &self.calls {
            calls.answer(request, Err(Fault::Lost(reason)));
        }
    }

    /// Only for an engine in JavaScript.
    #[napi(catch_unwind)]
    pub fn deliver(&self, arrivals: Vec<EngineArrival>) {
        if let Some(inbox) = &self.inbox {
            inbox.deliver(arrivals.into_iter().map(Arrival::from).collect());
        }
    }

    /// Only for an engine in JavaScript, whose connection is lost.
    #[napi(catch_unwind)]
    pub fn lose(&self, reason: String) {
        if let Some(inbox) = &self.inbox {
            inbox.lose(reason);
        }
    }

    /// Ends its thread. What still waits for the engine is dropped.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.backplane.close();
    }
}

impl BackplaneHandle {
    pub fn custom(hub: &Arc<Hub>, settings: CustomSettings) -> Result<Self, Error> {
        let outage = if settings.waits { Outage::Wait } else { Outage::Fail };
        let calls = HostCalls::new(hub);
        let (engine, inbox) = Custom::new(calls.clone());
        let max_bytes = settings.max_queue_bytes as usize;
        let backplane = Backplane::start(hub, engine, max_bytes, outage)?;
        Ok(Self { backplane, calls: Some(calls), inbox: Some(inbox) })
    }

    #[cfg(not(feature = "nats"))]
    pub fn nats(_hub: &Arc<Hub>, _settings: NatsSettings) -> Result<Self, Error> {
        Err(Error::Start("it was built without the feature `nats`".into()))
    }

    #[cfg(feature = "nats")]
    pub fn nats(hub: &Arc<Hub>, settings: NatsSettings) -> Result<Self, Error> {
        let outage = if settings.waits { Outage::Wait } else { Outage::Fail };
        let (node, max_bytes) = (settings.node.clone(), settings.max_queue_bytes as usize);
        let calls = HostCalls::new(hub);
        let engine = Nats::new(settings.into(), node, calls.clone());
        let backplane = Backplane::start(hub, engine, max_bytes, outage)?;
        Ok(Self { backplane, calls: Some(calls), inbox: None })
    }

    #[cfg(not(feature = "redis"))]
    pub fn redis(_hub: &Arc<Hub>, _settings: RedisSettings) -> Result<Self, Error> {
        Err(Error::Start("it was built without the feature `redis`".into()))
    }

    #[cfg(feature = "redis")]
    pub fn redis(hub: &Arc<Hub>, settings: RedisSettings) -> Result<Self, Error> {
        let outage = if settings.waits { Outage::Wait } else { Outage::Fail };
        let (node, max_bytes) = (settings.node.clone(), settings.max_queue_bytes as usize);
        let calls = HostCalls::new(hub);
        let engine = Redis::new(settings.into(), node, calls.clone());
        let backplane = Backplane::start(hub, engine, max_bytes, outage)?;
        Ok(Self { backplane, calls: Some(calls), inbox: None })
    }
}
