//! Data of connections for which the host keeps no object.

use std::sync::Arc;

use crate::connection::QueueGauge;
use crate::ids::{ConnectionId, IdMap};
use crate::sync::Mutex;

/// The records of open connections. The core does not read them.
#[derive(Default)]
pub struct Records(Mutex<IdMap<ConnectionId, Record>>);

struct Record {
    text: Box<str>,
    gauge: Arc<QueueGauge>,
}

impl Records {
    pub fn keep(&self, id: ConnectionId, gauge: Arc<QueueGauge>, text: String) {
        self.0.lock().insert(id, Record { text: text.into(), gauge });
    }

    pub fn get(&self, id: ConnectionId) -> Option<String> {
        self.0.lock().get(&id).map(|record| record.text.to_string())
    }

    pub fn gauge(&self, id: ConnectionId) -> Option<Arc<QueueGauge>> {
        self.0.lock().get(&id).map(|record| record.gauge.clone())
    }

    /// Removes and returns a record. The host calls this when it learns that the connection closed.
    pub fn take(&self, id: ConnectionId) -> Option<String> {
        let mut records = self.0.lock();
        let record = records.remove(&id)?;
        // Frees the memory after many connections have left.
        if records.len() < records.capacity() / 8 {
            records.shrink_to_fit();
        }
        Some(record.text.into())
    }

    /// The ids of all connections with a record, in no particular order.
    pub fn ids(&self) -> Vec<ConnectionId> {
        self.0.lock().keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_kept_until_it_is_taken() {
        let records = Records::default();
        let gauge = Arc::<QueueGauge>::default();
        records.keep(ConnectionId(7), gauge.clone(), "seven".to_owned());
        assert_eq!(records.ids(), [ConnectionId(7)]);
        assert_eq!(records.get(ConnectionId(7)).as_deref(), Some("seven"));
        gauge.set_queued(5);
        assert_eq!(records.gauge(ConnectionId(7)).map(|gauge| gauge.bytes()), Some(5));
        assert_eq!(records.take(ConnectionId(7)).as_deref(), Some("seven"));
        assert!(records.get(ConnectionId(7)).is_none());
        assert!(records.gauge(ConnectionId(7)).is_none());
        assert!(records.take(ConnectionId(7)).is_none());
    }
}
