//! Handles timers that have expired.

use super::Shard;
use super::connection::Sink;
use super::memberships::Emptiness;
use super::timers::Timer;
use crate::connection::CloseReason;
use crate::ids::{ChannelId, ConnectionId};
use crate::notice::Notice;

impl Shard {
    pub(super) fn on_timer(&mut self, timer: Timer) {
        match timer {
            Timer::Pings(interval) => self.on_pings_timer(interval),
            Timer::Timeout(id) => {
                let Some(connection) = self.connections.get_mut(id) else { return };
                connection.rare.timeout_timer = None;
                if connection.rare.holds_timeout {
                    self.notices.push(Notice::TimedOut(id));
                } else {
                    self.end(id, CloseReason::Timeout);
                }
            }
            Timer::Expiry(id) => {
                let Some(connection) = self.connections.get_mut(id) else { return };
                connection.rare.expiry_timer = None;
                self.end(id, CloseReason::Expired);
            }
            Timer::Stall(id) => self.on_stall_timer(id),
            Timer::Burst(id) => {
                let Some(connection) = self.connections.get_mut(id) else { return };
                connection.rare.burst_timer = None;
                connection.mark_shared(&mut self.dirty);
            }
            Timer::Departure(id) => self.on_departure_timer(id),
            Timer::Linger(id) => self.stop_lingering(id),
            Timer::Emptiness(channel) => self.on_emptiness_timer(channel),
        }
    }

    fn on_emptiness_timer(&mut self, channel: ChannelId) {
        match self.links.memberships.look_at(channel) {
            Some(Emptiness::Expired) => self.notices.push(Notice::Expired(channel)),
            Some(Emptiness::LookAgainIn(left)) => {
                self.timers.start(Timer::Emptiness(channel), left);
            }
            None => {}
        }
    }

    fn on_stall_timer(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(id) else { return };
        connection.rare.stall_timer = None;
        let Some(limit) = connection.options.stall_timeout else { return };
        if connection.queued_bytes() == 0 {
            return;
        }
        // On the `stream` transport, only the host can detect a stall. See `Shard::blocked`.
        let is_host = matches!(connection.sink, Sink::Stream { .. });
        let left = if is_host { limit } else { limit.saturating_sub(connection.idle_for()) };
        if left.is_zero() {
            self.close(id, CloseReason::Stall);
        } else {
            connection.rare.stall_timer = Some(self.timers.start(Timer::Stall(id), left));
        }
    }
}
