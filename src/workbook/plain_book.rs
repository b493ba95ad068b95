//! An xlsx file of which everything but the cells has been understood without calamine, which would hold its shared
//! strings one by one and take its styles apart.

use std::io::Read;
use std::ops::ControlFlow;

use memchr::memmem;
use rustc_hash::FxHashMap;
use zip::ZipArchive;

use super::book::SheetInfo;
use super::content::Source;
use super::fault::OpenError;
use super::grid::Shift;
use super::limits::Limits;
use super::markup::{self, Tags};
use super::package::{find_part, first_in, zip_error};
use super::plain_sheet::{self, LeftAfter, Shared};
use super::rows::{Row, StreamEnd};
use crate::model::columns::Texts;

/// An xlsx file whose shared strings and styles are as usual.
pub(super) struct PlainBook {
    archive: ZipArchive<Source>,
    shared: Shared,
    /// The worksheets and the indices of their parts.
    sheets: Vec<(SheetInfo, usize)>,
}

impl PlainBook {
    /// Opens a file that was examined; `None` when anything about it is unusual.
    pub(super) fn open(source: Source) -> Result<Option<PlainBook>, OpenError> {
        let mut archive = ZipArchive::new(source).map_err(zip_error)?;
        let Some(sheets) = plain_sheets(&mut archive)? else { return Ok(None) };
        let from_1904 = first_in(
            &mut archive,
            "xl/workbook.xml",
            |tag| tag.name == b"workbookPr",
            |tag| tag.attribute("date1904").map(|value| matches!(value, b"1" | b"true")),
        )?;
        let strings = match find_part(&archive, "xl/sharedstrings.xml")? {
            Some(index) => {
                let mut part = Vec::new();
                archive.by_index(index).map_err(zip_error)?.read_to_end(&mut part)?;
                plain_sheet::shared_strings(&part)
            }
            None => Ok(Texts::default()),
        };
        let formats = match find_part(&archive, "xl/styles.xml")? {
            Some(index) => plain_sheet::number_formats(archive.by_index(index).map_err(zip_error)?),
            None => Ok(Vec::new()),
        };
        let (Ok(strings), Ok(formats)) = (strings, formats) else { return Ok(None) };
        let shared = Shared { strings, formats, shift: Shift::new(from_1904 == Some(true)) };
        Ok(Some(PlainBook { archive, shared, sheets }))
    }

    /// Its worksheets, in order.
    pub(super) fn sheets(&self) -> impl Iterator<Item = &SheetInfo> {
        self.sheets.iter().map(|(sheet, _)| sheet)
    }

    /// Whether it counts days from 1904.
    pub(super) fn has_1904_epoch(&self) -> bool {
        self.shared.shift != Shift::NONE
    }

    /// Streams the sheet at this place among the worksheets, as far as it is as usual.
    pub(super) fn stream(
        &mut self,
        at: usize,
        limits: &Limits,
        on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<StreamEnd, LeftAfter> {
        match self.archive.by_index(self.sheets[at].1) {
            Ok(part) => plain_sheet::stream(part, &self.shared, limits, on_row),
            Err(_) => Err(LeftAfter { rows: 0 }),
        }
    }
}

/// The worksheets with their parts; `None` if one has no part, or a name that takes more than a look.
fn plain_sheets(archive: &mut ZipArchive<Source>) -> Result<Option<Vec<(SheetInfo, usize)>>, OpenError> {
    let (Some(listed), targets) = (listed_sheets(archive)?, targets(archive)?) else { return Ok(None) };
    let mut sheets = Vec::new();
    for (sheet, relation) in listed {
        let Some((is_worksheet, target)) = targets.get(&relation) else { return Ok(None) };
        if *is_worksheet {
            let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_string);
            let Some(part) = find_part(archive, &path)? else { return Ok(None) };
            sheets.push((sheet, part));
        }
    }
    Ok(Some(sheets))
}

/// Sheets and the identifiers of their relations.
type Listed = Vec<(SheetInfo, Vec<u8>)>;

/// All sheets, charts too, with the identifiers of their relations.
fn listed_sheets(archive: &mut ZipArchive<Source>) -> Result<Option<Listed>, OpenError> {
    let Some(index) = find_part(archive, "xl/workbook.xml")? else { return Ok(None) };
    let mut listed = Vec::new();
    let mut tags = Tags::new(archive.by_index(index).map_err(zip_error)?);
    while let Some(tag) = tags.next()? {
        if tag.local_name() != b"sheet" {
            continue;
        }
        let relation = tag.attributes().find(|(key, _)| key.ends_with(b":id")).map(|(_, id)| id.to_vec());
        let name = tag.attribute("name").filter(|name| memmem::find(name, b"&#").is_none());
        let (Some(name), Some(relation), b"sheet") = (name, relation, tag.name) else { return Ok(None) };
        let hidden = tag.attribute("state").is_some_and(|state| state != b"visible");
        listed.push((SheetInfo { name: markup::plain(name), hidden }, relation));
    }
    Ok(Some(listed))
}

/// By identifier: whether the relation is to a worksheet, and its path.
fn targets(archive: &mut ZipArchive<Source>) -> Result<FxHashMap<Vec<u8>, (bool, String)>, OpenError> {
    let mut targets = FxHashMap::default();
    let Some(index) = find_part(archive, "xl/_rels/workbook.xml.rels")? else { return Ok(targets) };
    let mut tags = Tags::new(archive.by_index(index).map_err(zip_error)?);
    while let Some(tag) = tags.next()? {
        if let (Some(id), Some(kind), Some(target)) = (tag.attribute("Id"), tag.attribute("Type"), tag.attribute("Target")) {
            targets.insert(id.to_vec(), (kind.ends_with(b"/worksheet"), markup::plain(target)));
        }
    }
    Ok(targets)
}
