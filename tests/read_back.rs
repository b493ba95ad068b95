//! Filled workbooks read back: what was put in comes out, and what somebody did to it is told apart.

#[path = "stamping/common.rs"]
mod common;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::LazyLock;

use any::Edit;
use common::*;
use fuwuka::stamp::{Filled, Place, Reading, Record, Row, Said, SheetReading, State, Template, Value};
use proptest::prelude::*;

/// Templates are opened once and filled from as many threads as one likes.
static OPENPYXL: LazyLock<Template> = LazyLock::new(|| marked("openpyxl"));

fn marked(name: &str) -> Template {
    template(name).marked()
}

fn book(template: &Template, cards: &[Record]) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    template.book(cards, &index(cards), &mut out).expect("a book");
    out.into_inner()
}

fn sheet<'r>(reading: &'r Reading, name: &str) -> &'r SheetReading {
    reading.sheets.iter().find(|sheet| sheet.sheet == name).unwrap_or_else(|| panic!("{name} is read"))
}

#[track_caller]
fn untouched(sheet: &SheetReading, want: &Record) {
    assert_eq!(sheet.record.id, want.id);
    assert_eq!(sheet.record.fields, want.fields);
    for (list, rows) in &want.lists {
        assert_eq!(sheet.record.lists.get(list), Some(rows), "{list}");
    }
    assert!(sheet.strange.is_empty(), "{:?}", sheet.strange);
    assert!(sheet.missing.is_empty(), "{:?}", sheet.missing);
    assert!(sheet.deleted.is_empty(), "{:?}", sheet.deleted);
    assert!(!sheet.copy);
    let states = sheet.fields.values().map(|field| field.state).chain(sheet.rows.values().flatten().map(|row| row.state));
    assert!(states.into_iter().all(|state| state == State::Kept));
}

#[test]
fn what_was_put_in_comes_out() {
    for name in TEMPLATES {
        let template = marked(name);
        for policies in [0, 1, 4] {
            let want = card(7, policies);
            let reading = template.read(&template.stamp(&want).expect("stamped"), "卡.xlsx").expect("read");
            assert_eq!(reading.mark.as_ref(), Some(template.mark()), "{name}");
            assert!(reading.strange_sheets.is_empty() && reading.gone.is_empty(), "{name}: {reading:#?}");
            let card = reading.sheets.iter().find(|sheet| sheet.of == "客户卡").expect("the card");
            untouched(card, &Record { sheet: String::new(), ..want });
        }
        let cards: Vec<Record> = (1..=4).map(|number| card(number, number)).collect();
        let reading = template.read(&book(&template, &cards), "卡.xlsx").expect("read");
        assert_eq!(reading.sheets.len(), 5, "{name}");
        check_package(name, &book(&template, &cards));
        for want in &cards {
            untouched(sheet(&reading, &want.sheet), want);
        }
        untouched(sheet(&reading, "索引"), &index(&cards));
    }
}

/// What tests/stamping/edit.py did to the book, as openpyxl wrote it and as LibreOffice saved that.
#[test]
fn what_people_did_to_a_book_is_told_apart() {
    for name in ["edited", "saved"] {
        let reading = marked("openpyxl").read(&template_bytes(name), "卡.xlsx").expect("read");
        assert!(reading.strange_sheets.is_empty() && reading.gone.is_empty(), "{name}");
        assert_eq!(reading.sheets.len(), 6, "{name}");
        untouched(sheet(&reading, "索引"), &index(&[1, 2, 3, 4].map(|number| card(number, number))));

        let one = sheet(&reading, "W0001");
        let mut want = card(1, 1);
        want.fields.insert("家庭年收入".into(), 350_000.0.into());
        let new = [
            ("拜访日期", day("2026-07-08")),
            ("方式", "电话".into()),
            ("主题", "续期提醒".into()),
            ("反馈", "下月再约".into()),
        ];
        want.lists.get_mut("拜访").expect("visits").push(row("", &new));
        assert_eq!(one.record, want, "{name}");
        assert_eq!(changes(one), ["家庭年收入 B3 Edited", "拜访 16 Added"], "{name}");
        assert_eq!(strange(one), ["K5 客户说下月搬家：模板在这里没有字段"], "{name}");

        let two = sheet(&reading, "W0002");
        let mut want = card(2, 2);
        want.lists.insert("家庭成员".into(), Vec::new());
        assert_eq!(two.record, want, "{name}");
        assert_eq!(two.deleted, [("家庭成员".to_string(), "M0".to_string())], "{name}");
        assert!(changes(two).is_empty(), "{name}: {:?}", changes(two));
        assert_eq!(strange(two), ["A1 营业部存档：模板在这里没有字段"], "{name}");

        let three = sheet(&reading, "W0003");
        let mut want = card(3, 3);
        let policies = want.lists.get_mut("保单").expect("policies");
        policies.remove(1);
        policies.reverse();
        assert_eq!(three.record, want, "{name}");
        assert_eq!(three.deleted, [("保单".to_string(), "P1".to_string())], "{name}");
        assert!(changes(three).is_empty() && three.strange.is_empty(), "{name}: {:?}", changes(three));

        let four = sheet(&reading, "W0004");
        let mut want = card(4, 4);
        want.lists.get_mut("保单").expect("policies").reverse();
        assert_eq!(four.record, want, "{name}");
        assert!(changes(four).is_empty() && four.deleted.is_empty() && !four.copy, "{name}: {:?}", changes(four));
        assert_eq!(strange(four), ["C8 已核对：模板在这里没有字段"], "{name}");

        let copy = sheet(&reading, "W0004 (2)");
        assert!(copy.copy && copy.record.id == "W0004", "{name}");
        assert_eq!(changes(copy), ["客户姓名 D2 Edited"], "{name}");
        assert_eq!(copy.record.lists, card(4, 4).lists, "{name}");
    }
}

