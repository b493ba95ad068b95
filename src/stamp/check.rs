//! `fuwuka template check`: what a template asks for, what it will keep, and what stands in the way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::fault::Fault;
use super::place::Place;
use super::placeholder::Placeholder;
use super::template::{INDEX_LIST, Template};
use crate::templates::fields::nearest;

/// The titles that records can have.
#[derive(Clone, Debug, Default)]
pub struct Titles {
    /// Of fields.
    pub fields: BTreeSet<String>,
    /// Of the columns of each list.
    pub lists: BTreeMap<String, BTreeSet<String>>,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckReport {
    /// Every placeholder, sheet by sheet.
    pub asked: Vec<Asked>,
    /// Every list.
    pub lists: Vec<ListRows>,
    /// By sheet: what is kept as it is.
    pub kept: Vec<(String, Vec<&'static str>)>,
    /// The sheet that a book has once for each card; none if it cannot be told.
    pub card: Option<String>,
    /// Why no book can be made: such a template can still be filled for one record.
    pub no_book: Vec<Fault>,
}

/// A placeholder and whether there is such a title.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The sheet.
    pub sheet: String,
    /// The cell; none in a header or footer.
    pub cell: Option<Place>,
    /// What is asked for.
    pub placeholder: Placeholder,
    /// Whether it is known.
    pub known: bool,
    /// If not: the nearest titles.
    pub near: Vec<String>,
}

/// Where a list stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRows {
    /// The sheet.
    pub sheet: String,
    /// The list.
    pub list: String,
    /// First and last row of one item.
    pub rows: (u32, u32),
}

impl CheckReport {
    /// True if every placeholder is known.
    pub fn is_good(&self) -> bool {
        self.asked.iter().all(|asked| asked.known)
    }
}

impl Titles {
    fn knows(&self, placeholder: &Placeholder) -> bool {
        match placeholder {
            Placeholder::Field(title) => self.fields.contains(title),
            Placeholder::Column { list, column } => self.lists.get(list).is_some_and(|columns| columns.contains(column)),
        }
    }

    /// The nearest titles, as they would stand in a placeholder.
    fn near(&self, placeholder: &Placeholder) -> Vec<String> {
        let titles = |titles: &BTreeSet<String>, word: &str| -> Vec<String> {
            nearest(word, titles.iter().map(String::as_str)).into_iter().map(str::to_string).collect()
        };
        let column = |list: &str, column: String| Placeholder::Column { list: list.to_string(), column };
        let near: Vec<Placeholder> = match placeholder {
            Placeholder::Field(title) => titles(&self.fields, title).into_iter().map(Placeholder::Field).collect(),
            Placeholder::Column { list, column: title } => match self.lists.get(list) {
                Some(columns) => titles(columns, title).into_iter().map(|title| column(list, title)).collect(),
                None => nearest(list, self.lists.keys().map(String::as_str))
                    .into_iter()
                    .map(|list| column(list, title.clone()))
                    .collect(),
            },
        };
        near.iter().map(Placeholder::to_string).collect()
    }
}

impl Template {
    /// Compares the placeholders with the titles there are, and says what is kept.
    pub fn check(&self, titles: &Titles) -> CheckReport {
        let asked = self.placeholders().map(|(sheet, cell, placeholder)| {
            let known = titles.knows(placeholder);
            let near = if known { Vec::new() } else { titles.near(placeholder) };
            Asked { sheet: sheet.to_string(), cell, placeholder: placeholder.clone(), known, near }
        });
        let mut report = CheckReport { asked: asked.collect(), ..CheckReport::default() };
        for sheet in self.sheets() {
            let Some(plan) = &sheet.plan else {
                continue;
            };
            report.lists.extend(plan.lists.iter().map(|list| ListRows {
                sheet: sheet.name.clone(),
                list: list.list.clone(),
                rows: (list.first, list.last),
            }));
            report.kept.push((sheet.name.clone(), sheet.keeps()));
        }
        match self.card_sheet() {
            Ok(card) => {
                report.card = Some(self.sheets()[card].name.clone());
                report.no_book = self.card_obstacles(card);
            }
            Err(fault) => report.no_book.push(fault),
        }
        report
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for asked in &self.asked {
            write!(f, "「{}」", asked.sheet)?;
            match asked.cell {
                Some(cell) => write!(f, "{cell}：{}", asked.placeholder)?,
                None => write!(f, "页眉页脚：{}", asked.placeholder)?,
            }
            match (asked.known, asked.near.is_empty()) {
                (true, _) => writeln!(f)?,
                (false, true) => writeln!(f, " 没有这个标题")?,
                (false, false) => writeln!(f, " 没有这个标题，是不是 {}", asked.near.join("、"))?,
            }
        }
        for list in &self.lists {
            let (first, last) = list.rows;
            let rows = if first == last { format!("第 {first} 行") } else { format!("第 {first} 到 {last} 行") };
            writeln!(f, "「{}」{rows}：按“{}”逐条重复", list.sheet, list.list)?;
        }
        for (sheet, kept) in self.kept.iter().filter(|(_, kept)| !kept.is_empty()) {
            writeln!(f, "「{sheet}」保留：{}", kept.join("、"))?;
        }
        if let Some(card) = &self.card {
            writeln!(f, "「{card}」：在客户服务卡里每户一张；有 {{{{#{INDEX_LIST}.…}}}} 的表和其他表只有一张")?;
        }
        for fault in &self.no_book {
            writeln!(f, "不能按户成册：{fault}")?;
        }
        Ok(())
    }
}
