//! What the stamping tests share: records, small templates made on the spot, and a look into workbooks.

#![allow(dead_code)]

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use chrono::NaiveDate;
use fuwuka::stamp::{Record, Row, Template, Value};
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

pub const TEMPLATES: [&str; 4] = ["openpyxl", "xlsxwriter", "libreoffice", "odd"];

pub fn template_bytes(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/stamping/{name}.xlsx", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).expect("a template of these tests")
}

#[track_caller]
pub fn template(name: &str) -> Template {
    open(&template_bytes(name))
}

#[track_caller]
pub fn open(bytes: &[u8]) -> Template {
    match Template::open(bytes, "卡.xlsx") {
        Ok(template) => template,
        Err(faults) => panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// The parts of a workbook by name.
pub fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a zip file");
    let mut out = BTreeMap::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).expect("an entry");
        let mut part = Vec::new();
        entry.read_to_end(&mut part).expect("a sound entry");
        let name = entry.name().expect("a name").into_owned();
        assert!(out.insert(name, part).is_none(), "a part twice");
    }
    out
}

pub fn part(bytes: &[u8], name: &str) -> String {
    let parts = parts(bytes);
    let part = parts.get(name).unwrap_or_else(|| panic!("{name} is there"));
    String::from_utf8(part.clone()).expect("text")
}

/// The values of an attribute in all tags of a name, prefixed or not.
pub fn attributes(xml: &str, tag: &str, attribute: &str) -> Vec<String> {
    xml.split('<')
        .filter(|piece| {
            let name = piece.split([' ', '>', '/', '\n', '\r']).next().unwrap_or("");
            name.rsplit(':').next() == Some(tag)
        })
        .filter_map(|piece| {
            let (_, rest) = piece.split_once(&format!(" {attribute}=\""))?;
            Some(rest.split('"').next()?.to_string())
        })
        .collect()
}

/// What stands between the tags of a name.
pub fn inside(xml: &str, tag: &str) -> Vec<String> {
    let mut out = Vec::new();
    for piece in xml.split('<') {
        let Some((head, text)) = piece.split_once('>') else {
            continue;
        };
        let name = head.split([' ', '/']).next().unwrap_or("");
        if name.rsplit(':').next() == Some(tag) && !head.starts_with('/') && !head.ends_with('/') {
            out.push(text.replace("&quot;", "\"").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&"));
        }
    }
    out
}

pub fn day(text: &str) -> Value {
    Value::Date(NaiveDate::parse_from_str(text, "%Y-%m-%d").expect("a day"))
}

pub fn fields(pairs: &[(&str, Value)]) -> BTreeMap<String, Value> {
    pairs.iter().map(|(title, value)| (title.to_string(), value.clone())).collect()
}

pub fn row(id: impl ToString, pairs: &[(&str, Value)]) -> Row {
    Row { id: id.to_string(), fields: fields(pairs) }
}

/// A card with some policies, half as many relatives and as many visits.
pub fn card(number: usize, policies: usize) -> Record {
    let no = format!("W{number:04}");
    let mut record = Record { id: no.clone(), sheet: no.clone(), ..Record::default() };
    record.fields = fields(&[
        ("客户编号", no.as_str().into()),
        ("客户姓名", "王<小>明 & 家人".into()),
        ("等级", "A".into()),
        ("家庭年收入", 300_000.5.into()),
        ("建卡日期", day("2026-03-05")),
        ("下次拜访", day("2026-12-01")),
        ("家庭地址", "某市某区某路1号".into()),
        ("邮编", "000000".into()),
        ("服务专员", "李四".into()),
    ]);
    let policy = |at: usize| {
        let state = if at % 3 == 1 { "失效" } else { "有效" };
        row(
            format!("P{at}"),
            &[
                ("保单号", format!("0001{at:06}").into()),
                ("险种", format!("险种{at}").into()),
                ("被保险人", "王小明".into()),
                ("保额", (100_000.0 * (at + 1) as f64).into()),
                ("年交保费", (5000.0 + at as f64).into()),
                ("生效日", day("2020-01-02")),
                ("状态", state.into()),
            ],
        )
    };
    let relative = |at: usize| {
        let born = day("2010-05-06");
        row(
            format!("M{at}"),
            &[("关系", "子女".into()), ("姓名", format!("王{at}").into()), ("健康状况", "良好".into()), ("出生日期", born)],
        )
    };
    let visit = |at: usize| {
        let on = day(&format!("2026-06-{:02}", at + 1));
        let (topic, said) = ("保单检视\n缴费提醒".into(), format!("反馈{at}").into());
        row(format!("V{at}"), &[("拜访日期", on), ("方式", "面谈".into()), ("主题", topic), ("反馈", said)])
    };
    record.lists.insert("保单".into(), (0..policies).map(policy).collect());
    record.lists.insert("家庭成员".into(), (0..policies / 2).map(relative).collect());
    record.lists.insert("拜访".into(), (0..policies).map(visit).collect());
    record
}

/// The index of some cards.
pub fn index(cards: &[Record]) -> Record {
    let line = |card: &Record| {
        let no = card.id.as_str();
        row(no, &[("客户编号", no.into()), ("户主", "王小明".into()), ("等级", "A".into()), ("最近拜访", day("2026-05-04"))])
    };
    let mut index = Record { fields: fields(&[("服务专员", "李四".into())]), ..Record::default() };
    index.lists.insert("索引".into(), cards.iter().map(line).collect());
    index
}

pub const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// A small workbook put together from sheets (name, what stands inside `worksheet`) and further parts.
#[derive(Default)]
pub struct Small {
    sheets: Vec<(String, String)>,
    names: String,
    parts: Vec<(String, Vec<u8>)>,
    relations: BTreeMap<String, String>,
}

impl Small {
    /// One sheet 卡 with these rows, and what stands behind them.
    pub fn card(rows: &str, tail: &str) -> Small {
        Small::default().sheet("卡", &format!("<sheetData>{rows}</sheetData>{tail}"))
    }

    pub fn sheet(mut self, name: &str, xml: &str) -> Small {
        self.sheets.push((name.to_string(), xml.to_string()));
        self
    }

    pub fn name(mut self, name: &str, formula: &str) -> Small {
        self.names.push_str(&format!("<definedName name=\"{name}\">{formula}</definedName>"));
        self
    }

    pub fn names(mut self, entries: &str) -> Small {
        self.names.push_str(entries);
        self
    }

    pub fn part(mut self, name: &str, bytes: &[u8]) -> Small {
        self.parts.push((name.to_string(), bytes.to_vec()));
        self
    }

    /// A relation of a part to another, from the root.
    pub fn relation(mut self, part: &str, id: &str, kind: &str, target: &str) -> Small {
        let text = format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"/{target}\"/>");
        self.relations.entry(part.to_string()).or_default().push_str(&text);
        self
    }

    pub fn bytes(self) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let mut put = |name: &str, text: &[u8]| {
            zip.start_file(name, SimpleFileOptions::default()).expect("room");
            zip.write_all(text).expect("room");
        };
        let relations = |text: &str| format!("<Relationships xmlns=\"{PACKAGE}/relationships\">{text}</Relationships>");
        let types = format!(
            "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
        );
        put("[Content_Types].xml", types.as_bytes());
        let root = format!("<Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/>");
        put("_rels/.rels", relations(&root).as_bytes());
        let (mut list, mut targets) = (String::new(), String::new());
        for (index, (name, xml)) in self.sheets.iter().enumerate() {
            let n = index + 1;
            list.push_str(&format!("<sheet name=\"{name}\" sheetId=\"{n}\" r:id=\"r{n}\"/>"));
            targets.push_str(&format!(
                "<Relationship Id=\"r{n}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
            ));
            let sheet = format!("<worksheet xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\">{xml}</worksheet>");
            put(&format!("xl/worksheets/sheet{n}.xml"), sheet.as_bytes());
        }
        let names =
            if self.names.is_empty() { String::new() } else { format!("<definedNames>{}</definedNames>", self.names) };
        let workbook = format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{list}</sheets>{names}</workbook>");
        put("xl/workbook.xml", workbook.as_bytes());
        let more = self.relations.get("xl/workbook.xml").cloned().unwrap_or_default();
        put("xl/_rels/workbook.xml.rels", relations(&(targets + &more)).as_bytes());
        for (part, text) in self.relations.iter().filter(|(part, _)| *part != "xl/workbook.xml") {
            let (folder, name) = part.rsplit_once('/').expect("a folder");
            put(&format!("{folder}/_rels/{name}.rels"), relations(text).as_bytes());
        }
        for (name, bytes) in &self.parts {
            put(name, bytes);
        }
        zip.finish().expect("a zip file").into_inner()
    }
}

