//! The writes of one turn for the host. Connections that get the same bytes share one write.

use bytes::Bytes;

use super::queue::Part;
use crate::ids::ConnectionId;
use crate::notice::Notice;

/// How many of the latest groups are compared. Readers that are equally far behind alternate.
const COMPARED: usize = 4;

#[derive(Default)]
pub(super) struct Writes {
    groups: Vec<Group>,
}

struct Group {
    /// Holding them keeps their memory, by which they are compared, from being reused.
    parts: Vec<Bytes>,
    connections: Vec<ConnectionId>,
}

impl Writes {
    /// Returns the total length of the parts.
    pub fn push<'a>(
        &mut self,
        connection: ConnectionId,
        parts: impl Iterator<Item = Part<'a>> + Clone,
    ) -> usize {
        let mut latest = self.groups.iter_mut().rev().take(COMPARED);
        if let Some(group) = latest.find(|group| group.is_made_of(parts.clone())) {
            group.connections.push(connection);
            return group.len();
        }
        let parts = parts.map(|part| part.to_bytes()).collect();
        let group = Group { parts, connections: vec![connection] };
        let length = group.len();
        self.groups.push(group);
        length
    }

    pub fn drain(&mut self) -> impl Iterator<Item = Notice> + '_ {
        self.groups.drain(..).map(|Group { parts, connections }| Notice::Write {
            connections,
            bytes: match <[Bytes; 1]>::try_from(parts) {
                Ok([only]) => only,
                Err(several) => several.concat().into(),
            },
        })
    }
}

impl Group {
    fn len(&self) -> usize {
        self.parts.iter().map(Bytes::len).sum()
    }

    fn is_made_of<'a>(&self, parts: impl Iterator<Item = Part<'a>>) -> bool {
        let mut ours = self.parts.iter();
        let theirs_are_ours = { parts }.all(|part| ours.next().is_some_and(|bytes| part.is(bytes)));
        theirs_are_ours && ours.next().is_none()
    }
}
