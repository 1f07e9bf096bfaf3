use super::*;
use crate::connection::ConnectionId;

fn event() -> Event {
    Event { data: Some("x".into()), ..Event::default() }
}

#[test]
fn a_broadcast_is_one_command_for_each_shard_with_members_however_many_there_are() {
    let inboxes: Arc<[Arc<Inbox>]> = (0..3).map(|_| Arc::new(Inbox::new())).collect();
    let counters = Arc::new(Counters::default());
    let history = Limits { size: 10, bytes: 1000, age: None };
    let options = ChannelOptions { history, empty_timeout: None, keeper: Keeper::Host };
    let channel = Channel::new(ChannelId(0), options, inboxes.clone(), counters.clone());
    // None on the third shard.
    for id in (0..300).filter(|id| id % 3 != 2) {
        let id = ConnectionId(id);
        let connection = Connection::new(id, inboxes[id.shard(3)].clone(), counters.clone());
        channel.join(&connection, None).unwrap();
    }
    let drained = || inboxes.iter().map(|inbox| inbox.drain().count()).collect::<Vec<_>>();
    assert_eq!(drained(), [100, 100, 0]);
    channel.send(&[event()]).unwrap();
    assert_eq!(drained(), [1, 1, 0]);
}
