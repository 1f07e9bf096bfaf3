//! Tests of drained connections: when they end, and which bytes they get.

use super::*;
use crate::drain::{Departure, Drain, GRACE};
use crate::ids::DrainId;

impl Bench {
    fn drain(
        &self,
        id: u32,
        departures: &[(ConnectionId, u32)],
        within: u32,
        event: Option<Frame>,
    ) {
        let outbox = self.shard.links.outbox.clone();
        let drain = Arc::new(Drain::new(DrainId(id), departures.len(), outbox));
        let depart = |(connection, after): &(ConnectionId, u32)| Departure {
            connection: *connection,
            after: SECOND * *after,
            retry: 1000 + id,
        };
        let departures = departures.iter().map(depart).collect();
        let within = SECOND * within;
        self.shard.links.inbox.push(Command::Drain { drain, departures, within, event });
    }

    /// The close reasons of connections, and `[connections, ended, destroyed]` of drains.
    fn told(&self) -> (Vec<CloseReason>, Vec<[u32; 3]>) {
        let (mut reasons, mut drains) = (Vec::new(), Vec::new());
        for notice in self.shard.links.outbox.take() {
            match notice {
                Notice::Closed { reason, .. } => {
                    assert!(drains.is_empty(), "a drain ends after its connections");
                    reasons.push(reason);
                }
                Notice::DrainOver { connections, ended, destroyed, .. } => {
                    drains.push([connections, ended, destroyed]);
                }
                _ => {}
            }
        }
        (reasons, drains)
    }
}

const FIRST: ConnectionId = ConnectionId(0);
const LAST: &str = "data: bye\n\n";

