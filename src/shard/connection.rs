//! A connection as its shard sees it: the queue, the transport, and its progress.

use std::io::{self, IoSlice};
use std::mem::offset_of;
use std::sync::Arc;

use tokio::time::Instant;

use super::connections;
use super::dirty::Urgency;
use super::held::Held;
use super::joined::Joined;
use super::overflow::segment;
use super::queue::{Queue, Segment};
use super::rare::Rarely;
use super::run::{Entry, Run};
use super::socket::Socket;
use crate::connection::{CloseReason, ConnectionOptions, QueueGauge, Transport};
use crate::ids::{ConnectionId, Place};
use crate::metrics::Tally;
use crate::wire::{Block, BlockSum, Coding, Form, Frame, Framing, LAST_CHUNK};

/// A broadcast to an idle connection reads only the first cache line.
#[repr(C, align(64))]
pub(super) struct Connection {
    /// The number of the next run for this connection. See [`super::fan_out`].
    pub next_run: u64,
    pub sink: Sink,
    pub queue: Queue,
    pub joined: Joined,
    /// Its place among the shard's connections.
    pub place: connections::Place,
    /// When the next ping is due. See [`super::pings`].
    pub next_ping: u32,
    pub stage: Stage,
    pub urgency: Urgency,
    pub ping_is_due: bool,
    /// Whether anything was queued or sent.
    pub has_begun: bool,
    /// Whether the end of the body was queued or sent.
    pub has_end: bool,
    /// Whether the client is slow to accept queued bytes.
    pub slow: bool,
    /// The coding of the body. Fixed once a transport is attached.
    pub coding: Coding,

    pub id: ConnectionId,
    /// Shared by connections with the same options.
    pub options: Arc<ConnectionOptions>,
    pub gauge: Arc<QueueGauge>,
    /// Events that arrived while the connection gathers.
    pub held: Option<Box<Held>>,
    pub rare: Rarely,
    /// When the client became slow, on the `native` transport.
    pub slow_since: Instant,
    /// Bytes that the client has sent.
    pub received: u32,
    /// The queued bytes that were last reported to the gauges.
    pub reported: u32,
}

const _: () = assert!(offset_of!(Connection, id) == 64 && size_of::<Option<Connection>>() == 128);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Live events are held until the missed events are replayed.
    Gathering,
    Open,
    /// Publications that the client already has may still arrive.
    Ahead,
    /// Publications are read from the histories.
    Behind,
    /// The connection ends once its queue is empty.
    Ending(CloseReason),
}

pub(super) enum Sink {
    /// No transport is attached yet. It may need a different framing than the queued bytes.
    Pending(Box<Backlog>),
    /// The `native` transport. `can_write`: false from when the kernel refuses bytes until the
    /// socket is writable again.
    Socket { socket: Socket, framing: Framing, can_write: bool },
    /// The `stream` transport. `blocked`: the host has reported that the client does not accept the
    /// bytes in flight.
    Stream { framing: Framing, in_flight: u32, blocked: bool },
}

/// The queued frames, in case the transport needs them in another form.
#[derive(Default)]
pub(super) struct Backlog(Vec<Frame>);

impl Connection {
    pub fn new(
        id: ConnectionId,
        gauge: Arc<QueueGauge>,
        options: Arc<ConnectionOptions>,
        gathers: bool,
    ) -> Self {
        Self {
            next_run: 0,
            sink: Sink::Pending(Box::default()),
            queue: Queue::default(),
            joined: Joined::None,
            place: connections::Place(0),
            next_ping: 0,
            stage: if gathers { Stage::Gathering } else { Stage::Open },
            urgency: Urgency::None,
            ping_is_due: false,
            has_begun: false,
            has_end: false,
            slow: false,
            coding: Coding::Identity,
            id,
            options,
            gauge,
            held: None,
            rare: Rarely::default(),
            slow_since: Instant::now(),
            received: 0,
            reported: 0,
        }
    }

    pub fn transport(&self) -> Option<Transport> {
        match self.sink {
            Sink::Pending(_) => None,
            Sink::Socket { .. } => Some(Transport::Native),
            Sink::Stream { .. } => Some(Transport::Stream),
        }
    }

