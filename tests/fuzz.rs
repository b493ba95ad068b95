//! Damaged and invented input for every parser of ours: values, texts, web pages, XML, the containers and records of
//! workbooks old and new, sheets, archives, tables and cards as a whole, the office's own templates and settings, cards
//! that come back, and whole runs.
//!
//! As a test it tries a few hundred inputs each, always the same ones. For a longer search:
//!
//! ```text
//! FUWUKA_FUZZ_SECONDS=600 cargo test --release --test fuzz -- --test-threads 2
//! ```
//!
//! A panic in our code counts even where a wall catches it; one in a library must be caught. So does a case that
//! takes longer than a minute; how long the slowest took is told. What failed is left in the temporary folder, and the
//! message says where.

#[path = "stamping/common.rs"]
mod stamping;

use std::any::Any;
use std::cell::RefCell;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use clap::ValueEnum;
use fuwuka::explain::{Kind, explain};
use fuwuka::input::{Input, Passwords};
use fuwuka::outcome::Watch;
use fuwuka::plan::{Office, Plan, find_with};
use fuwuka::problem::Problems;
use fuwuka::progress::Progress;
use fuwuka::stamp::Template;
use fuwuka::templates::Templates;
use fuwuka::workbook::{Limits, Workbook};
use fuwuka::{RunError, cli, print, read};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

const CASES: usize = 300;
/// For one input. Searches take days of a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

// ---- the search ----

thread_local! {
    /// The last panic of this thread in our own code.
    static OURS: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Notes panics by where they are.
fn watch_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            if place.starts_with("src/") || place.starts_with("tests/") {
                OURS.with(|ours| *ours.borrow_mut() = Some(panic.to_string()));
            }
        }));
    });
}

/// Tries the seeds, then what mutation makes of them, for as long as was asked.
fn search(name: &str, seeds: &[Vec<u8>], words: &[&[u8]], target: impl FnMut(&[u8]) + Send) {
    search_some(name, CASES, seeds, words, target);
}

/// The same with so many inputs in the test.
fn search_some(name: &str, cases: usize, seeds: &[Vec<u8>], words: &[&[u8]], mut target: impl FnMut(&[u8]) + Send) {
    watch_panics();
    // One thread for everything that would be shared out, so that a panic that somebody caught is seen here.
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let seconds = std::env::var("FUWUKA_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let start = Instant::now();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
    let mut random = Random(if seconds.is_some() { now | 1 } else { 0x9E37_79B9_7F4A_7C15 });
    let mut tried = 0;
    let mut slowest = Duration::ZERO;
    let goes_on = |tried: usize| match seconds {
        Some(seconds) => start.elapsed() < Duration::from_secs(seconds),
        None => tried < cases,
    };
    while goes_on(tried) {
        let input = match seeds.get(tried) {
            Some(seed) => seed.clone(),
            None => random.mutate(seeds, words),
        };
        tried += 1;
        let began = Instant::now();
        let (ended, ours) = alone.install(|| {
            let ended = catch_unwind(AssertUnwindSafe(|| target(&input))).map_err(|panic| said(&*panic));
            (ended, OURS.with(|ours| ours.borrow_mut().take()))
        });
        let took = began.elapsed();
        slowest = slowest.max(took);
        if ended.is_err() || ours.is_some() || took > PATIENCE {
            let path = std::env::temp_dir().join(format!("fuwuka-fuzz-{name}"));
            std::fs::write(&path, &input).expect("the temporary folder can be written to");
            let what = ours.or(ended.err()).unwrap_or_else(|| "too slow".to_string());
            let complaint = format!("{name}: {what} ({took:?}), input {}", path.display());
            println!("{complaint}");
            panic!("{complaint}");
        }
    }
    println!("{name}: {tried} inputs in {:.0?}, the slowest took {slowest:.1?}", start.elapsed());
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_else(|| "not caught".to_string())
}

/// xorshift, and what can be done to bytes with it.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    fn mutate(&mut self, seeds: &[Vec<u8>], words: &[&[u8]]) -> Vec<u8> {
        const NUMBERS: [&[u8]; 8] =
            [b"0", b"-1", b"1", b"99999999999", b"4294967295", b"65535", b"18446744073709551616", b"1e308"];
        let mut bytes = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(8) {
            let at = self.below(bytes.len() + 1);
            let length = 1 + self.below(16);
            let end = (at + length).min(bytes.len());
            match self.below(10) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = [0, 0xFF, b'<', b'>', b'"', b',', b'\n', 0x80][self.below(8)],
                2 => drop(bytes.drain(at..end)),
                3 => {
                    let again = bytes[at..end].repeat(1 + self.below(50));
                    bytes.splice(at..at, again);
                }
                4 => {
                    let other = &seeds[self.below(seeds.len())];
                    let from = self.below(other.len());
                    let to = (from + 1 + self.below(200)).min(other.len());
                    bytes.splice(at..end, other[from..to].iter().copied());
                }
                5 if !words.is_empty() => {
                    let word = words[self.below(words.len())];
                    bytes.splice(at..at, word.iter().copied());
                }
                6 => {
                    let number = NUMBERS[self.below(NUMBERS.len())];
                    bytes.splice(at..end, number.iter().copied());
                }
                7 => bytes.truncate(at),
                8 => {
                    // The next number there becomes another.
                    let digit = bytes[at..].iter().position(u8::is_ascii_digit).map(|found| at + found);
                    if let Some(from) = digit {
                        let count = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                        let number = NUMBERS[self.below(NUMBERS.len())];
                        bytes.splice(from..from + count, number.iter().copied());
                    }
                }
                _ => bytes.insert(at, self.below(256) as u8),
            }
        }
        bytes.truncate(1 << 20);
        bytes
    }
}

