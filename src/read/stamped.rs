//! Cards that this program wrote and agents filled in: read through the template they were made with. Only what was
//! changed or added since counts as said; everything else is what we ourselves wrote there.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{Read, Seek};
use std::ops::ControlFlow;
use std::sync::OnceLock;

use chrono::NaiveDate;
use rustc_hash::FxHashSet;

use super::form::{FormSheet, OnOwnCard, Row, Written, shown_labels};
use super::heading::TopCell;
use super::ours::Ours;
use crate::cards::{Block, Design, DesignError, Fact, OWN_COMPANY, Source, is_worked_out, product_and_riders, resolve};
use crate::input::Input;
use crate::model::cell::Cell;
use crate::model::date::PartialDate;
use crate::model::list::{Kind, OwnRow, Slot};
use crate::model::relation::Relation;
use crate::model::report::TierSource;
use crate::problem::{Code, Outcome, Place, Problem, SourceId};
use crate::stamp::{
    FieldReading, Filled, Grid, INDEX_LIST, MARK_SHEET, Place as CellPlace, Reading, RowReading, Said, SheetReading, State,
    Value, as_date, is_marked,
};
use crate::templates::Templates;
use crate::templates::fields::{Field, Fields, Record, Role};
use crate::templates::workbooks::{FOLDERS, Form, Workbook};
use crate::workbook::{self, Format, Limits};

/// The templates that filled cards are read through, opened when the first is met.
pub struct CardReader<'t> {
    templates: &'t Templates,
    designs: OnceLock<Vec<Design>>,
    /// Templates of forms that others made: empty copies of them with placeholders in their cells.
    foreign: OnceLock<Vec<Design>>,
    cards: Cards<'t>,
}

/// How filled cards are read.
#[derive(Clone, Copy)]
pub enum Cards<'t> {
    /// Each through the template it was made with: what changed since is said, on cards of this office.
    Made(&'t Ours<'t>),
    /// Everything through this one: an empty copy of a form with placeholders.
    Through(&'t Design),
}

/// A list is never a form; whoever writes forms writes smaller files.
const LARGEST_FORM: u64 = 8 << 20;

/// A filled sheet.
pub struct StampedSheet {
    /// Its name.
    pub name: String,
    /// What it says.
    pub form: FormSheet,
}

impl<'t> CardReader<'t> {
    /// With the templates of an office.
    pub fn new(templates: &'t Templates, cards: Cards<'t>) -> Self {
        CardReader { templates, designs: OnceLock::new(), foreign: OnceLock::new(), cards }
    }

    /// The sheets of a file, if it is a book of cards that we wrote, or like a form for which there is a template.
    pub fn read(&self, input: &Input) -> Option<Vec<StampedSheet>> {
        match self.cards {
            Cards::Through(design) => self.read_through(&[design], input),
            Cards::Made(_) => self.read_own(input).or_else(|| self.read_foreign(input)),
        }
    }

    /// The sheets of a book of cards that we wrote and another program saved in another format, or with a password.
    pub fn read_saved(&self, workbook: &mut workbook::Workbook, input: &Input) -> Option<Vec<StampedSheet>> {
        let is_ours = workbook.sheets().iter().any(|sheet| sheet.name == MARK_SHEET);
        let own = |workbook: &mut _| is_ours.then(|| filled(workbook)).and_then(|filled| self.read_filled(&filled));
        match self.cards {
            Cards::Through(_) => self.read_saved_foreign(workbook, input).or_else(|| own(workbook)),
            Cards::Made(_) => own(workbook).or_else(|| self.read_saved_foreign(workbook, input)),
        }
    }

    /// A form of others that was filled in, and saved in another format than the empty copy of it.
    fn read_saved_foreign(&self, workbook: &mut workbook::Workbook, input: &Input) -> Option<Vec<StampedSheet>> {
        // In its own format it was looked at before.
        if *workbook.format() == Format::Xlsx {
            return None;
        }
        let designs: Vec<&Design> = match self.cards {
            Cards::Through(design) => vec![design],
            Cards::Made(_) => self.foreign(input)?,
        };
        let filled = filled(workbook);
        let read = designs.iter().map(|design| design.read(&filled)).find(|reading| !reading.sheets.is_empty())?;
        Some(self.sheets(read))
    }

    fn read_foreign(&self, input: &Input) -> Option<Vec<StampedSheet>> {
        self.read_through(&self.foreign(input)?, input)
    }

