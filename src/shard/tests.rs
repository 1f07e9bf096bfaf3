//! Timers, under paused time.

use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::*;
use crate::connection::{Connection, ConnectionOptions, QueueLimits};
use crate::event::Event;
use crate::frame::Framing;
use crate::notice::Host;

struct Nobody;

impl Host for Nobody {
    fn wake(&self) {}
}

struct Bench {
    shard: Shard,
    connection: Arc<Connection>,
    client: UnixStream,
}

impl Bench {
    fn new(options: ConnectionOptions) -> Self {
        let inbox = Arc::new(Inbox::new());
        let outbox = Arc::new(Outbox::new(Box::new(Nobody)));
        let counters = Arc::new(Counters::default());
        let poller = poller::Poller::new().unwrap();
        let shard = Shard::new(inbox.clone(), outbox, counters.clone(), poller);
        let connection = Connection::new(ConnectionId(0), inbox.clone(), counters);
        inbox.push(Command::Open { connection: connection.clone(), options });
        let (client, server) = UnixStream::pair().unwrap();
        client.set_nonblocking(true).unwrap();
        connection.attach_socket(Socket::duplicate(server.as_raw_fd()).unwrap(), Framing::Plain);
        Self { shard, connection, client }
    }

    async fn work_for(&mut self, time: Duration) {
        let _ = tokio::time::timeout(time, self.shard.work()).await;
    }

    fn read(&mut self) -> String {
        let mut bytes = Vec::new();
        let _ = self.client.read_to_end(&mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    fn reasons(&self) -> Vec<CloseReason> {
        let reason = |notice| match notice {
            Notice::Closed { reason, .. } => Some(reason),
            _ => None,
        };
        self.shard.outbox.take().into_iter().filter_map(reason).collect()
    }
}

fn bytes(bytes: usize) -> QueueLimits {
    QueueLimits { bytes, events: u64::MAX }
}

fn options() -> ConnectionOptions {
    ConnectionOptions {
        max_queue: bytes(64 << 20),
        ping: None,
        timed_pings: false,
        timeout: None,
        stall_timeout: None,
        retry: None,
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_ping_is_an_empty_comment_at_every_interval() {
    let mut bench = Bench::new(ConnectionOptions { ping: Some(50 * SECOND), ..options() });
    bench.work_for(49 * SECOND).await;
    assert_eq!(bench.read(), "");
    bench.work_for(102 * SECOND).await;
    assert_eq!(bench.read(), ":\n\n:\n\n:\n\n");
    bench.connection.set_ping(None);
    bench.work_for(500 * SECOND).await;
    assert_eq!(bench.read(), "");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_ends_the_connection_in_order() {
    let mut bench = Bench::new(ConnectionOptions { timeout: Some(60 * SECOND), ..options() });
    bench.work_for(59 * SECOND).await;
    assert_eq!(bench.reasons(), []);
    bench.work_for(2 * SECOND).await;
    assert_eq!(bench.reasons(), [CloseReason::Timeout]);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_that_was_changed_or_cleared_counts_anew() {
    let mut bench = Bench::new(ConnectionOptions { timeout: Some(60 * SECOND), ..options() });
    bench.work_for(59 * SECOND).await;
    bench.connection.set_timeout(None);
    bench.work_for(600 * SECOND).await;
    assert_eq!(bench.reasons(), []);
    bench.connection.set_timeout(Some(SECOND));
    bench.work_for(2 * SECOND).await;
    assert_eq!(bench.reasons(), [CloseReason::Timeout]);
}

#[tokio::test(start_paused = true)]
async fn a_held_timeout_is_the_hosts_to_decide() {
    let mut bench = Bench::new(ConnectionOptions { timeout: Some(SECOND), ..options() });
    bench.connection.hold_timeout(true);
    bench.work_for(2 * SECOND).await;
    let notices = bench.shard.outbox.take();
    assert!(matches!(notices[..], [Notice::TimedOut(ConnectionId(0))]), "{notices:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stall_is_counted_from_the_last_byte_that_was_taken() {
    let mut bench = Bench::new(ConnectionOptions { stall_timeout: Some(30 * SECOND), ..options() });
    let event = Event { data: Some("x".repeat(16 << 20)), ..Event::default() };
    bench.connection.send(vec![event.encode().unwrap()]);
    bench.work_for(20 * SECOND).await;
    assert!(!bench.read().is_empty());
    bench.work_for(29 * SECOND).await;
    assert_eq!(bench.reasons(), [], "it took something after twenty seconds");
    bench.work_for(2 * SECOND).await;
    assert_eq!(bench.reasons(), [CloseReason::Stall]);
}

#[tokio::test(start_paused = true)]
async fn pings_do_not_pile_up_for_a_client_that_does_not_read() {
    let mut bench = Bench::new(ConnectionOptions { ping: Some(SECOND), ..options() });
    let event = Event { data: Some("x".repeat(16 << 20)), ..Event::default() };
    bench.connection.send(vec![event.encode().unwrap()]);
    bench.work_for(SECOND / 2).await;
    let queued = bench.connection.queued_bytes();
    bench.work_for(100 * SECOND).await;
    assert_eq!(bench.connection.queued_bytes(), queued);
}
