//! Tests of when a drain ends each connection.

use std::collections::HashSet;

use super::*;

const COUNT: u64 = 1000;

fn drained(within: Duration, retry: RangeInclusive<u32>) -> Vec<Departure> {
    let options = DrainOptions { within, retry, event: None };
    schedule((0..COUNT).map(ConnectionId).collect(), &options)
}

#[test]
fn one_connection_ends_in_each_part_of_the_window_before_its_last_tenth() {
    let departures = drained(Duration::from_secs(10), 0..=0);
    let part = Duration::from_secs(9) / COUNT as u32;
    for (slot, departure) in (0..).zip(&departures) {
        assert!(departure.after >= part * slot && departure.after < part * (slot + 1));
    }
    let all: HashSet<_> = departures.iter().map(|departure| departure.connection).collect();
    assert_eq!(all.len() as u64, COUNT);
}

#[test]
fn connections_end_in_a_different_order_each_time() {
    let order = || {
        let departures = drained(Duration::from_secs(1), 0..=0);
        departures.into_iter().map(|departure| departure.connection).collect::<Vec<_>>()
    };
    assert_ne!(order(), order());
}

#[test]
fn without_a_window_all_connections_end_at_once() {
    assert!(drained(Duration::ZERO, 0..=0).iter().all(|departure| departure.after.is_zero()));
}

#[test]
fn each_client_gets_its_own_delay_spread_evenly_over_the_range() {
    let departures = drained(Duration::ZERO, 1000..=4999);
    let mut quarters = [0; 4];
    for Departure { retry, .. } in &departures {
        quarters[(retry - 1000) as usize / 1000] += 1;
    }
    // Ten times the standard deviation.
    assert!(quarters.iter().all(|count| (110..390).contains(count)), "{quarters:?}");
    let ends: HashSet<_> =
        drained(Duration::ZERO, 7..=8).iter().map(|departure| departure.retry).collect();
    assert_eq!(ends, HashSet::from([7, 8]));
    assert!(drained(Duration::ZERO, 5..=5).iter().all(|departure| departure.retry == 5));
    assert_eq!(drained(Duration::ZERO, 0..=u32::MAX).len() as u64, COUNT);
}

#[test]
fn without_connections_the_schedule_is_empty() {
    let options = DrainOptions { within: Duration::from_secs(1), retry: 0..=1, event: None };
    assert_eq!(schedule(Vec::new(), &options), []);
}
