//! Where there are no sockets, nothing becomes ready.

use std::{future, io};

use super::socket::Socket;
use crate::connection::ConnectionId;

pub(super) struct Poller;

#[derive(Clone, Copy)]
pub(super) struct Ready {
    pub connection: ConnectionId,
    pub readable: bool,
    pub writable: bool,
}

impl Poller {
    pub fn new() -> io::Result<Self> {
        Ok(Self)
    }

    pub fn add(&self, _connection: ConnectionId, socket: &Socket) -> io::Result<()> {
        match *socket {}
    }

    pub fn watch_writable(&self, _connection: ConnectionId, socket: &Socket, _watch: bool) -> io::Result<()> {
        match *socket {}
    }

    pub fn remove(&self, socket: &Socket) {
        match *socket {}
    }

    pub async fn ready(&mut self) -> io::Result<Vec<Ready>> {
        future::pending().await
    }
}
