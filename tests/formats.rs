//! One list in every kind of file an office may be sent, made by other programs where they make it (see
//! `formats/make.py`): it comes out the same from all of them.

#[path = "common/office.rs"]
mod office;

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use office::{CLIENTS, Office, fuwuka};
use serde_json::Value;
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

/// What `formats/make.py` locks files with.
const PASSWORD: &str = "密码Ab1";

/// The list as text, for files made here.
const CSV: &str = "\
客户姓名,证件号码,手机,出生日期,年交保费,服务专员,团队
王伟,110198198001010036,15411112222,1980-01-01,5000.5,李娜,营业一部
曾红,110198197502020043,15411113333,1975-02-02,3000,李娜,营业一部
单强,110198199003030051,15411114444,1990-03-03,1200,赵敏,营业二部
";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(name)
}

/// What `fuwuka inspect` tells of files.
struct Seen {
    files: Vec<Value>,
    _folder: Option<TempDir>,
}

impl Seen {
    fn paths(paths: &[PathBuf], passwords: &str) -> Seen {
        let folder = tempfile::tempdir().expect("a folder for a test");
        std::fs::write(folder.path().join("密码.txt"), passwords).expect("written");
        let mut command = fuwuka(&["inspect", "--json", "--office"]);
        command.arg(folder.path()).arg("--password-file").arg(folder.path().join("密码.txt")).args(paths);
        let output = command.output().expect("the program starts");
        let files = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        Seen { files, _folder: None }
    }

    /// Of one of the files of `formats/`.
    fn fixture(name: &str) -> Seen {
        Seen::paths(&[fixture(name)], PASSWORD)
    }

    /// Of a file of these bytes.
    fn bytes(name: &str, bytes: &[u8], passwords: &str) -> Seen {
        let folder = tempfile::tempdir().expect("a folder for a test");
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        Seen { _folder: Some(folder), ..Seen::paths(&[path], passwords) }
    }

    /// Names of the files.
    fn names(&self) -> Vec<&str> {
        self.files.iter().map(|file| file["file"].as_str().expect("a name")).collect()
    }

    /// There is one file, of this format, with the list in it, cell by cell.
    #[track_caller]
    fn is_the_list(&self, format: &str) {
        let [file] = &self.files[..] else { panic!("{:?}", self.names()) };
        assert_eq!(file["format"], format);
        self.holds_the_list(0);
    }

    #[track_caller]
    fn holds_the_list(&self, file: usize) {
        let file = &self.files[file];
        let sheets = file["sheets"].as_array().expect("sheets");
        assert_eq!(sheets.len(), 1, "{file:#}");
        assert_eq!(sheets[0]["rows"], 3, "{file:#}");
        let column = |column: &Value| {
            let samples = column["samples"].as_array().expect("samples").iter().map(|sample| sample.as_str().expect("text"));
            format!("{} {}", column["field"].as_str().unwrap_or("?"), samples.collect::<Vec<_>>().join(" "))
        };
        let columns: Vec<String> = sheets[0]["columns"].as_array().expect("columns").iter().map(column).collect();
        let want = [
            "姓名 王伟 曾红 单强",
            "证件号码 110198198001010036 110198197502020043 110198199003030051",
            "手机 15411112222 15411113333 15411114444",
            "出生日期 1980-01-01 1975-02-02 1990-03-03",
            "年交保费 5000.50 3000 1200",
            "服务专员 李娜 赵敏",
            "团队 营业一部 营业二部",
        ];
        assert_eq!(columns, want);
    }

    /// Numbers and sentences of what is said about the only file, `S211 E列 这一列是隐藏的`.
    fn said(&self) -> Vec<String> {
        let problems = self.files[0]["problems"].as_array().expect("problems");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let places = |problem: &Value| problem["places"].as_array().map(|all| all.iter().map(text).collect::<Vec<_>>());
        let said = problems.iter().map(|problem| {
            let places = places(problem).unwrap_or_default().join("、");
            format!("{} {places} {}", text(&problem["code"]), text(&problem["what"]))
        });
        said.collect()
    }
}

// ---- workbooks of other programs ----

#[test]
fn a_web_page_named_xls() {
    Seen::fixture("网页.xls").is_the_list("网页（HTML）表格，UTF-8");
    let page = std::fs::read_to_string(fixture("网页.xls")).expect("it is there");
    let gbk = encoding_rs::GBK.encode(&page).0;
    Seen::bytes("网页.xls", &gbk, "").is_the_list("网页（HTML）表格，GBK/GB18030");
}

