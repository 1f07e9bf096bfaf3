//! The poller of platforms without the hand-over: no socket ever becomes ready.

use std::{future, io};

use super::socket::Socket;
use super::turn::Ready;
use crate::ids::ConnectionId;

pub(super) struct Poller;

impl Poller {
    pub fn new() -> io::Result<Self> {
        Ok(Self)
    }

    pub fn add(&self, _: ConnectionId, socket: &Socket) -> io::Result<()> {
        match *socket {}
    }

    pub fn watch_writable(&self, _: ConnectionId, socket: &Socket, _: bool) -> io::Result<()> {
        match *socket {}
    }

    pub fn remove(&self, socket: &Socket) {
        match *socket {}
    }

    pub async fn ready(&mut self) -> io::Result<Vec<Ready>> {
        future::pending().await
    }
}