    /// Attaches the transport. Returns false if one is already attached.
    pub fn attach(&mut self, sink: Sink) -> bool {
        let Sink::Pending(backlog) = &mut self.sink else { return false };
        let frames = std::mem::take(&mut backlog.0);
        self.sink = sink;
        if let Some(form) = self.form().filter(|form| *form != Form::PLAIN) {
            self.queue.replace(frames.iter().map(|frame| frame.block(form)));
            let header = form.coding.header().map(|bytes| Frame::of(bytes).bytes(form.framing));
            self.queue.push_first(header.unwrap_or_default());
        }
        true
    }

    /// Sets the coding of the body, before a transport is attached.
    pub fn set_coding(&mut self, coding: Coding) {
        if matches!(self.sink, Sink::Pending(_)) {
            self.coding = coding;
        }
    }

    pub fn push_events(&mut self, frames: &[Frame], live: bool) {
        frames.iter().for_each(|frame| self.push(frame.clone(), 1, live));
    }

    /// Queues events for this connection alone.
    pub fn push_own(&mut self, frames: &[Frame]) {
        for frame in frames {
            if !self.is_gathering() || !self.held().push_own(frame) {
                self.push(frame.clone(), 1, true);
            }
        }
    }

    /// Queues a frame that is not counted as an event.
    pub fn push_control(&mut self, frame: Frame) {
        self.push(frame, 0, true);
    }

    /// Queues a due ping, unless bytes are queued: these keep the connection alive too.
    pub fn push_ping_if_due(&mut self) {
        let is_due = std::mem::take(&mut self.ping_is_due);
        if is_due && self.queued_bytes() == 0 && !self.is_ending() {
            self.push_control(self.options.ping_form.frame());
        }
    }

    /// Queues a frame that does not count against the limits.
    pub fn push_unlimited(&mut self, frame: Frame, events: u64) {
        self.push(frame, events, false);
    }

    /// Takes a run, and sends it `at_once` if the socket is idle. Returns whether bytes remain to
    /// be sent.
    pub fn take_run(&mut self, run: &Run, at_once: bool, tally: &mut Tally) -> bool {
        match self.stage {
            Stage::Open => {}
            Stage::Ending(_) => return false,
            Stage::Behind => return self.take_unread(run),
            Stage::Ahead => return self.take_new(run),
            Stage::Gathering => {
                let held = self.held();
                run.frames().iter().for_each(|it| held.push(it.place, it.frame.clone()));
                return true;
            }
        }
        let Some(form) = self.form() else {
            for Entry { place, frame, .. } in run.frames() {
                self.push_publication(*place, frame.clone(), true);
            }
            return true;
        };
        self.has_begun = true;
        if !at_once && self.is_conflated() {
            self.take_latest(run, form, tally);
            return true;
        }
        let block = run.block(form);
        // An error recurs in the flush, which handles it.
        let sent = if at_once { self.send_at_once(&block.bytes).unwrap_or(0) } else { 0 };
        tally.bytes += sent as u64;
        if sent == block.bytes.len() {
            tally.deliveries += run.events();
            self.passed(&block.sum);
            return false;
        }
        // Once part of a block is sent, the rest must follow unchanged.
        if sent == 0 && self.is_conflated() {
            self.take_latest(run, form, tally);
            return true;
        }
        self.queue.push(segment(block.clone(), run.first(), run.events(), true));
        self.advance(sent);
        true
    }

    /// Queues the events of a run, replacing older ones with the same keys.
    fn take_latest(&mut self, run: &Run, form: Form, tally: &mut Tally) {
        tally.drops += self.push_latest(run, form);
        self.advance(0);
    }

    /// Queues the events that the client does not have. Returns whether there were any.
    fn take_new(&mut self, run: &Run) -> bool {
        let (mut has_new, mut is_ahead) = (false, true);
        for Entry { place, frame, .. } in run.frames() {
            match self.held().has(*place) {
                Some(true) => continue,
                Some(false) => is_ahead = false,
                None => {}
            }
            self.push_publication(*place, frame.clone(), true);
            has_new = true;
        }
        if !is_ahead {
            (self.stage, self.held) = (Stage::Open, None);
        }
        has_new
    }

