//! Tables inside a card: a row of headings, and rows below it that fill its columns.

use super::card::{Ink, Page, Token};
use super::fits::answers;
use super::grid::Inked;
use super::labels::Label;
use super::sections::{Section, is_group_word};
use crate::model::cell::Cell;
use crate::read::heading::TopCell;
use crate::templates::Templates;

/// A table in a card.
#[derive(Clone, Debug)]
pub struct SubTable {
    /// The title it stands under, as written.
    pub section: Option<String>,
    /// The cell of that title, where it stands in the row of the headings.
    pub section_cell: Option<Inked>,
    /// Its headings, from left to right.
    pub headings: Vec<(Label, Inked)>,
    /// Its rows that hold something: cells by heading.
    pub rows: Vec<Vec<(usize, Inked)>>,
    /// Cells between its columns that belong to none.
    pub strays: Vec<Inked>,
}

/// Whether there is a row of headings among these cells.
pub fn has_heading(tokens: &[Token], templates: &Templates) -> bool {
    !runs(tokens, templates).is_empty()
}

/// Which of these cells are headings of tables.
pub fn headings(tokens: &[Token], templates: &Templates) -> Vec<usize> {
    runs(tokens, templates).into_iter().flatten().collect()
}

/// Takes all tables whose headings stand in this line.
pub fn take(page: &mut Page, at: usize, title: Option<&String>, templates: &Templates) -> Vec<SubTable> {
    let mut found = runs(&page.lines[at].1, templates);
    if found.is_empty() && is_spaced_heading(page, at) {
        found.push(0..page.lines[at].1.len());
    }
    let mut tables = Vec::new();
    for run in found {
        let tokens = &mut page.lines[at].1;
        // 关联人： | 关系 | 姓名 | …: the title of the table in front of its headings.
        let before = run.start.checked_sub(1).filter(|index| {
            let token = &tokens[*index];
            !token.used && token.inked.touches(&tokens[run.start].inked) && Section::of(&token.inked.text()).is_some()
        });
        let section_cell = before.map(|index| {
            tokens[index].used = true;
            tokens[index].inked.clone()
        });
        let headings: Vec<(Label, Inked)> = tokens[run.clone()]
            .iter_mut()
            .map(|token| {
                token.used = true;
                let label = token.label().cloned().or_else(|| Label::of(&token.inked.text(), &templates.fields));
                (label.expect("only labels are headings"), token.inked.clone())
            })
            .collect();
        let section = section_cell.as_ref().map(Inked::text).or_else(|| title.cloned());
        let mut table = SubTable { section, section_cell, headings, rows: Vec::new(), strays: Vec::new() };
        table.take_rows(page, at + 1, templates);
        tables.push(table);
    }
    tables
}

/// Stretches of headings that touch each other, nothing else directly behind them.
fn runs(tokens: &[Token], templates: &Templates) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    while start < tokens.len() {
        let mut end = start;
        while end < tokens.len()
            && !tokens[end].used
            && tokens[end].may_head()
            && (end == start || tokens[end - 1].inked.touches(&tokens[end].inked))
        {
            end += 1;
        }
        let is_cut =
            tokens.get(end).is_some_and(|next| end > start && tokens[end - 1].inked.touches(&next.inked) && !next.used);
        if end > start && !is_cut && is_run(&tokens[start..end], templates) {
            // 转介绍 | 姓名 | 联系方式: the first is the title of the table.
            let first = &tokens[start];
            let is_title =
                end - start > 2 && Section::of(&first.inked.text()).is_some() && !is_group_word(&first.inked.text());
            runs.push(start + usize::from(is_title)..end);
        }
        start = end.max(start + 1);
    }
    runs
}

fn is_run(tokens: &[Token], templates: &Templates) -> bool {
    let known = tokens.iter().filter(|token| token.known().is_some()).count();
    let unknown = tokens.len() - known;
    let neighbours = tokens.windows(2).any(|pair| match (pair[0].known(), pair[1].known()) {
        (Some(one), Some(other)) => !answers(&one.claims, Cell::from(other.text.as_str()), templates),
        _ => false,
    });
    let begins_a_group = is_group_word(&tokens[0].inked.text());
    neighbours && (unknown == 0 || !begins_a_group && unknown * 3 <= tokens.len())
}

/// Labels with room between them, because their cells are merged in a way the file does not tell: a row of headings
/// if the row below has values under them and no label.
fn is_spaced_heading(page: &Page, at: usize) -> bool {
    let (number, tokens) = &page.lines[at];
    let Some((next, below)) = page.lines.get(at + 1) else { return false };
    let columns: Vec<u32> = tokens.iter().map(|token| token.inked.column).collect();
    tokens.len() >= 3
        && tokens.iter().all(|token| !token.used && token.known().is_some_and(|label| !label.colon))
        && *next == number + 1
        && below.len() >= 2
        && below.iter().all(|token| matches!(token.ink, Ink::Value) && columns.contains(&token.inked.column))
}

impl SubTable {
    fn take_rows(&mut self, page: &mut Page, from: usize, templates: &Templates) {
        let left = self.headings[0].1.column;
        let right = self.headings.last().map_or(left, |(_, inked)| inked.right);
        for (_, tokens) in &mut page.lines[from..] {
            let mine: Vec<usize> = (0..tokens.len())
                .filter(|index| (left..=right).contains(&tokens[*index].inked.column) && !tokens[*index].used)
                .collect();
            if self.ends_at(tokens, &mine, left, templates) {
                return;
            }
            let mut row: Vec<(usize, Inked)> = Vec::new();
            for index in mine {
                tokens[index].used = true;
                let inked = tokens[index].inked.clone();
                let heading = self.headings.iter().rposition(|(_, heading)| heading.column <= inked.column).unwrap_or(0);
                if row.last().is_some_and(|(taken, _)| *taken == heading) {
                    self.strays.push(inked);
                } else {
                    row.push((heading, inked));
                }
            }
            if !row.is_empty() {
                self.rows.push(row);
            }
        }
    }

    /// Whether a line is no longer of the table.
    fn ends_at(&self, tokens: &[Token], mine: &[usize], left: u32, templates: &Templates) -> bool {
        let to_the_left = tokens.iter().any(|token| !token.used && token.inked.column < left);
        let Some(first) = mine.first() else { return to_the_left };
        let token = &tokens[*first];
        let heading = self.headings.iter().rfind(|(_, heading)| heading.column <= token.inked.column);
        let answers_heading =
            || heading.is_some_and(|(label, _)| answers(&label.claims, Cell::from(token.inked.text().trim()), templates));
        let is_new_part = match &token.ink {
            Ink::Label(label) => !answers_heading() || label.colon,
            Ink::Pairs(lead, found) => lead.is_empty() && found[0].0.is_known() && found[0].0.colon,
            Ink::Value => {
                let text = token.inked.text();
                mine.len() == 1 && tokens.len() == 1 && is_title(token, &text)
            }
        };
        is_new_part || to_the_left && mine.len() > 1 && runs(tokens, templates).iter().any(|run| run.contains(first))
    }
}

fn is_title(token: &Token, text: &str) -> bool {
    let is_text = matches!(token.inked.cell, TopCell::Text(_));
    let is_wide = token.inked.right > token.inked.column;
    is_text
        && (Section::of(text).is_some()
            || is_wide && Label::looks_like_one(text)
            || text.starts_with("说明")
            || text.starts_with('注'))
}
