//! Tests of senders that wait for an inbox.

use std::time::Instant;

use super::*;
use crate::wire::Event;

#[test]
fn a_sender_that_outpaces_the_shard_waits_for_room() {
    let inbox = Arc::new(Inbox::new());
    let frame = Event { data: Some("x".repeat(1 << 20)), ..Event::default() }.encode().unwrap();
    let count = 3 * ROOM / frame.len();
    let sender = {
        let inbox = inbox.clone();
        std::thread::spawn(move || {
            for _ in 0..count {
                inbox.wait_for_room();
                inbox.push(Command::Broadcast {
                    channel: ChannelId(0),
                    place: Place(1),
                    frame: frame.clone(),
                    key: None,
                });
            }
        })
    };
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut drained = 0;
    while drained < count && Instant::now() < deadline {
        assert!(inbox.weight.load(Relaxed) < ROOM + (2 << 20));
        drained += inbox.drain().count();
        inbox.drained();
    }
    assert_eq!(drained, count);
    sender.join().unwrap();
    assert_eq!(inbox.weight.load(Relaxed), 0);
}

#[test]
fn senders_do_not_wait_for_a_shard_that_has_ended() {
    let inbox = Inbox::new();
    let frame = Event { data: Some("x".repeat(ROOM)), ..Event::default() }.encode().unwrap();
    inbox.push(Command::Broadcast { channel: ChannelId(0), place: Place(1), frame, key: None });
    inbox.close();
    inbox.wait_for_room();
}
