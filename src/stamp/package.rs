//! A workbook as a zip file of parts: which there are, what refers to what, and writing a new one from them.

use std::collections::HashMap;
use std::io::{Cursor, Read, Seek, Write};
use std::sync::Arc;

use memchr::memmem;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::fault::{Fault, What};
use super::xml::{Kind, Tokens};

/// More than this, unzipped, is no template and no card book but an attack or a mistake.
const LARGEST_PART: u64 = 1 << 30;
/// Good speed at four fifths of the best size; Excel writes at this level too.
const LEVEL: i64 = 3;

/// The parts of a workbook.
#[derive(Clone)]
pub(super) struct Package {
    book: String,
    archive: ZipArchive<Cursor<Arc<[u8]>>>,
    names: Vec<String>,
    by_name: HashMap<String, usize>,
}

impl Package {
    /// Opens a workbook; what is none is a fault that says what it is.
    pub(super) fn open(bytes: &[u8], book: &str) -> Result<Package, Fault> {
        let fault = |what| Fault::book(book, what);
        if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
            let encrypted: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
            let what = if memmem::find(bytes, &encrypted).is_some() { What::Encrypted } else { What::OldFormat };
            return Err(fault(what));
        }
        let mut archive = ZipArchive::new(Cursor::new(Arc::from(bytes)))
            .map_err(|_| fault(What::NotAWorkbook("不是压缩包，可能没有下载完整".to_string())))?;
        let mut names = Vec::new();
        let mut by_name = HashMap::new();
        for index in 0..archive.len() {
            let unreadable = |error: zip::result::ZipError| fault(What::NotAWorkbook(error.to_string()));
            let entry = archive.by_index_raw(index).map_err(unreadable)?;
            let name = entry.name().map_err(unreadable)?.into_owned();
            by_name.entry(key(&name)).or_insert(index);
            names.push(name);
        }
        let package = Package { book: book.to_string(), archive, names, by_name };
        if !package.has("[Content_Types].xml") {
            return Err(fault(What::NotAWorkbook("压缩包里没有工作簿".to_string())));
        }
        Ok(package)
    }

    /// The parts' names, in the order of the file.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn has(&self, part: &str) -> bool {
        self.by_name.contains_key(&key(part))
    }

    /// The bytes of a part; none if there is no such part.
    pub(super) fn find(&self, part: &str) -> Result<Option<Vec<u8>>, Fault> {
        let Some(index) = self.by_name.get(&key(part)) else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let mut archive = self.archive.clone();
        let entry = archive.by_index(*index).map_err(|error| self.bad(part, error))?;
        entry.take(LARGEST_PART + 1).read_to_end(&mut bytes).map_err(|error| self.bad(part, error))?;
        if bytes.len() as u64 > LARGEST_PART {
            return Err(self.bad(part, "解压以后超过 1GB"));
        }
        if bytes.starts_with(b"\xFE\xFF") || bytes.starts_with(b"\xFF\xFE") {
            return Err(self.bad(part, "不是 UTF-8 编码"));
        }
        Ok(Some(bytes))
    }

    /// The bytes of a part that has to be there.
    pub(super) fn read(&self, part: &str) -> Result<Vec<u8>, Fault> {
        self.find(part)?.ok_or_else(|| self.bad(part, "没有这个部件"))
    }

    /// What a part refers to.
    pub(super) fn relations(&self, part: &str) -> Result<Vec<Relation>, Fault> {
        let Some(bytes) = self.find(&relations_part(part))? else {
            return Ok(Vec::new());
        };
        relations(&bytes, part).map_err(|cause| self.bad(&relations_part(part), cause))
    }

    /// A fault about a part of this workbook.
    pub(super) fn bad(&self, part: &str, cause: impl ToString) -> Fault {
        Fault::book(&self.book, What::BadPart { part: part.to_string(), cause: cause.to_string() })
    }
}

/// Part names are compared without regard to case; some writers use `\`.
fn key(name: &str) -> String {
    name.trim_start_matches(['/', '\\']).replace('\\', "/").to_ascii_lowercase()
}

/// One thing a part refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    pub id: String,
    /// The type, a web address.
    pub kind: String,
    /// The part, from the root of the package; as it stands if outside.
    pub target: String,
    pub external: bool,
}

impl Relation {
    /// True if the type ends in this word.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind.rsplit('/').next() == Some(kind)
    }
}

