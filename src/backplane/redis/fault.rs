//! Maps errors of Redis to faults.

use redis::{ErrorKind, ParsingError, RedisError, ServerErrorKind};

use crate::backplane::engine::Fault;

/// Errors of Redis may be temporary: a replica that must not write, a node without the slot, a
/// server that is loading or out of memory. The engine therefore reconnects.
pub fn fault(error: RedisError) -> Fault {
    if error.code() == Some("REPLACED") { Fault::Replaced } else { Fault::Lost(error.to_string()) }
}

pub fn parse(error: ParsingError) -> Fault {
    Fault::Lost(format!("Redis sent an unexpected reply: {error}"))
}

pub fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}
