//! A connection as its shard sees it: the queue, the transport, and its progress.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::mem::offset_of;
use std::sync::Arc;

use tokio::time::Instant;

use super::depart::Leaving;
use super::held::Held;
use super::overflow::{Behind, segment};
use super::queue::{Queue, Segment};
use super::run::{Entry, Run};
use super::socket::Socket;
use super::timers::TimerKey;
use crate::connection::{CloseReason, ConnectionOptions, QueueGauge, Transport};
use crate::ids::{ChannelId, ConnectionId, Place};
use crate::metrics::Tally;
use crate::wire::{Block, Coding, Form, Frame, Framing, LAST_CHUNK};

/// The fields that a broadcast to an idle connection reads come first, in one cache line.
#[repr(C, align(64))]
pub(super) struct Connection {
    pub id: ConnectionId,
    pub sink: Sink,
    /// Waits for its turn to be flushed.
    pub dirty: bool,
    pub stage: Stage,
    /// Of the body. It is the same once a transport is attached.
    pub coding: Coding,
    pub queue: Queue,
    /// What has arrived while the connection gathers.
    pub held: Option<Box<Held>>,
    /// Of one that gets from the histories what it is too slow for.
    pub behind: Option<Box<Behind>>,
    /// How many events were dropped since the client last had an empty queue.
    pub lost: u64,
    pub gauge: Arc<QueueGauge>,
    pub options: ConnectionOptions,
    pub ping_timer: Option<TimerKey>,
    pub timeout_timer: Option<TimerKey>,
    pub expiry_timer: Option<TimerKey>,
    pub stall_timer: Option<TimerKey>,
    pub burst_timer: Option<TimerKey>,
    /// The connection is drained.
    pub leaving: Option<Box<Leaving>>,
    /// A channel of it has ended.
    pub ends_soon: bool,
    /// The host decides what happens when the timeout has passed.
    pub holds_timeout: bool,
    /// The client is slow to accept what is queued.
    pub slow: bool,
    /// Since when it has been slow, on the `native` transport.
    pub slow_since: Instant,
    /// The end of the body is queued, or was sent.
    pub has_end: bool,
    /// Something was queued or sent.
    pub has_begun: bool,
    /// When the client last accepted bytes, or became slow.
    pub progressed: Instant,
    pub received: usize,
    /// The queued bytes that the gauges know of.
    pub reported: usize,
}

/// The queue's first field is enough to tell whether it is empty.
const _: () = assert!(offset_of!(Connection, queue) + size_of::<VecDeque<Segment>>() <= 64);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// What it is sent waits for what it missed.
    Gathering,
    Open,
    /// Publications that the client has may still arrive.
    Ahead,
    /// It gets publications from the histories.
    Behind,
    /// It ends once its queue is empty.
    Ending(CloseReason),
}

pub(super) enum Sink {
    /// No transport is attached yet. It may need another framing than the queued bytes have.
    Pending(Box<Backlog>),
    /// The `native` transport. `can_write`: the kernel has not refused bytes since.
    Socket { socket: Socket, framing: Framing, can_write: bool },
    /// `blocked`: the host has reported that the client does not accept the bytes in flight.
    Stream { in_flight: usize, blocked: bool },
}

/// The frames of what is queued.
#[derive(Default)]
pub(super) struct Backlog(Vec<Frame>);

impl Connection {
    pub fn new(
        id: ConnectionId,
        gauge: Arc<QueueGauge>,
        options: ConnectionOptions,
        gathers: bool,
    ) -> Self {
        Self {
            id,
            gauge,
            sink: Sink::Pending(Box::default()),
            queue: Queue::default(),
            held: None,
            behind: None,
            lost: 0,
            options,
            ping_timer: None,
            timeout_timer: None,
            expiry_timer: None,
            stall_timer: None,
            burst_timer: None,
            leaving: None,
            ends_soon: false,
            holds_timeout: false,
            dirty: false,
            slow: false,
            slow_since: Instant::now(),
            coding: Coding::Identity,
            stage: if gathers { Stage::Gathering } else { Stage::Open },
            has_end: false,
            has_begun: false,
            progressed: Instant::now(),
            received: 0,
            reported: 0,
        }
    }

    /// It is flushed at the end of the turn.
    pub fn mark_dirty(&mut self, dirty: &mut Vec<ConnectionId>) {
        if !std::mem::replace(&mut self.dirty, true) {
            dirty.push(self.id);
        }
    }

    pub fn transport(&self) -> Option<Transport> {
        match self.sink {
            Sink::Pending(_) => None,
            Sink::Socket { .. } => Some(Transport::Native),
            Sink::Stream { .. } => Some(Transport::Stream),
        }
    }

