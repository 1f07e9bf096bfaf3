//! Publications that the engine has accepted. The host waits until they are delivered here, so that
//! its next actions come after them.

use std::collections::HashMap;

use super::engine::Subject;
use crate::sync::Mutex;

#[derive(Debug, PartialEq, Eq)]
pub struct Kept {
    pub number: u64,
    /// The host's promise.
    pub request: u32,
}

/// Bounded by the number of the host's promises.
#[derive(Default)]
pub struct Awaited(Mutex<HashMap<Subject, Vec<Kept>>>);

impl Awaited {
    pub fn push(&self, subject: &Subject, kept: Kept) {
        self.0.lock().entry(subject.clone()).or_default().push(kept);
    }

    /// Takes the promises of a subject up to a number.
    pub fn take(&self, subject: &str, number: u64) -> Vec<Kept> {
        let by_subject = &mut *self.0.lock();
        let Some(waiting) = by_subject.get_mut(subject) else { return Vec::new() };
        let taken = waiting.extract_if(.., |kept| kept.number <= number).collect();
        if waiting.is_empty() {
            by_subject.remove(subject);
        }
        taken
    }

    /// For each subject, the promise that has waited longest.
    pub fn oldest(&self) -> HashMap<Subject, u32> {
        let by_subject = self.0.lock();
        let oldest = |waiting: &Vec<Kept>| waiting.first().map(|kept| kept.request);
        by_subject.iter().filter_map(|(it, waiting)| Some((it.clone(), oldest(waiting)?))).collect()
    }

    pub fn take_all(&self) -> HashMap<Subject, Vec<Kept>> {
        std::mem::take(&mut *self.0.lock())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_waits_for_the_events_up_to_its_own() {
        let (awaited, subject) = (Awaited::default(), Subject::from("c:news"));
        let kept = |number| Kept { number, request: number as u32 };
        for number in [3, 5, 8] {
            awaited.push(&subject, kept(number));
        }
        assert_eq!(awaited.oldest(), HashMap::from([(subject.clone(), 3)]));
        assert_eq!(awaited.take("c:other", 9), []);
        assert_eq!(awaited.take(&subject, 2), []);
        assert_eq!(awaited.take(&subject, 5), [kept(3), kept(5)]);
        assert_eq!(awaited.take_all(), HashMap::from([(subject, vec![kept(8)])]));
        assert!(awaited.take_all().is_empty());
    }
}