#[test]
fn xml_of_2003_named_xls() {
    Seen::fixture("XML表格.xls").is_the_list("XML 电子表格 2003");
}

#[test]
fn text_named_xls() {
    Seen::bytes("清单.xls", CSV.as_bytes(), "").is_the_list("文本，“,”分隔，UTF-8");
    let tabs = encoding_rs::GBK.encode(&CSV.replace(',', "\t")).0.into_owned();
    Seen::bytes("清单.xls", &tabs, "").is_the_list("文本，制表符分隔，GBK/GB18030");
}

/// WPS writes the same as Excel under names of its own.
#[test]
fn names_of_wps() {
    for (name, format) in [("隐藏.xls", "Excel 97-2003 工作簿"), ("隐藏.ods", "ODF 电子表格")] {
        let bytes = std::fs::read(fixture(name)).expect("it is there");
        for ending in ["et", "ett", "xlsx"] {
            Seen::bytes(&format!("清单.{ending}"), &bytes, "").is_the_list(format);
        }
    }
}

/// LibreOffice can write a document as one XML text.
#[test]
fn a_flat_document() {
    Seen::fixture("单个文件.fods").is_the_list("ODF 电子表格");
    let text = std::fs::read_to_string(fixture("单个文件.fods")).expect("it is there");
    let letter = text.replace("opendocument.spreadsheet", "opendocument.text");
    assert!(Seen::bytes("信.fodt", letter.as_bytes(), "").said()[0].contains("不是表格的 ODF 文档"));
    let broken_off = &text[..text.len() - 200];
    assert!(Seen::bytes("a.fods", broken_off.as_bytes(), "").said()[0].contains("不完整"));
}

/// Days counted from 1904, one of them shown as a bare number.
#[test]
fn a_workbook_of_excel_for_mac() {
    Seen::fixture("1904.xlsx").is_the_list("Excel 工作簿");
}

#[test]
fn what_excel_does_not_show_is_read_and_said() {
    for name in ["隐藏.xls", "隐藏.ods", "单个文件.fods"] {
        let seen = Seen::fixture(name);
        seen.holds_the_list(0);
        assert_eq!(seen.said(), ["S211 「客户」E列、「客户」第4行 隐藏的行或列也读了，例如：这一列是隐藏的"], "{name}");
    }
}

/// As Excel packs the pages of a workbook into one file.
#[test]
fn a_web_archive() {
    let page = std::fs::read_to_string(fixture("网页.xls")).expect("it is there");
    let encoded = data_encoding::BASE64_MIME.encode(page.as_bytes());
    let frame = "<html><head><!--[if gte mso 9]><xml><x:ExcelWorkbook><x:ExcelWorksheets><x:ExcelWorksheet><x:Name>=E5=AE=A2=E6=88=B7</x:Name>\
        <x:WorksheetSource HRef=3D\"a.files/sheet001.htm\"/></x:ExcelWorksheet></x:ExcelWorksheets></x:ExcelWorkbook></xml><![endif]-->\
        </head><frameset><frame src=3D\"a.files/sheet001.htm\"></frameset></html>";
    let archive = format!(
        "MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary=\"----=_NextPart\"\r\n\r\n\
         ------=_NextPart\r\nContent-Location: file:///C:/a.htm\r\nContent-Transfer-Encoding: quoted-printable\r\n\
         Content-Type: text/html; charset=\"utf-8\"\r\n\r\n{frame}\r\n\
         ------=_NextPart\r\nContent-Location: file:///C:/a.files/sheet001.htm\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Type: text/html; charset=\"utf-8\"\r\n\r\n{encoded}\r\n\
         ------=_NextPart\r\nContent-Location: file:///C:/a.files/tabstrip.htm\r\nContent-Type: text/html\r\n\r\n\
         <table><tr><td>Sheet1</td></tr></table>\r\n------=_NextPart--\r\n"
    );
    let seen = Seen::bytes("清单.xls", archive.as_bytes(), "");
    seen.is_the_list("单个文件网页（MHT）");
    assert_eq!(seen.files[0]["sheets"][0]["sheet"], "客户");
}

