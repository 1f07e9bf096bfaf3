//! A source of one connection whose pieces are frames already.

use super::Connection;
use crate::error::Error;
use crate::wire;

pub struct Frames {
    connection: Connection,
    frames: wire::Frames,
}

impl Frames {
    /// `checks`: whether invalid frames are an error. `longest`: how many bytes an unfinished frame
    /// may have.
    pub fn new(connection: Connection, checks: bool, longest: usize) -> Self {
        Self { connection, frames: wire::Frames::new(checks, longest) }
    }

    /// Sends the frames that these bytes finish, and returns how many there are. Those before an
    /// invalid one are sent too.
    pub fn push(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let mut finished = Vec::new();
        let result = self.frames.push(bytes, &mut finished);
        self.send(finished, result)
    }

    /// The source has ended.
    pub fn finish(&mut self) -> Result<usize, Error> {
        let mut finished = Vec::new();
        let result = self.frames.finish(&mut finished);
        self.send(finished, result)
    }

    fn send(&self, finished: Vec<wire::Frame>, result: Result<(), Error>) -> Result<usize, Error> {
        let count = finished.len();
        if count > 0 {
            self.connection.send_frames(finished);
        }
        result.map(|()| count)
    }
}
