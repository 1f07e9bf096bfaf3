//! A core on one thread, for measurements. Its only shard works on request. Its sockets accept all
//! bytes and send nothing.

use std::io;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::audience::TopicsOptions;
use crate::connection::ConnectionOptions;
use crate::handle::{Channel, Connection, Topics};
use crate::hub::Hub;
use crate::log::{Cursor, HistoryOptions, Keep, Limits};
use crate::membership::ChannelOptions;
use crate::notice::NoHost;
use crate::shard::{ManualShard, Socket};
use crate::wire::{Event, Framing};

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

    /// Opens a connection on the `native` transport. With an event id, it resumes as a client that
    /// missed the events after that id.
    pub fn connect(&self, last_id: Option<String>) -> Connection {
        let cursor = last_id.map(|id| Cursor { id, all_on_gap: false });
        let connection = Connection::open(&self.hub, ConnectionOptions::default(), cursor);
        connection.attach_socket(Socket, Framing::Chunked);
        connection
    }

    /// Opens `count` connections.
    pub fn connections(&mut self, count: usize) -> Vec<Connection> {
        let connections = (0..count).map(|_| self.connect(None)).collect();
        self.turn();
        connections
    }

    /// Creates a channel with these members that keeps `kept` events, with minted ids.
    pub fn channel<'a>(
        &mut self,
        kept: usize,
        members: impl IntoIterator<Item = &'a Connection>,
    ) -> Channel {
        let channel = Channel::create(&self.hub, options(kept));
        for member in members {
            let _ = channel.join(member, false);
        }
        self.turn();
        channel
    }

    /// The topics of a broker with wildcards.
    pub fn topics(&self) -> Topics {
        let options = TopicsOptions { wildcards: true, max_patterns: 100, max_topics: usize::MAX };
        Topics::create(&self.hub, options, self::options(0), history(0))
    }

    /// The first half of a turn: applies the shard's commands and sends the last events of a
    /// channel to its idle members.
    pub fn apply(&mut self) {
        let _context = self.runtime.enter();
        self.shard.apply();
    }

    /// The second half: sends queued bytes and updates the counters.
    pub fn flush(&mut self) {
        let _context = self.runtime.enter();
        self.shard.flush();
    }

    pub fn turn(&mut self) {
        self.apply();
        self.flush();
    }
}

/// An event of 140 bytes on the wire, with the id that a history mints.
pub fn event() -> Event {
    let data =
        r#"{"symbol":"ACME","price":1042.25,"change":-3.75,"volume":1830244,"at":1700000000}"#;
    Event { event: Some("price".into()), data: Some(data.into()), ..Event::default() }
}

pub fn history(kept: usize) -> HistoryOptions {
    let limits = Limits { size: kept, bytes: usize::MAX, age: None };
    HistoryOptions { limits, mint: true, keep: Keep::All }
}

fn options(kept: usize) -> ChannelOptions {
    ChannelOptions { history: history(kept), empty_timeout: None }
}
