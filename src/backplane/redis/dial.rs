//! Connects to Redis.

use std::net::SocketAddr;

use redis::aio::MultiplexedConnection;
use redis::io::AsyncDNSResolver;
use redis::{
    AsyncConnectionConfig, Client, ClientTlsConfig, ConnectionAddr, IntoConnectionInfo,
    ProtocolVersion, RedisConnectionInfo, RedisFuture, TlsCertificates,
};

use super::PATIENCE;
use super::fault::fault;
use super::options::{Address, Login};
use super::pushes::{Pushes, pushes};
use crate::backplane::engine::Answer;
use crate::backplane::tls::Tls;

/// The settings to connect to servers of one kind.
pub struct Dial<'a> {
    pub tls: Option<&'a Tls>,
    pub login: Login,
    pub database: u32,
}

impl Dial<'_> {
    pub async fn commands(&self, address: &Address) -> Answer<MultiplexedConnection> {
        self.connect(address, ProtocolVersion::RESP2, config()).await
    }

    pub async fn subscriptions(
        &self,
        address: &Address,
    ) -> Answer<(MultiplexedConnection, Pushes)> {
        let (pushes, push) = pushes();
        let config = config().set_push_sender(push);
        Ok((self.connect(address, ProtocolVersion::RESP3, config).await?, pushes))
    }

    async fn connect(
        &self,
        Address { host, port }: &Address,
        protocol: ProtocolVersion,
        mut config: AsyncConnectionConfig,
    ) -> Answer<MultiplexedConnection> {
        let login = &self.login;
        let mut settings =
            RedisConnectionInfo::default().set_db(self.database.into()).set_protocol(protocol);
        if let Some(username) = &login.username {
            settings = settings.set_username(username);
        }
        if let Some(password) = &login.password {
            settings = settings.set_password(password);
        }
        let (host, port) = (host.clone(), *port);
        let plain = ConnectionAddr::Tcp(host.clone(), port);
        let info = plain.into_connection_info().map_err(fault)?.set_redis_settings(settings);
        let client = match self.tls {
            None => Client::open(info).map_err(fault)?,
            Some(tls) => {
                let name = tls.server_name.clone().unwrap_or_else(|| host.clone());
                if name != host {
                    config = config.set_dns_resolver(AlwaysHost(host));
                }
                let (host, insecure, tls_params) = (name, false, None);
                let encrypted = ConnectionAddr::TcpTls { host, port, insecure, tls_params };
                Client::build_with_tls(info.set_addr(encrypted), certificates(tls))
                    .map_err(fault)?
            }
        };
        client.get_multiplexed_async_connection_with_config(&config).await.map_err(fault)
    }
}

fn config() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(PATIENCE))
        .set_response_timeout(Some(PATIENCE))
}

fn certificates(tls: &Tls) -> TlsCertificates {
    let client_tls = tls.identity.clone();
    let client_tls =
        client_tls.map(|(client_cert, client_key)| ClientTlsConfig { client_cert, client_key });
    TlsCertificates { client_tls, root_cert: tls.authorities.clone() }
}

/// Connects to this host although the certificate has another name.
struct AlwaysHost(String);

impl AsyncDNSResolver for AlwaysHost {
    fn resolve<'a, 'b: 'a>(
        &'a self,
        _name: &'b str,
        port: u16,
    ) -> RedisFuture<'a, Box<dyn Iterator<Item = SocketAddr> + Send + 'a>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((self.0.as_str(), port)).await?;
            let found: Box<dyn Iterator<Item = SocketAddr> + Send> = Box::new(found);
            Ok(found)
        })
    }
}
