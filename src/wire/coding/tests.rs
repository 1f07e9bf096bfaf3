//! Tests of bodies that are compressed block by block.

use std::io::Read;

use flate2::read::GzDecoder;
use proptest::prelude::*;

use super::*;
use crate::wire::Frame;

/// A body of these frames, in this coding.
fn body(coding: Coding, frames: &[Frame]) -> Vec<u8> {
    let mut sent = Checksum::default();
    let mut body = coding.header().unwrap_or_default().to_vec();
    for frame in frames {
        let block = frame.block(Form { framing: Framing::Plain, coding });
        body.extend_from_slice(&block.bytes);
        sent.append(&block.sum);
    }
    body.extend(coding.trailer(sent).unwrap_or_default());
    body
}

fn decoded(coding: Coding, body: &[u8]) -> Vec<u8> {
    match coding {
        Coding::Identity => body.to_vec(),
        Coding::Gzip => {
            // The decoder checks the trailer, which must be the end.
            let mut plain = Vec::new();
            let mut decoder = GzDecoder::new(body);
            decoder.read_to_end(&mut plain).unwrap();
            assert!(decoder.into_inner().is_empty());
            plain
        }
        Coding::Zstd => zstd::decode_all(body).unwrap(),
    }
}

const CODINGS: [Coding; 3] = [Coding::Identity, Coding::Gzip, Coding::Zstd];

proptest! {
    #[test]
    fn bodies_are_decoded_to_their_frames_in_any_selection(
        frames in prop::collection::vec(("[a-c\n]{1,3000}", prop::collection::vec(0..2, 2)), 1..20),
    ) {
        // Connections share blocks, although each gets a different selection.
        let shared: Vec<_> = frames.iter().map(|(text, _)| Frame::of(text.as_bytes())).collect();
        for coding in CODINGS {
            for reader in 0..2 {
                let gets = |index: &usize| frames[*index].1[reader] == 1;
                let chosen: Vec<usize> = (0..frames.len()).filter(gets).collect();
                let frames_of: Vec<_> = chosen.iter().map(|&at| shared[at].clone()).collect();
                let plain: String = chosen.iter().map(|&at| frames[at].0.as_str()).collect();
                prop_assert_eq!(decoded(coding, &body(coding, &frames_of)), plain.into_bytes());
            }
        }
    }

    #[test]
    fn any_bytes_are_compressed(bytes in prop::collection::vec(any::<u8>(), 1..5000)) {
        for coding in CODINGS {
            prop_assert_eq!(decoded(coding, &body(coding, &[Frame::of(&bytes)])), bytes.clone());
        }
    }
}

#[test]
fn a_body_without_frames_is_valid() {
    for coding in CODINGS {
        assert!(decoded(coding, &body(coding, &[])).is_empty());
    }
}

#[test]
fn a_block_is_complete_before_the_next_one_begins() {
    let first = Frame::of(b"data: first\n\n");
    let gzip = Form { framing: Framing::Plain, coding: Coding::Gzip };
    let bytes = [Coding::Gzip.header().unwrap(), &first.block(gzip).bytes].concat();
    let mut plain = [0; 13];
    GzDecoder::new(&bytes[..]).read_exact(&mut plain).unwrap();
    assert_eq!(&plain, b"data: first\n\n");
}

#[test]
fn a_block_is_compressed_once() {
    let frame = Frame::of(b"data: once\n\n");
    for coding in [Coding::Gzip, Coding::Zstd] {
        let form = Form { framing: Framing::Chunked, coding };
        let (first, second) = (frame.block(form).bytes, frame.clone().block(form).bytes);
        assert_eq!(first.as_ptr(), second.as_ptr());
    }
}

#[test]
fn incompressible_bytes_grow_only_a_little() {
    // Each step of the generator gives one byte.
    let next = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let noise = std::iter::successors(Some(1), next).map(|state| (state >> 24) as u8);
    let bytes: Vec<u8> = noise.take(1 << 18).collect();
    for coding in [Coding::Gzip, Coding::Zstd] {
        let body = body(coding, &[Frame::of(&bytes)]);
        assert!(body.len() < bytes.len() + 1000);
        assert!(decoded(coding, &body) == bytes);
    }
}
