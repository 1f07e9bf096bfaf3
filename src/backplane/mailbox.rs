//! Messages from the hosts of other processes, until this host takes them.
//!
//! Bounded in bytes: a host that is busy for long misses messages, and is told so.

use std::collections::HashSet;

use super::engine::Subject;
use crate::sync::Mutex;

/// Maximum number of bytes of messages that wait for the host.
const MAX_BYTES: usize = 8 << 20;
/// The first byte of a message in the engine. No version of the event format has this value.
const MARK: u8 = 0xff;

#[derive(Debug)]
pub struct Message {
    pub subject: Subject,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Default)]
pub struct Mail {
    /// In the order of the engine.
    pub messages: Vec<Message>,
    /// Some messages were lost: the connection to the engine was lost, or the mailbox was full.
    pub is_incomplete: bool,
}

#[derive(Default)]
pub struct Mailbox(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    mail: Mail,
    bytes: usize,
    /// The subjects whose first event waits for the host.
    firsts: HashSet<Subject>,
    /// The host has been told that there are messages.
    is_told: bool,
}

impl Mailbox {
    /// Adds a message. Returns whether the host must be told.
    #[must_use]
    pub fn push(&self, subject: &Subject, bytes: Vec<u8>) -> bool {
        let mut waiting = self.0.lock();
        let size = size_of::<Message>() + bytes.len();
        if waiting.bytes + size > MAX_BYTES {
            waiting.mail.is_incomplete = true;
        } else {
            waiting.bytes += size;
            waiting.mail.messages.push(Message { subject: subject.clone(), bytes });
        }
        !std::mem::replace(&mut waiting.is_told, true)
    }

    /// Adds a message about a subject's first event. There is at most one for each subject that the
    /// host waits for, so there is always room. Returns whether the host must be told.
    #[must_use]
    pub fn push_first(&self, subject: &Subject, bytes: Vec<u8>) -> bool {
        let mut waiting = self.0.lock();
        if !waiting.firsts.insert(subject.clone()) {
            return false;
        }
        waiting.mail.messages.push(Message { subject: subject.clone(), bytes });
        !std::mem::replace(&mut waiting.is_told, true)
    }

    /// Records that messages may have been missed. Returns whether the host must be told.
    #[must_use]
    pub fn lose(&self) -> bool {
        let mut waiting = self.0.lock();
        waiting.mail.is_incomplete = true;
        !std::mem::replace(&mut waiting.is_told, true)
    }

    pub fn take(&self) -> Mail {
        std::mem::take(&mut *self.0.lock()).mail
    }
}

/// Encodes a message for the engine.
pub fn encode(message: &[u8]) -> Vec<u8> {
    [&[MARK], message].concat()
}

/// The message in a payload. `None` if it is an event.
pub fn decode(payload: &[u8]) -> Option<&[u8]> {
    payload.strip_prefix(&[MARK])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_takes_no_messages_holds_a_bounded_number_of_bytes() {
        let (mailbox, subject) = (Mailbox::default(), Subject::from("n:main"));
        let told = (0..1000).filter(|_| mailbox.push(&subject, vec![0; 1 << 16])).count();
        assert_eq!(told, 1);
        let mail = mailbox.take();
        assert!(mail.is_incomplete);
        assert!(mail.messages.iter().map(|it| it.bytes.len()).sum::<usize>() <= MAX_BYTES);
        assert!(mail.messages.len() > 100);
        assert!(mailbox.push(&subject, vec![1]));
        let mail = mailbox.take();
        assert!(!mail.is_incomplete);
        assert_eq!(mail.messages.len(), 1);
    }

    #[test]
    fn only_the_first_event_of_a_subject_waits_even_if_there_is_no_room_for_messages() {
        let (mailbox, subject) = (Mailbox::default(), Subject::from("t:se/7"));
        while !mailbox.0.lock().mail.is_incomplete {
            let _ = mailbox.push(&Subject::from("n:main"), vec![0; 1 << 20]);
        }
        for id in [b"a", b"b"] {
            assert!(!mailbox.push_first(&subject, id.to_vec()));
        }
        let last = mailbox.take().messages.pop();
        assert_eq!(last.map(|it| (it.subject, it.bytes)), Some((subject.clone(), b"a".to_vec())));
        assert!(mailbox.push_first(&subject, b"c".to_vec()));
    }

    #[test]
    fn a_message_is_not_an_event_and_an_event_is_not_a_message() {
        use super::super::Payload;
        assert!(Payload::decode(&encode(b"hello")).is_none());
        assert_eq!(decode(&encode(b"hello")), Some(&b"hello"[..]));
        assert_eq!(decode(&Payload::default().encode()), None);
    }
}
