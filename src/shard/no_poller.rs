//! A poller whose sockets never become ready: for platforms without the hand-over, and for
//! benchmarks.

use std::{future, io};

use super::socket::Socket;
use super::turn::Ready;
use crate::ids::ConnectionId;

pub(super) struct Poller;

impl Poller {
    pub fn new() -> io::Result<Self> {
        Ok(Self)
    }

    pub fn add(&self, _: ConnectionId, _: &Socket) -> io::Result<()> {
        Ok(())
    }

    pub fn watch_writable(&self, _: ConnectionId, _: &Socket, _: bool) -> io::Result<()> {
        Ok(())
    }

    pub fn remove(&self, _: &Socket) {}

    pub async fn ready(&mut self) -> io::Result<Vec<Ready>> {
        future::pending().await
    }
}
