//! A zipped workbook before it is opened: what it is, and whether its parts stay within bounds when unzipped.

use std::io::{BufReader, Read, Seek};

use memchr::memmem;
use zip::ZipArchive;
use zip::result::ZipError;

use super::content::Source;
use super::fault::{self, OpenError};
use super::limits::Limits;
use super::markup::{self, Tag, Tags};
use super::opendocument;

/// The zipped workbooks we can read.
#[derive(Clone, Debug)]
pub(super) enum Package {
    Xlsx,
    Xlsb,
    /// With what its tables have besides cells, by name.
    Ods(Vec<(String, SheetExtras)>),
}

/// What kind of workbook the zip file holds. Refuses what would not be safe to hand to calamine, which has no
/// limits of its own.
pub(super) fn examine(source: Source, limits: &Limits) -> Result<(Package, Source), OpenError> {
    let mut archive = ZipArchive::new(source).map_err(zip_error)?;
    let mut package = kind(&mut archive)?;
    for index in 0..archive.len() {
        check_part(&mut archive, index, limits)?;
    }
    match &mut package {
        Package::Xlsx => check_shared_strings(&mut archive)?,
        Package::Xlsb => {}
        Package::Ods(extras) => {
            if is_encrypted_document(&mut archive)? {
                return Err(OpenError::UnknownEncryption);
            }
            let content = archive.by_name("content.xml").map_err(zip_error)?;
            *extras = opendocument::check(BufReader::new(content), limits)?;
        }
    }
    let mut source = archive.into_inner();
    source.rewind()?;
    Ok((package, source))
}

fn kind(archive: &mut ZipArchive<Source>) -> Result<Package, OpenError> {
    let mut names = Vec::new();
    for index in 0..archive.len() {
        names.push(part_name(archive, index)?);
    }
    let has = |name: &str| names.iter().any(|part| part == name);
    let under = |folder: &str| names.iter().any(|part| part.starts_with(folder));
    if has("mimetype") {
        let mut mime = String::new();
        let part = archive.by_name("mimetype").map_err(zip_error)?;
        part.take(100).read_to_string(&mut mime)?;
        return match mime.trim().strip_prefix("application/vnd.oasis.opendocument.") {
            Some(document) if document.starts_with("spreadsheet") => Ok(Package::Ods(Vec::new())),
            Some(document) if document.starts_with("text") => not_a_spreadsheet(fault::WORD),
            Some(document) if document.starts_with("presentation") => not_a_spreadsheet(fault::SLIDES),
            _ => not_a_spreadsheet(fault::ARCHIVE),
        };
    }
    if has("xl/workbook.bin") {
        Ok(Package::Xlsb)
    } else if (under("xl/") || has("workbook.xml")) && has("[content_types].xml") {
        Ok(Package::Xlsx)
    } else if has("content.xml") && is_opendocument_sheet(archive)? {
        Ok(Package::Ods(Vec::new()))
    } else if under("word/") {
        not_a_spreadsheet(fault::WORD)
    } else if under("ppt/") {
        not_a_spreadsheet(fault::SLIDES)
    } else {
        not_a_spreadsheet(fault::ARCHIVE)
    }
}

/// A document without its first part, which says what it is: its list of parts says so too.
fn is_opendocument_sheet(archive: &mut ZipArchive<Source>) -> Result<bool, OpenError> {
    const SHEET: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
    let is_whole = |tag: &Tag<'_>| tag.attribute("manifest:media-type").is_some_and(|kind| kind.starts_with(SHEET));
    Ok(first_in(archive, "META-INF/manifest.xml", is_whole, |_| Some(()))?.is_some())
}

/// LibreOffice encrypts the parts of a document, and says in its list of parts how.
fn is_encrypted_document(archive: &mut ZipArchive<Source>) -> Result<bool, OpenError> {
    let is_told = |tag: &Tag<'_>| tag.local_name() == b"encryption-data";
    Ok(first_in(archive, "META-INF/manifest.xml", is_told, |_| Some(()))?.is_some())
}