/// Where the relations of a part stand.
pub(super) fn relations_part(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/_rels/{name}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// Reads the relations of a part.
pub(super) fn relations(bytes: &[u8], part: &str) -> Result<Vec<Relation>, String> {
    let mut out = Vec::new();
    let mut tokens = Tokens::of(bytes);
    while let Some(token) = tokens.next()? {
        if !token.starts("Relationship") {
            continue;
        }
        let get = |name| token.attribute(name).unwrap_or_default().into_owned();
        let external = get("TargetMode") == "External";
        let target = get("Target");
        let target = if external { target } else { resolve(part, &target) };
        out.push(Relation { id: get("Id"), kind: get("Type"), target, external });
    }
    Ok(out)
}

/// Writes the relations of a part, with targets from the root.
pub(super) fn write_relations(relations: &[Relation]) -> Vec<u8> {
    let mut out = b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
        <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
        .to_vec();
    for relation in relations {
        push_relation(&mut out, relation, "");
    }
    out.extend_from_slice(b"</Relationships>");
    out
}

/// Writes one relation, with its tag under a prefix.
pub(super) fn push_relation(out: &mut Vec<u8>, relation: &Relation, prefix: &str) {
    let slash = if relation.external || relation.target.starts_with('#') { "" } else { "/" };
    out.extend_from_slice(format!("<{prefix}Relationship Id=\"").as_bytes());
    super::xml::escape(out, &relation.id);
    out.extend_from_slice(b"\" Type=\"");
    super::xml::escape(out, &relation.kind);
    out.extend_from_slice(b"\" Target=\"");
    super::xml::escape(out, slash);
    super::xml::escape(out, &relation.target);
    out.extend_from_slice(if relation.external { b"\" TargetMode=\"External\"/>" } else { b"\"/>" });
}

/// A target as seen from a part, from the root of the package.
fn resolve(part: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    if target.starts_with('#') {
        return target;
    }
    if let Some(rooted) = target.strip_prefix('/') {
        return rooted.to_string();
    }
    let mut folders: Vec<&str> = part.split('/').collect();
    folders.pop();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                folders.pop();
            }
            step => folders.push(step),
        }
    }
    folders.join("/")
}

/// Changes to `[Content_Types].xml`: parts gone, and parts that are new with their types.
pub(super) fn content_types(bytes: &[u8], gone: &[&str], new: &[(String, String)]) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(bytes.len() + new.len() * 150);
    let mut prefix = String::new();
    let mut tokens = Tokens::of(bytes);
    while let Some(token) = tokens.next()? {
        if token.starts("Types") {
            prefix = prefix_of(token.full_name());
        }
        if token.starts("Override") {
            let name = token.attribute("PartName").unwrap_or_default();
            if gone.iter().any(|gone| key(gone) == key(&name)) {
                continue;
            }
        }
        if token.closes("Types") {
            for (part, kind) in new {
                out.extend_from_slice(format!("<{prefix}Override PartName=\"/").as_bytes());
                super::xml::escape(&mut out, part);
                out.extend_from_slice(b"\" ContentType=\"");
                super::xml::escape(&mut out, kind);
                out.extend_from_slice(b"\"/>");
            }
        }
        out.extend_from_slice(token.raw());
    }
    Ok(out)
}

/// The type of each part that has its own, by its lower-case name.
pub(super) fn content_type_of(bytes: &[u8]) -> Result<HashMap<String, String>, String> {
    let mut out = HashMap::new();
    let mut tokens = Tokens::of(bytes);
    while let Some(token) = tokens.next()? {
        if token.starts("Override")
            && let (Some(part), Some(kind)) = (token.attribute("PartName"), token.attribute("ContentType"))
        {
            out.insert(key(&part), kind.into_owned());
        }
    }
    Ok(out)
}

/// Looks a part up in what [`content_type_of`] gave.
pub(super) fn own_type<'a>(types: &'a HashMap<String, String>, part: &str) -> Option<&'a str> {
    types.get(&key(part)).map(String::as_str)
}

/// Changes to relations: those of some types gone, others added before the end.
pub(super) fn change_relations(bytes: &[u8], gone: &dyn Fn(&str) -> bool, new: &[Relation]) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(bytes.len() + new.len() * 150);
    let mut prefix = String::new();
    let mut tokens = Tokens::of(bytes);
    while let Some(token) = tokens.next()? {
        if token.starts("Relationships") {
            prefix = prefix_of(token.full_name());
            if token.kind == Kind::Empty {
                let raw = token.raw();
                out.extend_from_slice(&raw[..raw.len() - 2]);
                out.push(b'>');
                new.iter().for_each(|relation| push_relation(&mut out, relation, &prefix));
                out.extend_from_slice(format!("</{prefix}Relationships>").as_bytes());
                continue;
            }
        }
        if token.starts("Relationship") && gone(&token.attribute("Type").unwrap_or_default()) {
            continue;
        }
        if token.closes("Relationships") {
            new.iter().for_each(|relation| push_relation(&mut out, relation, &prefix));
        }
        out.extend_from_slice(token.raw());
    }
    Ok(out)
}

