//! What happens to a client whose queue exceeds its limits.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overflow {
    /// It is disconnected, and resumes when it comes back.
    #[default]
    Disconnect,
    /// The oldest queued events are dropped, which is a gap.
    DropOldest,
    /// Only the latest queued event of each key is kept, from the first one on. If that is still
    /// too much, it is disconnected.
    Conflate,
    /// The queue is dropped. When everything before it is sent, the histories are read again.
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
