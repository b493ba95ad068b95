//! Which rows below a heading are no data: totals, footers, examples, error texts, the heading come again.
//!
//! A row that says which policy or which person it is about is data, whatever else stands in it. Only a row that
//! calls itself an example, in a cell of its own, is none all the same.

use super::heading::is_same_heading;
use crate::model::cell::Cell;
use crate::model::text::{self, is_space};
use crate::problem::{Code, Outcome};
use crate::workbook::Row;

/// What a row turns out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// A client, a policy, a visit.
    Data,
    /// 合计, 共 504 人.
    Total,
    /// 制表人：…, 第 1 页, 注：….
    Footer,
    /// 示例.
    Example,
    /// `***处理保单… 出错`, left by the core system.
    ErrorText,
    /// The headings, as they stand on every printed page.
    HeadingAgain,
}

impl RowKind {
    /// What is said about such a row, and what becomes of it; nothing about data.
    pub fn problem(self) -> Option<(Code, Outcome)> {
        match self {
            RowKind::Data => None,
            RowKind::Total => Some((Code::RowTotal, Outcome::PassedOver)),
            RowKind::Footer => Some((Code::RowFooter, Outcome::PassedOver)),
            RowKind::Example => Some((Code::RowExample, Outcome::PassedOver)),
            RowKind::ErrorText => Some((Code::RowErrorText, Outcome::RowSetAside)),
            RowKind::HeadingAgain => Some((Code::RowHeadingAgain, Outcome::PassedOver)),
        }
    }
}

/// What there is to know about the columns of a sheet when its rows are judged. Columns from 0, sorted.
#[derive(Debug, Default)]
pub struct RowJudge {
    /// Headings as written.
    pub headings: Vec<(u32, String)>,
    /// Columns of policy numbers, certificates and telephones.
    pub keys: Vec<u32>,
    /// Columns of names.
    pub names: Vec<u32>,
}

/// What a cell says about its row.
enum Sign {
    /// Whatever else is in the row.
    Surely(RowKind),
    /// If the row is not about anybody.
    UnlessKeyed(RowKind),
    /// If moreover it names nobody.
    UnlessNamed(RowKind),
}

impl RowJudge {
    /// What a row is.
    pub fn kind(&self, row: &Row<'_>) -> RowKind {
        if self.is_heading_again(row) {
            return RowKind::HeadingAgain;
        }
        let mut is_first = true;
        for (at, cell) in row.cells {
            let Cell::Text(text) = cell else { continue };
            let is_name = || self.names.binary_search(at).is_ok();
            let kind = match sign(text.trim_matches(is_space), is_first, is_name, row.cells.len()) {
                Some(Sign::Surely(kind)) => Some(kind),
                Some(Sign::UnlessKeyed(kind)) => (!self.has_key(row)).then_some(kind),
                Some(Sign::UnlessNamed(kind)) => (!self.has_key(row) && !self.is_named(row, *at)).then_some(kind),
                None => None,
            };
            if let Some(kind) = kind {
                return kind;
            }
            is_first = false;
        }
        RowKind::Data
    }

    /// Whether most cells say what stands over them. Stacked headings come again one row at a time.
    fn is_heading_again(&self, row: &Row<'_>) -> bool {
        // Nearly every row is data, and shows it in its first cells.
        row.cells.len() >= 2
            && row.cells.iter().take(3).any(|cell| self.repeats(cell))
            && row.cells.iter().filter(|cell| self.repeats(cell)).count() * 2 > row.cells.len()
    }

    /// Whether every cell says what stands over it.
    pub fn repeats_all(&self, row: &Row<'_>) -> bool {
        row.cells.iter().all(|cell| self.repeats(cell))
    }

    fn repeats(&self, (column, cell): &(u32, Cell<'_>)) -> bool {
        let heading = |index: usize| &self.headings[index].1;
        match cell {
            Cell::Text(text) => self
                .headings
                .binary_search_by_key(column, |(at, _)| *at)
                .is_ok_and(|index| is_same_heading(text, heading(index))),
            _ => false,
        }
    }

    /// Whether a row says which policy or which person it is about.
    pub fn has_key(&self, row: &Row<'_>) -> bool {
        row.cells.iter().any(|(at, cell)| self.keys.binary_search(at).is_ok() && looks_like_a_key(*cell))
    }

    /// Whether a name stands in another cell than the one at `sign`.
    fn is_named(&self, row: &Row<'_>, sign: u32) -> bool {
        row.cells.iter().any(|(at, _)| *at != sign && self.names.binary_search(at).is_ok())
    }
}

/// A policy number, a certificate, a telephone, damaged or masked ones too; not a count and not a sum of money.
fn looks_like_a_key(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Number(number) => number.fract() == 0.0 && number >= 1e9,
        Cell::Text(text) => {
            let text = text::tidy(text);
            let digits = text.chars().filter(|c| c.is_ascii_digit() || *c == '*').count();
            let is_number =
                text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '*' | '-' | ' ' | '×' | '(' | ')'));
            is_number && digits >= 7 || cell.lost_digits()
        }
        _ => false,
    }
}

