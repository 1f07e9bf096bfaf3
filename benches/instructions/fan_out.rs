//! From the inbox of the shard to its members.

use std::io;

use sluice::bench::{Core, event};

use crate::{counted, finished};

const MEMBERS: usize = 1_000;
const ROUNDS: usize = 20;

pub fn all() -> io::Result<()> {
    to_members("fan-out, one event", 1)?;
    to_members("fan-out, 10 events in a row", 10)?;
    to_members_of_several()
}

/// Each member gets the events in one write.
fn to_members(name: &str, events: usize) -> io::Result<()> {
    let mut core = Core::new()?;
    let members = core.connections(MEMBERS);
    let channel = core.channel(0, &members);
    let event = [event()];
    for _ in 0..ROUNDS {
        assert!((0..events).all(|_| channel.send(&event).is_ok()));
        counted(|| core.apply());
        core.flush();
    }
    assert_eq!(core.hub.metrics().deliveries, (ROUNDS * MEMBERS * events) as u64);
    finished(name, ROUNDS * MEMBERS);
    Ok(())
}

/// A third of the members subscribe to the topic, a third to a pattern, and a third to both.
fn to_members_of_several() -> io::Result<()> {
    let mut core = Core::new()?;
    let members = core.connections(MEMBERS);
    let topics = core.topics();
    for (index, member) in members.iter().enumerate() {
        topics.connect(member);
        for name in [&["prices.acme"][..], &["prices.*"], &["prices.acme", "prices.*"]][index % 3] {
            assert!(topics.subscribe(member.id, name, false, None).is_ok());
        }
    }
    core.turn();
    let event = event();
    for _ in 0..ROUNDS {
        assert!(topics.publish("prices.acme", &event).is_ok());
        counted(|| core.apply());
        core.flush();
    }
    assert_eq!(core.hub.metrics().deliveries, (ROUNDS * MEMBERS) as u64);
    finished("fan-out, to a topic and patterns", ROUNDS * MEMBERS);
    Ok(())
}
