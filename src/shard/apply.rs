//! Applies commands, and fans events out to members.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

use super::Shard;
use super::connection::{Connection, Sink, Stage};
use super::held::Merged;
use super::inbox::Command;
use super::run::{Entry, Run};
use super::socket::Socket;
use super::timers::Timer;
use super::turn::report;
use crate::connection::{CloseReason, QueueGauge};
use crate::ids::{ChannelId, ConnectionId, Place};
use crate::wire::{Event, Frame, Framing};

impl Shard {
    pub(super) fn apply(&mut self, command: Command) {
        if !matches!(command, Command::Broadcast { .. } | Command::Broadcasts { .. }) {
            // A member gets earlier events before anything else happens to it.
            self.spread(false);
        }
        match command {
            Command::Broadcast { channel, place, frame, key } => {
                self.broadcast(channel, Entry { place, frame, key })
            }
            Command::Broadcasts { channel, entries } => {
                entries.iter().for_each(|entry| self.broadcast(channel, entry.clone()));
            }
            Command::Multicast { channels, place, frame } => {
                self.multicast(&channels, place, frame)
            }
            Command::Open { id, gauge, options, gathers } => {
                let mut connection = Connection::new(id, gauge, options, gathers);
                if let Some(Ok(primer)) = options.retry.map(|retry| Event::retry(retry).encode()) {
                    connection.push_control(primer);
                }
                if options.ping_form.begins_at_once() {
                    connection.push_control(options.ping_form.frame());
                }
                self.connections.insert(connection);
                self.set_ping(id, options.ping);
                self.set_timeout(id, options.timeout);
            }
            Command::SetCoding { connection, coding } => {
                if let Some(connection) = self.connections.get_mut(connection) {
                    connection.set_coding(coding);
                }
            }
            Command::AttachSocket { connection, socket, framing } => {
                self.attach_socket(connection, socket, framing)
            }
            Command::AttachStream(id) => {
                self.attach(id, Sink::Stream { in_flight: 0, blocked: false })
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
                    connection.holds_timeout = hold;
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
                // The kernel still takes what it has room for, as it does from Node's own sockets.
                self.spread(true);
                self.flush_dirty();
                self.close_all(CloseReason::Destroy);
                self.ended = true;
            }
            #[cfg(test)]
            Command::Panic => panic!("a test asked for it"),
        }
    }

    fn broadcast(&mut self, channel: ChannelId, entry: Entry) {
        let entry = match &mut self.run {
            Some(run) => match run.push(channel, entry) {
                Ok(()) => return,
                Err(entry) => entry,
            },
            None => entry,
        };
        self.spread(false);
        self.run = Some(Run::new(channel, entry));
    }

    /// Gives a run to the members of its channel. `at_once`: nothing follows it in this turn, so an
    /// idle member is sent to now, while its state is in the cache.
    pub(super) fn spread(&mut self, at_once: bool) {
        let Some(run) = self.run.take() else { return };
        let Some(members) = self.channels.get(&run.channel) else { return };
        for (id, place) in members {
            if let Some(connection) = self.connections.at(*place, *id)
                && connection.take_run(&run, at_once && !connection.dirty, &mut self.tally)
            {
                connection.mark_dirty(&mut self.dirty);
            }
        }
    }

    fn multicast(&mut self, channels: &[ChannelId], place: Place, frame: Frame) {
        let Some(&first) = channels.first() else { return };
        let run = Run::new(first, Entry { place, frame, key: None });
        let mut reached = HashSet::new();
        for members in channels.iter().filter_map(|channel| self.channels.get(channel)) {
            for (id, place) in members {
                if reached.insert(*id)
                    && let Some(connection) = self.connections.at(*place, *id)
                    && connection.take_multicast(&run, channels, &mut self.tally)
                {
                    connection.mark_dirty(&mut self.dirty);
                }
            }
        }
    }

    fn attach_socket(&mut self, id: ConnectionId, socket: Socket, framing: Framing) {
        let Some(connection) = self.connections.get_mut(id) else { return socket.destroy() };
        socket.tune(connection.options.stall_timeout);
        if self.poller.add(id, &socket).is_err() {
            socket.destroy();
            return self.close(id, CloseReason::Error);
        }
        self.attach(id, Sink::Socket { socket, framing, can_write: true });
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
        // Only now: the bytes would otherwise be counted nowhere for a moment, and a sender that
        // watches the gauge would send too much.
        gauge.pick_up(bytes);
    }

    fn join(&mut self, id: ConnectionId, channel: ChannelId, last: Place, replay: &[Frame]) {
        let (Some(place), Some(connection)) =
            (self.connections.place(id), self.connections.get_mut(id))
        else {
            return;
        };
        self.channels.entry(channel).or_default().insert(id, place);
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
            // The histories, which are read later, may lack what it gets here: a state.
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

    pub(super) fn leave_channel(&mut self, channel: ChannelId, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(id) {
            connection.left(channel);
        }
        if let Some(members) = self.channels.get_mut(&channel) {
            members.swap_remove(&id);
            if members.is_empty() {
                self.channels.remove(&channel);
            }
        }
    }

    fn written(&mut self, id: ConnectionId, slow: bool) {
        if let Some(connection) = self.connections.get_mut(id)
            && let Sink::Stream { in_flight, blocked } = &mut connection.sink
        {
            *in_flight = 0;
            *blocked = false;
            connection.slow |= slow;
            connection.mark_dirty(&mut self.dirty);
            self.hurry(id);
        }
    }

    /// The host repeats this for as long as it is true. Only such a report can end a stalled
    /// client: while the host is busy, nobody knows whether the client reads.
    fn blocked(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        let Sink::Stream { blocked, .. } = &mut connection.sink else { return };
        if *blocked {
            let limit = connection.options.stall_timeout;
            if limit.is_some_and(|limit| connection.progressed.elapsed() >= limit) {
                self.close(id, CloseReason::Stall);
            }
            return;
        }
        *blocked = true;
        connection.progressed = Instant::now();
        connection.mark_dirty(&mut self.dirty);
        self.hurry(id);
    }

    fn set_ping(&mut self, id: ConnectionId, interval: Option<Duration>) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        self.timers.stop(connection.ping_timer.take());
        connection.options.ping = interval;
        connection.ping_timer =
            interval.map(|interval| self.timers.start(Timer::Ping(id), interval));
    }

    fn set_expiry(&mut self, id: ConnectionId, after: Option<Duration>) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        self.timers.stop(connection.expiry_timer.take());
        connection.expiry_timer = after.map(|after| self.timers.start(Timer::Expiry(id), after));
    }

    fn set_timeout(&mut self, id: ConnectionId, timeout: Option<Duration>) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        self.timers.stop(connection.timeout_timer.take());
        connection.timeout_timer =
            timeout.map(|timeout| self.timers.start(Timer::Timeout(id), timeout));
    }
}
