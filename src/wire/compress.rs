//! Compresses blocks. Each thread creates one compressor of each kind when it first needs it.

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress};
use zstd::bulk::Compressor;
use zstd::zstd_safe::compress_bound;

use super::coding::Coding;

/// Higher levels take longer and save almost nothing because blocks are small.
const GZIP_LEVEL: u32 = 4;
const ZSTD_LEVEL: i32 = 1;
/// More than deflate adds to incompressible bytes and for the flush.
const OVERHEAD: usize = 64;
/// The largest capacity of `output` that is reused, in bytes.
const KEPT: usize = 1 << 20;

#[derive(Default)]
struct Compressors {
    gzip: Option<Compress>,
    zstd: Option<Compressor<'static>>,
    /// The result. It is copied to memory of its exact size because a history may keep it for long.
    output: Vec<u8>,
}

thread_local! {
    static COMPRESSORS: RefCell<Compressors> = RefCell::default();
}

/// Passes a block to `take`. Both the bytes and the block must have at least one byte.
pub(super) fn compress<T>(coding: Coding, bytes: &[u8], take: impl FnOnce(&[u8]) -> T) -> T {
    COMPRESSORS.with_borrow_mut(|compressors| {
        compressors.output.clear();
        match coding {
            Coding::Identity => return take(bytes),
            Coding::Gzip => compressors.deflate(bytes),
            Coding::Zstd => compressors.zstd(bytes),
        }
        let taken = take(&compressors.output);
        if compressors.output.capacity() > KEPT {
            compressors.output = Vec::new();
        }
        taken
    })
}

impl Compressors {
    fn deflate(&mut self, bytes: &[u8]) {
        let Self { gzip, output, .. } = self;
        let gzip = gzip.get_or_insert_with(|| Compress::new(Compression::new(GZIP_LEVEL), false));
        gzip.reset();
        let mut taken = 0;
        // The flush is complete once it leaves room in the output.
        while taken < bytes.len() || output.len() == output.capacity() {
            let rest = &bytes[taken..];
            output.reserve(rest.len() + rest.len() / 8 + OVERHEAD);
            gzip.compress_vec(rest, output, FlushCompress::Full)
                .expect("deflate accepts any bytes in this state");
            taken = gzip.total_in() as usize;
        }
    }

    fn zstd(&mut self, bytes: &[u8]) {
        let Self { zstd, output, .. } = self;
        let zstd = zstd.get_or_insert_with(|| {
            Compressor::new(ZSTD_LEVEL).expect("there is memory for a compressor")
        });
        output.reserve(compress_bound(bytes.len()));
        zstd.compress_to_buffer(bytes, output).expect("zstd accepts any bytes");
    }
}
