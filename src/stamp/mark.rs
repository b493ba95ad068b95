//! How a workbook that was filled from a template is known again: which template, which record each sheet is of, which
//! row is which, and what each field held, as a short hash that gives nothing away.
//!
//! Three things carry it, so that losing one loses little: a document property names the template; a hidden column says
//! beside each row with placeholders whose row it is, and goes along when rows are sorted, moved or copied with their
//! sheet; a sheet that is not shown has the hashes, and so knows what was there and is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::placeholder::Placeholder;
use super::sheet::SheetPlan;
use super::value::{Record, Value};
use super::xml::{self, Kind, Tokens};

/// The name of the sheet of a filled workbook that is not shown.
pub const SHEET: &str = "_fuwuka";
/// Its part.
pub(super) const PART: &str = "xl/worksheets/fuwukaMarks.xml";
/// The relation of the workbook to it.
pub(super) const RELATION: &str = "rIdFuwukaMarks";
/// Where custom document properties stand.
pub(super) const PROPERTIES: &str = "docProps/custom.xml";
/// The document property that names the template.
const PROPERTY: &str = "服务卡模板";
const LEAD: &str = "fuwuka";

/// Which template a workbook was filled from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The template's name.
    pub template: String,
    /// A hash of the template's bytes: another version has another.
    pub version: String,
}

/// Whether a file is a workbook that says which template it was filled from: looks at little more than its contents.
pub fn is_marked(file: impl Read + Seek) -> bool {
    document_property(file, PROPERTY).is_some_and(|text| Mark::from_property(&text).is_some())
}

/// A custom property of a workbook, if it has it.
pub fn document_property(file: impl Read + Seek, name: &str) -> Option<String> {
    let mut package = ZipArchive::new(file).ok()?;
    let part = package.by_name(PROPERTIES).ok()?;
    let mut properties = Vec::new();
    // Properties are short; what is not is nothing of ours.
    part.take(1 << 20).read_to_end(&mut properties).ok()?;
    text_of_property(&properties, name)
}

impl Mark {
    pub(super) fn of(name: &str, bytes: &[u8]) -> Mark {
        Mark { template: name.to_string(), version: hex(&Sha256::digest(bytes)[..6]) }
    }

    fn property(&self) -> String {
        format!("{} {}", self.template, self.version)
    }

    fn from_property(text: &str) -> Option<Mark> {
        let (template, version) = text.rsplit_once(' ')?;
        Some(Mark { template: template.to_string(), version: version.to_string() })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the hidden column says of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowMark {
    pub record: String,
    /// The list, or nothing for a row of fields.
    pub list: String,
    /// The identity of the list's row.
    pub id: String,
    /// The row of the template.
    pub row: u32,
}

impl RowMark {
    pub(super) fn text(&self) -> String {
        let parts = [&self.record, &self.list, &self.id].map(|part| guarded(part));
        format!("{LEAD}|{}|{}|{}|{}", parts[0], parts[1], parts[2], self.row)
    }

    pub(super) fn parse(text: &str) -> Option<RowMark> {
        let parts: Vec<&str> = text.strip_prefix(LEAD)?.strip_prefix('|')?.split('|').collect();
        let [record, list, id, row] = parts[..] else {
            return None;
        };
        Some(RowMark { record: plain(record), list: plain(list), id: plain(id), row: row.parse().ok()? })
    }
}

fn guarded(part: &str) -> String {
    part.replace('%', "%25").replace('|', "%7C")
}

fn plain(part: &str) -> String {
    part.replace("%7C", "|").replace("%25", "%")
}

/// The hash of a value: the same for a number and the text of it.
pub(super) fn hash(value: &Value) -> String {
    let text = match value {
        // A moment at midnight is read back as a day.
        Value::DateTime(moment) => Value::DateTime(*moment).text().trim_end_matches(" 00:00:00").to_string(),
        value => value.text(),
    };
    if text.is_empty() { "-".to_string() } else { hex(&Sha256::digest(text.as_bytes())[..4]) }
}

/// The titles a sheet shows: of fields (under no name) and of each list.
pub(super) fn titles(plan: &SheetPlan) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, placeholder) in plan.placeholders() {
        let list = placeholder.list().unwrap_or("");
        out.entry(list.to_string()).or_default().insert(Placeholder::title(placeholder).to_string());
    }
    out
}

