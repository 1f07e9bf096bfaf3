//! Facts about a connection that other modules share: options, close reasons, and a gauge of its
//! queue.

mod gauge;
mod options;
mod overflow;
mod reason;

pub use gauge::QueueGauge;
pub use options::{ConnectionOptions, QueueLimits};
pub use overflow::Overflow;
pub use reason::CloseReason;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Native,
    Stream,
}
