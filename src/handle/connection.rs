//! A host's handle of a connection. Everything said here travels through the shard's inbox, in
//! order; only the shard touches the transport.

use std::sync::Arc;
use std::time::Duration;

use crate::connection::{CloseReason, ConnectionOptions, Overflow, QueueGauge};
use crate::error::Error;
use crate::hub::Hub;
use crate::ids::ConnectionId;
use crate::log::Cursor;
use crate::shard::{Command, Socket};
use crate::wire::{Event, Frame, Framing};

#[derive(Clone)]
pub struct Connection {
    pub id: ConnectionId,
    gauge: Arc<QueueGauge>,
    hub: Arc<Hub>,
}

impl Connection {
    /// Opens a connection, which queues what it is sent until a transport is attached.
    /// With a cursor it gathers what it missed in its channels, until [`Connection::resume`].
    pub fn open(hub: &Arc<Hub>, options: ConnectionOptions, cursor: Option<Cursor>) -> Self {
        let (id, gauge) = hub.open(options, cursor);
        Self { id, gauge, hub: hub.clone() }
    }

    pub fn send(&self, events: &[Event]) -> Result<(), Error> {
        self.hub.send(self.id, &self.gauge, events)
    }

    /// Sends frames as they are, after [`Hub::wake`].
    pub fn send_quietly(&self, frames: Vec<Frame>) {
        self.hub.send_quietly(self.id, &self.gauge, frames);
    }

    /// Hands the socket over: from now on its shard is the only one that writes it. It begins after
    /// [`Hub::wake`], which the host calls once for many connections.
    pub fn attach_socket(&self, socket: Socket, framing: Framing) {
        self.begin_on_socket(socket, framing, Box::default());
    }

    /// As [`Connection::attach_socket`], for a response whose head the host has not written.
    pub fn begin_on_socket(&self, socket: Socket, framing: Framing, head: Box<[u8]>) {
        let command = Command::AttachSocket { connection: self.id, socket, framing, head };
        self.hub.inbox_of(self.id).push_quietly(command);
    }

    /// The host writes. It gets [`crate::notice::Notice::Write`] after [`Hub::wake`].
    pub fn attach_stream(&self, framing: Framing) {
        self.hub.inbox_of(self.id).push_quietly(Command::AttachStream(self.id, framing));
    }

    /// The numbers of the gathered channels, in the order of their joins, that have a gap.
    pub fn gaps(&self) -> Vec<u32> {
        self.hub.lock().gaps(self.id)
    }

    /// Live events wait until [`Connection::resume`].
    pub fn hold(&self) {
        self.hub.lock().hold(self.id);
    }

    /// Events for this connection alone no longer wait with live events.
    pub fn let_own_pass(&self) {
        self.hub.lock().let_own_pass(self.id);
    }

    /// Sends what the client missed in all channels, if it came back, then live events. Returns
    /// whether the client got a cursor.
    pub fn resume(&self) -> bool {
        self.hub.inbox_of(self.id).wait_for_room();
        self.hub.lock().resume(self.id)
    }

    /// Gives a client without a cursor one. False while no channel of the connection mints ids.
    pub fn prime(&self) -> bool {
        self.hub.inbox_of(self.id).wait_for_room();
        self.hub.lock().prime(self.id)
    }

    /// What happens when the queue exceeds its limits, from now on.
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

    /// When the client's authorization ends, even if the host is busy. `None`: never.
    pub fn set_expiry(&self, after: Option<Duration>) {
        self.push(Command::SetExpiry { connection: self.id, after });
    }

    /// With `true` the host decides what happens when the timeout has passed.
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

    /// The core keeps the record as long as the connection is open. The host needs no object for
    /// the connection then, and finds it again by its id.
    pub fn keep(&self, record: String) {
        self.hub.records().keep(self.id, self.gauge.clone(), record);
    }

    /// The open connection with that id, if it has a record.
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
