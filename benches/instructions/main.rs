//! Does each operation of the core a fixed number of times, for `npm run instructions`. callgrind
//! counts the instructions of [`counted`], and writes what it has counted at each [`finished`].

mod fan_out;
mod flush;
mod publish;

use std::io;

use dlmalloc::GlobalDlmalloc;

/// Its instructions do not depend on the version of libc.
#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

fn main() -> io::Result<()> {
    publish::all()?;
    fan_out::all()?;
    flush::all()
}

/// What is done here is counted, and nothing else.
#[inline(never)]
fn counted<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// The operation is over. Its instructions are divided by `units`.
#[inline(never)]
fn finished(operation: &str, units: usize) {
    println!("{units} {operation}");
}