    /// Attaches the transport. False when there is one already.
    pub fn attach(&mut self, sink: Sink) -> bool {
        let Sink::Pending(backlog) = &mut self.sink else { return false };
        let frames = std::mem::take(&mut backlog.0);
        self.sink = sink;
        if let Some(form) = self.form().filter(|form| *form != Form::PLAIN) {
            let header = form.coding.header().map(|bytes| Frame::of(bytes).bytes(form.framing));
            self.queue.replace(header, frames.iter().map(|frame| frame.block(form)));
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

    /// Events for this connection alone.
    pub fn push_own(&mut self, frames: &[Frame]) {
        for frame in frames {
            if !self.is_gathering() || !self.held().push_own(frame) {
                self.push(frame.clone(), 1, true);
            }
        }
    }

    /// A control frame is not counted as an event.
    pub fn push_control(&mut self, frame: Frame) {
        self.push(frame, 0, true);
    }

    /// Takes an event for the members of several channels. Returns whether bytes are left.
    pub fn take_multicast(&mut self, run: &Run, channels: &[ChannelId], tally: &mut Tally) -> bool {
        if self.stage == Stage::Behind {
            return self.take_unread(run, channels);
        }
        self.take_run(run, false, tally)
    }

    /// A frame that does not count against the limits.
    pub fn push_unlimited(&mut self, frame: Frame, events: u64) {
        self.push(frame, events, false);
    }

    /// Takes a run, and sends it `at_once` if the socket is idle. Returns whether bytes are left.
    pub fn take_run(&mut self, run: &Run, at_once: bool, tally: &mut Tally) -> bool {
        match self.stage {
            Stage::Open => {}
            Stage::Ending(_) => return false,
            Stage::Behind => return self.take_unread(run, &[run.channel]),
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
        // The flush meets an error again and handles it.
        let sent = if at_once { self.send_at_once(run, form).unwrap_or(0) } else { 0 };
        tally.bytes += sent as u64;
        // The rest of what has begun must follow as it is.
        if sent == 0 && self.is_conflated() {
            tally.drops += self.push_latest(run, form);
            self.queue.advance(0);
            return true;
        }
        let block = run.block(form);
        if sent == block.bytes.len() {
            tally.deliveries += run.events();
            if form.coding == Coding::Gzip {
                self.queue.passed(&block.sum);
            }
            return false;
        }
        self.queue.push(segment(block.clone(), run.first(), run.events(), true));
        self.queue.advance(sent);
        true
    }

    /// Takes what the client does not have. Returns whether that is anything.
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

    /// Pushes each event alone. Returns how many older ones were dropped.
    fn push_latest(&mut self, run: &Run, form: Form) -> u64 {
        let mut dropped = 0;
        for Entry { place, frame, key } in run.frames() {
            let key = key.clone().map(|key| (run.channel, key));
            let plain = segment(frame.block(form), *place, 1, true);
            dropped += self.queue.push_latest(Segment { key, ..plain });
        }
        dropped
    }

    fn send_at_once(&self, run: &Run, form: Form) -> io::Result<usize> {
        match &self.sink {
            Sink::Socket { socket, can_write: true, .. } if self.queue.is_empty() => {
                socket.send(&[IoSlice::new(&run.block(form).bytes)])
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
        // A ping may come before the first frame of a stream that begins with a mark.
        let is_first = !std::mem::replace(&mut self.has_begun, true);
        let frame = if is_first { frame } else { frame.without_mark() };
        let form = self.form().unwrap_or(Form::PLAIN);
        self.queue.push(segment(frame.block(form)));
        if let Sink::Pending(backlog) = &mut self.sink {
            backlog.0.push(frame);
        }
    }

    fn form(&self) -> Option<Form> {
        let framing = match &self.sink {
            Sink::Pending(_) => return None,
            Sink::Socket { framing, .. } => *framing,
            Sink::Stream { .. } => Framing::Plain,
        };
        Some(Form { framing, coding: self.coding })
    }

    /// Queues the end of the body, once. Returns whether it has any bytes.
    pub fn push_end(&mut self) -> bool {
        let Some(Form { framing, coding }) = self.form() else { return false };
        if std::mem::replace(&mut self.has_end, true) {
            return false;
        }
        let trailer = coding.trailer(self.queue.sent()).map(|it| Frame::of(&it).bytes(framing));
        let last_chunk = (framing == Framing::Chunked).then_some(LAST_CHUNK);
        for bytes in trailer.into_iter().chain(last_chunk) {
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
            Sink::Stream { in_flight, .. } => self.queue.bytes() + held + in_flight,
            _ => self.queue.bytes() + held,
        }
    }

    /// Empties the queue and returns how many events were never sent.
    pub fn undelivered(&mut self) -> u64 {
        self.queue.clear() + self.held.take().map_or(0, |held| held.events())
    }
}
