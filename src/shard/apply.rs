//! Applies commands, and fans events out to members.

use std::collections::HashSet;

use tokio::time::Instant;

use super::Shard;
use super::inbox::Command;
use super::member::{Member, Sink};
use super::run::Run;
use super::socket::Socket;
use super::timers::Timer;
use super::turn::report;
use crate::connection::{CloseReason, QueueGauge, Transport};
use crate::ids::{ChannelId, ConnectionId};
use crate::wire::Event;
use crate::wire::{Frame, Framing};

impl Shard {
    pub(super) fn apply(&mut self, command: Command) {
        if let Command::Broadcast { channel, frame } = command {
            return self.broadcast(channel, frame);
        }
        // A member gets earlier events before anything else happens to it.
        self.spread(false);
        match command {
            Command::Broadcast { .. } => {}
            Command::Multicast { channels, frame } => self.multicast(&channels, frame),
            Command::Open { connection: id, gauge, options } => {
                let mut member = Member::new(id, gauge, options);
                if let Some(Ok(primer)) = options.retry.map(|retry| Event::retry(retry).encode()) {
                    member.push_control(primer);
                }
                if options.ping_form.begins_at_once() {
                    member.push_control(options.ping_form.frame());
                }
                self.members.insert(member);
                self.set_ping(id, options.ping);
                self.set_timeout(id, options.timeout);
            }
            Command::AttachSocket { connection, socket, framing } => {
                self.attach_socket(connection, socket, framing)
            }
            Command::AttachStream { connection } => self.attach(
                connection,
                Sink::Stream { in_flight: 0, blocked: false },
                Transport::Stream,
            ),
            Command::Send { connection, gauge, frames, bytes } => {
                self.send(connection, &gauge, &frames, bytes)
            }
            Command::Join { connection, channel, replay } => {
                self.join(connection, channel, &replay)
            }
            Command::Leave { connection, channel } => self.leave_group(channel, connection),
            Command::Written { connections, slow } => {
                connections.into_iter().for_each(|connection| self.written(connection, slow));
            }
            Command::Blocked { connections } => {
                connections.into_iter().for_each(|connection| self.blocked(connection));
            }
            Command::SetPing { connection, interval } => self.set_ping(connection, interval),
            Command::SetTimeout { connection, timeout } => self.set_timeout(connection, timeout),
            Command::HoldTimeout { connection, hold } => {
                if let Some(member) = self.members.get_mut(connection) {
                    member.holds_timeout = hold;
                }
            }
            Command::Close { connection, reason } if reason.is_orderly() => {
                self.end(connection, reason)
            }
            Command::Close { connection, reason } => self.close(connection, reason),
            Command::WatchEmptiness { channel, after } => {
                self.timers.start(Timer::Emptiness(channel), after);
            }
            Command::Shutdown => {
                self.close_all(CloseReason::Destroy);
                self.ended = true;
            }
            #[cfg(test)]
            Command::Panic => panic!("a test asked for it"),
        }
    }

    fn broadcast(&mut self, channel: ChannelId, frame: Frame) {
        let frame = match &mut self.run {
            Some(run) => match run.push(channel, frame) {
                Ok(()) => return,
                Err(frame) => frame,
            },
            None => frame,
        };
        self.spread(false);
        self.run = Some(Run::new(channel, frame));
    }

    /// Gives a run to the members of its channel. `at_once`: nothing follows it in this turn, so an
    /// idle member is sent to now, while its state is in the cache.
    pub(super) fn spread(&mut self, at_once: bool) {
        let Some(run) = self.run.take() else { return };
        let Some(group) = self.groups.get(&run.channel) else { return };
        for (id, place) in group {
            if let Some(member) = self.members.at(*place, *id)
                && member.take_run(&run, at_once && !member.dirty, &mut self.tally)
                && !std::mem::replace(&mut member.dirty, true)
            {
                self.dirty.push(*id);
            }
        }
    }