/// As programs export lists for filling in: notes above, a star on what must be filled in. Below the heading a `#` is
/// part of what somebody wrote.
#[test]
fn lines_of_comment_and_stars() {
    let list = format!(
        "# 导出于 2026-11-05\n# 共三行，不要删\n#\n{}",
        CSV.replace("客户姓名", "*客户姓名").replace("手机", "手机*")
    );
    Seen::bytes("清单.csv", list.as_bytes(), "").is_the_list("文本，“,”分隔，UTF-8");
    let seen = Seen::bytes("清单.csv", list.replace("曾红", "#曾红").as_bytes(), "");
    assert_eq!(seen.files[0]["sheets"][0]["rows"], 3);
    assert!(seen.said().iter().any(|said| said.contains("A6")), "{:?}", seen.said());
}

// ---- passwords ----

#[test]
fn workbooks_with_a_password() {
    Seen::fixture("带密码.xlsx").is_the_list("Excel 工作簿");
    Seen::fixture("带密码97.xls").is_the_list("Excel 97-2003 工作簿");
    // Several are tried in turn, in whatever encoding Notepad wrote them.
    let bytes = std::fs::read(fixture("带密码97.xls")).expect("it is there");
    Seen::bytes("a.xls", &bytes, "别的\r\n\r\n密码Ab1\r\n").is_the_list("Excel 97-2003 工作簿");
    let office = Office::empty();
    office.put("密码.txt", encoding_rs::GBK.encode("密码Ab1").0);
    office.put("fuwuka.toml", "密码文件 = \"密码.txt\"\n");
    office.put("导入/a.xls", &bytes);
    office.put("导入/b.xlsx", std::fs::read(fixture("带密码.xlsx")).expect("it is there"));
    let ran = office.run().ended(0);
    assert_eq!(office.index("2026-11").len(), 3);
    assert!(ran.stdout.contains("读了 2 个文件，认出 2 张表"), "{}", ran.stdout);
}

#[test]
fn without_the_password_it_is_said_what_to_do() {
    let office = Office::small();
    office.put("导入/锁着.xlsx", std::fs::read(fixture("带密码.xlsx")).expect("it is there"));
    office.put("导入/锁着97.xls", std::fs::read(fixture("带密码97.xls")).expect("it is there"));
    office.put("导入/锁着.ods", std::fs::read(fixture("带密码.ods")).expect("it is there"));
    office.run().ended(3);
    let said = |name: &str| office.problems().into_iter().filter(|line| line.contains(name)).collect::<Vec<_>>().join("\n");
    assert!(said("锁着.xlsx").contains("没有给密码") && said("锁着.xlsx").contains("--password-file"), "{}", said("锁着"));
    assert!(said("锁着97.xls").contains("没有给密码"), "{}", said("锁着97"));
    assert!(said("锁着.ods").contains("不是 Excel 的普通密码"), "{}", said("锁着.ods"));
    office.put("密码.txt", "猜的一号\n猜的二号\n");
    let file = office.path("密码.txt");
    office.run_with(&["--as-of", "2026-11-30", "--password-file", file.to_str().expect("UTF-8")]).ended(3);
    let said = office.problems().into_iter().filter(|line| line.contains("锁着.xlsx")).collect::<Vec<_>>().join("\n");
    assert!(said.contains("给的 2 个密码都不对"), "{said}");
    // What was tried stands nowhere.
    for (name, bytes) in office.files("输出").into_iter().chain(office.files("卡库")) {
        assert!(memchr::memmem::find(&bytes, "猜的".as_bytes()).is_none(), "{name}");
    }
}

#[test]
fn files_that_cannot_be_converted_are_told_with_the_reason() {
    let folder = tempfile::tempdir().expect("a folder for a test");
    let mut command = fuwuka(&["convert", "--office"]);
    command.arg(folder.path()).arg(fixture("带密码.xlsx")).arg("--out").arg(folder.path().join("卡.xlsx"));
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("没有认出一位客户") && said.contains("带密码.xlsx：文件有密码，没有给密码"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_password_file_that_is_not_there() {
    let office = Office::small();
    office.run_with(&["--password-file", "没有.txt"]).stopped(&["没有.txt", "一行一个密码"]);
    office.put("fuwuka.toml", "密码文件 = \"也没有.txt\"\n");
    office.run().stopped(&["也没有.txt", "找不到"]);
}

// ---- archives ----

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("in memory");
        zip.write_all(bytes).expect("in memory");
    }
    zip.finish().expect("in memory").into_inner()
}

