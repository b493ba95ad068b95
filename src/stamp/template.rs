//! A template workbook: opened and checked once, then filled with record after record.

use std::borrow::Borrow;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{Cursor, Seek, Write};

use super::contents::{self, Contents, CopyEntry, Placed};
use super::fault::{Fault, What};
use super::formula::{Formula, View, same_name};
use super::mark::{self, Manifest, Mark, RowMark};
use super::package::{self, Package, Parcel, Relation};
use super::piece::{Context, Lookup, NO_ROW, Nothing, Piece, RowContext};
use super::place::{LAST_ROW, Place, Shift};
use super::placeholder::Placeholder;
use super::satellite::{self, CopyNames, Satellite, SatelliteKind, TableFacts};
use super::sheet::{Around, SheetPlan};
use super::styles::Styles;
use super::text::{self, TextPlan};
use super::value::{Record, Row, Value};
use super::xml;

const RELATION_TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const STRICT_TYPES: &str = "http://purl.oclc.org/ooxml/officeDocument/relationships";
const WORKSHEET_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
const PROPERTIES_TYPE: &str = "application/vnd.openxmlformats-officedocument.custom-properties+xml";

/// The list whose rows are the cards of a book.
pub const INDEX_LIST: &str = "索引";

/// An ordinary workbook with placeholders in its cells.
pub struct Template {
    name: String,
    package: Package,
    contents: Contents,
    /// Of the workbook.
    relations: Vec<Relation>,
    styles: Styles,
    styles_part: Option<String>,
    sheets: Vec<TemplateSheet>,
    types: HashMap<String, String>,
    /// Something is calculated: have it calculated anew.
    calculates: bool,
    largest_sheet_id: u32,
    /// The part that sums the workbook up, with the names of its sheets.
    summary: Option<String>,
    /// The part of marks the template itself brings, if it was made of a filled workbook.
    old_marks: Option<String>,
    /// What filled workbooks are marked with, if they are.
    mark: Mark,
    marked: bool,
}

/// One sheet of the template.
pub(super) struct TemplateSheet {
    pub name: String,
    pub part: String,
    pub copies: CopyNames,
    pub relations: Vec<Relation>,
    /// None for sheets that are copied as they are (charts, dialogs).
    pub plan: Option<SheetPlan>,
    pub satellites: Vec<Satellite>,
    pub tables: Vec<TableFacts>,
    /// What it shows depends on what is filled in.
    pub changes: bool,
}

impl TemplateSheet {
    pub(super) fn is_filled(&self) -> bool {
        self.plan.as_ref().is_some_and(SheetPlan::is_filled)
    }

    /// What is on the sheet besides cells, in the words of the programs' menus.
    pub(super) fn keeps(&self) -> Vec<&'static str> {
        let part = self.plan.as_ref().map_or(&[][..], |plan| &plan.part);
        let marks: [(&str, &'static str); 12] = [
            ("mergeCell ", "合并单元格"),
            ("<f", "公式"),
            ("dataValidation ", "下拉选项"),
            ("conditionalFormatting", "条件格式"),
            ("sparkline", "迷你图"),
            ("pageSetup", "页面设置"),
            ("headerFooter", "页眉页脚"),
            ("rowBreaks", "分页符"),
            ("sheetProtection", "工作表保护"),
            ("pane ", "冻结窗格"),
            ("autoFilter", "筛选"),
            ("hyperlink ", "超链接"),
        ];
        let mut kept: Vec<&'static str> = marks
            .iter()
            .filter(|(mark, _)| memchr::memmem::find(part, mark.as_bytes()).is_some())
            .map(|mark| mark.1)
            .collect();
        for (kind, name) in
            [(SatelliteKind::Comments, "批注"), (SatelliteKind::Table, "表格"), (SatelliteKind::Chart, "图表")]
        {
            if self.satellites.iter().any(|satellite| satellite.kind == kind) {
                kept.push(name);
            }
        }
        let relations = self.satellites.iter().flat_map(|satellite| &satellite.relations);
        if relations.chain(&self.relations).any(|relation| relation.is("image")) {
            kept.push("图片");
        }
        kept
    }

    fn has_list(&self, list: &str) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.lists.iter().any(|own| own.list == list))
    }

    fn formulas(&self) -> impl Iterator<Item = &Formula> {
        self.plan.iter().flat_map(|plan| &plan.formulas)
    }
}

impl Lookup for BTreeMap<String, Value> {
    fn value(&self, title: &str) -> Option<&Value> {
        self.get(title)
    }
}

