//! Tables inside a card: a row of headings, and rows below it that fill its columns.

use std::ops::Range;

use super::card::{Ink, Page, Token};
use super::fits::{answers, fits};
use super::grid::Inked;
use super::labels::Label;
use super::letters;
use super::sections::{Section, is_card_title, is_group_word};
use crate::model::cell::Cell;
use crate::read::heading::TopCell;
use crate::templates::Templates;
use crate::templates::fields::Field;
use crate::templates::heading::Heading;

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
    // Where ranges are merged for looks, there is room between headings: then all of the line is one.
    if (found.is_empty() || found.len() > 1) && is_spaced_heading(page, at, templates) {
        found = std::iter::once(0..page.lines[at].1.len()).collect();
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
fn runs(tokens: &[Token], templates: &Templates) -> Vec<Range<usize>> {
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
            let begins = start + usize::from(begins_with_title(&tokens[start..end]));
            runs.extend(repeated(&tokens[begins..end]).map(|run| begins + run.start..begins + run.end));
        }
        start = end.max(start + 1);
    }
    runs
}

/// Whether the first heading is the title of the table: 转介绍 | 姓名 | 联系方式. 家庭成员 is one where the names have
/// a column of their own, 投保人 before 险种 is none.
fn begins_with_title(tokens: &[Token]) -> bool {
    let text = tokens[0].inked.text();
    let has_names = || {
        let mut claims = tokens[1..].iter().filter_map(Token::known).flat_map(|label| &label.claims);
        claims.any(|claim| claim.field == Field::NAME && claim.role.is_none())
    };
    tokens.len() > 2 && Section::of(&text).is_some() && (!is_group_word(&text) || has_names())
}

/// A table that goes on to the right of itself, 关系 | 姓名 | 关系 | 姓名, as its parts; of any other the whole.
fn repeated(tokens: &[Token]) -> impl Iterator<Item = Range<usize>> {
    let key = |token: &Token| token.label().map(|label| (label.key.clone(), label.number));
    let first = key(&tokens[0]);
    let mut starts: Vec<usize> = (0..tokens.len()).filter(|at| first.is_some() && key(&tokens[*at]) == first).collect();
    let width = starts.get(1).copied().unwrap_or(0);
    let again = |part: &[Token]| part.iter().all(|token| tokens[..width].iter().any(|of_first| key(of_first) == key(token)));
    let ends = starts.iter().skip(1).copied().chain([tokens.len()]);
    let is_again = width > 1 && starts.iter().zip(ends).all(|(start, end)| end - start > 1 && again(&tokens[*start..end]));
    if !is_again {
        starts = vec![0];
    }
    let ends: Vec<usize> = starts.iter().skip(1).copied().chain([tokens.len()]).collect();
    starts.into_iter().zip(ends).map(|(start, end)| start..end)
}

fn is_run(tokens: &[Token], templates: &Templates) -> bool {
    let is_unknown = |token: &&Token| token.known().is_none() && !is_unneeded(token, templates);
    if !tokens.iter().any(|token| is_unknown(&token)) {
        return has_neighbours(tokens, templates);
    }
    // 配偶 | 姓名 | 李娜 | 手机: what stands behind the first word are labels and values by turns. 保单 | 险种 | 保额: the
    // title of the table is no heading.
    let first = tokens[0].inked.text();
    let heads = if is_group_word(&first) || Section::of(&first).is_some() { &tokens[1..] } else { tokens };
    has_neighbours(heads, templates) && heads.iter().filter(is_unknown).count() * 3 <= heads.len()
}

/// 序号 and the like: a heading that everybody knows and nobody needs.
fn is_unneeded(token: &Token, templates: &Templates) -> bool {
    let label = token.label().cloned().or_else(|| Label::of(&token.inked.text(), &templates.fields));
    label.is_some_and(|label| templates.fields.is_unneeded(&label.key))
}

/// Whether two labels of ours stand beside each other, the second no value of the first.
fn has_neighbours(tokens: &[Token], templates: &Templates) -> bool {
    tokens.windows(2).any(|pair| match (pair[0].known(), pair[1].known()) {
        (Some(one), Some(other)) => !answers(&one.claims, Cell::from(other.text.as_str()), templates),
        _ => false,
    })
}

