//! Labels with values outside of the rows of a list: `服务专员：何伟   营业部：营业一部` in one cell, or label and value
//! in two.

use super::row_kind::is_signature;
use super::table::as_written;
use crate::model::cell::Cell;
use crate::model::text::is_space;
use crate::templates::fields::{Claim, Field, Fields};
use crate::templates::heading::Heading;

/// A label and what is said behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    /// As written, without spaces.
    pub label: String,
    /// What the label may mean.
    pub claims: Vec<Claim>,
    /// What is said.
    pub value: String,
    /// Column of the cell in which that stands, from 0.
    pub at: u32,
}

impl Labelled {
    /// Label and value as one text.
    pub fn text(&self) -> String {
        format!("{}：{}", self.label, self.value)
    }
}

/// What a row outside of a list says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Labels that mean something, with their values, from left to right; no blank ones.
    pub labelled: Vec<Labelled>,
    /// Columns of the cells that are labels or their values.
    pub taken: Vec<u32>,
    /// Whether somebody signs in it: 制表人, 审核.
    pub is_signed: bool,
}

/// The fields that may be said once of all rows: who serves them, in which team and office. What is said of who made
/// the sheet is none of them.
pub const ONCE: [Field; 10] = [
    Field::AGENT,
    Field::SELLER,
    Field::VISITOR,
    Field::AGENT_CODE,
    Field::SELLER_CODE,
    Field::AGENT_PHONE,
    Field::TEAM,
    Field::SUPERVISOR,
    Field::ORG_CODE,
    Field::ORG_NAME,
];

/// No label is longer, with what stands in brackets in it.
const LONGEST: usize = 16;

/// What a word before a colon is.
#[derive(Clone, Debug, PartialEq)]
enum Sense {
    /// A label of ours.
    Known(Vec<Claim>),
    /// 制表人, 统计起止期.
    Signature,
    /// A label nobody knows.
    Unknown,
}

/// A label in a text.
struct Mark {
    label: std::ops::Range<usize>,
    /// Where its value begins.
    value: usize,
    sense: Sense,
}

