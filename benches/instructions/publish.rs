//! From an event to the inbox of the shard.

use std::array;
use std::io;

use sluice::bench::{Core, event};
use sluice::publish::Target;
use sluice::wire::EventRef;

use crate::{counted, finished};

const TIMES: usize = 1_000;

pub fn all() -> io::Result<()> {
    to_a_channel("publish", 0)?;
    to_a_channel("publish, with a history", 100)?;
    several_at_once()?;
    to_a_topic()?;
    to_a_connection()
}

fn to_a_channel(name: &str, kept: usize) -> io::Result<()> {
    let mut core = Core::new()?;
    let members = core.connections(1);
    let channel = core.channel(kept, &members);
    let (hub, target, event) = (core.hub.clone(), Target::Channel(channel.id), event());
    for round in 0..2 {
        let publish =
            || (0..TIMES).all(|_| hub.publish_one(target, EventRef::from(&event)).is_ok());
        // The first round fills the history.
        assert!(if round == 0 { publish() } else { counted(publish) });
        core.turn();
    }
    finished(name, TIMES);
    Ok(())
}

fn several_at_once() -> io::Result<()> {
    let mut core = Core::new()?;
    let members = core.connections(1);
    let channel = core.channel(0, &members);
    let events: [_; 10] = array::from_fn(|_| event());
    assert!(counted(|| (0..TIMES / 10).all(|_| channel.send(&events).is_ok())));
    finished("publish, 10 events of one call", TIMES);
    Ok(())
}

/// The topic and the two patterns have different members.
fn to_a_topic() -> io::Result<()> {
    let mut core = Core::new()?;
    let members = core.connections(3);
    let topics = core.topics();
    for (member, name) in members.iter().zip(["prices.acme", "prices.*", ">"]) {
        topics.connect(member);
        assert!(topics.subscribe(member.id, name, false, None).is_ok());
    }
    core.turn();
    let event = event();
    assert!(counted(|| (0..TIMES).all(|_| topics.publish("prices.acme", &event).is_ok())));
    finished("publish, to a topic with patterns", TIMES);
    Ok(())
}

fn to_a_connection() -> io::Result<()> {
    let mut core = Core::new()?;
    let (connections, event) = (core.connections(1), event());
    let send = |_| core.hub.send_one(connections[0].id, EventRef::from(&event)).is_ok();
    assert!(counted(|| (0..TIMES).all(send)));
    finished("publish, to one connection", TIMES);
    Ok(())
}
