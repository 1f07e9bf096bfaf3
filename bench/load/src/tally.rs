//! Compares the received events with the expected ones, and measures their latency.

use hdrhistogram::Histogram;

use crate::stamp::Stamp;

/// Event number `n` was sent to channel `n % channels`. Client number `c` is in the first
/// `1 + c % channels` of them.
pub struct Tally {
    expected: u32,
    channels: u32,
    /// How many events all clients together must get.
    wanted: u64,
    received: u64,
    /// Events that arrived twice or too late, or that were never expected.
    surplus: u64,
    /// Connections that have received everything.
    pub complete: usize,
    first_sent: u64,
    last_read: u64,
    latency: Histogram<u64>,
}

/// The events that one client must get.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Share {
    /// The number of the next event.
    next: u32,
    /// The number of channels that the client is in.
    joined: u32,
}

impl Tally {
    pub fn new(expected: u32, channels: u32) -> Self {
        let latency = Histogram::new_with_bounds(1, 60_000_000, 3).expect("the bounds are valid");
        Self {
            expected,
            channels: channels.max(1),
            wanted: 0,
            received: 0,
            surplus: 0,
            complete: 0,
            first_sent: u64::MAX,
            last_read: 0,
            latency,
        }
    }

    /// The events that a client must get. `first` is the number of the first event that it does not
    /// have yet.
    pub fn begin(&mut self, client: usize, first: u32) -> Share {
        let joined = 1 + (client % self.channels as usize) as u32;
        self.wanted += u64::from(self.count_below(self.expected, joined))
            - u64::from(self.count_below(first.min(self.expected), joined));
        let share = Share { next: self.at_or_after(first, joined), joined };
        self.complete += usize::from(share.next >= self.expected);
        share
    }

    /// Counts one event of a client.
    pub fn count(&mut self, share: &mut Share, stamp: Stamp, read_at: u64) {
        // A gap stays open: events missing at the end were lost, and late ones are surplus.
        if stamp.number != share.next || share.next >= self.expected {
            self.surplus += 1;
            return;
        }
        share.next = self.at_or_after(share.next + 1, share.joined);
        self.received += 1;
        self.complete += usize::from(share.next >= self.expected);
        self.first_sent = self.first_sent.min(stamp.sent);
        self.last_read = read_at;
        self.latency.saturating_record(read_at.saturating_sub(stamp.sent) / 1000);
    }

    /// `connected`: when the last batch of connections began to open.
    pub fn json(&self, connected: u64, failures: &[String]) -> String {
        let missing = self.wanted - self.received;
        let latency = |quantile| self.latency.value_at_quantile(quantile);
        format!(
            r#"{{"received":{},"missing":{missing},"surplus":{},"failed":{},"failure":{:?},"span":{},"elapsed":{},"p50":{},"p99":{},"max":{}}}"#,
            self.received,
            self.surplus,
            failures.len(),
            failures.first().map_or("", String::as_str),
            self.last_read.saturating_sub(self.first_sent),
            self.last_read.saturating_sub(connected),
            latency(0.5),
            latency(0.99),
            self.latency.max(),
        )
    }

    /// How many numbers below `end` belong to the first `joined` channels.
    fn count_below(&self, end: u32, joined: u32) -> u32 {
        end / self.channels * joined + (end % self.channels).min(joined)
    }

    /// The first number from `number` on that belongs to the first `joined` channels.
    fn at_or_after(&self, number: u32, joined: u32) -> u32 {
        if self.channels == 1 {
            return number;
        }
        let channel = number % self.channels;
        if channel < joined { number } else { number + self.channels - channel }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(tally: &mut Tally, client: usize, first: u32, numbers: &[u32]) {
        let mut share = tally.begin(client, first);
        for &number in numbers {
            tally.count(&mut share, Stamp { sent: 0, number }, 1);
        }
    }

    fn tally(numbers: &[u32]) -> (u64, u64, usize) {
        let mut tally = Tally::new(3, 1);
        get(&mut tally, 7, 0, numbers);
        (tally.received, tally.surplus, tally.complete)
    }

    #[test]
    fn a_connection_is_complete_with_each_event_once_and_in_order() {
        assert_eq!(tally(&[0, 1, 2]), (3, 0, 1));
        assert_eq!(tally(&[0, 1]), (2, 0, 0));
    }

    #[test]
    fn repeated_missing_swapped_and_surplus_events_are_noticed() {
        assert_eq!(tally(&[0, 1, 1, 2]), (3, 1, 1));
        assert_eq!(tally(&[0, 2]), (1, 1, 0));
        assert_eq!(tally(&[0, 2, 1]), (2, 1, 0));
        assert_eq!(tally(&[0, 1, 2, 3]), (3, 1, 1));
    }

    #[test]
    fn a_client_must_get_the_missing_events_of_its_channels() {
        let mut tally = Tally::new(8, 3);
        get(&mut tally, 0, 0, &[0, 3, 6]);
        get(&mut tally, 1, 2, &[3, 4, 6, 7]);
        get(&mut tally, 5, 7, &[7]);
        get(&mut tally, 3, 8, &[]);
        let Tally { wanted, received, surplus, complete, .. } = tally;
        assert_eq!((wanted, received, surplus, complete), (8, 8, 0, 4));
    }

    #[test]
    fn an_event_of_another_channel_or_before_the_cursor_is_surplus() {
        let mut tally = Tally::new(6, 3);
        get(&mut tally, 0, 0, &[0, 1, 3]);
        get(&mut tally, 2, 4, &[3, 4, 5]);
        let Tally { wanted, received, surplus, complete, .. } = tally;
        assert_eq!((wanted, received, surplus, complete), (4, 4, 2, 2));
    }
}
