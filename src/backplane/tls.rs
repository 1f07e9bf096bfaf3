//! Certificates and keys for connections to an engine.

#[cfg(feature = "nats")]
mod client_config;

/// Certificates and the key are in PEM format.
#[derive(Clone, Default)]
pub struct Tls {
    /// Trusted certificate authorities. Default: Mozilla's.
    pub authorities: Option<Vec<u8>>,
    /// The client certificate and its key.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
    /// The name in the server's certificate, if it differs from the host.
    pub server_name: Option<String>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Tls")
    }
}
