//! The container of xls files (and of encrypted workbooks, and of old Word documents) before calamine reads it:
//! what is in it, and that its chains of sectors end.

use std::ops::Range;

use super::fault::{self, OpenError};

const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const LAST_SECTOR: u32 = 0xFFFF_FFFA;
const MINI_SECTOR: usize = 64;
/// Streams shorter than this lie in the mini stream.
const MINI_STREAM_BELOW: u64 = 4096;

/// A compound file held in memory.
pub(super) struct Compound<'a> {
    data: &'a [u8],
    sector_size: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    name: String,
    start: u32,
    length: u64,
    left: u32,
    right: u32,
    child: u32,
}

impl<'a> Compound<'a> {
    /// Reads the tables of a compound file. Chains that run in circles, which calamine would follow until memory
    /// ends, are an error.
    pub(super) fn read(data: &'a [u8]) -> Result<Self, OpenError> {
        let header = data.get(..512).ok_or(OpenError::Truncated)?;
        let sector_size = match u16_at(header, 30) {
            9 => 512,
            12 => 4096,
            _ => return Err(OpenError::broken("sector size")),
        };
        let mut file = Compound {
            data,
            sector_size,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini_stream: Vec::new(),
            entries: Vec::new(),
        };
        let sectors = data.len() / sector_size + 1;
        let mut fat_sectors: Vec<u32> = numbers(&header[76..]).collect();
        let mut next = u32_at(header, 68);
        for step in 0.. {
            if next >= LAST_SECTOR {
                break;
            }
            if step > sectors {
                return Err(OpenError::broken("sector list runs in circles"));
            }
            fat_sectors.extend(numbers(file.sector(next)?));
            next = fat_sectors.pop().ok_or(OpenError::Truncated)?;
        }
        for id in fat_sectors.into_iter().filter(|id| *id < LAST_SECTOR) {
            if file.fat.len() > data.len() {
                return Err(OpenError::broken("sector table longer than the file"));
            }
            let table: Vec<u32> = numbers(file.sector(id)?).collect();
            file.fat.extend(table);
        }
        let directory = file.chain(u32_at(header, 48), u64::MAX)?;
        file.entries = directory.chunks_exact(128).map(|chunk| entry(chunk, sector_size)).collect();
        let Some(root) = file.entries.first().cloned() else { return Err(OpenError::broken("no root")) };
        let mini_fat_sectors = u32_at(header, 64);
        if mini_fat_sectors > 0 {
            file.mini_stream = file.chain(root.start, root.length)?;
            let length = u64::from(mini_fat_sectors) * sector_size as u64;
            file.mini_fat = numbers(&file.chain(u32_at(header, 60), length)?).collect();
        }
        Ok(file)
    }

