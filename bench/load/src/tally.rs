//! What came of what was expected, and how late.

use hdrhistogram::Histogram;

use crate::stamp::Stamp;

pub struct Tally {
    expected: u32,
    received: u64,
    /// Events that came twice, too late, or that were never expected.
    surplus: u64,
    /// Connections that have got everything.
    pub complete: usize,
    first_sent: u64,
    last_read: u64,
    latency: Histogram<u64>,
}

impl Tally {
    pub fn new(expected: u32) -> Self {
        let latency = Histogram::new_with_bounds(1, 60_000_000, 3).expect("the bounds are valid");
        Self { expected, received: 0, surplus: 0, complete: 0, first_sent: u64::MAX, last_read: 0, latency }
    }

    /// Counts one event of a connection, of which `next` is the number that comes next.
    pub fn count(&mut self, next: &mut u32, stamp: Stamp, read_at: u64) {
        // A gap is left open: what is missing at the end was lost, and what comes late is surplus.
        if stamp.number != *next || *next >= self.expected {
            self.surplus += 1;
            return;
        }
        *next += 1;
        self.received += 1;
        self.complete += usize::from(*next == self.expected);
        self.first_sent = self.first_sent.min(stamp.sent);
        self.last_read = read_at;
        self.latency.saturating_record(read_at.saturating_sub(stamp.sent) / 1000);
    }

    pub fn json(&self, clients: usize, failures: &[String]) -> String {
        let missing = clients as u64 * u64::from(self.expected) - self.received;
        let latency = |quantile| self.latency.value_at_quantile(quantile);
        format!(
            r#"{{"received":{},"missing":{missing},"surplus":{},"failed":{},"failure":{:?},"span":{},"p50":{},"p99":{},"max":{}}}"#,
            self.received,
            self.surplus,
            failures.len(),
            failures.first().map_or("", String::as_str),
            self.last_read.saturating_sub(self.first_sent),
            latency(0.5),
            latency(0.99),
            self.latency.max(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(numbers: &[u32]) -> (u64, u64, usize) {
        let (mut tally, mut next) = (Tally::new(3), 0);
        for &number in numbers {
            tally.count(&mut next, Stamp { sent: 0, number }, 1);
        }
        (tally.received, tally.surplus, tally.complete)
    }

    #[test]
    fn a_connection_is_complete_with_each_event_once_and_in_order() {
        assert_eq!(tally(&[0, 1, 2]), (3, 0, 1));
        assert_eq!(tally(&[0, 1]), (2, 0, 0));
    }

    #[test]
    fn an_event_that_is_repeated_missed_swapped_or_too_many_is_noticed() {
        assert_eq!(tally(&[0, 1, 1, 2]), (3, 1, 1));
        assert_eq!(tally(&[0, 2]), (1, 1, 0));
        assert_eq!(tally(&[0, 2, 1]), (2, 1, 0));
        assert_eq!(tally(&[0, 1, 2, 3]), (3, 1, 1));
    }
}
