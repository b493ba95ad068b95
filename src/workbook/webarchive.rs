//! Excel's 「单个文件网页」 (`.mht`): web pages packed like a letter, one for each sheet and one that names them.

use mailparse::{MailHeaderMap, ParsedMail, parse_mail};
use memchr::memmem;

use super::content::Content;
use super::fault::{self, OpenError};
use super::limits::Limits;
use super::webpage::WebPage;

/// Letters within letters.
const MAX_DEPTH: usize = 8;

/// The pages that have a table, each with the name of its sheet.
pub(super) fn open(content: &Content, limits: &Limits) -> Result<Vec<WebPage>, OpenError> {
    let bytes = content.hold("网页存档", limits.max_xls_bytes)?;
    let letter = parse_mail(&bytes).map_err(OpenError::broken)?;
    let mut parts = Vec::new();
    collect(&letter, 0, &mut parts);
    let names: Vec<(String, String)> = parts.iter().flat_map(|(_, page)| sheet_names(page)).collect();
    let mut pages = Vec::new();
    for (location, page) in parts {
        match WebPage::open(&Content::from(page), limits) {
            Ok(mut page) => {
                // The page that names the sheets may hold one itself; then it knows no place of another.
                if let Some((_, name)) = names.iter().find(|(place, _)| !place.is_empty() && location.ends_with(place)) {
                    page.name.clone_from(name);
                }
                pages.push(page);
            }
            // The frame around the sheets, and the row of their tabs.
            Err(OpenError::NotASpreadsheet { .. } | OpenError::Empty) => {}
            Err(error) => return Err(error),
        }
    }
    if pages.is_empty() {
        return Err(OpenError::NotASpreadsheet { looks_like: fault::WEB_ARCHIVE });
    }
    Ok(pages)
}

/// All web pages with their places, except the tabs below the sheets, which are a table too.
fn collect(part: &ParsedMail<'_>, depth: usize, pages: &mut Vec<(String, Vec<u8>)>) {
    if part.ctype.mimetype.eq_ignore_ascii_case("text/html")
        && let Ok(body) = part.get_body_raw()
    {
        let location = part.headers.get_first_value("Content-Location").unwrap_or_default();
        if !location.ends_with("tabstrip.htm") {
            pages.push((location, body));
        }
    }
    if depth < MAX_DEPTH {
        part.subparts.iter().for_each(|inner| collect(inner, depth + 1, pages));
    }
}

/// Places and names of sheets, from Excel's notes on the workbook.
fn sheet_names(page: &[u8]) -> Vec<(String, String)> {
    let between = |text: &[u8], from: &str, to: &str| {
        let start = memmem::find(text, from.as_bytes())? + from.len();
        let length = memmem::find(&text[start..], to.as_bytes())?;
        Some(String::from_utf8_lossy(&text[start..start + length]).into_owned())
    };
    let mut names = Vec::new();
    let mut rest = page;
    while let Some(at) = memmem::find(rest, b"<x:ExcelWorksheet>") {
        rest = &rest[at + 1..];
        let one = &rest[..memmem::find(rest, b"</x:ExcelWorksheet>").unwrap_or(rest.len())];
        if let Some(name) = between(one, "<x:Name>", "</x:Name>") {
            let place = between(one, "HRef=\"", "\"").unwrap_or_default();
            let place = place.rsplit('/').next().unwrap_or_default().to_string();
            names.push((place, name));
        }
    }
    names
}
