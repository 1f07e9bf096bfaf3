//! Maps errors of NATS to faults. All of them are retried.

use std::error::Error;
use std::io;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{CreateStreamError, CreateStreamErrorKind};
use async_nats::{ConnectError, ConnectErrorKind};

use crate::backplane::engine::Fault;

/// `what` failed.
pub fn failed<E: Error + 'static>(what: &str) -> impl Fn(E) -> Fault {
    move |error| Fault::Lost(format!("{what} failed: {}", causes(&error)))
}

pub fn unnumbered(error: async_nats::Error) -> Fault {
    Fault::Lost(format!("NATS sent a message without a number: {error}"))
}

/// The stream does not exist, and could not be created.
pub fn no_stream(name: &str) -> impl Fn(CreateStreamError) -> Fault {
    move |error| {
        let is_off = match error.kind() {
            CreateStreamErrorKind::JetStreamUnavailable => true,
            CreateStreamErrorKind::JetStream(cause) => {
                let code = cause.error_code();
                code == ErrorCode::JETSTREAM_NOT_ENABLED
                    || code == ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT
            }
            _ => false,
        };
        if is_off {
            let reason = "JetStream is unavailable for this user: turn on JetStream in the server";
            return Fault::Lost(reason.into());
        }
        failed(&format!("finding or creating the stream {name}"))(error)
    }
}

/// The connection could not be established.
pub fn unconnected(error: ConnectError) -> Fault {
    Fault::Lost(match error.kind() {
        ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
            "NATS refuses the login: check `user` and `password`, `token`, or what `credentials()` \
             returns"
                .into()
        }
        _ => match tls_error(&error) {
            Some(cause) => {
                format!(
                    "TLS with NATS failed: {cause}: check the option `tls` and the certificates"
                )
            }
            None => format!("connecting to NATS failed: {}: check `servers`", causes(&error)),
        },
    })
}

/// An error and its causes. Causes that the text already contains are left out.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = cause.source();
    }
    text
}

fn tls_error(error: &(dyn Error + 'static)) -> Option<String> {
    let mut next = Some(error);
    while let Some(cause) = next {
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Some(tls.to_string());
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return Some(tls.to_string());
        }
        next = cause.source();
    }
    None
}
