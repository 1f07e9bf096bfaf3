//! Of a connection, what most connections never have.

use std::ops::{Deref, DerefMut};

use tokio::time::Instant;

use super::depart::Leaving;
use super::overflow::Behind;
use super::timers::TimerKey;
use crate::wire::Checksum;

#[derive(Default)]
pub(super) struct Rare {
    pub timeout_timer: Option<TimerKey>,
    pub expiry_timer: Option<TimerKey>,
    pub stall_timer: Option<TimerKey>,
    pub burst_timer: Option<TimerKey>,
    /// A channel of it has ended.
    pub ends_soon: bool,
    /// The host decides what happens when the timeout has passed.
    pub holds_timeout: bool,
    /// When the client last accepted bytes, or became slow.
    pub progressed: Option<Instant>,
    /// Of a body that is compressed with gzip: of the blocks that have left, or have begun to.
    pub sent: Checksum,
    /// How many events were dropped since the client last had an empty queue.
    pub lost: u64,
    /// Of one that gets from the histories what it is too slow for.
    pub behind: Option<Box<Behind>>,
    /// The connection is drained.
    pub leaving: Option<Box<Leaving>>,
}

/// Allocated when something is changed.
#[derive(Default)]
pub(super) struct Rarely(Option<Box<Rare>>);

impl Rarely {
    pub fn into_leaving(self) -> Option<Box<Leaving>> {
        self.0?.leaving
    }
}

impl Deref for Rarely {
    type Target = Rare;

    fn deref(&self) -> &Rare {
        static NOTHING: Rare = Rare {
            timeout_timer: None,
            expiry_timer: None,
            stall_timer: None,
            burst_timer: None,
            ends_soon: false,
            holds_timeout: false,
            progressed: None,
            sent: Checksum::NOTHING,
            lost: 0,
            behind: None,
            leaving: None,
        };
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl DerefMut for Rarely {
    fn deref_mut(&mut self) -> &mut Rare {
        self.0.get_or_insert_default()
    }
}