/// A text cell.
pub fn cell(place: &str, text: &str) -> String {
    format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

/// Everything that is referred to is there, has a type, and belongs to one sheet only unless it is a picture.
pub fn check_package(name: &str, bytes: &[u8]) {
    check_name_spaces(name, bytes);
    let parts = parts(bytes);
    let types = part(bytes, "[Content_Types].xml");
    for part in attributes(&types, "Override", "PartName") {
        assert!(parts.contains_key(part.trim_start_matches('/')), "{name}: {part} has a type and is not there");
    }
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    for (rels, text) in parts.iter().filter(|(part, _)| part.ends_with(".rels")) {
        let text = String::from_utf8_lossy(text);
        let folder = rels.split("_rels/").next().unwrap_or("").trim_end_matches('/');
        for relation in text.split("<Relationship ").skip(1) {
            if relation.contains("TargetMode=\"External\"") {
                continue;
            }
            let target = attributes(&format!("<Relationship {relation}"), "Relationship", "Target").remove(0);
            if target.starts_with('#') {
                continue;
            }
            let target = match target.strip_prefix('/') {
                Some(rooted) => rooted.to_string(),
                None => {
                    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
                    for step in target.split('/') {
                        match step {
                            ".." => drop(path.pop()),
                            step => path.push(step),
                        }
                    }
                    path.join("/")
                }
            };
            assert!(parts.contains_key(&target), "{name}: {rels} refers to {target}");
            if !target.contains("media/") {
                let other = owners.insert(target.clone(), rels.clone());
                assert_eq!(other, None, "{name}: {target} belongs to two");
            }
        }
    }
}

/// Every prefix is declared where it is used.
fn check_name_spaces(name: &str, bytes: &[u8]) {
    let parts = parts(bytes);
    for (part, text) in parts.iter().filter(|(part, _)| part.ends_with(".xml") || part.ends_with(".rels")) {
        let mut reader = NsReader::from_reader(&text[..]);
        loop {
            let event = reader.read_event().unwrap_or_else(|error| panic!("{name}: {part}: {error}"));
            let (Event::Start(tag) | Event::Empty(tag)) = &event else {
                if matches!(event, Event::Eof) {
                    break;
                }
                continue;
            };
            let unknown = |found: ResolveResult| matches!(found, ResolveResult::Unknown(_));
            assert!(!unknown(reader.resolver().resolve_element(tag.name()).0), "{name}: {part}: {tag:?}");
            for attribute in tag.attributes() {
                let key = attribute.unwrap_or_else(|error| panic!("{name}: {part}: {error}")).key;
                assert!(!unknown(reader.resolver().resolve_attribute(key).0), "{name}: {part}: {tag:?}");
            }
        }
    }
}
