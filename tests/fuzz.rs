//! Damaged and invented input for every parser of ours: values, texts, web pages, XML, the containers and records of
//! old workbooks, sheets, archives, tables and cards as a whole, and the office's own templates.
//!
//! As a test it tries a few hundred inputs each, always the same ones. For a longer search:
//!
//! ```text
//! FUWUKA_FUZZ_SECONDS=600 cargo test --release --test fuzz -- --test-threads 2
//! ```
//!
//! A panic in our code counts even where a wall catches it; one in a library must be caught. So does a case that
//! takes longer than ten seconds in such a search. What failed is left in the temporary folder, and the message says where.

use std::cell::RefCell;
use std::io::{Cursor, Write};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use fuwuka::explain::{Kind, explain};
use fuwuka::input::{Input, Passwords};
use fuwuka::plan::find_with;
use fuwuka::problem::Problems;
use fuwuka::progress::Progress;
use fuwuka::read;
use fuwuka::templates::Templates;
use fuwuka::workbook::{Limits, Workbook};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

const CASES: usize = 300;
/// For one input in a long search, and on a machine that builds other things meanwhile.
const PATIENCE: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(60)];

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
fn search(name: &str, seeds: &[Vec<u8>], words: &[&[u8]], mut target: impl FnMut(&[u8])) {
    watch_panics();
    let seconds = std::env::var("FUWUKA_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let start = Instant::now();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
    let mut random = Random(if seconds.is_some() { now | 1 } else { 0x9E37_79B9_7F4A_7C15 });
    let mut tried = 0;
    let patience = PATIENCE[usize::from(seconds.is_none())];
    let goes_on = |tried: usize| match seconds {
        Some(seconds) => start.elapsed() < Duration::from_secs(seconds),
        None => tried < CASES,
    };
    while goes_on(tried) {
        let input = match seeds.get(tried) {
            Some(seed) => seed.clone(),
            None => random.mutate(seeds, words),
        };
        tried += 1;
        let began = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| target(&input)));
        let ours = OURS.with(|ours| ours.borrow_mut().take());
        let took = began.elapsed();
        if ended.is_err() || ours.is_some() || took > patience {
            let path = std::env::temp_dir().join(format!("fuwuka-fuzz-{name}"));
            std::fs::write(&path, &input).expect("the temporary folder can be written to");
            panic!("{name}: {} ({took:?}), input {}", ours.unwrap_or_else(|| "not caught".into()), path.display());
        }
    }
    println!("{name}: {tried} inputs in {:?}", start.elapsed());
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
    for name in ["fields.toml", "values.toml", "rules.toml", "surnames.toml"] {
        let seed = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(name)).expect("it is there");
        let seed = seed[..seed.len().min(3_000)].to_vec();
        search(name, &[seed], &[b"[[tier]]\n", b"[[field]]\n", b"\"", b" = ", b"when = \"1 = 1\"\n", b"]"], |bytes| {
            desk.put(name, bytes);
            let _ = Templates::load(Some(desk.folder.path()));
        });
        std::fs::remove_file(desk.folder.path().join(name)).expect("it was put there");
    }
}