fn sign(text: &str, is_first: bool, is_name: impl Fn() -> bool, cells: usize) -> Option<Sign> {
    use RowKind::{ErrorText, Example, Footer, Total};
    let first = text.chars().next()?;
    match first {
        '*' if is_first && text.starts_with("***") => {
            let says_something = text.contains(|c: char| c.is_alphabetic());
            (says_something && cells <= 3).then_some(Sign::UnlessKeyed(ErrorText))
        }
        '示' | '样' | '例' | '(' | '（' | '【' | '[' => {
            if is_first && is_word(text, &["必填", "选填", "非必填", "必录"]) {
                return Some(Sign::UnlessKeyed(Footer));
            }
            let is_named_so = is_label(text, "例") && is_name();
            let sure = is_word(text, &["示例", "样例"]) || text.contains("删除") || is_named_so;
            example(text, is_first || is_named_so).then_some(if sure {
                Sign::Surely(Example)
            } else {
                Sign::UnlessKeyed(Example)
            })
        }
        '必' | '选' | '非' if is_first && is_word(text, &["必填", "选填", "非必填", "必录"]) => {
            Some(Sign::UnlessKeyed(Footer))
        }
        // Lines kept free for clients to come, and remarks below the heading of a text file.
        '备' | '预' if is_word(text, &["备用", "预留"]) && is_name() => Some(Sign::UnlessKeyed(Footer)),
        '#' if is_first && cells == 1 => Some(Sign::UnlessKeyed(Footer)),
        '制' | '指' | '统' | '打' | '填' | '审' | '复' | '经' | '第' if is_first => {
            (is_signature(text) || is_page_number(text)).then_some(Sign::UnlessKeyed(Footer))
        }
        '注' | '说' | '备' if is_first => {
            ["注", "说明", "备注"].iter().any(|word| is_label(text, word)).then_some(Sign::UnlessNamed(Footer))
        }
        '共' if is_first && (is_count(text) || is_page_number(text)) => Some(Sign::UnlessKeyed(Total)),
        _ if is_total(text) => Some(if is_first { Sign::UnlessKeyed(Total) } else { Sign::UnlessNamed(Total) }),
        _ if is_first && ends_in_total(text) => Some(Sign::UnlessNamed(Total)),
        _ => None,
    }
}

/// Whether the text is one of the words, alone or in brackets.
fn is_word(text: &str, words: &[&str]) -> bool {
    let bare = text.trim_matches(['(', ')', '（', '）', '【', '】', '[', ']', '：', ':']);
    words.contains(&bare)
}

fn example(text: &str, is_first: bool) -> bool {
    is_word(text, &["示例", "样例", "示例行", "示例数据"])
        || ["示例行", "示例数据", "示例，", "示例,", "示例：", "示例:", "样例：", "样例:", "样例，", "样例,"]
            .iter()
            .any(|start| text.starts_with(start))
        || is_first && ["例：", "例:"].iter().any(|start| text.starts_with(start))
}

/// `合 计`, `合计：`, `合计（元）`.
pub fn is_total(text: &str) -> bool {
    const WORDS: [&str; 7] = ["合计", "小计", "总计", "共计", "累计", "总合计", "本页合计"];
    if !text.starts_with(['合', '小', '总', '共', '累', '本']) || text.len() > 60 {
        return false;
    }
    let bare: String = text.chars().filter(|c| !is_space(*c)).collect();
    let rest = WORDS.iter().filter_map(|word| bare.strip_prefix(word)).min_by_key(|rest| rest.len());
    rest.is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_alphabetic()))
}

/// `营业一部小计`
fn ends_in_total(text: &str) -> bool {
    ["小计", "合计"].iter().any(|word| text.ends_with(word)) && text.chars().count() <= 20
}

/// `共 504 人`
fn is_count(text: &str) -> bool {
    let rest = text.trim_start_matches('共').trim_start_matches('有').trim_matches(is_space);
    let counted = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ',');
    counted.len() < rest.len()
        && ["人", "户", "件", "条", "笔", "行", "位", "单"]
            .iter()
            .any(|word| counted.trim_matches(is_space).starts_with(word))
        && counted.chars().count() <= 12
}

