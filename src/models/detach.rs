use std::sync::Arc;

use super::{Clients, check};
use crate::connection::CloseReason;
use crate::models::clients::event;
use crate::sync::thread;

#[test]
fn a_socket_handed_over_during_a_broadcast_gets_every_event_since_the_join() {
    check(|| {
        let mut clients = Clients::new(2);
        let channel = Arc::new(clients.channel());
        let [member, other] = [clients.open(None), clients.connect()];
        channel.join(&member.connection, false).unwrap();
        channel.join(&other.connection, false).unwrap();
        let sender = {
            let channel = channel.clone();
            thread::spawn(move || {
                for number in 0..3 {
                    channel.send(&[event(&number.to_string())]).unwrap();
                }
            })
        };
        member.attach();
        sender.join().unwrap();
        let [read, by_other] = clients.finish([&member, &other]);
        assert_eq!(read, ["0", "1", "2"]);
        assert_eq!(by_other, read);
    });
}

#[test]
fn a_former_member_gets_no_further_events() {
    check(|| {
        // The shard still gets events for the other member.
        let mut clients = Clients::new(1);
        let channel = Arc::new(clients.channel());
        let [leaver, other] = [clients.connect(), clients.connect()];
        channel.join(&leaver.connection, false).unwrap();
        channel.join(&other.connection, false).unwrap();
        let sender = {
            let channel = channel.clone();
            thread::spawn(move || {
                for number in 0..3 {
                    channel.send(&[event(&number.to_string())]).unwrap();
                }
            })
        };
        assert!(channel.leave(&leaver.connection));
        leaver.connection.send(&[event("own")]).unwrap();
        assert_eq!(channel.send(&[event("late")]), Ok(1));
        sender.join().unwrap();
        let [mut read, by_other] = clients.finish([&leaver, &other]);
        // The connection is still open, and its own event follows the events it got as a member.
        assert_eq!(read.pop().as_deref(), Some("own"));
        let late = by_other.iter().position(|data| data == "late").unwrap();
        assert!(by_other[..late].starts_with(&read), "{read:?} {by_other:?}");
        assert_eq!(by_other.len(), 4);
    });
}

#[test]
fn a_connection_that_closes_during_a_broadcast_leaves_its_channel_once() {
    check(|| {
        let mut clients = Clients::new(2);
        let channel = Arc::new(clients.channel());
        let [member, other] = [clients.connect(), clients.connect()];
        channel.join(&member.connection, false).unwrap();
        channel.join(&other.connection, false).unwrap();
        let sender = {
            let channel = channel.clone();
            thread::spawn(move || {
                for number in 0..2 {
                    channel.send(&[event(&number.to_string())]).unwrap();
                }
            })
        };
        member.connection.close(CloseReason::Client);
        let left = channel.leave(&member.connection);
        member.connection.close(CloseReason::Destroy);
        sender.join().unwrap();
        let [(id, reason, channels)] = clients.closed(1) else { panic!("one closed connection") };
        assert_eq!((*id, *reason), (member.connection.id, CloseReason::Client));
        // Either the notice or the call reports the leave, never both.
        assert_eq!(channels.contains(&channel.id), !left);
        assert_eq!(channel.members(), [other.connection.id]);
        assert!(member.connection.is_closed());
        assert_eq!(clients.shutdown(), 2);
        let read = member.read();
        assert!(["0", "1"].starts_with(&read.iter().map(String::as_str).collect::<Vec<_>>()));
    });
}

#[test]
fn every_connection_is_closed_once_when_the_hub_shuts_down_during_a_broadcast() {
    check(|| {
        let mut clients = Clients::new(2);
        let channel = Arc::new(clients.channel());
        let members = [clients.connect(), clients.connect(), clients.open(None)];
        for member in &members {
            channel.join(&member.connection, false).unwrap();
        }
        let sender = {
            let channel = channel.clone();
            thread::spawn(move || {
                while channel.send(&[event("x")]).is_ok() {
                    shuttle::thread::yield_now();
                }
            })
        };
        members[0].connection.close(CloseReason::End);
        members[2].attach();
        assert_eq!(clients.shutdown(), 3);
        sender.join().unwrap();
        for member in &members {
            assert!(member.connection.is_closed());
            assert!(member.read().iter().all(|data| data == "x"));
        }
        for member in &members {
            assert_eq!(clients.hub.inbox_of(member.connection.id).drain().count(), 0);
        }
    });
}
