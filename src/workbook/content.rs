//! Bytes of a file, wherever they are: on disk, or in memory when they had to be unzipped or decrypted first.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use super::fault::OpenError;

/// Where the bytes are. They can be opened again and again.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A file of its own.
    OnDisk(PathBuf),
    /// Unzipped or decrypted; never written to disk.
    Held(Arc<[u8]>),
}

impl Content {
    /// A reader of its own, at the beginning.
    pub(super) fn open(&self) -> io::Result<Bytes> {
        Ok(match self {
            Content::OnDisk(path) => Bytes::OnDisk(File::open(path)?),
            Content::Held(bytes) => Bytes::Held(Cursor::new(Arc::clone(bytes))),
        })
    }

    /// The same for calamine and zip.
    pub(super) fn source(&self) -> io::Result<Source> {
        self.open().map(BufReader::new)
    }

    /// How many there are.
    pub(super) fn length(&self) -> io::Result<u64> {
        match self {
            Content::OnDisk(path) => std::fs::metadata(path).map(|about| about.len()),
            Content::Held(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// All of them in memory, if they are no more than this.
    pub(super) fn hold(&self, what: &'static str, limit: u64) -> Result<Arc<[u8]>, OpenError> {
        let length = self.length()?;
        if length > limit {
            return Err(OpenError::TooLarge { what, limit, unit: "字节" });
        }
        match self {
            Content::Held(bytes) => Ok(Arc::clone(bytes)),
            Content::OnDisk(path) => {
                let mut bytes = Vec::with_capacity(length as usize);
                File::open(path)?.take(limit).read_to_end(&mut bytes)?;
                Ok(bytes.into())
            }
        }
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Content::Held(bytes.into())
    }
}

/// An opened [`Content`].
#[derive(Debug)]
pub(super) enum Bytes {
    OnDisk(File),
    Held(Cursor<Arc<[u8]>>),
}

/// What calamine and zip read from.
pub(super) type Source = BufReader<Bytes>;

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Bytes::OnDisk(file) => file.read(buffer),
            Bytes::Held(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for Bytes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Bytes::OnDisk(file) => file.seek(to),
            Bytes::Held(bytes) => bytes.seek(to),
        }
    }
}
