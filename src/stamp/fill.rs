//! Filling a template: one workbook of a record, one book of many cards, one list as it comes.

use std::borrow::Borrow;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Seek, Write};

use super::contents::{self, CopyEntry, Placed};
use super::fault::{Fault, What};
use super::formula::View;
use super::lists::{Lists, Recorded, Stream};
use super::mark::{self, Manifest, RowMark};
use super::package::{self, Parcel, Relation};
use super::piece::{Context, Lookup, NO_ROW, Nothing, RowContext};
use super::place::{LAST_COLUMN, LAST_ROW, Place, Shift};
use super::satellite::{CopyNames, Satellite};
use super::sheet::SheetPlan;
use super::template::{Template, TemplateSheet};
use super::value::{Record, Value};
use super::xml;

const RELATION_TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const STRICT_TYPES: &str = "http://purl.oclc.org/ooxml/officeDocument/relationships";
const WORKSHEET_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
const PROPERTIES_TYPE: &str = "application/vnd.openxmlformats-officedocument.custom-properties+xml";

impl Template {
    /// Fills the template with one record: one workbook.
    pub fn stamp(&self, record: &Record) -> Result<Vec<u8>, Fault> {
        let mut out = Cursor::new(Vec::new());
        self.stamp_to(record, &mut out)?;
        Ok(out.into_inner())
    }

    /// [`Template::stamp`], written where it is to go.
    pub fn stamp_to(&self, record: &Record, out: impl Write + Seek) -> Result<(), Fault> {
        self.fill(&record.fields, &mut Recorded(&record.lists), Some(record).filter(|_| self.marked), out)
    }

    /// Fills the template with one record of which one list is given row by row: nothing is kept of a row once it is
    /// written. `columns` are the titles of the values in each row; what the template asks for beyond them stays blank.
    pub fn stream<R: AsRef<[Value]>>(
        &self,
        record: &Record,
        list: &str,
        columns: &[&str],
        rows: impl ExactSizeIterator<Item = R>,
        out: impl Write + Seek,
    ) -> Result<(), Fault> {
        let places = self.sheets.iter().filter_map(|sheet| sheet.plan.as_ref()).flat_map(|plan| &plan.lists);
        match places.filter(|own| own.list == list).count() {
            0 => return Err(Fault::book(&self.name, What::NoSuchList(list.to_string()))),
            1 => {}
            more => return Err(Fault::book(&self.name, What::ListTwice(list.to_string(), more))),
        }
        let length = rows.len();
        let mut lists = Stream { others: Recorded(&record.lists), list, columns, length, rows: Some(rows) };
        self.fill(&record.fields, &mut lists, None, out)
    }

    fn fill(
        &self,
        fields: &dyn Lookup,
        lists: &mut dyn Lists,
        marked: Option<&Record>,
        out: impl Write + Seek,
    ) -> Result<(), Fault> {
        let layout = self.layout(lists)?;
        let dated = Cell::new(false);
        let mut parcel = Parcel::new(out, &self.name);
        let owners = self.owners();
        let gone = self.calc_chain();
        for (index, part) in self.package.names().iter().enumerate() {
            if part.ends_with('/') || gone.contains(&part.as_str()) || self.is_late(part) {
                continue;
            }
            match owners.get(part.as_str()) {
                Some((sheet, None)) => {
                    let mut context = self.context(&layout, *sheet, fields, &dated);
                    context.marks = self.marks(*sheet, marked);
                    self.write_sheet(&mut parcel, &context, *sheet, lists, part)?;
                }
                Some((sheet, Some(satellite))) => {
                    let context = self.context(&layout, *sheet, fields, &dated);
                    let satellite = &self.sheets[*sheet].satellites[*satellite];
                    let bytes = self.satellite(&context, satellite)?;
                    if bytes == satellite.bytes {
                        parcel.copy(&self.package, index)?;
                    } else {
                        parcel.put(part, &bytes)?;
                    }
                }
                None => self.write_package_part(&mut parcel, index, Vec::new(), Vec::new(), marked.is_some())?,
            }
        }
        if let Some(record) = marked {
            let mut manifest = Manifest::new(&self.mark, self.kinds() == STRICT_TYPES);
            self.sheets.iter().filter_map(|sheet| sheet.plan.as_ref()).for_each(|plan| manifest.note(plan, record));
            self.write_marks(&mut parcel, manifest)?;
        }
        let hidden = marked.filter(|_| self.old_marks.is_none()).map(|_| self.marks_entry(0));
        let placed: Vec<Placed> =
            layout.iter().enumerate().map(|(source, (_, shift))| Placed { source, copy: None, shift }).collect();
        let workbook = self.contents.write(&layout, &placed, None, hidden.as_ref(), self.calculates);
        self.finish(parcel, &workbook, dated.get())
    }

