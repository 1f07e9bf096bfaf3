//! Tests that a state is correct, and that it is complete after its floor.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::log::publication::Key;
use crate::wire::Event;

const FAR: usize = usize::MAX;

fn latest(size: usize, bytes: usize, age: Option<Duration>) -> Latest {
    Latest::new(Limits { size, bytes, age }, Place(0))
}

fn frame(text: &str) -> Frame {
    Event { data: Some(text.into()), ..Event::default() }.encode().unwrap()
}

fn publication(place: u64, key: &str, removes: bool) -> Publication {
    let key = Some(Key { name: key.into(), removes });
    let (frame, place) = (frame("x"), Place(place));
    Publication { place, frame, id: None, key, is_kept: true, ends: false }
}

fn with_id(place: u64, key: &str, id: &str) -> Publication {
    Publication { id: Some(id.into()), ..publication(place, key, false) }
}

fn set(latest: &mut Latest, place: u64, key: &str) {
    latest.push(&publication(place, key, false), Instant::now());
}

fn remove(latest: &mut Latest, place: u64, key: &str) {
    latest.push(&publication(place, key, true), Instant::now());
}

fn places(events: Vec<(Place, Frame)>) -> Vec<u64> {
    events.into_iter().map(|(place, _)| place.0).collect()
}

fn values(latest: &mut Latest) -> Vec<u64> {
    places(latest.values(Instant::now()))
}

fn after(latest: &mut Latest, place: u64) -> Vec<u64> {
    places(latest.after(Some(Place(place)), Instant::now()))
}

#[test]
fn keeps_the_latest_of_each_key_in_the_order_of_places() {
    let mut latest = latest(10, FAR, None);
    for (place, key) in [(1, "a"), (2, "b"), (3, "c"), (5, "a")] {
        set(&mut latest, place, key);
    }
    assert_eq!(values(&mut latest), [2, 3, 5]);
    assert_eq!(after(&mut latest, 2), [3, 5]);
    assert_eq!(after(&mut latest, 4), [5]);
    assert_eq!((latest.floor(), latest.last()), (Place(0), Place(5)));
}

#[test]
fn a_removal_deletes_the_value_and_is_replayed() {
    let mut latest = latest(10, FAR, None);
    set(&mut latest, 1, "a");
    set(&mut latest, 2, "b");
    remove(&mut latest, 3, "a");
    assert_eq!(values(&mut latest), [2]);
    assert_eq!(after(&mut latest, 1), [2, 3]);
    set(&mut latest, 4, "a");
    assert_eq!(values(&mut latest), [2, 4]);
    assert_eq!(after(&mut latest, 1), [2, 4]);
    assert_eq!(latest.removals.len(), 0);
}

#[test]
fn the_oldest_value_is_evicted_first_and_is_a_gap() {
    let mut latest = latest(2, FAR, None);
    set(&mut latest, 1, "a");
    set(&mut latest, 2, "b");
    set(&mut latest, 3, "a");
    set(&mut latest, 4, "c");
    assert_eq!(values(&mut latest), [3, 4]);
    assert_eq!(latest.floor(), Place(2));
    remove(&mut latest, 5, "x");
    remove(&mut latest, 6, "y");
    remove(&mut latest, 7, "z");
    assert_eq!(values(&mut latest), [3, 4]);
    assert_eq!(latest.floor(), Place(5));
}

#[test]
fn removals_and_past_ids_are_evicted_before_values() {
    let bytes = "a".len() + frame("x").len();
    let mut latest = latest(10, 3 * bytes, None);
    latest.push(&with_id(1, "a", "one"), Instant::now());
    set(&mut latest, 2, "a");
    assert_eq!((latest.bytes(), latest.find("one")), (bytes + 3, Some(Place(1))));
    remove(&mut latest, 3, "b");
    set(&mut latest, 4, "c");
    assert_eq!((latest.bytes(), latest.find("one")), (3 * bytes, None));
    set(&mut latest, 5, "d");
    assert_eq!((latest.bytes(), latest.floor()), (3 * bytes, Place(3)));
    assert_eq!(values(&mut latest), [2, 4, 5]);
    set(&mut latest, 6, "e");
    assert_eq!((latest.bytes(), latest.floor()), (3 * bytes, Place(3)));
    assert_eq!(values(&mut latest), [4, 5, 6]);
}

