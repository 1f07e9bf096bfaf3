//! The load client: one thread with thousands of event streams. It counts and times every event of
//! each stream.
//!
//! Commands on standard input, each answered with one line of JSON:
//! - `connect PORT COUNT [FIRST:ID ...]`: opens more connections to 127.0.0.1, and answers when all
//!   response heads have arrived. Client number n resumes with the cursor at n modulo the number of
//!   cursors. FIRST is the number of the first event after the cursor.
//! - `speak NAME [STREAMS]`: sets the protocol of later connections: `sse`, `gzip` (compressed
//!   `sse`), `https`, `http2` or `socket.io`, or, as bare subscribers, `redis` or `nats`. With
//!   `http2`, STREAMS is the number of connections of each socket.
//! - `expect COUNT [CHANNELS]`: from now on, each connection must get events 0 to COUNT-1, each
//!   once and in order. With CHANNELS, event n is sent to channel n modulo CHANNELS, and client n
//!   is in the first 1 + n modulo CHANNELS.
//! - `result`: answers when all events have arrived, or when none has arrived for five seconds
//! - `stall PORT COUNT`: opens COUNT connections whose responses are never read
//! - `close`: closes all connections

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use load::client::{Client, Cursor, Progress};
use load::clock;
use load::commands::{self, Commands};
use load::protocol::Protocol;
use load::stamp::Stamps;
use load::tally::Tally;
use load::wire::{self, Secrets};
use rustix::event::{Timespec, epoll};
use rustix::net::{self, AddressFamily, SocketType};

/// Maximum number of connections in progress: Node listens with a backlog of 511.
const CONNECTING: usize = 200;
/// Maximum number of connections that begin in one turn. Clients are independent: each sends its
/// request right after its handshake, without waiting for hundreds of others to connect.
const AT_A_TIME: usize = 4;
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait for a surplus event after the last expected one.
const LINGER: Duration = Duration::from_millis(50);
const STDIN: u64 = u64::MAX;

struct Load {
    epoll: OwnedFd,
    clients: Vec<Option<Client>>,
    /// Connections whose responses are never read.
    stalled: Vec<TcpStream>,
    address: SocketAddr,
    protocol: Protocol,
    /// `Some` for a protocol over TLS.
    secrets: Option<Secrets>,
    cursors: Vec<Cursor>,
    wanted: usize,
    /// How many of the wanted connections were begun.
    begun: usize,
    connecting: usize,
    opened: usize,
    connect_since: Option<Instant>,
    connected_at: u64,
    result_wanted: bool,
    moved_at: Instant,
    tally: Tally,
    failures: Vec<String>,
    stamps: Stamps,
    buffer: Vec<u8>,
}