/// `制表人：`, `打印日期 2026-11-01`: who made the sheet, and when.
pub fn is_signature(text: &str) -> bool {
    const WHAT: [&str; 8] = ["制表", "指标", "统计", "打印", "填表", "审核", "复核", "经办"];
    const ABOUT: [&str; 8] = ["人", "员", "时间", "日期", "单位", "机构", "起止期", "部门"];
    let Some(rest) = WHAT.iter().find_map(|word| text.strip_prefix(word)) else { return false };
    let rest = ABOUT.iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest).trim_start_matches(is_space);
    rest.is_empty() || rest.starts_with([':', '：']) || rest.starts_with(|c: char| c.is_ascii_digit())
}

/// `第 1 页`, `第1页/共3页`, `共 3 页`.
fn is_page_number(text: &str) -> bool {
    let is_number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十百".contains(c) || is_space(c);
    let rest = text.trim_start_matches(['第', '共']).trim_start_matches(is_number);
    rest.starts_with('页') && !text.starts_with('页')
}

/// `注：…`, `说明: …`, `注1、…`
fn is_label(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_digit() || is_space(c)).starts_with([':', '：', '、'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge() -> RowJudge {
        let headings = ["序号", "客户信息_姓名", "保单号", "手机", "地址", "保费"];
        RowJudge {
            headings: headings.iter().enumerate().map(|(at, heading)| (at as u32, heading.to_string())).collect(),
            keys: vec![2, 3],
            names: vec![1],
        }
    }

    #[track_caller]
    fn case(cells: &str, want: RowKind) {
        let cells: Vec<(u32, Cell<'_>)> = cells
            .split('|')
            .enumerate()
            .filter(|(_, text)| !text.is_empty())
            .map(|(at, text)| (at as u32, text.into()))
            .collect();
        assert_eq!(judge().kind(&Row { number: 9, cells: &cells }), want, "{cells:?}");
    }

    #[test]
    fn totals() {
        for row in [
            "合计",
            "合 计|||||9800",
            "|合计：|3件",
            "||||合计|9800",
            "共 504 人",
            "共3件",
            "营业一部小计|||||100",
            "总计（元）|||||1",
        ] {
            case(row, RowKind::Total);
        }
        case("合计|1737件|19,567,490.00", RowKind::Total);
        case("|合计|P20118632887495", RowKind::Data);
        case("|合计||16954917911", RowKind::Data);
        case("1|王伟|||合计小区3幢|100", RowKind::Data);
        case("1|王伟|||合计|100", RowKind::Data);
        case("总计划书|王伟", RowKind::Data);
        case("小计划|王伟|||某路", RowKind::Data);
        case("|共青|||共3号", RowKind::Data);
    }

    #[test]
    fn footers() {
        for row in [
            "|||||制表时间:2026-11-01",
            "制表人：|孔岚",
            "|填表人：||审核：",
            "第 1 页",
            "第1页/共3页",
            "注：保费单位为元",
            "打印日期 2026-11-01",
        ] {
            case(row, RowKind::Footer);
        }
        case("（必填）|（必填）||（11位）", RowKind::Footer);
        case("选填|必填", RowKind::Footer);
        case("|备用", RowKind::Footer);
        case("# 以下为示例", RowKind::Footer);
        case("|备用||16800168000", RowKind::Data);
        case("#1|王伟|||某路", RowKind::Data);
        case("|第五建华|||某路", RowKind::Data);
        case("1|王伟|||第三人民医院宿舍2页", RowKind::Data);
        case("1|王伟|||注：老宅", RowKind::Data);
        case("审核通过|王伟|||某路", RowKind::Data);
        case("备注：老客户|王伟|||某路", RowKind::Data);
        case("制表人：|孔岚|P20118632887495", RowKind::Data);
    }

    #[test]
    fn examples_and_error_texts() {
        case("示例|张三|P20118632887495|16800168000", RowKind::Example);
        case("1|张三||16800168000|示例", RowKind::Example);
        case("|张三|||示例行，导入前请删除", RowKind::Example);
        case("1|张三||16800168000|样例，请勿删除", RowKind::Example);
        case("1|例：李四||16800168000|某路", RowKind::Example);
        case("1|例丽||16800168000|示例行政村3号", RowKind::Data);
        case("1|张三||16800168000|示例行政村3号", RowKind::Data);
        case("***处理保单P20158632750410 出错：找不到投保人地址", RowKind::ErrorText);
        case("***|王伟|||某路|100", RowKind::Data);
        case("1|***|P20118632887495", RowKind::Data);
    }

    #[test]
    fn the_heading_come_again() {
        case("序号|姓名|保单号|手机|地址|保费", RowKind::HeadingAgain);
        case("序 号|客户信息", RowKind::HeadingAgain);
        case("1|姓名|P20118632887495|16800168000|某路|1", RowKind::Data);
    }
}
