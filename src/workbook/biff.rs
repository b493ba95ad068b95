//! The records of an xls workbook before calamine reads them: it stores every cell between the first and the
//! last one, and makes room for what a sheet says it has. And which of them are encrypted.

use super::fault::OpenError;
use super::limits::Limits;
use super::package::SheetExtras;

const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
const SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const MANY_NUMBERS: u16 = 0x00BD;
const ROW: u16 = 0x0208;
const COLUMNS: u16 = 0x007D;
const FORMAT: u16 = 0x041E;
const STYLE: u16 = 0x00E0;
const FILE_PASS: u16 = 0x002F;
/// Something that nobody looks at: whether to refresh all data.
const REFRESH_ALL: u16 = 0x01B7;
/// Begin, the encryption itself, users, locks and their like are never encrypted.
const NEVER_ENCRYPTED: [u16; 7] = [BEGIN, FILE_PASS, 0x0194, 0x0195, 0x00E1, 0x0196, 0x0138];
/// Formula, number, label, truth or error, rich text, compact number, shared string.
const ONE_CELL: [u16; 7] = [0x0006, 0x0203, 0x0204, 0x0205, 0x00D6, 0x027E, 0x00FD];
/// A cell and its formula, as calamine stores them, and the cell again when the sheet is asked for.
const STORED_CELL_BYTES: u64 = 72;

/// Refuses a workbook whose sheets would take too much memory. Tells of each sheet, in their order, the rows and
/// columns that are not shown.
pub(super) fn check(stream: &[u8], limits: &Limits) -> Result<Vec<SheetExtras>, OpenError> {
    let mut bytes: u64 = 0;
    let mut sheets = Vec::new();
    for (_, data) in records(stream, 0).take_while(|(kind, _)| *kind != END).filter(|(kind, _)| *kind == SHEET) {
        let Some(start) = data.first_chunk::<4>() else { continue };
        let mut extras = SheetExtras::default();
        let cells = sheet_cells(stream, u32::from_le_bytes(*start) as usize, &mut extras, limits);
        sheets.push(extras);
        bytes = bytes.saturating_add(cells.saturating_mul(STORED_CELL_BYTES));
        if bytes > limits.max_grid_bytes {
            return Err(OpenError::TooLarge { what: "工作表范围", limit: limits.max_grid_bytes, unit: "字节" });
        }
    }
    Ok(sheets)
}

/// The stream with sheets that announce no cells, where they announce many more than they have: calamine makes room
/// for all of them. Nothing if there is no such sheet.
pub(super) fn with_honest_sizes(stream: &[u8]) -> Option<Vec<u8>> {
    /// Room that is not worth a copy of the stream.
    const HARMLESS_CELLS: u64 = 1 << 18;
    let mut honest: Option<Vec<u8>> = None;
    for (_, data) in records(stream, 0).take_while(|(kind, _)| *kind != END).filter(|(kind, _)| *kind == SHEET) {
        let Some(start) = data.first_chunk::<4>() else { continue };
        let mut depth = 0;
        let (mut stored, mut announced) = (None, Vec::new());
        for (place, kind, data) in records_with_place(stream, u32::from_le_bytes(*start) as usize) {
            match kind {
                BEGIN => depth += 1,
                END if depth <= 1 => break,
                END => depth -= 1,
                _ if depth > 1 => {}
                DIMENSIONS => announced.push((place + 4, data.len(), announced_cells(data))),
                _ => widen_by(&mut stored, kind, data),
            }
        }
        let stored = stored.map_or(0, box_size);
        for (place, length, cells) in announced {
            if cells > stored.saturating_add(HARMLESS_CELLS) {
                honest.get_or_insert_with(|| stream.to_vec())[place..place + length].fill(0);
            }
        }
    }
    honest
}

/// The stream with other numbers for the number formats that have one calamine does not take, and whose cells it would
/// show as it thinks best: an amount as a date, since 50 to 58 are dates where nobody says otherwise. Nothing if there
/// is no such format.
pub(super) fn with_known_formats(stream: &[u8]) -> Option<Vec<u8>> {
    const KNOWN: std::ops::RangeInclusive<u16> = 164..=382;
    let is_taken = |number: u16| matches!(number, 5..=8 | 23..=26 | 41..=44 | 63..=66) || KNOWN.contains(&number);
    let globals = || records_with_place(stream, 0).take_while(|(_, kind, _)| *kind != END);
    let told: Vec<(usize, u16)> = globals()
        .filter(|(_, kind, data)| *kind == FORMAT && data.len() >= 2)
        .map(|(place, _, data)| (place + 4, short(data, 0) as u16))
        .collect();
    let mut free = KNOWN.filter(|number| told.iter().all(|(_, other)| other != number));
    let mut renamed: Vec<(u16, u16)> = Vec::new();
    for (_, number) in told.iter().filter(|(_, number)| !is_taken(*number)) {
        if !renamed.iter().any(|(old, _)| old == number) {
            renamed.extend(free.next().map(|new| (*number, new)));
        }
    }
    if renamed.is_empty() {
        return None;
    }
    let styles = globals().filter(|(_, kind, data)| *kind == STYLE && data.len() >= 4);
    let styles = styles.map(|(place, _, data)| (place + 6, short(data, 2) as u16));
    let mut known = stream.to_vec();
    for (place, number) in styles.chain(told.iter().copied()) {
        if let Some((_, new)) = renamed.iter().find(|(old, _)| *old == number) {
            known[place..place + 2].copy_from_slice(&new.to_le_bytes());
        }
    }
    Some(known)
}

