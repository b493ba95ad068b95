//! Why a file, or a cell in it, could not be read; and every Chinese sentence we say about that.

use std::fmt;
use std::io;

/// Why a file or a sheet cannot be read. `Display` says what is the matter, [`OpenError::advice`] what to do.
#[derive(Debug)]
pub enum OpenError {
    /// No file of that name, or gone since the folder was listed.
    NotFound,
    /// Nothing in it.
    Empty,
    /// The end is missing: a copy or download that was broken off.
    Truncated,
    /// A workbook without a worksheet: only charts, or less.
    NoSheet,
    /// Damaged, or written by a program that does not keep to the format.
    Broken {
        /// What the library said, in English; for `--verbose` only.
        detail: String,
    },
    /// Protected by a password that is not among those we have.
    Encrypted {
        /// How many we have.
        tried: usize,
    },
    /// Protected in a way only the program that did it knows: rights management, a certificate, a national cipher.
    UnknownEncryption,
    /// Something else under a spreadsheet's name.
    NotASpreadsheet {
        /// What it looks like: `JPEG 图片`.
        looks_like: &'static str,
    },
    /// More than [`super::Limits`] allows.
    TooLarge {
        /// What is too large: `文件`.
        what: &'static str,
        /// The bound, in the unit that belongs to `what`.
        limit: u64,
        /// Unit of the bound: `字节`, `个单元格`.
        unit: &'static str,
    },
    /// `~$客户.xlsx`: Excel's own note that the workbook is open.
    TemporaryLockFile,
    /// Open in another program that does not share it.
    Locked,
    /// The system refused to read it.
    Io(io::Error),
    /// The library that reads the format met a case it does not know.
    Panicked {
        /// What it said, in English; for `--verbose` only.
        detail: String,
    },
}

impl OpenError {
    /// A damaged file, with what the library said about it.
    pub(super) fn broken(detail: impl fmt::Display) -> Self {
        OpenError::Broken { detail: detail.to_string() }
    }

    /// What somebody at the office can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            OpenError::NotFound => "核对文件名和文件夹；文件可能已被移动或删除",
            OpenError::Empty => "请发件人重新导出；若文件在网盘里，先等它下载完",
            OpenError::Truncated => "重新复制或下载一次；若原件也打不开，请发件人重新导出",
            OpenError::NoSheet => "用 Excel 或 WPS 打开看看；本该有表格的，请发件人重新导出",
            OpenError::Broken { .. } => "用 Excel 或 WPS 打开，另存为新的 .xlsx 文件再运行；若也打不开，请发件人重新导出",
            OpenError::Encrypted { .. } => {
                "把密码写进一个文本文件，一行一个，运行时加 --password-file 密码.txt；或者用 Excel、WPS 打开，清空密码，存盘后再运行"
            }
            OpenError::UnknownEncryption => "用加密它的程序打开，另存为不加密的 .xlsx 再运行；打不开的，请发件人另发一份",
            OpenError::NotASpreadsheet { looks_like } => match *looks_like {
                WEB_ARCHIVE | OLD_EXCEL | OLD_WORKS => "用 Excel 或 WPS 打开，另存为 .xlsx 文件再运行",
                PAGE_WITHOUT_TABLE => "用浏览器打开看看：多半是登录超时或出错的提示，请重新登录系统再导出",
                ARCHIVE | ODD_ARCHIVE => "先解压，把里面的表格放进导入文件夹",
                FOLDER => "把文件夹里的表格放进导入文件夹",
                _ => "这不是表格文件；若扩展名被改过，请向发件人要原来的表格",
            },
            OpenError::TooLarge { .. } => "核对是否导错文件；确实需要时，删去空白行列或分成几个文件再运行",
            OpenError::TemporaryLockFile => "不用处理；先在 Excel 中存盘并关闭同名工作簿，以免读到旧内容",
            OpenError::Locked => "请先在 Excel 或 WPS 中关闭这个文件，再运行",
            OpenError::Io(_) => "核对文件是否可以打开；若在网络盘或 U 盘上，先复制到本机再运行",
            OpenError::Panicked { .. } => {
                "用 Excel 或 WPS 打开，另存为新的 .xlsx 文件再运行；还是这样的，请把文件交给维护人员"
            }
        }
    }

    /// The library's own words, if there are any: English, for `--verbose` only.
    pub fn detail(&self) -> Option<String> {
        match self {
            OpenError::Broken { detail } | OpenError::Panicked { detail } => Some(detail.clone()),
            OpenError::Io(error) => Some(error.to_string()),
            _ => None,
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::NotFound => write!(f, "找不到文件"),
            OpenError::Empty => write!(f, "文件是空的"),
            OpenError::Truncated => write!(f, "文件不完整，后半部分缺失"),
            OpenError::NoSheet => write!(f, "里面一张工作表也没有"),
            OpenError::Broken { .. } => write!(f, "文件已损坏，或不是规范的表格文件"),
            OpenError::Encrypted { tried: 0 } => write!(f, "文件有密码，没有给密码，打不开"),
            OpenError::Encrypted { tried: 1 } => write!(f, "文件有密码，给的密码不对，打不开"),
            OpenError::Encrypted { tried } => write!(f, "文件有密码，给的 {tried} 个密码都不对，打不开"),
            OpenError::UnknownEncryption => write!(f, "文件加了密，用的不是 Excel 的普通密码（如权限管理、证书），打不开"),
            OpenError::NotASpreadsheet { looks_like } => write!(f, "不是能读的表格文件，看起来是{looks_like}"),
            OpenError::TooLarge { what, limit, unit } => write!(f, "{what}过大，超出上限（{}{unit}）", Rounded(*limit)),
            OpenError::TemporaryLockFile => write!(f, "这是 Excel 打开工作簿时留下的临时文件，不是表格"),
            OpenError::Locked => write!(f, "文件正被其他程序打开，读不了"),
            OpenError::Io(error) => match (error.kind(), error.raw_os_error()) {
                (io::ErrorKind::PermissionDenied, _) => write!(f, "没有权限读取文件"),
                (_, Some(code)) => write!(f, "读取文件时出错（系统错误 {code}）"),
                _ => write!(f, "读取文件时出错"),
            },
            OpenError::Panicked { .. } => write!(f, "文件里有程序不认识的内容，读取中断"),
        }
    }
}