    /// The templates of other people's forms, if there are any, and the file is not too large to be one.
    fn foreign(&self, input: &Input) -> Option<Vec<&Design>> {
        let foreign = self.foreign.get_or_init(|| foreign(self.templates).unwrap_or_default());
        let length = std::fs::metadata(&input.path).map_or(0, |about| about.len());
        (!foreign.is_empty() && length <= LARGEST_FORM).then(|| foreign.iter().collect())
    }

    fn read_through(&self, designs: &[&Design], input: &Input) -> Option<Vec<StampedSheet>> {
        let bytes = workbook::bytes_of(input, &Limits::default()).ok()?;
        let filled = Filled::open(&bytes, &input.name).ok()?;
        let read = designs.iter().map(|design| design.read(&filled)).find(|reading| !reading.sheets.is_empty())?;
        Some(self.sheets(read))
    }

    fn read_own(&self, input: &Input) -> Option<Vec<StampedSheet>> {
        let bytes = marked_bytes(input)?;
        self.read_filled(&Filled::open(&bytes, &input.name).ok()?)
    }

    /// What a book says that names the template it was made with: read through that very version. Through another,
    /// what stands in a field's place now would be taken for the field.
    fn read_filled(&self, filled: &Filled) -> Option<Vec<StampedSheet>> {
        let mark = filled.filled_from()?;
        let designs = self.designs.get_or_init(|| self.open());
        if let Some(design) = designs.iter().find(|design| design.mark().version == mark.version) {
            return Some(self.sheets(design.read(filled)));
        }
        let what = format!("这本卡是照一份已经找不到的“{}”写的，不知道哪一格是什么，整本没有读", mark.template);
        let place = Place::sheet(SourceId(0));
        let problem = problem(Code::TemplateGone, place, "", "", what, Outcome::NotRead);
        let form = FormSheet { problems: vec![problem], ..FormSheet::default() };
        Some(vec![StampedSheet { name: String::new(), form }])
    }

    /// The office's own templates, the built-in ones, and those that cards were ever written with.
    fn open(&self) -> Vec<Design> {
        let office = self.templates.office.as_deref();
        let of = |form: &Form| [Workbook::of(*form, office), Workbook::of(*form, None)];
        let used = match self.cards {
            Cards::Made(ours) => ours.templates(),
            Cards::Through(_) => Vec::new(),
        };
        let workbooks = Form::ALL.iter().flat_map(of).flatten().chain(used);
        workbooks.filter_map(|workbook| Design::open(&workbook, self.templates).ok()).collect()
    }

    fn sheets(&self, mut reading: Reading) -> Vec<StampedSheet> {
        let titles = Titles { fields: &self.templates.fields, known: RefCell::default() };
        for sheet in &mut reading.sheets {
            if !self.is_ours(sheet, &titles) {
                titles.say_all(sheet);
            }
        }
        let is_index =
            |sheet: &SheetReading| sheet.rows.contains_key(INDEX_LIST) || sheet.record.lists.contains_key(INDEX_LIST);
        let mut sheets = Vec::new();
        for (index, sheet) in reading.sheets.iter().enumerate() {
            let card = || Card::new(self.templates, &titles, sheet, index);
            let form = if is_index(sheet) { card().index() } else { card().read() };
            sheets.push(StampedSheet { name: sheet.sheet.clone(), form });
        }
        for written in reading.notes.chunk_by(|(one, _), (other, _)| one == other) {
            let mut form = FormSheet::default();
            for (_, note) in written {
                let what = "这张工作表上写的不读；写到客户的卡上（有标题的格子或备注）".to_string();
                let (row, column) = at(note.place);
                let place = Place::cell(SourceId(sheets.len() as u32), row, column);
                form.problems.push(problem(Code::CardIndexIgnored, place, "", &note.text, what, Outcome::CellSetAside));
            }
            sheets.push(StampedSheet { name: written[0].0.clone(), form });
        }
        let mut apart = |name: &str, code, what: String, outcome| {
            let place = Place::sheet(SourceId(sheets.len() as u32));
            let problem = problem(code, place, "", "", what, outcome);
            sheets.push(StampedSheet {
                name: name.to_string(),
                form: FormSheet { problems: vec![problem], ..FormSheet::default() },
            });
        };
        for name in &reading.strange_sheets {
            let what = "这张工作表不是服务卡，没有读；有客户资料的，另存成一个文件再放进来".to_string();
            apart(name, Code::SheetUnknown, what, Outcome::NotRead);
        }
        for number in &reading.gone {
            let what = format!("{number} 的卡从这本里删掉了；卡库里的资料没有动");
            apart(number, Code::CardDeleted, what, Outcome::KeptAsIs);
        }
        sheets
    }
}

