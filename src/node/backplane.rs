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

/// Messages from the JavaScript of other processes.
#[napi(object)]
pub struct Mail {
    pub messages: Vec<Message>,
    /// Whether messages before these were lost.
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
    /// Calls from the engine's thread to JavaScript.
    calls: Option<Arc<HostCalls>>,
    /// Arrivals from an engine in JavaScript.
    inbox: Option<Arc<CustomInbox>>,
}

/// The options of a backplane whose engine is in JavaScript.
#[napi(object)]
pub struct CustomSettings {
    /// The maximum of bytes queued for the engine.
    pub max_queue_bytes: f64,
    /// Whether events are queued while the engine is unreachable.
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

    /// Sends a message to all listeners of the subject, including those in this process.
    #[napi(catch_unwind)]
    pub fn say(&self, subject: String, bytes: Buffer) -> error::Result<()> {
        Ok(self.backplane.say(&subject.into(), &bytes)?)
    }

    /// Listens to a subject. A notice follows when there are messages to take.
    #[napi(catch_unwind)]
    pub fn hear(&self, subject: String) {
        self.backplane.follows.add(&subject.into(), Follower::Host);
    }

    /// For a subject with listeners, the id of the place up to which all its messages have arrived.
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

    /// The `asker` in notices that [`BackplaneHandle::answer`] answers.
    #[napi(getter, catch_unwind)]
    pub fn asker(&self) -> Option<u32> {
        self.calls.as_ref().map(|calls| calls.id.0)
    }

    /// Takes the call that a notice announced, unless the engine no longer waits for it.
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

    /// Answers a call with a failure. The connection then counts as lost.
    #[napi(catch_unwind)]
    pub fn fail(&self, request: u32, reason: String) {
        if let Some(calls) = &self.calls {
            calls.answer(request, Err(Fault::Lost(reason)));
        }
    }

    /// Delivers arrivals from an engine in JavaScript.
    #[napi(catch_unwind)]
    pub fn deliver(&self, arrivals: Vec<EngineArrival>) {
        if let Some(inbox) = &self.inbox {
            inbox.deliver(arrivals.into_iter().map(Arrival::from).collect());
        }
    }

    /// Reports that an engine in JavaScript lost its connection.
    #[napi(catch_unwind)]
    pub fn lose(&self, reason: String) {
        if let Some(inbox) = &self.inbox {
            inbox.lose(reason);
        }
    }

    /// Ends the backplane's thread. Events queued for the engine are dropped.
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
