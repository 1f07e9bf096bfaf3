//! A hub with clients on real sockets, and a host that waits for notices.

use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;

use crate::connection::{CloseReason, ConnectionOptions};
use crate::handle::{Channel, Connection};
use crate::hub::Hub;
use crate::ids::{ChannelId, ConnectionId};
use crate::log::{Cursor, HistoryOptions, Keep, Limits};
use crate::membership::ChannelOptions;
use crate::notice::{Host, Notice};
use crate::shard::Socket;
use crate::sync::{Condvar, Mutex};
use crate::wire::{Event, Framing};

#[derive(Default)]
struct Alarm {
    rings: Mutex<bool>,
    rang: Condvar,
}

struct Woken(Arc<Alarm>);

impl Host for Woken {
    fn wake(&self) {
        *self.0.rings.lock() = true;
        self.0.rang.notify_all();
    }
}

pub struct Clients {
    pub hub: Arc<Hub>,
    alarm: Arc<Alarm>,
    closed: Vec<(ConnectionId, CloseReason, Vec<ChannelId>)>,
}

impl Clients {
    pub fn new(shards: usize) -> Self {
        let alarm = Arc::new(Alarm::default());
        let host = Box::new(Woken(alarm.clone()));
        let hub = Arc::new(Hub::start(shards, usize::MAX, host).unwrap());
        Self { hub, alarm, closed: Vec::new() }
    }

    pub fn channel(&self) -> Channel {
        Channel::create(&self.hub, history())
    }

    /// Opens a connection whose socket is not handed over yet.
    pub fn open(&self, cursor: Option<&str>) -> Client {
        let (client, server) = UnixStream::pair().unwrap();
        client.set_nonblocking(true).unwrap();
        let socket = Socket::duplicate(server.as_raw_fd(), false).unwrap();
        let cursor = cursor.map(|id| Cursor { id: id.into(), all_on_gap: false });
        let connection = Connection::open(&self.hub, ConnectionOptions::default(), cursor);
        Client { connection, socket: Mutex::new(Some(socket)), client }
    }

    /// Opens a connection and hands its socket over.
    pub fn connect(&self) -> Client {
        let client = self.open(None);
        client.attach();
        client
    }

    /// Waits until `count` connections are closed, and returns how each closed.
    pub fn closed(&mut self, count: usize) -> &[(ConnectionId, CloseReason, Vec<ChannelId>)] {
        self.take_notices();
        while self.closed.len() < count {
            let mut rings = self.alarm.rings.lock();
            while !*rings {
                self.alarm.rang.wait(&mut rings);
            }
            *rings = false;
            drop(rings);
            self.take_notices();
        }
        &self.closed
    }

    /// Ends the connections after their queues are flushed. Returns the data that each client read.
    pub fn finish<const N: usize>(&mut self, clients: [&Client; N]) -> [Vec<String>; N] {
        clients.iter().for_each(|client| client.connection.close(CloseReason::End));
        self.closed(N);
        self.shutdown();
        clients.map(Client::read)
    }

    /// Ends the shards. Returns how many connections were reported as closed.
    pub fn shutdown(&mut self) -> usize {
        self.hub.shutdown();
        self.take_notices();
        let mut ids: Vec<_> = self.closed.iter().map(|(id, ..)| *id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), self.closed.len(), "a connection was closed twice");
        ids.len()
    }

    fn take_notices(&mut self) {
        for notice in self.hub.take_notices() {
            if let Notice::Closed { connection, reason, left } = notice {
                self.closed.push((connection, reason, left));
            }
        }
    }
}

pub struct Client {
    pub connection: Connection,
    socket: Mutex<Option<Socket>>,
    client: UnixStream,
}

impl Client {
    /// Hands the socket over.
    pub fn attach(&self) {
        let socket = self.socket.lock().take().unwrap();
        self.connection.attach_socket(socket, Framing::Chunked);
    }

    /// The data of the received events. Other bytes fail the test.
    pub fn read(&self) -> Vec<String> {
        let mut bytes = Vec::new();
        let _ = (&self.client).read_to_end(&mut bytes);
        let mut rest = str::from_utf8(&bytes).unwrap();
        let mut data = Vec::new();
        while let Some((length, after)) = rest.split_once("\r\n") {
            let length = usize::from_str_radix(length, 16).unwrap();
            let (chunk, after) = after.split_at(length);
            for frame in chunk.split_terminator("\n\n") {
                data.push(
                    frame.lines().find_map(|line| line.strip_prefix("data: ")).unwrap().into(),
                );
            }
            rest = after.strip_prefix("\r\n").unwrap();
        }
        assert_eq!(rest, "");
        data
    }
}

pub fn event(data: &str) -> Event {
    Event { data: Some(data.into()), ..Event::default() }
}

/// An event with its data as its id.
pub fn event_with_id(data: &str) -> Event {
    Event { id: Some(data.into()), ..event(data) }
}

/// The options of every channel and topic: the history keeps all events.
pub fn history() -> ChannelOptions {
    let limits = Limits { size: 100, bytes: 1 << 20, age: None };
    let history = HistoryOptions { limits, mint: false, keep: Keep::All };
    ChannelOptions { history, empty_timeout: None }
}
