//! Watches a shard's sockets with one poller inside tokio's. A thousand ready sockets cause one
//! wake-up, and a socket needs no task of its own.

use std::io;
use std::time::Duration;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use tokio::io::unix::AsyncFd;

use super::socket::Socket;
use super::turn::Ready;
use crate::ids::ConnectionId;

const BATCH: usize = 1024;

pub(super) struct Poller {
    poll: AsyncFd<Poll>,
    events: Events,
}

impl Poller {
    pub fn new() -> io::Result<Self> {
        // SAFETY: a mio `Poll` owns one descriptor and keeps it for its whole lifetime.
        let poll = unsafe {
            AsyncFd::register_with_interest(Poll::new()?, tokio::io::Interest::READABLE)
        }?;
        Ok(Self { poll, events: Events::with_capacity(BATCH) })
    }

    pub fn add(&self, id: ConnectionId, socket: &Socket) -> io::Result<()> {
        let (registry, descriptor) = (self.poll.get_ref().registry(), socket.descriptor());
        registry.register(&mut SourceFd(&descriptor), token(id), Interest::READABLE)
    }

    /// Starts or stops reporting when the socket is writable.
    pub fn watch_writable(&self, id: ConnectionId, socket: &Socket, on: bool) -> io::Result<()> {
        let (registry, descriptor) = (self.poll.get_ref().registry(), socket.descriptor());
        let (read, read_and_write) = (Interest::READABLE, Interest::READABLE | Interest::WRITABLE);
        let interest = if on { read_and_write } else { read };
        registry.reregister(&mut SourceFd(&descriptor), token(id), interest)
    }

    /// Call this before the socket is closed: the kernel reports events while any duplicate is
    /// open.
    pub fn remove(&self, socket: &Socket) {
        let _ = self.poll.get_ref().registry().deregister(&mut SourceFd(&socket.descriptor()));
    }

    /// Waits until a socket is ready. Returns all ready sockets.
    pub async fn ready(&mut self) -> io::Result<Vec<Ready>> {
        let Self { poll, events } = self;
        let mut guard = poll.readable_mut().await?;
        guard.get_inner_mut().poll(events, Some(Duration::ZERO))?;
        let ready: Vec<Ready> = events
            .iter()
            .map(|event| Ready {
                connection: ConnectionId(event.token().0 as u64),
                readable: event.is_readable() || event.is_read_closed() || event.is_error(),
                writable: event.is_writable(),
                hung_up: event.is_write_closed(),
            })
            .collect();
        if ready.len() < BATCH {
            guard.clear_ready();
        }
        Ok(ready)
    }
}

fn token(connection: ConnectionId) -> Token {
    Token(connection.0 as usize)
}
