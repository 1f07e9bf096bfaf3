//! Applies commands, and fans events out to members.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Shard;
use super::connection::{Connection, Sink, Stage};
use super::held::Merged;
use super::inbox::Command;
use super::run::{Channels, Entry};
use super::socket::Socket;
use super::timers::Timer;
use super::turn::report;
use crate::connection::{CloseReason, ConnectionOptions, QueueGauge};
use crate::ids::{ChannelId, ConnectionId, Place};
use crate::wire::{Event, Frame, Framing};

/// How many distinct sets of options are kept for sharing.
const SHARED_OPTIONS: usize = 8;

impl Shard {
    pub(super) fn apply(&mut self, command: Command) {
        if let Some(place) = command.connection().and_then(|id| self.connections.place(id)) {
            self.catch_up(place);
        }
        match command {
            Command::Broadcast { channel, place, frame, key } => {
                self.fan_out.push(Channels::One(channel), Entry { place, frame, key });
            }
            Command::Broadcasts { channel, entries } => {
                let entries = entries.iter().cloned();
                entries.for_each(|entry| self.fan_out.push(Channels::One(channel), entry));
            }
            Command::Multicast { channels, place, frame } => {
                let entry = Entry { place, frame, key: None };
                self.fan_out.push(Channels::Several(channels), entry);
            }
            Command::Open { id, gauge, options, gathers } => {
                let options = self.share(options);
                self.open(Connection::new(id, gauge, options, gathers));
            }
            Command::SetCoding { connection, coding } => {
                if let Some(connection) = self.connections.get_mut(connection) {
                    connection.set_coding(coding);
                }
            }
            Command::AttachSocket { connection, socket, framing, head } => {
                self.attach_socket(connection, socket, framing, head)
            }
            Command::AttachStream(id, framing) => {
                self.attach(id, Sink::Stream { framing, in_flight: 0, blocked: false })
            }
            Command::Send { connection, gauge, frames, bytes } => {
                self.send(connection, &gauge, &frames, bytes)
            }
            Command::Join { connection, channel, last, replay } => {
                self.join(connection, channel, last, &replay)
            }
            Command::Hold(id) => {
                if let Some(connection) = self.connections.get_mut(id) {
                    connection.hold(true);
                }
            }
            Command::CaughtUp { connection: id, place } => {
                if let Some(connection) = self.connections.get_mut(id) {
                    connection.caught_up_with(place);
                    self.end_if_due(id);
                }
            }
            Command::LetOwnPass(id) => {
                if let Some(connection) = self.connections.get_mut(id)
                    && connection.is_gathering()
                {
                    connection.held().let_own_pass();
                }
            }
            Command::Resume { connection, replay, ahead } => {
                self.resume(connection, replay, ahead);
            }
            Command::Prime { connection, frame } => self.prime(connection, frame),
            Command::EndMembers(channel) => self.end_members(channel),
            Command::Leave { connection, channel } => self.leave_channel(channel, connection),
            Command::Written { connections, slow } => {
                connections.into_iter().for_each(|connection| self.written(connection, slow));
            }
            Command::Blocked(connections) => {
                connections.into_iter().for_each(|connection| self.blocked(connection));
            }
            Command::SetOverflow { connection, overflow, channels } => {
                if let Some(connection) = self.connections.get_mut(connection) {
                    connection.set_overflow(overflow, &channels);
                }
            }
            Command::SetPing { connection, interval } => self.set_ping(connection, interval),
            Command::SetTimeout { connection, timeout } => self.set_timeout(connection, timeout),
            Command::SetExpiry { connection, after } => self.set_expiry(connection, after),
            Command::HoldTimeout { connection, hold } => {
                if let Some(connection) = self.connections.get_mut(connection) {
                    connection.rare.holds_timeout = hold;
                }
            }
            Command::Close { connection, reason } if reason.is_orderly() => {
                self.end(connection, reason)
            }
            Command::Close { connection, reason } => self.close(connection, reason),
            Command::Drain { drain, departures, within, event } => {
                self.drain(drain, departures, within, event)
            }
            Command::WatchEmptiness { channel, after } => {
                self.timers.start(Timer::Emptiness(channel), after);
            }
            Command::Shutdown => {
                // The kernel still accepts what fits in its buffers, as it does for Node's own
                // sockets.
                self.flush_all();
                self.close_all(CloseReason::Destroy);
                self.ended = true;
            }
            #[cfg(test)]
            Command::Panic => panic!("a test asked for it"),
        }
    }

    /// Returns shared options that equal these.
    fn share(&mut self, options: ConnectionOptions) -> Arc<ConnectionOptions> {
        if let Some(shared) = self.options.iter().find(|shared| ***shared == options) {
            return shared.clone();
        }
        if self.options.len() == SHARED_OPTIONS {
            self.options.remove(0);
        }
        let shared = Arc::new(options);
        self.options.push(shared.clone());
        shared
    }

    fn open(&mut self, mut connection: Connection) {
        let (id, options) = (connection.id, *connection.options);
        if let Some(Ok(primer)) = options.retry.map(|retry| Event::retry(retry).encode()) {
            connection.push_control(primer);
        }
        if options.ping_form.begins_at_once() {
            connection.push_control(options.ping_form.frame());
        }
        let place = self.connections.insert(connection);
        self.start_pings(place);
        if options.timeout.is_some() {
            self.set_timeout(id, options.timeout);
        }
    }

