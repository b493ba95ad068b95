//! `workbook.xml`: which sheets there are, the defined names, and how they follow lists and copied sheets.

use std::ops::Range;

use super::formula::{Formula, View, same_name};
use super::place::Shift;
use super::value::Calendar;
use super::xml::{self, Kind, Tokens};

/// What `workbook.xml` says.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub part: String,
    pub bytes: Vec<u8>,
    pub prefix: String,
    pub calendar: Calendar,
    pub sheets: Vec<SheetEntry>,
    pub names: Vec<NameEntry>,
    /// The sheet shown on opening.
    pub active: usize,
    active_at: Option<Range<usize>>,
    first_at: Option<Range<usize>>,
    names_at: Option<Range<usize>>,
    sheets_end: usize,
    /// Where `calcPr` is, or should be.
    calculation: Range<usize>,
}

/// A sheet as listed.
#[derive(Clone, Debug)]
pub(super) struct SheetEntry {
    pub name: String,
    pub id: u32,
    pub relation: String,
    at: Range<usize>,
    name_at: Range<usize>,
    id_at: Range<usize>,
    relation_at: Range<usize>,
}

/// A defined name.
#[derive(Debug)]
pub(super) struct NameEntry {
    pub name: String,
    /// The sheet it is known on; everywhere if none.
    pub local: Option<usize>,
    pub formula: Formula,
    at: Range<usize>,
    tag_name_end: usize,
    local_at: Option<Range<usize>>,
    text_at: Range<usize>,
}

/// A sheet of the result.
pub(super) struct Placed<'a> {
    /// Which sheet of the template it is.
    pub source: usize,
    /// Its own name, number and relation, if it is a further copy or renamed.
    pub copy: Option<CopyEntry>,
    pub shift: &'a Shift,
}

/// How a copied sheet is listed.
pub(super) struct CopyEntry {
    pub name: String,
    pub id: u32,
    pub relation: String,
    /// What relation types of this file begin with: its name space for relations too.
    pub kinds: String,
}

