//! Encodes events as frames.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use sluice::bench::event;
use sluice::wire::{Event, Frame, Framing};

fn data(data: String) -> Event {
    Event { data: Some(data), ..event() }
}

fn encodes(bencher: Bencher, event: Event) {
    let bytes = event.data.as_deref().map_or(0, str::len);
    bencher.counter(BytesCount::new(bytes)).bench(|| black_box(&event).encode());
}

#[divan::bench]
fn short(bencher: Bencher) {
    encodes(bencher, event());
}

#[divan::bench]
fn long_line_of_64_kib(bencher: Bencher) {
    encodes(bencher, data("x".repeat(64 << 10)));
}

#[divan::bench]
fn a_thousand_lines_of_64_bytes(bencher: Bencher) {
    encodes(bencher, data(format!("{}\n", "x".repeat(63)).repeat(1_000)));
}

#[divan::bench]
fn non_ascii_4_kib(bencher: Bencher) {
    encodes(bencher, data("čas 時間 ⏱ ".repeat(195)));
}

/// An event of another server, which is only wrapped in a chunk.
#[divan::bench(args = [140, 64 << 10])]
fn chunk(bencher: Bencher, bytes: usize) {
    let body = vec![b'x'; bytes];
    bencher.counter(BytesCount::new(bytes)).bench(|| Frame::of(black_box(&body)));
}

#[divan::bench(args = [Framing::Chunked, Framing::Plain])]
fn take_the_bytes(bencher: Bencher, framing: Framing) {
    let frame = event().encode();
    bencher.bench(|| frame.as_ref().map(|frame| frame.bytes(black_box(framing))));
}