    /// One book with a sheet for each card, in the order given; each gets the name the card wants. Sheets that hold the
    /// list 索引 are filled from `index`, all others are there once.
    pub fn book<C: Borrow<Record>>(
        &self,
        cards: impl IntoIterator<Item = C, IntoIter: ExactSizeIterator>,
        index: &Record,
        out: impl Write + Seek,
    ) -> Result<(), Fault> {
        let card = self.card_sheet()?;
        if let Some(fault) = self.card_obstacles(card).into_iter().next() {
            return Err(fault);
        }
        let cards = cards.into_iter();
        let count = cards.len();
        if count == 0 {
            return Err(Fault::book(&self.name, What::NoRecords));
        }
        let layout = self.layout(&Recorded(&index.lists))?;
        let dated = Cell::new(false);
        let mut parcel = Parcel::new(out, &self.name);
        let owners = self.owners();
        let gone = self.calc_chain();
        let mut cards = Some(cards);
        let mut manifest = Manifest::new(&self.mark, self.kinds() == STRICT_TYPES);
        let mut copies: Vec<(CopyEntry, Shift)> = Vec::with_capacity(count);
        for (at, part) in self.package.names().iter().enumerate() {
            if part.ends_with('/') || gone.contains(&part.as_str()) || self.is_late(part) {
                continue;
            }
            match owners.get(part.as_str()) {
                Some((sheet, None)) if *sheet == card => {
                    for record in cards.take().into_iter().flatten() {
                        let record = record.borrow();
                        let copy = self.write_card(&mut parcel, &layout, card, copies.len() as u32, record, &dated)?;
                        if let Some(plan) = self.sheets[card].plan.as_ref().filter(|_| self.marked) {
                            manifest.note(plan, record);
                        }
                        copies.push(copy);
                    }
                }
                Some((sheet, Some(_))) if *sheet == card => {}
                Some((sheet, None)) => {
                    let mut context = self.context(&layout, *sheet, &index.fields, &dated);
                    context.marks = self.marks(*sheet, Some(index).filter(|_| self.marked));
                    self.write_sheet(&mut parcel, &context, *sheet, &mut Recorded(&index.lists), part)?;
                }
                Some((sheet, Some(satellite))) => {
                    let context = self.context(&layout, *sheet, &index.fields, &dated);
                    let satellite = &self.sheets[*sheet].satellites[*satellite];
                    parcel.put(part, &self.satellite(&context, satellite)?)?;
                }
                None => {
                    let new: Vec<Relation> = (1..count as u32).map(|copy| self.card_relation(card, copy)).collect();
                    self.write_package_part(&mut parcel, at, self.new_types(card, count), new, self.marked)?;
                }
            }
        }
        let mut hidden = None;
        if self.marked {
            let others = self.sheets.iter().enumerate().filter(|(sheet, _)| *sheet != card);
            others.filter_map(|(_, sheet)| sheet.plan.as_ref()).for_each(|plan| manifest.note(plan, index));
            self.write_marks(&mut parcel, manifest)?;
            hidden = Some(self.marks_entry(count as u32)).filter(|_| self.old_marks.is_none());
        }
        self.check_names(card, &copies)?;
        let mut placed = Vec::new();
        let mut entries = copies.iter_mut().map(|(entry, shift)| {
            let entry = CopyEntry {
                name: std::mem::take(&mut entry.name),
                id: entry.id,
                relation: std::mem::take(&mut entry.relation),
                kinds: String::new(),
            };
            Placed { source: card, copy: Some(entry), shift }
        });
        for (source, (_, shift)) in layout.iter().enumerate() {
            if source == card {
                placed.extend(entries.by_ref());
            } else {
                placed.push(Placed { source, copy: None, shift });
            }
        }
        let workbook = self.contents.write(&layout, &placed, Some(card), hidden.as_ref(), self.calculates);
        drop(placed);
        self.finish(parcel, &workbook, dated.get())
    }

