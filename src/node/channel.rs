//! `ChannelHandle`: a channel, for JavaScript.

use napi_derive::napi;

use super::connection::ConnectionHandle;
use super::error::Result;
use super::event::{EventFields, event};
use crate::handle::Channel;
use crate::log::Key;
use crate::wire::{Framing, frame_text};

#[napi]
pub struct ChannelHandle {
    pub(super) channel: Channel,
}

#[napi]
impl ChannelHandle {
    #[napi(getter, catch_unwind)]
    pub fn id(&self) -> f64 {
        self.channel.id.0 as f64
    }

    #[napi(getter, catch_unwind)]
    pub fn count(&self) -> u32 {
        self.channel.count() as u32
    }

    /// The ids of the members.
    #[napi(catch_unwind)]
    pub fn members(&self) -> Vec<f64> {
        self.channel.members().into_iter().map(|id| id.0 as f64).collect()
    }

    #[napi(catch_unwind, ts_return_type = "'joined' | 'gathered' | 'gap' | 'unchanged'")]
    pub fn add(&self, connection: &ConnectionHandle, resume: bool) -> Result<&'static str> {
        Ok(self.channel.join(&connection.connection, resume)?.name())
    }

    /// Returns false if the connection was not a member.
    #[napi(catch_unwind)]
    pub fn remove(&self, connection: &ConnectionHandle) -> bool {
        self.channel.leave(&connection.connection)
    }

    #[napi(catch_unwind)]
    pub fn send(
        &self,
        id: Option<String>,
        name: Option<String>,
        data: Option<String>,
        retry: Option<f64>,
        comment: Option<String>,
    ) -> Result<()> {
        let event = event(id, name, data, retry, comment)?;
        self.channel.send(std::slice::from_ref(&event))?;
        Ok(())
    }

    /// Publishes through the backplane. A notice with the number `request` follows.
    #[napi(catch_unwind)]
    pub fn publish(
        &self,
        request: u32,
        key: Option<String>,
        removes: bool,
        fields: EventFields,
    ) -> Result<()> {
        let EventFields { id, name, data, retry, comment } = fields;
        let event = event(id, name, data, retry, comment)?;
        let key = key.map(|name| Key { name: name.into(), removes });
        self.channel.publish(&event, key, Some(request))?;
        Ok(())
    }

    /// Publishes the last event. With a backplane and `request`, a notice with that number follows.
    #[napi(catch_unwind)]
    pub fn end(&self, fields: EventFields, request: Option<u32>) -> Result<()> {
        let EventFields { id, name, data, retry, comment } = fields;
        let event = event(id, name, data, retry, comment)?;
        self.channel.end(&event, request)?;
        Ok(())
    }

    /// Whether the last event was published, as far as this process knows.
    #[napi(getter, catch_unwind)]
    pub fn has_ended(&self) -> bool {
        self.channel.has_ended()
    }

    /// The custom id of the latest event, if it has one.
    #[napi(getter, catch_unwind)]
    pub fn last_id(&self) -> Option<String> {
        self.channel.last_id()
    }

    /// Reads the history after an id, or from its start, as frame text: the first frames of at
    /// least `limit` bytes. `null` if the id is unknown, or if events after it are not kept.
    #[napi(catch_unwind)]
    pub fn read(&self, after: Option<String>, limit: f64) -> Option<String> {
        let frames = self.channel.read(after.as_deref(), limit as usize)?;
        let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.bytes(Framing::Plain)).collect();
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The minted id of this process's latest event, if the channel mints ids.
    #[napi(catch_unwind)]
    pub fn minted_id(&self) -> Option<String> {
        self.channel.minted_id()
    }

    /// Completes the history of a shared channel. Returns false if it is already complete.
    /// Otherwise a notice with the number `request` follows.
    #[napi(catch_unwind)]
    pub fn load(&self, request: u32) -> bool {
        self.channel.load(request)
    }

    /// Sends an event that sets the value of a key, on a channel that keeps latest values.
    #[napi(catch_unwind)]
    pub fn set_value(
        &self,
        key: String,
        id: Option<String>,
        name: Option<String>,
        data: Option<String>,
        retry: Option<f64>,
        comment: Option<String>,
    ) -> Result<()> {
        let event = event(id, name, data, retry, comment)?;
        self.channel.send_value(&event, Key { name: key.into(), removes: false })?;
        Ok(())
    }

    /// Sends an event that removes the value of a key.
    #[napi(catch_unwind)]
    pub fn remove_value(
        &self,
        key: String,
        id: Option<String>,
        name: Option<String>,
        data: Option<String>,
        retry: Option<f64>,
        comment: Option<String>,
    ) -> Result<()> {
        let event = event(id, name, data, retry, comment)?;
        self.channel.send_value(&event, Key { name: key.into(), removes: true })?;
        Ok(())
    }

    #[napi(catch_unwind)]
    pub fn write(&self, text: String) -> Result<()> {
        self.channel.send(&frame_text::parse(&text)?)?;
        Ok(())
    }

    /// Closes the channel and returns the ids of its former members.
    #[napi(catch_unwind)]
    pub fn close(&self) -> Vec<f64> {
        self.channel.close().unwrap_or_default().into_iter().map(|id| id.0 as f64).collect()
    }

    #[napi(catch_unwind)]
    pub fn close_if_empty(&self) -> bool {
        self.channel.close_if_empty()
    }
}
