//! `FramesHandle`: a source of frames for one connection, for JavaScript.

use napi_derive::napi;

use super::error::Result;
use crate::handle::Frames;

#[napi]
pub struct FramesHandle {
    pub(super) frames: Frames,
}

#[napi]
impl FramesHandle {
    /// Sends the frames that these bytes finish. Returns how many there are.
    #[napi(catch_unwind)]
    pub fn push(&mut self, bytes: &[u8]) -> Result<u32> {
        Ok(self.frames.push(bytes)? as u32)
    }

    /// The source has ended.
    #[napi(catch_unwind)]
    pub fn finish(&mut self) -> Result<u32> {
        Ok(self.frames.finish()? as u32)
    }
}
