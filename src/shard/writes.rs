//! What the host is to write in one turn. Neighbours that get the same bytes get them together.

use bytes::Bytes;

use crate::connection::ConnectionId;
use crate::notice::Notice;

#[derive(Default)]
pub(super) struct Writes {
    groups: Vec<(Vec<ConnectionId>, Bytes)>,
}

impl Writes {
    pub fn push(&mut self, connection: ConnectionId, bytes: Bytes) {
        match self.groups.last_mut() {
            Some((connections, last)) if is_same(last, &bytes) => connections.push(connection),
            _ => self.groups.push((vec![connection], bytes)),
        }
    }

    pub fn drain(&mut self) -> impl Iterator<Item = Notice> + '_ {
        self.groups.drain(..).map(|(connections, bytes)| Notice::Write { connections, bytes })
    }
}

/// The same memory, not only equal bytes.
fn is_same(one: &Bytes, other: &Bytes) -> bool {
    one.as_ptr() == other.as_ptr() && one.len() == other.len()
}
