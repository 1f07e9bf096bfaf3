//! `ConnectionHandle`: a connection, for JavaScript.

use std::time::Duration;

use napi::bindgen_prelude::Latin1String;
use napi_derive::napi;

use super::error::{Result, internal};
use super::frames::FramesHandle;
use crate::connection::{CloseReason, Overflow};
use crate::handle::{Connection, Frames};
use crate::shard::Socket;
use crate::wire::{Coding, Framing, frame_text};

/// In every time option, zero means none.
pub fn duration(milliseconds: u32) -> Option<Duration> {
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds.into()))
}

#[napi]
pub struct ConnectionHandle {
    pub(super) connection: Connection,
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
    pub fn write(&self, text: String) -> Result<()> {
        Ok(self.connection.send(&frame_text::parse(&text)?)?)
    }

    /// Creates a source of bytes in the wire format. `checks`: whether invalid frames are an error.
    /// `longest`: the maximum size of an unfinished frame, in bytes.
    #[napi(catch_unwind)]
    pub fn frames(&self, checks: bool, longest: f64) -> FramesHandle {
        FramesHandle { frames: Frames::new(self.connection.clone(), checks, longest as usize) }
    }

    /// The gathered channels that have a gap, as indexes in the order of their joins.
    #[napi(catch_unwind)]
    pub fn gaps(&self) -> Vec<u32> {
        self.connection.gaps()
    }

    /// Holds live events until `resume`.
    #[napi(catch_unwind)]
    pub fn hold(&self) {
        self.connection.hold();
    }

    /// Stops holding events that are for this connection alone.
    #[napi(catch_unwind)]
    pub fn let_own_pass(&self) {
        self.connection.let_own_pass();
    }

    /// Sends events that the client missed in all gathered channels, then live events. Returns
    /// whether the client got a cursor.
    #[napi(catch_unwind)]
    pub fn resume(&self) -> bool {
        self.connection.resume()
    }

    /// Sends a cursor to a client that has none. Returns false while no channel of the connection
    /// mints ids.
    #[napi(catch_unwind)]
    pub fn prime(&self) -> bool {
        self.connection.prime()
    }

    /// Compresses the body. Call it before a transport is attached. `name`: a name of the core's
    /// `Coding`.
    #[napi(catch_unwind)]
    pub fn set_coding(&self, name: String) -> Result<()> {
        let coding = Coding::from_name(&name).ok_or_else(|| internal("unknown content coding"))?;
        self.connection.set_coding(coding);
        Ok(())
    }

    /// Hands a socket over. Returns false if it cannot be duplicated. The connection then still
    /// needs a transport. `half_open`: the client may close its side and still get events. `head`:
    /// the response's head, unless Node.js has written it.
    #[napi(catch_unwind)]
    pub fn attach_socket(
        &self,
        descriptor: i32,
        chunked: bool,
        half_open: bool,
        head: Option<Latin1String>,
    ) -> bool {
        let framing = if chunked { Framing::Chunked } else { Framing::Plain };
        let Ok(socket) = Socket::duplicate(descriptor, half_open) else { return false };
        let head = head.map(|head| head.to_vec().into_boxed_slice()).unwrap_or_default();
        self.connection.begin_on_socket(socket, framing, head);
        true
    }

    /// Keeps a record in the core until the hub's `takeRecord`. JavaScript can then drop its object
    /// for the connection.
    #[napi(catch_unwind)]
    pub fn keep(&self, record: String) {
        self.connection.keep(record);
    }

    /// Lets Node.js write. `descriptor`: that of the socket, if there is one. Node.js keeps the
    /// socket. The kernel is set to detect a dead peer within the stall timeout, and to buffer less
    /// for a client that does not read. `shared`: other responses use the socket too. `chunked`:
    /// Node.js gets the bytes as HTTP chunks.
    #[napi(catch_unwind)]
    pub fn attach_stream(
        &self,
        descriptor: Option<i32>,
        stall_timeout: u32,
        shared: bool,
        chunked: bool,
    ) {
        if let Some(descriptor) = descriptor {
            Socket::tune_hosted(descriptor, duration(stall_timeout), shared);
        }
        self.connection.attach_stream(if chunked { Framing::Chunked } else { Framing::Plain });
    }

    /// `policy`: a name of the core's `Overflow`.
    #[napi(catch_unwind)]
    pub fn set_overflow(&self, policy: String) -> Result<()> {
        let policy =
            Overflow::from_name(&policy).ok_or_else(|| internal("unknown overflow policy"))?;
        self.connection.set_overflow(policy);
        Ok(())
    }

    #[napi(catch_unwind)]
    pub fn set_ping(&self, milliseconds: u32) {
        self.connection.set_ping(duration(milliseconds));
    }

    #[napi(catch_unwind)]
    pub fn set_timeout(&self, milliseconds: u32) {
        self.connection.set_timeout(duration(milliseconds));
    }

    /// Ends the connection after this many milliseconds, with the reason `expired`. 0: never.
    #[napi(catch_unwind)]
    pub fn set_expiry(&self, milliseconds: u32) {
        self.connection.set_expiry(duration(milliseconds));
    }

    #[napi(catch_unwind)]
    pub fn hold_timeout(&self, hold: bool) {
        self.connection.hold_timeout(hold);
    }

    #[napi(catch_unwind)]
    pub fn close(&self, reason: String) -> Result<()> {
        let reason =
            CloseReason::from_name(&reason).ok_or_else(|| internal("unknown close reason"))?;
        self.connection.close(reason);
        Ok(())
    }
}
