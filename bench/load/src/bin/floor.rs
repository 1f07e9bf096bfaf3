//! The floor: the cost of a delivery if a server only makes one `send(2)` call for each event and
//! connection.
//!
//! The server has one thread. It understands the commands of `bench/control.js`: `count`, `begin`,
//! `broadcast COUNT RATE`, `usage`, `memory`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use load::clock;
use load::commands::{self, Commands};
use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, epoll, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\
    Cache-Control: no-store, no-transform\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
const TEXT: &str = "the quick brown fox jumps over the lazy dog, then again..";
const STDIN: u64 = u64::MAX;
const LISTENER: u64 = u64::MAX - 1;

struct Floor {
    epoll: OwnedFd,
    listener: TcpListener,
    /// Accepted sockets whose request was not read yet.
    waiting: BTreeMap<u64, OwnedFd>,
    open: BTreeMap<u64, OwnedFd>,
    accepted: u64,
    commands: Commands,
    cpu_at_begin: Duration,
}

impl Floor {
    fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let watch =
            |fd, token| epoll::add(&epoll, fd, epoll::EventData::new_u64(token), epoll::EventFlags::IN);
        let stdin = io::stdin();
        watch(stdin.as_fd(), STDIN)?;
        watch(listener.as_fd(), LISTENER)?;
        commands::reply(&format!(r#"{{"port":{}}}"#, listener.local_addr()?.port()))?;
        Ok(Self {
            epoll,
            listener,
            waiting: BTreeMap::new(),
            open: BTreeMap::new(),
            accepted: 0,
            commands: Commands::default(),
            cpu_at_begin: Duration::ZERO,
        })
    }

    /// Waits for at most `longest` and handles the events. Returns false at the end of standard
    /// input.
    fn turn(&mut self, longest: Duration) -> io::Result<bool> {
        let timeout =
            Timespec { tv_sec: longest.as_secs() as i64, tv_nsec: i64::from(longest.subsec_nanos()) };
        let mut events = Vec::with_capacity(512);
        match epoll::wait(&self.epoll, spare_capacity(&mut events), Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in events {
            match event.data.u64() {
                STDIN if !self.commands.read()? => return Ok(false),
                STDIN => {}
                LISTENER => self.accept()?,
                token => self.read(token)?,
            }
        }
        Ok(true)
    }

    fn turn_until(&mut self, deadline: Instant) -> io::Result<()> {
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.turn(left)?;
        }
    }

    fn accept(&mut self) -> io::Result<()> {
        loop {
            let socket = match self.listener.accept() {
                Ok((socket, _)) => socket,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            };
            socket.set_nodelay(true)?;
            let data = epoll::EventData::new_u64(self.accepted);
            epoll::add(&self.epoll, &socket, data, epoll::EventFlags::IN)?;
            self.waiting.insert(self.accepted, socket.into());
            self.accepted += 1;
        }
    }

    fn read(&mut self, token: u64) -> io::Result<()> {
        let mut buffer = [0; 4096];
        if let Some(socket) = self.waiting.remove(&token) {
            // The load client sends its request in one piece.
            if matches!(recv(&socket, &mut buffer, RecvFlags::DONTWAIT), Ok((1.., _))) {
                deliver(&socket, HEAD)?;
                self.open.insert(token, socket);
            }
        } else if let Some(socket) = self.open.get(&token)
            && !matches!(recv(socket, &mut buffer, RecvFlags::DONTWAIT), Ok((1.., _)) | Err(Errno::AGAIN))
        {
            self.open.remove(&token);
        }
        Ok(())
    }

    fn broadcast(&mut self, count: u64, rate: u64) -> io::Result<()> {
        let start = Instant::now();
        let (mut data, mut chunk) = (String::new(), String::new());
        for number in 0..count {
            if rate > 0 {
                self.turn_until(start + Duration::from_secs_f64(number as f64 / rate as f64))?;
            }
            data.clear();
            chunk.clear();
            let sent = clock::now();
            let written = write!(
                data,
                "id: {number:08}\nevent: tick\ndata: {{\"text\":\"{TEXT}\",\"sent\":\"{sent:020}.{number:08}\"}}\n\n"
            );
            written
                .and_then(|()| write!(chunk, "{:x}\r\n{data}\r\n", data.len()))
                .map_err(io::Error::other)?;
            for socket in self.open.values() {
                deliver(socket, chunk.as_bytes())?;
            }
        }
        commands::reply(&format!(r#"{{"sent":{count}}}"#))
    }

    fn command(&mut self, words: &[String]) -> io::Result<()> {
        let number = |index| commands::number(words, index).map_err(io::Error::other);
        match words.first().map(String::as_str) {
            Some("count") => commands::reply(&format!(r#"{{"count":{}}}"#, self.open.len())),
            Some("begin") => {
                self.cpu_at_begin = clock::cpu_time();
                commands::reply(r#"{"begun":true}"#)
            }
            Some("broadcast") => self.broadcast(number(1)?, number(2)?),
            Some("usage") => {
                let cpu = (clock::cpu_time() - self.cpu_at_begin).as_micros();
                commands::reply(&format!(r#"{{"cpu":{cpu}}}"#))
            }
            Some("memory") => commands::reply(&format!(r#"{{"rss":{}}}"#, resident()?)),
            _ => Err(io::Error::other(format!("unknown command {words:?}"))),
        }
    }
}

/// Calls `send(2)` once, and waits only if the kernel accepts no more.
fn deliver(socket: &OwnedFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match send(socket, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
            Ok(length) => bytes = &bytes[length..],
            Err(Errno::AGAIN) => {
                poll(&mut [PollFd::new(socket, PollFlags::OUT)], None)?;
            }
            // The client has disconnected; the next turn reads the end of its stream.
            Err(Errno::PIPE | Errno::CONNRESET) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn resident() -> io::Result<usize> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages = pages.split_whitespace().nth(1).and_then(|word| word.parse::<usize>().ok());
    Ok(pages.ok_or_else(|| io::Error::other("/proc/self/statm has no second number"))?
        * rustix::param::page_size())
}

fn main() -> io::Result<()> {
    let mut floor = Floor::new()?;
    while floor.turn(Duration::from_secs(60))? {
        while let Some(words) = floor.commands.take() {
            floor.command(&words)?;
        }
    }
    Ok(())
}
