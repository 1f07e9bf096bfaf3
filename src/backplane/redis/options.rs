//! The connection settings for Redis, and its retention.

use crate::backplane::engine::Retain;
use crate::backplane::tls::Tls;

#[derive(Clone, Debug)]
pub struct RedisOptions {
    pub servers: Servers,
    /// `None`: asked for at each connect.
    pub login: Option<Login>,
    pub database: u32,
    pub tls: Option<Tls>,
    /// The prefix of all keys.
    pub prefix: String,
    pub retain: Retain,
}

/// How to find the server.
#[derive(Clone, Debug)]
pub enum Servers {
    /// Only the first address is used.
    Direct(Vec<Address>),
    /// Sentinels, which know the master with this name.
    Sentinel { nodes: Vec<Address>, name: String, login: Login, has_tls: bool },
    /// Some nodes of a cluster.
    Cluster(Vec<Address>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub host: String,
    pub port: u16,
}

#[derive(Clone, Default)]
pub struct Login {
    pub username: Option<String>,
    pub password: Option<String>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Login")
    }
}
