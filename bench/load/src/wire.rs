//! The bytes of one connection, plain or through TLS.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;

use rustix::io::Errno;
use rustix::net::{self, AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme};

/// The settings of TLS, shared by all connections.
pub type Secrets = Arc<ClientConfig>;

pub struct Wire {
    pub socket: TcpStream,
    tls: Option<Box<ClientConnection>>,
}

impl Wire {
    pub fn connect(address: SocketAddr, secrets: Option<&Secrets>) -> Result<Self, String> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = net::socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)
            .map_err(|error| format!("socket: {error}"))?;
        // A closed connection must not wait in TIME_WAIT: one run opens a hundred thousand
        // connections.
        net::sockopt::set_socket_linger(&socket, Some(std::time::Duration::ZERO))
            .map_err(|error| format!("linger: {error}"))?;
        match net::connect(&socket, &address) {
            Ok(()) | Err(Errno::INPROGRESS) => {}
            Err(error) => return Err(format!("connect: {error}")),
        }
        let name = ServerName::from(IpAddr::from(Ipv4Addr::LOCALHOST));
        let tls = secrets.map(|secrets| ClientConnection::new(secrets.clone(), name)).transpose();
        let tls = tls.map_err(|error| format!("TLS: {error}"))?.map(Box::new);
        Ok(Self { socket: socket.into(), tls })
    }

    /// Fails if the connection was refused.
    pub fn assert_connected(&self) -> Result<(), String> {
        net::sockopt::socket_error(&self.socket)
            .and_then(|result| result)
            .map_err(|error| format!("connect: {error}"))
    }

    /// Sends a few bytes. With TLS, they follow the handshake.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), String> {
        let Some(tls) = &mut self.tls else { return send(&self.socket, bytes) };
        tls.writer().write_all(bytes).map_err(|error| format!("TLS: {error}"))?;
        flush(tls, &self.socket)
    }

    /// Reads once from the socket, and calls `found` for each piece of the payload. Returns whether
    /// there was anything to read.
    pub fn receive(
        &mut self,
        buffer: &mut [u8],
        mut found: impl FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<bool, String> {
        let length = match net::recv(&self.socket, &mut *buffer, RecvFlags::DONTWAIT) {
            Ok((0, _)) => return Err("the server closed the connection".to_owned()),
            Ok((length, _)) => length,
            Err(Errno::AGAIN | Errno::INTR) => return Ok(false),
            Err(error) => return Err(format!("recv: {error}")),
        };
        let Some(tls) = &mut self.tls else { return found(&buffer[..length]).map(|()| true) };
        let (mut records, mut plain) = (&buffer[..length], [0; 16 << 10]);
        while !records.is_empty() {
            tls.read_tls(&mut records).map_err(|error| format!("TLS: {error}"))?;
            tls.process_new_packets().map_err(|error| format!("TLS: {error}"))?;
            loop {
                match tls.reader().read(&mut plain) {
                    Ok(0) => return Err("the server closed the connection".to_owned()),
                    Ok(length) => found(&plain[..length])?,
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) => return Err(format!("TLS: {error}")),
                }
            }
        }
        flush(tls, &self.socket)?;
        Ok(true)
    }
}

fn flush(tls: &mut ClientConnection, socket: &TcpStream) -> Result<(), String> {
    while tls.wants_write() {
        tls.write_tls(&mut &*socket).map_err(|error| format!("a request was not sent: {error}"))?;
    }
    Ok(())
}

fn send(socket: &TcpStream, bytes: &[u8]) -> Result<(), String> {
    match net::send(socket, bytes, SendFlags::NOSIGNAL) {
        Ok(length) if length == bytes.len() => Ok(()),
        other => Err(format!("a request was not sent: {other:?}")),
    }
}

/// `protocol`: the protocol that the client requests with ALPN.
pub fn secrets(protocol: &str) -> Result<Secrets, String> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone());
    let builder = builder.with_safe_default_protocol_versions();
    let mut config = builder
        .map_err(|error| format!("TLS: {error}"))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Trust(provider)))
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    Ok(Arc::new(config))
}

/// Trusts every certificate: the servers of the bench create their own.
#[derive(Debug)]
struct Trust(Arc<CryptoProvider>);

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