// ---- files ----

/// A folder for the inputs of one target.
struct Desk {
    folder: tempfile::TempDir,
    limits: Limits,
}

impl Desk {
    fn new() -> Desk {
        let limits = Limits { max_grid_bytes: 32 << 20, max_held_file_bytes: 32 << 20, ..Limits::default() };
        Desk { folder: tempfile::tempdir().expect("a folder for a test"), limits }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file for a test");
        path
    }

    /// Opens a file and asks for everything there is.
    fn open(&self, bytes: &[u8]) {
        let input = Input {
            passwords: Passwords::from_lines("密码Ab1\nabc"),
            ..Input::new(self.put("a.xls", bytes), "a.xls".to_string())
        };
        Workbook::is_locked(&input, &self.limits);
        if let Ok(mut book) = Workbook::open_input(&input, &self.limits) {
            for sheet in 0..book.sheets().len().min(5) {
                book.merges(sheet);
                book.hidden(sheet);
                book.formulas_without_value(sheet);
                let _ = book.stream(sheet, &mut |_| ControlFlow::Continue(()));
            }
        }
    }

    /// Reads a file as a run does.
    fn read(&self, name: &str, bytes: &[u8], templates: &Templates) {
        let paths = [self.put(name, bytes)];
        let inputs = find_with(&paths, &Passwords::default()).expect("it is there");
        let mut problems = Problems::default();
        read::all(&inputs, templates, &Progress::hidden(), &mut problems);
        problems.sort();
    }
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(name)).expect("it is there")
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, bytes) in parts {
        zip.start_file(*name, stored).expect("in memory");
        zip.write_all(bytes).expect("in memory");
    }
    zip.finish().expect("in memory").into_inner()
}

/// The parts of a zip by name.
fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a good zip");
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a good zip");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut bytes).expect("a good zip");
        parts.push((part.name().expect("UTF-8").into_owned(), bytes));
    }
    parts
}

/// A zip with one part instead of another, so that damage is not caught by its checksum.
fn with_part(parts: &[(String, Vec<u8>)], name: &str, bytes: &[u8]) -> Vec<u8> {
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(part, content)| (part.as_str(), if part == name { bytes } else { content.as_slice() })).collect();
    zipped(&parts)
}

/// Parts of several workbooks, any of which may be damaged. An input says by its first byte which part it is.
struct Parts {
    books: Vec<Vec<(String, Vec<u8>)>>,
    /// Book and name of the parts that are text.
    places: Vec<(usize, String)>,
}

impl Parts {
    fn of(books: &[Vec<u8>]) -> Parts {
        let books: Vec<_> = books.iter().map(|book| unzipped(book)).collect();
        let mut places = Vec::new();
        for (at, parts) in books.iter().enumerate() {
            let is_text = |name: &&String| [".xml", ".rels", ".vml"].iter().any(|ending| name.ends_with(ending));
            let names = parts.iter().map(|(name, _)| name).filter(is_text).filter(|name| !name.contains("theme"));
            places.extend(names.map(|name| (at, name.clone())));
        }
        Parts { books, places }
    }

