//! Bytes and text that are already in the wire format.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use sluice::wire::{Frames, frame_text};

/// 500 events, of 100 bytes each.
fn body() -> String {
    format!("event: token\ndata: {}\n\n", "x".repeat(79)).repeat(500)
}

/// The splitter gets the body in pieces of this many bytes.
#[divan::bench(args = [7, 100, 16 << 10])]
fn split_a_body_in_pieces(bencher: Bencher, piece: usize) {
    split(bencher, piece, true);
}

#[divan::bench(args = [16 << 10])]
fn split_a_trusted_body_in_pieces(bencher: Bencher, piece: usize) {
    split(bencher, piece, false);
}

fn split(bencher: Bencher, piece: usize, checks: bool) {
    let body = body();
    bencher.counter(BytesCount::new(body.len())).bench(|| {
        let (mut frames, mut finished) = (Frames::new(checks, 1 << 20), Vec::new());
        for piece in black_box(body.as_bytes()).chunks(piece) {
            let _ = frames.push(piece, &mut finished);
        }
        finished
    });
}

#[divan::bench]
fn parse_frame_text(bencher: Bencher) {
    let body = body();
    bencher.counter(BytesCount::new(body.len())).bench(|| frame_text::parse(black_box(&body)));
}
