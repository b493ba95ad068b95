//! A file of the office as a list of sheets, each a stream of rows.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;

use calamine::{Dimensions, Reader, Sheet, SheetType, SheetVisible};

use super::compound::Compound;
use super::content::{Bytes, Content};
use super::delimited::Delimited;
use super::encoding::TextEncoding;
use super::fault::{self, OpenError};
use super::grid::{self, Shift};
use super::guard::guard;
use super::limits::Limits;
use super::opendocument;
use super::package::{self, Package, SheetExtras};
use super::rows::{Row, StreamEnd};
use super::sniff::{self, Looks};
use super::webpage::WebPage;
use super::xmlsheet::XmlWorkbook;
use super::{archive, biff, decrypt, webarchive, xlsb, xlsx};
use crate::input::{Input, Passwords};

/// An opened file. It stays open, and is never written to.
pub struct Workbook {
    format: Format,
    sheets: Vec<SheetInfo>,
    book: Book,
    limits: Limits,
    /// What the raw text of a sheet told, for the sheet asked last.
    extras: Option<(usize, SheetExtras)>,
}

/// A sheet as the office knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetInfo {
    /// Empty for text files, which have no sheets.
    pub name: String,
    /// Hidden from the reader in Excel, but read like the others.
    pub hidden: bool,
}

/// What a file really is, whatever its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Excel since 2007, with or without macros; WPS.
    Xlsx,
    /// Excel 5 to 2003; WPS `.et`.
    Xls,
    /// Excel's binary workbook.
    Xlsb,
    /// LibreOffice.
    Ods,
    /// A web page with tables.
    WebPage {
        /// How it writes Chinese.
        encoding: TextEncoding,
    },
    /// Web pages in one file.
    WebArchive,
    /// Excel's XML of 2003.
    XmlSheet,
    /// Text with a record a line.
    Csv {
        /// How it writes Chinese.
        encoding: TextEncoding,
        /// What divides its fields.
        delimiter: u8,
    },
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Format::Xlsx => f.write_str("Excel 工作簿"),
            Format::Xls => f.write_str("Excel 97-2003 工作簿"),
            Format::Xlsb => f.write_str("Excel 二进制工作簿"),
            Format::Ods => f.write_str("ODF 电子表格"),
            Format::WebPage { encoding } => write!(f, "网页（HTML）表格，{}", encoding.title()),
            Format::WebArchive => f.write_str("单个文件网页（MHT）"),
            Format::XmlSheet => f.write_str("XML 电子表格 2003"),
            Format::Csv { encoding, delimiter: b'\t' } => write!(f, "文本，制表符分隔，{}", encoding.title()),
            Format::Csv { encoding, delimiter } => write!(f, "文本，“{}”分隔，{}", char::from(*delimiter), encoding.title()),
        }
    }
}

/// A merged region; its value is in the top left cell. Rows and columns from 0, the last ones included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// First row.
    pub top: u32,
    /// Last row.
    pub bottom: u32,
    /// First column.
    pub left: u32,
    /// Last column.
    pub right: u32,
}

enum Book {
    Xlsx(Box<xlsx::Book>),
    Xlsb(Box<xlsb::Book>, Content),
    Xls(Box<grid::XlsBook>, Vec<SheetExtras>),
    Ods(Box<grid::OdsBook>, Vec<SheetExtras>),
    WebPages(Vec<WebPage>),
    Xml(Box<XmlWorkbook>),
    Delimited(Box<Delimited>),
}

