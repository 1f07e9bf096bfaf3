//! `ListedChannel`: a channel in the list for tools, for JavaScript.

use napi_derive::napi;

use crate::listing::Listed;

#[napi(object, object_from_js = false)]
pub struct ListedChannel {
    pub id: f64,
    /// `channel`, `topic` or `pattern`.
    pub kind: &'static str,
    /// The name of a topic or a pattern, or the name that the host gave the channel.
    pub name: Option<String>,
    pub members: f64,
    /// Absent if the channel keeps no events.
    pub history: Option<HistorySize>,
}

#[napi(object, object_from_js = false)]
pub struct HistorySize {
    pub events: f64,
    pub bytes: f64,
}

impl From<Listed> for ListedChannel {
    fn from(listed: Listed) -> Self {
        let history = listed
            .history
            .map(|size| HistorySize { events: size.events as f64, bytes: size.bytes as f64 });
        Self {
            id: listed.id.0 as f64,
            kind: listed.kind.name(),
            name: listed.name.map(String::from),
            members: listed.members as f64,
            history,
        }
    }
}