    fn attach_socket(
        &mut self,
        id: ConnectionId,
        socket: Socket,
        framing: Framing,
        head: Box<[u8]>,
    ) {
        let Some(connection) = self.connections.get_mut(id) else { return socket.destroy() };
        socket.tune(connection.options.stall_timeout);
        if self.poller.add(id, &socket).is_err() {
            socket.destroy();
            return self.close(id, CloseReason::Error);
        }
        self.attach(id, Sink::Socket { socket, framing, can_write: true });
        if let Some(connection) = self.connections.get_mut(id) {
            connection.queue.push_first(head.into());
        }
    }

    fn attach(&mut self, id: ConnectionId, sink: Sink) {
        if let Some(connection) = self.connections.get_mut(id)
            && connection.attach(sink)
        {
            self.links.counters.open(connection.transport());
            connection.mark_dirty(&mut self.dirty);
        }
    }

    fn send(&mut self, id: ConnectionId, gauge: &QueueGauge, frames: &[Frame], bytes: usize) {
        match self.connections.get_mut(id) {
            Some(connection) if !connection.is_ending() => {
                connection.push_own(frames);
                report(connection, &mut self.tally);
                connection.mark_dirty(&mut self.dirty);
            }
            _ => self.tally.drops += frames.len() as u64,
        }
        // Done last: otherwise the bytes would be uncounted for a moment, and a sender that watches
        // the gauge would send too much.
        gauge.pick_up(bytes);
    }

    fn join(&mut self, id: ConnectionId, channel: ChannelId, last: Place, replay: &[Frame]) {
        let Some(place) = self.connections.place(id) else { return };
        self.groups.join(&mut self.connections, place, channel);
        let Some(connection) = self.connections.at(place) else { return };
        if connection.is_gathering() {
            connection.held().begin(last);
        }
        connection.joined(channel, last);
        if !connection.is_ending() && !replay.is_empty() {
            connection.push_events(replay, false);
            connection.mark_dirty(&mut self.dirty);
        }
    }

    fn resume(&mut self, id: ConnectionId, replay: Vec<(Place, Frame)>, ahead: Option<Place>) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        connection.hold(false);
        match connection.stage {
            Stage::Open | Stage::Ahead | Stage::Ending(_) => return,
            Stage::Gathering => {
                connection.stage = Stage::Open;
                let held = connection.held.take().unwrap_or_default();
                if ahead.is_some() {
                    connection.stage = Stage::Ahead;
                    connection.held().set_ahead(ahead);
                }
                for Merged { place, frame, live } in held.merge(replay) {
                    let has = |place| connection.held.as_ref()?.has(place);
                    if live && place.and_then(has) == Some(true) {
                        continue;
                    }
                    match place {
                        Some(place) => connection.push_publication(place, frame, live),
                        None => connection.push_events(&[frame], live),
                    }
                }
            }
            // The replay may contain a state, which the histories that are read later may lack.
            Stage::Behind => {
                let frames: Vec<_> = replay.into_iter().map(|(_, frame)| frame).collect();
                connection.push_events(&frames, false);
            }
        }
        report(connection, &mut self.tally);
        connection.mark_dirty(&mut self.dirty);
        self.depart_if_due(id);
        self.end_if_due(id);
    }

    fn prime(&mut self, id: ConnectionId, frame: Frame) {
        if let Some(connection) = self.connections.get_mut(id)
            && matches!(connection.stage, Stage::Open | Stage::Ahead)
        {
            connection.push_control(frame);
            report(connection, &mut self.tally);
            connection.mark_dirty(&mut self.dirty);
        }
    }

    fn leave_channel(&mut self, channel: ChannelId, id: ConnectionId) {
        let Some(place) = self.connections.place(id) else { return };
        self.leave_group(channel, place);
        if let Some(connection) = self.connections.at(place) {
            connection.left(channel);
        }
    }

    fn written(&mut self, id: ConnectionId, slow: bool) {
        if let Some(connection) = self.connections.get_mut(id)
            && let Sink::Stream { in_flight, blocked, .. } = &mut connection.sink
        {
            *in_flight = 0;
            *blocked = false;
            connection.slow |= slow;
            let is_leaving = connection.rare.leaving.is_some();
            if connection.is_at_rest() {
                report(connection, &mut self.tally);
            } else {
                connection.mark_dirty(&mut self.dirty);
            }
            if is_leaving {
                self.hurry(id);
            }
        }
    }

    /// The host repeats this report while the client is blocked. Only this report can end a stalled
    /// client: while the host is busy, the shard cannot tell whether the client reads.
    fn blocked(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        let Sink::Stream { blocked, .. } = &mut connection.sink else { return };
        if *blocked {
            let limit = connection.options.stall_timeout;
            if limit.is_some_and(|limit| connection.idle_for() >= limit) {
                self.close(id, CloseReason::Stall);
            }
            return;
        }
        *blocked = true;
        connection.rare.progressed = Some(Instant::now());
        connection.mark_dirty(&mut self.dirty);
        self.hurry(id);
    }

    fn set_expiry(&mut self, id: ConnectionId, after: Option<Duration>) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        self.timers.stop(connection.rare.expiry_timer.take());
        connection.rare.expiry_timer =
            after.map(|after| self.timers.start(Timer::Expiry(id), after));
    }

    fn set_timeout(&mut self, id: ConnectionId, timeout: Option<Duration>) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        self.timers.stop(connection.rare.timeout_timer.take());
        connection.rare.timeout_timer =
            timeout.map(|timeout| self.timers.start(Timer::Timeout(id), timeout));
    }
}
