//! The bytes: an event, its frame, pings, and text that is already in the wire format.

mod event;
mod frame;
pub mod frame_text;
mod ping;

pub use event::Event;
pub use frame::{Frame, FrameWriter, Framing, ID_ROOM, LAST_CHUNK};
pub use ping::PingForm;