impl Load {
    fn new() -> rustix::io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        epoll::add(&epoll, std::io::stdin(), epoll::EventData::new_u64(STDIN), epoll::EventFlags::IN)?;
        Ok(Self {
            epoll,
            clients: Vec::new(),
            stalled: Vec::new(),
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            protocol: Protocol::EventStream,
            secrets: None,
            cursors: Vec::new(),
            wanted: 0,
            begun: 0,
            connecting: 0,
            opened: 0,
            connect_since: None,
            connected_at: 0,
            result_wanted: false,
            moved_at: Instant::now(),
            tally: Tally::new(0, 1),
            failures: Vec::new(),
            stamps: Stamps::default(),
            buffer: vec![0; 256 * 1024],
        })
    }

    fn command(&mut self, words: &[String]) -> Result<(), String> {
        match words.first().map(String::as_str) {
            Some("connect") => {
                self.address.set_port(commands::number(words, 1)? as u16);
                self.wanted += commands::number(words, 2)? as usize;
                self.cursors = commands::cursors(words, 3)?;
                self.connect_since = Some(Instant::now());
                self.connected_at = clock::now();
                self.moved_at = Instant::now();
            }
            Some("speak") => {
                let streams = if words.len() > 2 { commands::number(words, 2)? } else { 1 };
                let named = words.get(1).and_then(|name| Protocol::named(name, streams as usize));
                self.protocol = named.ok_or_else(|| format!("no such protocol: {words:?}"))?;
                self.secrets = self.protocol.secret().map(wire::secrets).transpose()?;
                answer(r#"{"speaking":true}"#)?;
            }
            Some("expect") => {
                let channels = if words.len() > 2 { commands::number(words, 2)? } else { 1 };
                self.tally = Tally::new(commands::number(words, 1)? as u32, channels as u32);
                for client in self.clients.iter_mut().flatten() {
                    client.expect(|number| self.tally.begin(number, 0));
                }
                answer(r#"{"expecting":true}"#)?;
            }
            Some("result") => {
                self.result_wanted = true;
                self.moved_at = Instant::now();
            }
            Some("stall") => {
                let port = commands::number(words, 1)? as u16;
                for _ in 0..commands::number(words, 2)? {
                    self.stalled.push(stall(port).map_err(|error| format!("stall: {error}"))?);
                }
                answer(r#"{"stalled":true}"#)?;
            }
            Some("close") => {
                self.clients.clear();
                self.stalled.clear();
                (self.wanted, self.begun, self.connecting, self.opened) = (0, 0, 0, 0);
                self.failures.clear();
                answer(r#"{"closed":true}"#)?;
            }
            _ => return Err(format!("unknown command {words:?}")),
        }
        Ok(())
    }

    fn connect_more(&mut self) -> Result<(), String> {
        for _ in 0..AT_A_TIME {
            if self.begun >= self.wanted || self.connecting >= CONNECTING {
                break;
            }
            let number = self.begun;
            let cursor = match self.cursors.len() {
                0 => None,
                count => Some(self.cursors[number % count].clone()),
            };
            let secrets = self.secrets.as_ref();
            let mut client = Client::connect(self.address, number, self.protocol, secrets, cursor)?;
            let first = client.first();
            client.expect(|number| self.tally.begin(number, first));
            let data = epoll::EventData::new_u64(self.clients.len() as u64);
            epoll::add(&self.epoll, &client.wire.socket, data, epoll::EventFlags::OUT)
                .map_err(|error| format!("epoll: {error}"))?;
            self.clients.push(Some(client));
            self.begun += self.protocol.streams();
            self.connecting += self.protocol.streams();
        }
        Ok(())
    }

    fn ready(&mut self, index: usize) -> Result<(), String> {
        let Some(client) = self.clients.get_mut(index).and_then(Option::as_mut) else { return Ok(()) };
        if client.is_connecting() {
            client.request()?;
            let data = epoll::EventData::new_u64(index as u64);
            return epoll::modify(&self.epoll, &client.wire.socket, data, epoll::EventFlags::IN)
                .map_err(|error| format!("epoll: {error}"));
        }
        let tally = &mut self.tally;
        let progress = client.read(&mut self.buffer, &self.stamps, |share, stamp, read_at| {
            tally.count(share, stamp, read_at);
        })?;
        if let Progress::Opened(streams) = progress {
            self.connecting -= streams;
            self.opened += streams;
        }
        if progress != Progress::None {
            self.moved_at = Instant::now();
        }
        Ok(())
    }

    fn fail(&mut self, index: usize, failure: String) {
        self.failures.push(failure);
        self.clients[index] = None;
    }

    /// Answers `connect` and `result` when they are complete or have timed out.
    fn settle(&mut self) -> Result<(), String> {
        let still = self.moved_at.elapsed();
        if let Some(since) = self.connect_since {
            let done = self.opened == self.wanted;
            if done || still > PATIENCE || !self.failures.is_empty() {
                self.connect_since = None;
                let (milliseconds, failure) =
                    (since.elapsed().as_millis(), self.failures.first().map_or("", String::as_str));
                answer(&format!(
                    r#"{{"opened":{},"wanted":{},"milliseconds":{milliseconds},"failure":{failure:?}}}"#,
                    self.opened, self.wanted
                ))?;
            }
        }
        let complete = self.tally.complete == self.wanted && self.failures.is_empty();
        if self.result_wanted && still > if complete { LINGER } else { PATIENCE } {
            self.result_wanted = false;
            answer(&self.tally.json(self.connected_at, &self.failures))?;
        }
        Ok(())
    }

    fn run(&mut self) -> Result<(), String> {
        let mut commands = Commands::default();
        let mut events = Vec::with_capacity(1024);
        loop {
            self.connect_more()?;
            let timeout = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
            events.clear();
            let buffer = rustix::buffer::spare_capacity(&mut events);
            match epoll::wait(&self.epoll, buffer, Some(&timeout)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(format!("epoll: {error}")),
            }
            for event in &events {
                let token = event.data.u64();
                if token != STDIN {
                    if let Err(failure) = self.ready(token as usize) {
                        self.fail(token as usize, failure);
                    }
                } else if !commands.read().map_err(|error| format!("stdin: {error}"))? {
                    return Ok(());
                }
            }
            while let Some(words) = commands.take() {
                self.command(&words)?;
            }
            self.settle()?;
        }
    }
}

/// Uses a small receive buffer: otherwise the kernel would accept a client's events for a minute.
fn stall(port: u16) -> std::io::Result<TcpStream> {
    let socket = net::socket(AddressFamily::INET, SocketType::STREAM, None)?;
    net::sockopt::set_socket_recv_buffer_size(&socket, 4096)?;
    net::connect(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    let mut socket = TcpStream::from(socket);
    socket.write_all(b"GET /stalled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")?;
    Ok(socket)
}

fn answer(json: &str) -> Result<(), String> {
    commands::reply(json).map_err(|error| format!("stdout: {error}"))
}

fn main() -> Result<(), String> {
    Load::new().map_err(|error| format!("epoll: {error}"))?.run()
}
