//! Two hands for a long sheet: while one thread takes the file apart, another understands the cells.

use std::ops::{ControlFlow, Range};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};

use super::strips::SheetReader;
use crate::model::cell::Cell;
use crate::workbook::{OpenError, Row, StreamEnd, Workbook};

/// So many rows are read by one hand: most sheets have no more, and their heading is among them, so that it never
/// depends on the other thread's pace how far a sheet without one is read.
const ALONE: usize = 1_000;

/// Rows handed over at once.
const BUNDLE: usize = 128;

/// Bundles that may wait; then the faster hand waits.
const WAITING: usize = 16;

/// Streams a sheet into a reader, and gives the reader back.
pub fn stream<'t>(
    workbook: &mut Workbook,
    sheet: usize,
    reader: SheetReader<'t>,
) -> (Result<StreamEnd, OpenError>, SheetReader<'t>) {
    thread::scope(|scope| {
        let mut hands = Hands::One(Box::new(reader), 0);
        let end = workbook.stream(sheet, &mut |row| hands.take(row, scope));
        (end, hands.finish())
    })
}

enum Hands<'scope, 't> {
    /// The reader, and how many rows it has had.
    One(Box<SheetReader<'t>>, usize),
    Two {
        bundle: Bundle,
        give: SyncSender<Bundle>,
        reader: ScopedJoinHandle<'scope, SheetReader<'t>>,
    },
    /// Between the one and the other.
    Changing,
}

impl<'scope, 't: 'scope> Hands<'scope, 't> {
    fn take(&mut self, row: Row<'_>, scope: &'scope Scope<'scope, '_>) -> ControlFlow<()> {
        match self {
            Hands::One(reader, rows) if *rows < ALONE => {
                *rows += 1;
                reader.row(row)
            }
            Hands::One(..) => {
                if let Hands::One(reader, _) = std::mem::replace(self, Hands::Changing) {
                    *self = Hands::two(*reader, scope);
                }
                self.take(row, scope)
            }
            Hands::Two { bundle, give, .. } => {
                bundle.add(row);
                if bundle.rows.len() == BUNDLE {
                    // Refused only when the other thread has broken off: that comes out at the end.
                    give.send(std::mem::take(bundle)).map_or(ControlFlow::Break(()), ControlFlow::Continue)
                } else {
                    ControlFlow::Continue(())
                }
            }
            Hands::Changing => ControlFlow::Break(()),
        }
    }

    fn two(mut reader: SheetReader<'t>, scope: &'scope Scope<'scope, '_>) -> Self {
        let (give, bundles) = sync_channel::<Bundle>(WAITING);
        let reader = scope.spawn(move || {
            let _ = bundles.iter().try_for_each(|bundle| bundle.read(&mut reader));
            reader
        });
        Hands::Two { bundle: Bundle::default(), give, reader }
    }

    fn finish(self) -> SheetReader<'t> {
        match self {
            Hands::One(reader, _) => *reader,
            Hands::Two { bundle, give, reader } => {
                let _ = give.send(bundle);
                drop(give);
                reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            }
            Hands::Changing => unreachable!("it is left at once"),
        }
    }
}

/// Rows on their way from one thread to the other.
#[derive(Default)]
struct Bundle {
    /// Number of each row, and where its cells end.
    rows: Vec<(u32, usize)>,
    cells: Vec<(u32, Held)>,
    texts: String,
}

/// A cell whose text is in the bundle.
enum Held {
    Text(Range<usize>),
    Error(Range<usize>),
    Other(Cell<'static>),
}

impl Bundle {
    fn add(&mut self, row: Row<'_>) {
        for (column, cell) in row.cells {
            let held = match *cell {
                Cell::Text(text) => Held::Text(self.keep(text)),
                Cell::Error(text) => Held::Error(self.keep(text)),
                Cell::Number(number) => Held::Other(Cell::Number(number)),
                Cell::Serial(days) => Held::Other(Cell::Serial(days)),
                Cell::Bool(truth) => Held::Other(Cell::Bool(truth)),
                Cell::Blank => Held::Other(Cell::Blank),
            };
            self.cells.push((*column, held));
        }
        self.rows.push((row.number, self.cells.len()));
    }

    fn keep(&mut self, text: &str) -> Range<usize> {
        let start = self.texts.len();
        self.texts.push_str(text);
        start..self.texts.len()
    }

    fn read(&self, reader: &mut SheetReader<'_>) -> ControlFlow<()> {
        let mut cells: Vec<(u32, Cell<'_>)> = Vec::new();
        let mut start = 0;
        for (number, end) in &self.rows {
            cells.clear();
            cells.extend(self.cells[start..*end].iter().map(|(column, held)| {
                let cell = match held {
                    Held::Text(range) => Cell::Text(&self.texts[range.clone()]),
                    Held::Error(range) => Cell::Error(&self.texts[range.clone()]),
                    Held::Other(cell) => *cell,
                };
                (*column, cell)
            }));
            start = *end;
            reader.row(Row { number: *number, cells: &cells })?;
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::problem::SourceId;
    use crate::read::strips::SheetContent;
    use crate::read::table::Read;
    use crate::templates::Templates;
    use crate::templates::fields::Field;
    use crate::workbook::Limits;

    /// A list long enough for two hands, and no whole number of bundles.
    #[test]
    fn no_row_is_lost_on_the_way() {
        const ROWS: usize = ALONE + 5 * BUNDLE + 7;
        let mut text = "客户姓名,手机\n".to_string();
        for row in 1..=ROWS {
            writeln!(text, "王伟,154{row:08}").unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("清单.csv");
        std::fs::write(&path, text).unwrap();
        let mut workbook = Workbook::open(&path, &Limits::default()).unwrap();
        let templates = Templates::load(None).unwrap();
        let reader = SheetReader::new(&templates, SourceId(0), "清单.csv", Vec::new());
        let (end, reader) = stream(&mut workbook, 0, reader);
        assert_eq!(end.unwrap().rows as usize, ROWS + 1);
        let (SheetContent::Tables(mut tables, _), _) = reader.finish() else { panic!("a table") };
        let Some((Read::List(list), ..)) = tables.pop() else { panic!("a list of clients") };
        assert_eq!(list.rows, (2..ROWS as u32 + 2).collect::<Vec<_>>());
        assert!((0..ROWS).all(|row| list.text(Field::PHONE, row) == format!("154{:08}", row + 1)));
    }
}