impl CardReader<'_> {
    /// Whether a sheet is a card of this office: what was not changed on it is known. Forms without a number are
    /// nobody's yet.
    fn is_ours(&self, sheet: &SheetReading, titles: &Titles<'_>) -> bool {
        match self.cards {
            Cards::Made(ours) => sheet.record.id.is_empty() || ours.has(&sheet.record.id, &titles.names(sheet)),
            Cards::Through(_) => true,
        }
    }
}

/// What the sheets of a workbook of any format say.
fn filled(workbook: &mut workbook::Workbook) -> Filled {
    let mut filled = Filled::default();
    for index in 0..workbook.sheets().len() {
        let mut grid = Grid { name: workbook.sheets()[index].name.clone(), ..Grid::default() };
        // Where the file breaks off, what came before it stands.
        let _ = workbook.stream(index, &mut |row| {
            for (column, cell) in row.cells {
                let value = value_of(*cell);
                if !value.is_blank() {
                    grid.cells.insert((row.number, column + 1), Said { value, formula: None });
                }
            }
            ControlFlow::Continue(())
        });
        filled.sheets.push(grid);
    }
    filled
}

fn value_of(cell: Cell<'_>) -> Value {
    match cell {
        Cell::Blank => Value::Blank,
        Cell::Text(text) | Cell::Error(text) => Value::from(text),
        Cell::Number(number) => Value::Number(number),
        Cell::Serial(serial) => as_date(serial).unwrap_or(Value::Number(serial)),
        Cell::Bool(is) => Value::from(if is { "TRUE" } else { "FALSE" }),
    }
}

/// The templates of other people's forms in an office's 模板: every workbook there that is none of our three.
pub fn foreign(templates: &Templates) -> Result<Vec<Design>, DesignError> {
    let own = Form::ALL.map(|form| format!("{}.xlsx", form.title()));
    let mut paths = Vec::new();
    for folder in templates.office.iter().flat_map(|office| FOLDERS.map(|folder| office.join(folder))) {
        let Ok(entries) = std::fs::read_dir(folder) else { continue };
        paths.extend(entries.flatten().map(|entry| entry.path()).filter(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            name.ends_with(".xlsx") && !name.starts_with("~$") && !own.contains(&name)
        }));
    }
    paths.sort();
    paths.iter().map(|path| Design::open(&Workbook::at(path)?, templates)).collect()
}

/// The bytes of a workbook that says which template it was filled from.
fn marked_bytes(input: &Input) -> Option<Vec<u8>> {
    if input.inside.is_empty() {
        let mut file = std::fs::File::open(&input.path).ok()?;
        if !is_marked(&mut file) {
            return None;
        }
        file.rewind().ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        return Some(bytes);
    }
    let bytes = workbook::bytes_of(input, &Limits::default()).ok()?;
    is_marked(std::io::Cursor::new(&bytes)).then_some(bytes)
}

fn problem(code: Code, place: Place, field: &str, found: &str, what: String, outcome: Outcome) -> Problem {
    Problem { code, place, field: field.into(), found: found.into(), what: what.into(), outcome }
}

/// What the titles of a template stand for, each looked up once a book.
struct Titles<'t> {
    fields: &'t Fields,
    known: RefCell<HashMap<Block, HashMap<String, Option<Source>>>>,
}