/// The part without some elements.
pub(super) fn without(bytes: &[u8], elements: &[&str]) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut tokens = Tokens::of(bytes);
    while let Some(token) = tokens.next()? {
        if !elements.iter().any(|element| token.starts(element)) {
            out.extend_from_slice(token.raw());
        } else if token.kind == Kind::Open {
            tokens.inside(&token)?;
        }
    }
    Ok(out)
}

/// `x:` of `x:sheet`.
pub(super) fn prefix_of(full_name: &[u8]) -> String {
    let name = String::from_utf8_lossy(full_name);
    name.split_once(':').map(|(prefix, _)| format!("{prefix}:")).unwrap_or_default()
}

/// A workbook being written.
pub(super) struct Parcel<W: Write + Seek> {
    book: String,
    zip: ZipWriter<W>,
}

impl<W: Write + Seek> Parcel<W> {
    pub(super) fn new(out: W, book: &str) -> Parcel<W> {
        Parcel { book: book.to_string(), zip: ZipWriter::new(out) }
    }

    /// Takes a part over as it is, compressed bytes and all.
    pub(super) fn copy(&mut self, package: &Package, index: usize) -> Result<(), Fault> {
        let mut archive = package.archive.clone();
        let entry = archive.by_index_raw(index).map_err(|error| self.failed(error))?;
        self.zip.raw_copy_file(entry).map_err(|error| self.failed(error))
    }

    /// Begins a part; what is written next is its bytes. Times are fixed: same input, same bytes.
    pub(super) fn begin(&mut self, part: &str) -> Result<(), Fault> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        self.zip.start_file(part, options).map_err(|error| self.failed(error))
    }

    /// Bytes of the part begun last.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.zip.write_all(bytes).map_err(|error| self.failed(error))
    }

    /// A whole part.
    pub(super) fn put(&mut self, part: &str, bytes: &[u8]) -> Result<(), Fault> {
        self.begin(part)?;
        self.write(bytes)
    }

    pub(super) fn finish(self) -> Result<W, Fault> {
        let book = self.book;
        self.zip.finish().map_err(|error| Fault::book(&book, What::Save(error.to_string())))
    }

    fn failed(&self, error: impl ToString) -> Fault {
        Fault::book(&self.book, What::Save(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_resolved_from_the_root() {
        for (part, target, want) in [
            ("xl/workbook.xml", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/worksheets/sheet1.xml", "../drawings/drawing1.xml", "xl/drawings/drawing1.xml"),
            ("xl/worksheets/sheet1.xml", "/xl/media/a.png", "xl/media/a.png"),
            ("", "xl/workbook.xml", "xl/workbook.xml"),
        ] {
            assert_eq!(resolve(part, target), want);
        }
        assert_eq!(relations_part("xl/a.xml"), "xl/_rels/a.xml.rels");
        assert_eq!(relations_part(""), "_rels/.rels");
    }

    #[test]
    fn what_is_no_workbook_says_what_it_is() {
        let what = |bytes: &[u8]| Package::open(bytes, "卡.xlsx").err().map(|fault| fault.what);
        assert!(matches!(what(b"PK but no"), Some(What::NotAWorkbook(_))));
        let mut compound = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        assert_eq!(what(&compound), Some(What::OldFormat));
        compound.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(what(&compound), Some(What::Encrypted));
    }

    #[test]
    fn types_and_relations_change_in_place() {
        let types =
            b"<Types><Default Extension=\"xml\"/><Override PartName=\"/xl/calcChain.xml\" ContentType=\"c\"/></Types>";
        let new = [("xl/worksheets/sheet2.xml".to_string(), "s".to_string())];
        let out = content_types(types, &["xl/calcChain.xml"], &new).expect("types");
        assert_eq!(
            String::from_utf8_lossy(&out),
            "<Types><Default Extension=\"xml\"/><Override PartName=\"/xl/worksheets/sheet2.xml\" ContentType=\"s\"/></Types>"
        );
        let relation = Relation { id: "r9".into(), kind: "t/x".into(), target: "a.xml".into(), external: false };
        let out = change_relations(b"<p:Relationships/>", &|_| false, &[relation]).expect("relations");
        let want = "<p:Relationships><p:Relationship Id=\"r9\" Type=\"t/x\" Target=\"/a.xml\"/></p:Relationships>";
        assert_eq!(String::from_utf8_lossy(&out), want);
    }
}
