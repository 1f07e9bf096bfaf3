use bolero::{TypeGenerator, check, produce};

use crate::audience::{Audience, TopicsOptions, matches};
use crate::ids::ConnectionId;

#[derive(Clone, Copy, Debug, TypeGenerator)]
enum Token {
    One,
    Rest,
    Empty,
    A,
    B,
    Char(char),
}

/// A name that a client may choose.
fn name(tokens: &[Token]) -> String {
    let text = |token: &Token| match token {
        Token::One => "*".into(),
        Token::Rest => ">".into(),
        Token::Empty => String::new(),
        Token::A => "a".into(),
        Token::B => "b".into(),
        Token::Char(char) => char.to_string(),
    };
    tokens.iter().map(text).collect::<Vec<_>>().join(".")
}

#[test]
fn an_event_reaches_the_patterns_that_match_its_topic_and_no_others() {
    let options = TopicsOptions { wildcards: true, max_patterns: 99, max_topics: 99 };
    // Short names, so many of them match.
    let tokens = || produce::<Vec<Token>>().with().len(1usize..5);
    let patterns = produce::<Vec<Vec<Token>>>().with().len(0usize..6).values(tokens());
    check!().with_generator((patterns, tokens())).for_each(|(patterns, topic)| {
        let mut audience = Audience::new(1);
        let topics = audience.create_topics(options);
        let topic = name(topic);
        if !matches!(options.is_pattern(&topic), Ok(false)) {
            return;
        }
        let mut expected = Vec::new();
        for pattern in patterns.iter().map(|tokens| name(tokens)) {
            if options.is_pattern(&pattern) != Ok(true) {
                continue;
            }
            let (channel, is_new) = audience.find_or_create(topics, &pattern, None).unwrap();
            // Each channel has its own member, so no other channel reaches it.
            if is_new {
                let member = ConnectionId(channel.0);
                audience.open(member, Default::default());
                audience.join(member, channel);
            }
            if matches(&pattern, &topic) && !expected.contains(&channel) {
                expected.push(channel);
            }
        }
        let reach = audience.reach(topics, &topic);
        let mut reached = reach.map(|reach| reach.channels.to_vec()).unwrap_or_default();
        reached.sort_unstable();
        expected.sort_unstable();
        assert_eq!(reached, expected);
    });
}