impl std::error::Error for OpenError {}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        /// ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
        const OPEN_ELSEWHERE: [i32; 2] = [32, 33];
        match error.kind() {
            io::ErrorKind::NotFound => OpenError::NotFound,
            io::ErrorKind::UnexpectedEof => OpenError::Truncated,
            _ if cfg!(windows) && error.raw_os_error().is_some_and(|code| OPEN_ELSEWHERE.contains(&code)) => {
                OpenError::Locked
            }
            _ => OpenError::Io(error),
        }
    }
}

/// Why one cell could not be read. `Display` says it to the clerk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unreadable {
    /// An error value newer than the library: `#SPILL!`, `#CALC!`.
    ErrorValue,
    /// It points at a text the workbook does not have.
    MissingText,
    /// A legal or illegal content the library cannot take in.
    Content,
    /// Beyond the last row or column a sheet can have.
    OutsideSheet,
    /// Bytes that mean nothing in the file's encoding; shown as `�`.
    BadBytes,
    /// The text file has NULs in it, which are left out.
    StrayNul,
    /// A text field longer than any cell can be.
    TooLong,
    /// A quotation mark that opens and is not closed; it was passed over.
    OpenQuote,
    /// So many lines in one cell that a quotation mark may be missing.
    ManyLines,
}

impl Unreadable {
    /// Whether what could be read of the cell is in.
    pub fn is_kept(self) -> bool {
        matches!(self, Unreadable::BadBytes | Unreadable::StrayNul | Unreadable::OpenQuote | Unreadable::ManyLines)
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unreadable::ErrorValue => "公式出错（如 #SPILL!），没有可用的值",
            Unreadable::StrayNul => "文件里夹着空字符（NUL），已去掉，其余照读",
            Unreadable::MissingText => "单元格的文字在文件里找不到",
            Unreadable::Content => "单元格内容无法识别",
            Unreadable::OutsideSheet => "单元格在工作表最大行列之外",
            Unreadable::BadBytes => "有几个字是乱码（显示为 �）",
            Unreadable::TooLong => "单元格文字过长",
            Unreadable::OpenQuote => "引号只有一半，当作没有引号读了，下面的行照常",
            Unreadable::ManyLines => "这一格有几百行，可能少了一个引号，把下面的行并进来了",
        })
    }
}

/// `4 GB`, `16 MB`, `16384`: a bound as people say it.
struct Rounded(u64);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            n if n >= 1 << 30 && n % (1 << 30) == 0 => write!(f, "{} G", n >> 30),
            n if n >= 1 << 20 && n % (1 << 20) == 0 => write!(f, "{} M", n >> 20),
            n => write!(f, "{n} "),
        }
    }
}

// What a file can look like when it is not a spreadsheet. Named where the advice depends on it.
pub(super) const PAGE_WITHOUT_TABLE: &str = "没有表格的网页";
pub(super) const WEB_ARCHIVE: &str = "没有表格的网页存档（MHT）";
pub(super) const OLD_EXCEL: &str = "很老的 Excel 格式";
pub(super) const OLD_WORKS: &str = "别的 Office 旧格式文件";
pub(super) const ARCHIVE: &str = "压缩包";
pub(super) const ODD_ARCHIVE: &str = "用特别方法压缩或加密的压缩包";
pub(super) const EMPTY_ARCHIVE: &str = "空的压缩包";
pub(super) const FLAT_DOCUMENT: &str = "不是表格的 ODF 文档";
pub(super) const FOLDER: &str = "文件夹";
pub(super) const WORD: &str = "Word 文档";
pub(super) const SLIDES: &str = "PPT 演示文稿";
pub(super) const BINARY: &str = "二进制文件";