    fn write_card<W: Write + Seek>(
        &self,
        parcel: &mut Parcel<W>,
        layout: &[(String, Shift)],
        card: usize,
        copy: u32,
        record: &Record,
        dated: &Cell<bool>,
    ) -> Result<(CopyEntry, Shift), Fault> {
        let sheet = &self.sheets[card];
        contents::check_sheet_name(&record.sheet).map_err(|what| Fault::sheet(&self.name, &sheet.name, what))?;
        let shift = self.shift(sheet, &Recorded(&record.lists))?;
        let mut context = self.context(layout, card, &record.fields, dated);
        context.number = copy;
        context.marks = self.marks(card, Some(record).filter(|_| self.marked));
        context.sheet = &record.sheet;
        context.view.home_shift = &shift;
        context.view.home_name = Some(&record.sheet);
        let part = self.copied(&sheet.part, &sheet.copies, copy);
        self.write_sheet(parcel, &context, card, &mut Recorded(&record.lists), &part)?;
        for satellite in &sheet.satellites {
            let part = self.copied(&satellite.part, &satellite.copies, copy);
            let bytes = self.satellite(&context, satellite)?;
            parcel.put(&part, &bytes)?;
            self.write_copy_relations(parcel, sheet, &satellite.part, &satellite.relations, &part, copy)?;
        }
        self.write_copy_relations(parcel, sheet, &sheet.part, &sheet.relations, &part, copy)?;
        let entry = match copy {
            0 => {
                let own = &self.contents.sheets[card];
                CopyEntry { name: record.sheet.clone(), id: own.id, relation: own.relation.clone(), kinds: String::new() }
            }
            copy => CopyEntry {
                name: record.sheet.clone(),
                id: self.largest_sheet_id + copy,
                relation: self.card_relation(card, copy).id,
                kinds: String::new(),
            },
        };
        Ok((entry, shift))
    }

    /// The relations of a copy: to copies of what belongs to the sheet, to the same things otherwise. The first copy's
    /// stand in the template and are taken over with the other parts.
    fn write_copy_relations<W: Write + Seek>(
        &self,
        parcel: &mut Parcel<W>,
        sheet: &TemplateSheet,
        original: &str,
        relations: &[Relation],
        part: &str,
        copy: u32,
    ) -> Result<(), Fault> {
        if copy == 0 || !self.package.has(&package::relations_part(original)) {
            return Ok(());
        }
        let copied: Vec<Relation> = relations
            .iter()
            .map(|relation| {
                let own = sheet.satellites.iter().find(|satellite| !relation.external && satellite.part == relation.target);
                let target = own.map_or_else(|| relation.target.clone(), |own| own.copies.name(copy));
                Relation { target, ..relation.clone() }
            })
            .collect();
        parcel.put(&package::relations_part(part), &package::write_relations(&copied))
    }

    fn copied(&self, part: &str, names: &CopyNames, copy: u32) -> String {
        if copy == 0 { part.to_string() } else { names.name(copy) }
    }

    fn card_relation(&self, card: usize, copy: u32) -> Relation {
        let sheet = &self.sheets[card];
        Relation {
            id: format!("rIdCard{copy}"),
            kind: format!("{}/worksheet", self.kinds()),
            target: sheet.copies.name(copy),
            external: false,
        }
    }

    /// The types of all parts that further copies of the card bring.
    fn new_types(&self, card: usize, count: usize) -> Vec<(String, String)> {
        let sheet = &self.sheets[card];
        let own = std::iter::once((&sheet.part, &sheet.copies));
        let parts: Vec<_> =
            own.chain(sheet.satellites.iter().map(|satellite| (&satellite.part, &satellite.copies))).collect();
        let mut out = Vec::new();
        for copy in 1..count as u32 {
            for (part, names) in &parts {
                if let Some(kind) = package::own_type(&self.types, part) {
                    out.push((names.name(copy), kind.to_string()));
                }
            }
        }
        out
    }

