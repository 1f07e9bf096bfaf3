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
    /// Sends the frames that these bytes complete, after the hub's `wake`. Returns the number of
    /// queued bytes.
    #[napi(catch_unwind)]
    pub fn push(&mut self, bytes: &[u8]) -> Result<f64> {
        Ok(self.frames.push(bytes)? as f64)
    }

    /// Call this when the source has ended.
    #[napi(catch_unwind)]
    pub fn finish(&mut self) -> Result<()> {
        Ok(self.frames.finish()?)
    }

    /// The number of frames sent.
    #[napi(getter, catch_unwind)]
    pub fn count(&self) -> f64 {
        self.frames.count() as f64
    }
}