/// Everything that is not as it was.
fn changes(sheet: &SheetReading) -> Vec<String> {
    let fields = sheet.fields.iter().filter(|(_, field)| field.state != State::Kept);
    let mut out: Vec<String> = fields.map(|(title, field)| format!("{title} {} {:?}", field.place, field.state)).collect();
    for (list, rows) in &sheet.rows {
        let rows = rows.iter().filter(|row| row.state != State::Kept);
        out.extend(rows.map(|row| format!("{list} {} {:?}{}", row.row, row.state, row.edited.join("、"))));
    }
    out
}

fn strange(sheet: &SheetReading) -> Vec<String> {
    sheet.strange.iter().map(|strange| format!("{} {}：{}", strange.place, strange.text, strange.why)).collect()
}

/// Somebody puts placeholders into a card we filled, and has a template.
#[test]
fn a_filled_card_can_become_a_template() {
    let first = marked("openpyxl");
    let mut blank = card(1, 1);
    blank.fields.insert("客户姓名".into(), "{{客户姓名}}".into());
    let second = open(&first.stamp(&blank).expect("stamped")).marked();
    let want = Record {
        fields: fields(&[("客户姓名", "赵六".into())]),
        ..Record { id: "Z0001".into(), ..Record::default() }
    };
    let stamped = second.stamp(&want).expect("stamped");
    check_package("again", &stamped);
    let reading = second.read(&stamped, "卡.xlsx").expect("read");
    assert_eq!(reading.mark.as_ref(), Some(second.mark()));
    let card = sheet(&reading, "客户卡");
    assert_eq!((&card.record.id, &card.record.fields), (&want.id, &want.fields));
    assert_eq!(changes(card), Vec::<String>::new());
    let plain = open(&first.stamp(&blank).expect("stamped")).stamp(&want).expect("stamped");
    let reading = second.read(&plain, "卡.xlsx").expect("read");
    assert_eq!(sheet(&reading, "客户卡").record.id, "", "no marks, no identity");
}

/// The card as it stands in a workbook of its own.
fn stamped(card: &Record) -> Filled {
    Filled::open(&OPENPYXL.stamp(card).expect("stamped"), "卡.xlsx").expect("read")
}

fn cells(filled: &mut Filled) -> &mut BTreeMap<(u32, u32), Said> {
    let grid = filled.sheets.iter_mut().find(|grid| grid.name == "客户卡");
    &mut grid.expect("the card").cells
}

fn reread(filled: &Filled) -> SheetReading {
    sheet(&OPENPYXL.read_filled(filled), "客户卡").clone()
}

#[test]
fn a_row_copied_with_its_mark_is_a_new_row() {
    let mut filled = stamped(&card(1, 2));
    // Relatives stand in row 12 and row 13 is blank: the row is copied there and the name changed.
    let row: Vec<_> = cells(&mut filled).range((12, 0)..(13, 0)).map(|(at, said)| ((13, at.1), said.clone())).collect();
    cells(&mut filled).extend(row);
    cells(&mut filled).insert((13, 2), Said { value: "王新".into(), formula: None });
    let reading = reread(&filled);
    assert_eq!(changes(&reading), ["家庭成员 13 Added"]);
    assert_eq!(reading.record.lists["家庭成员"][1].id, "");
    assert!(reading.deleted.is_empty());
}

