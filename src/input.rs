//! The files of a month: where they are, what they are called, and by what content they are known.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The document property by which results of ours are known that are not to be read again.
pub const RESULT_PROPERTY: &str = "服务卡结果";

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// What it is called in messages: its path below the input folder, with `/`, in NFC.
    pub name: String,
    /// Where in the zip at `path` it lies: the index of the file in it, and of the file in that, if it is a zip too.
    /// Empty for a file of its own. Then its name is `外层.zip › 内层.xlsx`.
    pub inside: Vec<usize>,
    /// What may open it.
    pub passwords: Passwords,
}

impl Input {
    /// A file of its own that has no password.
    pub fn new(path: PathBuf, name: String) -> Input {
        Input { path, name, inside: Vec::new(), passwords: Passwords::default() }
    }

    /// Its name without the folders and archives it lies in.
    pub fn file_name(&self) -> &str {
        let innermost = self.name.rsplit(" › ").next().unwrap_or_default();
        innermost.rsplit('/').next().unwrap_or_default()
    }
}

/// Passwords, to be tried in turn. They are never shown, not even by `Debug`, and never stored.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Passwords(Arc<[Box<str>]>);

impl Passwords {
    /// One a line; blank lines are none.
    pub fn from_lines(text: &str) -> Passwords {
        text.lines().filter(|line| !line.trim().is_empty()).map(Box::from).collect()
    }

    /// In the order to try them in.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|password| &**password)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// These, and one more.
    pub fn with(&self, password: &str) -> Passwords {
        self.0.iter().cloned().chain([Box::from(password)]).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Box<str>> for Passwords {
    fn from_iter<I: IntoIterator<Item = Box<str>>>(passwords: I) -> Self {
        Passwords(passwords.into_iter().collect())
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passwords", self.len())
    }
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputFile {
    /// Path below the input folder, with `/`.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of its content: the same file sent twice is known by it, whatever its name or date.
    pub sha256: String,
    /// Whether it is a book of cards that we wrote and agents filled in.
    #[serde(default)]
    pub is_card_book: bool,
}

impl InputFile {
    /// One that could not be read.
    pub fn unknown(input: &Input) -> InputFile {
        let bytes = std::fs::metadata(&input.path).map_or(0, |about| about.len());
        InputFile { name: input.name.clone(), bytes, sha256: String::new(), is_card_book: false }
    }
}

/// SHA-256 of a file, in hexadecimal.
pub fn hash_file(path: &Path) -> io::Result<String> {
    hash(File::open(path)?)
}

/// SHA-256 of a file's content, in hexadecimal.
pub fn hash(mut file: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hash.update(&buffer[..read]),
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        let passwords = Passwords::from_lines("一二三\r\n\r\n  \n secret \n");
        assert_eq!(passwords.iter().collect::<Vec<_>>(), ["一二三", " secret "]);
        let input = Input { passwords, ..Input::new("a.xlsx".into(), "a.xlsx".to_string()) };
        let shown = format!("{input:?}");
        assert!(shown.contains("2 passwords") && !shown.contains("secret") && !shown.contains("一二三"), "{shown}");
    }
}
