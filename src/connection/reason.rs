//! Why a connection closed.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    Client,
    End,
    Timeout,
    Overflow,
    Stall,
    Destroy,
    Flood,
    Expired,
    Error,
    Drain,
}

impl CloseReason {
    pub const ALL: [CloseReason; 10] = [
        CloseReason::Client,
        CloseReason::End,
        CloseReason::Timeout,
        CloseReason::Overflow,
        CloseReason::Stall,
        CloseReason::Destroy,
        CloseReason::Flood,
        CloseReason::Expired,
        CloseReason::Error,
        CloseReason::Drain,
    ];

    pub fn name(self) -> &'static str {
        match self {
            CloseReason::Client => "client",
            CloseReason::End => "end",
            CloseReason::Timeout => "timeout",
            CloseReason::Overflow => "overflow",
            CloseReason::Stall => "stall",
            CloseReason::Destroy => "destroy",
            CloseReason::Flood => "flood",
            CloseReason::Expired => "expired",
            CloseReason::Error => "error",
            CloseReason::Drain => "drain",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// Whether everything queued is sent before the connection closes.
    pub fn is_orderly(self) -> bool {
        use CloseReason::{Drain, End, Expired, Timeout};
        matches!(self, End | Timeout | Expired | Drain)
    }
}