/// The sheet that is not shown, being written.
pub(super) struct Manifest {
    out: Vec<u8>,
    rows: u32,
    titled: BTreeMap<String, BTreeSet<String>>,
}

impl Manifest {
    pub(super) fn new(mark: &Mark, strict: bool) -> Manifest {
        let space = match strict {
            true => "http://purl.oclc.org/ooxml/spreadsheetml/main",
            false => "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        };
        let head = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{space}\"><sheetData>"
        );
        let mut manifest = Manifest { out: head.into_bytes(), rows: 0, titled: BTreeMap::new() };
        manifest.push(["mark", &mark.template, &mark.version]);
        manifest
    }

    fn push<'t>(&mut self, cells: impl IntoIterator<Item = &'t str>) {
        self.rows += 1;
        self.out.extend_from_slice(b"<row>");
        for cell in cells {
            self.out.extend_from_slice(b"<c t=\"inlineStr\"><is><t>");
            xml::escape_cell_text(&mut self.out, cell);
            self.out.extend_from_slice(b"</t></is></c>");
        }
        self.out.extend_from_slice(b"</row>");
    }

    /// Notes what a sheet was filled with.
    pub(super) fn note(&mut self, plan: &SheetPlan, record: &Record) {
        for (list, titles) in titles(plan) {
            let known = self.titled.entry(list.clone()).or_default();
            if *known != titles {
                known.clone_from(&titles);
                let lead = ["titles", list.as_str()];
                self.push(lead.into_iter().chain(titles.iter().map(String::as_str)));
            }
            let hashes = |fields: &BTreeMap<String, Value>| -> String {
                let own = titles.iter().map(|title| fields.get(title).map_or("-".to_string(), hash));
                own.collect::<Vec<_>>().join(" ")
            };
            if list.is_empty() {
                self.push(["row", &record.id, &record.sheet, "", "", &hashes(&record.fields)]);
            } else {
                for row in record.lists.get(&list).into_iter().flatten() {
                    self.push(["row", &record.id, &record.sheet, &list, &row.id, &hashes(&row.fields)]);
                }
            }
        }
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.out.extend_from_slice(b"</sheetData></worksheet>");
        self.out
    }
}

/// What was there when the workbook was filled.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Baseline {
    pub mark: Option<Mark>,
    /// By record: the name of its sheet, its fields, its lists in order.
    pub records: BTreeMap<String, BaseRecord>,
}

/// What was there of one record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct BaseRecord {
    pub sheet: String,
    pub fields: BTreeMap<String, String>,
    pub lists: BTreeMap<String, Vec<BaseRow>>,
}

/// What was there of one row: hash by title.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct BaseRow {
    pub id: String,
    pub hashes: BTreeMap<String, String>,
}

impl Baseline {
    /// Reads the sheet's rows of texts.
    pub(super) fn read<'t>(rows: impl Iterator<Item = Vec<&'t str>>) -> Baseline {
        let mut out = Baseline::default();
        let mut titles: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for row in rows {
            match row[..] {
                ["mark", template, version, ..] => {
                    out.mark = Some(Mark { template: template.to_string(), version: version.to_string() });
                }
                ["titles", list, ref own @ ..] => drop(titles.insert(list, own.to_vec())),
                ["row", record, sheet, list, id, hashes, ..] => {
                    let own = titles.get(list).into_iter().flatten().map(|title| title.to_string());
                    let hashes: BTreeMap<String, String> = own.zip(hashes.split(' ').map(str::to_string)).collect();
                    let entry = out.records.entry(record.to_string()).or_default();
                    entry.sheet = sheet.to_string();
                    if list.is_empty() {
                        entry.fields.extend(hashes);
                    } else {
                        let rows = entry.lists.entry(list.to_string()).or_default();
                        match rows.iter_mut().find(|row| row.id == id && !id.is_empty()) {
                            Some(row) => row.hashes.extend(hashes),
                            None => rows.push(BaseRow { id: id.to_string(), hashes }),
                        }
                    }
                }
                _ => {}
            }
        }
        out
    }
}

