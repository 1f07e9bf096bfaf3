//! `ConnectionHandle`.

use std::sync::Arc;
use std::time::Duration;

use napi_derive::napi;

use super::error::{Result, internal};
use super::event::event;
use crate::connection::{CloseReason, Connection};
use crate::event::Event;
use crate::frame::Framing;
use crate::frame_text;
use crate::shard::Socket;

/// Zero is none, everywhere a time is an option.
pub fn duration(milliseconds: u32) -> Option<Duration> {
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds.into()))
}

#[napi]
pub struct ConnectionHandle {
    pub(super) connection: Arc<Connection>,
}

#[napi]
impl ConnectionHandle {
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> f64 {
        self.connection.id.0 as f64
    }

    #[napi(getter, catch_unwind)]
    pub fn queued_bytes(&self) -> f64 {
        self.connection.queued_bytes() as f64
    }

    #[napi(catch_unwind)]
    pub fn send(
        &self,
        id: Option<String>,
        name: Option<String>,
        data: Option<String>,
        retry: Option<f64>,
        comment: Option<String>,
    ) -> Result<()> {
        let frame = event(id, name, data, retry, comment)?.encode()?;
        self.connection.send(vec![frame]);
        Ok(())
    }

    #[napi(catch_unwind)]
    pub fn write(&self, text: String) -> Result<()> {
        let events = frame_text::parse(&text)?;
        let frames = events.iter().map(Event::encode).collect::<std::result::Result<_, _>>()?;
        self.connection.send(frames);
        Ok(())
    }

    /// False when the socket cannot be duplicated; the connection then still wants a transport.
    /// `half_open`: the client may close its side and still get events.
    #[napi(catch_unwind)]
    pub fn attach_socket(&self, descriptor: i32, chunked: bool, half_open: bool) -> bool {
        let framing = if chunked { Framing::Chunked } else { Framing::Plain };
        match Socket::duplicate(descriptor) {
            Ok(socket) => {
                self.connection.attach_socket(socket.allow_half_open(half_open), framing);
                true
            }
            Err(_) => false,
        }
    }

    #[napi(catch_unwind)]
    pub fn attach_stream(&self) {
        self.connection.attach_stream();
    }

    #[napi(catch_unwind)]
    pub fn set_ping(&self, milliseconds: u32) {
        self.connection.set_ping(duration(milliseconds));
    }

    #[napi(catch_unwind)]
    pub fn set_timeout(&self, milliseconds: u32) {
        self.connection.set_timeout(duration(milliseconds));
    }

    #[napi(catch_unwind)]
    pub fn hold_timeout(&self, hold: bool) {
        self.connection.hold_timeout(hold);
    }

    #[napi(catch_unwind)]
    pub fn close(&self, reason: String) -> Result<()> {
        let reason = CloseReason::from_name(&reason).ok_or_else(|| internal("unknown close reason"))?;
        self.connection.close(reason);
        Ok(())
    }
}