#[test]
fn a_row_overwritten_with_another_is_a_deletion_and_an_addition() {
    let mut filled = stamped(&card(1, 2));
    for (column, text) in [(1, "配偶"), (2, "赵七"), (3, "一般"), (6, "不详")] {
        cells(&mut filled).insert((12, column), Said { value: text.into(), formula: None });
    }
    let reading = reread(&filled);
    assert_eq!(changes(&reading), ["家庭成员 12 Added"]);
    assert_eq!(reading.deleted, [("家庭成员".to_string(), "M0".to_string())]);
}

#[test]
fn losing_the_hidden_column_or_the_hidden_sheet_loses_little() {
    let want = card(1, 3);
    let edit = |filled: &mut Filled| {
        cells(filled).insert((8, 3), Said { value: "王小红".into(), formula: None });
    };
    // Without the column rows are known by what they say, the record by its sheet's name.
    let mut filled = stamped(&Record { sheet: "客户卡".into(), ..want.clone() });
    cells(&mut filled).retain(|place, _| place.1 != 9);
    edit(&mut filled);
    let reading = reread(&filled);
    assert_eq!(reading.record.id, "W0001");
    assert_eq!(changes(&reading), ["保单 8 Edited被保险人"]);
    assert!(reading.deleted.is_empty());
    // Without the sheet it is known which row is which, and not what it was.
    let mut filled = stamped(&want);
    filled.sheets.retain(|grid| grid.name != "_fuwuka");
    edit(&mut filled);
    let reading = reread(&filled);
    let ids: Vec<&str> = reading.record.lists["保单"].iter().map(|row| row.id.as_str()).collect();
    assert_eq!((reading.record.id.as_str(), ids), ("W0001", vec!["P0", "P1", "P2"]));
    assert!(reading.rows["保单"].iter().all(|row| row.state == State::Unknown));
}

mod any {
    //! Random cards, and what people may do to them.

    use std::collections::BTreeMap;

    use fuwuka::stamp::{Record, Row, Value};
    use proptest::prelude::*;

    use super::common::day;

    /// The titles of the template `openpyxl.xlsx` by what their cells hold.
    const TEXTS: [&str; 6] = ["客户编号", "客户姓名", "等级", "家庭地址", "邮编", "服务专员"];
    const POLICY: [&str; 4] = ["保单号", "险种", "被保险人", "状态"];
    const RELATIVE: [&str; 3] = ["关系", "姓名", "健康状况"];
    const VISIT: [&str; 3] = ["方式", "主题", "反馈"];

