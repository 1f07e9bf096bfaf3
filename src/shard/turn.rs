//! One turn of a shard, and how its connections close.

use std::time::Duration;

use super::Shard;
use super::member::{Flushed, MAX_RECEIVED, Member, Sink};
use super::poller::Ready;
use super::timers::Timer;
use crate::channel::Emptiness;
use crate::connection::{CloseReason, ConnectionId};
use crate::event::Event;
use crate::frame::Frame;
use crate::metrics::Tally;
use crate::notice::Notice;

/// How long a client has to close its side of an ended response before the socket is closed.
const LINGER: Duration = Duration::from_secs(2);

impl Shard {
    /// Works until it is told to shut down.
    pub(super) async fn work(&mut self) {
        while !self.ended {
            let mut expired = None;
            let mut ready = Vec::new();
            tokio::select! {
                () = self.inbox.arrived() => {}
                // The poller is our own descriptor: if it fails nothing is left to wait for but commands.
                sockets = self.poller.ready() => ready = sockets.unwrap_or_default(),
                timer = self.timers.next() => expired = Some(timer),
            }
            ready.into_iter().for_each(|ready| self.on_ready(ready));
            if let Some(timer) = expired {
                self.on_timer(timer);
            }
            self.drain_inbox();
            self.flush_dirty();
            self.publish();
        }
    }

    fn drain_inbox(&mut self) {
        let inbox = self.inbox.clone();
        for command in inbox.drain() {
            self.apply(command);
            if self.ended {
                return;
            }
        }
        inbox.drained();
        self.spread(true);
    }

    pub(super) fn mark_dirty(&mut self, id: ConnectionId) {
        if let Some(member) = self.members.get_mut(id)
            && !std::mem::replace(&mut member.dirty, true)
        {
            self.dirty.push(id);
        }
    }

    fn flush_dirty(&mut self) {
        for id in std::mem::take(&mut self.dirty) {
            self.flush(id);
        }
    }

    fn flush(&mut self, id: ConnectionId) {
        let Some(member) = self.members.get_mut(id) else { return };
        member.dirty = false;
        match member.flush(&self.poller, &mut self.writes, &mut self.tally) {
            Flushed::Empty => {
                if member.caught_up(&self.poller) {
                    self.notices.push(Notice::Drained(id));
                }
            }
            Flushed::Waiting => {
                if let (None, Some(after)) = (member.stall_timer, member.stall_timeout) {
                    member.stall_timer = Some(self.timers.start(Timer::Stall(id), after));
                }
            }
            Flushed::Ended(reason) | Flushed::Failed(reason) => return self.close(id, reason),
        }
        report(member, &mut self.tally);
    }

    fn publish(&mut self) {
        self.counters.add(std::mem::take(&mut self.tally));
        self.notices.extend(self.writes.drain());
        self.outbox.post(&mut self.notices);
    }

    fn on_ready(&mut self, ready: Ready) {
        let id = ready.connection;
        let Some(member) = self.members.get_mut(id) else { return self.on_lingering(id) };
        if ready.readable
            && let Some(reason) = member.receive()
        {
            return self.close(id, reason);
        }
        if ready.writable
            && let Sink::Socket { can_write, .. } = &mut member.sink
        {
            *can_write = true;
            self.mark_dirty(id);
        }
    }

    /// Until the client closes its side too: a socket closed over unread bytes would take the end of the response with it.
    fn on_lingering(&mut self, id: ConnectionId) {
        let Some(socket) = self.lingering.get(&id) else { return };
        if !matches!(socket.discard(MAX_RECEIVED), Ok(..=MAX_RECEIVED)) {
            self.stop_lingering(id);
        }
    }

    fn stop_lingering(&mut self, id: ConnectionId) {
        if let Some(socket) = self.lingering.remove(&id) {
            self.poller.remove(&socket);
            socket.destroy();
        }
    }

