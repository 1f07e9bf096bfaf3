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
}

impl CloseReason {
    pub const ALL: [CloseReason; 9] = [
        CloseReason::Client,
        CloseReason::End,
        CloseReason::Timeout,
        CloseReason::Overflow,
        CloseReason::Stall,
        CloseReason::Destroy,
        CloseReason::Flood,
        CloseReason::Expired,
        CloseReason::Error,
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
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// Whether everything queued is sent before the connection closes.
    pub fn is_orderly(self) -> bool {
        matches!(self, CloseReason::End | CloseReason::Timeout | CloseReason::Expired)
    }
}
