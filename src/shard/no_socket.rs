//! The socket on platforms without the hand-over. It has no values: every connection uses the
//! `stream` transport.

use std::io::{self, IoSlice};
use std::time::Duration;

pub enum Socket {}

impl Socket {
    pub fn duplicate(_descriptor: i32, _half_open: bool) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn tune_hosted(_descriptor: i32, _stall_timeout: Option<Duration>, _shared: bool) {}

    pub(super) fn tune(&self, _stall_timeout: Option<Duration>) {
        match *self {}
    }

    pub(super) fn send(&self, _parts: &[IoSlice<'_>]) -> io::Result<usize> {
        match *self {}
    }

    pub(super) fn discard(&self, _limit: usize) -> io::Result<usize> {
        match *self {}
    }

    pub(super) fn error(&self) -> Option<io::Error> {
        match *self {}
    }

    pub(super) fn finish(&mut self) {
        match *self {}
    }

    pub(super) fn destroy(self) {
        match self {}
    }

    pub(super) fn reset(self) {
        match self {}
    }
}
