//! Ends and closes connections.

use std::io::IoSlice;
use std::time::Duration;

use super::Shard;
use super::connection::{Sink, Stage};
use super::connections::Place;
use super::flush::MAX_RECEIVED;
use super::memberships::Left;
use super::timers::Timer;
use crate::connection::CloseReason;
use crate::ids::{ChannelId, ConnectionId};
use crate::notice::Notice;

/// How long a client has to close its side of an ended response before the socket is closed.
const LINGER: Duration = Duration::from_secs(2);

impl Shard {
    pub(super) fn end_members(&mut self, channel: ChannelId) {
        for place in self.groups.members(channel).to_vec() {
            self.catch_up(place);
            if let Some(connection) = self.connections.at(place) {
                connection.rare.ends_soon = true;
                let id = connection.id;
                self.end_if_due(id);
            }
        }
    }

    /// Ends a connection whose channel has ended, unless earlier events are still pending for it.
    pub(super) fn end_if_due(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.get_mut(id)
            && connection.rare.ends_soon
            && matches!(connection.stage, Stage::Open | Stage::Ahead)
        {
            self.end(id, CloseReason::End);
        }
    }

    /// Closes the connection after its queue is flushed.
    pub(super) fn end(&mut self, id: ConnectionId, reason: CloseReason) {
        let Some(place) = self.connections.place(id) else { return };
        self.catch_up(place);
        if let Some(connection) = self.connections.at(place)
            && !connection.is_ending()
        {
            connection.stage = Stage::Ending(reason);
            // The missed events have not been sent, so later events must not be sent either.
            self.tally.drops += connection.held.take().map_or(0, |held| held.events());
            connection.mark_dirty(&mut self.dirty);
        }
    }

    pub(super) fn close(&mut self, id: ConnectionId, reason: CloseReason) {
        let Some(place) = self.connections.place(id) else { return };
        self.catch_up(place);
        let joined = self.connections.at(place).map(|it| it.joined.channels());
        for channel in joined.into_iter().flatten() {
            self.leave_group(channel, place);
        }
        let Some(mut connection) = self.connections.remove(id) else { return };
        let rare = &connection.rare;
        let timers = [rare.timeout_timer, rare.expiry_timer, rare.stall_timer, rare.burst_timer];
        timers.into_iter().for_each(|key| self.timers.stop(key));
        self.stop_pings(connection.options.ping);
        if let (Sink::Socket { socket, .. }, Some(head)) =
            (&connection.sink, connection.queue.head())
        {
            // A client that is disconnected immediately still gets the response head.
            let _ = socket.send(&[IoSlice::new(head)]);
        }
        self.tally.drops += connection.undelivered();
        self.tally.queued_bytes -= i64::from(connection.reported);
        connection.gauge.set_queued(0);
        let left = self.links.memberships.closed(id).into_iter();
        let left = left.filter(|left| left.told).map(|Left { channel, .. }| channel).collect();
        // The gauges change last: a connection that is no longer counted has left its channels.
        self.links.counters.close(connection.transport(), reason);
        if let Sink::Socket { mut socket, .. } = connection.sink {
            match reason {
                CloseReason::End
                | CloseReason::Timeout
                | CloseReason::Expired
                | CloseReason::Drain => {
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
        if let Some(leaving) = connection.rare.into_leaving() {
            leaving.closed(reason);
            let (timer, drains) = leaving.into_parts();
            self.timers.stop(timer);
            self.left.extend(drains);
        }
    }

    pub(super) fn leave_group(&mut self, channel: ChannelId, place: Place) {
        // The last member moves to the index of the leaving one, which may already have been
        // visited.
        if let Some(last) = self.groups.members(channel).last() {
            self.catch_up(*last);
        }
        self.groups.leave(&mut self.connections, place, channel);
    }

    pub(super) fn close_all(&mut self, reason: CloseReason) {
        self.fan_out.clear();
        for id in self.connections.ids() {
            self.close(id, reason);
        }
        for id in self.lingering.keys().copied().collect::<Vec<_>>() {
            self.stop_lingering(id);
        }
        self.publish();
    }

    /// Waits for the client to close its side: closing a socket with unread bytes would discard
    /// the end of the response.
    pub(super) fn on_lingering(&mut self, id: ConnectionId) {
        let Some(socket) = self.lingering.get(&id) else { return };
        if !matches!(socket.discard(MAX_RECEIVED), Ok(..=MAX_RECEIVED)) {
            self.stop_lingering(id);
        }
    }

    pub(super) fn stop_lingering(&mut self, id: ConnectionId) {
        if let Some(socket) = self.lingering.remove(&id) {
            self.poller.remove(&socket);
            socket.destroy();
        }
    }
}
