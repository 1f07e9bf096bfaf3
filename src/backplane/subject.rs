//! The names of channels and topics in an engine.
//!
//! | subject           | what                                             |
//! | ----------------- | ------------------------------------------------ |
//! | `c:<channel>`     | a channel                                        |
//! | `t:<broker>/<topic>` | a topic; the name of a broker has no slash    |
//! | `a:<broker>`      | all topics of a broker, for patterns             |
//! | `b:<broker>`      | every client of a broker                         |

use super::engine::Subject;

pub fn of_channel(name: &str) -> Subject {
    format!("c:{name}").into()
}

pub fn of_topic(broker: &str, name: &str) -> Subject {
    format!("t:{broker}/{name}").into()
}

pub fn of_all_topics(broker: &str) -> Subject {
    format!("a:{broker}").into()
}

pub fn of_everyone(broker: &str) -> Subject {
    format!("b:{broker}").into()
}

/// The subject of all topics that includes a topic's subject.
pub fn all_of(subject: &str) -> Option<String> {
    let (broker, _) = subject.strip_prefix("t:")?.split_once('/')?;
    Some(format!("a:{broker}"))
}

/// The topic of a subject.
pub fn topic_of(subject: &str) -> &str {
    subject.split_once('/').map_or("", |(_, name)| name)
}
