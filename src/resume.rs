//! How a client that comes back is brought up to date.
//!
//! - A connection with a cursor *gathers*: the log reads what each channel has after the cursor
//!   when it is joined, while the shard holds live events.
//! - When the host ends the gathering, the client gets both, merged by place.
//! - The host can hold live events at any other time too, while it reads a snapshot.

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

    /// The client gets what it missed in all channels, if it came back, then live events.
    pub fn resume(&mut self, connection: ConnectionId) {
        let resume = self.resumes.get_mut(&connection);
        let replay = resume.and_then(|resume| resume.replay(&mut self.log)).unwrap_or_default();
        self.inbox_of(connection).push(Command::Resume { connection, replay });
    }
}
