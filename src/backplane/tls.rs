//! Certificates and keys of the connections to an engine.

#[cfg(feature = "nats")]
mod client_config;

/// Certificates and the key are PEM.
#[derive(Clone, Default)]
pub struct Tls {
    /// Those that are trusted, instead of Mozilla's.
    pub authorities: Option<Vec<u8>>,
    /// That of this client, and its key.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// The name in the server's certificate, if it is not the host.
    pub server_name: Option<String>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Tls")
    }
}
