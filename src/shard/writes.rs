//! One turn's writes for the host. Connections that get the same bytes share one write.

use bytes::Bytes;
use tokio::time::Instant;

use super::connection::{Connection, Sink, Stage};
use super::flush::STREAM_WRITE;
use super::queue::Part;
use super::run::Run;
use super::turn::report;
use crate::ids::ConnectionId;
use crate::metrics::Tally;
use crate::notice::Notice;
use crate::wire::Form;

/// How many of the latest groups are compared, because readers that are equally far behind
/// alternate.
const COMPARED: usize = 4;

#[derive(Default)]
pub(super) struct Writes {
    groups: Vec<Group>,
    /// When the first group was added.
    now: Option<Instant>,
}

struct Group {
    /// Parts are compared by address. Holding them keeps their memory from being reused.
    parts: Vec<Bytes>,
    connections: Vec<ConnectionId>,
}

impl Writes {
    /// Returns the total length of the parts.
    pub fn push<'a>(
        &mut self,
        connection: ConnectionId,
        parts: impl Iterator<Item = Part<'a>> + Clone,
    ) -> usize {
        let mut latest = self.groups.iter_mut().rev().take(COMPARED);
        if let Some(group) = latest.find(|group| group.is_made_of(parts.clone())) {
            group.connections.push(connection);
            return group.len();
        }
        let parts = parts.map(|part| part.to_bytes()).collect();
        let group = Group { parts, connections: vec![connection] };
        let length = group.len();
        self.groups.push(group);
        length
    }

    /// Adds a write that consists of one run.
    fn push_run(&mut self, connection: ConnectionId, bytes: &Bytes) {
        let mut latest = self.groups.iter_mut().rev().take(COMPARED);
        match latest.find(|group| group.is(bytes)) {
            Some(group) => group.connections.push(connection),
            None => {
                let (parts, connections) = (vec![bytes.clone()], vec![connection]);
                self.groups.push(Group { parts, connections });
            }
        }
    }

    /// The current time, read once for all writes of a turn.
    pub fn now(&mut self) -> Instant {
        *self.now.get_or_insert_with(Instant::now)
    }

    pub fn drain(&mut self) -> impl Iterator<Item = Notice> + '_ {
        self.now = None;
        self.groups.drain(..).map(|Group { parts, connections }| Notice::Write {
            connections,
            bytes: match <[Bytes; 1]>::try_from(parts) {
                Ok([only]) => only,
                Err(several) => several.concat().into(),
            },
        })
    }
}

impl Group {
    fn len(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }

    fn is(&self, bytes: &Bytes) -> bool {
        let same = |part: &Bytes| part.as_ptr() == bytes.as_ptr() && part.len() == bytes.len();
        matches!(self.parts.as_slice(), [part] if same(part))
    }

    fn is_made_of<'a>(&self, parts: impl Iterator<Item = Part<'a>>) -> bool {
        let mut ours = self.parts.iter();
        let theirs_are_ours = { parts }.all(|part| ours.next().is_some_and(|bytes| part.is(bytes)));
        theirs_are_ours && ours.next().is_none()
    }
}

impl Connection {
    /// Gives the host a run directly if nothing else is queued. Returns whether it did.
    #[inline]
    pub fn write_at_once(&mut self, run: &Run, writes: &mut Writes, tally: &mut Tally) -> bool {
        let Sink::Stream { framing, in_flight: in_flight @ 0, .. } = &mut self.sink else {
            return false;
        };
        // If the stall timer is not running, a flush must start it.
        let is_timed = self.rare.stall_timer.is_some() || self.options.stall_timeout.is_none();
        if self.stage != Stage::Open || !self.queue.is_empty() || !is_timed {
            return false;
        }
        let block = run.block(Form { framing: *framing, coding: self.coding });
        let length = block.bytes.len();
        if length > STREAM_WRITE {
            return false;
        }
        writes.push_run(self.id, &block.bytes);
        *in_flight = length as u32;
        self.passed(&block.sum);
        self.has_begun = true;
        self.rare.progressed = Some(writes.now());
        tally.bytes += length as u64;
        tally.deliveries += run.events();
        report(self, tally);
        true
    }

    /// Whether nothing remains to be done after the host's report on a write.
    pub fn is_at_rest(&self) -> bool {
        let is_idle = self.stage == Stage::Open && self.queue.is_empty() && self.held.is_none();
        is_idle && !self.slow && self.rare.lost == 0
    }
}