/// Whether it is no document of any kind, but files in a zip.
pub(super) fn is_archive(source: Source) -> Result<bool, OpenError> {
    let mut archive = ZipArchive::new(source).map_err(zip_error)?;
    Ok(matches!(kind(&mut archive), Err(OpenError::NotASpreadsheet { looks_like: fault::ARCHIVE })))
}

fn not_a_spreadsheet(looks_like: &'static str) -> Result<Package, OpenError> {
    Err(OpenError::NotASpreadsheet { looks_like })
}

/// Lower case and with `/`, as calamine compares them.
fn part_name(archive: &ZipArchive<Source>, index: usize) -> Result<String, OpenError> {
    let name = archive.name_for_index(index).transpose().map_err(zip_error)?.unwrap_or_default();
    Ok(name.to_lowercase().replace('\\', "/"))
}

/// Refuses a part that is too large unzipped. What the directory declares is the truth or more: the zip crate gives
/// no more than that (since 9.x; there is a test), and calamine reads through the same crate.
fn check_part(archive: &mut ZipArchive<Source>, index: usize, limits: &Limits) -> Result<(), OpenError> {
    let name = part_name(archive, index)?;
    // Pictures and other attachments are never unzipped.
    if ![".xml", ".bin", ".rels", "mimetype"].iter().any(|ending| name.ends_with(ending)) {
        return Ok(());
    }
    let part = archive.by_index_raw(index).map_err(zip_error)?;
    if part.encrypted() {
        return Err(OpenError::Encrypted { tried: 0 });
    }
    let (zipped, size) = (part.compressed_size().max(1), part.size());
    let held = ["sharedstrings.xml", "sharedstrings.bin", "styles.xml", "styles.bin"];
    let held = held.iter().any(|ending| name.ends_with(ending));
    let limit = if held { limits.max_held_part_bytes } else { limits.max_unzipped_bytes_per_part };
    if size > limit {
        Err(OpenError::TooLarge { what: "文件解压后", limit, unit: "字节" })
    } else if size > limits.harmless_bytes && size / zipped > limits.max_ratio {
        Err(OpenError::TooLarge { what: "文件的压缩比", limit: limits.max_ratio, unit: "倍" })
    } else {
        Ok(())
    }
}

/// calamine makes room for as many shared strings as the part says it has, before it sees any; a false number
/// there ends the process. Each takes at least `<si/>`.
fn check_shared_strings(archive: &mut ZipArchive<Source>) -> Result<(), OpenError> {
    for index in 0..archive.len() {
        if !part_name(archive, index)?.ends_with("sharedstrings.xml") {
            continue;
        }
        let Ok(part) = archive.by_index(index) else { continue };
        let bytes = part.size();
        let mut tags = Tags::new(part);
        while let Ok(Some(tag)) = tags.next() {
            let count = tag.attribute("uniqueCount").map(|value| markup::number(value).unwrap_or(u64::MAX));
            if let Some(count) = count.filter(|_| tag.local_name() == b"sst")
                && count > bytes / 5 + 1000
            {
                return Err(OpenError::broken(format!("{count} shared strings in {bytes} bytes")));
            }
            if tag.local_name() == b"sst" {
                break;
            }
        }
    }
    Ok(())
}

/// What stands behind a sheet's cells in its part, and what a look at the raw text tells.
#[derive(Clone, Debug, Default)]
pub(super) struct SheetExtras {
    /// First and last row, first and last column, from 0.
    pub merges: Vec<((u32, u32), (u32, u32))>,
    /// Cells with a formula and no value: a program wrote the file, and nobody opened it in Excel since.
    pub formulas_without_value: u64,
    /// The first of them: row and column, from 0.
    pub without_value: Vec<(u32, u32)>,
    /// Rows, as Excel shows them, and ranges of columns, from 0, that Excel does not show.
    pub hidden_rows: Vec<u32>,
    pub hidden_columns: Vec<(u32, u32)>,
}

/// The same of the first sheet of an xlsx file, with its name.
pub(super) fn first_sheet_extras(source: Source, limits: &Limits) -> Result<Option<(String, SheetExtras)>, OpenError> {
    let mut archive = ZipArchive::new(source).map_err(zip_error)?;
    let name = first_in(
        &mut archive,
        "xl/workbook.xml",
        |tag| tag.local_name() == b"sheet",
        |tag| tag.attribute("name").map(markup::plain),
    )?;
    let Some(name) = name else { return Ok(None) };
    let extras = extras_in(&mut archive, &name, limits)?;
    Ok(Some((name, extras)))
}