impl Workbook {
    /// Opens a file by its content. Nothing of it is trusted: what could stop the machine is refused here.
    pub fn open(path: &Path, limits: &Limits) -> Result<Workbook, OpenError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Workbook::open_input(&Input::new(path.to_path_buf(), name), limits)
    }

    /// Opens a file of the month: with its passwords, and out of the archive it lies in.
    pub fn open_input(input: &Input, limits: &Limits) -> Result<Workbook, OpenError> {
        if input.inside.is_empty() && std::fs::metadata(&input.path)?.is_dir() {
            return Err(OpenError::NotASpreadsheet { looks_like: fault::FOLDER });
        }
        let content = archive::content_of(input, limits)?;
        let length = content.length()?;
        if is_lock_file(input.file_name(), length) {
            return Err(OpenError::TemporaryLockFile);
        }
        if length == 0 {
            return Err(OpenError::Empty);
        }
        if length > limits.max_file_bytes {
            return Err(OpenError::TooLarge { what: "文件", limit: limits.max_file_bytes, unit: "字节" });
        }
        let mut head = Vec::new();
        content.open()?.take(sniff::HEAD_BYTES as u64).read_to_end(&mut head)?;
        let (book, format, sheets) = match sniff::looks_like(&head) {
            Looks::Zip => open_package(&content, limits).map_err(|error| match error {
                OpenError::NotASpreadsheet { looks_like: fault::ARCHIVE } => archive::refusal(input, limits),
                error => error,
            })?,
            Looks::Compound => match open_compound(&content, &input.passwords, limits)? {
                Inside::Xls(opened) => opened,
                Inside::Package(plain) => open_package(&plain, limits)?,
            },
            Looks::WebPage => open_page(&content, limits)?,
            Looks::WebArchive => open_archive(&content, limits)?,
            Looks::XmlSheet => open_xml(&content, limits)?,
            Looks::FlatDocument => open_package(&opendocument::packed(&content, &head, limits)?, limits)?,
            Looks::Text => open_text(content.open()?)?,
            Looks::Gzip | Looks::Zlib => return Err(archive::refusal(input, limits)),
            Looks::Other(looks_like) => return Err(OpenError::NotASpreadsheet { looks_like }),
        };
        if sheets.is_empty() {
            return Err(OpenError::NoSheet);
        }
        Ok(Workbook { format, sheets, book, limits: limits.clone(), extras: None })
    }

    /// Whether the file has a password that is not among those we have. Costs little for files without one.
    pub fn is_locked(input: &Input, limits: &Limits) -> bool {
        let is_locked = || -> Result<bool, OpenError> {
            let content = match archive::content_of(input, limits) {
                Err(OpenError::Encrypted { .. }) => return Ok(true),
                content => content?,
            };
            let mut head = Vec::new();
            content.open()?.take(sniff::HEAD_BYTES as u64).read_to_end(&mut head)?;
            if sniff::looks_like(&head) != Looks::Compound {
                return Ok(false);
            }
            let bytes = content.hold("xls 文件", limits.max_xls_bytes)?;
            let file = Compound::read(&bytes)?;
            let tried = match file.is_encrypted_package() {
                true => decrypt::package(&file, &input.passwords).map(|_| ()),
                false => decrypt::workbook(&file.workbook()?, &input.passwords).map(|_| ()),
            };
            Ok(matches!(tried, Err(OpenError::Encrypted { .. })))
        };
        guard(is_locked).and_then(|locked| locked).unwrap_or(false)
    }

    /// What the file really is.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Its worksheets in order, hidden ones too, charts not. A text file has one, without a name.
    pub fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    /// Whether it counts days from 1904, as Excel for Mac did. What it shows as dates comes in our way of counting; of
    /// a bare number only its column can tell that it is one.
    pub fn counts_from_1904(&self) -> bool {
        match &self.book {
            Book::Xlsx(book) => book.has_1904_epoch(),
            Book::Xlsb(book, _) => book.has_1904_epoch(),
            Book::Xls(book, _) => book.has_1904_epoch(),
            Book::Ods(..) | Book::WebPages(_) | Book::Xml(_) | Book::Delimited(_) => false,
        }
    }

    /// Pushes each row that has a cell, as it comes in the file, which is top to bottom in all but odd files.
    /// `on_row` may stop. When the file breaks off later on, the end says so and the rows so far stand.
    ///
    /// # Panics
    /// If there is no sheet of this index.
    pub fn stream(
        &mut self,
        sheet: usize,
        on_row: &mut dyn FnMut(Row<'_>) -> ControlFlow<()>,
    ) -> Result<StreamEnd, OpenError> {
        let name = self.sheets[sheet].name.as_str();
        let limits = &self.limits;
        match &mut self.book {
            Book::Xlsx(book) => book.stream((sheet, name), limits, on_row),
            Book::Xlsb(book, _) => xlsb::stream(book, name, limits, on_row),
            Book::Xls(book, _) => {
                let shift = Shift::new(book.has_1904_epoch());
                Ok(grid::stream(&grid::xls_range(book, name)?, shift, limits, on_row))
            }
            Book::Ods(book, _) => Ok(grid::stream(&grid::ods_range(book, name)?, Shift::NONE, limits, on_row)),
            Book::WebPages(pages) => pages[sheet].stream(limits, on_row),
            Book::Xml(book) => book.stream(sheet, limits, on_row),
            Book::Delimited(text) => text.stream(limits, on_row),
        }
    }

    /// The merged regions of a sheet; none for text. For xlsx it takes a tenth of the time of reading
    /// the sheet.
    pub fn merges(&mut self, sheet: usize) -> Vec<Merge> {
        if let Book::Xls(book, _) = &self.book {
            let regions = guard(|| book.merge_cells_by_sheet_name(&self.sheets[sheet].name));
            let regions = regions.ok().and_then(Result::ok).unwrap_or_default();
            return regions.iter().take(self.limits.max_merges).map(Merge::from).collect();
        }
        let merge = |&((top, left), (bottom, right)): &((u32, u32), (u32, u32))| Merge { top, bottom, left, right };
        self.extras(sheet).merges.iter().map(merge).collect()
    }

    /// How many cells of an xlsx sheet have a formula and no value, and so were read as blank; and the first of them, as
    /// row and column from 0. After [`Workbook::merges`] it costs nothing.
    pub fn formulas_without_value(&mut self, sheet: usize) -> (u64, &[(u32, u32)]) {
        let extras = self.extras(sheet);
        (extras.formulas_without_value, &extras.without_value)
    }

    /// Rows, as Excel shows them, and ranges of columns, from 0, of a sheet that Excel does not show; they are read
    /// like the others. After [`Workbook::merges`] it costs nothing.
    pub fn hidden(&mut self, sheet: usize) -> (&[u32], &[(u32, u32)]) {
        let extras = self.extras(sheet);
        (&extras.hidden_rows, &extras.hidden_columns)
    }

    fn extras(&mut self, sheet: usize) -> &SheetExtras {
        if self.extras.as_ref().is_none_or(|(known, _)| *known != sheet) {
            let name = &self.sheets[sheet].name;
            let look = || match self.book {
                Book::Xlsx(ref mut book) => book.extras(name, &self.limits),
                Book::Xlsb(_, ref content) => xlsb::extras(content.source()?, name, &self.limits),
                Book::Xls(_, ref extras) | Book::Ods(_, ref extras) => Ok(extras[sheet].clone()),
                Book::WebPages(ref pages) => Ok(pages[sheet].extras.clone()),
                Book::Xml(ref book) => Ok(book.sheets[sheet].extras.clone()),
                Book::Delimited(_) => Ok(SheetExtras::default()),
            };
            // A sheet that is damaged shows itself when it is streamed.
            let extras = guard(look).and_then(|found| found).unwrap_or_default();
            self.extras = Some((sheet, extras));
        }
        &self.extras.as_ref().expect("it was set above").1
    }
}