    fn seeds(&self) -> Vec<Vec<u8>> {
        let part = |(book, name): &(usize, String)| {
            let (_, bytes) = self.books[*book].iter().find(|(part, _)| part == name).expect("it is there");
            bytes.as_slice()
        };
        (0..).zip(&self.places).map(|(at, place)| [&[at][..], part(place)].concat()).collect()
    }

    /// The workbook with this part instead of its own.
    fn damaged(&self, input: &[u8]) -> Vec<u8> {
        let (at, bytes) = input.split_first().unwrap_or((&0, &[]));
        let (book, name) = &self.places[usize::from(*at) % self.places.len()];
        with_part(&self.books[*book], name, bytes)
    }
}

fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 3, "客户清单", &rust_xlsxwriter::Format::new()).expect("a good range");
    sheet.write_row(1, 0, ["客户姓名", "证件号码", "手机", "出生日期"]).expect("a good row");
    sheet.write_row(2, 0, ["王伟", "110198198001010036", "15411112222", "1980-01-01"]).expect("a good row");
    sheet.write_number(3, 0, 45_000.0).expect("a good cell");
    sheet.write_boolean(3, 1, true).expect("a good cell");
    sheet.write_formula(3, 2, rust_xlsxwriter::Formula::new("1/0").set_result("#DIV/0!")).expect("a good cell");
    sheet.set_row_hidden(3).expect("a good row");
    book.save_to_buffer().expect("in memory")
}

const CSV: &str = "\
# 导出
*客户姓名,证件号码,手机,出生日期,年交保费,家庭成员
王伟,110198198001010036,\"15411112222
15411113333\",1980-01-01,\"5,000.5\",配偶 李娜；长子 王小明
曾红,110198197502020043,\"他说\"\"好\"\"\",75.2.2,5万,—
";

const CARD: &str = "\
客户服务卡,,,
客户编号,W0001,客户类型,A类
投保人,王伟,联系方式,15411112222
家庭住址,北京市朝阳区幸福路1号2号楼3单元401室,,
家庭成员,,,
关系,姓名,年龄,职业
配偶,李娜,40,教师
拜访记录,,,
拜访时间,方式,主题,反馈
2026-03-05,☑面访 □电话,续期,好
";

