//! Cards that stand as columns: labels down one column, a client in each column beside it.

use std::ops::Range;

use super::card::{Card, Entry, Ink, Page, Token, Value};
use super::cards::says_who;
use super::fits::{answers, fits};
use super::grid::{Grid, Inked};
use super::labels::{Label, UNITS};
use super::people;
use super::sections::{Section, is_group_word};
use crate::model::cell::Cell;
use crate::model::money::Unit;
use crate::model::text::is_space;
use crate::read::heading::TopCell;
use crate::templates::Templates;

/// Fewer labels below each other are no column of labels.
const FEWEST_LABELS: usize = 3;

/// Values of a client that fit their labels.
const FEWEST_FITTING: usize = 2;

/// The cards of a sheet whose labels stand in one column, one for each column of values. `None` where there are not
/// two clients beside each other.
pub fn cards(grid: &Grid, templates: &Templates) -> Option<Vec<Card>> {
    if !has_label_column(grid, templates) {
        return None;
    }
    let page = Page::of(grid, templates);
    if people::stand_here(&page) {
        return None;
    }
    let labels = label_column(&page)?;
    let sheet = Sheet { page: &page, labels, templates };
    if sheet.has_other_labels() {
        return None;
    }
    let mut cards = Vec::new();
    for block in sheet.blocks() {
        let clients = sheet.clients(&block.rows);
        // Headed 本人 and 配偶 the columns are the people of one card.
        if clients.len() < 2 || clients.iter().any(|column| sheet.is_of_family(*column)) {
            return None;
        }
        cards.extend(sheet.read(&block, &clients));
    }
    (!cards.is_empty()).then_some(cards)
}

/// Whether enough lines begin with a label of ours; cheap, for every table is asked.
fn has_label_column(grid: &Grid, templates: &Templates) -> bool {
    let begins = |cells: &[Inked]| {
        cells.iter().take(2).any(|cell| match &cell.cell {
            TopCell::Text(text) => Label::of(text, &templates.fields).is_some_and(|label| label.is_known()),
            TopCell::Error(_) | TopCell::Other(_) => false,
        })
    };
    grid.lines.iter().filter(|line| begins(&line.cells)).take(FEWEST_LABELS).count() == FEWEST_LABELS
}