#[test]
fn a_value_larger_than_the_bound_is_a_gap_and_evicts_no_other() {
    let mut latest = latest(10, 100, None);
    set(&mut latest, 1, "a");
    set(&mut latest, 2, "b");
    let large = Publication { frame: frame(&"y".repeat(200)), ..with_id(3, "a", "large") };
    latest.push(&large, Instant::now());
    assert_eq!(values(&mut latest), [2]);
    assert_eq!((latest.floor(), latest.find("large")), (Place(3), Some(Place(3))));
}

#[test]
fn the_age_of_values_and_removals_is_bounded() {
    let mut latest = latest(10, FAR, Some(Duration::from_secs(10)));
    let start = Instant::now();
    let at = |seconds| start + Duration::from_secs(seconds);
    latest.push(&publication(1, "a", false), at(0));
    latest.push(&publication(2, "b", true), at(1));
    latest.push(&publication(3, "c", false), at(8));
    assert_eq!(places(latest.after(Some(Place(0)), at(10))), [1, 2, 3]);
    assert_eq!(places(latest.values(at(11))), [3]);
    assert_eq!(latest.floor(), Place(1));
    assert_eq!(places(latest.after(None, at(12))), [3]);
    assert_eq!(latest.floor(), Place(2));
    assert_eq!(places(latest.values(at(30))), [0; 0]);
    assert_eq!((latest.floor(), latest.bytes(), latest.is_empty()), (Place(3), 0, true));
}

#[test]
fn keeps_ids_of_replaced_events_up_to_the_bound() {
    let mut latest = latest(2, FAR, None);
    for place in 1..=4 {
        latest.push(&with_id(place, "a", &place.to_string()), Instant::now());
    }
    let known = |id| latest.find(id).map(|place| place.0);
    assert_eq!(["1", "2", "3", "4"].map(known), [None, Some(2), Some(3), Some(4)]);
    assert_eq!(latest.floor(), Place(0));
}

#[test]
fn a_repeated_id_refers_to_its_latest_event() {
    let mut latest = latest(1, FAR, None);
    for (place, id) in [(1, "x"), (2, "y"), (3, "x"), (4, "z"), (5, "z")] {
        latest.push(&with_id(place, "a", id), Instant::now());
    }
    let known = |id| latest.find(id).map(|place| place.0);
    assert_eq!(["x", "y", "z"].map(known), [None, None, Some(5)]);
}

#[test]
fn of_an_event_without_a_key_only_the_id_is_kept() {
    let mut latest = latest(10, FAR, None);
    set(&mut latest, 1, "a");
    latest.push(&Publication { key: None, ..with_id(2, "", "two") }, Instant::now());
    assert_eq!(values(&mut latest), [1]);
    assert_eq!((latest.find("two"), latest.floor()), (Some(Place(2)), Place(0)));
}

proptest! {
    /// Compared with an unbounded map. From any place since the floor, a replay leads a client to
    /// the present state, except for evicted values.
    #[test]
    fn a_replay_from_any_place_since_the_floor_gives_the_state(
        size in 1usize..6,
        changes in proptest::collection::vec((0u8..8, proptest::bool::weighted(0.3)), 0..40),
    ) {
        let mut latest = latest(size, FAR, None);
        // The state after each place, without any bounds.
        let mut states = vec![BTreeMap::new()];
        for (place, (key, removes)) in (1..).zip(&changes) {
            latest.push(&publication(place, &key.to_string(), *removes), Instant::now());
            let mut state = states.last().unwrap().clone();
            if *removes { state.remove(key) } else { state.insert(*key, place) };
            states.push(state);
            prop_assert!(latest.values.len() <= size && latest.removals.len() <= size);
        }
        let present = states.last().unwrap();
        let mut newest: Vec<_> = present.values().copied().collect();
        newest.sort_unstable();
        // A new client gets the newest values, up to the limit.
        let got = values(&mut latest);
        prop_assert!(newest.ends_with(&got));
        let was_bounded = states.iter().any(|state| state.len() > size);
        prop_assert!(was_bounded || got == newest);
        for place in latest.floor().0..=changes.len() as u64 {
            let mut state = states[place as usize].clone();
            for at in after(&mut latest, place) {
                let (key, removes) = changes[at as usize - 1];
                if removes { state.remove(&key) } else { state.insert(key, at) };
            }
            prop_assert_eq!(&state, present);
        }
    }
}