    fn check_names(&self, card: usize, copies: &[(CopyEntry, Shift)]) -> Result<(), Fault> {
        let others = self.contents.sheets.iter().enumerate().filter(|(index, _)| *index != card);
        let mut seen: HashSet<String> = others.map(|(_, sheet)| sheet.name.to_lowercase()).collect();
        for (entry, _) in copies {
            if !seen.insert(entry.name.to_lowercase()) {
                return Err(Fault::book(&self.name, What::SheetNameTwice(entry.name.clone())));
            }
        }
        Ok(())
    }

    /// Which parts belong to which sheet: the sheet itself, or one of its satellites.
    fn owners(&self) -> HashMap<&str, (usize, Option<usize>)> {
        let mut out = HashMap::new();
        for (index, sheet) in self.sheets.iter().enumerate() {
            if sheet.plan.is_some() && sheet.changes {
                out.insert(sheet.part.as_str(), (index, None));
            }
            for (at, satellite) in sheet.satellites.iter().enumerate() {
                out.insert(satellite.part.as_str(), (index, Some(at)));
            }
        }
        out
    }

    /// Whose rows a sheet's are, and the column that says so.
    fn marks<'r>(&self, sheet: usize, record: Option<&'r Record>) -> Option<(&'r str, u32)> {
        let room = |plan: &&SheetPlan| plan.is_filled() && plan.free_column <= LAST_COLUMN;
        let plan = self.sheets[sheet].plan.as_ref().filter(room)?;
        record.map(|record| (record.id.as_str(), plan.free_column))
    }

    /// What relation types begin with: files in the strict format have their own.
    fn kinds(&self) -> &str {
        let strict = self.relations.iter().any(|relation| relation.kind.starts_with(STRICT_TYPES));
        if strict { STRICT_TYPES } else { RELATION_TYPES }
    }

    /// How the sheet that is not shown is listed, behind some copies.
    fn marks_entry(&self, copies: u32) -> CopyEntry {
        CopyEntry {
            name: mark::SHEET.to_string(),
            id: self.largest_sheet_id + copies + 1,
            relation: mark::RELATION.to_string(),
            kinds: self.kinds().to_string(),
        }
    }

    /// A part of the package itself, or one we do not know: copied, but for the lists of what there is.
    fn write_package_part<W: Write + Seek>(
        &self,
        parcel: &mut Parcel<W>,
        index: usize,
        mut types: Vec<(String, String)>,
        mut sheets: Vec<Relation>,
        marked: bool,
    ) -> Result<(), Fault> {
        let part = self.package.names()[index].as_str();
        let gone = self.calc_chain();
        let bad = |cause| self.package.bad(part, cause);
        let new_marks = marked && self.old_marks.is_none();
        let new_property = marked && self.has_property() && !self.package.has(mark::PROPERTIES);
        let relation = |id: &str, kind: &str, target: &str| Relation {
            id: id.to_string(),
            kind: format!("{}/{kind}", self.kinds()),
            target: target.to_string(),
            external: false,
        };
        let bytes = if part == "[Content_Types].xml" {
            if new_marks {
                types.push((mark::PART.to_string(), WORKSHEET_TYPE.to_string()));
            }
            if new_property {
                types.push((mark::PROPERTIES.to_string(), PROPERTIES_TYPE.to_string()));
            }
            (!gone.is_empty() || !types.is_empty())
                .then(|| package::content_types(&self.package.read(part)?, &gone, &types).map_err(bad))
        } else if *part == package::relations_part(&self.contents.part) {
            if new_marks {
                sheets.push(relation(mark::RELATION, "worksheet", mark::PART));
            }
            let calculated = |kind: &str| kind.ends_with("/calcChain");
            (!gone.is_empty() || !sheets.is_empty())
                .then(|| package::change_relations(&self.package.read(part)?, &calculated, &sheets).map_err(bad))
        } else if part == "_rels/.rels" {
            let own = relation("rIdFuwukaMark", "custom-properties", mark::PROPERTIES);
            new_property.then(|| package::change_relations(&self.package.read(part)?, &|_| false, &[own]).map_err(bad))
        } else if self.summary.as_deref() == Some(part) {
            // It lists the sheets' names.
            let listed = marked || !sheets.is_empty();
            listed.then(|| package::without(&self.package.read(part)?, &["HeadingPairs", "TitlesOfParts"]).map_err(bad))
        } else if marked && (part == mark::PROPERTIES && self.has_property() || self.old_marks.as_deref() == Some(part)) {
            // Written with the marks.
            return Ok(());
        } else {
            // What a filled workbook says of its rows is wrong in one made of it.
            let nothing = || Manifest::new(&self.mark, self.kinds() == STRICT_TYPES).finish();
            (self.old_marks.as_deref() == Some(part)).then(|| Ok(nothing()))
        };
        match bytes.transpose()? {
            Some(bytes) => parcel.put(part, &bytes),
            None => parcel.copy(&self.package, index),
        }
    }

    /// True if the document property is written: the strict format has another one, and the marks' sheet says the same.
    fn has_property(&self) -> bool {
        self.kinds() != STRICT_TYPES
    }

    fn write_marks<W: Write + Seek>(&self, parcel: &mut Parcel<W>, manifest: Manifest) -> Result<(), Fault> {
        parcel.put(self.old_marks.as_deref().unwrap_or(mark::PART), &manifest.finish())?;
        if !self.has_property() {
            return Ok(());
        }
        let known = self.package.find(mark::PROPERTIES)?;
        let properties = mark::with_property(known.as_deref(), &self.mark);
        parcel.put(mark::PROPERTIES, &properties.map_err(|cause| self.package.bad(mark::PROPERTIES, cause))?)
    }

    /// Parts that are written last, once it is known what they must hold.
    fn is_late(&self, part: &str) -> bool {
        part == self.contents.part || self.styles_part.as_deref() == Some(part)
    }

    fn finish<W: Write + Seek>(&self, mut parcel: Parcel<W>, workbook: &[u8], dated: bool) -> Result<(), Fault> {
        parcel.put(&self.contents.part, workbook)?;
        if let Some(part) = &self.styles_part {
            match self.package.names().iter().position(|name| name == part).filter(|_| !dated) {
                Some(index) => parcel.copy(&self.package, index)?,
                None => parcel.put(part, &self.styles.with_dates())?,
            }
        }
        parcel.finish().map(drop)
    }

    /// The order in which cells are calculated is worked out anew by whoever opens the file.
    fn calc_chain(&self) -> Vec<&str> {
        self.package
            .names()
            .iter()
            .map(String::as_str)
            .filter(|part| part.to_ascii_lowercase().ends_with("calcchain.xml"))
            .collect()
    }

    /// Where the rows of each sheet go, for these lists.
    fn layout(&self, lists: &dyn Lists) -> Result<Vec<(String, Shift)>, Fault> {
        self.sheets.iter().map(|sheet| Ok((sheet.name.clone(), self.shift(sheet, lists)?))).collect()
    }

    fn shift(&self, sheet: &TemplateSheet, lists: &dyn Lists) -> Result<Shift, Fault> {
        let Some(plan) = &sheet.plan else {
            return Ok(Shift::default());
        };
        let shift = Shift { blocks: plan.blocks(&|list| lists.length(list)) };
        let last = plan.rows.last().map_or(1, |row| row.number);
        if shift.unbounded_end(last) > u64::from(LAST_ROW) {
            let longest = plan.lists.iter().max_by_key(|list| lists.length(&list.list));
            let list = longest.map(|list| list.list.clone()).unwrap_or_default();
            return Err(Fault::sheet(&self.name, &sheet.name, What::TooManyRows(list)));
        }
        Ok(shift)
    }

    fn context<'c>(
        &'c self,
        layout: &'c [(String, Shift)],
        sheet: usize,
        fields: &'c dyn Lookup,
        dated: &'c Cell<bool>,
    ) -> Context<'c> {
        let plan = self.sheets[sheet].plan.as_ref();
        Context {
            book: &self.name,
            sheet: &self.sheets[sheet].name,
            prefix: plan.map_or("", |plan| &plan.prefix),
            view: View {
                sheets: layout,
                home: sheet,
                home_shift: &layout[sheet].1,
                home_name: None,
                own: None,
                whole: false,
            },
            fields,
            styles: &self.styles,
            calendar: self.contents.calendar,
            number: 0,
            marks: None,
            dated,
        }
    }

    fn satellite(&self, context: &Context, satellite: &Satellite) -> Result<Vec<u8>, Fault> {
        let mut out = Vec::with_capacity(satellite.bytes.len() + 64);
        context.write(&mut out, &satellite.bytes, &satellite.pieces, NO_ROW)?;
        Ok(out)
    }

    fn write_sheet<W: Write + Seek>(
        &self,
        parcel: &mut Parcel<W>,
        context: &Context,
        sheet: usize,
        lists: &mut dyn Lists,
        part: &str,
    ) -> Result<(), Fault> {
        let Some(plan) = &self.sheets[sheet].plan else {
            return Ok(());
        };
        parcel.begin(part)?;
        let mut out = Vec::with_capacity(FLUSH + FLUSH / 2);
        context.write(&mut out, &plan.part, &plan.head, NO_ROW)?;
        let mut index = 0;
        while let Some(row) = plan.rows.get(index) {
            let Some(block) = plan.list_at(row.number) else {
                write_row(context, plan, index, &Nothing, None, &mut out)?;
                index += 1;
                flush(parcel, &mut out)?;
                continue;
            };
            let list = &plan.lists[block];
            let rows = plan.rows[index..].iter().take_while(|row| row.number <= list.last).count();
            let mut copy = 0;
            let said = lists.length(&list.list);
            let mut body = |item: &dyn Lookup| {
                if copy as usize >= said.max(1) {
                    copy += 1;
                    return Ok(());
                }
                for at in index..index + rows {
                    write_row(context, plan, at, item, Some((block, copy)), &mut out)?;
                }
                copy += 1;
                flush(parcel, &mut out)
            };
            if said == 0 {
                body(&Nothing)?;
                copy = 0;
            } else {
                lists.each(&list.list, &mut body)?;
            }
            let found = copy as usize;
            if found != said {
                let what = What::RowCount { list: list.list.clone(), said, found };
                return Err(Fault::sheet(&self.name, context.sheet, what));
            }
            index += rows;
        }
        context.write(&mut out, &plan.part, &plan.tail, NO_ROW)?;
        parcel.write(&out)
    }
}

