//! What a shard asks about channels. It only knows them by id.

use std::time::Duration;

use crate::ids::{ChannelId, ConnectionId, Place};
use crate::notice::Missing;
use crate::wire::Frame;

/// Knows which channels a connection is in. A shard holds no lock while it asks.
pub trait Memberships: Send + Sync {
    /// The connection is closed and leaves its channels.
    fn closed(&self, connection: ConnectionId) -> Vec<Left>;

    /// A channel's `emptyTimeout` may have passed. `None` when there is no need to look again.
    fn look_at(&self, channel: ChannelId) -> Option<Emptiness>;

    /// Reads what the histories of a connection's channels have after a place: about `limit` bytes
    /// of it. `read`: the channels, and the place up to which each was read. It moves on after a
    /// gap, which is reported once.
    fn reread(
        &self,
        connection: ConnectionId,
        after: Place,
        read: &mut [(ChannelId, Place)],
        limit: usize,
    ) -> Reread;
}

pub struct Reread {
    /// In order, each once.
    pub events: Vec<(Place, Frame)>,
    /// Everything up to this place was read.
    pub last: Place,
    /// Whether there is nothing more to read.
    pub is_complete: bool,
    /// Channels and topics of which something is no longer kept.
    pub gaps: Vec<Missing>,
}

pub struct Left {
    pub channel: ChannelId,
    /// Whether the host is told.
    pub told: bool,
}

pub enum Emptiness {
    LookAgainIn(Duration),
    /// The host is told, and decides.
    Expired,
}