    pub fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            6 => "[\\PC\n\t]{1,12}",
            2 => "[一-龥A-Z0-9，。、（）：-]{1,20}",
            // What the template says too.
            1 => prop_oneof![Just("姓名"), Just("合计"), Just("反馈："), Just("（1）（2）"), Just("_x0041_")].prop_map(str::to_string),
        ]
        .prop_filter("says something", |text| !text.trim().is_empty())
    }

    fn number() -> impl Strategy<Value = Value> {
        prop_oneof![(-1e9..1e9).prop_map(f64::round), -1e3..1e3, Just(0.0)].prop_map(Value::Number)
    }

    fn date() -> impl Strategy<Value = Value> {
        (1901..2100, 1..=12, 1..=28).prop_map(|(year, month, of)| day(&format!("{year}-{month}-{of}")))
    }

    fn fields(
        texts: &[&'static str],
        numbers: &[&'static str],
        dates: &[&'static str],
    ) -> impl Strategy<Value = BTreeMap<String, Value>> {
        let maybe = |title: &&'static str, value: BoxedStrategy<Value>| {
            let title = *title;
            prop::option::weighted(0.8, value).prop_map(move |value| value.map(|value| (title.to_string(), value))).boxed()
        };
        let mut all: Vec<BoxedStrategy<Option<(String, Value)>>> = Vec::new();
        all.extend(texts.iter().map(|title| maybe(title, text().prop_map(Value::Text).boxed())));
        all.extend(numbers.iter().map(|title| maybe(title, number().boxed())));
        all.extend(dates.iter().map(|title| maybe(title, date().boxed())));
        all.prop_map(|pairs| pairs.into_iter().flatten().collect())
    }

    /// Rows that differ in what stands in their first text, with identities of their own.
    fn rows(
        lead: &'static str,
        texts: &'static [&'static str],
        numbers: &'static [&'static str],
        dates: &'static [&'static str],
    ) -> impl Strategy<Value = Vec<Row>> {
        prop::collection::vec(fields(texts, numbers, dates), 0..5).prop_map(move |rows| {
            let row = |(at, mut fields): (usize, BTreeMap<String, Value>)| {
                fields.insert(texts[0].to_string(), Value::Text(format!("{lead}第{at}条")));
                Row { id: format!("{lead}{at}"), fields }
            };
            rows.into_iter().enumerate().map(row).collect()
        })
    }

    pub fn card() -> impl Strategy<Value = Record> {
        let own = fields(&TEXTS, &["家庭年收入"], &["建卡日期", "下次拜访"]);
        let policies = rows("P", &POLICY, &["保额", "年交保费"], &["生效日"]);
        let relatives = rows("M", &RELATIVE, &[], &["出生日期"]);
        let visits = rows("V", &VISIT, &[], &["拜访日期"]);
        (own, policies, relatives, visits).prop_map(|(fields, policies, relatives, visits)| {
            let lists = [("保单", policies), ("家庭成员", relatives), ("拜访", visits)];
            let lists = lists.into_iter().map(|(list, rows)| (list.to_string(), rows)).collect();
            Record { id: "W0001".into(), sheet: "客户卡".into(), fields, lists }
        })
    }

    /// What somebody does; numbers choose among what there is.
    #[derive(Clone, Debug)]
    pub enum Edit {
        InsertRow(usize),
        InsertColumn(usize),
        Field(usize, String),
        Row(usize, usize, String),
        Delete(usize, usize),
        Add(usize, String),
        Swap(usize, usize, usize),
    }

    pub fn edit() -> impl Strategy<Value = Edit> {
        let at = 0..1000_usize;
        prop_oneof![
            at.clone().prop_map(Edit::InsertRow),
            at.clone().prop_map(Edit::InsertColumn),
            (at.clone(), text()).prop_map(|(at, text)| Edit::Field(at, text)),
            (at.clone(), at.clone(), text()).prop_map(|(list, row, text)| Edit::Row(list, row, text)),
            (at.clone(), at.clone()).prop_map(|(list, row)| Edit::Delete(list, row)),
            (at.clone(), text()).prop_map(|(list, text)| Edit::Add(list, text)),
            (at.clone(), at.clone(), at).prop_map(|(list, one, other)| Edit::Swap(list, one, other)),
        ]
    }
}

/// A sheet under somebody's hands: the cells, and what should be read from them.
struct Desk {
    filled: Filled,
    sheet: usize,
    want: Record,
    base: Record,
}

const LISTS: [&str; 3] = ["保单", "家庭成员", "拜访"];

impl Desk {
    fn cells(&mut self) -> &mut BTreeMap<(u32, u32), Said> {
        &mut self.filled.sheets[self.sheet].cells
    }

    fn shift(&mut self, rows: impl Fn(u32) -> Option<u32>, columns: impl Fn(u32) -> u32) {
        let cells = std::mem::take(self.cells());
        let moved = cells.into_iter().filter_map(|((row, column), said)| Some(((rows(row)?, columns(column)), said)));
        *self.cells() = moved.collect();
    }

    fn write(&mut self, place: Place, text: &str) {
        let said = Said { value: Value::Text(text.to_string()), formula: None };
        self.cells().insert((place.row, place.column), said);
    }