impl Titles<'_> {
    /// The names on a card that were not changed.
    fn names(&self, sheet: &SheetReading) -> FxHashSet<String> {
        let is_name = |block: Block, title: &str| {
            matches!(self.source(block, title), Some(Source::Field(Field::NAME) | Source::Fact(Fact::Head)))
        };
        let said = |value: Option<&Value>| value.map(Value::text).filter(|text| !text.is_empty());
        let kept = sheet.fields.iter().filter(|(_, field)| field.state == State::Kept);
        let of_fields = kept
            .filter(|(title, _)| is_name(Block::Card, title))
            .filter_map(|(title, _)| said(sheet.record.fields.get(title)));
        let members = Block::Members.name();
        let rows = sheet.record.lists.get(members).into_iter().flatten();
        let kept = rows.zip(sheet.rows.get(members).into_iter().flatten()).filter(|(_, row)| row.state == State::Kept);
        let of_rows = kept.flat_map(|(row, _)| {
            row.fields.iter().filter(|(title, _)| is_name(Block::Members, title)).filter_map(|(_, value)| said(Some(value)))
        });
        of_fields.chain(of_rows).collect()
    }

    /// Nobody here knows what a card said when it was written: all of it is said now. A tier that rules gave is not.
    fn say_all(&self, sheet: &mut SheetReading) {
        let of = |fact: Fact| move |title: &&String| self.source(Block::Card, title) == Some(Source::Fact(fact));
        let source = sheet.record.fields.keys().find(of(Fact::TierSource)).and_then(|title| sheet.record.fields.get(title));
        let by_hand = source.is_none_or(|source| source.text() == TierSource::Hand.title());
        for (title, field) in &mut sheet.fields {
            if by_hand || !of(Fact::Tier)(&title) {
                field.state = State::Unknown;
            }
        }
        for (list, rows) in &mut sheet.rows {
            let ids = sheet.record.lists.get(list).into_iter().flatten().map(|row| row.id.as_str());
            for (row, _) in rows.iter_mut().zip(ids).filter(|(_, id)| !is_worked_out(id)) {
                row.state = State::Unknown;
                row.edited.clear();
            }
        }
        sheet.deleted.clear();
    }

    fn source(&self, block: Block, title: &str) -> Option<Source> {
        let mut known = self.known.borrow_mut();
        let known = known.entry(block).or_default();
        if let Some(source) = known.get(title) {
            return *source;
        }
        let source = resolve(block, title, self.fields).ok();
        known.insert(title.to_string(), source);
        source
    }
}

/// One filled card on its way into lists.
struct Card<'a> {
    templates: &'a Templates,
    titles: &'a Titles<'a>,
    sheet: &'a SheetReading,
    index: usize,
    out: FormSheet,
    client: Vec<Written>,
    /// Whose card it is by its marks, if it is known what stood on it.
    own: Option<OwnRow>,
    /// The day it stands for.
    as_of: Option<NaiveDate>,
    /// Policies without a number, with the cell they begin at.
    unnumbered: Vec<(String, (u32, u32))>,
}

/// Columns that say who the client is: said with every row, so that it is booked to the right household.
const WHO: [Field; 4] = [Field::NAME, Field::BIRTH, Field::GENDER, Field::PHONE];

impl<'a> Card<'a> {
    fn new(templates: &'a Templates, titles: &'a Titles<'a>, sheet: &'a SheetReading, index: usize) -> Self {
        let mut card = Card {
            templates,
            titles,
            sheet,
            index,
            out: FormSheet::default(),
            client: Vec::new(),
            own: None,
            as_of: None,
            unnumbered: Vec::new(),
        };
        card.own = card.whose_card();
        card.as_of = card.stands_for();
        card
    }

    /// Whose card it is, if somebody knows what stood on it.
    fn whose_card(&self) -> Option<OwnRow> {
        let SheetReading { record, fields, rows, .. } = self.sheet;
        let states = fields.values().map(|field| field.state).chain(rows.values().flatten().map(|row| row.state));
        if record.id.is_empty() || states.into_iter().all(|state| matches!(state, State::Unknown | State::Added)) {
            return None;
        }
        let members = record.lists.get(Block::Members.name()).into_iter().flatten();
        let is_relation =
            |title: &str| self.titles.source(Block::Members, title) == Some(Source::Field(Field::RELATION_TO_HEAD));
        let mut oneself = members.filter(|row| {
            row.fields.iter().any(|(title, value)| is_relation(title) && value.text() == Relation::Oneself.title())
        });
        let client = oneself.find_map(|row| row.id.parse().ok());
        let is_name = |title: &str| {
            let source = self.titles.source(Block::Card, title);
            matches!(source, Some(Source::Field(Field::NAME) | Source::Fact(Fact::Head)))
        };
        let mut kept = fields.iter().filter(|(title, field)| field.state == State::Kept && is_name(title));
        let name = kept.find_map(|(title, _)| record.fields.get(title)).map(Value::text).unwrap_or_default();
        Some(OwnRow { household: record.id.as_str().into(), client, name: name.into(), ..OwnRow::default() })
    }

    /// 资料截至.
    fn stands_for(&self) -> Option<NaiveDate> {
        let title = |title: &&String| self.titles.source(Block::Card, title) == Some(Source::Fact(Fact::AsOf));
        let value = self.sheet.record.fields.get(self.sheet.record.fields.keys().find(title)?)?;
        PartialDate::read(Cell::from(value.text().as_str())).good()?.day()
    }