impl Lookup for Row {
    fn value(&self, title: &str) -> Option<&Value> {
        self.fields.get(title)
    }

    fn id(&self) -> &str {
        &self.id
    }
}

/// Does something with each row of a list.
type Body<'a> = dyn FnMut(&dyn Lookup) -> Result<(), Fault> + 'a;

/// Where the rows of lists come from.
trait Lists {
    fn length(&self, list: &str) -> usize;
    fn each(&mut self, list: &str, body: &mut Body) -> Result<(), Fault>;
}

/// The lists of a record.
struct Recorded<'a>(&'a BTreeMap<String, Vec<Row>>);

impl Lists for Recorded<'_> {
    fn length(&self, list: &str) -> usize {
        self.0.get(list).map_or(0, Vec::len)
    }

    fn each(&mut self, list: &str, body: &mut Body) -> Result<(), Fault> {
        self.0.get(list).into_iter().flatten().try_for_each(|row| body(row))
    }
}

/// One list as it comes, the others from a record.
struct Stream<'a, I> {
    others: Recorded<'a>,
    list: &'a str,
    columns: &'a [&'a str],
    length: usize,
    rows: Option<I>,
}

/// A streamed row: values in the order of the columns.
struct Streamed<'a> {
    columns: &'a [&'a str],
    values: &'a [Value],
}

impl Lookup for Streamed<'_> {
    fn value(&self, title: &str) -> Option<&Value> {
        self.columns.iter().position(|column| *column == title).and_then(|index| self.values.get(index))
    }
}

impl<R: AsRef<[Value]>, I: Iterator<Item = R>> Lists for Stream<'_, I> {
    fn length(&self, list: &str) -> usize {
        if list == self.list { self.length } else { self.others.length(list) }
    }

    fn each(&mut self, list: &str, body: &mut Body) -> Result<(), Fault> {
        if list != self.list {
            return self.others.each(list, body);
        }
        let columns = self.columns;
        self.rows.take().into_iter().flatten().try_for_each(|row| body(&Streamed { columns, values: row.as_ref() }))
    }
}

impl Template {
    /// Opens a template and checks it. `name` is what messages call it.
    pub fn open(bytes: &[u8], name: &str) -> Result<Template, Vec<Fault>> {
        let mut faults = Vec::new();
        let template = Template::load(bytes, name, &mut faults).map_err(|fault| vec![fault])?;
        template.check_elsewhere(&mut faults);
        if faults.is_empty() && !template.sheets.iter().any(TemplateSheet::is_filled) {
            faults.push(Fault::book(name, What::NothingToFill));
        }
        if faults.is_empty() { Ok(template) } else { Err(faults) }
    }

    fn load(bytes: &[u8], name: &str, faults: &mut Vec<Fault>) -> Result<Template, Fault> {
        let package = Package::open(bytes, name)?;
        let roots = package.relations("")?;
        let root = roots.iter().find(|relation| relation.is("officeDocument"));
        let root = root.ok_or_else(|| Fault::book(name, What::NotAWorkbook("压缩包里没有工作簿".to_string())))?;
        let part = root.target.clone();
        if part.ends_with(".bin") {
            return Err(Fault::book(name, What::OldFormat));
        }
        let contents = Contents::parse(&part, package.read(&part)?).map_err(|cause| package.bad(&part, cause))?;
        let relations = package.relations(&part)?;
        let find = |kind: &str| relations.iter().find(|relation| relation.is(kind)).map(|relation| relation.target.clone());
        let strings = match find("sharedStrings").map(|part| package.find(&part)).transpose()?.flatten() {
            Some(bytes) => text::shared(&bytes).map_err(|cause| package.bad("sharedStrings.xml", cause))?,
            None => Vec::new(),
        };
        let styles_part = find("styles").filter(|part| package.has(part));
        let mut styles = match &styles_part {
            Some(part) => Styles::parse(package.read(part)?).map_err(|cause| package.bad(part, cause))?,
            None => Styles::default(),
        };
        let types = package::content_type_of(&package.read("[Content_Types].xml")?)
            .map_err(|cause| package.bad("[Content_Types].xml", cause))?;
        let mut sheets = Vec::new();
        for entry in &contents.sheets {
            let relation = relations.iter().find(|relation| relation.id == entry.relation);
            let relation = relation.ok_or_else(|| package.bad(&part, format!("工作表“{}”没有内容", entry.name)))?;
            let around = Around { strings: &strings, styles: &styles };
            sheets.push(load_sheet(&package, name, &entry.name, relation, &around, faults)?);
        }
        for cell in sheets.iter().filter_map(|sheet| sheet.plan.as_ref()).flat_map(|plan| &plan.cells) {
            if let Some(TextPlan::Alone(..)) = cell.plan {
                styles.expect_date(cell.style);
            }
        }
        let summary =
            roots.iter().find(|relation| relation.is("extended-properties")).map(|relation| relation.target.clone());
        let old_marks = sheets.iter().find(|sheet| sheet.name == mark::SHEET).map(|sheet| sheet.part.clone());
        let largest_sheet_id = contents.sheets.iter().map(|sheet| sheet.id).max().unwrap_or(0);
        let mut template = Template {
            name: name.to_string(),
            package,
            contents,
            relations,
            styles,
            styles_part,
            sheets,
            types,
            calculates: false,
            largest_sheet_id,
            summary,
            old_marks,
            mark: Mark::of(name, bytes),
            marked: false,
        };
        template.find_changes();
        name_copies(&template.package, &mut template.sheets);
        template.check_followers(faults)?;
        Ok(template)
    }

