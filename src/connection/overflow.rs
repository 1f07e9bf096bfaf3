//! The policy for a client whose queue exceeds its limits.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// The client is disconnected, and resumes when it reconnects.
    #[default]
    Disconnect,
    /// The oldest queued events are dropped, and a gap is reported.
    DropOldest,
    /// Only the latest queued event of each key is kept, from the first one on. If these events
    /// still exceed the limits, the client is disconnected.
    Conflate,
    /// The queue is dropped. When all bytes before it are sent, the histories are read again.
    Reread,
}

impl Overflow {
    const ALL: [Overflow; 4] =
        [Overflow::Disconnect, Overflow::DropOldest, Overflow::Conflate, Overflow::Reread];

    fn name(self) -> &'static str {
        match self {
            Overflow::Disconnect => "disconnect",
            Overflow::DropOldest => "drop-oldest",
            Overflow::Conflate => "conflate",
            Overflow::Reread => "reread",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.name() == name)
    }
}
