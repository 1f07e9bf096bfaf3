//! The members of each channel, by their places. A connection stores its index among them, so that
//! joining and leaving do not hash connection ids.

use super::connections::{Connections, Place};
use crate::ids::{ChannelId, IdMap};

#[derive(Default)]
pub(super) struct Groups(IdMap<ChannelId, Vec<Place>>);

impl Groups {
    /// New members are appended. When a member leaves, the last one takes its index.
    pub fn members(&self, channel: ChannelId) -> &[Place] {
        self.0.get(&channel).map_or(&[], Vec::as_slice)
    }

    pub fn join(&mut self, connections: &mut Connections, place: Place, channel: ChannelId) {
        let Some(connection) = connections.at(place).filter(|it| !it.joined.has(channel)) else {
            return;
        };
        let members = self.0.entry(channel).or_default();
        connection.joined.set(channel, members.len() as u32);
        members.push(place);
    }

    pub fn leave(&mut self, connections: &mut Connections, place: Place, channel: ChannelId) {
        let index = connections.at(place).and_then(|it| it.joined.remove(channel));
        let (Some(index), Some(members)) = (index, self.0.get_mut(&channel)) else { return };
        members.swap_remove(index as usize);
        if let Some(moved) = members.get(index as usize).and_then(|last| connections.at(*last)) {
            moved.joined.set(channel, index);
        }
        if members.is_empty() {
            self.0.remove(&channel);
        }
    }
}