fn last() -> Option<Frame> {
    Some(Event { data: Some("bye".into()), ..Event::default() }.encode().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_drained_connection_gets_its_queue_its_retry_and_the_last_event_at_its_time() {
    let mut bench = Bench::new(ConnectionOptions::default());
    bench.drain(1, &[(FIRST, 3)], 10, last());
    bench.work_for(SECOND * 29 / 10).await;
    assert_eq!((bench.read(), bench.told()), (String::new(), (vec![], vec![])));
    bench.connection.send(vec![frame(3)]);
    bench.work_for(SECOND / 5).await;
    assert_eq!(bench.read(), format!("data: xxx\n\nretry: 1001\n\n{LAST}"));
    assert_eq!(bench.told(), (vec![CloseReason::Drain], vec![[1, 1, 0]]));
}

#[tokio::test(start_paused = true)]
async fn a_drain_without_connections_is_over_at_once() {
    let mut bench = Bench::new(ConnectionOptions::default());
    bench.drain(1, &[(ConnectionId(77), 3)], 10, None);
    bench.work_for(SECOND / 10).await;
    assert_eq!(bench.told(), (vec![], vec![[1, 0, 0]]));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_take_its_queue_is_destroyed_after_the_window() {
    let mut bench = Bench::new(ConnectionOptions::default());
    bench.connection.send(vec![frame(16 << 20)]);
    bench.drain(1, &[(FIRST, 3)], 10, None);
    bench.work_for(SECOND * 10 + GRACE - SECOND / 10).await;
    assert_eq!(bench.told(), (vec![], vec![]));
    bench.work_for(SECOND / 5).await;
    assert_eq!(bench.told(), (vec![CloseReason::Destroy], vec![[1, 0, 1]]));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_was_ending_before_is_destroyed_after_the_window_too() {
    let mut bench = Bench::new(ConnectionOptions::default());
    bench.connection.send(vec![frame(16 << 20)]);
    bench.connection.push(|connection| Command::Close { connection, reason: CloseReason::End });
    bench.drain(1, &[(FIRST, 3)], 10, None);
    bench.work_for(SECOND * 10 + GRACE + SECOND / 10).await;
    assert_eq!(bench.told(), (vec![CloseReason::Destroy], vec![[1, 0, 1]]));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_during_a_drain_has_until_the_end_of_the_drain_to_flush() {
    let mut bench = Bench::new(ConnectionOptions::default());
    bench.drain(1, &[(FIRST, 3)], 10, last());
    bench.work_for(SECOND).await;
    let frame = frame(16 << 20);
    bench.connection.send(vec![frame.clone()]);
    bench.connection.push(|connection| Command::Close { connection, reason: CloseReason::End });
    bench.work_for(4 * SECOND).await;
    assert_eq!(bench.told(), (vec![], vec![]));
    let mut bytes = 0;
    while bytes < frame.bytes(Framing::Plain).len() {
        bytes += bench.read().len();
        bench.work_for(SECOND / 1000).await;
    }
    assert_eq!(bench.told(), (vec![CloseReason::End], vec![[1, 0, 0]]));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_disconnects_counts_neither_as_ended_nor_as_destroyed() {
    let mut bench = Bench::new(ConnectionOptions::default());
    bench.drain(1, &[(FIRST, 3)], 10, None);
    bench.work_for(SECOND).await;
    bench.connection.push(|connection| Command::Close { connection, reason: CloseReason::Client });
    bench.work_for(SECOND).await;
    assert_eq!(bench.told(), (vec![CloseReason::Client], vec![[1, 0, 0]]));
}

#[tokio::test(start_paused = true)]
async fn of_two_drains_the_earlier_end_wins_and_both_count_the_connection() {
    for (after, retry) in [(2, 1002), (8, 1001)] {
        let mut bench = Bench::new(ConnectionOptions::default());
        bench.drain(1, &[(FIRST, 5)], 10, None);
        bench.drain(2, &[(FIRST, after)], 10, None);
        bench.work_for(SECOND * after.min(5) + SECOND / 10).await;
        assert_eq!(bench.read(), format!("retry: {retry}\n\n"));
        assert_eq!(bench.told(), (vec![CloseReason::Drain], vec![[1, 1, 0]; 2]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_returning_client_gets_missed_events_first() {
    let mut bench = Bench::new(ConnectionOptions::default());
    bench.connection.push(Command::Hold);
    bench.drain(1, &[(FIRST, 1)], 10, None);
    bench.work_for(SECOND * 2).await;
    assert_eq!(bench.read(), "");
    let replay = vec![(Place(1), frame(2))];
    bench.connection.push(|connection| Command::Resume { connection, replay, ahead: None });
    bench.work_for(SECOND / 10).await;
    assert_eq!(bench.read(), "data: xx\n\nretry: 1001\n\n");
    assert_eq!(bench.told(), (vec![CloseReason::Drain], vec![[1, 1, 0]]));
}

#[tokio::test(start_paused = true)]
async fn a_returning_client_whose_replay_never_comes_is_destroyed() {
    let mut bench = Bench::new(ConnectionOptions::default());
    bench.connection.push(Command::Hold);
    bench.drain(1, &[(FIRST, 1)], 10, None);
    bench.work_for(SECOND * 10 + GRACE + SECOND / 10).await;
    assert_eq!(bench.told(), (vec![CloseReason::Destroy], vec![[1, 0, 1]]));
}

#[tokio::test(start_paused = true)]
async fn a_busy_host_has_time_for_its_write_afterwards() {
    let mut bench = Bench::new(ConnectionOptions::default());
    let connection = open(&bench, ConnectionOptions::default());
    connection.push(|id| Command::AttachStream(id, Framing::Plain));
    connection.send(vec![frame(3)]);
    bench.drain(1, &[(connection.id, 1)], 10, None);
    bench.work_for(SECOND * 60).await;
    assert_eq!(bench.told(), (vec![], vec![]));
    // The write of the event, then that of the `retry`.
    for _ in 0..2 {
        let connections = vec![connection.id];
        bench.shard.links.inbox.push(Command::Written { connections, slow: false });
        bench.work_for(SECOND).await;
    }
    assert_eq!(bench.told(), (vec![CloseReason::Drain], vec![[1, 1, 0]]));
}

#[tokio::test(start_paused = true)]
async fn a_slow_client_of_a_busy_host_is_destroyed_once_the_host_has_reported_it() {
    let mut bench = Bench::new(ConnectionOptions::default());
    let connection = open(&bench, ConnectionOptions::default());
    connection.push(|id| Command::AttachStream(id, Framing::Plain));
    connection.send(vec![frame(3)]);
    bench.drain(1, &[(connection.id, 1)], 10, None);
    bench.work_for(SECOND * 60).await;
    bench.shard.links.inbox.push(Command::Blocked(vec![connection.id]));
    bench.work_for(GRACE - SECOND / 10).await;
    assert_eq!(bench.told(), (vec![], vec![]));
    bench.work_for(SECOND / 5).await;
    assert_eq!(bench.told(), (vec![CloseReason::Destroy], vec![[1, 0, 1]]));
}
