//! Tests of checksums that are combined from the sums of blocks.

use proptest::prelude::*;

use super::*;

fn sum_of(bytes: &[u8]) -> Checksum {
    Checksum { crc: crc32fast::hash(bytes), length: bytes.len() as u32 }
}

proptest! {
    #[test]
    fn the_sums_of_blocks_combine_to_the_sum_of_all_bytes(blocks: Vec<Vec<u8>>) {
        let mut sum = Checksum::default();
        for block in &blocks {
            sum.append(&BlockSum::of(block));
        }
        prop_assert_eq!(sum, sum_of(&blocks.concat()));
    }
}

#[test]
fn an_empty_block_changes_nothing() {
    let mut sum = sum_of(b"text");
    sum.append(&BlockSum::default());
    sum.append(&BlockSum::of(b""));
    assert_eq!(sum, sum_of(b"text"));
}
