//! `cargo bench`: the time that the parts of the core take, without threads, sockets and a kernel.

mod cursors;
mod encoder;
mod fan_out;
mod frames;
mod history;
mod publish;

fn main() {
    divan::main();
}
