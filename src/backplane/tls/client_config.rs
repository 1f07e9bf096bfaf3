//! The configuration of rustls. The Redis client creates its own from the same PEM.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::Tls;

impl Tls {
    /// The error message names the option that failed.
    pub fn client_config(&self) -> Result<ClientConfig, String> {
        let provider = Arc::new(ring::default_provider());
        let roots = Arc::new(self.roots()?);
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("TLS cannot be set up: {error}"))?;
        let builder = match &self.server_name {
            None => builder.with_root_certificates(roots),
            Some(name) => {
                let verifier = AlwaysName::new(name, roots, provider)?;
                builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
            }
        };
        let Some((certificate, key)) = &self.identity else {
            return Ok(builder.with_no_client_auth());
        };
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| format!("`tls.key` is not a private key in PEM: {error}"))?;
        let chain = certificates("tls.cert", certificate)?;
        builder
            .with_client_auth_cert(chain, key)
            .map_err(|error| format!("`tls.cert` and `tls.key` cannot be used: {error}"))
    }

    fn roots(&self) -> Result<RootCertStore, String> {
        let mut roots = RootCertStore::empty();
        match &self.authorities {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(pem) => {
                for certificate in certificates("tls.ca", pem)? {
                    let invalid = |error| format!("`tls.ca` has an invalid certificate: {error}");
                    roots.add(certificate).map_err(invalid)?;
                }
            }
        }
        Ok(roots)
    }
}

fn certificates(option: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("`{option}` is not PEM: {error}"))?;
    if found.is_empty() { Err(format!("`{option}` has no certificate")) } else { Ok(found) }
}

/// Checks the certificate as usual, but expects another name than the host.
#[derive(Debug)]
struct AlwaysName {
    name: ServerName<'static>,
    usual: Arc<WebPkiServerVerifier>,
}

impl AlwaysName {
    fn new(
        name: &str,
        roots: Arc<RootCertStore>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, String> {
        let invalid = |_| "`tls.serverName` is not a valid host name".to_owned();
        let name = ServerName::try_from(name.to_owned()).map_err(invalid)?;
        let usual = WebPkiServerVerifier::builder_with_provider(roots, provider)
            .build()
            .map_err(|error| format!("`tls.ca` cannot be used: {error}"))?;
        Ok(Self { name, usual })
    }
}

impl ServerCertVerifier for AlwaysName {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _host: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Self { name, usual } = self;
        usual.verify_server_cert(certificate, intermediates, name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.usual.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.usual.supported_verify_schemes()
    }
}
