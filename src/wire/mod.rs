//! The bytes: an event, its frame, and text that is already in the wire format.

mod event;
mod frame;
pub mod frame_text;

pub use event::Event;
pub use frame::{Frame, Framing, LAST_CHUNK};
