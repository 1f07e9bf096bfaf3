//! An event's bytes in an engine. Every node must be able to read the events of all others, so the
//! first byte is the version of the format.
//!
//! | bytes | what                                                                   |
//! | ----- | ---------------------------------------------------------------------- |
//! | 1     | 1, or 2 for the last event of a channel                                |
//! | 1     | which fields follow, a bit for each                                    |
//! | 4 + n | for each field, in the order of the bits: its length, big-endian, and its bytes |

use crate::log::Key;
use crate::wire::Event;

const VERSION: u8 = 1;
const LAST: u8 = 2;
/// Set if the event removes the value of its key.
const REMOVES: u8 = 1 << 7;

/// The content of a publication in an engine.
#[derive(Clone, Debug, Default)]
pub struct Payload {
    pub event: Event,
    pub key: Option<Key>,
    /// Whether it is the last event of its channel.
    pub ends: bool,
}

impl Payload {
    pub fn encode(&self) -> Vec<u8> {
        let Event { id, event, data, comment, retry, topic } = &self.event;
        let retry = retry.map(|retry| retry.to_string());
        let key = self.key.as_ref().map(|key| &*key.name);
        let (id, event, data) = (id.as_deref(), event.as_deref(), data.as_deref());
        let fields = [id, event, data, comment.as_deref(), retry.as_deref(), key, topic.as_deref()];
        let length: usize = fields.iter().flatten().map(|field| 4 + field.len()).sum();
        let mut bytes = Vec::with_capacity(2 + length);
        bytes.extend([if self.ends { LAST } else { VERSION }, 0]);
        for (bit, field) in fields.iter().enumerate() {
            if let Some(field) = field {
                bytes[1] |= 1 << bit;
                bytes.extend((field.len() as u32).to_be_bytes());
                bytes.extend(field.as_bytes());
            }
        }
        if self.key.as_ref().is_some_and(|key| key.removes) {
            bytes[1] |= REMOVES;
        }
        bytes
    }

    /// `None` if the bytes are not an event, or have a newer format.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let [version @ (VERSION | LAST), bits, rest @ ..] = bytes else { return None };
        let mut rest = rest;
        let mut fields: [Option<String>; 7] = Default::default();
        for (bit, field) in fields.iter_mut().enumerate() {
            if bits & (1 << bit) != 0 {
                let (length, after) = rest.split_first_chunk::<4>()?;
                let (text, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
                *field = Some(String::from_utf8(text.to_vec()).ok()?);
                rest = after;
            }
        }
        let [id, event, data, comment, retry, key, topic] = fields;
        let retry = retry.map(|retry| retry.parse()).transpose().ok()?;
        let key = key.map(|name| Key { name: name.into(), removes: bits & REMOVES != 0 });
        let event = Event { id, event, data, comment, retry, topic };
        let ends = *version == LAST;
        rest.is_empty().then_some(Self { event, key, ends })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn decoding_restores_the_encoded_payload(
            id: Option<String>, event: Option<String>, data: Option<String>,
            comment: Option<String>, retry: Option<u32>, key: Option<String>,
            topic: Option<String>, removes: bool, ends: bool,
        ) {
            let event = Event { id, event, data, comment, retry, topic };
            let key = key.map(|name| Key { name: name.into(), removes });
            let payload = Payload { event, key, ends };
            let read = Payload::decode(&payload.encode()).unwrap();
            prop_assert_eq!(read.ends, payload.ends);
            prop_assert_eq!(&read.event, &payload.event);
            let parts = |key: &Key| (key.name.clone(), key.removes);
            prop_assert_eq!(read.key.as_ref().map(parts), payload.key.as_ref().map(parts));
        }

        #[test]
        fn any_bytes_can_be_decoded_without_a_panic(bytes: Vec<u8>) {
            let _ = Payload::decode(&bytes);
            let _ = Payload::decode(&[&[VERSION], &bytes[..]].concat());
        }
    }
}