    /// Pushes each event as its own segment. Returns how many older events were dropped.
    fn push_latest(&mut self, run: &Run, form: Form) -> u64 {
        let mut dropped = 0;
        for Entry { place, frame, key } in run.frames() {
            let key = run.channels().first().copied().zip(key.clone());
            let plain = segment(frame.block(form), *place, 1, true);
            dropped += self.queue.push_latest(Segment { key, ..plain });
        }
        dropped
    }

    fn send_at_once(&self, bytes: &[u8]) -> io::Result<usize> {
        match &self.sink {
            Sink::Socket { socket, can_write: true, .. } if self.queue.is_empty() => {
                socket.send(&[IoSlice::new(bytes)])
            }
            _ => Ok(0),
        }
    }

    pub fn push_publication(&mut self, place: Place, frame: Frame, live: bool) {
        self.push_frame(frame, |block| segment(block, place, 1, live));
    }

    fn push(&mut self, frame: Frame, events: u64, live: bool) {
        self.push_frame(frame, |block| Segment { events, live, ..block.into() });
    }

    fn push_frame(&mut self, frame: Frame, segment: impl FnOnce(Block) -> Segment) {
        // A byte order mark is only valid at the start, and a ping may precede the first event.
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let frame = if is_first { frame } else { frame.without_mark() };
        let form = self.form().unwrap_or(Form::PLAIN);
        self.queue.push(segment(frame.block(form)));
        if let Sink::Pending(backlog) = &mut self.sink {
            backlog.0.push(frame);
        }
    }

    fn form(&self) -> Option<Form> {
        match &self.sink {
            Sink::Pending(_) => None,
            Sink::Socket { framing, .. } | Sink::Stream { framing, .. } => {
                Some(Form { framing: *framing, coding: self.coding })
            }
        }
    }

    /// Removes sent bytes from the queue. Returns how many events ended in them.
    pub fn advance(&mut self, count: usize) -> u64 {
        let Self { queue, rare, coding, .. } = self;
        queue.advance(count, |sum| {
            if *coding == Coding::Gzip {
                rare.sent.append(sum);
            }
        })
    }

    /// Records a block that was sent without being queued.
    #[inline]
    pub fn passed(&mut self, sum: &BlockSum) {
        if self.coding == Coding::Gzip {
            self.rare.sent.append(sum);
        }
    }

    /// Queues the end of the body, once. Returns whether there are bytes to send.
    pub fn push_end(&mut self) -> bool {
        let Some(Form { framing, coding }) = self.form() else { return false };
        if std::mem::replace(&mut self.has_end, true) {
            return false;
        }
        let trailer = coding.trailer(self.rare.sent).map(|it| Frame::of(&it).bytes(framing));
        // On the `stream` transport, the host writes the last chunk.
        let is_last = framing == Framing::Chunked && matches!(self.sink, Sink::Socket { .. });
        for bytes in trailer.into_iter().chain(is_last.then_some(LAST_CHUNK)) {
            self.queue.push(Segment { bytes, live: true, ..Segment::default() });
        }
        !self.queue.is_empty()
    }

    pub fn is_gathering(&self) -> bool {
        self.stage == Stage::Gathering
    }

    pub fn is_ending(&self) -> bool {
        matches!(self.stage, Stage::Ending(_))
    }

    pub fn held(&mut self) -> &mut Held {
        self.held.get_or_insert_default()
    }

    pub fn queued_bytes(&self) -> usize {
        let held = self.held.as_ref().map_or(0, |held| held.bytes());
        match &self.sink {
            Sink::Stream { in_flight, .. } => self.queue.bytes() + held + *in_flight as usize,
            _ => self.queue.bytes() + held,
        }
    }

    /// Empties the queue and returns how many events were never sent.
    pub fn undelivered(&mut self) -> u64 {
        self.queue.clear() + self.held.take().map_or(0, |held| held.events())
    }
}