/// Looks through the raw text of a sheet of an xlsx file: a tenth of the time that parsing it takes.
pub(super) fn sheet_extras(source: Source, sheet: &str, limits: &Limits) -> Result<SheetExtras, OpenError> {
    extras_in(&mut ZipArchive::new(source).map_err(zip_error)?, sheet, limits)
}

fn extras_in(archive: &mut ZipArchive<Source>, sheet: &str, limits: &Limits) -> Result<SheetExtras, OpenError> {
    let mut extras = SheetExtras::default();
    let Some(index) = sheet_part(archive, sheet)? else { return Ok(extras) };
    let mut part = archive.by_index(index).map_err(zip_error)?;
    let formula_end = memmem::Finder::new(b"</f>");
    let hidden = memmem::Finder::new(b" hidden=\"");
    let merges = [b"<mergeCells", b":mergeCells"].map(memmem::Finder::new);
    /// Enough to see the tag around what was found, or what follows a formula.
    const OVERLAP: usize = 512;
    let mut window: Vec<u8> = Vec::with_capacity((256 << 10) + 2 * OVERLAP);
    let mut known = 0;
    loop {
        let read = part.by_ref().take(256 << 10).read_to_end(&mut window)?;
        let fresh = window.as_slice();
        // What is too near to the end to be judged is looked at again with what follows.
        let judged = if read == 0 { fresh.len() } else { fresh.len().saturating_sub(OVERLAP).max(known) };
        let merges_at = merges.iter().filter_map(|tag| tag.find(&fresh[known..])).min().map(|at| known + at);
        let merges_at = merges_at.filter(|at| *at < judged);
        let end = merges_at.unwrap_or(judged);
        for at in formula_end.find_iter(&fresh[known..]).map(|at| known + at).take_while(|at| *at < end) {
            let next = &fresh[at + 4..];
            let valueless = [&b"</c>"[..], b"<v/>", b"<v></v>", b"<v />"].iter().any(|tag| next.starts_with(tag));
            if valueless {
                extras.note_without_value(&fresh[..at]);
            }
        }
        for at in hidden.find_iter(&fresh[known..]).map(|at| known + at).take_while(|at| *at < end) {
            extras.note_hidden(fresh, at, limits);
        }
        if let Some(at) = merges_at {
            // From inside the tag on, so that the next one is the first of its list.
            let rest = fresh[at + 1..].to_vec();
            extras.merges = read_merges(rest.as_slice().chain(part), limits);
            return Ok(extras);
        }
        if read == 0 {
            return Ok(extras);
        }
        let passed = judged.saturating_sub(OVERLAP);
        window.drain(..passed);
        known = judged - passed;
    }
}

/// So many cells with a formula and no value are told one by one.
const MOST_TOLD: usize = 20;

impl SheetExtras {
    /// Notes the cell in which the text ends: a formula without a value.
    fn note_without_value(&mut self, text: &[u8]) {
        self.formulas_without_value += 1;
        if self.without_value.len() >= MOST_TOLD {
            return;
        }
        let begins = [&b"<c "[..], b"<c>"].iter().filter_map(|tag| memmem::rfind(text, tag)).max();
        let tag = begins.and_then(|start| {
            let mut tags = Tags::new(&text[start..]);
            let tag = tags.next().ok().flatten()?;
            tag.attribute("r").and_then(|at| address(std::str::from_utf8(at).ok()?))
        });
        self.without_value.extend(tag);
    }

