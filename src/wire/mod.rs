//! The bytes: an event, its frame, pings, and text or bytes that are already in
//! the wire format.

mod event;
mod frame;
pub mod frame_text;
mod frames;
mod ping;

pub use event::{Event, EventRef};
pub use frame::{Frame, FrameWriter, Framing, ID_ROOM, LAST_CHUNK};
pub use frames::Frames;
pub use ping::PingForm;
