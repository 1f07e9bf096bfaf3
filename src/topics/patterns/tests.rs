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
