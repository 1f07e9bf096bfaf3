//! How to reach Redis, and what it keeps.

use crate::backplane::engine::Retain;
use crate::backplane::tls::Tls;

#[derive(Clone, Debug)]
pub struct RedisOptions {
    pub servers: Servers,
    /// Asked for at each connect if they are not known.
    pub login: Option<Login>,
    pub database: u32,
    pub tls: Option<Tls>,
    /// The beginning of all keys.
    pub prefix: String,
    pub retain: Retain,
}

/// Where Redis is.
#[derive(Clone, Debug)]
pub enum Servers {
    /// The first one.
    Direct(Vec<Address>),
    /// These know the master of that name.
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