/// The column with most labels of ours.
fn label_column(page: &Page) -> Option<u32> {
    let mut counts: Vec<(u32, usize)> = Vec::new();
    let known = page.lines.iter().flat_map(|(_, tokens)| tokens).filter(|token| token.known().is_some());
    for token in known {
        match counts.iter_mut().find(|(column, _)| *column == token.inked.column) {
            Some((_, count)) => *count += 1,
            None => counts.push((token.inked.column, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().filter(|count| *count >= FEWEST_LABELS)?;
    counts.iter().filter(|(_, count)| *count == most).map(|(column, _)| *column).min()
}

/// Clients beside each other, with what stands above them.
struct Block {
    /// The lines above the first label.
    head: Range<usize>,
    /// The lines from there on.
    rows: Range<usize>,
}

struct Sheet<'p> {
    page: &'p Page,
    labels: u32,
    templates: &'p Templates,
}

impl Sheet<'_> {
    fn tokens(&self, line: usize) -> &[Token] {
        &self.page.lines[line].1
    }

    /// The cell in the column of labels.
    fn label_token(&self, line: usize) -> Option<&Token> {
        self.tokens(line).iter().find(|token| token.inked.column == self.labels)
    }

    /// Whether there are labels beside the labels, too: then the columns between are no clients. A word such as
    /// 业务员 may be what somebody does.
    fn has_other_labels(&self) -> bool {
        let labelled = (0..self.page.lines.len()).filter_map(|line| Some((line, self.label_token(line)?.known()?)));
        let (mut lines, mut with_others) = (0, 0);
        for (line, label) in labelled {
            let others = self.tokens(line).iter().filter(|token| token.inked.column > self.labels);
            lines += 1;
            with_others += usize::from(others.into_iter().any(|token| self.is_label(token, label)));
        }
        with_others * 3 >= lines
    }

    /// Whether a cell is a label, and no answer to this one.
    fn is_label(&self, token: &Token, before: &Label) -> bool {
        let text = token.inked.text();
        token.known().is_some() && !answers(&before.claims, Cell::from(text.trim_matches(is_space)), self.templates)
    }

    /// Where the first label comes again, the next block begins: further clients below the first ones.
    fn blocks(&self) -> Vec<Block> {
        let known = |line: &usize| Some(&self.label_token(*line)?.known()?.key);
        let lines = 0..self.page.lines.len();
        let Some(first) = lines.clone().find_map(|line| known(&line)) else { return Vec::new() };
        let begins: Vec<usize> = lines.clone().filter(|line| known(line) == Some(first)).collect();
        let heads: Vec<usize> = begins.iter().map(|begin| self.head_of(*begin, begins[0])).collect();
        let end_of = |index: usize| heads.get(index + 1).copied().unwrap_or(lines.end);
        (0..begins.len())
            .map(|index| Block { head: heads[index]..begins[index], rows: begins[index]..end_of(index) })
            .collect()
    }

    /// The first line of the title of a block: of the first one all that is above, of others what is above and has
    /// no label.
    fn head_of(&self, begin: usize, first: usize) -> usize {
        if begin == first {
            return 0;
        }
        let is_head = |line: &usize| {
            let is_alone = self.tokens(*line).len() == 1;
            let label = self.label_token(*line);
            label.is_none_or(|token| is_heading_word(&token.inked.text()) || is_alone && token.known().is_none())
        };
        (0..begin).rev().take_while(is_head).last().unwrap_or(begin)
    }

    /// The columns in which a client stands: there is a name or a number, and what else is there fits its labels.
    fn clients(&self, rows: &Range<usize>) -> Vec<u32> {
        let labelled = || rows.clone().filter_map(|line| Some((line, self.label_token(line)?.known()?)));
        let mut columns: Vec<u32> = labelled()
            .filter(|(_, label)| says_who(label))
            .flat_map(|(line, _)| self.tokens(line))
            .filter(|token| token.inked.column > self.labels && token.known().is_none())
            .map(|token| token.inked.column)
            .collect();
        columns.sort_unstable();
        columns.dedup();
        let is_client = |column: &u32| {
            let (mut good, mut bad) = (0, 0);
            for (line, label) in labelled() {
                let Some(token) = self.at(line, *column) else { continue };
                if self.is_label(token, label) {
                    bad += 1;
                    continue;
                }
                let kinds = label.claims.iter().map(|claim| self.templates.fields.entry(claim.field).kind);
                match kinds.filter_map(|kind| fits(kind, token.inked.cell.cell(), self.templates)).max() {
                    Some(true) => good += 1,
                    Some(false) => bad += 1,
                    None => {}
                }
            }
            good >= FEWEST_FITTING && bad * 2 <= good
        };
        columns.retain(is_client);
        columns
    }

    /// The cell of a line in a column, or that reaches over it.
    fn at(&self, line: usize, column: u32) -> Option<&Token> {
        let mut beside = self.tokens(line).iter().filter(|token| token.inked.column > self.labels);
        beside.find(|token| token.inked.column <= column && column <= token.inked.right)
    }

    /// A card for each client of a block.
    fn read(&self, block: &Block, clients: &[u32]) -> Vec<Card> {
        let mut cards = vec![Card::default(); clients.len()];
        self.take_head(block, clients, &mut cards);
        let mut section: Option<String> = None;
        for line in block.rows.clone() {
            let mut label = None;
            let mut holders: Vec<&Token> = Vec::new();
            for token in self.tokens(line) {
                let inked = &token.inked;
                let of_client = clients.iter().position(|column| (inked.column..=inked.right).contains(column));
                if inked.column == self.labels {
                    label = self.label(token, &mut section, &mut cards[0]);
                } else if inked.column < self.labels && is_title(&inked.text()) {
                    section = Some(inked.text());
                    cards[0].titles.push(inked.clone());
                } else if let (Some(_), true) = (of_client, inked.column > self.labels) {
                    holders.push(token);
                } else if !self.is_unit(token, label.as_mut()) {
                    cards[0].unread.push(inked.clone());
                }
            }
            let Some(label) = label else {
                cards[0].unread.extend(holders.iter().map(|token| token.inked.clone()));
                continue;
            };
            let mut label_cell = 1;
            for token in holders {
                let mut value_cell = 1;
                for (index, column) in clients.iter().enumerate() {
                    let inked = &token.inked;
                    if !(inked.column..=inked.right).contains(column) {
                        continue;
                    }
                    let at = (inked.row, inked.column);
                    cards[index].entries.push(Entry {
                        label: label.clone(),
                        groups: section.iter().cloned().collect(),
                        is_column: false,
                        label_at: at,
                        value: Value::of(vec![inked.cell.clone()], at),
                        cells: std::mem::take(&mut label_cell) + std::mem::take(&mut value_cell),
                        has_room: true,
                    });
                }
            }
        }
        cards
    }

    /// The label of a line; nothing where it is the title of a section, which is noted, or no label at all.
    fn label(&self, token: &Token, section: &mut Option<String>, card: &mut Card) -> Option<Label> {
        let text = token.inked.text();
        let line = self.page.lines.iter().position(|(row, _)| *row == token.inked.row).expect("it is from there");
        let is_alone = self.tokens(line).len() == 1;
        if is_alone && (Section::of(&text).is_some() || is_title(&text)) {
            *section = Some(text);
            card.titles.push(token.inked.clone());
            return None;
        }
        let label = Label::of(&text, &self.templates.fields).filter(|_| !matches!(token.ink, Ink::Pairs(..)));
        if label.is_none() || is_alone && label.as_ref().is_some_and(|label| !label.is_known()) {
            card.unread.push(token.inked.clone());
            return None;
        }
        label
    }

    /// 万元 in a column of its own: the unit of the line.
    fn is_unit(&self, token: &Token, label: Option<&mut Label>) -> bool {
        let text = token.inked.text();
        let unit = text.trim_matches(|c| is_space(c) || matches!(c, '(' | ')' | '（' | '）'));
        let is_unit = UNITS.contains(&unit) || Unit::in_heading(&format!("({unit})")).is_some();
        match label {
            Some(label) if is_unit => {
                label.text = format!("{}（{unit}）", label.text);
                true
            }
            _ => false,
        }
    }

    /// Whether a column is headed with who of a family it is about.
    fn is_of_family(&self, column: u32) -> bool {
        let is_unlabelled = |line: &usize| self.label_token(*line).is_none_or(|token| token.known().is_none());
        let mut heads = (0..self.page.lines.len()).filter(is_unlabelled).filter_map(|line| self.at(line, column));
        heads.any(|token| is_group_word(&token.inked.text()))
    }

    /// Titles and the heads of columns: 项目, 客户1, 备注. What else stands there is told.
    fn take_head(&self, block: &Block, clients: &[u32], cards: &mut [Card]) {
        for line in block.head.clone() {
            let tokens = self.tokens(line);
            for token in tokens {
                let text = token.inked.text();
                let column = clients.iter().position(|column| (token.inked.column..=token.inked.right).contains(column));
                let card = column.filter(|index| *index < cards.len() && tokens.len() > 1).unwrap_or(0);
                let is_plain = tokens.len() == 1 || is_heading_word(&text) || is_example(&text);
                match is_plain {
                    true => cards[card].titles.push(token.inked.clone()),
                    false => cards[card].unread.push(token.inked.clone()),
                }
            }
        }
    }
}

/// 项目, 内容, 单位, 备注, 客户1, 3: heads of columns that say nothing of anybody.
fn is_heading_word(text: &str) -> bool {
    const WORDS: [&str; 22] = [
        "项目",
        "内容",
        "资料",
        "栏目",
        "字段",
        "信息",
        "信息项",
        "单位",
        "备注",
        "说明",
        "填写说明",
        "要求",
        "填写要求",
        "客户",
        "户",
        "保单",
        "拜访",
        "序号",
        "编号",
        "NO",
        "本人",
        "客户本人",
    ];
    let bare: String = text.chars().filter(|c| !is_space(*c)).collect();
    let bare = bare.trim_end_matches(|c: char| c.is_ascii_digit() || "一二三四五六七八九十号:：".contains(c));
    bare.is_empty() || WORDS.contains(&bare.trim_start_matches('第'))
}

/// A title that a column of labels, or the room beside it, is divided by.
fn is_title(text: &str) -> bool {
    Section::of(text).is_some() || is_group_word(text) || text.trim_matches(is_space).starts_with('【')
}

fn is_example(text: &str) -> bool {
    ["示例", "样例", "范例"].iter().any(|word| text.contains(word))
}
