//! The names of channels and topics in an engine.
//!
//! | subject           | what                                             |
//! | ----------------- | ------------------------------------------------ |
//! | `c:<channel>`     | a channel                                        |
//! | `t:<broker>/<topic>` | a topic; the name of a broker has no slash    |
//! | `b:<broker>`      | every client of a broker                         |

use super::engine::Subject;

pub fn of_channel(name: &str) -> Subject {
    format!("c:{name}").into()
}

pub fn of_topic(broker: &str, name: &str) -> Subject {
    format!("t:{broker}/{name}").into()
}

pub fn of_everyone(broker: &str) -> Subject {
    format!("b:{broker}").into()
}

/// The topic of a subject.
pub fn topic_of(subject: &str) -> &str {
    subject.split_once('/').map_or("", |(_, name)| name)
}