    /// A row as it goes into the lists, with what the marks of the card say of it.
    fn booked(&self, kind: Kind, begins: (u32, u32), cells: Vec<Written>, marks: Marks) -> Row {
        let own = self.own.as_ref().map(|own| OnOwnCard {
            row: OwnRow { member: marks.member, was_there: marks.was_there, ..own.clone() },
            kept: marks.kept,
            as_of: self.as_of,
        });
        Row { kind, sheet: self.index, at: begins, cells, own }
    }

    fn read(mut self) -> FormSheet {
        let number = &self.sheet.record.id;
        let begins = self.sheet.fields.values().map(|field| at(field.place)).min().unwrap_or((1, 0));
        if !number.is_empty() {
            let slot = Some(Slot::of(Field::HOUSEHOLD_NO));
            self.client.push(written(slot, "客户编号", TopCell::Text(number.clone()), begins));
        }
        let mut said = Vec::new();
        for (title, field) in &self.sheet.fields {
            self.field(title, field, &mut said);
        }
        for (list, readings) in &self.sheet.rows {
            let Some(block) = Block::named(Some(list)) else { continue };
            let Some(rows) = self.sheet.record.lists.get(list) else { continue };
            for (row, reading) in rows.iter().zip(readings) {
                self.out.present += row.fields.values().filter(|value| !value.is_blank()).count();
                if matches!(reading.state, State::Added | State::Edited | State::Unknown) {
                    self.row(block, row, reading);
                    self.renamed(block, reading);
                }
            }
        }
        self.without_number(&mut said);
        if !said.is_empty() {
            let mut marks = Marks { was_there: true, ..Marks::default() };
            let cells = joined(said, &self.client, &mut marks);
            self.out.rows.insert(0, self.booked(Kind::Register, begins, cells, marks));
        }
        self.deletions();
        self.strange();
        self.out.understood = self.out.present;
        self.out.present += self.sheet.strange.len();
        self.out.cards = usize::from(!self.out.rows.is_empty());
        self.out.labels = shown_labels(&self.out.rows);
        self.out
    }

    /// The index is not read: it says what the cards say. What was written there is told, cell by cell.
    fn index(mut self) -> FormSheet {
        let sheet = self.sheet;
        for (title, field) in sheet.fields.iter().filter(|(_, field)| field.state == State::Edited) {
            let said = sheet.record.fields.get(title).map(Value::text).unwrap_or_default();
            self.tell_index(field.place, title, &said, "");
        }
        for (list, readings) in &sheet.rows {
            let rows = sheet.record.lists.get(list).into_iter().flatten();
            for (row, reading) in rows.zip(readings) {
                let titles: Vec<&String> = match reading.state {
                    State::Edited => reading.edited.iter().collect(),
                    State::Added => row.fields.keys().take(1).collect(),
                    State::Kept | State::Unknown => Vec::new(),
                };
                for title in titles {
                    let said = row.fields.get(title).map(Value::text).unwrap_or_default();
                    let place = reading.places.get(title).copied();
                    self.tell_index(place.unwrap_or(CellPlace { row: reading.row, column: 1 }), title, &said, &row.id);
                }
            }
        }
        self.strange();
        self.out
    }

    fn tell_index(&mut self, place: CellPlace, title: &str, said: &str, number: &str) {
        let card = if number.is_empty() { "客户".to_string() } else { format!(" {number} ") };
        let what = format!("索引卡上写的不读。要改“{title}”，改在{card}的卡上");
        self.tell(Code::CardIndexIgnored, place, title, said, what, Outcome::CellSetAside);
    }