    fn edit(&mut self, reading: &SheetReading, edit: &Edit) {
        let last = self.cells().keys().next_back().map_or(1, |place| place.0);
        let list = |at: usize| LISTS[at % 3];
        let height = |list: &str| if list == "拜访" { 2 } else { 1 };
        let chosen = |list: &str, at: usize| {
            let rows = &reading.rows[list];
            (!rows.is_empty()).then(|| (at % rows.len(), &rows[at % rows.len()]))
        };
        match edit {
            Edit::InsertRow(at) => {
                let at = *at as u32 % last + 1;
                self.shift(|row| Some(if row >= at { row + 1 } else { row }), |column| column);
            }
            Edit::InsertColumn(at) => {
                let at = *at as u32 % 9 + 1;
                self.shift(Some, |column| if column >= at { column + 1 } else { column });
            }
            Edit::Field(at, text) => {
                let titles = ["客户姓名", "等级"];
                let title = titles[at % 2];
                self.write(reading.fields[title].place, text);
                self.want.fields.insert(title.into(), text.as_str().into());
            }
            Edit::Row(at, row, text) => {
                let name = list(*at);
                let title = match name {
                    "保单" => "被保险人",
                    "家庭成员" => "健康状况",
                    _ => "主题",
                };
                if let Some((index, row)) = chosen(name, *row) {
                    self.write(row.places[title], text);
                    let rows = self.want.lists.get_mut(name).expect("a list");
                    rows[index].fields.insert(title.into(), text.as_str().into());
                }
            }
            Edit::Delete(at, row) => {
                let name = list(*at);
                if let Some((index, row)) = chosen(name, *row) {
                    // From its first row to its last, wherever something was put in between.
                    let (first, end) = (row.row, row.places.values().map(|place| place.row).max().expect("cells"));
                    let gone = end - first + 1;
                    self.shift(
                        |row| (row < first || row > end).then(|| if row > end { row - gone } else { row }),
                        |column| column,
                    );
                    self.want.lists.get_mut(name).expect("a list").remove(index);
                }
            }
            Edit::Add(at, text) => {
                let name = list(*at);
                // Behind the last row, with its columns; an empty list has lost its place.
                if let Some((_, row)) = chosen(name, reading.rows[name].len().saturating_sub(1)) {
                    let end = row.places.values().map(|place| place.row).max().expect("cells");
                    let rows = height(name);
                    self.shift(|row| Some(if row > end { row + rows } else { row }), |column| column);
                    let title = if name == "保单" {
                        "险种"
                    } else if name == "拜访" {
                        "主题"
                    } else {
                        "姓名"
                    };
                    let text = format!("新{text}");
                    self.write(Place { row: end + 1, column: row.places[title].column }, &text);
                    let fields = [(title.to_string(), Value::Text(text))].into();
                    self.want.lists.get_mut(name).expect("a list").push(Row { id: String::new(), fields });
                }
            }
            Edit::Swap(at, one, other) => {
                let name = list(*at);
                if name == "拜访" || reading.rows[name].is_empty() {
                    return;
                }
                let (one, other) = (one % reading.rows[name].len(), other % reading.rows[name].len());
                let (first, second) = (reading.rows[name][one].row, reading.rows[name][other].row);
                let swap = |row: u32| {
                    if row == first {
                        second
                    } else if row == second {
                        first
                    } else {
                        row
                    }
                };
                self.shift(|row| Some(swap(row)), |column| column);
                self.want.lists.get_mut(name).expect("a list").swap(one, other);
            }
        }
    }

    /// What became of each row, by the card as it was stamped and as it should be now.
    fn check(&self, reading: &SheetReading) {
        let own = |row: &Row| self.base.lists.values().flatten().find(|base| base.id == row.id).cloned();
        assert_eq!(reading.record, self.want);
        for (list, rows) in &self.want.lists {
            for (row, read) in rows.iter().zip(&reading.rows[list]) {
                let want = match own(row) {
                    None => State::Added,
                    Some(base) if base == *row => State::Kept,
                    Some(_) => State::Edited,
                };
                assert_eq!(read.state, want, "{row:?}");
            }
            let kept: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
            let gone = self.base.lists[list].iter().filter(|row| !kept.contains(&row.id.as_str()));
            let deleted = reading.deleted.iter().filter(|(of, _)| of == list).map(|(_, id)| id);
            assert!(gone.map(|row| &row.id).eq(deleted), "{list}: {:?}", reading.deleted);
        }
        for (title, field) in &reading.fields {
            let (was, is) = (self.base.fields.get(title), self.want.fields.get(title));
            let want = if was == is {
                State::Kept
            } else if was.is_none() {
                State::Added
            } else {
                State::Edited
            };
            assert_eq!(field.state, want, "{title}");
        }
        assert!(reading.strange.is_empty() && reading.missing.is_empty(), "{:?} {:?}", reading.strange, reading.missing);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_card_is_read_as_it_was_stamped(want in any::card()) {
        let reading = OPENPYXL.read(&OPENPYXL.stamp(&want).expect("stamped"), "卡.xlsx").expect("read");
        untouched(sheet(&reading, "客户卡"), &want);
    }

    #[test]
    fn any_edits_are_told_apart(card in any::card(), edits in prop::collection::vec(any::edit(), 1..6)) {
        let filled = Filled::open(&OPENPYXL.stamp(&card).expect("stamped"), "卡.xlsx").expect("read");
        let sheet = filled.sheets.iter().position(|grid| grid.name == "客户卡").expect("the card");
        let mut desk = Desk { filled, sheet, want: card.clone(), base: card };
        for edit in &edits {
            let reading = OPENPYXL.read_filled(&desk.filled);
            desk.edit(self::sheet(&reading, "客户卡"), edit);
        }
        desk.check(self::sheet(&OPENPYXL.read_filled(&desk.filled), "客户卡"));
    }
}
