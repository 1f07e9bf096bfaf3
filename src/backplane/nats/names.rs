//! The names of subjects in NATS: `<stream>.<all topics, or _>.<subject>`, each as one token.

use crate::backplane::engine::{Outgoing, Subject};

/// For publications in a single subject.
const NONE: &str = "_";

#[derive(Clone, Debug)]
pub struct Names {
    pub stream: String,
}

impl Names {
    /// Matches every publication of the stream.
    pub fn everything(&self) -> String {
        format!("{}.>", self.stream)
    }

    pub fn of_publication(&self, Outgoing { subject, all, .. }: &Outgoing) -> String {
        let all = all.as_ref().map_or(NONE.into(), |all| encode(all));
        format!("{}.{all}.{}", self.stream, encode(subject))
    }

    /// Matches the publications of a subject.
    pub fn filter(&self, subject: &str) -> String {
        let token = encode(subject);
        if subject.starts_with("a:") {
            format!("{}.{token}.*", self.stream)
        } else {
            format!("{}.*.{token}", self.stream)
        }
    }

    /// The subjects of a publication.
    pub fn subjects(&self, name: &str) -> Option<(Subject, Option<Subject>)> {
        let (all, subject) = name.strip_prefix(&self.stream)?.strip_prefix('.')?.split_once('.')?;
        let all = if all == NONE { None } else { Some(decode(all)?.into()) };
        Some((decode(subject)?.into(), all))
    }
}

/// Bytes other than letters, digits, `-` and `_` become `=` and two hexadecimal digits.
fn encode(subject: &str) -> String {
    let mut token = String::with_capacity(subject.len() + 8);
    for byte in subject.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => token.push(byte.into()),
            _ => token.push_str(&format!("={byte:02X}")),
        }
    }
    token
}

fn decode(token: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(token.len());
    let mut rest = token.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'=' {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            (digit(rest.next()?)? * 16 + digit(rest.next()?)?) as u8
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_name_stands_for_its_subjects(subject: String, broker in "[a-z]{1,8}") {
            let names = Names { stream: "sluice".into() };
            for all in [None, Some(format!("a:{broker}").into())] {
                let outgoing = Outgoing {
                    subject: subject.as_str().into(),
                    all: all.clone(),
                    payload: [].into(),
                    is_kept: true,
                    number: 1,
                    request: None,
                };
                let name = names.of_publication(&outgoing);
                prop_assert!(!name.contains([' ', '*', '>']));
                prop_assert_eq!(name.split('.').count(), 3);
                prop_assert_eq!(names.subjects(&name), Some((subject.as_str().into(), all)));
            }
        }

        #[test]
        fn any_name_can_be_parsed_without_a_panic(name: String) {
            let _ = Names { stream: "sluice".into() }.subjects(&format!("sluice.{name}"));
        }
    }
}
