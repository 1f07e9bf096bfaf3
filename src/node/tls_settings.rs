//! `TlsSettings`: certificates for the connections to an engine, from JavaScript.

use napi_derive::napi;

/// Certificates and keys in PEM format.
#[napi(object)]
pub struct TlsSettings {
    pub ca: Option<String>,
    /// Set `cert` and `key` together, or neither.
    pub cert: Option<String>,
    pub key: Option<String>,
    pub server_name: Option<String>,
}

#[cfg(any(feature = "nats", feature = "redis"))]
impl From<TlsSettings> for crate::backplane::Tls {
    fn from(TlsSettings { ca, cert, key, server_name }: TlsSettings) -> Self {
        let bytes = String::into_bytes;
        let identity = cert.zip(key).map(|(cert, key)| (bytes(cert), bytes(key)));
        Self { authorities: ca.map(bytes), identity, server_name }
    }
}
