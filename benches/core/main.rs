//! `cargo bench`: the time that parts of the core take, without threads, sockets or a kernel.

mod cursors;
mod encoder;
mod fan_out;
mod frames;
mod history;
mod publish;

fn main() {
    divan::main();
}