    fn multicast(&mut self, channels: &[ChannelId], frame: Frame) {
        let Some(&first) = channels.first() else { return };
        let run = Run::new(first, frame);
        let mut reached = HashSet::new();
        for group in channels.iter().filter_map(|channel| self.groups.get(channel)) {
            for (id, place) in group {
                if reached.insert(*id)
                    && let Some(member) = self.members.at(*place, *id)
                    && member.take_run(&run, false, &mut self.tally)
                    && !std::mem::replace(&mut member.dirty, true)
                {
                    self.dirty.push(*id);
                }
            }
        }
    }

    fn attach_socket(&mut self, id: ConnectionId, socket: Socket, framing: Framing) {
        let Some(member) = self.members.get_mut(id) else { return socket.destroy() };
        socket.tune(member.stall_timeout);
        match self.poller.add(id, &socket) {
            Ok(()) => {
                self.attach(
                    id,
                    Sink::Socket { socket, framing, can_write: true },
                    Transport::Native,
                );
            }
            Err(_) => {
                socket.destroy();
                self.close(id, CloseReason::Error);
            }
        }
    }

    fn attach(&mut self, id: ConnectionId, sink: Sink, transport: Transport) {
        if let Some(member) = self.members.get_mut(id)
            && member.attach(sink)
        {
            self.counters.open(transport);
            self.mark_dirty(id);
        }
    }

    fn send(&mut self, id: ConnectionId, gauge: &QueueGauge, frames: &[Frame], bytes: usize) {
        match self.members.get_mut(id) {
            Some(member) if member.ending.is_none() => {
                member.push_events(frames, true);
                report(member, &mut self.tally);
                self.mark_dirty(id);
            }
            _ => self.tally.drops += frames.len() as u64,
        }
        // Only now: the bytes would otherwise be counted nowhere for a moment, and a sender that
        // watches the gauge would send too much.
        gauge.pick_up(bytes);
    }

    fn join(&mut self, id: ConnectionId, channel: ChannelId, replay: &[Frame]) {
        let (Some(place), Some(member)) = (self.members.place(id), self.members.get_mut(id)) else {
            return;
        };
        self.groups.entry(channel).or_default().insert(id, place);
        if member.ending.is_none() && !replay.is_empty() {
            member.push_events(replay, false);
            self.mark_dirty(id);
        }
    }

    pub(super) fn leave_group(&mut self, channel: ChannelId, id: ConnectionId) {
        if let Some(group) = self.groups.get_mut(&channel) {
            group.swap_remove(&id);
            if group.is_empty() {
                self.groups.remove(&channel);
            }
        }
    }

    fn written(&mut self, id: ConnectionId, slow: bool) {
        if let Some(member) = self.members.get_mut(id)
            && let Sink::Stream { in_flight, blocked } = &mut member.sink
        {
            *in_flight = 0;
            *blocked = false;
            member.slow |= slow;
            self.mark_dirty(id);
        }
    }

    fn blocked(&mut self, id: ConnectionId) {
        if let Some(member) = self.members.get_mut(id)
            && let Sink::Stream { blocked, .. } = &mut member.sink
        {
            *blocked = true;
            member.progressed = Instant::now();
            self.mark_dirty(id);
        }
    }

    fn set_ping(&mut self, id: ConnectionId, interval: Option<std::time::Duration>) {
        let Some(member) = self.members.get_mut(id) else { return };
        self.timers.stop(member.ping_timer.take());
        member.ping = interval;
        member.ping_timer = interval.map(|interval| self.timers.start(Timer::Ping(id), interval));
    }

    fn set_timeout(&mut self, id: ConnectionId, timeout: Option<std::time::Duration>) {
        let Some(member) = self.members.get_mut(id) else { return };
        self.timers.stop(member.timeout_timer.take());
        member.timeout_timer =
            timeout.map(|timeout| self.timers.start(Timer::Timeout(id), timeout));
    }
}
