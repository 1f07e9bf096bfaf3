//! Detects that a connection is lost, and why.

use std::future::ready;

use async_nats::{ConnectOptions, Event, ServerError};
use tokio::sync::watch;

use crate::backplane::engine::{Answer, Fault};

#[derive(Clone)]
pub struct Line(watch::Receiver<Option<String>>);

impl Line {
    /// Adds a callback to the options that watches the connection.
    pub fn watch(options: ConnectOptions) -> (Self, ConnectOptions) {
        let (lose, lost) = watch::channel(None);
        let options = options.event_callback(move |event| {
            if let Some(reason) = reason(event) {
                // The first reason is the cause of the others.
                lose.send_if_modified(|lost| {
                    let is_first = lost.is_none();
                    lost.get_or_insert(reason);
                    is_first
                });
            }
            ready(())
        });
        (Self(lost), options)
    }

    /// Runs `work` until the connection is lost. Otherwise a request would wait for its timeout.
    pub async fn unless_lost<Of>(&self, work: impl Future<Output = Answer<Of>>) -> Answer<Of> {
        let mut lost = self.0.clone();
        let reason = async move {
            let reason = lost.wait_for(Option::is_some).await;
            reason.map_or(None, |reason| reason.clone()).unwrap_or_else(|| CLOSED.into())
        };
        tokio::select! {
            reason = reason => Err(Fault::Lost(reason)),
            answer = work => answer,
        }
    }
}

const CLOSED: &str = "the connection to NATS was closed";

/// Why a connection is no longer usable after an event.
fn reason(event: Event) -> Option<String> {
    match event {
        Event::Disconnected | Event::Closed => Some(CLOSED.into()),
        // A forbidden request gets no answer.
        Event::ServerError(ServerError::Other(error)) => {
            let is_forbidden = error.to_ascii_lowercase().contains("permissions violation");
            let hint = if is_forbidden {
                ": allow the user the permissions that the guide to several processes lists"
            } else {
                ""
            };
            Some(format!("NATS says: {error}{hint}"))
        }
        Event::ServerError(ServerError::AuthorizationViolation) => {
            Some("NATS has ended the connection: the login is no longer valid".into())
        }
        _ => None,
    }
}
