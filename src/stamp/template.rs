//! A template workbook: opened and checked once, then filled with record after record.

use std::collections::{HashMap, HashSet};

use super::contents::Contents;
use super::fault::{Fault, What};
use super::formula::{Formula, same_name};
use super::mark::{self, Mark};
use super::package::{self, Package, Relation};
use super::piece::Piece;
use super::place::Place;
use super::placeholder::Placeholder;
use super::satellite::{self, CopyNames, Satellite, SatelliteKind, TableFacts};
use super::sheet::{Around, SheetPlan};
use super::styles::Styles;
use super::text::{self, TextPlan};
use super::xml;

/// The list whose rows are the cards of a book.
pub const INDEX_LIST: &str = "索引";

/// An ordinary workbook with placeholders in its cells.
pub struct Template {
    pub(super) name: String,
    pub(super) package: Package,
    pub(super) contents: Contents,
    /// Of the workbook.
    pub(super) relations: Vec<Relation>,
    pub(super) styles: Styles,
    pub(super) styles_part: Option<String>,
    pub(super) sheets: Vec<TemplateSheet>,
    pub(super) types: HashMap<String, String>,
    /// Something is calculated: have it calculated anew.
    pub(super) calculates: bool,
    pub(super) largest_sheet_id: u32,
    /// The part that sums the workbook up, with the names of its sheets.
    pub(super) summary: Option<String>,
    /// The part of marks the template itself brings, if it was made of a filled workbook.
    pub(super) old_marks: Option<String>,
    /// What filled workbooks are marked with, if they are.
    pub(super) mark: Mark,
    pub(super) marked: bool,
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
            let around = Around { strings: &strings, styles: &styles, calendar: contents.calendar };
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

    /// Every placeholder with its sheet and cell; headers and footers have no cell.
    pub fn placeholders(&self) -> impl Iterator<Item = (&str, Option<Place>, &Placeholder)> {
        self.sheets.iter().flat_map(|sheet| {
            let in_cells = sheet.plan.iter().flat_map(|plan| plan.placeholders());
            let in_headers = sheet.plan.iter().flat_map(|plan| plan.in_headers());
            let in_cells = in_cells.map(|(place, placeholder)| (sheet.name.as_str(), Some(place), placeholder));
            in_cells.chain(in_headers.map(|placeholder| (sheet.name.as_str(), None, placeholder)))
        })
    }

    /// Every placeholder of the sheets with the texts that say what its cell holds, nearest first: what stands around it
    /// in the cell, then the label: to its left, else above it; of a list above it.
    pub fn labels(&self) -> impl Iterator<Item = (&Placeholder, Vec<&str>)> {
        self.sheets.iter().filter_map(|sheet| sheet.plan.as_ref()).flat_map(|plan| {
            let text_at = |place: Place| plan.cells.iter().find(|cell| cell.place == place).map(|cell| &*cell.text.text);
            plan.placeholders().map(move |(place, placeholder)| {
                let own = text_at(place);
                (placeholder, own.into_iter().chain(plan.label_of(place)).collect())
            })
        })
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
