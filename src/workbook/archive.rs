//! Zipped exports: `.zip` with workbooks in it, `.z` and `.gz` around one. Each file inside is read as if it lay in
//! the input folder, under the name `外层.zip › 内层.xlsx`. Nothing is unzipped to disk.

use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::{GzDecoder, ZlibDecoder};
use zip::ZipArchive;
use zip::result::ZipError;

use super::compound::Compound;
use super::content::{Content, Source};
use super::decrypt;
use super::encoding;
use super::fault::{self, OpenError};
use super::guard::guard;
use super::limits::Limits;
use super::package::{self, zip_error};
use super::sniff::{self, Looks};
use crate::input::{Input, InputFile, Passwords, hash};

/// The files inside each zipped input instead of it. One that cannot be looked into stays; opening it says why.
pub fn unpack(inputs: Vec<Input>, limits: &Limits) -> Vec<Input> {
    let mut found = Vec::new();
    for input in inputs {
        match members_of(&input, limits) {
            Ok(Some(members)) => found.extend(members),
            Ok(None) | Err(_) => found.push(input),
        }
    }
    found
}

/// Why an archive was not unpacked.
pub(super) fn refusal(input: &Input, limits: &Limits) -> OpenError {
    match members_of(input, limits) {
        Err(why) => why,
        Ok(_) => OpenError::NotASpreadsheet { looks_like: fault::ARCHIVE },
    }
}

fn members_of(input: &Input, limits: &Limits) -> Result<Option<Vec<Input>>, OpenError> {
    let mut members = Vec::new();
    let content = content_of(input, limits)?;
    if !collect(input, &content, limits, &mut members)? {
        return Ok(None);
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Some(members))
}

/// Adds what is inside of an archive, and inside of archives in it; false if it is none.
fn collect(input: &Input, content: &Content, limits: &Limits, members: &mut Vec<Input>) -> Result<bool, OpenError> {
    let names = match kind(content, limits)? {
        Kind::NoArchive => return Ok(false),
        Kind::OneFile => vec![(0, inner_name(input.file_name()))],
        Kind::Zip => zip_names(content, limits)?,
    };
    if names.is_empty() {
        return Err(OpenError::NotASpreadsheet { looks_like: fault::EMPTY_ARCHIVE });
    }
    for (index, name) in names {
        if members.len() >= limits.max_archive_files {
            return Err(too_many(limits));
        }
        let inner = Input {
            name: format!("{} › {name}", input.name),
            inside: input.inside.iter().copied().chain([index]).collect(),
            ..input.clone()
        };
        // What cannot be unzipped now says so when it is opened.
        let is_archive = looks_zipped(&name)
            && inner.inside.len() < limits.max_archive_depth
            && member(content, index, &input.passwords, limits)
                .and_then(|content| collect(&inner, &content, limits, members))
                .unwrap_or(false);
        if !is_archive {
            members.push(inner);
        }
    }
    Ok(true)
}

/// The bytes of an input, unzipped if it lies in an archive.
pub(super) fn content_of(input: &Input, limits: &Limits) -> Result<Content, OpenError> {
    let outer = Content::OnDisk(input.path.clone());
    input.inside.iter().try_fold(outer, |content, index| member(&content, *index, &input.passwords, limits))
}

/// All bytes of an input: out of the archive it lies in, and of a zipped workbook without its password, if we have it.
pub fn bytes_of(input: &Input, limits: &Limits) -> Result<Vec<u8>, OpenError> {
    let bytes = content_of(input, limits)?.hold("文件", limits.max_held_file_bytes)?;
    if sniff::looks_like(&bytes[..bytes.len().min(sniff::HEAD_BYTES)]) != Looks::Compound {
        return Ok(bytes.to_vec());
    }
    let file = Compound::read(&bytes)?;
    if file.is_encrypted_package() { decrypt::package(&file, &input.passwords) } else { Ok(bytes.to_vec()) }
}

/// What a file is known by: its size and the hash of its content, unzipped if it lies in an archive.
pub fn fingerprint(input: &Input, limits: &Limits) -> Result<InputFile, OpenError> {
    let content = content_of(input, limits)?;
    let sha256 = hash(content.open()?)?;
    Ok(InputFile { name: input.name.clone(), bytes: content.length()?, sha256, is_card_book: false })
}

/// Whether archives within it are worth looking for: unzipping everything twice would take its time.
fn looks_zipped(name: &str) -> bool {
    let ending = Path::new(name).extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|ending| matches!(&*ending, "zip" | "z" | "gz"))
}

enum Kind {
    Zip,
    /// Zipped without a list of what is inside: gzip and zlib.
    OneFile,
    NoArchive,
}

