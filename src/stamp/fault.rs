//! Why a template, or a workbook made from one, cannot be used: with the sheet and the cell.

use std::fmt;

/// Something that stops a template, a stamping or a reading. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The workbook's name, as the caller gave it.
    pub book: Box<str>,
    /// The sheet, where it is about one.
    pub sheet: Option<Box<str>>,
    /// The cell (`B5`), where it is about one.
    pub cell: Option<Box<str>>,
    /// What is wrong and what to do.
    pub what: What,
}

/// What is wrong. The sentence is its `Display`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum What {
    #[error("不是 xlsx 工作簿（{0}）。请用 Excel 或 WPS 打开，另存为“Excel 工作簿(*.xlsx)”")]
    NotAWorkbook(String),
    #[error("有打开密码，读不了。请在 Excel 里打开，用“文件—信息—保护工作簿—用密码进行加密”清空密码后存盘")]
    Encrypted,
    #[error("是旧的 xls 或其他格式。请用 Excel 或 WPS 打开，另存为“Excel 工作簿(*.xlsx)”")]
    OldFormat,
    #[error("部件“{part}”坏了：{cause}。请在 Excel 里打开并重新存盘")]
    BadPart { part: String, cause: String },
    #[error("占位符“{0}”没有写完：要用“{{{{”开头、“}}}}”结尾，中间写标题")]
    Unclosed(String),
    #[error("占位符“{0}”里没有标题：字段写成 {{{{客户姓名}}}}，列表写成 {{{{#保单.险种}}}}")]
    Nameless(String),
    #[error("公式里的占位符“{0}”要写在双引号里，作为文字，例如 =HYPERLINK(\"#'{{{{#索引.客户编号}}}}'!A1\")")]
    BareInFormula(String),
    #[error("页眉或页脚填好以后有 {0} 个字，最多 255 个。请少放一些内容")]
    LongHeader(usize),
    #[error("同一行里有两种列表：“{0}”和“{1}”。一行只能重复一种，请分成上下两块")]
    TwoLists(String, String),
    #[error("合并单元格 {0} 跨出了列表“{1}”的行。请让它只占列表的行，或者把列表的行全包住")]
    MergeCutsList(String, String),
    #[error("数组公式 {0} 跨过列表“{1}”的行。请改成普通公式")]
    ArrayCutsList(String, String),
    #[error("模拟运算表（数据表）不能放在有列表或要复制的表上。请改成普通公式")]
    DataTable,
    #[error("公式里跨表引用（{0}）指向有列表或要复制的表。请改成只指一张表")]
    ThreeDimensional(String),
    #[error("表格（插入—表格）的标题行里有占位符。请把标题写成固定的文字，或者“转换为区域”")]
    TableHeading,
    #[error("这张表要按户复制，上面有{0}，不能复制。请去掉它")]
    CannotClone(&'static str),
    #[error("数据透视表的数据或位置在有列表的表上，行数变了会错。请去掉透视表，或者把它放到别的文件里")]
    Pivot,
    #[error("{0}里有占位符“{1}”，这里的不会被替换。请把占位符写在单元格里")]
    PlaceholderElsewhere(&'static str, String),
    #[error("“{0}”引用了要按户复制的表“{1}”。复制以后不知道指哪一张，请去掉这个引用")]
    RefersToCard(String, String),
    #[error("模板里没有占位符：字段写成 {{{{客户姓名}}}}，列表写成 {{{{#保单.险种}}}}")]
    NothingToFill,
    #[error("分不出哪一张是要按户复制的卡：{0}都有占位符。除了有 {{{{#索引.…}}}} 的表，只能有一张")]
    WhichCard(String),
    #[error("没有要按户复制的卡：每张表不是没有占位符，就是有 {{{{#索引.…}}}}")]
    NoCard,
    #[error("没有一户可写")]
    NoRecords,
    #[error("工作表名“{0}”太长：最多 31 个字")]
    SheetNameTooLong(String),
    #[error("工作表名“{0}”不能用：不能为空，不能有 [ ] : * ? / \\，前后不能是单引号，也不能叫 History")]
    SheetName(String),
    #[error("工作表名“{0}”重复")]
    SheetNameTwice(String),
    #[error("“{title}”有 {length} 个字，一个单元格最多放 32767 个")]
    TooLong { title: String, length: usize },
    #[error("“{0}”不是一个数，写不进单元格")]
    NotANumber(String),
    #[error("列表“{0}”太长：一张表最多 1048576 行")]
    TooManyRows(String),
    #[error("列表“{0}”在模板里没有")]
    NoSuchList(String),
    #[error("列表“{0}”在模板里出现了 {1} 次，流式写入只能有一处")]
    ListTwice(String, usize),
    #[error("列表“{list}”说有 {said} 行，实际是 {found} 行")]
    RowCount { list: String, said: usize, found: usize },
    #[error("写不进去：{0}")]
    Save(String),
}

impl Fault {
    /// A fault of the whole workbook.
    pub(super) fn book(book: &str, what: What) -> Fault {
        Fault { book: book.into(), sheet: None, cell: None, what }
    }

    /// A fault of a sheet.
    pub(super) fn sheet(book: &str, sheet: &str, what: What) -> Fault {
        Fault { sheet: Some(sheet.into()), ..Fault::book(book, what) }
    }

    /// A fault of a cell.
    pub(super) fn cell(book: &str, sheet: &str, cell: impl fmt::Display, what: What) -> Fault {
        Fault { cell: Some(cell.to_string().into()), ..Fault::sheet(book, sheet, what) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.book)?;
        if let Some(sheet) = &self.sheet {
            write!(f, "「{sheet}」")?;
        }
        if let Some(cell) = &self.cell {
            f.write_str(cell)?;
        }
        write!(f, "：{}", self.what)
    }
}

impl std::error::Error for Fault {}
