//! `BackplaneHandle`: a backplane, for JavaScript.

use std::sync::Arc;

use napi_derive::napi;

use super::host_call::HostReply;
use super::redis_settings::RedisSettings;
use crate::backplane::{Backplane, Fault, HostCalls};
#[cfg(feature = "redis")]
use crate::backplane::{Outage, Redis};
use crate::error::Error;
use crate::hub::{CloseWithHub, Hub};

#[napi]
pub struct BackplaneHandle {
    pub(super) backplane: Arc<Backplane>,
    /// What its engine asks JavaScript.
    calls: Option<Arc<HostCalls>>,
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

    /// Who asks, in the notices that [`BackplaneHandle::answer`] answers.
    #[napi(getter, catch_unwind)]
    pub fn asker(&self) -> Option<u32> {
        self.calls.as_ref().map(|calls| calls.id.0)
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
        let outage = if settings.waits { Outage::Wait } else { Outage::Fail };
        let (node, max_bytes) = (settings.node.clone(), settings.max_queue_bytes as usize);
        let calls = HostCalls::new(hub);
        let engine = Redis::new(settings.into(), node, calls.clone());
        let backplane = Backplane::start(hub, engine, max_bytes, outage)?;
        Ok(Self { backplane, calls: Some(calls) })
    }
}
