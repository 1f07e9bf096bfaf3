use super::*;
use crate::channel::{ChannelOptions, Keeper};
use crate::history::Limits;
use crate::hub::Hub;
use crate::notice::Host;

struct Nobody;

impl Host for Nobody {
    fn wake(&self) {}
}

fn channel(hub: &Hub) -> Arc<Channel> {
    hub.channel(ChannelOptions {
        history: Limits { size: 1, bytes: 100, age: None },
        empty_timeout: None,
        keeper: Keeper::Host,
    })
}

#[test]
fn a_channel_is_found_until_it_closes() {
    let hub = Hub::start(1, Box::new(Nobody)).unwrap();
    let store: Arc<Store<&str>> = Arc::default();
    let news = channel(&hub);
    store.insert("news", &news);
    assert!(store.get(&"news").is_some_and(|found| found.id == news.id));
    assert!(store.get(&"weather").is_none());
    news.close();
    assert!(store.is_empty());
}

#[test]
fn a_channel_that_nobody_holds_is_forgotten() {
    let hub = Hub::start(1, Box::new(Nobody)).unwrap();
    let store: Arc<Store<&str>> = Arc::default();
    store.insert("news", &channel(&hub));
    assert!(store.is_empty());
}

#[test]
fn closing_the_former_channel_of_a_key_does_not_touch_the_new_one() {
    let hub = Hub::start(1, Box::new(Nobody)).unwrap();
    let store: Arc<Store<&str>> = Arc::default();
    let (former, new) = (channel(&hub), channel(&hub));
    store.insert("news", &former);
    store.insert("news", &new);
    former.close();
    assert!(store.get(&"news").is_some_and(|found| found.id == new.id));
    assert_eq!(store.channels().len(), 1);
}