const LAYOUTS: &str = "\
[[layout]]
kind = \"客户清单\"
from = \"清单.csv\"
columns = [[\"客户姓名\", \"姓名\"], [\"联系人手机\", \"投保人的手机\"], [\"不要\", \"\"], [\"不要\", \"备注\"]]
";

/// 家庭核对, filled in.
const RULINGS: &str = "\
家庭核对
目前,甲编号,甲姓名,甲证件,乙编号,乙姓名,乙证件,服务专员,核对凭据,程序建议,处理
一户,W0001,王伟,,Z0001,曾红,,李娜,同住址,拆开,合并
两户,W0001,王伟,,S0001,单强,,李娜,同手机,合并,拆开
";

const LISTS: [&str; 4] = [
    "客户姓名,证件号码,手机,家庭住址,与户主关系,服务专员,团队,备注
王伟,110198198001010036,15411112222,北京市朝阳区幸福路1号2号楼3单元401室,户主,李娜,营业一部,妻子曾红
曾红,110198198202020041,15411113333,北京市朝阳区幸福路1号2号楼3单元401室,配偶,李娜,营业一部,
单强,,15411114444,北京市海淀区一路3号5号楼601室,,赵敏,营业二部,母亲单芳
",
    "保单号,投保人,投保人手机,被保险人,险种名称,险种代码,保额,年交保费,缴费方式,生效日期,保单状态,服务专员
880010012345,王伟,15411112222,曾红,终身重疾,1234,10万,5000,年交,2020-03-05,有效,李娜
880010012346,王伟,15411112222,王伟,定期寿险,1235,20万,1200.5,月交,2021-06-05,失效,李娜
880010012347,单强,15411114444,单强,医疗险,1236,,300,趸交,45000,终止,赵敏
",
    "客户编号,客户姓名,手机,拜访时间,拜访方式,主题,内容,客户反馈,下次拜访时间
W0001,王伟,15411112222,2026-11-05,面访,续期,送资料,满意,2026-12-01
,单强,15411114444,2026-10-05 10:30,☑电话 □面访,生日,祝福,,
",
    RULINGS,
];

// ---- targets ----

#[test]
fn text_files() {
    let desk = Desk::new();
    let gbk = encoding_rs::GBK.encode(CSV).0.into_owned();
    let utf16: Vec<u8> = CSV.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let seeds = [CSV.into(), gbk, utf16, b"sep=;\na;b\n\"1\";2\n".to_vec()];
    search("text", &seeds, &[b"\"", b"\"\"", b"\r\n", b",\"", b"\"\n", b"\t"], |bytes| desk.open(bytes));
}

#[test]
fn web_pages() {
    let desk = Desk::new();
    let page = "<html><head><style>td{x}</style></head><body><h1>清单</h1><table><col span=2 style='display:none'><tr><td rowspan=2>a<td colspan=3 x:num='1'>b&nbsp;&#20320;\
        <tr><td><table><tr><td>c</table>d</td></tr></table><p>合计</p></body></html>";
    let words: [&[u8]; 12] = [
        b"<table>",
        b"</table>",
        b"<tr>",
        b"</tr>",
        b"<td>",
        b"<td rowspan=65534 colspan=1000>",
        b"<br>",
        b"<!--",
        b"-->",
        b"<script>",
        b"<xml>",
        b"&#1114112;",
    ];
    search("page", &[page.into(), fixture("网页.xls")], &words, |bytes| desk.open(bytes));
}

#[test]
fn web_archives() {
    let desk = Desk::new();
    let archive = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"x\"\r\n\r\n--x\r\nContent-Location: a.files/sheet001.htm\r\n\
        Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/html\r\n\r\n<table><tr><td>=E7=8E=8B</table>\r\n\
        --x\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\nPHRhYmxlPjx0cj48dGQ+MTwvdGFibGU+\r\n--x--\r\n";
    let words: [&[u8]; 5] =
        [b"--x\r\n", b"\r\n\r\n", b"Content-Type: multipart/mixed; boundary=y\r\n", b"=", b"<x:ExcelWorksheet>"];
    search("archive-page", &[archive.into()], &words, |bytes| desk.open(bytes));
}

#[test]
fn xml_of_2003() {
    let desk = Desk::new();
    let words: [&[u8]; 8] = [
        b"<Row ss:Index=\"1048576\">",
        b"<Cell ss:Index=\"16384\" ss:MergeAcross=\"3\">",
        b"<Data ss:Type=\"DateTime\">",
        b"</Row>",
        b"<![CDATA[",
        b"<Worksheet ss:Name=\"a\">",
        b"&#0;",
        b"]]>",
    ];
    search("xml", &[fixture("XML表格.xls")], &words, |bytes| desk.open(bytes));
}

#[test]
fn old_workbooks() {
    let desk = Desk::new();
    search("xls", &[fixture("隐藏.xls"), fixture("带密码97.xls")], &[], |bytes| desk.open(bytes));
}

#[test]
fn encrypted_packages() {
    let desk = Desk::new();
    let words: [&[u8]; 4] = [b"spinCount=\"1\"", b"keyBits=\"", b"SHA1", b"saltValue=\"\""];
    let mut file = fixture("带密码.xlsx");
    // Few rounds, so that many inputs can be tried.
    let at = memchr::memmem::find(&file, b"spinCount=\"100000\"").expect("it is there");
    file[at + 11..at + 17].copy_from_slice(b"000100");
    search("locked", &[file], &words, |bytes| desk.open(bytes));
}

#[test]
fn sheets_of_workbooks() {
    let desk = Desk::new();
    let parts = unzipped(&workbook());
    let name = "xl/worksheets/sheet1.xml";
    let sheet = parts.iter().find(|(part, _)| part == name).expect("it is there").1.clone();
    let words: [&[u8]; 10] = [
        b"<c r=\"XFD1048576\" t=\"s\">",
        b"<row r=\"1048577\">",
        b"<v>",
        b"</v>",
        b"<is><t>",
        b"<f>",
        b"<mergeCell ref=\"A1:XFD9\"/>",
        b" hidden=\"1\"",
        b"<![CDATA[",
        b"&#x10FFFF;",
    ];
    search("sheet", &[sheet], &words, |bytes| desk.open(&with_part(&parts, name, bytes)));
}

#[test]
fn parts_of_workbooks() {
    let desk = Desk::new();
    let parts = unzipped(&workbook());
    for name in ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"] {
        let part = parts.iter().find(|(part, _)| part == name).expect("it is there").1.clone();
        search(&name.replace('/', "-"), &[part], &[b"<si><t>", b"numFmtId=\"22\"", b"count=\"9\""], |bytes| {
            desk.open(&with_part(&parts, name, bytes));
        });
    }
}

#[test]
fn sheets_of_libreoffice() {
    let desk = Desk::new();
    let parts = unzipped(&fixture("隐藏.ods"));
    let name = "content.xml";
    let content = parts.iter().find(|(part, _)| part == name).expect("it is there").1.clone();
    let words: [&[u8]; 5] = [
        b" table:number-rows-repeated=\"1048576\"",
        b" table:number-columns-repeated=\"16384\"",
        b"<table:table-row>",
        b"</table:table>",
        b"<text:s text:c=\"9\"/>",
    ];
    search("ods", &[content], &words, |bytes| desk.open(&with_part(&parts, name, bytes)));
}

#[test]
fn archives() {
    let desk = Desk::new();
    let templates = Templates::builtin();
    let inner = zipped(&[("深.csv", CSV.as_bytes())]);
    let seeds = [zipped(&[("清单.csv", CSV.as_bytes()), ("内.zip", &inner)]), fixture("带密码.zip"), workbook()];
    search("zip", &seeds, &[b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"], |bytes| desk.read("a.zip", bytes, &templates));
}

#[test]
fn tables_and_cards() {
    let desk = Desk::new();
    let templates = Templates::builtin();
    let seeds: Vec<Vec<u8>> =
        vec![CSV.into(), CARD.into(), format!("{CARD}\n{CARD}").into(), format!("{CSV}\n\n{CSV}").into()];
    let words: Vec<&[u8]> = [
        "客户编号,",
        "姓名",
        "保单号,",
        "拜访日期,",
        "合计",
        "\n",
        ",",
        "：",
        "□",
        "☑",
        "示例",
        "{{姓名}}",
        "2026-03-05,",
        "户主,配偶,",
    ]
    .map(str::as_bytes)
    .to_vec();
    search("table", &seeds, &words, |bytes| desk.read("清单.csv", bytes, &templates));
}

#[test]
fn values() {
    let templates = Templates::builtin();
    let seeds: Vec<Vec<u8>> = [
        "王　伟先生",
        "阿依古丽·买买提",
        "110198900307003",
        "11019819900307003X",
        "138****1234",
        "0571-88886666转8(妻)；154 1111 2222",
        "3.20E+17",
        "2024年3月5日 14:30",
        "二〇二三年一月十五日",
        "农历正月初五",
        "45000.5",
        "75.2.2",
        "至70岁",
        "20年交",
        "￥5,000.50万元",
        "10–30万",
        "五十万",
        "W0001-1",
        "A类客户、重点",
        "有效-交费中",
        "配偶 李娜（40岁，教师）；长子 王小明",
        "北京市朝阳区幸福路1号2号楼3单元401室",
        "☑面访 □电话",
        "是",
        "#N/A",
        "—",
    ]
    .map(|value| value.as_bytes().to_vec())
    .to_vec();
    let words: Vec<&[u8]> =
        ["年", "月", "日", "万", "元", "（", "）", "-", "/", "岁", "　", "\u{200b}", "１", "９", "闰", "至", "零"]
            .map(str::as_bytes)
            .to_vec();
    search("value", &seeds, &words, |bytes| {
        let value = String::from_utf8_lossy(bytes);
        let value: String = value.chars().take(300).collect();
        for kind in Kind::value_variants() {
            explain(*kind, &value, &templates);
        }
    });
}

#[test]
fn templates_of_the_office() {
    let desk = Desk::new();
    for name in ["fields.toml", "values.toml", "rules.toml", "surnames.toml", "layouts.toml", "fuwuka.toml"] {
        let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(name);
        let seed = match name {
            "layouts.toml" => LAYOUTS.into(),
            "fuwuka.toml" => "营业部 = 滨江营业部\n密码文件 = \"密码.txt\"\n".into(),
            _ => std::fs::read(built_in).expect("it is there"),
        };
        let seed = seed[..seed.len().min(3_000)].to_vec();
        let words: [&[u8]; 6] = [b"[[tier]]\n", b"[[field]]\n", b"\"", b" = ", b"when = \"1 = 1\"\n", b"]"];
        search_some(name, 100, &[seed], &words, |bytes| {
            desk.put(name, bytes);
            let _ = Office::open(Some(desk.folder.path()));
        });
        std::fs::remove_file(desk.folder.path().join(name)).expect("it was put there");
    }
}

#[test]
fn flat_documents() {
    let desk = Desk::new();
    let text = String::from_utf8(fixture("单个文件.fods")).expect("UTF-8");
    // What nobody reads is left out, so that the tables are hit.
    let head = &text[..text.find("<office:settings>").expect("it is there")];
    let body = &text[text.find("<office:body>").expect("it is there")..];
    let words: [&[u8]; 6] = [
        b"<text:p>",
        b"</text:p>",
        b"<text:s text:c=\"99\"/>",
        b"</table:table-row>",
        b" table:number-columns-repeated=\"16384\"",
        b"<!-- > < -->",
    ];
    search("flat", &[format!("{head}{body}").into()], &words, |bytes| desk.open(bytes));
}

/// A record of an xlsb part: kind and length are written seven bits a byte.
fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let kind = if kind < 0x80 { vec![kind as u8] } else { vec![kind as u8 & 0x7F | 0x80, (kind >> 7) as u8] };
    [&kind[..], &[data.len() as u8], data].concat()
}

#[test]
fn binary_workbooks() {
    let desk = Desk::new();
    let wide = |text: &str| {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&(units.len() as u32 / 2).to_le_bytes()[..], &units].concat()
    };
    let longs = |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let bundle = [&longs(&[0, 1])[..], &wide("rId1"), &wide("清单")].concat();
    let book = [record(0x83, &[]), record(0x9C, &bundle), record(0x90, &[]), record(0x84, &[])].concat();
    let sheet = [
        record(0x81, &[]),
        record(0x94, &[0; 16]),
        record(60, &longs(&[1, 2, 0, 0, 1])),
        record(0x91, &[]),
        record(0, &[&longs(&[4, 0])[..], &[0, 0, 0, 0x10, 0, 0, 0, 0]].concat()),
        record(5, &[&longs(&[0, 0])[..], &1.5_f64.to_le_bytes()].concat()),
        record(6, &[&longs(&[2, 0])[..], &wide("王伟")].concat()),
        record(7, &longs(&[3, 0, 1])),
        record(0x92, &[]),
        record(176, &longs(&[0, 1, 2, 5])),
    ];
    let strings = [record(0x9F, &longs(&[2, 2])), record(0x13, &[&[0][..], &wide("甲")].concat()), record(0xA0, &[])];
    let relations = "<Relationships><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" \
        Target=\"worksheets/sheet1.bin\"/></Relationships>";
    let parts = [
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("xl/_rels/workbook.bin.rels", relations.into()),
        ("xl/workbook.bin", book),
        ("xl/sharedStrings.bin", strings.concat()),
        ("xl/styles.bin", [record(0x117, &[]), record(0x269, &[0; 4]), record(0x26A, &[])].concat()),
        ("xl/worksheets/sheet1.bin", sheet.concat()),
    ];
    let parts = parts.map(|(name, bytes)| (name.to_string(), bytes));
    let seeds: Vec<Vec<u8>> = (0..).zip(&parts[2..]).map(|(at, (_, bytes))| [&[at][..], bytes].concat()).collect();
    search("xlsb", &seeds, &[&[0xFF; 4], &[0; 4], &[0x80; 4]], |bytes| {
        let (at, bytes) = bytes.split_first().unwrap_or((&0, &[]));
        desk.open(&with_part(&parts, &parts[2 + usize::from(*at) % 4].0, bytes));
    });
}

const STAMPING_WORDS: [&[u8]; 10] = [
    "{{客户姓名}}".as_bytes(),
    "{{#保单.险种}}".as_bytes(),
    "{{".as_bytes(),
    "}}".as_bytes(),
    b"<f>SUM($A$1:XFD1048576)+'a''b'!A1:B2</f>",
    b"<f t=\"shared\" si=\"0\" ref=\"A1:A9\">A1</f>",
    b"<row r=\"1048576\">",
    b"<mergeCell ref=\"A1:XFD1048576\"/>",
    b"r=\"A1\"",
    b"&#x10FFFF;",
];

/// The office's own workbooks, from which cards are made.
#[test]
fn templates_of_cards() {
    let parts = Parts::of(&stamping::TEMPLATES.map(stamping::template_bytes));
    let cards = [stamping::card(1, 1), stamping::card(2, 3)];
    search("card-template", &parts.seeds(), &STAMPING_WORDS, |bytes| {
        let Ok(template) = Template::open(&parts.damaged(bytes), "卡.xlsx") else { return };
        let template = template.marked();
        let mut book = Cursor::new(Vec::new());
        if template.book(&cards, &stamping::index(&cards), &mut book).is_ok() {
            let _ = template.read(&book.into_inner(), "卡.xlsx");
        }
    });
}

#[test]
fn cards_read_back() {
    let template = stamping::template("openpyxl").marked();
    let cards = [stamping::card(1, 1), stamping::card(2, 3)];
    let mut book = Cursor::new(Vec::new());
    template.book(&cards, &stamping::index(&cards), &mut book).expect("a book");
    let parts = Parts::of(&[book.into_inner(), stamping::template_bytes("edited"), stamping::template_bytes("saved")]);
    let words = ["fuwuka|W0001|保单|P0|9".as_bytes(), b"fuwuka|", b"|", b"%7C", b"t=\"s\"", b"<v>", b"</c>"];
    search_some("card", 100, &parts.seeds(), &words, |bytes| drop(template.read(&parts.damaged(bytes), "卡.xlsx")));
}

/// Our own forms, as a run reads them.
#[test]
fn forms_that_come_back() {
    let desk = Desk::new();
    let templates = Templates::builtin();
    let folder = tempfile::tempdir().expect("a folder for a test");
    let asked = cli::Blank { form: None, office: Some(folder.path().into()), out: Some(folder.path().into()) };
    let forms = print::blank(&asked).expect("blank forms");
    let forms: Vec<Vec<u8>> = forms.iter().map(|path| std::fs::read(path).expect("it is there")).collect();
    let parts = Parts::of(&forms);
    let words = ["王伟", "15411112222", "2026-11-05", "☑", "合并", "W0001", "<is><t>", "</t></is>"].map(str::as_bytes);
    search_some("form", 50, &parts.seeds(), &words, |bytes| desk.read("卡.xlsx", &parts.damaged(bytes), &templates));
}

/// A second month after a good first one: whatever the lists say, it ends, and its totals tie out.
#[test]
fn whole_runs() {
    let office = tempfile::tempdir().expect("a folder for a test");
    let at = |name: &str| office.path().join(name);
    let run = |month: u32| {
        let asked = cli::Run {
            office: Some(office.path().into()),
            as_of: NaiveDate::from_ymd_opt(2026, month, 28),
            ..cli::Run::default()
        };
        let plan = Plan::new(&asked).expect("a plan");
        match fuwuka::run(&plan, &Progress::hidden(), &mut Watch::default()) {
            Err(error @ (RunError::Totals(_) | RunError::Table(_) | RunError::Broken)) => panic!("{error}"),
            ended => drop(ended),
        }
    };
    std::fs::create_dir(at("导入")).expect("made");
    for (index, list) in LISTS.iter().enumerate() {
        std::fs::write(at(&format!("导入/{index}.csv")), list).expect("written");
    }
    run(11);
    let current = std::fs::read(at("卡库/CURRENT")).expect("a first month");
    let seeds: Vec<Vec<u8>> = (0..).zip(LISTS).map(|(index, list)| [&[index], list.as_bytes()].concat()).collect();
    let words: Vec<&[u8]> =
        ["王伟", "曾红", "W0001", "2026-11-05", "配偶", "死亡", "退保", ",", "\n", "合并", "同上", "户主"]
            .map(str::as_bytes)
            .to_vec();
    search_some("run", 20, &seeds, &words, |bytes| {
        let (which, bytes) = bytes.split_first().unwrap_or((&0, &[]));
        for (index, list) in LISTS.iter().enumerate() {
            let list = if index == usize::from(*which) % LISTS.len() { bytes } else { list.as_bytes() };
            std::fs::write(at(&format!("导入/{index}.csv")), list).expect("written");
        }
        run(12);
        // Back to the first month.
        let first = String::from_utf8_lossy(&current).trim().to_string();
        for entry in std::fs::read_dir(at("卡库")).expect("a folder").flatten() {
            if entry.path().is_dir() && entry.file_name().to_string_lossy() != first {
                std::fs::remove_dir_all(entry.path()).expect("removed");
            }
        }
        std::fs::write(at("卡库/CURRENT"), &current).expect("written");
        let _ = std::fs::remove_dir_all(at("输出/2026-12"));
    });
}
