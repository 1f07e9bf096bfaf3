//! What a shard asks about channels. It only knows them by id.

use std::time::Duration;

use crate::ids::{ChannelId, ConnectionId};

/// Knows which channels a connection is in. A shard holds no lock while it asks.
pub trait Memberships: Send + Sync {
    /// The connection is closed and leaves its channels.
    fn closed(&self, connection: ConnectionId) -> Vec<Left>;

    /// A channel's `emptyTimeout` may have passed. `None` when there is no need to look again.
    fn look_at(&self, channel: ChannelId) -> Option<Emptiness>;
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
