//! The records of an xls workbook before calamine reads them: it stores every cell between the first and the
//! last one, and makes room for what a sheet says it has.

use super::fault::OpenError;
use super::limits::Limits;

const BEGIN: u16 = 0x0809;
const END: u16 = 0x000A;
const SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const MANY_NUMBERS: u16 = 0x00BD;
/// Formula, number, label, truth or error, rich text, compact number, shared string.
const ONE_CELL: [u16; 7] = [0x0006, 0x0203, 0x0204, 0x0205, 0x00D6, 0x027E, 0x00FD];
/// A cell and its formula, as calamine stores them.
const STORED_CELL_BYTES: u64 = 48;

/// Refuses a workbook whose sheets would take too much memory.
pub(super) fn check(stream: &[u8], limits: &Limits) -> Result<(), OpenError> {
    let mut bytes: u64 = 0;
    for (_, data) in records(stream, 0).take_while(|(kind, _)| *kind != END).filter(|(kind, _)| *kind == SHEET) {
        let Some(start) = data.first_chunk::<4>() else { continue };
        let cells = sheet_cells(stream, u32::from_le_bytes(*start) as usize);
        bytes = bytes.saturating_add(cells.saturating_mul(STORED_CELL_BYTES));
        if bytes > limits.max_grid_bytes {
            return Err(OpenError::TooLarge { what: "工作表范围", limit: limits.max_grid_bytes, unit: "字节" });
        }
    }
    Ok(())
}

/// Cells between the first and the last of a sheet, or the number it announces if that is more.
fn sheet_cells(stream: &[u8], start: usize) -> u64 {
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
            MANY_NUMBERS if data.len() >= 6 => {
                widen(&mut box_of_cells, short(data, 0), short(data, 2));
                widen(&mut box_of_cells, short(data, 0), short(data, data.len() - 2));
            }
            _ if ONE_CELL.contains(&kind) && data.len() >= 4 => {
                widen(&mut box_of_cells, short(data, 0), short(data, 2));
            }
            _ => {}
        }
    }
    let stored = box_of_cells.map_or(0, |[top, bottom, left, right]| (bottom - top + 1) * (right - left + 1));
    stored.max(announced)
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
    let mut rest = stream.get(start..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (head, body) = rest.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_le_bytes([head[2], head[3]]));
        let (data, next) = body.split_at_checked(length)?;
        rest = next;
        Some((u16::from_le_bytes([head[0], head[1]]), data))
    })
}

fn short(data: &[u8], at: usize) -> u64 {
    u64::from(u16::from_le_bytes([data[at], data[at + 1]]))
}

fn long(data: &[u8], at: usize) -> u64 {
    u64::from(u32::from_le_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]))
}
