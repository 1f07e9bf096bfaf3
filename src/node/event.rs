//! Creates an event from the fields that the shim passes.

use napi_derive::napi;

use crate::error::Error;
use crate::wire::Event;

/// The fields of an event, for methods that take them as one object.
#[napi(object)]
pub struct EventFields {
    pub id: Option<String>,
    pub name: Option<String>,
    pub data: Option<String>,
    pub retry: Option<f64>,
    pub comment: Option<String>,
}

pub fn event(
    id: Option<String>,
    event: Option<String>,
    data: Option<String>,
    retry: Option<f64>,
    comment: Option<String>,
) -> Result<Event, Error> {
    let retry = retry.map(milliseconds).transpose()?;
    Ok(Event { id, event, data, retry, comment, ..Event::default() })
}

pub fn milliseconds(retry: f64) -> Result<u32, Error> {
    let whole = retry as u32;
    if f64::from(whole) == retry { Ok(whole) } else { Err(Error::Retry) }
}
