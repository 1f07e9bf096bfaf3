//! Tests of patterns and the names that they match.

use super::*;

#[test]
fn wildcards_are_whole_tokens() {
    for name in ["*", ">", "a.*", "a.>", "*.b", "a.*.c", "*.>"] {
        assert_eq!(is_pattern(name), Ok(true), "{name}");
    }
    for name in ["a", "a.b", "a*", "a.b*", ">a", "a.>b", "**", "..", "a > b", "a*.b"] {
        assert_eq!(is_pattern(name), Ok(false), "{name}");
    }
    for name in [">.a", "a.>.b", ">.>"] {
        assert!(is_pattern(name).is_err(), "{name}");
    }
}

#[test]
fn a_pattern_has_at_most_64_tokens() {
    let tokens = |count: usize| vec!["a"; count].join(".");
    assert_eq!(is_pattern(&format!("{}.>", tokens(63))), Ok(true));
    assert!(is_pattern(&format!("{}.>", tokens(64))).is_err());
    assert!(is_pattern(&format!("*.{}", tokens(64))).is_err());
    assert_eq!(is_pattern(&tokens(500)), Ok(false));
}

#[test]
fn matching_a_pattern_agrees_with_its_tree() {
    let names = ["a", "b", "a.b", "b.b", "a.b.c", "a.c.c", "a..c", ""];
    for pattern in ["*", ">", "a.*", "*.b", "a.>", "a.*.c", "*.*.*", "a.b", "*.>", "b.*.c"] {
        let mut tree = Patterns::default();
        tree.insert(pattern, ChannelId(1));
        for name in names {
            let mut found = Vec::new();
            tree.matching(name, &mut found);
            assert_eq!(matches(pattern, name), !found.is_empty(), "{pattern} and {name}");
        }
    }
}

#[test]
fn removing_patterns_empties_the_tree() {
    let mut tree = Patterns::default();
    tree.insert("a.*", ChannelId(1));
    tree.insert("a.*.c", ChannelId(2));
    tree.remove("a.*");
    let mut found = Vec::new();
    tree.matching("a.b", &mut found);
    tree.matching("a.b.c", &mut found);
    assert_eq!(found, [ChannelId(2)]);
    tree.remove("a.*.c");
    assert!(tree.is_empty());
}
