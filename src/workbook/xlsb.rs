//! Streaming the cells of an xlsb workbook; and what calamine does not tell of its sheets, from their records ([MS-XLSB]).

use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;

use calamine::{Reader, Xlsb, XlsbError};
use zip::ZipArchive;

use super::cells::{self, Faults};
use super::content::Source;
use super::fault::{OpenError, Unreadable};
use super::grid::Shift;
use super::guard::guard;
use super::limits::Limits;
use super::package::{self, SheetExtras, zip_error};
use super::rows::{Row, StreamEnd};

pub(super) type Book = Xlsb<Source>;

/// BrtRowHdr, BrtColInfo, BrtBundleSh, BrtMergeCell.
const ROW: u16 = 0;
const COLUMNS: u16 = 60;
const SHEET: u16 = 156;
const MERGE: u16 = 176;

pub(super) fn open(source: Source) -> Result<Book, OpenError> {
    guard(|| Xlsb::new(source))?.map_err(open_error)
}

/// Streams a sheet. Formulas that give an error value are passed over by calamine, like blank cells.
pub(super) fn stream(
    book: &mut Book,
    sheet: &str,
    limits: &Limits,
    on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
) -> Result<StreamEnd, OpenError> {
    let shift = Shift::new(book.has_1904_epoch());
    let mut reader = guard(|| book.worksheet_cells_reader(sheet))?.map_err(open_error)?;
    Ok(cells::stream(|| reader.next_cell(), shift, limits, on_row, &Faults { cell: cell_fault, whole: open_error }))
}

/// What is the matter with one cell; `None` where the sheet cannot go on.
fn cell_fault(error: &XlsbError) -> Option<Unreadable> {
    matches!(error, XlsbError::CellError(_)).then_some(Unreadable::ErrorValue)
}

/// Merged regions, and rows and columns that Excel does not show.
pub(super) fn extras(source: Source, sheet: &str, limits: &Limits) -> Result<SheetExtras, OpenError> {
    let mut archive = ZipArchive::new(source).map_err(zip_error)?;
    let mut extras = SheetExtras::default();
    let Some(relation) = relation_of(&mut archive, sheet)? else { return Ok(extras) };
    let Some(index) = package::related_part(&mut archive, "xl/_rels/workbook.bin.rels", relation.as_bytes())? else {
        return Ok(extras);
    };
    let mut records = Records::new(archive.by_index(index).map_err(zip_error)?);
    while let Some((kind, data)) = records.next()? {
        match kind {
            ROW if data.len() >= 12 && data[11] & 0x10 != 0 && extras.hidden_rows.len() < limits.max_merges => {
                extras.hidden_rows.push(long(data, 0).saturating_add(1));
            }
            COLUMNS if data.len() >= 17 && data[16] & 1 != 0 && extras.hidden_columns.len() < limits.max_merges => {
                extras.hidden_columns.push((long(data, 0), long(data, 4)));
            }
            MERGE if data.len() >= 16 && extras.merges.len() < limits.max_merges => {
                extras.merges.push(((long(data, 0), long(data, 8)), (long(data, 4), long(data, 12))));
            }
            _ => {}
        }
    }
    Ok(extras)
}

/// The relation that leads to the sheet of this name.
fn relation_of(archive: &mut ZipArchive<Source>, sheet: &str) -> Result<Option<String>, OpenError> {
    let Some(index) = package::find_part(archive, "xl/workbook.bin")? else { return Ok(None) };
    let mut records = Records::new(archive.by_index(index).map_err(zip_error)?);
    while let Some((kind, data)) = records.next()? {
        // Before the two texts stand whether it is hidden, and its number.
        if kind == SHEET
            && let Some((relation, rest)) = data.get(8..).and_then(text)
            && text(rest).is_some_and(|(name, _)| name == sheet)
        {
            return Ok(Some(relation));
        }
    }
    Ok(None)
}

/// A text with its length before it, and what is behind it.
fn text(data: &[u8]) -> Option<(String, &[u8])> {
    let (length, rest) = data.split_first_chunk::<4>()?;
    let (text, rest) = rest.split_at_checked((u32::from_le_bytes(*length) as usize).checked_mul(2)?)?;
    Some((encoding_rs::UTF_16LE.decode_without_bom_handling(text).0.into_owned(), rest))
}

fn long(data: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]])
}

/// The records of a part, one after the other.
struct Records<R> {
    source: BufReader<R>,
    data: Vec<u8>,
}

impl<R: Read> Records<R> {
    fn new(source: R) -> Self {
        Records { source: BufReader::new(source), data: Vec::new() }
    }

    /// Kind and the beginning of the content, which is all that records we look for have; nothing at the end.
    fn next(&mut self) -> io::Result<Option<(u16, &[u8])>> {
        const LONGEST: u64 = 4096;
        let mut first = [0];
        if self.source.read(&mut first)? == 0 {
            return Ok(None);
        }
        let kind = match first {
            [low] if low & 0x80 != 0 => u16::from(low & 0x7F) | u16::from(self.byte()? & 0x7F) << 7,
            [low] => u16::from(low),
        };
        let mut length: u64 = 0;
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            length |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        self.data.clear();
        self.source.by_ref().take(length.min(LONGEST)).read_to_end(&mut self.data)?;
        io::copy(&mut self.source.by_ref().take(length.saturating_sub(LONGEST)), &mut io::sink())?;
        Ok(Some((kind, &self.data)))
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.source.read_exact(&mut byte)?;
        Ok(byte[0])
    }
}

fn open_error(error: XlsbError) -> OpenError {
    match error {
        XlsbError::Io(error) => error.into(),
        XlsbError::Zip(error) => zip_error(error),
        XlsbError::Password => OpenError::Encrypted { tried: 0 },
        other => OpenError::broken(other),
    }
}
