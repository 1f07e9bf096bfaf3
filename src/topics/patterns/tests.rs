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
fn a_pattern_has_so_many_tokens_at_most() {
    let tokens = |count: usize| vec!["a"; count].join(".");
    assert_eq!(is_pattern(&format!("{}.>", tokens(63))), Ok(true));
    assert!(is_pattern(&format!("{}.>", tokens(64))).is_err());
    assert!(is_pattern(&format!("*.{}", tokens(64))).is_err());
    assert_eq!(is_pattern(&tokens(500)), Ok(false));
}
