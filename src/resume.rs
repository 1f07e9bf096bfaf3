//! How a client that comes back is brought up to date.
//!
//! - A connection with a cursor *gathers*: the log reads what each channel has after the cursor
//!   when it is joined, while the shard holds live events.
//! - When the host ends the gathering, the client gets both, merged by place.

use crate::ids::{ChannelId, ConnectionId};
use crate::order::Order;
use crate::shard::Command;

impl Order {
    /// The numbers of the gathered channels, in the order of their joins, that have a gap. What
    /// the host sends to the connection from now on does not wait.
    pub fn gaps(&self, connection: ConnectionId) -> Vec<u32> {
        let Some(resume) = self.resumes.get(&connection) else { return Vec::new() };
        self.inbox_of(connection).push_quietly(Command::ReportGaps(connection));
        resume.gaps()
    }

    /// Ends the gathering: the client gets what it missed in all channels, then live events.
    pub fn resume(&mut self, connection: ConnectionId) {
        let resume = self.resumes.get_mut(&connection);
        if let Some(replay) = resume.and_then(|resume| resume.finish(&mut self.log)) {
            self.inbox_of(connection).push(Command::Resume { connection, replay });
        }
    }

    pub(crate) fn stop_gathering(&mut self, connection: ConnectionId, channel: ChannelId) {
        if let Some(resume) = self.resumes.get_mut(&connection) {
            resume.leave(channel);
        }
    }
}
