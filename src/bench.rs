//! A core on one thread, for measurements: its only shard works when it is told to, and its sockets
//! accept everything and send nothing.

use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::connection::ConnectionOptions;
use crate::handle::Connection;
use crate::hub::Hub;
use crate::log::Cursor;
use crate::notice::NoHost;
use crate::shard::{ManualShard, Socket};
use crate::wire::Framing;

pub struct Core {
    pub hub: Arc<Hub>,
    shard: ManualShard,
    runtime: Runtime,
}

impl Core {
    pub fn new() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_time().build()?;
        let (hub, links) = Hub::without_threads(1, usize::MAX, Box::new(NoHost));
        let links = links.into_iter().next().ok_or(io::ErrorKind::NotFound)?;
        let context = runtime.enter();
        let shard = ManualShard::new(links)?;
        drop(context);
        Ok(Self { hub: Arc::new(hub), shard, runtime })
    }

    /// Opens a connection on the `native` transport. It begins with the next turn.
    pub fn connect(&self, cursor: Option<Cursor>) -> Connection {
        let connection = Connection::open(&self.hub, ConnectionOptions::default(), cursor);
        connection.attach_socket(Socket, Framing::Chunked);
        connection
    }

    /// The first half of a turn: applies what the shard was told. Idle members of a channel are
    /// sent its events.
    pub fn apply(&mut self) {
        let _context = self.runtime.enter();
        self.shard.apply();
    }

    /// The second half: sends what is queued, and counts.
    pub fn flush(&mut self) {
        let _context = self.runtime.enter();
        self.shard.flush();
        self.shard.publish();
    }

    pub fn turn(&mut self) {
        self.apply();
        self.flush();
    }
}
