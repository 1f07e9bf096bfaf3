//! State that most connections never need.

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
    /// One of its channels has ended.
    pub ends_soon: bool,
    /// The host decides what happens when the timeout has passed.
    pub holds_timeout: bool,
    /// When the client last accepted bytes, or became slow.
    pub progressed: Option<Instant>,
    /// The checksum of a gzip body: of all blocks that were sent, whole or in part.
    pub sent: Checksum,
    /// How many events were dropped since the client last had an empty queue.
    pub lost: u64,
    /// With `Overflow::Reread`: how far the histories were read.
    pub behind: Option<Box<Behind>>,
    /// Set while the connection is drained.
    pub leaving: Option<Box<Leaving>>,
}

/// Allocated when a field is first changed.
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