/// The record that says how the workbook is encrypted: where it begins, and its content.
pub(super) fn file_pass(stream: &[u8]) -> Option<(usize, &[u8])> {
    let mut globals = records_with_place(stream, 0).take_while(|(_, kind, _)| *kind != END);
    let (place, _, data) = globals.find(|(_, kind, _)| *kind == FILE_PASS)?;
    Some((place, data))
}

/// Makes the record at this place one without meaning.
pub(super) fn erase_file_pass(stream: &mut [u8], place: usize) {
    stream[place..place + 2].copy_from_slice(&REFRESH_ALL.to_le_bytes());
}

/// Bytes of the stream that are encrypted in one go.
pub(super) struct EncryptedPart {
    /// Where they begin.
    pub from: usize,
    /// Where they end.
    pub to: usize,
    /// How long the record is to which they belong.
    pub record_length: usize,
}

/// Contents of the records of an encrypted workbook; of a sheet's record all but the place of the sheet.
pub(super) fn encrypted_parts(stream: &[u8]) -> impl Iterator<Item = EncryptedPart> {
    let records = records_with_place(stream, 0).filter(|(_, kind, _)| !NEVER_ENCRYPTED.contains(kind));
    records.map(|(place, kind, data)| {
        let start = place + 4;
        let plain = if kind == SHEET { data.len().min(4) } else { 0 };
        EncryptedPart { from: start + plain, to: start + data.len(), record_length: data.len() }
    })
}

/// Cells between the first and the last of a sheet, or the number it announces if that is more.
fn sheet_cells(stream: &[u8], start: usize, extras: &mut SheetExtras, limits: &Limits) -> u64 {
    let mut announced = 0;
    let mut box_of_cells: Option<[u64; 4]> = None;
    let mut depth = 0;
    for (kind, data) in records(stream, start) {
        match kind {
            BEGIN => depth += 1,
            END if depth <= 1 => break,
            END => depth -= 1,
            // Charts inside a sheet have cells of their own, which calamine passes over.
            _ if depth > 1 => {}
            DIMENSIONS => announced = announced.max(announced_cells(data)),
            ROW if data.len() >= 14 && data[12] & 0x20 != 0 && extras.hidden_rows.len() < limits.max_merges => {
                extras.hidden_rows.push(short(data, 0) as u32 + 1);
            }
            COLUMNS if data.len() >= 10 && data[8] & 1 != 0 && extras.hidden_columns.len() < limits.max_merges => {
                extras.hidden_columns.push((short(data, 0) as u32, short(data, 2) as u32));
            }
            _ => widen_by(&mut box_of_cells, kind, data),
        }
    }
    box_of_cells.map_or(0, box_size).max(announced)
}

/// Takes the cells of a record into the box around all of them.
fn widen_by(cells: &mut Option<[u64; 4]>, kind: u16, data: &[u8]) {
    if kind == MANY_NUMBERS && data.len() >= 6 {
        widen(cells, short(data, 0), short(data, 2));
        widen(cells, short(data, 0), short(data, data.len() - 2));
    } else if ONE_CELL.contains(&kind) && data.len() >= 4 {
        widen(cells, short(data, 0), short(data, 2));
    }
}

fn box_size([top, bottom, left, right]: [u64; 4]) -> u64 {
    (bottom - top + 1) * (right - left + 1)
}

fn widen(cells: &mut Option<[u64; 4]>, row: u64, column: u64) {
    let [top, bottom, left, right] = cells.get_or_insert([row, row, column, column]);
    (*top, *bottom) = ((*top).min(row), (*bottom).max(row));
    (*left, *right) = ((*left).min(column), (*right).max(column));
}

fn announced_cells(data: &[u8]) -> u64 {
    let (rows, columns) = match data.len() {
        10 => ((short(data, 0), short(data, 2)), (short(data, 4), short(data, 6))),
        14 | 16 => ((long(data, 0), long(data, 4)), (short(data, 8), short(data, 10))),
        _ => return 0,
    };
    if rows.1 == 0 || columns.1 == 0 {
        return 1;
    }
    let columns = if columns.0 > 0xFF || columns.1 < columns.0 { (0, columns.1) } else { columns };
    // calamine subtracts without looking which is greater; what wraps around is refused by its size.
    let span = |from: u64, to: u64| if to >= from { to - from } else { u64::from(u32::MAX) };
    span(rows.0, rows.1).saturating_mul(span(columns.0, columns.1))
}

/// Kind and content of the records from `start` on, as far as they are whole.
fn records(stream: &[u8], start: usize) -> impl Iterator<Item = (u16, &[u8])> {
    records_with_place(stream, start).map(|(_, kind, data)| (kind, data))
}

/// The same with the place where each begins.
fn records_with_place(stream: &[u8], start: usize) -> impl Iterator<Item = (usize, u16, &[u8])> {
    let mut rest = stream.get(start..).unwrap_or_default();
    std::iter::from_fn(move || {
        let place = stream.len() - rest.len();
        let (head, body) = rest.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (data, next) = body.split_at_checked(length)?;
        rest = next;
        Some((place, u16::from_le_bytes([head[0], head[1]]), data))
    })
}

fn short(data: &[u8], at: usize) -> u64 {
    u64::from(u16::from_le_bytes([data[at], data[at + 1]]))
}

fn long(data: &[u8], at: usize) -> u64 {
    u64::from(u32::from_le_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]))
}
