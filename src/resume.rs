//! Brings a reconnecting client up to date.
//!
//! - A connection with a cursor *gathers*. At each join, the log reads the channel's events after
//!   the cursor. Meanwhile the shard holds live events.
//! - When the host ends the gathering, the client gets both in one sequence, merged by place.
//! - At the end, a client gets a new cursor if it has none, or if its cursor led to a gap. This is
//!   the primer, a frame with only an id.
//! - The host can also hold live events at other times, while it reads a snapshot.
//! - A client that is new to a channel of latest values gets the state in the same way.

use crate::ids::ConnectionId;
use crate::log::Resume;
use crate::order::{Order, source_of};
use crate::shard::Command;
use crate::wire::Event;

impl Order {
    /// Ends the gathering. Returns the channels that have a gap, as indexes in the order of their
    /// joins. Events that the host then sends to the connection are not held.
    pub fn gaps(&mut self, connection: ConnectionId) -> Vec<u32> {
        let Some(resume) = self.resumes.get_mut(&connection) else { return Vec::new() };
        let gaps = resume.settle(&mut self.log);
        self.let_own_pass(connection);
        gaps
    }

    /// Holds live events until [`Order::resume`].
    pub fn hold(&self, connection: ConnectionId) {
        self.inbox_of(connection).push_quietly(Command::Hold(connection));
    }

    /// Stops holding events that are for this connection alone.
    pub fn let_own_pass(&self, connection: ConnectionId) {
        self.inbox_of(connection).push_quietly(Command::LetOwnPass(connection));
    }

    /// Gives a client without a cursor one that covers all events sent so far. The client can then
    /// resume before its next event. Returns false while no channel of the connection mints ids.
    /// The cursor is sent after [`crate::hub::Hub::wake`].
    pub fn prime(&self, connection: ConnectionId) -> bool {
        let resume = self.resumes.get(&connection);
        resume.is_some_and(Resume::keeps_cursor) || self.send_cursor(connection)
    }

    fn send_cursor(&self, connection: ConnectionId) -> bool {
        let channels = self.audience.channels_of(connection);
        let sources = channels.iter().filter_map(|id| source_of(&self.audience, *id));
        let primer = self.log.cursor(sources).and_then(|id| Event::cursor(id).encode().ok());
        let has_primer = primer.is_some();
        if let Some(frame) = primer {
            self.inbox_of(connection).push_quietly(Command::Prime { connection, frame });
        }
        has_primer
    }

    /// Sends the events that a reconnecting client missed in all channels, and the states of new
    /// channels. Live events follow. After a gap or a state, the client gets a cursor. Returns
    /// whether it got one.
    pub fn resume(&mut self, connection: ConnectionId) -> bool {
        let resume = self.resumes.get_mut(&connection);
        let mut replay = resume.and_then(|resume| resume.replay(&mut self.log)).unwrap_or_default();
        let states = self.states.remove(&connection);
        let has_gap = self.resumes.get(&connection).is_some_and(|resume| !resume.keeps_cursor());
        // A state's values carry the ids of old events.
        let needs_cursor = has_gap || states.is_some();
        if let Some(states) = states {
            replay.extend(states);
            replay.sort_unstable_by_key(|(place, _)| *place);
            // A client that left a channel and joined it again may have the values twice.
            replay.dedup_by_key(|(place, _)| *place);
        }
        let ahead = self.resumes.get(&connection).and_then(Resume::ahead);
        self.inbox_of(connection).push_quietly(Command::Resume { connection, replay, ahead });
        let has_cursor = needs_cursor && self.send_cursor(connection);
        self.inbox_of(connection).wake();
        has_cursor
    }
}
