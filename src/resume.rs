//! How a client that comes back is brought up to date.
//!
//! - A connection with a cursor *gathers*: the log reads what each channel has after the cursor
//!   when it is joined, while the shard holds live events.
//! - When the host ends the gathering, the client gets both, merged by place.
//! - The host can hold live events at any other time too, while it reads a snapshot.
//! - A client that is new to a channel of latest values gets their state in the same way.

use crate::ids::ConnectionId;
use crate::order::Order;
use crate::shard::Command;

impl Order {
    /// Ends the gathering. Returns the numbers of the channels, in the order of their joins, that
    /// have a gap. What the host sends to the connection from now on does not wait.
    pub fn gaps(&mut self, connection: ConnectionId) -> Vec<u32> {
        let Some(resume) = self.resumes.get_mut(&connection) else { return Vec::new() };
        let gaps = resume.settle(&mut self.log);
        self.let_own_pass(connection);
        gaps
    }

    /// Live events wait until [`Order::resume`].
    pub fn hold(&self, connection: ConnectionId) {
        self.inbox_of(connection).push_quietly(Command::Hold(connection));
    }

    /// What the host sends to the connection from now on does not wait with live events.
    pub fn let_own_pass(&self, connection: ConnectionId) {
        self.inbox_of(connection).push_quietly(Command::LetOwnPass(connection));
    }

    /// The client gets what it missed in all channels, if it came back, and the states of channels
    /// that are new to it, then live events.
    pub fn resume(&mut self, connection: ConnectionId) {
        let resume = self.resumes.get_mut(&connection);
        let replay = resume.and_then(|resume| resume.replay(&mut self.log));
        let mut replay = replay.unwrap_or_default();
        if let Some(states) = self.states.remove(&connection) {
            replay.extend(states);
            replay.sort_unstable_by_key(|(place, _)| *place);
            // A client that left a channel and joined it again may have its values twice.
            replay.dedup_by_key(|(place, _)| *place);
        }
        self.inbox_of(connection).push(Command::Resume { connection, replay });
    }
}
