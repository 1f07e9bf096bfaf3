//! Tests with engines that have bugs.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::engine::{
    Answer, Arrival, Engine, Follower, Outgoing, Position, Retained, Subject, Writer,
};
use super::{Backplane, Outage};
use crate::hub::Hub;
use crate::notice::{NoHost, Notice};

/// Panics at the first connection.
struct Buggy {
    connections: usize,
}

#[derive(Clone)]
struct Silent;

impl Engine for Buggy {
    type Writer = Silent;
    type Follower = Silent;

    async fn connect(&mut self) -> Answer<(Silent, Silent)> {
        self.connections += 1;
        assert!(self.connections > 1, "a bug");
        Ok((Silent, Silent))
    }
}

impl Writer for Silent {
    async fn publish(&mut self, _batch: &[Outgoing]) -> Answer<Vec<Answer<Option<u64>>>> {
        pending().await
    }

    async fn position(&mut self) -> Answer<Position> {
        Ok(Position { epoch: "a".into(), last: 0 })
    }

    async fn read(
        &mut self,
        _after: &[(Subject, u64)],
        _away: Option<Duration>,
    ) -> Answer<Vec<Retained>> {
        Ok(Vec::new())
    }
}

impl Follower for Silent {
    async fn follow(&mut self, _subjects: &[Subject]) -> Answer<Option<u64>> {
        Ok(None)
    }

    async fn unfollow(&mut self, _subjects: &[Subject]) -> Answer<()> {
        Ok(())
    }

    async fn next(&mut self) -> Answer<Option<Arrival>> {
        pending().await
    }
}

#[test]
fn a_panic_is_an_outage_and_the_thread_continues() {
    let hub = Arc::new(Hub::start(1, usize::MAX, Box::new(NoHost)).unwrap());
    let _backplane =
        Backplane::start(&hub, Buggy { connections: 0 }, 1 << 20, Outage::Wait).unwrap();
    let mut states = Vec::new();
    let latest = Instant::now() + Duration::from_secs(60);
    while states.last().is_none_or(|(is_online, _)| !is_online) {
        assert!(Instant::now() < latest, "only {states:?}");
        for notice in hub.take_notices() {
            if let Notice::Backplane { is_online, reason, .. } = notice {
                states.push((is_online, reason));
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let [(false, Some(reason)), (true, None)] = &states[..] else { panic!("{states:?}") };
    assert!(reason.contains("has panicked"), "{reason}");
    hub.shutdown();
}
