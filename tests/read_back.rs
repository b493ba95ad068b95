//! Filled workbooks read back: what was put in comes out, and what somebody did to it is told apart.

#[path = "stamping/common.rs"]
mod common;

use std::io::Cursor;

use common::*;
use fuwuka::stamp::{Reading, Record, SheetReading, State, Template};

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
