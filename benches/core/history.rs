//! Histories, and what a returning client gets from them.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use sluice::bench::{event, history};
use sluice::ids::{ChannelId, Place};
use sluice::log::{Cursor, Draft, Log, Resume, Source};

/// Channels with 500 events each, published in turn. Returns the id of the first event.
fn log(channels: u64) -> (Log, String) {
    let mut log = Log::default();
    for channel in 0..channels {
        log.open(ChannelId(channel), history(500));
    }
    for number in 0..500 * channels {
        append(&mut log, number % channels);
    }
    let first = log.id_of(Place(1)).unwrap_or_default();
    (log, first)
}

fn append(log: &mut Log, channel: u64) {
    if let Ok(draft) = Draft::new(&event()) {
        log.publish(ChannelId(channel), draft);
    }
}

/// The oldest event is dropped.
#[divan::bench]
fn append_to_a_full_history(bencher: Bencher) {
    let (mut log, _) = log(1);
    bencher
        .with_inputs(|| Draft::new(&event()))
        .bench_local_values(|draft| draft.map(|draft| log.publish(ChannelId(0), draft)));
}

#[divan::bench(args = [0, 10, 499])]
fn replay(bencher: Bencher, missed: u64) {
    let (mut log, _) = log(1);
    let place = Some(Place(500 - missed));
    let source = Source::Channel(ChannelId(0));
    bencher
        .counter(ItemsCount::new(missed))
        .bench_local(|| log.after(black_box(&source), black_box(place)));
}

/// A client of several channels gets the missed events of all of them, in order.
#[divan::bench(args = [1, 10, 50])]
fn merge(bencher: Bencher, channels: u64) {
    let (mut log, id) = log(channels);
    bencher.counter(ItemsCount::new(500 * channels - 1)).bench_local(|| {
        let mut resume = Resume::new(Cursor { id: id.clone(), all_on_gap: false }, &log);
        for channel in 0..channels {
            resume.join(&Source::Channel(ChannelId(channel)), &mut log);
        }
        resume.replay(&mut log)
    });
}
