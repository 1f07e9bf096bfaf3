//! `BackplaneHandle`: a backplane, for JavaScript.

use std::sync::Arc;
#[cfg(feature = "redis")]
use std::time::Duration;

use napi::bindgen_prelude::Buffer;
use napi_derive::napi;

use super::error;
use crate::backplane::{Backplane, Follower};
#[cfg(feature = "redis")]
use crate::backplane::{Outage, Redis, RedisOptions, Retain};
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

/// The options of a backplane over Redis.
#[napi(object)]
pub struct RedisSettings {
    pub url: String,
    pub prefix: String,
    /// How many events Redis keeps of each channel, and for how many milliseconds.
    pub retain_events: u32,
    pub retain_age: u32,
    /// Bytes that may wait for Redis.
    pub max_queue_bytes: f64,
    /// Whether events wait while Redis cannot be reached.
    pub waits: bool,
    /// The name of this process among those that publish.
    pub node: String,
}

#[napi]
pub struct BackplaneHandle {
    pub(super) backplane: Arc<Backplane>,
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

    /// Ends its thread. What still waits for the engine is dropped.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.backplane.close();
    }
}

impl BackplaneHandle {
    #[cfg(not(feature = "redis"))]
    pub fn redis(_hub: &Arc<Hub>, _settings: RedisSettings) -> Result<Self, Error> {
        Err(Error::Start("it was built without the feature `redis`".into()))
    }

    #[cfg(feature = "redis")]
    pub fn redis(hub: &Arc<Hub>, settings: RedisSettings) -> Result<Self, Error> {
        let age = Duration::from_millis(settings.retain_age.into());
        let retain = Retain { events: settings.retain_events, age };
        let options = RedisOptions { url: settings.url, prefix: settings.prefix, retain };
        let outage = if settings.waits { Outage::Wait } else { Outage::Fail };
        let engine = Redis::new(options, settings.node);
        let max_bytes = settings.max_queue_bytes as usize;
        Ok(Self { backplane: Backplane::start(hub, engine, max_bytes, outage)? })
    }
}
