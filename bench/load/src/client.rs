//! One connection of the load client: connects, asks, and hands out the stamps of its events.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;

use memchr::memmem;
use rustix::io::Errno;
use rustix::net::{self, AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

use crate::chunked::Chunked;
use crate::clock;
use crate::inflated::Inflated;
use crate::protocol::{Joining, Protocol, Step};
use crate::stamp::{Stamp, Stamps, Tail};
use crate::tally::Share;

/// Where a client that comes back was when it left.
#[derive(Clone, Debug)]
pub struct Cursor {
    pub id: String,
    /// The number of the first event that it does not have.
    pub first: u32,
}

enum State {
    Connecting,
    /// The response head, as far as it is here.
    Head(Vec<u8>),
    Joining(Joining),
    Body(Coding),
}

enum Coding {
    Chunked(Chunked),
    Identity,
}

#[derive(Debug, PartialEq)]
pub enum Progress {
    /// Nothing that concerns anyone.
    None,
    /// The response head is here.
    Opened,
    /// Events may have come.
    Received,
}

pub struct Client {
    pub socket: OwnedFd,
    state: State,
    tail: Tail,
    number: usize,
    protocol: Protocol,
    /// Of a body that is compressed.
    inflated: Option<Inflated>,
    cursor: Option<Cursor>,
    pub share: Share,
}

impl Client {
    /// `number` is the client's own.
    pub fn connect(
        address: SocketAddr,
        number: usize,
        protocol: Protocol,
        cursor: Option<Cursor>,
    ) -> Result<Self, String> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)
            .map_err(|error| format!("socket: {error}"))?;
        // A closed connection must not wait in TIME_WAIT: a run opens a hundred thousand.
        net::sockopt::set_socket_linger(&socket, Some(std::time::Duration::ZERO))
            .map_err(|error| format!("linger: {error}"))?;
        match net::connect(&socket, &address) {
            Ok(()) | Err(Errno::INPROGRESS) => {}
            Err(error) => return Err(format!("connect: {error}")),
        }
        let (state, tail, share) = (State::Connecting, Tail::default(), Share::default());
        Ok(Self { socket, state, tail, number, protocol, inflated: None, cursor, share })
    }

    /// The number of the first event that the client does not have.
    pub fn first(&self) -> u32 {
        self.cursor.as_ref().map_or(0, |cursor| cursor.first)
    }

    pub fn is_connecting(&self) -> bool {
        matches!(self.state, State::Connecting)
    }

    /// Sends the request; call it when the socket is writable.
    pub fn request(&mut self) -> Result<(), String> {
        net::sockopt::socket_error(&self.socket)
            .and_then(|result| result)
            .map_err(|error| format!("connect: {error}"))?;
        match self.protocol.greeting() {
            Some(greeting) => {
                self.send(greeting.as_bytes())?;
                self.state = State::Joining(Joining::new(self.protocol));
            }
            None => {
                self.send(self.request_text().as_bytes())?;
                self.state = State::Head(Vec::new());
            }
        }
        Ok(())
    }

    fn send(&self, bytes: &[u8]) -> Result<(), String> {
        match net::send(&self.socket, bytes, SendFlags::NOSIGNAL) {
            Ok(length) if length == bytes.len() => Ok(()),
            other => Err(format!("a request was not taken: {other:?}")),
        }
    }

    fn request_text(&self) -> String {
        let cursor = match &self.cursor {
            Some(Cursor { id, .. }) => format!("Last-Event-ID: {id}\r\n"),
            None => String::new(),
        };
        let accepted = match self.protocol {
            Protocol::Gzip => "Accept-Encoding: gzip\r\n",
            _ => "",
        };
        format!(
            "GET /events?client={} HTTP/1.1\r\nHost: 127.0.0.1\r\n\
             Accept: text/event-stream\r\n{accepted}{cursor}\r\n",
            self.number
        )
    }

    /// Reads once; call it when the socket is readable. `found` gets what the client must get,
    /// the stamp, and when it was read.
    pub fn read(
        &mut self,
        buffer: &mut [u8],
        stamps: &Stamps,
        mut found: impl FnMut(&mut Share, Stamp, u64),
    ) -> Result<Progress, String> {
        let length = match net::recv(&self.socket, &mut *buffer, RecvFlags::DONTWAIT) {
            Ok((0, _)) => return Err("the server closed the connection".to_owned()),
            Ok((length, _)) => length,
            Err(Errno::AGAIN | Errno::INTR) => return Ok(Progress::None),
            Err(error) => return Err(format!("recv: {error}")),
        };
        let bytes = &buffer[..length];
        if let State::Head(head) = &mut self.state {
            head.extend_from_slice(bytes);
            let Some(end) = memmem::find(head, b"\r\n\r\n") else { return Ok(Progress::None) };
            let rest = head.split_off(end + 4);
            let coding = coding(head)?;
            if self.protocol == Protocol::Gzip {
                check_encoding(head)?;
                self.inflated = Some(Inflated::default());
            }
            self.state = State::Body(coding);
            self.body(&rest, stamps, &mut found)?;
            return Ok(Progress::Opened);
        }
        if let State::Joining(_) = self.state {
            return self.join(bytes);
        }
        self.body(bytes, stamps, &mut found)?;
        Ok(Progress::Received)
    }

    /// Takes part in what comes before the events.
    fn join(&mut self, bytes: &[u8]) -> Result<Progress, String> {
        let State::Joining(joining) = &mut self.state else { return Ok(Progress::None) };
        match joining.read(bytes) {
            Step::Wait => Ok(Progress::None),
            Step::Send(reply) => self.send(reply).map(|()| Progress::None),
            Step::Joined => {
                self.state = State::Body(Coding::Identity);
                Ok(Progress::Opened)
            }
        }
    }

    fn body(
        &mut self,
        bytes: &[u8],
        stamps: &Stamps,
        found: &mut impl FnMut(&mut Share, Stamp, u64),
    ) -> Result<(), String> {
        let Self { state, tail, share, inflated, .. } = self;
        let read_at = clock::now();
        let mut is_valid = true;
        let mut plain = |payload: &[u8]| stamps.scan(tail, payload, |stamp| found(share, stamp, read_at));
        let mut scan = |payload: &[u8]| match inflated {
            Some(inflated) => is_valid &= inflated.decode(payload, &mut plain).is_ok(),
            None => plain(payload),
        };
        match state {
            State::Body(Coding::Chunked(chunked)) => {
                chunked.decode(bytes, scan).map_err(|_| "the chunked coding is broken")?;
                if is_valid { Ok(()) } else { Err("the compression is broken".to_owned()) }
            }
            State::Body(Coding::Identity) => {
                scan(bytes);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

fn check_encoding(head: &[u8]) -> Result<(), String> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let is_gzip = head.contains("\r\ncontent-encoding: gzip\r\n");
    if is_gzip { Ok(()) } else { Err("the stream is not compressed".to_owned()) }
}

fn coding(head: &[u8]) -> Result<Coding, String> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    if !head.starts_with("http/1.1 200") || !head.contains("\r\ncontent-type: text/event-stream") {
        return Err(format!("no event stream: {:?}", head.lines().next().unwrap_or_default()));
    }
    let chunked = head.contains("\r\ntransfer-encoding: chunked");
    Ok(if chunked { Coding::Chunked(Chunked::default()) } else { Coding::Identity })
}
