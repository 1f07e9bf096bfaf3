//! What happens when a timer has run out.

use std::sync::{Arc, OnceLock};

use super::Shard;
use super::timers::Timer;
use crate::channel::Emptiness;
use crate::connection::{CloseReason, ConnectionId};
use crate::event::Event;
use crate::frame::Frame;
use crate::notice::Notice;

impl Shard {
    pub(super) fn on_timer(&mut self, timer: Timer) {
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
                        self.timers.start(Timer::Emptiness(Arc::downgrade(&channel)), left);
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
}

fn ping() -> Frame {
    static PING: OnceLock<Frame> = OnceLock::new();
    PING.get_or_init(|| Event::comment("").encode().expect("an empty comment is a valid event")).clone()
}
