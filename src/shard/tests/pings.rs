//! Tests of the pings of several connections.

use super::*;

struct Pinged {
    connection: Connection,
    stream: UnixStream,
}

impl Pinged {
    fn open(bench: &Bench, id: u64, interval: u32) -> Self {
        let options =
            ConnectionOptions { ping: Some(SECOND * interval), ..ConnectionOptions::default() };
        let connection = Connection::open(id, &bench.shard.links.inbox, options);
        let (socket, stream) = pair();
        connection.attach_socket(socket, Framing::Plain);
        Self { connection, stream }
    }

    fn pings(&mut self) -> usize {
        let mut bytes = Vec::new();
        let _ = self.stream.read_to_end(&mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.replace(":\n\n", ""), "");
        text.len() / 3
    }

    fn set(&self, interval: Option<Duration>) {
        self.connection.push(|connection| Command::SetPing { connection, interval });
    }
}

#[tokio::test(start_paused = true)]
async fn one_timer_serves_all_connections_with_the_same_interval() {
    let mut bench = Bench::new(ConnectionOptions::default());
    let mut clients: Vec<_> = (1..=50).map(|id| Pinged::open(&bench, id, 50)).collect();
    bench.work_for(49 * SECOND).await;
    assert_eq!(bench.shard.timers.len(), 1);
    assert!(clients.iter_mut().all(|client| client.pings() == 0));
    bench.work_for(52 * SECOND).await;
    assert!(clients.iter_mut().all(|client| client.pings() == 2));
    assert_eq!(bench.shard.timers.len(), 1);
    clients.iter().for_each(|client| client.set(None));
    bench.work_for(100 * SECOND).await;
    assert!(clients.iter_mut().all(|client| client.pings() == 0));
    assert_eq!(bench.shard.timers.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn connections_that_open_at_different_times_get_pings_at_different_times() {
    let mut bench = Bench::new(ConnectionOptions::default());
    let mut clients = Vec::new();
    for id in 1..=10 {
        clients.push(Pinged::open(&bench, id, 10));
        bench.work_for(SECOND).await;
    }
    bench.work_for(SECOND / 2).await;
    for (index, client) in clients.iter_mut().enumerate() {
        assert_eq!(client.pings(), usize::from(index == 0), "{index}");
    }
    bench.work_for(9 * SECOND).await;
    for (index, client) in clients.iter_mut().enumerate() {
        assert_eq!(client.pings(), usize::from(index > 0), "{index}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reused_place_and_a_changed_interval_cause_no_extra_pings() {
    let mut bench = Bench::new(ConnectionOptions::default());
    let first = Pinged::open(&bench, 1, 10);
    let mut other = Pinged::open(&bench, 2, 10);
    bench.work_for(SECOND).await;
    first.connection.push(|connection| Command::Close { connection, reason: CloseReason::Destroy });
    bench.work_for(SECOND).await;
    let mut second = Pinged::open(&bench, 3, 10);
    for interval in [20, 10, 20, 10] {
        other.set(Some(SECOND * interval));
    }
    bench.work_for(SECOND * 19 / 2).await;
    assert_eq!((second.pings(), other.pings()), (0, 0));
    bench.work_for(SECOND).await;
    assert_eq!((second.pings(), other.pings()), (1, 1));
    bench.work_for(10 * SECOND).await;
    assert_eq!((second.pings(), other.pings()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn entries_of_connections_that_have_closed_do_not_pile_up() {
    let mut bench = Bench::new(ConnectionOptions::default());
    let mut stays = Pinged::open(&bench, 1, 3600);
    for id in 2..1000 {
        let client = Pinged::open(&bench, id, 3600);
        client
            .connection
            .push(|connection| Command::Close { connection, reason: CloseReason::Destroy });
        bench.work_for(SECOND / 10).await;
    }
    assert!(bench.shard.pings.len() <= 66, "{}", bench.shard.pings.len());
    bench.work_for(3600 * SECOND).await;
    assert_eq!(stays.pings(), 1);
}