/// Takes a row apart.
pub fn line(cells: &[(u32, Cell<'_>)], fields: &Fields) -> Line {
    let mut line = Line::default();
    let mut cells = cells.iter().peekable();
    while let Some((at, cell)) = cells.next() {
        let Cell::Text(text) = cell else { continue };
        let marks = marks(text, fields);
        if marks.is_empty() {
            continue;
        }
        line.taken.push(*at);
        let ends = marks.iter().skip(1).map(|mark| mark.label.start).chain([text.len()]);
        for (mark, end) in marks.iter().zip(ends) {
            line.is_signed |= mark.sense == Sense::Signature;
            let mut value = (bare(&text[mark.value..end]).to_string(), *at);
            // A label alone has its value in the next cell.
            if value.0.is_empty()
                && end == text.len()
                && let Some((beside, said)) = cells.next_if(|(_, next)| !has_label(next, fields))
            {
                line.taken.push(*beside);
                value = (as_written(*said).trim_matches(is_space).to_string(), *beside);
            }
            let Sense::Known(claims) = &mark.sense else { continue };
            if !value.0.is_empty() {
                let label = text[mark.label.clone()].chars().filter(|c| !is_space(*c)).collect();
                line.labelled.push(Labelled { label, claims: claims.clone(), value: value.0, at: value.1 });
            }
        }
    }
    line
}

fn has_label(cell: &Cell<'_>, fields: &Fields) -> bool {
    matches!(cell, Cell::Text(text) if !marks(text, fields).is_empty())
}

/// Whether a text may have a label in it: a first look, for rows of data.
pub fn may_have_label(text: &str) -> bool {
    // 10:30 is none.
    text.contains('：') || text.find(':').is_some_and(|at| !text[..at].ends_with(|c: char| c.is_ascii_digit()))
}

/// The labels in a text that end with a colon.
fn marks(text: &str, fields: &Fields) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    let mut from = 0;
    for (at, colon) in text.char_indices().filter(|(_, c)| matches!(c, ':' | '：' | '﹕')) {
        let end = at + colon.len_utf8();
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if is_digit(text[..at].chars().next_back()) && is_digit(text[end..].chars().next()) {
            continue;
        }
        let before = &text[from..at];
        let starts = || before.char_indices().map(|(index, _)| index).filter(|index| begins_a_word(before, *index));
        // The label may be written with spaces in it: the longest stretch that is known counts.
        let known = starts().find_map(|start| Some((start, sense(&before[start..], fields)?)));
        // Before a label nobody knows the value of the one before it ends, too.
        let (start, sense) = known.unwrap_or_else(|| (starts().next_back().unwrap_or(0), Sense::Unknown));
        marks.push(Mark { label: from + start..at, value: end, sense });
        from = end;
    }
    marks
}

/// What a label is; nothing when nobody knows it.
fn sense(label: &str, fields: &Fields) -> Option<Sense> {
    if label.chars().count() > LONGEST {
        return None;
    }
    let heading = Heading::of(label);
    if is_signature(&heading.key) {
        return Some(Sense::Signature);
    }
    let claims = fields.claims(&heading.key).0;
    (!claims.is_empty()).then_some(Sense::Known(claims))
}

fn is_break(c: char) -> bool {
    is_space(c) || matches!(c, ';' | '；' | ',' | '，' | '、' | '|' | '。' | '_' | '(' | '（' | '[' | '【' | '#' | '*')
}

fn begins_a_word(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_none_or(is_break) && !text[at..].starts_with(is_break)
}

/// A value without what stands around it.
fn bare(value: &str) -> &str {
    let value = value.trim_matches(|c| is_break(c) || c == '＿');
    let opens = value.contains(['(', '（', '[', '【']);
    if opens { value } else { value.trim_end_matches([')', '）', ']', '】']).trim_end_matches(is_space) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(row: &str, want: &[(&str, &str, u32)]) {
        let fields = Fields::load(crate::templates::FIELDS, None).unwrap();
        let cells = row.split('|').enumerate().filter(|(_, text)| !text.is_empty());
        let cells: Vec<(u32, Cell<'_>)> = cells.map(|(at, text)| (at as u32, text.into())).collect();
        let found = line(&cells, &fields).labelled;
        let once = found.iter().filter(|found| found.claims.iter().any(|claim| ONCE.contains(&claim.field)));
        let found: Vec<(&str, &str, u32)> = once.map(|found| (&*found.label, &*found.value, found.at)).collect();
        assert_eq!(found, want, "{row:?}");
    }

    #[test]
    fn labels_with_values_in_one_cell_and_in_two() {
        case("服务专员：何伟", &[("服务专员", "何伟", 0)]);
        case("|服务专员：|何伟|团队：||营业一部", &[("服务专员", "何伟", 2), ("团队", "营业一部", 5)]);
        case("管理机构：8632||销售渠道：个险   单位：万元", &[("管理机构", "8632", 0)]);
        case("服 务 专 员：何　伟   工号：0086320102", &[("服务专员", "何　伟", 0), ("工号", "0086320102", 0)]);
        case("业务员:何伟，所属团队:营业一部；单位:元", &[("业务员", "何伟", 0), ("所属团队", "营业一部", 0)]);
        case("客户清单（服务专员：何伟）", &[("服务专员", "何伟", 0)]);
        case("服务专员：何伟（工号：0086320102）", &[("服务专员", "何伟", 0), ("工号", "0086320102", 0)]);
        case("# 服务专员：何伟", &[("服务专员", "何伟", 0)]);
    }

    /// Who made the sheet does not serve its clients; a label nobody knows ends the value before it.
    #[test]
    fn who_signs_is_nobodys_agent() {
        for row in [
            "制表人：何伟",
            "制表 部门：营业一部",
            "统计人：何伟   统计起止期：2026-11",
            "复核：|何伟",
            "服务专员：",
            "服务专员",
        ] {
            case(row, &[]);
        }
        case("服务专员：何伟  备用联系人：孔岚", &[("服务专员", "何伟", 0)]);
        case("服务专员：何伟接手人：孔岚", &[]);
        case("服务专员：|团队：|营业一部", &[("团队", "营业一部", 2)]);
        case("查询时间：10:30  营业部：营业一部", &[("营业部", "营业一部", 0)]);
    }
}
