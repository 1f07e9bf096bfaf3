//! The body is valid, whichever events leave a queue or are dropped.

use std::io::Read;

use flate2::read::GzDecoder;
use proptest::prelude::*;

use super::*;
use crate::ids::{ChannelId, Place};
use crate::wire::{Checksum, Coding, Form, Frame, Framing};

#[derive(Clone, Debug)]
enum Step {
    Event {
        size: usize,
    },
    Latest {
        size: usize,
        key: u8,
    },
    Ping,
    /// The client takes this many bytes.
    Take(usize),
    DropOldest(usize),
    DropPublications,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..400usize).prop_map(|size| Step::Event { size }),
        2 => (0..400usize, 0..3u8).prop_map(|(size, key)| Step::Latest { size, key }),
        1 => Just(Step::Ping),
        4 => (1..500usize).prop_map(Step::Take),
        1 => (0..500usize).prop_map(Step::DropOldest),
        1 => Just(Step::DropPublications),
    ]
}

struct Body {
    queue: Queue,
    form: Form,
    bytes: Vec<u8>,
    sent: Checksum,
    /// How many events were pushed, and how many were dropped.
    pushed: u64,
    dropped: u64,
}

impl Body {
    fn of(coding: Coding) -> Self {
        let (queue, form) = (Queue::default(), Form { framing: Framing::Plain, coding });
        let bytes = coding.header().unwrap_or_default().to_vec();
        Self { queue, form, bytes, sent: Checksum::NOTHING, pushed: 0, dropped: 0 }
    }

    fn event(&mut self, size: usize) -> Segment {
        self.pushed += 1;
        // Varied letters, which compress badly.
        let noise: String = (0..size as u64)
            .map(|at| char::from(b'a' + ((at * at + self.pushed) % 26) as u8))
            .collect();
        let frame = Frame::of(format!("data: {} {noise}\n\n", self.pushed).as_bytes());
        let place = Some(Place(self.pushed));
        Segment { events: 1, live: true, place, ..frame.block(self.form).into() }
    }

    fn apply(&mut self, step: &Step) {
        match *step {
            Step::Event { size } => {
                let segment = self.event(size);
                self.queue.push(segment);
            }
            Step::Latest { size, key } => {
                let key = Some((ChannelId(0), Arc::from(key.to_string())));
                let segment = Segment { key, ..self.event(size) };
                self.dropped += self.queue.push_latest(segment);
            }
            Step::Ping => {
                let block = Frame::of(b":\n\n").block(self.form);
                self.queue.push(Segment { live: true, ..block.into() });
            }
            Step::Take(count) => self.take(count),
            Step::DropOldest(limit) => self.dropped += self.queue.drop_oldest(bytes(limit)),
            Step::DropPublications => {
                let before: u64 = self.queue.segments.iter().map(|segment| segment.events).sum();
                self.queue.drop_publications();
                let after: u64 = self.queue.segments.iter().map(|segment| segment.events).sum();
                self.dropped += before - after;
            }
        }
    }

    fn take(&mut self, count: usize) {
        let count = count.min(self.queue.bytes());
        let queued: Vec<u8> = self.queue.iter().flatten().copied().collect();
        self.bytes.extend_from_slice(&queued[..count]);
        self.queue.advance(count, |sum| self.sent.append(sum));
    }

    /// The events that the client gets.
    fn read(mut self) -> Vec<u64> {
        self.take(usize::MAX);
        self.bytes.extend(self.form.coding.trailer(self.sent).unwrap_or_default());
        let mut plain = Vec::new();
        match self.form.coding {
            Coding::Identity => plain = self.bytes,
            // The decoder checks the sum and the length.
            Coding::Gzip => drop(GzDecoder::new(&self.bytes[..]).read_to_end(&mut plain).unwrap()),
            Coding::Zstd => plain = zstd::decode_all(&self.bytes[..]).unwrap(),
        }
        let plain = String::from_utf8(plain).unwrap();
        let events = plain.split_terminator("\n\n").filter(|frame| *frame != ":");
        let number = |frame: &str| frame.strip_prefix("data: ")?.split(' ').next()?.parse().ok();
        events.map(|frame| number(frame).expect("a whole event")).collect()
    }
}

proptest! {
    #[test]
    fn the_body_has_each_event_that_was_not_dropped(
        steps in prop::collection::vec(step(), 0..60),
    ) {
        for coding in [Coding::Identity, Coding::Gzip, Coding::Zstd] {
            let mut body = Body::of(coding);
            steps.iter().for_each(|step| body.apply(step));
            let (pushed, dropped) = (body.pushed, body.dropped);
            let events = body.read();
            prop_assert!(events.is_sorted());
            prop_assert_eq!(events.len() as u64, pushed - dropped);
        }
    }
}