/// The custom properties with the mark among them.
pub(super) fn with_property(part: Option<&[u8]>, mark: &Mark) -> Result<Vec<u8>, String> {
    const SPACE: &str = "http://schemas.openxmlformats.org/officeDocument/2006";
    let mut own = Vec::new();
    let push = |own: &mut Vec<u8>, prefix: &str, types: &str, number: u32| {
        own.extend_from_slice(
            format!(
                "<{prefix}property fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"{number}\" name=\"{PROPERTY}\">"
            )
            .as_bytes(),
        );
        own.extend_from_slice(format!("<vt:lpwstr xmlns:vt=\"{types}\">").as_bytes());
        xml::escape(own, &mark.property());
        own.extend_from_slice(format!("</vt:lpwstr></{prefix}property>").as_bytes());
    };
    let types = format!("{SPACE}/docPropsVTypes");
    let Some(part) = part else {
        own.extend_from_slice(b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n");
        own.extend_from_slice(format!("<Properties xmlns=\"{SPACE}/custom-properties\">").as_bytes());
        push(&mut own, "", &types, 2);
        own.extend_from_slice(b"</Properties>");
        return Ok(own);
    };
    let mut largest = 1;
    let mut prefix = String::new();
    let mut tokens = Tokens::of(part);
    while let Some(token) = tokens.next()? {
        if token.starts("Properties") {
            prefix = super::package::prefix_of(token.full_name());
            if token.kind == Kind::Empty {
                own.extend_from_slice(&token.raw()[..token.raw().len() - 2]);
                own.push(b'>');
                push(&mut own, &prefix, &types, 2);
                own.extend_from_slice(format!("</{prefix}Properties>").as_bytes());
                continue;
            }
        }
        if token.kind == Kind::Open && token.starts("property") {
            if token.attribute("name").as_deref() == Some(PROPERTY) {
                tokens.inside(&token)?;
                continue;
            }
            largest = token.attribute("pid").and_then(|pid| pid.parse().ok()).unwrap_or(0).max(largest);
        }
        if token.closes("Properties") {
            push(&mut own, &prefix, &types, largest + 1);
        }
        own.extend_from_slice(token.raw());
    }
    Ok(own)
}

/// The mark among custom properties.
pub(super) fn property(part: &[u8]) -> Option<Mark> {
    Mark::from_property(&text_of_property(part, PROPERTY)?)
}

fn text_of_property(part: &[u8], name: &str) -> Option<String> {
    let mut tokens = Tokens::of(part);
    while let Ok(Some(token)) = tokens.next() {
        if token.kind == Kind::Open && token.starts("property") && token.attribute("name").as_deref() == Some(name) {
            let inside = tokens.inside(&token).ok()?;
            return Some(xml::text(&part[inside]).trim().to_string());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_rows_are_written_and_read_alike() {
        for (record, list, id) in [("W0001", "保单", "P|1%7C"), ("", "", ""), ("W0001", "", "")] {
            let mark = RowMark { record: record.into(), list: list.into(), id: id.into(), row: 7 };
            assert_eq!(RowMark::parse(&mark.text()), Some(mark));
        }
        for other in ["", "fuwuka", "fuwuka|a|b|c", "fuwuka|a|b|c|x", "x|a|b|c|1", "fuwuka|a|b|c|1|2"] {
            assert_eq!(RowMark::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_property_is_added_once() {
        let mark = Mark::of("我的 卡.xlsx", b"bytes");
        let new = with_property(None, &mark).expect("a part");
        assert_eq!(property(&new), Some(mark.clone()));
        let other = Mark::of("b.xlsx", b"others");
        let again = with_property(Some(&new), &other).expect("a part");
        assert_eq!(property(&again), Some(other.clone()));
        assert_eq!(String::from_utf8_lossy(&again).matches(PROPERTY).count(), 1);
        for odd in [
            "<Properties/>",
            "<p:Properties xmlns:p=\"x\"><p:property pid=\"7\" name=\"a\"><v/></p:property></p:Properties>",
        ] {
            let out = with_property(Some(odd.as_bytes()), &other).expect("a part");
            assert_eq!(property(&out), Some(other.clone()), "{odd}");
        }
    }

    #[test]
    fn equal_values_have_equal_hashes() {
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
        assert_eq!(hash(&Value::Number(3.5)), hash(&"3.5".into()));
        assert_eq!(hash(&Value::Date(day)), hash(&day.and_hms_opt(0, 0, 0).expect("midnight").into()));
        assert_eq!(hash(&Value::Blank), hash(&"".into()));
        assert_ne!(hash(&"a".into()), hash(&"b".into()));
    }
}
