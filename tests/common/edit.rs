//! Workbooks this program wrote, edited as an agent does.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

/// A workbook with the text of some parts changed: `change` gets the name and the text of each that is text.
pub fn rewritten(bytes: &[u8], change: impl Fn(&str, &mut String)) -> Vec<u8> {
    let mut read = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..read.len() {
        let mut part = read.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).expect("readable");
        let bytes = match String::from_utf8(bytes) {
            Ok(mut text) => {
                change(&name, &mut text);
                text.into_bytes()
            }
            Err(other) => other.into_bytes(),
        };
        out.start_file(&name, zip::write::SimpleFileOptions::default()).expect("written");
        out.write_all(&bytes).expect("written");
    }
    out.finish().expect("written").into_inner()
}

/// A copy of a template with texts in its sheets replaced, one after the other.
#[allow(dead_code)] // not every test asks
pub fn template_with(template: &[u8], replaced: &[(&str, &str)]) -> Vec<u8> {
    let entities = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii() { c.to_string() } else { format!("&#{};", c as u32) }).collect()
    };
    rewritten(template, |name, text| {
        for (from, to) in replaced.iter().filter(|_| name.starts_with("xl/worksheets/")) {
            *text = text.replace(from, to).replace(&entities(from), &entities(to));
        }
    })
}

/// Writes texts into cells of a sheet of a workbook, as an agent does.
#[allow(dead_code)] // not every test asks
pub fn edit(path: &Path, part_name: &str, cells: &[(String, &str)]) {
    let edited = rewritten(&fs::read(path).expect("a workbook"), |name, text| {
        for (cell, said) in cells.iter().filter(|_| name == part_name) {
            let start = text.find(&format!("<c r=\"{cell}\"")).unwrap_or_else(|| panic!("no cell {cell}"));
            let tag = start + text[start..].find('>').expect("closed");
            let is_empty = text[..tag].ends_with('/');
            let end = if is_empty { tag + 1 } else { start + text[start..].find("</c>").expect("closed") + 4 };
            let style = text[start..tag].split("s=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("0");
            let new = match *said {
                "" => format!("<c r=\"{cell}\" s=\"{style}\"/>"),
                said => format!("<c r=\"{cell}\" s=\"{style}\" t=\"inlineStr\"><is><t>{said}</t></is></c>"),
            };
            text.replace_range(start..end, &new);
        }
    });
    fs::write(path, edited).expect("written");
}

/// The part of a workbook that holds a sheet.
#[allow(dead_code)] // not every test asks
pub fn part_of(path: &Path, sheet: &str) -> String {
    let mut read = zip::ZipArchive::new(fs::File::open(path).expect("there")).expect("a workbook");
    let mut text = |part: &str| {
        let mut text = String::new();
        read.by_name(part).expect("a part").read_to_string(&mut text).expect("UTF-8");
        text
    };
    let after = |text: &str, lead: &str| -> Option<String> { Some(text.split_once(lead)?.1.split('"').next()?.to_string()) };
    let (workbook, relations) = (text("xl/workbook.xml"), text("xl/_rels/workbook.xml.rels"));
    let tag = |text: &str, with: &str| text.split('<').find(|tag| tag.contains(with)).map(str::to_string);
    let id = tag(&workbook, &format!("name=\"{sheet}\"")).and_then(|tag| after(&tag, "r:id=\""));
    let id = id.unwrap_or_else(|| panic!("{sheet} is there"));
    let target = tag(&relations, &format!("Id=\"{id}\"")).and_then(|tag| after(&tag, "Target=\"")).expect("a part");
    format!("xl/{}", target.trim_start_matches("/xl/"))
}
