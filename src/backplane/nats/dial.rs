//! Connects to NATS.

use async_nats::{Client, ConnectOptions};

use super::PATIENCE;
use super::fault::unconnected;
use super::line::Line;
use crate::backplane::engine::{Answer, Fault};
use crate::backplane::host_calls::Credentials;
use crate::backplane::tls::Tls;

/// `tls`: with `None`, the servers and their URLs decide whether TLS is used.
pub async fn dial(
    servers: &[String],
    tls: Option<&Tls>,
    credentials: Credentials,
) -> Answer<(Client, Line)> {
    let is_required = tls.is_some();
    let config = tls.cloned().unwrap_or_default().client_config().map_err(Fault::Lost)?;
    let options = ConnectOptions::new()
        .name("sluice")
        .connection_timeout(PATIENCE)
        .request_timeout(Some(PATIENCE))
        .tls_client_config(config)
        .require_tls(is_required);
    let (line, options) = Line::watch(with_credentials(options, credentials));
    let client = options.connect(servers).await.map_err(unconnected)?;
    Ok((client, line))
}

fn with_credentials(options: ConnectOptions, credentials: Credentials) -> ConnectOptions {
    let Credentials { username, password, token } = credentials;
    let options = match username {
        Some(user) => options.user_and_password(user, password.unwrap_or_default()),
        None => options,
    };
    match token {
        Some(token) => options.token(token),
        None => options,
    }
}