impl Contents {
    pub(super) fn parse(part: &str, bytes: Vec<u8>) -> Result<Contents, String> {
        let mut out = Contents { part: part.to_string(), ..Contents::default() };
        let mut tokens = Tokens::of(&bytes);
        // `calcPr` stands behind the last of these.
        let before_calculation = ["sheets", "functionGroups", "externalReferences", "definedNames"];
        let mut calculation = 0..0;
        let mut found = false;
        let mut root = false;
        while let Some(token) = tokens.next()? {
            if !root && token.kind == Kind::Open {
                root = true;
                out.prefix = super::package::prefix_of(token.full_name());
            }
            if !found
                && before_calculation
                    .iter()
                    .any(|name| token.closes(name) || token.kind == Kind::Empty && token.starts(name))
            {
                calculation = token.at.end..token.at.end;
            }
            if token.closes("sheets") {
                out.sheets_end = token.at.start;
            }
            if token.closes("definedNames")
                && let Some(names_at) = &mut out.names_at
            {
                names_at.end = token.at.start;
            }
            if !matches!(token.kind, Kind::Open | Kind::Empty) {
                continue;
            }
            let value_at = |name: &[u8]| {
                token.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value_at)
            };
            match token.name() {
                b"workbookPr" if token.attribute("date1904").is_some_and(|on| matches!(&*on, "1" | "true")) => {
                    out.calendar = Calendar::From1904;
                }
                b"workbookView" if out.active_at.is_none() => {
                    out.active = token.attribute("activeTab").and_then(|tab| tab.parse().ok()).unwrap_or(0);
                    out.active_at = value_at(b"activeTab");
                    out.first_at = value_at(b"firstSheet");
                }
                b"sheet" => {
                    let places = (value_at(b"name"), value_at(b"sheetId"), value_at(b"id"));
                    let (Some(name_at), Some(id_at), Some(relation_at)) = places else {
                        return Err("工作表没有名字".to_string());
                    };
                    let mut at = token.at.clone();
                    if token.kind == Kind::Open {
                        let inside = tokens.inside(&token)?;
                        let close = bytes[inside.end..].iter().position(|byte| *byte == b'>').ok_or("标签没有收尾")?;
                        at.end = inside.end + close + 1;
                    }
                    out.sheets.push(SheetEntry {
                        name: token.attribute("name").unwrap_or_default().into_owned(),
                        id: token.attribute("sheetId").and_then(|id| id.parse().ok()).unwrap_or(0),
                        relation: token.attribute("id").unwrap_or_default().into_owned(),
                        at,
                        name_at,
                        id_at,
                        relation_at,
                    });
                }
                b"definedNames" if token.kind == Kind::Open => out.names_at = Some(token.at.end..token.at.end),
                b"definedName" if token.kind == Kind::Open => {
                    let text_at = tokens.inside(&token)?;
                    let close = bytes[text_at.end..].iter().position(|byte| *byte == b'>').ok_or("标签没有收尾")?;
                    out.names.push(NameEntry {
                        name: token.attribute("name").unwrap_or_default().into_owned(),
                        local: token.attribute("localSheetId").and_then(|id| id.parse().ok()),
                        formula: Formula::parse(&xml::text(&bytes[text_at.clone()])),
                        at: token.at.start..text_at.end + close + 1,
                        tag_name_end: token.at.start + 1 + token.full_name().len(),
                        local_at: value_at(b"localSheetId"),
                        text_at,
                    });
                }
                b"calcPr" => {
                    found = true;
                    calculation = token.at.clone();
                }
                _ => {}
            }
        }
        out.calculation = calculation;
        out.bytes = bytes;
        if out.sheets.is_empty() {
            return Err("工作簿里没有工作表".to_string());
        }
        out.active = out.active.min(out.sheets.len() - 1);
        Ok(out)
    }

    /// True if a name of the whole workbook speaks of this sheet.
    pub(super) fn speaks_of(name: &NameEntry, sheet: &str) -> bool {
        name.formula.sheets().any(|other| same_name(other, sheet))
    }

    /// The part for the sheets of the result. `hidden`: a further sheet that is not shown.
    pub(super) fn write(
        &self,
        sheets: &[(String, Shift)],
        placed: &[Placed],
        copied: Option<usize>,
        hidden: Option<&CopyEntry>,
        calculate: bool,
    ) -> Vec<u8> {
        let mut changes: Vec<(Range<usize>, Vec<u8>)> = Vec::new();
        if let Some(first) = placed.iter().position(|sheet| sheet.source == self.active)
            && copied.is_some()
        {
            // All tabs are in view from the first one on.
            let tabs = [(&self.active_at, first), (&self.first_at, 0)];
            let at = tabs.into_iter().filter_map(|(at, tab)| Some((at.clone()?, tab.to_string().into_bytes())));
            changes.extend(at);
        }
        self.change_sheets(placed, hidden, &mut changes);
        self.change_names(sheets, placed, copied, &mut changes);
        if calculate {
            changes.push((self.calculation.clone(), self.calculation()));
        }
        changes.sort_by_key(|(at, _)| (at.start, at.end));
        let mut out = Vec::with_capacity(self.bytes.len() + placed.len() * 200);
        let mut at = 0;
        for (range, bytes) in changes {
            out.extend_from_slice(&self.bytes[at..range.start]);
            out.extend_from_slice(&bytes);
            at = range.end;
        }
        out.extend_from_slice(&self.bytes[at..]);
        out
    }

    fn change_sheets(&self, placed: &[Placed], hidden: Option<&CopyEntry>, changes: &mut Vec<(Range<usize>, Vec<u8>)>) {
        for (index, sheet) in self.sheets.iter().enumerate() {
            if !placed.iter().any(|placed| placed.source == index && placed.copy.is_some()) {
                continue;
            }
            let mut bytes = Vec::new();
            for placed in placed.iter().filter(|placed| placed.source == index) {
                let Some(copy) = &placed.copy else {
                    continue;
                };
                let mut parts = [
                    (&sheet.name_at, copy.name.clone()),
                    (&sheet.id_at, copy.id.to_string()),
                    (&sheet.relation_at, copy.relation.clone()),
                ];
                parts.sort_by_key(|(at, _)| at.start);
                let mut at = sheet.at.start;
                for (range, text) in parts {
                    bytes.extend_from_slice(&self.bytes[at..range.start]);
                    xml::escape(&mut bytes, &text);
                    at = range.end;
                }
                bytes.extend_from_slice(&self.bytes[at..sheet.at.end]);
            }
            changes.push((sheet.at.clone(), bytes));
        }
        if let Some(hidden) = hidden {
            let p = &self.prefix;
            let text = format!(
                "<{p}sheet xmlns:r=\"{}\" name=\"{}\" sheetId=\"{}\" state=\"veryHidden\" r:id=\"{}\"/>",
                hidden.kinds, hidden.name, hidden.id, hidden.relation
            );
            changes.push((self.sheets_end..self.sheets_end, text.into_bytes()));
        }
    }

    fn change_names(
        &self,
        sheets: &[(String, Shift)],
        placed: &[Placed],
        copied: Option<usize>,
        changes: &mut Vec<(Range<usize>, Vec<u8>)>,
    ) {
        let still = Shift::default();
        for name in &self.names {
            let mut bytes = Vec::new();
            let on_copy =
                copied.filter(|copied| name.local == Some(*copied) || Contents::speaks_of(name, &sheets[*copied].0));
            // A name of the sheet itself hides the book's.
            let own =
                |other: &NameEntry| other.local.is_some() && other.local == copied && same_name(&other.name, &name.name);
            if name.local.is_none() && on_copy.is_some() && self.names.iter().any(own) {
                changes.push((name.at.clone(), bytes));
                continue;
            }
            let known_on: Vec<Option<usize>> = match (on_copy, name.local) {
                // Each copy has its own.
                (Some(copied), _) => placed
                    .iter()
                    .enumerate()
                    .filter(|(_, sheet)| sheet.source == copied)
                    .map(|(index, _)| Some(index))
                    .collect(),
                (None, Some(local)) => placed.iter().position(|sheet| sheet.source == local).map(Some).into_iter().collect(),
                (None, None) => vec![None],
            };
            for local in known_on {
                let sheet = local.map(|index| &placed[index]);
                let source = sheet.map_or(0, |sheet| sheet.source);
                let view = View {
                    sheets,
                    home: source,
                    home_shift: sheet.map_or_else(|| sheets.first().map_or(&still, |(_, shift)| shift), |sheet| sheet.shift),
                    home_name: sheet.and_then(|sheet| sheet.copy.as_ref()).map(|copy| copy.name.as_str()),
                    own: None,
                    whole: true,
                };
                let mut text = String::new();
                name.formula.write(&mut text, &view);
                let mut at = name.at.start;
                if let Some(local) = local {
                    let (until, number) = match &name.local_at {
                        Some(range) => (range.clone(), local.to_string()),
                        None => (name.tag_name_end..name.tag_name_end, format!(" localSheetId=\"{local}\"")),
                    };
                    bytes.extend_from_slice(&self.bytes[at..until.start]);
                    bytes.extend_from_slice(number.as_bytes());
                    at = until.end;
                }
                bytes.extend_from_slice(&self.bytes[at..name.text_at.start]);
                if xml::text(&self.bytes[name.text_at.clone()]) == text {
                    bytes.extend_from_slice(&self.bytes[name.text_at.clone()]);
                } else {
                    xml::escape(&mut bytes, &text);
                }
                bytes.extend_from_slice(&self.bytes[name.text_at.end..name.at.end]);
            }
            changes.push((name.at.clone(), bytes));
        }
    }

    /// `calcPr` that has everything worked out on opening.
    fn calculation(&self) -> Vec<u8> {
        let raw = &self.bytes[self.calculation.clone()];
        let mut tokens = Tokens::of(raw);
        let Some(token) = tokens.next().ok().flatten() else {
            return format!("<{}calcPr fullCalcOnLoad=\"1\"/>", self.prefix).into_bytes();
        };
        let name_end = 1 + token.full_name().len();
        let mut out = raw[..name_end].to_vec();
        for attribute in token.attributes().filter(|attribute| attribute.name() != b"fullCalcOnLoad") {
            out.extend_from_slice(&raw[attribute.whole.clone()]);
        }
        out.extend_from_slice(b" fullCalcOnLoad=\"1\"");
        out.extend_from_slice(if token.kind == Kind::Empty { b"/>" } else { b">" });
        out.extend_from_slice(&raw[token.at.end..]);
        out
    }
}

/// Whether a name can be given to a sheet, as Excel has it.
pub(super) fn check_sheet_name(name: &str) -> Result<(), super::fault::What> {
    use super::fault::What;
    if name.encode_utf16().count() > 31 {
        return Err(What::SheetNameTooLong(name.to_string()));
    }
    let odd = |c: char| matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') || c.is_control();
    let bad = name.trim().is_empty()
        || name.contains(odd)
        || name.starts_with('\'')
        || name.ends_with('\'')
        || name.eq_ignore_ascii_case("History");
    if bad { Err(What::SheetName(name.to_string())) } else { Ok(()) }
}
