//! Ids that the log mints.

use divan::{Bencher, black_box};
use sluice::bench::{event, history};
use sluice::ids::ChannelId;
use sluice::log::{Draft, Log};

fn log() -> Log {
    let mut log = Log::default();
    log.open(ChannelId(0), history(0));
    for _ in 0..1_000 {
        let Ok(draft) = Draft::new(&event()) else { continue };
        log.publish(ChannelId(0), draft);
    }
    log
}

#[divan::bench]
fn mint(bencher: Bencher) {
    let log = log();
    bencher.bench(|| log.id_of(black_box(log.last())));
}

#[divan::bench]
fn parse(bencher: Bencher) {
    let log = log();
    let id = log.id_of(log.last()).unwrap_or_default();
    bencher.bench(|| log.place_of(black_box(&id)));
}

/// The id of another server, or of the epoch before a restart, is refused.
#[divan::bench]
fn refuse(bencher: Bencher) {
    let log = log();
    bencher.bench(|| log.place_of(black_box("3f2k9xq-lfls")));
}
