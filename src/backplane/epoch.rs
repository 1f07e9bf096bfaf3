//! The names of logs in engines.

use std::hash::{BuildHasher, RandomState};

/// An epoch has at most seven digits in base 36.
const EPOCHS: u64 = 36_u64.pow(7);

pub fn new_epoch() -> String {
    let mut number = RandomState::new().hash_one(0) % EPOCHS;
    let mut digits = String::new();
    while number > 0 || digits.is_empty() {
        digits.push(char::from_digit((number % 36) as u32, 36).unwrap_or('0'));
        number /= 36;
    }
    digits
}

pub fn is_epoch(name: &str) -> bool {
    (1..=7).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
