//! Runs each operation of the core a fixed number of times, for `npm run instructions`. callgrind
//! counts the instructions of [`counted`], and writes the counts at each [`finished`].

mod fan_out;
mod flush;
mod publish;

use std::io;

use dlmalloc::GlobalDlmalloc;

/// The number of its instructions does not depend on the version of libc.
#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

fn main() -> io::Result<()> {
    publish::all()?;
    fan_out::all()?;
    flush::all()
}

/// Only the instructions of `work` are counted.
#[inline(never)]
fn counted<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Ends an operation. Its instructions are divided by `units`.
#[inline(never)]
fn finished(operation: &str, units: usize) {
    println!("{units} {operation}");
}
