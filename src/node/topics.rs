//! `TopicsHandle`: the topics of a broker, for JavaScript.

use std::sync::Arc;

use napi::Env;
use napi_derive::napi;

use super::connection::ConnectionHandle;
use super::error::Result;
use super::event::{EventFields, event};
use super::hub::HistoryOptions;
use super::sender::{self, Sender};
use crate::handle::Topics;
use crate::ids::ConnectionId;

#[napi]
pub struct TopicsHandle {
    pub(super) topics: Arc<Topics>,
}

#[napi]
impl TopicsHandle {
    /// Throws if the name is invalid.
    #[napi(catch_unwind)]
    pub fn check(&self, name: String) -> Result<()> {
        Ok(self.topics.check(&name)?)
    }

    /// Allows a connection to subscribe and get broadcasts, until `disconnect`.
    #[napi(catch_unwind)]
    pub fn connect(&self, connection: &ConnectionHandle) {
        self.topics.connect(&connection.connection);
    }

    #[napi(catch_unwind)]
    pub fn disconnect(&self, connection: f64) {
        self.topics.disconnect(ConnectionId(connection as u64));
    }

    /// `options`: those of the topic, used if this call creates it.
    #[napi(catch_unwind, ts_return_type = "'joined' | 'gathered' | 'gap' | 'unchanged'")]
    pub fn subscribe(
        &self,
        connection: f64,
        name: String,
        resume: bool,
        options: Option<HistoryOptions>,
    ) -> Result<&'static str> {
        let connection = ConnectionId(connection as u64);
        Ok(self.topics.subscribe(connection, &name, resume, options.map(Into::into))?.name())
    }

    #[napi(catch_unwind)]
    pub fn unsubscribe(&self, connection: f64, name: String) -> bool {
        self.topics.unsubscribe(ConnectionId(connection as u64), &name)
    }

    /// Creates a function that sends an event to a topic or, without one, to every client. It
    /// returns how many connections get it, or the error.
    #[napi(
        catch_unwind,
        ts_return_type = "(topic: string | undefined, id?: string, name?: string, data?: string, \
                          retry?: number, comment?: string) => number | Error"
    )]
    pub fn sender<'env>(&self, env: &'env Env) -> Result<Sender<'env>> {
        let topics = self.topics.clone();
        sender::to_name(env, "sendToTopic", move |topic, event| {
            Ok(match topic {
                Some(topic) => topics.publish(topic, event)?,
                None => topics.broadcast(event)?,
            })
        })
    }

    /// Publishes to a topic through the backplane. A notice with the number `request` follows.
    #[napi(catch_unwind)]
    pub fn publish_shared(&self, request: u32, topic: String, fields: EventFields) -> Result<()> {
        let EventFields { id, name, data, retry, comment } = fields;
        let event = event(id, name, data, retry, comment)?;
        Ok(self.topics.publish_shared(&topic, event, request)?)
    }

    /// The minted id of this process's latest event, if the topic mints ids.
    #[napi(catch_unwind)]
    pub fn minted_id(&self, topic: String) -> Option<String> {
        self.topics.minted_id(&topic)
    }

    /// Completes the history of a shared topic. Returns false if it is already complete. Otherwise
    /// a notice with the number `request` follows.
    #[napi(catch_unwind)]
    pub fn load(&self, topic: String, request: u32) -> bool {
        self.topics.load(&topic, request)
    }

    /// The ids of the subscribers.
    #[napi(catch_unwind)]
    pub fn subscribers(&self, name: String) -> Result<Vec<f64>> {
        Ok(self.topics.subscribers(&name)?.into_iter().map(|id| id.0 as f64).collect())
    }

    #[napi(catch_unwind)]
    pub fn exists(&self, name: String) -> bool {
        self.topics.exists(&name)
    }

    /// The names of topics that have subscribers.
    #[napi(catch_unwind)]
    pub fn names(&self) -> Vec<String> {
        self.topics.names().iter().map(|name| name.to_string()).collect()
    }

    /// Removes every client and discards all histories.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        self.topics.close();
    }
}