/// Bytes that are gathered before they are compressed.
const FLUSH: usize = 1 << 16;

fn flush<W: Write + Seek>(parcel: &mut Parcel<W>, out: &mut Vec<u8>) -> Result<(), Fault> {
    if out.len() >= FLUSH {
        parcel.write(out)?;
        out.clear();
    }
    Ok(())
}

fn write_row(
    context: &Context,
    plan: &SheetPlan,
    index: usize,
    item: &dyn Lookup,
    own: Option<(usize, u32)>,
    out: &mut Vec<u8>,
) -> Result<(), Fault> {
    let row = &plan.rows[index];
    let shift = context.view.home_shift;
    let number = own.map_or_else(|| shift.start(row.number), |(_, copy)| shift.in_copy(row.number, copy));
    let mut digits = [0; 10];
    let digits = decimal(number, &mut digits);
    let own_row = RowContext { item, number, digits, own };
    let (Some((record, column)), Some(end)) = (context.marks, row.end) else {
        return context.write(out, &plan.part, &row.pieces, own_row);
    };
    context.write(out, &plan.part, &row.pieces[..end], own_row)?;
    let list = own.map_or("", |(block, _)| plan.lists[block].list.as_str());
    let mark = RowMark { record: record.into(), list: list.into(), id: item.id().into(), row: row.number };
    let p = context.prefix;
    let place = Place { row: number, column };
    out.extend_from_slice(format!("<{p}c r=\"{place}\" t=\"inlineStr\"><{p}is><{p}t>").as_bytes());
    xml::escape_cell_text(out, &mark.text());
    out.extend_from_slice(format!("</{p}t></{p}is></{p}c>").as_bytes());
    context.write(out, &plan.part, &row.pieces[end..], own_row)
}

/// The decimal digits of a row's number.
fn decimal(number: u32, room: &mut [u8; 10]) -> &[u8] {
    let (mut at, mut rest) = (room.len(), number);
    loop {
        at -= 1;
        room[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            return &room[at..];
        }
    }
}
