//! Patterns of topics. `*` matches one token, and `>` at the end matches one or more.

use std::collections::HashMap;

use crate::error::Error;
use crate::ids::ChannelId;

const ONE: &str = "*";
const REST: &str = ">";
/// Bounds the recursion: a tree is as deep as its longest pattern.
const MAX_TOKENS: usize = 64;

/// Whether a name has wildcards.
pub(super) fn is_pattern(name: &str) -> Result<bool, Error> {
    let mut tokens = name.split('.').rev();
    let last = tokens.next();
    let mut found = matches!(last, Some(ONE | REST));
    for token in tokens {
        if token == REST {
            return Err(Error::Topic("`>` must be the last token of its name"));
        }
        found |= token == ONE;
    }
    if found && name.split('.').count() > MAX_TOKENS {
        return Err(Error::Topic("a name with wildcards has 64 tokens at most"));
    }
    Ok(found)
}

/// Whether a pattern matches a name.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern.split('.'), name.split('.'));
    loop {
        match (pattern.next(), name.next()) {
            (None, None) => return true,
            (Some(REST), Some(_)) => return true,
            (Some(ONE), Some(_)) => {}
            (Some(expected), Some(token)) if expected == token => {}
            _ => return false,
        }
    }
}

/// The first token of a name, and the rest.
fn first_token(name: &str) -> (&str, Option<&str>) {
    name.split_once('.').map_or((name, None), |(token, rest)| (token, Some(rest)))
}

/// A tree of tokens.
#[derive(Default)]
pub(super) struct Patterns {
    channel: Option<ChannelId>,
    /// By token. Wildcards are ordinary tokens here.
    next: HashMap<Box<str>, Patterns>,
}

impl Patterns {
    pub fn insert(&mut self, pattern: &str, channel: ChannelId) {
        let mut node = self;
        for token in pattern.split('.') {
            node = node.next.entry(token.into()).or_default();
        }
        node.channel = Some(channel);
    }

    pub fn remove(&mut self, pattern: &str) {
        let (token, rest) = first_token(pattern);
        let Some(node) = self.next.get_mut(token) else { return };
        match rest {
            Some(rest) => node.remove(rest),
            None => node.channel = None,
        }
        if node.is_empty() {
            self.next.remove(token);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.channel.is_none() && self.next.is_empty()
    }

    /// Adds the channels of the patterns that match a name.
    pub fn matching(&self, name: &str, found: &mut Vec<ChannelId>) {
        if self.next.is_empty() {
            return;
        }
        if let Some(rest) = self.next.get(REST) {
            found.extend(rest.channel);
        }
        let (token, rest) = first_token(name);
        for node in [token, ONE].into_iter().filter_map(|token| self.next.get(token)) {
            match rest {
                Some(rest) => node.matching(rest, found),
                None => found.extend(node.channel),
            }
        }
    }
}

#[cfg(test)]
mod tests;
