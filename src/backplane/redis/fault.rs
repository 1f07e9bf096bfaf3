//! What an error of Redis means for a session.

use redis::{ErrorKind, ParsingError, RedisError, ServerErrorKind};

use crate::backplane::engine::Fault;

/// Whatever Redis cannot do now, it can do later: a replica that must not write, a node without the
/// slot, a server that loads or has no memory left. So the connection is made again.
pub fn fault(error: RedisError) -> Fault {
    if error.code() == Some("REPLACED") { Fault::Replaced } else { Fault::Lost(error.to_string()) }
}

pub fn parse(error: ParsingError) -> Fault {
    Fault::Lost(format!("Redis has keys of another form: {error}"))
}

pub fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}
