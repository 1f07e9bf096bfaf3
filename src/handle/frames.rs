//! A source of one connection that is already in the wire format.

use super::Connection;
use crate::error::Error;
use crate::wire;

pub struct Frames {
    connection: Connection,
    frames: wire::Frames,
    /// The number of frames sent.
    count: u64,
}

impl Frames {
    /// `checks`: whether invalid frames are an error. `longest`: the maximum size of an unfinished
    /// frame, in bytes.
    pub fn new(connection: Connection, checks: bool, longest: usize) -> Self {
        Self { connection, frames: wire::Frames::new(checks, longest), count: 0 }
    }

    /// Sends the frames that these bytes complete, after [`crate::hub::Hub::wake`]. Frames before
    /// an invalid one are sent too. Returns the number of queued bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let mut finished = Vec::new();
        let result = self.frames.push(bytes, &mut finished);
        self.send(finished);
        result.map(|()| self.connection.queued_bytes())
    }

    /// Call this when the source has ended.
    pub fn finish(&mut self) -> Result<(), Error> {
        let mut finished = Vec::new();
        let result = self.frames.finish(&mut finished);
        self.send(finished);
        result
    }

    pub fn count(&self) -> u64 {
        self.count
    }

    fn send(&mut self, finished: Vec<wire::Frame>) {
        self.count += finished.len() as u64;
        if !finished.is_empty() {
            self.connection.send_quietly(finished);
        }
    }
}
