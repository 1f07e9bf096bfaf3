//! The questions that a shard asks about channels. A shard knows channels only by id.

use std::time::Duration;

use crate::ids::{ChannelId, ConnectionId, Place};
use crate::notice::Missing;
use crate::wire::Frame;

/// Knows which channels a connection is in. A shard holds no lock while it calls these methods.
pub trait Memberships: Send + Sync {
    /// Removes a closed connection from its channels.
    fn closed(&self, connection: ConnectionId) -> Vec<Left>;

    /// Checks whether a channel's `emptyTimeout` has passed. `None` if no further check is needed.
    fn look_at(&self, channel: ChannelId) -> Option<Emptiness>;

    /// Reads about `limit` bytes of what the histories of a connection's channels have after a
    /// place. `read`: the channels, each with the place up to which it was read. After a gap, this
    /// place moves on, so that the gap is reported once.
    fn reread(
        &self,
        connection: ConnectionId,
        after: Place,
        read: &mut [(ChannelId, Place)],
        limit: usize,
    ) -> Reread;
}

pub struct Reread {
    /// In order, each event once.
    pub events: Vec<(Place, Frame)>,
    /// Everything up to this place was read.
    pub last: Place,
    /// Whether everything was read.
    pub is_complete: bool,
    /// Channels and topics with events that are no longer kept.
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