    /// A field of the card: who it is about, and what was changed.
    fn field(&mut self, title: &str, reading: &FieldReading, said: &mut Vec<Written>) {
        let value = self.sheet.record.fields.get(title).unwrap_or(&Value::Blank);
        self.out.present += usize::from(!value.is_blank());
        let Some(source) = self.titles.source(Block::Card, title) else { return };
        let slot = match source {
            Source::Field(field) => Some(Slot::of(field)),
            Source::Fact(Fact::Tier) => Some(Slot::of(Field::CLIENT_TYPE)),
            Source::Fact(Fact::Head) => Some(Slot::of(Field::NAME)),
            Source::Fact(Fact::Age) => Some(Slot::of(Field::AGE)),
            Source::Fact(_) => None,
        };
        let is_changed = matches!(reading.state, State::Edited | State::Added | State::Unknown);
        if slot == Some(Slot::of(Field::HOUSEHOLD_NO)) {
            let own = &self.sheet.record.id;
            if is_changed && !value.is_blank() && !own.is_empty() && value.text() != *own {
                let what = format!("卡上的编号改成了“{}”，仍按 {} 记", value.text(), self.sheet.record.id);
                self.tell(Code::NumberBad, reading.place, title, &value.text(), what, Outcome::CellSetAside);
            } else if self.sheet.record.id.is_empty() && !value.is_blank() {
                self.client.push(written(slot, title, cell_of(value), at(reading.place)));
            }
            return;
        }
        // On a form that began empty nobody knows yet who serves the client.
        let names_agent = slot == Some(Slot::of(Field::AGENT)) && self.sheet.record.id.is_empty();
        let is_who = names_agent || slot.is_some_and(|slot| WHO.contains(&slot.field));
        if is_who && !value.is_blank() {
            self.client.push(written(slot, title, cell_of(value), at(reading.place)));
        }
        if !is_changed {
            return;
        }
        match slot {
            None if value.is_blank() => {}
            None if reading.state == State::Unknown => {}
            None => {
                let what = format!("“{title}”是算出来的，改了不算");
                self.tell(Code::CardCellIgnored, reading.place, title, &value.text(), what, Outcome::CellSetAside);
            }
            Some(_) if value.is_blank() && reading.state == State::Edited => {
                let what = format!("“{title}”被清空了，卡库里原来的值没有动");
                self.tell(Code::CardDeleted, reading.place, title, "", what, Outcome::KeptAsIs);
            }
            Some(_) if value.is_blank() => {}
            Some(slot) => said.push(written(Some(slot), title, cell_of(value), at(reading.place))),
        }
    }

    /// A row of a list that was changed or added: all it says, as one row of the list it belongs to.
    fn row(&mut self, block: Block, stamped: &crate::stamp::Row, reading: &RowReading) {
        let (kind, role) = match block {
            Block::Members => (Kind::Relatives, Role::Member),
            Block::Policies | Block::Lapsed => (Kind::CardPolicies, Role::Client),
            Block::Visits => (Kind::Visits, Role::Client),
            Block::Needs => (Kind::Needs, Role::Client),
            Block::Referrals => (Kind::Referrals, Role::Client),
            Block::Family => (Kind::Family, Role::Member),
            Block::Card | Block::Totals | Block::Index => return,
        };
        let was_there = reading.state == State::Edited;
        let mut marks = Marks { was_there, ..Marks::default() };
        let mut cells = Vec::new();
        let (mut riders, mut products_kept) = (Vec::new(), false);
        for (title, value) in stamped.fields.iter().filter(|(_, value)| !value.is_blank()) {
            let Some(source) = self.titles.source(block, title) else { continue };
            let slot = match source {
                Source::Field(field) => {
                    let of = self.templates.fields.entry(field).of;
                    let role = if of == Record::Person { self.role_of(title).unwrap_or(role) } else { Role::Client };
                    Slot::whose(role, field)
                }
                Source::Fact(Fact::Applicant) => Slot::whose(Role::Applicant, Field::NAME),
                Source::Fact(Fact::Insured) => Slot::whose(Role::Insured, Field::NAME),
                Source::Fact(Fact::Insurer) if value.text() == OWN_COMPANY => continue,
                Source::Fact(Fact::Insurer) => Slot::of(Field::INSURER),
                Source::Fact(Fact::Product) => Slot::of(Field::PRODUCT),
                Source::Fact(Fact::AnnualPremium) => Slot::of(Field::ANNUAL_PREMIUM),
                Source::Fact(Fact::Age) => Slot::whose(role, Field::AGE),
                Source::Fact(_) => continue,
            };
            let place = reading.places.get(title).copied().unwrap_or(CellPlace { row: reading.row, column: 1 });
            if was_there && !reading.edited.contains(title) {
                marks.kept.insert(slot);
            }
            if source == Source::Fact(Fact::Product) {
                products_kept = marks.kept.contains(&slot);
                let (product, with) = product_and_riders(&value.text());
                cells.push(written(Some(slot), title, TopCell::Text(product), at(place)));
                riders = with.into_iter().map(|rider| (rider, at(place))).collect();
                continue;
            }
            cells.push(written(Some(slot), title, cell_of(value), at(place)));
        }
        for (nth, (rider, place)) in riders.into_iter().enumerate() {
            let slot = Slot { nth: nth as u8, ..Slot::of(Field::RIDER_PRODUCT) };
            marks.kept.extend(products_kept.then_some(slot));
            cells.push(written(Some(slot), &format!("附险险种{}", nth + 1), TopCell::Text(rider), place));
        }
        if cells.is_empty() {
            return;
        }
        let begins = cells.iter().map(|cell| cell.at).min().unwrap_or((reading.row, 0));
        match kind {
            Kind::Relatives if self.is_oneself(&cells) => {
                // What a card says of the holder among the members is said of the client.
                let own = cells.into_iter().filter(|cell| cell.slot != Some(Slot::of(Field::RELATION_TO_HEAD)));
                let of_client = |slot: Slot| Slot { role: Role::Client, ..slot };
                let own = own.map(|cell| Written { slot: cell.slot.map(of_client), ..cell });
                marks.kept = marks.kept.into_iter().map(of_client).collect();
                let cells = joined(own.collect(), &self.client, &mut marks);
                self.out.rows.push(self.booked(Kind::Register, begins, cells, marks));
            }
            Kind::Relatives => {
                marks.member = stamped.id.parse().ok().filter(|_| was_there);
                let cells = joined(cells, &self.whose(Role::Head), &mut marks);
                self.out.rows.push(self.booked(kind, begins, cells, marks));
            }
            Kind::CardPolicies => self.policy(cells, begins, marks),
            Kind::Family => self.out.rows.push(self.booked(kind, begins, cells, marks)),
            _ => {
                let cells = joined(cells, &self.client, &mut marks);
                self.out.rows.push(self.booked(kind, begins, cells, marks));
            }
        }
    }