/// Labels with room between them, because their cells are merged in a way the file does not tell, or for looks: a
/// row of headings if the row below has values under them and no label.
fn is_spaced_heading(page: &Page, at: usize, templates: &Templates) -> bool {
    let (number, tokens) = &page.lines[at];
    let Some((next, below)) = page.lines.get(at + 1) else { return false };
    let known = tokens.iter().filter(|token| token.known().is_some()).count();
    let mut keys: Vec<String> = tokens.iter().map(|token| Heading::of(&token.inked.text()).key).collect();
    keys.sort_unstable();
    let is_once = keys.windows(2).all(|pair| pair[0] != pair[1]);
    let bottom = tokens.iter().map(|token| token.inked.bottom).max().unwrap_or(*number);
    let may_be = tokens.len() >= 3
        && is_once
        && tokens.iter().all(|token| !token.used && token.may_head())
        && known >= 2
        && known * 4 >= tokens.len()
        && *next == bottom + 1
        && below.len() >= 2
        && below.iter().all(|token| matches!(token.ink, Ink::Value));
    if !may_be {
        return false;
    }
    let columns: Vec<u32> = tokens.iter().map(|token| token.inked.column).collect();
    if known == tokens.len() && below.iter().all(|token| columns.contains(&token.inked.column)) {
        return true;
    }
    // Where the values begin at other columns than their headings, they must be what the headings say.
    if !tokens.iter().any(|token| token.inked.right > token.inked.column) {
        return false;
    }
    let headings: Vec<&Inked> = tokens.iter().map(|token| &token.inked).collect();
    let mut places: Vec<usize> = below.iter().map(|token| under(&headings, &token.inked)).collect();
    let fit = |(token, place): (&Token, &usize)| {
        let claims = tokens[*place].label().map_or(&[][..], |label| &label.claims);
        let kinds = claims.iter().map(|claim| templates.fields.entry(claim.field).kind);
        kinds.filter_map(|kind| fits(kind, token.inked.cell.cell(), templates)).max()
    };
    let fits: Vec<bool> = below.iter().zip(&places).filter_map(fit).collect();
    places.dedup();
    places.len() == below.len() && !fits.is_empty() && fits.iter().all(|fits| *fits)
}

/// The heading a cell stands under: the one with which it shares most columns, else the last to its left.
fn under(headings: &[&Inked], cell: &Inked) -> usize {
    let most = headings.iter().map(|heading| heading.shares(cell)).max().unwrap_or(0);
    let shares_most = |heading: &&Inked| most > 0 && heading.shares(cell) == most;
    let left = || headings.iter().rposition(|heading| heading.column <= cell.column);
    headings.iter().position(shares_most).or_else(left).unwrap_or(0)
}

impl SubTable {
    /// The same table going on without its headings, from this line of another sheet.
    pub fn gone_on(&self, page: &mut Page, from: usize, templates: &Templates) -> SubTable {
        let mut table = SubTable { section_cell: None, rows: Vec::new(), strays: Vec::new(), ..self.clone() };
        table.take_rows(page, from, templates);
        table
    }

    /// How many of its cells are what their headings ask for, and how many are not.
    pub fn fit(&self, templates: &Templates) -> (usize, usize) {
        let fit = |(heading, inked): &(usize, Inked)| {
            let kinds = self.headings[*heading].0.claims.iter().map(|claim| templates.fields.entry(claim.field).kind);
            kinds.filter_map(|kind| fits(kind, inked.cell.cell(), templates)).max()
        };
        let told: Vec<bool> = self.rows.iter().flatten().filter_map(fit).collect();
        let good = told.iter().filter(|good| **good).count();
        (good, told.len() - good)
    }