impl From<&Dimensions> for Merge {
    fn from(region: &Dimensions) -> Self {
        Merge { top: region.start.0, bottom: region.end.0, left: region.start.1, right: region.end.1 }
    }
}

type Opened = (Book, Format, Vec<SheetInfo>);

fn open_package(content: &Content, limits: &Limits) -> Result<Opened, OpenError> {
    let source = content.source()?;
    let (package, source) = guard(|| package::examine(source, limits)).and_then(|found| found)?;
    Ok(match package {
        Package::Xlsx => {
            let book = xlsx::Book::open(content, limits)?;
            let sheets = book.sheets();
            (Book::Xlsx(Box::new(book)), Format::Xlsx, sheets)
        }
        Package::Xlsb => {
            let book = xlsb::open(source)?;
            let sheets = worksheets(book.sheets_metadata());
            (Book::Xlsb(Box::new(book), content.clone()), Format::Xlsb, sheets)
        }
        Package::Ods(mut tables) => {
            let book = match grid::open_ods(source) {
                Err(OpenError::Broken { .. }) => grid::open_ods(opendocument::repacked(content, limits)?.source()?)?,
                opened => opened?,
            };
            let sheets = worksheets(book.sheets_metadata());
            let mut extras_of = |sheet: &SheetInfo| {
                let found = tables.iter().position(|(name, _)| *name == sheet.name);
                found.map(|at| tables.remove(at).1).unwrap_or_default()
            };
            let extras = sheets.iter().map(&mut extras_of).collect();
            (Book::Ods(Box::new(book), extras), Format::Ods, sheets)
        }
    })
}