    /// What a row is known by was changed: it is another one now, and the old one stays.
    fn renamed(&mut self, block: Block, reading: &RowReading) {
        const KNOWN_BY: [Field; 7] = [
            Field::VISIT_TIME,
            Field::VISIT_TOPIC,
            Field::VISIT_CONTENT,
            Field::NEED_TEXT,
            Field::FRIEND_NAME,
            Field::POLICY_NO,
            Field::NAME,
        ];
        for title in &reading.edited {
            let source = self.titles.source(block, title);
            let known_by = matches!(source, Some(Source::Field(field)) if KNOWN_BY.contains(&field));
            let place = reading.places.get(title).copied();
            if let (true, Some(place)) = (known_by, place) {
                let what = match self.own.is_some() && block == Block::Members {
                    true => format!("“{title}”改过了：按改正这个人的姓名记。换了一个人的，另起一行写"),
                    false => format!("“{title}”改过了：改后的按新的一条记，改前的那一条还在"),
                };
                self.tell(Code::CardRowChanged, place, title, "", what, Outcome::KeptAsIs);
            }
        }
    }

    /// A policy, with who holds it: the client of the card unless it says otherwise. Without a number it is kept as
    /// text, and told.
    fn policy(&mut self, mut cells: Vec<Written>, begins: (u32, u32), mut marks: Marks) {
        let text =
            |cells: &[Written], slot: Slot| cells.iter().find(|cell| cell.slot == Some(slot)).map(|cell| cell.cell.text());
        if text(&cells, Slot::of(Field::POLICY_NO)).is_some() {
            let (holder, client) = (Slot::whose(Role::Applicant, Field::NAME), Slot::of(Field::NAME));
            // Whoever else holds it has not the telephone of the client.
            let is_client = text(&cells, holder).is_none_or(|name| Some(name) == text(&self.client, client));
            let who = if is_client { self.whose(Role::Applicant) } else { Vec::new() };
            let cells = joined(cells, &who, &mut marks);
            self.out.rows.push(self.booked(Kind::CardPolicies, begins, cells, marks));
            return;
        }
        cells.sort_by_key(|cell| cell.at);
        let text = cells.iter().map(|cell| cell.cell.text()).collect::<Vec<_>>().join(" ");
        let what = "没有保单号，记在“已有保单”里，不算进保单件数。补上保单号，就能当作一张保单".to_string();
        let place = CellPlace { row: begins.0, column: begins.1 + 1 };
        self.tell(Code::RowNoNumber, place, "保单号", &text, what, Outcome::KeptAsIs);
        self.unnumbered.push((text, begins));
    }