    /// From now on filled workbooks carry which template they are from and which row is which, so that they can be read
    /// back: in a document property, a hidden column and a sheet that is not shown. Streamed lists carry none.
    pub fn marked(mut self) -> Template {
        self.marked = true;
        self
    }

    /// What filled workbooks are marked with.
    pub fn mark(&self) -> &Mark {
        &self.mark
    }

    /// The template's name, as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn sheets(&self) -> &[TemplateSheet] {
        &self.sheets
    }

    pub(super) fn styles(&self) -> &Styles {
        &self.styles
    }

    /// Sheets that show something that depends on what is filled in, through formulas and names.
    fn find_changes(&mut self) {
        let mut changed: HashSet<usize> = (0..self.sheets.len()).filter(|index| self.sheets[*index].is_filled()).collect();
        let mut names: Vec<&str> = Vec::new();
        loop {
            let before = (changed.len(), names.len());
            let speaks = |formula: &Formula, names: &[&str]| {
                formula.sheets().any(|sheet| changed.iter().any(|index| same_name(&self.sheets[*index].name, sheet)))
                    || names.iter().any(|name| formula.mentions(name))
            };
            let more: Vec<&str> = self
                .contents
                .names
                .iter()
                .filter(|name| !names.contains(&name.name.as_str()) && speaks(&name.formula, &names))
                .map(|name| name.name.as_str())
                .collect();
            names.extend(more);
            let more: Vec<usize> = (0..self.sheets.len())
                .filter(|index| !changed.contains(index) && self.sheets[*index].formulas().any(|f| speaks(f, &names)))
                .collect();
            changed.extend(more);
            if before == (changed.len(), names.len()) {
                break;
            }
        }
        for (index, sheet) in self.sheets.iter_mut().enumerate() {
            sheet.changes = changed.contains(&index);
        }
        self.calculates = self.sheets.iter().any(|sheet| sheet.changes && sheet.formulas().next().is_some());
    }

    /// What cannot follow a list: pivot tables, and placeholders where they are not filled.
    fn check_followers(&self, faults: &mut Vec<Fault>) -> Result<(), Fault> {
        let grows = |sheet: &TemplateSheet| sheet.plan.as_ref().is_some_and(|plan| !plan.lists.is_empty());
        for sheet in self.sheets.iter().filter(|sheet| grows(sheet)) {
            if sheet.relations.iter().any(|relation| relation.is("pivotTable")) {
                faults.push(Fault::sheet(&self.name, &sheet.name, What::Pivot));
            }
        }
        for cache in self.relations.iter().filter(|relation| relation.is("pivotCacheDefinition")) {
            let bytes = self.package.read(&cache.target)?;
            let mut tokens = xml::Tokens::of(&bytes);
            while let Some(token) = tokens.next().map_err(|cause| self.package.bad(&cache.target, cause))? {
                if token.starts("worksheetSource") {
                    let source = token.attribute("sheet").unwrap_or_default();
                    if let Some(sheet) = self.sheets.iter().find(|sheet| grows(sheet) && same_name(&sheet.name, &source)) {
                        faults.push(Fault::sheet(&self.name, &sheet.name, What::Pivot));
                    }
                    break;
                }
            }
        }
        Ok(())
    }

    fn check_elsewhere(&self, faults: &mut Vec<Fault>) {
        for sheet in &self.sheets {
            for satellite in &sheet.satellites {
                if let Some(what) = satellite::placeholder_in(satellite.kind, &satellite.bytes) {
                    faults.push(Fault::sheet(&self.name, &sheet.name, what));
                }
            }
            let Some(plan) = &sheet.plan else {
                continue;
            };
            for table in &sheet.tables {
                if let Some(place) = satellite::heading_with_placeholder(table, plan.placeholders().map(|(place, _)| place))
                {
                    faults.push(Fault::cell(&self.name, &sheet.name, place, What::TableHeading));
                }
            }
        }
    }

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

    /// The sheet that a book has once for each card.
    pub(super) fn card_sheet(&self) -> Result<usize, Fault> {
        let cards: Vec<usize> = (0..self.sheets.len())
            .filter(|index| self.sheets[*index].is_filled() && !self.sheets[*index].has_list(INDEX_LIST))
            .collect();
        match cards[..] {
            [card] => Ok(card),
            [] => Err(Fault::book(&self.name, What::NoCard)),
            _ => {
                let names: Vec<String> = cards.iter().map(|index| format!("“{}”", self.sheets[*index].name)).collect();
                Err(Fault::book(&self.name, What::WhichCard(names.join("、"))))
            }
        }
    }

    /// What keeps a sheet from being copied for each card.
    pub(super) fn card_obstacles(&self, card: usize) -> Vec<Fault> {
        let sheet = &self.sheets[card];
        let mut faults = Vec::new();
        let of_satellites = sheet.satellites.iter().flat_map(|satellite| &satellite.relations);
        for name in sheet.relations.iter().chain(of_satellites).filter_map(satellite::obstacle) {
            faults.push(Fault::sheet(&self.name, &sheet.name, What::CannotClone(name)));
        }
        let all_formulas = || {
            let of_sheets = self.sheets.iter().flat_map(TemplateSheet::formulas);
            of_sheets.chain(self.contents.names.iter().map(|name| &name.formula))
        };
        if sheet.tables.iter().any(|table| all_formulas().any(|formula| formula.mentions(&table.name))) {
            let what = What::CannotClone("公式里用到名字的表格（请“转换为区域”，或者公式改用单元格地址）");
            faults.push(Fault::sheet(&self.name, &sheet.name, what));
        }
        // Names of the whole workbook that mean the card become names of each copy.
        let turned: Vec<&str> = self
            .contents
            .names
            .iter()
            .filter(|name| name.local.is_none() && Contents::speaks_of(name, &sheet.name))
            .map(|name| name.name.as_str())
            .collect();
        let refers = |formula: &Formula| {
            formula.sheets().any(|other| same_name(other, &sheet.name)) || turned.iter().any(|name| formula.mentions(name))
        };
        for (index, other) in self.sheets.iter().enumerate() {
            let of_charts =
                other.satellites.iter().flat_map(|satellite| &satellite.pieces).filter_map(|piece| match piece {
                    Piece::Formula { formula, .. } => Some(&**formula),
                    _ => None,
                });
            if index != card && other.formulas().chain(of_charts).any(refers) {
                let what = What::RefersToCard("公式、格式或图表".to_string(), sheet.name.clone());
                faults.push(Fault::sheet(&self.name, &other.name, what));
            }
        }
        for name in &self.contents.names {
            if name.local.is_some_and(|local| local != card) && refers(&name.formula) {
                let what = What::RefersToCard(format!("名称 {}", name.name), sheet.name.clone());
                faults.push(Fault::book(&self.name, what));
            }
        }
        faults
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
        let plan = self.sheets[sheet].plan.as_ref().filter(|plan| plan.is_filled())?;
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

fn load_sheet(
    package: &Package,
    book: &str,
    name: &str,
    relation: &Relation,
    around: &Around,
    faults: &mut Vec<Fault>,
) -> Result<TemplateSheet, Fault> {
    let part = relation.target.clone();
    let mut sheet = TemplateSheet {
        name: name.to_string(),
        relations: package.relations(&part)?,
        part,
        copies: CopyNames::default(),
        plan: None,
        satellites: Vec::new(),
        tables: Vec::new(),
        changes: false,
    };
    if relation.is("worksheet") {
        let mut found = Vec::new();
        let plan = SheetPlan::parse(package.read(&sheet.part)?, around, &mut found);
        sheet.plan = Some(plan.map_err(|cause| package.bad(&sheet.part, cause))?);
        faults.extend(found.into_iter().map(|(place, what)| Fault {
            cell: place.map(|place: Place| place.to_string().into()),
            ..Fault::sheet(book, name, what)
        }));
    }
    let mut seen: HashSet<String> = HashSet::from([sheet.part.clone()]);
    let mut waiting: Vec<Relation> = sheet.relations.clone();
    while let Some(relation) = waiting.pop() {
        let Some(kind) = satellite::kind(&relation) else {
            continue;
        };
        // Pivot tables and the like reach parts of the whole workbook; copying them is refused elsewhere.
        if satellite::obstacle(&relation).is_some_and(|_| kind != SatelliteKind::Comments)
            || !seen.insert(relation.target.clone())
        {
            continue;
        }
        let Some(bytes) = package.find(&relation.target)? else {
            continue;
        };
        let relations = package.relations(&relation.target)?;
        waiting.extend(relations.iter().cloned());
        if kind == SatelliteKind::Table {
            sheet.tables.extend(satellite::table(&bytes));
        }
        sheet.satellites.push(Satellite {
            part: relation.target.clone(),
            kind,
            pieces: Vec::new(),
            bytes,
            relations,
            copies: CopyNames::default(),
        });
    }
    // Row identities stand beyond pictures, which would shrink over a hidden column.
    if let Some(plan) = &mut sheet.plan {
        let drawings = sheet.satellites.iter().filter(|satellite| satellite.kind == SatelliteKind::Drawing);
        let right = drawings.filter_map(|drawing| satellite::last_column(&drawing.bytes)).max().unwrap_or(0);
        plan.free_column = plan.free_column.max(right + 1);
    }
    sheet.satellites.sort_by(|one, other| one.part.cmp(&other.part));
    Ok(sheet)
}

/// Gives every part of a sheet the names its copies will have, behind all that are taken.
fn name_copies(package: &Package, sheets: &mut [TemplateSheet]) {
    let mut taken: HashMap<(String, String), u32> = HashMap::new();
    for part in package.names() {
        let (before, behind) = CopyNames::stem(part);
        let number = part[before.len()..part.len() - behind.len()].parse().unwrap_or(0);
        let largest = taken.entry((before.to_string(), behind.to_string())).or_default();
        *largest = number.max(*largest);
    }
    let next_table = sheets.iter().flat_map(|sheet| &sheet.tables).map(|table| table.id).max().unwrap_or(0) + 1;
    let changing: Vec<String> = sheets.iter().filter(|sheet| sheet.changes).map(|sheet| sheet.name.clone()).collect();
    let changes = |formula: &Formula| formula.sheets().any(|sheet| changing.iter().any(|name| same_name(name, sheet)));
    for sheet in sheets {
        let own = std::iter::once(sheet.part.as_str());
        let parts: Vec<&str> = own.chain(sheet.satellites.iter().map(|satellite| satellite.part.as_str())).collect();
        let mut steps: HashMap<(&str, &str), u32> = HashMap::new();
        let mut ordinals = Vec::new();
        for part in &parts {
            let count = steps.entry(CopyNames::stem(part)).or_default();
            ordinals.push(*count);
            *count += 1;
        }
        let names: Vec<CopyNames> = parts
            .iter()
            .zip(ordinals)
            .map(|(part, ordinal)| {
                let (before, behind) = CopyNames::stem(part);
                let largest = taken.get(&(before.to_string(), behind.to_string())).copied().unwrap_or(0);
                CopyNames {
                    before: before.to_string(),
                    behind: behind.to_string(),
                    first: largest + 1 + ordinal,
                    step: steps[&(before, behind)],
                }
            })
            .collect();
        let mut names = names.into_iter();
        sheet.copies = names.next().unwrap_or_default();
        let tables = sheet.tables.len() as u32;
        let mut table = 0;
        for (satellite, names) in sheet.satellites.iter_mut().zip(names) {
            satellite.copies = names;
            let ids = (next_table + table, tables);
            if satellite.kind == SatelliteKind::Table {
                table += 1;
            }
            // What cannot be read is copied as it is.
            satellite.pieces = satellite::pieces(satellite.kind, &satellite.bytes, ids, &changes)
                .unwrap_or_else(|_| vec![Piece::Raw(0..satellite.bytes.len())]);
        }
    }
}

impl Template {
    /// Every placeholder with its sheet and cell; headers and footers have no cell.
    pub fn placeholders(&self) -> impl Iterator<Item = (&str, Option<Place>, &Placeholder)> {
        self.sheets.iter().flat_map(|sheet| {
            let in_cells = sheet.plan.iter().flat_map(|plan| plan.placeholders());
            let in_headers = sheet.plan.iter().flat_map(|plan| plan.in_headers());
            let in_cells = in_cells.map(|(place, placeholder)| (sheet.name.as_str(), Some(place), placeholder));
            in_cells.chain(in_headers.map(|placeholder| (sheet.name.as_str(), None, placeholder)))
        })
    }
}