#[test]
fn a_zip_of_workbooks() {
    let page = std::fs::read(fixture("网页.xls")).expect("it is there");
    let inner = zipped(&[("深.csv", CSV.as_bytes()), ("__MACOSX/._深.csv", b"x")]);
    let bytes =
        zipped(&[("十一月/清单.csv", CSV.as_bytes()), ("网页.xls", &page), ("内.zip", &inner), ("~$网页.xls", b"x")]);
    let seen = Seen::bytes("外.zip", &bytes, "");
    assert_eq!(seen.names(), ["外.zip › 内.zip › 深.csv", "外.zip › 十一月/清单.csv", "外.zip › 网页.xls"]);
    (0..3).for_each(|file| seen.holds_the_list(file));
}

/// Named by a system that writes GBK and does not say so: Windows in China.
#[test]
fn names_in_a_zip_may_be_gbk() {
    let name = encoding_rs::GBK.encode("客户清单.csv").0.into_owned();
    let mut bytes = zipped(&[(&"x".repeat(name.len()), CSV.as_bytes())]);
    let places: Vec<usize> = memchr::memmem::find_iter(&bytes, "x".repeat(name.len()).as_bytes()).collect();
    assert_eq!(places.len(), 2);
    places.into_iter().for_each(|at| bytes[at..at + name.len()].copy_from_slice(&name));
    assert_eq!(Seen::bytes("a.zip", &bytes, "").names(), ["a.zip › 客户清单.csv"]);
}

#[test]
fn one_file_zipped() {
    let gzip = |bytes: &[u8]| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(bytes).expect("in memory");
        gzip.finish().expect("in memory")
    };
    let zlib = |bytes: &[u8]| {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        zlib.write_all(bytes).expect("in memory");
        zlib.finish().expect("in memory")
    };
    let xls = std::fs::read(fixture("隐藏.xls")).expect("it is there");
    for (name, bytes, want) in [
        ("清单.csv.gz", gzip(CSV.as_bytes()), "清单.csv.gz › 清单.csv"),
        ("DueFeeList_20261101.xls.z", gzip(&xls), "DueFeeList_20261101.xls.z › DueFeeList_20261101.xls"),
        ("DueFeeList_20261101.xls.z", zlib(&xls), "DueFeeList_20261101.xls.z › DueFeeList_20261101.xls"),
        ("DueFeeList_20261101.xls.z", zipped(&[("a.xls", &xls)]), "DueFeeList_20261101.xls.z › a.xls"),
    ] {
        let seen = Seen::bytes(name, &bytes, "");
        assert_eq!(seen.names(), [want]);
        seen.holds_the_list(0);
    }
}

#[test]
fn a_zip_with_a_password() {
    let bytes = std::fs::read(fixture("带密码.zip")).expect("it is there");
    let seen = Seen::bytes("a.zip", &bytes, &format!("不对\n{PASSWORD}\n"));
    seen.holds_the_list(0);
    let said = Seen::bytes("a.zip", &bytes, "不对\n").said();
    assert!(said[0].contains("给的密码不对"), "{said:?}");
}

#[test]
fn zips_that_are_no_good_are_said_and_the_others_read() {
    let bomb = zipped(&[("炸弹.csv", &vec![b'0'; 64 << 20])]);
    let deep = (0..6).fold(zipped(&[("清单.csv", CSV.as_bytes())]), |inner, _| zipped(&[("套.zip", &inner)]));
    let many: Vec<String> = (0..2_001).map(|number| format!("{number}.csv")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let mut damaged = zipped(&[("清单.csv", CSV.as_bytes())]);
    damaged[60] ^= 0xFF;
    let office = Office::empty();
    office.put("导入/客户清单.csv", CLIENTS);
    for (name, bytes) in
        [("炸.zip", bomb), ("套.zip", deep), ("多.zip", zipped(&many)), ("坏.zip", damaged), ("空.zip", zipped(&[]))]
    {
        office.put(&format!("导入/{name}"), bytes);
    }
    office.put("导入/杂.zip", zipped(&[("说明.pdf", b"%PDF-1.7"), ("清单.csv", CLIENTS.as_bytes())]));
    office.run().ended(3);
    assert_eq!(office.index("2026-11").len(), 4);
    let problems = office.problems();
    for (name, want) in [
        ("炸.zip › 炸弹.csv", "压缩比"),
        ("套.zip › 套.zip", "压缩包"),
        ("多.zip", "压缩包里的文件过大"),
        ("坏.zip › 清单.csv", ""),
        ("空.zip", "空的压缩包"),
        ("杂.zip › 说明.pdf", "PDF"),
        ("杂.zip › 清单.csv", "完全相同"),
    ] {
        assert!(problems.iter().any(|line| line.contains(name) && line.contains(want)), "{name}: {problems:#?}");
    }
}