    fn take_rows(&mut self, page: &mut Page, from: usize, templates: &Templates) {
        let first = self.headings[0].1.clone();
        let left = first.column;
        let right = self.headings.last().map_or(left, |(_, inked)| inked.right);
        let is_mine =
            |inked: &Inked| (left..=right).contains(&inked.column) || first.shares(inked) > 0 && inked.right <= first.right;
        for (_, tokens) in &mut page.lines[from..] {
            let mine: Vec<usize> =
                (0..tokens.len()).filter(|index| is_mine(&tokens[*index].inked) && !tokens[*index].used).collect();
            if self.ends_at(tokens, &mine, left, templates) {
                return;
            }
            let mut row: Vec<(usize, Inked)> = Vec::new();
            for index in mine {
                tokens[index].used = true;
                let inked = tokens[index].inked.clone();
                let heading = self.under(&inked);
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

    fn under(&self, cell: &Inked) -> usize {
        under(&self.headings.iter().map(|(_, heading)| heading).collect::<Vec<_>>(), cell)
    }

    /// Whether a line is no longer of the table.
    fn ends_at(&self, tokens: &[Token], mine: &[usize], left: u32, templates: &Templates) -> bool {
        let to_the_left = tokens
            .iter()
            .enumerate()
            .any(|(index, token)| !token.used && token.inked.column < left && !mine.contains(&index));
        let Some(first) = mine.first() else { return to_the_left };
        let before = first.checked_sub(1).map(|index| &tokens[index]).filter(|before| {
            !before.used && before.inked.right + 1 == left && matches!(before.inked.cell, TopCell::Text(_))
        });
        if before.is_some_and(|before| self.begins_a_part(before, tokens, mine, templates)) {
            return true;
        }
        let token = &tokens[*first];
        let heading = &self.headings[self.under(&token.inked)].0;
        let answers_heading = || answers(&heading.claims, Cell::from(token.inked.text().trim()), templates);
        let is_new_part = match &token.ink {
            Ink::Label(label) => {
                // 配偶 under 被保险人 says who is meant, if the rest of the line is a row.
                let says_who = || is_group_word(&label.text) && self.is_row(tokens, &mine[1..], templates);
                label.colon || !(answers_heading() || says_who())
            }
            Ink::Pairs(lead, found) => lead.is_empty() && found[0].0.is_known() && found[0].0.colon,
            Ink::Sentence(..) | Ink::Continued => true,
            Ink::Value => {
                let text = token.inked.text();
                mine.len() == 1 && tokens.len() == 1 && is_title(token, &text)
            }
        };
        is_new_part || to_the_left && mine.len() > 1 && runs(tokens, templates).iter().any(|run| run.contains(first))
    }
}

impl SubTable {
    /// Whether a cell directly before the table is the label or the title of something else, and its line no row:
    /// 增员意向 | □有 ☑无. A word that may be about the row (王伟 before 终身寿险 | 50万) is none if the row fits.
    fn begins_a_part(&self, before: &Token, tokens: &[Token], mine: &[usize], templates: &Templates) -> bool {
        let text = before.inked.text();
        let may_be_whose = match &before.ink {
            Ink::Label(label) => !label.colon && is_group_word(&text),
            Ink::Pairs(..) | Ink::Sentence(..) | Ink::Continued => false,
            Ink::Value => true,
        };
        if !may_be_whose {
            return true;
        }
        Section::of(&text).is_some() && !is_group_word(&text)
            || Label::looks_like_one(&text) && !self.is_row(tokens, mine, templates)
    }

    /// Whether more of these cells are what their headings ask for than are not.
    fn is_row(&self, tokens: &[Token], mine: &[usize], templates: &Templates) -> bool {
        let fit = |index: &usize| {
            let inked = &tokens[*index].inked;
            let (label, _) = &self.headings[self.under(inked)];
            let kinds = label.claims.iter().map(|claim| templates.fields.entry(claim.field).kind);
            kinds.filter_map(|kind| fits(kind, inked.cell.cell(), templates)).max()
        };
        let fits: Vec<bool> = mine.iter().filter_map(fit).collect();
        fits.iter().filter(|good| **good).count() * 2 > fits.len()
    }
}

fn is_title(token: &Token, text: &str) -> bool {
    let is_text = matches!(token.inked.cell, TopCell::Text(_));
    let is_wide = token.inked.right > token.inked.column;
    is_text
        && (Section::of(text).is_some()
            || is_card_title(text)
            || is_wide && Label::looks_like_one(text)
            || letters::is_office(text)
            || letters::is_rule(text)
            || text.starts_with("说明")
            || text.starts_with('注'))
}
