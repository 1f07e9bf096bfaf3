//! The bytes: an event, its frame, pings, text or bytes that are already in the wire format, and
//! compression.

mod checksum;
mod coding;
mod compress;
mod event;
mod frame;
pub mod frame_text;
mod frames;
mod ping;

pub use checksum::{BlockSum, Checksum};
pub use coding::{Coding, Form};
pub use event::{Event, EventRef};
pub use frame::{Block, Frame, FrameWriter, Framing, ID_ROOM, LAST_CHUNK};
pub use frames::Frames;
pub use ping::PingForm;
