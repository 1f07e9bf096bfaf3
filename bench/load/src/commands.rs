//! Standard input as lines of words. It is read when it is readable, so that one loop can wait for
//! it and for sockets.

use std::collections::VecDeque;
use std::io::{self, Write};

use crate::client::Cursor;

#[derive(Default)]
pub struct Commands {
    bytes: Vec<u8>,
    lines: VecDeque<Vec<String>>,
}

impl Commands {
    /// Reads the available bytes; call it when standard input is readable. Returns false at the
    /// end.
    pub fn read(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 4096];
        let length = rustix::io::read(io::stdin(), &mut buffer)?;
        self.bytes.extend_from_slice(&buffer[..length]);
        while let Some(end) = memchr::memchr(b'\n', &self.bytes) {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let words = String::from_utf8_lossy(&line).split_whitespace().map(str::to_owned).collect();
            self.lines.push_back(words);
        }
        Ok(length > 0)
    }

    pub fn take(&mut self) -> Option<Vec<String>> {
        self.lines.pop_front()
    }
}

/// The number at `index` of a command's words.
pub fn number(words: &[String], index: usize) -> Result<u64, String> {
    let word = words.get(index).ok_or_else(|| format!("{words:?} needs a number at {index}"))?;
    word.parse().map_err(|_| format!("{word:?} is not a whole number"))
}

/// The cursors from `index` on, each as `FIRST:ID`.
pub fn cursors(words: &[String], index: usize) -> Result<Vec<Cursor>, String> {
    let parse = |word: &String| {
        let (first, id) = word.split_once(':')?;
        Some(Cursor { first: first.parse().ok()?, id: id.to_owned() })
    };
    let words = words.get(index..).unwrap_or_default();
    words.iter().map(|word| parse(word).ok_or_else(|| format!("bad cursor: {word:?}"))).collect()
}

/// Answers a command with one line of JSON.
pub fn reply(json: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{json}")?;
    stdout.flush()
}
