use std::sync::{Arc, OnceLock};

use super::check;
use crate::ids::{ChannelId, ConnectionId, Place};
use crate::shard::{Command, Inbox};
use crate::sync::block_on;
use crate::sync::thread::{self, JoinHandle};
use crate::wire::{Event, Frame};

/// A command that carries its sender and its number.
fn numbered(sender: u64, number: u64) -> Command {
    Command::Leave { connection: ConnectionId(sender), channel: ChannelId(number) }
}

/// A frame that fills an inbox. Clones share its bytes.
fn large() -> Frame {
    static LARGE: OnceLock<Frame> = OnceLock::new();
    let encode = || Event { data: Some("x".repeat(32 << 20)), ..Event::default() }.encode();
    LARGE.get_or_init(|| encode().unwrap()).clone()
}

fn broadcast() -> Command {
    Command::Broadcast { channel: ChannelId(0), place: Place(1), frame: large(), key: None }
}

/// A shard that only collects commands, until it has `wanted` of them.
fn count(inbox: &Arc<Inbox>, wanted: usize) -> JoinHandle<Vec<Command>> {
    let inbox = inbox.clone();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    thread::spawn(move || {
        let mut commands = Vec::new();
        while commands.len() < wanted {
            block_on(&runtime, inbox.arrived());
            commands.extend(inbox.drain());
            inbox.drained();
        }
        commands
    })
}

#[test]
fn no_command_is_lost_and_each_sender_keeps_its_order() {
    check(|| {
        let inbox = Arc::new(Inbox::new());
        let senders: Vec<_> = (0..2)
            .map(|sender| {
                let inbox = inbox.clone();
                thread::spawn(move || {
                    inbox.push(numbered(sender, 0));
                    inbox.push_quietly(numbered(sender, 1));
                    inbox.push(numbered(sender, 2));
                })
            })
            .collect();
        let commands = count(&inbox, 6).join().unwrap();
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        for sender in 0..2 {
            let numbers = commands.iter().filter_map(|command| match command {
                Command::Leave { connection, channel } if connection.0 == sender => Some(channel.0),
                _ => None,
            });
            assert!(numbers.eq(0..3));
        }
        assert_eq!(inbox.weight(), 0);
    });
}

#[test]
fn a_sender_that_waits_for_room_continues_when_there_is_room() {
    let frame = large().len();
    check(move || {
        let inbox = Arc::new(Inbox::new());
        let senders: Vec<_> = (0..2)
            .map(|_| {
                let inbox = inbox.clone();
                thread::spawn(move || {
                    for _ in 0..2 {
                        inbox.wait_for_room();
                        inbox.push(broadcast());
                        // Each sender may have found room before the other filled it.
                        assert!(inbox.weight() < 3 * frame);
                    }
                })
            })
            .collect();
        assert_eq!(count(&inbox, 4).join().unwrap().len(), 4);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert_eq!(inbox.weight(), 0);
    });
}

#[test]
fn closing_an_inbox_releases_senders_and_drops_commands() {
    check(|| {
        let inbox = Arc::new(Inbox::new());
        inbox.push(broadcast());
        let senders = [true, false].map(|waits| {
            let inbox = inbox.clone();
            thread::spawn(move || {
                if waits {
                    inbox.wait_for_room();
                }
                inbox.push(numbered(0, 0));
                inbox.push(numbered(0, 1));
            })
        });
        inbox.close();
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        assert_eq!(inbox.drain().count(), 0, "a descriptor in a command would stay open");
    });
}
