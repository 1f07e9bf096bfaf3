//! Where sockets cannot be taken over, there are none: every connection uses the `stream` transport.

use std::io::{self, IoSlice};
use std::time::Duration;

pub enum Socket {}

#[expect(dead_code, reason = "the same shape as where there are sockets")]
pub(super) enum Received {
    Discarded(usize),
    End,
}

impl Socket {
    pub fn duplicate(_descriptor: i32) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn tune(&self, _stall_timeout: Option<Duration>) {
        match *self {}
    }

    pub(super) fn send(&self, _parts: &[IoSlice<'_>]) -> io::Result<usize> {
        match *self {}
    }

    pub(super) fn receive(&self) -> io::Result<Received> {
        match *self {}
    }

    pub(super) fn finish(&self) {
        match *self {}
    }

    pub(super) fn destroy(self) {
        match self {}
    }

    pub(super) fn reset(self) {
        match self {}
    }
}
