//! What the cells below a heading say about it, where its words do not: a column of ID cards under 号码 is one of ID
//! cards.

use super::form::fits::fits;
use super::heading::{HeadedColumn, TopRow};
use crate::model::cell::Cell;
use crate::model::phone::Phones;
use crate::model::text;
use crate::templates::Templates;
use crate::templates::fields::{Claim, Field, FieldType};
use crate::templates::heading::Heading;

/// Headings that say that something is written there, and not what; compared as [`Heading`] keys.
const VAGUE: [&str; 27] = [
    "号",
    "号1",
    "号2",
    "证号",
    "证件",
    "证件信息",
    "身份",
    "身份号",
    "身份信息",
    "有效证件",
    "联系号",
    "联系信息",
    "通讯",
    "通讯号",
    "信息",
    "资料",
    "数据",
    "内容1",
    "时间",
    "年月日",
    "保单",
    "保单信息",
    "合同",
    "单号",
    "位置",
    "所在地",
    "男女",
];

/// Of these, those that speak of a day.
const DAYS: [&str; 2] = ["时间", "年月日"];

/// What a column of values is, and how one sees it.
type Seen = (Field, &'static str);

/// Values looked at.
const ENOUGH: usize = 20;

/// Gives columns whose heading is vague the meaning of their values, and notes of others that nobody knows what their
/// values look like. `below` are rows under the heading.
pub fn help(columns: &mut [HeadedColumn], below: &[TopRow], templates: &Templates) {
    for column in columns.iter_mut().filter(|column| column.claims.is_empty()) {
        let Some((field, why)) = seen(column.at, below, templates) else { continue };
        column.seen = Some(why);
        let key = Heading::of(&column.heading).key;
        // Days of births, of policies, of visits look alike.
        let is_told = VAGUE.contains(&key.as_str()) && (field != Field::VISIT_TIME || DAYS.contains(&key.as_str()));
        if is_told {
            column.claims = vec![Claim { field, role: None }];
        }
    }
}

/// What all values of a column are; nothing when they are few, or of several kinds.
fn seen(at: u32, below: &[TopRow], templates: &Templates) -> Option<Seen> {
    let cells = below.iter().filter_map(|row| {
        let index = row.cells.binary_search_by_key(&at, |(column, _)| *column).ok()?;
        Some(row.cells[index].1.cell())
    });
    let cells: Vec<Cell<'_>> = cells.filter(|cell| !text::is_placeholder(&cell.to_text())).take(ENOUGH).collect();
    if cells.len() < 2 {
        return None;
    }
    let all = |is: &dyn Fn(Cell<'_>) -> bool| cells.iter().all(|cell| is(*cell));
    let fit = |kind: FieldType| all(&|cell| fits(kind, cell, templates) == Some(true));
    if all(&is_id_card) && fit(FieldType::Certificate) {
        return Some((Field::CERT_NO, "都是身份证号"));
    }
    if all(&is_mobile) {
        return Some((Field::PHONE, "都是手机号码"));
    }
    if all(&is_policy_no) {
        return Some((Field::POLICY_NO, "都像保单号"));
    }
    if fit(FieldType::ClientNo) && all(&|cell| cell.to_text().len() <= 8) {
        return Some((Field::HOUSEHOLD_NO, "都是客户编号"));
    }
    if fit(FieldType::Gender) && all(&|cell| matches!(cell, Cell::Text(_))) {
        return Some((Field::GENDER, "都是男、女"));
    }
    if all(&|cell| matches!(cell, Cell::Text(_) | Cell::Serial(_))) && fit(FieldType::Moment) {
        return Some((Field::VISIT_TIME, "都是日期"));
    }
    if all(&is_address) && fit(FieldType::Address) {
        return Some((Field::ADDRESS, "都是地址"));
    }
    None
}

/// A place with a number, or in a town of which two levels are named: any text would do for an address.
fn is_address(cell: Cell<'_>) -> bool {
    const PLACES: [char; 16] =
        ['省', '市', '区', '县', '镇', '乡', '村', '路', '街', '道', '巷', '弄', '号', '栋', '幢', '室'];
    let text = cell.to_text();
    let places = text.chars().filter(|c| PLACES.contains(c)).count();
    places >= 2 || places == 1 && text.contains(|c: char| c.is_ascii_digit())
}

fn is_id_card(cell: Cell<'_>) -> bool {
    let text = text::tidy(&cell.to_text()).into_owned();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    matches!(text.len(), 15 | 18) && digits + 1 >= text.len()
}

fn is_mobile(cell: Cell<'_>) -> bool {
    let text = cell.to_text();
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.len() == 11 && digits.starts_with('1') && Phones::read(cell).good().is_some()
}

fn is_policy_no(cell: Cell<'_>) -> bool {
    let Cell::Text(text) = cell else { return false };
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.len() >= 10 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) && digits + 3 >= text.len()
}