fn kind(content: &Content, limits: &Limits) -> Result<Kind, OpenError> {
    let length = content.length()?;
    if length > limits.max_file_bytes {
        return Err(OpenError::TooLarge { what: "文件", limit: limits.max_file_bytes, unit: "字节" });
    }
    let mut head = Vec::new();
    content.open()?.take(sniff::HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(match sniff::looks_like(&head) {
        Looks::Gzip | Looks::Zlib => Kind::OneFile,
        Looks::Zip => {
            let is_archive = guard(|| package::is_archive(BufReader::new(content.open()?)))??;
            if is_archive { Kind::Zip } else { Kind::NoArchive }
        }
        _ => Kind::NoArchive,
    })
}

/// Places and names of the files in a zip, without what systems and office programs leave behind.
fn zip_names(content: &Content, limits: &Limits) -> Result<Vec<(usize, String)>, OpenError> {
    guard(|| {
        let mut archive = ZipArchive::new(BufReader::new(content.open()?)).map_err(zip_error)?;
        if archive.len() > limits.max_archive_files {
            return Err(too_many(limits));
        }
        let mut names = Vec::new();
        for index in 0..archive.len() {
            let entry = archive.by_index_raw(index).map_err(zip_error)?;
            let name = encoding::file_name(entry.name_raw()).replace('\\', "/");
            let is_left_behind = name.split('/').any(|part| {
                part.starts_with("~$") || part.starts_with('.') || ["__MACOSX", "Thumbs.db", "desktop.ini"].contains(&part)
            });
            if !entry.is_dir() && !name.ends_with('/') && !is_left_behind {
                names.push((index, name.trim_matches('/').to_string()));
            }
        }
        Ok(names)
    })?
}

fn too_many(limits: &Limits) -> OpenError {
    OpenError::TooLarge { what: "压缩包里的文件", limit: limits.max_archive_files as u64, unit: "个" }
}

/// One file of an archive, unzipped.
fn member(content: &Content, index: usize, passwords: &Passwords, limits: &Limits) -> Result<Content, OpenError> {
    let limit = limits.max_held_file_bytes;
    let mut head = Vec::new();
    content.open()?.take(sniff::HEAD_BYTES as u64).read_to_end(&mut head)?;
    let plain = guard(|| match sniff::looks_like(&head) {
        Looks::Gzip => read_up_to(GzDecoder::new(BufReader::new(content.open()?)), limit),
        Looks::Zlib => read_up_to(ZlibDecoder::new(BufReader::new(content.open()?)), limit),
        _ => unzip(&mut ZipArchive::new(BufReader::new(content.open()?)).map_err(zip_error)?, index, passwords, limits),
    })??;
    Ok(plain.into())
}

fn unzip(
    archive: &mut ZipArchive<Source>,
    index: usize,
    passwords: &Passwords,
    limits: &Limits,
) -> Result<Vec<u8>, OpenError> {
    let limit = limits.max_held_file_bytes;
    let entry = archive.by_index_raw(index).map_err(zip_error)?;
    let (zipped, size, is_encrypted) = (entry.compressed_size().max(1), entry.size(), entry.encrypted());
    drop(entry);
    if size > limit {
        return Err(OpenError::TooLarge { what: "文件解压后", limit, unit: "字节" });
    }
    if size > limits.harmless_bytes && size / zipped > limits.max_ratio {
        return Err(OpenError::TooLarge { what: "文件的压缩比", limit: limits.max_ratio, unit: "倍" });
    }
    if !is_encrypted {
        return read_up_to(archive.by_index(index).map_err(member_error)?, limit);
    }
    for password in passwords.iter() {
        for bytes in encoding::password_bytes(password) {
            match archive.by_index_decrypt(index, &bytes) {
                // One wrong password of 256 is not noticed until the checksum is.
                Ok(entry) => match read_up_to(entry, limit) {
                    Ok(plain) => return Ok(plain),
                    Err(OpenError::TooLarge { what, limit, unit }) => return Err(OpenError::TooLarge { what, limit, unit }),
                    Err(_) => {}
                },
                Err(ZipError::InvalidPassword) => {}
                Err(error) => return Err(member_error(error)),
            }
        }
    }
    Err(OpenError::Encrypted { tried: passwords.len() })
}

fn member_error(error: ZipError) -> OpenError {
    match error {
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            OpenError::NotASpreadsheet { looks_like: fault::ODD_ARCHIVE }
        }
        other => zip_error(other),
    }
}

/// Everything there is, if it is no more than this.
fn read_up_to(source: impl Read, limit: u64) -> Result<Vec<u8>, OpenError> {
    let mut plain = Vec::new();
    source.take(limit + 1).read_to_end(&mut plain).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData => OpenError::broken(error),
        _ => error.into(),
    })?;
    if plain.len() as u64 > limit {
        return Err(OpenError::TooLarge { what: "文件解压后", limit, unit: "字节" });
    }
    Ok(plain)
}

/// `清单.xls.z` holds 清单.xls.
fn inner_name(name: &str) -> String {
    let without = Path::new(name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    without.filter(|_| looks_zipped(name)).unwrap_or_else(|| name.to_string())
}

/// Whether these bytes are the beginning of a zlib stream: two bytes are not enough to tell it from text.
pub(super) fn is_zlib(head: &[u8]) -> bool {
    let [0x78, flags, ..] = head else { return false };
    if (0x7800 + u32::from(*flags)) % 31 != 0 || flags & 0x20 != 0 {
        return false;
    }
    let mut few = [0; 64];
    matches!(ZlibDecoder::new(Cursor::new(head)).read(&mut few), Ok(read) if read > 0)
}
