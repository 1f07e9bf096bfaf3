//! The handles that a host holds: connections, channels and a broker's topics. Each refers to its
//! object by id and keeps the hub alive.

mod channel;
mod connection;
mod frames;
mod topics;

#[cfg(test)]
mod resume_model;

pub use channel::Channel;
pub use connection::Connection;
pub use frames::Frames;
pub use topics::Topics;
