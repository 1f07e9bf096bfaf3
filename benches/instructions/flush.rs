//! From the queues of connections to their sockets.

use std::io;

use sluice::bench::{Core, event};

use crate::{counted, finished};

const CONNECTIONS: usize = 1_000;
const ROUNDS: usize = 20;

pub fn all() -> io::Result<()> {
    own_events()?;
    several_events()
}

/// One event for each connection alone.
fn own_events() -> io::Result<()> {
    let mut core = Core::new()?;
    let connections = core.connections(CONNECTIONS);
    let event = [event()];
    for _ in 0..ROUNDS {
        assert!(connections.iter().all(|connection| connection.send(&event).is_ok()));
        core.apply();
        counted(|| core.flush());
    }
    assert_eq!(core.hub.metrics().deliveries, (ROUNDS * CONNECTIONS) as u64);
    finished("flush, one event", ROUNDS * CONNECTIONS);
    Ok(())
}

/// Alternating events of two channels, so that each event stays separate in the queue.
fn several_events() -> io::Result<()> {
    let mut core = Core::new()?;
    let members = core.connections(CONNECTIONS);
    let channels = [core.channel(0, &members), core.channel(0, &members)];
    let event = [event()];
    for _ in 0..ROUNDS {
        for _ in 0..5 {
            assert!(channels.iter().all(|channel| channel.send(&event).is_ok()));
        }
        core.apply();
        counted(|| core.flush());
    }
    assert_eq!(core.hub.metrics().deliveries, (10 * ROUNDS * CONNECTIONS) as u64);
    finished("flush, 10 events of two channels", ROUNDS * CONNECTIONS);
    Ok(())
}
