//! A host's handle of a connection. Its calls become commands in the shard's inbox, in order. Only
//! the shard uses the transport.

use std::sync::Arc;
use std::time::Duration;

use crate::connection::{CloseReason, ConnectionOptions, Overflow, QueueGauge};
use crate::error::Error;
use crate::hub::Hub;
use crate::ids::ConnectionId;
use crate::log::Cursor;
use crate::shard::{Command, Socket};
use crate::wire::{Coding, Event, Frame, Framing};

#[derive(Clone)]
pub struct Connection {
    pub id: ConnectionId,
    gauge: Arc<QueueGauge>,
    hub: Arc<Hub>,
}

impl Connection {
    /// Opens a connection. It queues events until a transport is attached. With a cursor, it
    /// gathers missed events of its channels until [`Connection::resume`].
    pub fn open(hub: &Arc<Hub>, options: ConnectionOptions, cursor: Option<Cursor>) -> Self {
        let (id, gauge) = hub.open(options, cursor);
        Self { id, gauge, hub: hub.clone() }
    }

    pub fn send(&self, events: &[Event]) -> Result<(), Error> {
        self.hub.send(self.id, &self.gauge, events)
    }

    /// Queues frames unchanged. They are sent after [`Hub::wake`].
    pub fn send_quietly(&self, frames: Vec<Frame>) {
        self.hub.send_quietly(self.id, &self.gauge, frames);
    }

    /// Compresses the body. Call it before a transport is attached.
    pub fn set_coding(&self, coding: Coding) {
        let command = Command::SetCoding { connection: self.id, coding };
        self.hub.inbox_of(self.id).push_quietly(command);
    }

    /// Hands the socket over. Only its shard writes to it after that. Writing starts after
    /// [`Hub::wake`], which the host calls once for many connections.
    pub fn attach_socket(&self, socket: Socket, framing: Framing) {
        self.begin_on_socket(socket, framing, Box::default());
    }

    /// Like [`Connection::attach_socket`], for a response whose head the host has not written.
    pub fn begin_on_socket(&self, socket: Socket, framing: Framing, head: Box<[u8]>) {
        let command = Command::AttachSocket { connection: self.id, socket, framing, head };
        self.hub.inbox_of(self.id).push_quietly(command);
    }

    /// Lets the host write. It gets [`crate::notice::Notice::Write`] after [`Hub::wake`].
    pub fn attach_stream(&self, framing: Framing) {
        self.hub.inbox_of(self.id).push_quietly(Command::AttachStream(self.id, framing));
    }

    /// The gathered channels that have a gap, as indexes in the order of their joins.
    pub fn gaps(&self) -> Vec<u32> {
        self.hub.lock().gaps(self.id)
    }

    /// Holds live events until [`Connection::resume`].
    pub fn hold(&self) {
        self.hub.lock().hold(self.id);
    }

    /// Stops holding events that are for this connection alone.
    pub fn let_own_pass(&self) {
        self.hub.lock().let_own_pass(self.id);
    }

    /// Sends events that a reconnecting client missed in all channels, then live events. Returns
    /// whether the client got a cursor.
    pub fn resume(&self) -> bool {
        self.hub.inbox_of(self.id).wait_for_room();
        self.hub.lock().resume(self.id)
    }

    /// Sends a cursor to a client that has none. Returns false while no channel of the connection
    /// mints ids.
    pub fn prime(&self) -> bool {
        self.hub.inbox_of(self.id).wait_for_room();
        self.hub.lock().prime(self.id)
    }

    /// Sets what happens when the queue exceeds its limits.
    pub fn set_overflow(&self, overflow: Overflow) {
        self.hub.inbox_of(self.id).wait_for_room();
        let order = self.hub.lock();
        let channels = order.audience.channels_of(self.id);
        self.push(Command::SetOverflow { connection: self.id, overflow, channels });
    }

    /// `None` stops the pings.
    pub fn set_ping(&self, interval: Option<Duration>) {
        self.push_when_there_is_room(Command::SetPing { connection: self.id, interval });
    }

    /// `None` clears the limit.
    pub fn set_timeout(&self, timeout: Option<Duration>) {
        self.push_when_there_is_room(Command::SetTimeout { connection: self.id, timeout });
    }

    /// Sets when the client's authorization expires. The shard enforces it even if the host is
    /// busy. `None`: never.
    pub fn set_expiry(&self, after: Option<Duration>) {
        self.push(Command::SetExpiry { connection: self.id, after });
    }

    /// With `true`, the host decides what happens after the timeout.
    pub fn hold_timeout(&self, hold: bool) {
        self.push_when_there_is_room(Command::HoldTimeout { connection: self.id, hold });
    }

    pub fn close(&self, reason: CloseReason) {
        self.push(Command::Close { connection: self.id, reason });
    }

    pub fn queued_bytes(&self) -> usize {
        self.gauge.bytes()
    }

    pub fn is_closed(&self) -> bool {
        !self.hub.lock().audience.is_open(self.id)
    }

    /// Keeps a record while the connection is open. The host can then drop its object for the
    /// connection and find the connection by its id.
    pub fn keep(&self, record: String) {
        self.hub.records().keep(self.id, self.gauge.clone(), record);
    }

    /// Finds an open connection by its id, if it has a record.
    pub fn find(hub: &Arc<Hub>, id: ConnectionId) -> Option<Self> {
        let gauge = hub.records().gauge(id)?;
        Some(Self { id, gauge, hub: hub.clone() })
    }

    fn push(&self, command: Command) {
        self.hub.inbox_of(self.id).push(command);
    }

    fn push_when_there_is_room(&self, command: Command) {
        self.hub.inbox_of(self.id).wait_for_room();
        self.push(command);
    }
}