    fn on_timer(&mut self, timer: Timer) {
        match timer {
            Timer::Ping(id) => {
                let Some(member) = self.members.get_mut(id) else { return };
                let Some(interval) = member.ping else { return };
                member.ping_timer = Some(self.timers.start(Timer::Ping(id), interval));
                // What waits for the client already keeps the connection as well as a ping would.
                if member.queued_bytes() == 0 && member.ending.is_none() {
                    member.push_control(ping());
                    self.mark_dirty(id);
                }
            }
            Timer::Timeout(id) => {
                let Some(member) = self.members.get_mut(id) else { return };
                member.timeout_timer = None;
                if member.holds_timeout {
                    self.notices.push(Notice::TimedOut(id));
                } else {
                    self.end(id, CloseReason::Timeout);
                }
            }
            Timer::Stall(id) => self.on_stall_timer(id),
            Timer::Linger(id) => self.stop_lingering(id),
            Timer::Emptiness(channel) => {
                let Some(channel) = channel.upgrade() else { return };
                match channel.look_at_emptiness() {
                    Some(Emptiness::Expired) => self.notices.push(Notice::Expired(channel.id)),
                    Some(Emptiness::LookAgainIn(left)) => {
                        self.timers.start(Timer::Emptiness(std::sync::Arc::downgrade(&channel)), left);
                    }
                    None => {}
                }
            }
        }
    }

    fn on_stall_timer(&mut self, id: ConnectionId) {
        let Some(member) = self.members.get_mut(id) else { return };
        member.stall_timer = None;
        let Some(limit) = member.stall_timeout else { return };
        if member.queued_bytes() == 0 {
            return;
        }
        let left = limit.saturating_sub(member.progressed.elapsed());
        if left.is_zero() {
            self.close(id, CloseReason::Stall);
        } else {
            member.stall_timer = Some(self.timers.start(Timer::Stall(id), left));
        }
    }

    /// Closes the connection once everything queued has left.
    pub(super) fn end(&mut self, id: ConnectionId, reason: CloseReason) {
        if let Some(member) = self.members.get_mut(id)
            && member.ending.is_none()
        {
            member.ending = Some(reason);
            self.mark_dirty(id);
        }
    }

    pub(super) fn close(&mut self, id: ConnectionId, reason: CloseReason) {
        let Some(mut member) = self.members.remove(id) else { return };
        for key in [member.ping_timer, member.timeout_timer, member.stall_timer] {
            self.timers.stop(key);
        }
        self.tally.drops += member.undelivered();
        self.tally.queued_bytes -= member.reported as i64;
        member.connection.set_queued(0);
        self.counters.close(member.transport(), reason);
        let left = member.connection.closed();
        for left in &left {
            self.leave_group(left.channel, id);
        }
        if let Sink::Socket { socket, .. } = member.sink {
            match reason {
                CloseReason::End | CloseReason::Timeout => {
                    socket.finish();
                    self.lingering.insert(id, socket);
                    self.timers.start(Timer::Linger(id), LINGER);
                }
                CloseReason::Overflow | CloseReason::Stall | CloseReason::Flood => {
                    self.poller.remove(&socket);
                    socket.reset();
                }
                CloseReason::Client | CloseReason::Destroy | CloseReason::Error => {
                    self.poller.remove(&socket);
                    socket.destroy();
                }
            }
        }
        self.notices.push(Notice::Closed { connection: id, reason, left });
    }

    pub(super) fn close_all(&mut self, reason: CloseReason) {
        self.run = None;
        for id in self.members.ids() {
            self.close(id, reason);
        }
        for id in self.lingering.keys().copied().collect::<Vec<_>>() {
            self.stop_lingering(id);
        }
        self.publish();
    }
}

/// Tells the gauges what is queued, if that has changed.
fn report(member: &mut Member, tally: &mut Tally) {
    let queued = member.queued_bytes();
    if queued != member.reported {
        tally.queued_bytes += queued as i64 - member.reported as i64;
        member.reported = queued;
        member.connection.set_queued(queued);
    }
}

fn ping() -> Frame {
    use std::sync::OnceLock;
    static PING: OnceLock<Frame> = OnceLock::new();
    PING.get_or_init(|| Event::comment("").encode().expect("an empty comment is a valid event")).clone()
}