    /// Names of what lies at the top; a workbook inside a Word document lies deeper.
    fn top_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut waiting = vec![self.entries.first().map_or(u32::MAX, |root| root.child)];
        let mut seen = vec![false; self.entries.len()];
        while let Some(id) = waiting.pop() {
            let Some(entry) = self.entries.get(id as usize) else { continue };
            if !std::mem::replace(&mut seen[id as usize], true) {
                names.push(entry.name.as_str());
                waiting.extend([entry.left, entry.right]);
            }
        }
        names
    }

    /// Whether something of this name lies at the top.
    fn has(&self, name: &str) -> bool {
        self.top_names().iter().any(|top| top.eq_ignore_ascii_case(name))
    }

    /// Whether the real file is encrypted inside: how Office keeps xlsx files with a password.
    pub(super) fn is_encrypted_package(&self) -> bool {
        self.has("EncryptedPackage")
    }

    /// The stream of this name, if there is one.
    pub(super) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, OpenError> {
        self.entry(name).map(|entry| self.content(entry)).transpose()
    }

    /// The workbook's stream, as calamine would choose it. Anything else that comes in such a container is an
    /// error that says what it is.
    pub(super) fn workbook(&self) -> Result<Vec<u8>, OpenError> {
        let not = |looks_like| Err(OpenError::NotASpreadsheet { looks_like });
        if !self.has("Workbook") && !self.has("Book") {
            return match () {
                _ if self.has("WordDocument") => not(fault::WORD),
                _ if self.has("PowerPoint Document") => not(fault::SLIDES),
                _ if self.top_names().iter().any(|name| name.starts_with("__substg1.0")) => not("Outlook 邮件"),
                _ => not(fault::OLD_WORKS),
            };
        }
        self.content(self.workbook_entry().ok_or(OpenError::Truncated)?)
    }

    /// The file with another workbook stream of the same length.
    pub(super) fn with_workbook(&self, stream: &[u8]) -> Result<Vec<u8>, OpenError> {
        let entry = self.workbook_entry().ok_or(OpenError::Truncated)?;
        let mut file = self.data.to_vec();
        let mut rest = stream;
        for place in self.places(entry)? {
            let (now, later) = rest.split_at(rest.len().min(place.len()));
            file[place.start..place.start + now.len()].copy_from_slice(now);
            rest = later;
        }
        Ok(file)
    }

    fn workbook_entry(&self) -> Option<&Entry> {
        self.entry("Workbook").or_else(|| self.entry("Book"))
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    fn content(&self, entry: &Entry) -> Result<Vec<u8>, OpenError> {
        if entry.length >= MINI_STREAM_BELOW {
            return self.chain(entry.start, entry.length);
        }
        follow(entry.start, &self.mini_fat, entry.length, |id| {
            let from = id as usize * MINI_SECTOR;
            self.mini_stream.get(from..).map(|rest| &rest[..rest.len().min(MINI_SECTOR)]).ok_or(OpenError::Truncated)
        })
    }

    /// Where in the file the pieces of a stream lie. The content of the stream must have been read before: its
    /// chain ends.
    fn places(&self, entry: &Entry) -> Result<Vec<Range<usize>>, OpenError> {
        let is_mini = entry.length < MINI_STREAM_BELOW;
        let whole = |start: u32, table: &[u32], size: usize| {
            let mut links = Vec::new();
            let mut id = start;
            while (id as usize) < table.len() && links.len() <= table.len() {
                links.push(id as usize * size);
                id = table[id as usize];
            }
            links
        };
        if !is_mini {
            let links = whole(entry.start, &self.fat, self.sector_size);
            return Ok(links
                .into_iter()
                .map(|at| at + self.sector_size..(at + 2 * self.sector_size).min(self.data.len()))
                .collect());
        }
        // The small sectors lie in the big ones of the root's stream.
        let root = self.entries.first().ok_or(OpenError::Truncated)?;
        let big = whole(root.start, &self.fat, self.sector_size);
        let links = whole(entry.start, &self.mini_fat, MINI_SECTOR);
        let place = |at: usize| {
            let start = big.get(at / self.sector_size)? + self.sector_size + at % self.sector_size;
            (start + MINI_SECTOR <= self.data.len()).then_some(start..start + MINI_SECTOR)
        };
        links.into_iter().map(|at| place(at).ok_or(OpenError::Truncated)).collect()
    }

    fn sector(&self, id: u32) -> Result<&'a [u8], OpenError> {
        let from = (id as usize + 1) * self.sector_size;
        let to = (from + self.sector_size).min(self.data.len());
        self.data.get(from..to).ok_or(OpenError::Truncated)
    }

    fn chain(&self, start: u32, length: u64) -> Result<Vec<u8>, OpenError> {
        follow(start, &self.fat, length, |id| self.sector(id))
    }
}

/// The bytes of a chain of sectors, up to a length. A chain has no more links than its table.
fn follow<'d>(
    start: u32,
    table: &[u32],
    length: u64,
    sector: impl Fn(u32) -> Result<&'d [u8], OpenError>,
) -> Result<Vec<u8>, OpenError> {
    let mut bytes = Vec::new();
    let mut id = start;
    for _ in 0..=table.len() {
        if id == END_OF_CHAIN {
            return Ok(bytes);
        }
        let left = usize::try_from(length - bytes.len() as u64).unwrap_or(usize::MAX);
        let part = sector(id)?;
        bytes.extend_from_slice(&part[..part.len().min(left)]);
        if bytes.len() as u64 >= length {
            return Ok(bytes);
        }
        id = *table.get(id as usize).ok_or(OpenError::Truncated)?;
    }
    Err(OpenError::broken("sectors run in circles"))
}

fn entry(bytes: &[u8], sector_size: usize) -> Entry {
    let units = bytes[..64].as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair));
    let name = char::decode_utf16(units.take_while(|unit| *unit != 0));
    let low = u64::from(u32_at(bytes, 120));
    let high = if sector_size == 512 { 0 } else { u64::from(u32_at(bytes, 124)) << 32 };
    Entry {
        name: name.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect(),
        start: u32_at(bytes, 116),
        length: high | low,
        left: u32_at(bytes, 68),
        right: u32_at(bytes, 72),
        child: u32_at(bytes, 76),
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
