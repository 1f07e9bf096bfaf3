//! The socket of benchmarks: it accepts every byte and sends nothing.

use std::io::{self, IoSlice};
use std::time::Duration;

#[derive(Default)]
pub struct Socket;

impl Socket {
    pub fn duplicate(_descriptor: i32, _half_open: bool) -> io::Result<Self> {
        Ok(Self)
    }

    pub fn tune_hosted(_descriptor: i32, _stall_timeout: Option<Duration>, _shared: bool) {}

    pub(super) fn tune(&self, _stall_timeout: Option<Duration>) {}

    pub(super) fn send(&self, parts: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(parts.iter().map(|part| part.len()).sum())
    }

    pub(super) fn discard(&self, _limit: usize) -> io::Result<usize> {
        Ok(0)
    }

    pub(super) fn error(&self) -> Option<io::Error> {
        None
    }

    pub(super) fn finish(&mut self) {}

    pub(super) fn destroy(self) {}

    pub(super) fn reset(self) {}
}