    /// Notes the row or the columns whose tag has the attribute `hidden` at this place.
    fn note_hidden(&mut self, text: &[u8], at: usize, limits: &Limits) {
        let Some(start) = memchr::memrchr(b'<', &text[..at]) else { return };
        let mut tags = Tags::new(&text[start..]);
        let Ok(Some(tag)) = tags.next() else { return };
        if !tag.attribute("hidden").is_some_and(|value| matches!(value, b"1" | b"true")) {
            return;
        }
        let number = |name| tag.attribute(name).and_then(markup::number).and_then(|number| u32::try_from(number).ok());
        match tag.local_name() {
            b"row" if self.hidden_rows.len() < limits.max_merges => self.hidden_rows.extend(number("r")),
            b"col" if self.hidden_columns.len() < limits.max_merges => {
                let range = number("min").zip(number("max"));
                self.hidden_columns.extend(range.and_then(|(min, max)| min.checked_sub(1).zip(max.checked_sub(1))));
            }
            _ => {}
        }
    }
}

fn read_merges(source: impl Read, limits: &Limits) -> Vec<((u32, u32), (u32, u32))> {
    let mut merges = Vec::new();
    let mut tags = Tags::new(source);
    while let Ok(Some(tag)) = tags.next() {
        if tag.local_name() != b"mergeCell" || merges.len() >= limits.max_merges {
            break;
        }
        merges.extend(tag.attribute("ref").and_then(region));
    }
    merges
}

/// `B2:D5` as rows and columns from 0.
fn region(text: &[u8]) -> Option<((u32, u32), (u32, u32))> {
    let (from, to) = std::str::from_utf8(text).ok()?.split_once(':')?;
    let ((top, left), (bottom, right)) = (address(from)?, address(to)?);
    Some(((top.min(bottom), left.min(right)), (top.max(bottom), left.max(right))))
}

fn address(text: &str) -> Option<(u32, u32)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = text.split_at(digits);
    let mut column: u32 = 0;
    for letter in letters.bytes() {
        let value = letter.is_ascii_alphabetic().then(|| u32::from(letter.to_ascii_uppercase() - b'A') + 1)?;
        column = column.checked_mul(26)?.checked_add(value)?;
    }
    Some((digits.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// Index of the part that holds the sheet of this name: the workbook gives its relation, the relations its path.
fn sheet_part(archive: &mut ZipArchive<Source>, sheet: &str) -> Result<Option<usize>, OpenError> {
    let is_sheet = |tag: &Tag<'_>| {
        tag.local_name() == b"sheet" && tag.attribute("name").is_some_and(|name| markup::plain(name) == sheet)
    };
    let relation = first_in(archive, "xl/workbook.xml", is_sheet, |tag| {
        tag.attributes().find(|(key, _)| key.ends_with(b":id")).map(|(_, id)| id.to_vec())
    })?;
    let Some(relation) = relation else { return Ok(None) };
    related_part(archive, "xl/_rels/workbook.xml.rels", &relation)
}

/// Index of the part that a relation of the workbook leads to.
pub(super) fn related_part(
    archive: &mut ZipArchive<Source>,
    relations: &str,
    id: &[u8],
) -> Result<Option<usize>, OpenError> {
    let is_relation = |tag: &Tag<'_>| tag.local_name() == b"Relationship" && tag.attribute("Id") == Some(id);
    let target = first_in(archive, relations, is_relation, |tag| tag.attribute("Target").map(markup::plain))?;
    let Some(target) = target else { return Ok(None) };
    find_part(archive, &target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_string))
}

/// What the first fitting tag of a part gives.
pub(super) fn first_in<T>(
    archive: &mut ZipArchive<Source>,
    path: &str,
    fits: impl Fn(&Tag<'_>) -> bool,
    give: impl Fn(&Tag<'_>) -> Option<T>,
) -> Result<Option<T>, OpenError> {
    let Some(index) = find_part(archive, path)? else { return Ok(None) };
    let mut tags = Tags::new(archive.by_index(index).map_err(zip_error)?);
    while let Some(tag) = tags.next()? {
        if fits(&tag) {
            return Ok(give(&tag));
        }
    }
    Ok(None)
}

pub(super) fn find_part(archive: &ZipArchive<Source>, path: &str) -> Result<Option<usize>, OpenError> {
    let path = path.to_lowercase();
    for index in 0..archive.len() {
        if part_name(archive, index)? == path {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

pub(super) fn zip_error(error: ZipError) -> OpenError {
    match error {
        ZipError::Io(error) => error.into(),
        ZipError::InvalidArchive(_) => OpenError::Truncated,
        other => OpenError::broken(other),
    }
}
