//! Makes an event from the fields that the shim passes.

use crate::error::Error;
use crate::wire::Event;

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

fn milliseconds(retry: f64) -> Result<u32, Error> {
    let whole = retry as u32;
    if f64::from(whole) == retry { Ok(whole) } else { Err(Error::Retry) }
}