    /// Policies without a number go to what the card says of 已有保单, behind what stands there.
    fn without_number(&mut self, said: &mut Vec<Written>) {
        let Some(field) = self.templates.fields.by_key("known_policies") else { return };
        let Some(first) = self.unnumbered.first().map(|(_, at)| *at) else { return };
        let slot = Some(Slot::of(field));
        let title = &self.templates.fields.entry(field).title;
        let there = self.sheet.record.fields.get(title).map(Value::text).unwrap_or_default();
        let mut texts: Vec<&str> = there.split('；').filter(|text| !text.is_empty()).collect();
        for (text, _) in &self.unnumbered {
            if !texts.contains(&text.as_str()) {
                texts.push(text);
            }
        }
        let cell = TopCell::Text(texts.join("；"));
        said.retain(|cell| cell.slot != slot);
        said.push(written(slot, title, cell, first));
    }

    /// Whom a title of a family sheet speaks of: 户主姓名, 成员手机.
    fn role_of(&self, title: &str) -> Option<Role> {
        let key = crate::templates::heading::Heading::of(title).key;
        self.templates.fields.claims(&key).0.iter().find_map(|claim| claim.role)
    }

    fn is_oneself(&self, cells: &[Written]) -> bool {
        let relation = cells.iter().find(|cell| cell.slot == Some(Slot::of(Field::RELATION_TO_HEAD)));
        relation.is_some_and(|cell| cell.cell.text() == "本人")
    }

    /// Who the client is, in another role.
    fn whose(&self, role: Role) -> Vec<Written> {
        let of = |cell: &Written| {
            let slot = cell.slot?;
            let slot = if WHO.contains(&slot.field) { Slot { role, ..slot } } else { slot };
            (role != Role::Applicant || slot.field != Field::HOUSEHOLD_NO)
                .then(|| Written { slot: Some(slot), ..cell.clone() })
        };
        self.client.iter().filter_map(of).collect()
    }

    fn deletions(&mut self) {
        for (list, id) in &self.sheet.deleted {
            let is_ours = Block::named(Some(list)).is_some_and(|block| block != Block::Totals);
            if is_ours {
                let what = format!("“{list}”里删掉了一行（{id}），卡库里原来的没有动");
                let place = CellPlace { row: 1, column: 1 };
                self.tell(Code::CardDeleted, place, list, "", what, Outcome::KeptAsIs);
            }
        }
        if self.sheet.copy {
            let what = format!("这张卡是从 {} 的卡复制出来的，当作同一户读", self.sheet.record.id);
            self.tell(
                Code::CardCopied,
                CellPlace { row: 1, column: 1 },
                "客户编号",
                &self.sheet.record.id.clone(),
                what,
                Outcome::KeptAsIs,
            );
        }
    }

    fn strange(&mut self) {
        for (place, text) in &self.sheet.comments {
            let what = "批注不读进卡里，只列在这里".to_string();
            self.tell(Code::CardComment, *place, "", text, what, Outcome::PassedOver);
        }
        for strange in &self.sheet.strange {
            self.tell(
                Code::CardCellUnread,
                strange.place,
                "",
                &strange.text,
                strange.why.to_string(),
                Outcome::CellSetAside,
            );
        }
    }

    fn tell(&mut self, code: Code, place: CellPlace, field: &str, found: &str, what: String, outcome: Outcome) {
        let (row, column) = at(place);
        let place = Place::cell(SourceId(self.index as u32), row, column);
        self.out.problems.push(problem(code, place, field, found, what, outcome));
    }
}

/// What the marks of a card say of one of its rows.
#[derive(Default)]
struct Marks {
    member: Option<u32>,
    was_there: bool,
    /// What is as it was, or stands elsewhere on the card.
    kept: FxHashSet<Slot>,
}

/// A row, with who it is about where it does not say so itself.
fn joined(mut cells: Vec<Written>, who: &[Written], marks: &mut Marks) -> Vec<Written> {
    let missing: Vec<Written> = who.iter().filter(|who| !cells.iter().any(|cell| cell.slot == who.slot)).cloned().collect();
    marks.kept.extend(missing.iter().filter_map(|cell| cell.slot));
    cells.extend(missing);
    cells
}

/// Row from 1 and column from 0.
fn at(place: CellPlace) -> (u32, u32) {
    (place.row, place.column.saturating_sub(1))
}

fn written(slot: Option<Slot>, heading: &str, cell: TopCell, at: (u32, u32)) -> Written {
    Written { slot, heading: heading.to_string(), hint: String::new(), cell, raw: None, at }
}

/// A value as the readers of cells take it.
fn cell_of(value: &Value) -> TopCell {
    TopCell::Text(match value {
        Value::DateTime(moment) => moment.format("%Y-%m-%d %H:%M").to_string(),
        value => value.text(),
    })
}
