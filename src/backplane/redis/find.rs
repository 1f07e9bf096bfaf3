//! Finds the server that has the log.

use std::time::Duration;

use redis::{Value, from_redis_value};
use tokio::time::timeout;

use super::dial::Dial;
use super::fault::{fault, parse};
use super::keys;
use super::options::{Address, Login, RedisOptions, Servers};
use crate::backplane::engine::{Answer, Fault};

/// Short, so that a node that does not answer leaves time for the others.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks one node after the other. Nodes that fail go to the end of the list.
pub async fn find(options: &mut RedisOptions, login: &Login) -> Answer<Address> {
    let (tls, prefix) = (options.tls.as_ref(), &options.prefix);
    let (nodes, kind) = match &mut options.servers {
        Servers::Direct(nodes) => return nodes.first().cloned().ok_or_else(no_nodes),
        Servers::Sentinel { nodes, name, login, has_tls } => {
            let tls = tls.filter(|_| *has_tls);
            (nodes, Kind::Sentinel(Dial { tls, login: login.clone(), database: 0 }, name))
        }
        Servers::Cluster(nodes) => {
            (nodes, Kind::Cluster(Dial { tls, login: login.clone(), database: 0 }, prefix))
        }
    };
    let mut fault = no_nodes();
    for _ in 0..nodes.len() {
        let answer = timeout(PATIENCE, kind.ask(&nodes[0])).await;
        let Address { host, port } = &nodes[0];
        match answer.unwrap_or_else(|_| Err(Fault::Lost("the node does not answer".into()))) {
            Ok(address) => return Ok(address),
            Err(reason) => fault = Fault::Lost(format!("{host}:{port}: {reason}")),
        }
        nodes.rotate_left(1);
    }
    Err(fault)
}

fn no_nodes() -> Fault {
    Fault::Lost("the list of servers is empty".into())
}

enum Kind<'a> {
    Sentinel(Dial<'a>, &'a str),
    Cluster(Dial<'a>, &'a str),
}

impl Kind<'_> {
    async fn ask(&self, node: &Address) -> Answer<Address> {
        match self {
            Kind::Sentinel(dial, name) => master(dial, node, name).await,
            Kind::Cluster(dial, prefix) => owner(dial, node, prefix).await,
        }
    }
}

async fn master(dial: &Dial<'_>, node: &Address, name: &str) -> Answer<Address> {
    let mut sentinel = dial.commands(node).await?;
    let mut ask = redis::cmd("SENTINEL");
    ask.arg("GET-MASTER-ADDR-BY-NAME").arg(name);
    let found: Option<(String, u16)> = ask.query_async(&mut sentinel).await.map_err(fault)?;
    let unknown = || Fault::Lost(format!("the sentinel does not know a master named {name}"));
    let (host, port) = found.ok_or_else(unknown)?;
    Ok(Address { host, port })
}

/// The node that has the slot of all keys.
async fn owner(dial: &Dial<'_>, node: &Address, prefix: &str) -> Answer<Address> {
    let mut connection = dial.commands(node).await?;
    let mut ask = redis::cmd("CLUSTER");
    ask.arg("KEYSLOT").arg(keys::log(prefix));
    let slot: u64 = ask.query_async(&mut connection).await.map_err(fault)?;
    let ask = redis::cmd("CLUSTER").arg("SLOTS").clone();
    let ranges: Vec<Value> = ask.query_async(&mut connection).await.map_err(fault)?;
    for range in ranges {
        let parts: Vec<Value> = from_redis_value(range).map_err(parse)?;
        let [Value::Int(first), Value::Int(last), Value::Array(master), ..] = &parts[..] else {
            continue;
        };
        if !(*first as u64..=*last as u64).contains(&slot) {
            continue;
        }
        let [host, Value::Int(port), ..] = &master[..] else { continue };
        let host: Option<String> = from_redis_value(host.clone()).map_err(parse)?;
        // A node that does not know its own host name leaves it out.
        let is_known = |host: &String| !host.is_empty() && host != "?";
        let host = host.filter(is_known).unwrap_or_else(|| node.host.clone());
        let port = u16::try_from(*port);
        let port = port.map_err(|_| Fault::Lost("the cluster has an invalid port".into()))?;
        return Ok(Address { host, port });
    }
    Err(Fault::Lost(format!("no node of the cluster has slot {slot}")))
}
