//! `TopicsHandle`.

use napi_derive::napi;

use super::channel::Addition;
use super::connection::ConnectionHandle;
use super::error::Result;
use super::event::event;
use super::hub::HistoryOptions;
use crate::connection::ConnectionId;
use crate::topics::Topics;

#[napi]
pub struct TopicsHandle {
    pub(super) topics: Topics,
}

#[napi]
impl TopicsHandle {
    /// Throws unless the name is one.
    #[napi(catch_unwind)]
    pub fn check(&self, name: String) -> Result<()> {
        Ok(self.topics.check(&name)?)
    }

    /// Lets a connection subscribe, until `disconnect`.
    #[napi(catch_unwind)]
    pub fn connect(&self, connection: &ConnectionHandle) {
        self.topics.connect(&connection.connection);
    }

    #[napi(catch_unwind)]
    pub fn disconnect(&self, connection: f64) {
        self.topics.disconnect(ConnectionId(connection as u64));
    }

    /// `options`: what is to be said of this topic, if it comes into being.
    #[napi(catch_unwind)]
    pub fn subscribe(
        &self,
        connection: f64,
        name: String,
        cursor: Option<String>,
        options: Option<HistoryOptions>,
    ) -> Result<Addition> {
        let connection = ConnectionId(connection as u64);
        Ok(self.topics.subscribe(connection, &name, cursor.as_deref(), options.map(Into::into))?.into())
    }

    #[napi(catch_unwind)]
    pub fn unsubscribe(&self, connection: f64, name: String) -> bool {
        self.topics.unsubscribe(ConnectionId(connection as u64), &name)
    }

    /// How many subscribers get it.
    #[napi(catch_unwind)]
    pub fn publish(
        &self,
        topic: String,
        id: Option<String>,
        name: Option<String>,
        data: Option<String>,
        retry: Option<f64>,
        comment: Option<String>,
    ) -> Result<u32> {
        let event = event(id, name, data, retry, comment)?;
        Ok(self.topics.publish(&topic, &event)? as u32)
    }

    /// The ids of the connections.
    #[napi(catch_unwind)]
    pub fn subscribers(&self, name: String) -> Result<Vec<f64>> {
        Ok(self.topics.subscribers(&name)?.into_iter().map(|id| id.0 as f64).collect())
    }

    #[napi(catch_unwind)]
    pub fn exists(&self, name: String) -> bool {
        self.topics.exists(&name)
    }

    /// Those that have subscribers.
    #[napi(catch_unwind)]
    pub fn names(&self) -> Vec<String> {
        self.topics.names().iter().map(|name| name.to_string()).collect()
    }
}