/// What a compound file turned out to hold.
enum Inside {
    Xls(Opened),
    /// A zipped workbook that was encrypted.
    Package(Content),
}

fn open_compound(content: &Content, passwords: &Passwords, limits: &Limits) -> Result<Inside, OpenError> {
    let mut bytes = content.hold("xls 文件", limits.max_xls_bytes)?;
    let file = Compound::read(&bytes)?;
    if file.is_encrypted_package() {
        return Ok(Inside::Package(decrypt::package(&file, passwords)?.into()));
    }
    let mut stream = file.workbook()?;
    if let Some(plain) = decrypt::workbook(&stream, passwords)? {
        bytes = file.with_workbook(&plain)?.into();
        stream = plain;
    }
    if let Some(honest) = biff::with_honest_sizes(&stream) {
        bytes = Compound::read(&bytes)?.with_workbook(&honest)?.into();
        stream = honest;
    }
    if let Some(known) = biff::with_known_formats(&stream) {
        bytes = Compound::read(&bytes)?.with_workbook(&known)?.into();
        stream = known;
    }
    let mut extras = biff::check(&stream, limits)?;
    let book = grid::open_xls(bytes)?;
    let all = book.sheets_metadata();
    extras.resize_with(all.len(), SheetExtras::default);
    let is_worksheet = all.iter().map(|sheet| sheet.typ == SheetType::WorkSheet);
    let extras = extras.into_iter().zip(is_worksheet).filter_map(|(extras, is)| is.then_some(extras)).collect();
    let sheets = worksheets(all);
    Ok(Inside::Xls((Book::Xls(Box::new(book), extras), Format::Xls, sheets)))
}

fn open_page(content: &Content, limits: &Limits) -> Result<Opened, OpenError> {
    let page = WebPage::open(content, limits)?;
    let sheets = vec![SheetInfo { name: page.name.clone(), hidden: false }];
    let format = Format::WebPage { encoding: page.encoding };
    Ok((Book::WebPages(vec![page]), format, sheets))
}

fn open_archive(content: &Content, limits: &Limits) -> Result<Opened, OpenError> {
    let pages = guard(|| webarchive::open(content, limits)).and_then(|found| found)?;
    let sheets = pages.iter().map(|page| SheetInfo { name: page.name.clone(), hidden: false }).collect();
    Ok((Book::WebPages(pages), Format::WebArchive, sheets))
}

fn open_xml(content: &Content, limits: &Limits) -> Result<Opened, OpenError> {
    let book = XmlWorkbook::open(content, limits)?;
    let sheets = book.sheets.iter().map(SheetInfo::from).collect();
    Ok((Book::Xml(Box::new(book)), Format::XmlSheet, sheets))
}

fn open_text(bytes: Bytes) -> Result<Opened, OpenError> {
    let text = Delimited::open(bytes)?;
    let format = Format::Csv { encoding: text.encoding, delimiter: text.delimiter };
    Ok((Book::Delimited(Box::new(text)), format, vec![SheetInfo { name: String::new(), hidden: false }]))
}

pub(super) fn worksheets(sheets: &[Sheet]) -> Vec<SheetInfo> {
    let worksheets = sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    worksheets.map(|sheet| SheetInfo { name: sheet.name.clone(), hidden: sheet.visible != SheetVisible::Visible }).collect()
}

/// What Excel, WPS and LibreOffice leave beside a workbook while it is open: known by its name, and by being too
/// small for a workbook.
fn is_lock_file(name: &str, length: u64) -> bool {
    length <= 1024 && (name.starts_with("~$") || name.starts_with(".~"))
}
