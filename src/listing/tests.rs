//! Tests of the list of the largest channels.

use std::sync::Arc;

use crate::audience::TopicsOptions;
use crate::connection::ConnectionOptions;
use crate::handle::{Channel, Connection, Topics};
use crate::hub::Hub;
use crate::log::{HistoryOptions, Keep, Limits};
use crate::membership::ChannelOptions;
use crate::notice::NoHost;
use crate::wire::Event;

fn options(size: usize) -> ChannelOptions {
    let limits = Limits { size, bytes: 1 << 20, age: None };
    let history = HistoryOptions { limits, mint: true, keep: Keep::All };
    ChannelOptions { history, empty_timeout: None }
}

#[test]
fn the_largest_channels_come_first_with_their_history_sizes() {
    let hub = Arc::new(Hub::start(2, usize::MAX, Box::new(NoHost)).unwrap());
    let open = || Connection::open(&hub, ConnectionOptions::default(), None);
    let quiet = Channel::create(&hub, options(0));
    let busy = Channel::create(&hub, options(2)).label("busy");
    let names = TopicsOptions { wildcards: true, max_patterns: 5, max_topics: 5 };
    let topics = Topics::create(&hub, names, options(3), options(0).history);
    let clients: Vec<_> = (0..3).map(|_| open()).collect();
    for client in &clients {
        busy.join(client, false).unwrap();
        topics.connect(client);
    }
    topics.subscribe(clients[0].id, "news.>", false, None).unwrap();
    for client in &clients[..2] {
        topics.subscribe(client.id, "news.world", false, None).unwrap();
    }
    let event = Event { data: Some("x".into()), ..Event::default() };
    for _ in 0..5 {
        busy.send(std::slice::from_ref(&event)).unwrap();
    }

    let found = hub.lock().largest_channels(10);
    let names: Vec<_> = found.iter().map(|it| it.name.as_deref()).collect();
    assert_eq!(names, [Some("busy"), Some("news.world"), Some("news.>"), None]);
    assert_eq!(found.iter().map(|it| it.members).collect::<Vec<_>>(), [3, 2, 1, 0]);
    let kinds: Vec<_> = found.iter().map(|it| it.kind.name()).collect();
    assert_eq!(kinds, ["channel", "topic", "pattern", "channel"]);
    assert_eq!((found[0].id, found[3].id), (busy.id, quiet.id));
    let history = found[0].history.unwrap();
    assert_eq!(history.events, 2);
    assert!(history.bytes > 0);
    assert_eq!(found[1].history.map(|size| size.events), Some(0));
    assert!(found[3].history.is_none());

    let few = hub.lock().largest_channels(2);
    assert_eq!(few.iter().map(|it| it.members).collect::<Vec<_>>(), [3, 2]);
    hub.shutdown();
}
