//! One card: its labels with their values, and the tables in it. Every cell that holds something is accounted for.

use super::boxes;
use super::fits::answers;
use super::grid::{Grid, Inked};
use super::labels::{Label, UNITS, pairs, without_numbering};
use super::letters;
use super::people;
use super::sections::{Section, is_card_title, is_group_word, is_log_title};
use super::sentences::{self, Sentence};
use super::subtable::{self, SubTable};
use crate::model::cell::Cell;
use crate::model::money::Unit;
use crate::model::text::is_space;
use crate::read::heading::TopCell;
use crate::templates::Templates;

/// A card taken apart.
#[derive(Clone, Debug, Default)]
pub struct Card {
    /// Labels and their values, in reading order.
    pub entries: Vec<Entry>,
    /// Tables in it.
    pub tables: Vec<SubTable>,
    /// Titles, headings of sections: understood, and no data.
    pub titles: Vec<Inked>,
    /// Sentences of a letter; the facts in them are among the entries.
    pub said: Vec<Said>,
    /// What is none of these.
    pub unread: Vec<Inked>,
    /// Whether the company's system printed it.
    pub printed: bool,
}

impl Card {
    /// The first row in which something of it stands, as Excel shows it.
    pub fn first_row(&self) -> u32 {
        let cells = self.titles.iter().chain(&self.unread).map(|inked| inked.row);
        cells.chain(self.entries.iter().map(|entry| entry.label_at.0)).min().unwrap_or(1)
    }
}

/// A sentence of a letter.
#[derive(Clone, Debug)]
pub struct Said {
    /// The cell it begins in, with all of its text.
    pub inked: Inked,
    /// How many cells it takes.
    pub cells: usize,
    /// Whether it was understood.
    pub is_complete: bool,
    /// Whether it begins as letters do.
    pub greets: bool,
}

/// A label and what stands beside it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The label.
    pub label: Label,
    /// The section and the group it stands in, as written.
    pub groups: Vec<String>,
    /// Whether the last of these is the heading of a column: what stands there is about that person alone.
    pub is_column: bool,
    /// Row and column of the label.
    pub label_at: (u32, u32),
    /// What it says; nothing where the form was left blank.
    pub value: Option<Value>,
    /// How many cells label and value take together.
    pub cells: usize,
    /// Whether there is a value, or room for one.
    pub has_room: bool,
}

/// A value on a form.
#[derive(Clone, Debug)]
pub struct Value {
    /// What counts of it.
    pub cell: TopCell,
    /// What stood there, where that is more.
    pub raw: Option<String>,
    /// Row and column of its first cell.
    pub at: (u32, u32),
}

/// A cell and what it seems to be.
pub struct Token {
    /// The cell.
    pub inked: Inked,
    /// What it seems to be.
    pub ink: Ink,
    /// Whether it has been accounted for.
    pub used: bool,
}

/// What a cell seems to be.
pub enum Ink {
    /// A label; its value, if any, is in another cell.
    Label(Label),
    /// Labels with their values, and what comes before the first.
    Pairs(String, Vec<(Label, String)>),
    /// A sentence of a letter: all of its text, how many cells that takes, and what it says.
    Sentence(String, usize, Sentence),
    /// A further line of the sentence before.
    Continued,
    /// Anything else.
    Value,
}

impl Token {
    fn of(inked: Inked, printed: bool, templates: &Templates) -> Token {
        let ink = match &inked.cell {
            TopCell::Text(text) if printed && sentences::is_sentence(text) => sentence(text.clone(), 1, templates),
            TopCell::Text(text) => ink(text, templates),
            TopCell::Error(_) | TopCell::Other(_) => Ink::Value,
        };
        Token { inked, ink, used: false }
    }

    /// The label it is.
    pub fn label(&self) -> Option<&Label> {
        match &self.ink {
            Ink::Label(label) => Some(label),
            _ => None,
        }
    }

    /// The label it is, if it means something.
    pub fn known(&self) -> Option<&Label> {
        self.label().filter(|label| label.is_known())
    }

    /// The labels in it; with their values, where those stand in it, too.
    pub fn labels_with_values(&self) -> impl Iterator<Item = (&Label, Option<&str>)> {
        let (one, many) = match &self.ink {
            Ink::Label(label) => (Some((label, None)), &[][..]),
            Ink::Pairs(_, found) => (None, &found[..]),
            Ink::Sentence(_, _, sentence) => (None, &sentence.facts[..]),
            Ink::Value | Ink::Continued => (None, &[][..]),
        };
        one.into_iter().chain(many.iter().map(|(label, value)| (label, Some(value.as_str()))))
    }

    /// Whether it can be a heading in a table: a label, or a word that may be one.
    pub fn may_head(&self) -> bool {
        match (&self.ink, &self.inked.cell) {
            (Ink::Label(label), _) => !label.colon,
            (Ink::Value, TopCell::Text(text)) => Label::looks_like_one(text),
            _ => false,
        }
    }
}

fn ink(text: &str, templates: &Templates) -> Ink {
    // 保单信息（单位：万元）: what the title says of its table, and no label with a value.
    if Section::of(text).is_some() && Unit::in_heading(text).is_some() {
        return Ink::Value;
    }
    if let Some((lead, found)) = pairs(text, &templates.fields) {
        return Ink::Pairs(lead, found);
    }
    match Label::of(text, &templates.fields) {
        Some(label) if label.is_known() || label.colon && Label::looks_like_one(&label.text) => Ink::Label(label),
        _ => Ink::Value,
    }
}

fn sentence(text: String, cells: usize, templates: &Templates) -> Ink {
    let said = sentences::read(&text, &templates.fields);
    Ink::Sentence(text, cells, said)
}

/// Rows of tokens; of each the number, as Excel shows it.
pub struct Page {
    /// Row and tokens.
    pub lines: Vec<(u32, Vec<Token>)>,
}

impl Page {
    /// Looks at every cell.
    pub fn of(grid: &Grid, templates: &Templates) -> Page {
        let token = |cell: &Inked| Token::of(cell.clone(), grid.printed, templates);
        let tokens = |cells: &[Inked]| cells.iter().map(token).collect();
        let mut page = Page { lines: grid.lines.iter().map(|line| (line.number, tokens(&line.cells))).collect() };
        page.join_sentences(templates);
        page
    }

    /// Sentences that go on in the lines below, each alone in its line.
    fn join_sentences(&mut self, templates: &Templates) {
        let mut first = 0;
        while first < self.lines.len() {
            let mut last = first;
            let mut joined = match &self.lines[first].1[..] {
                [Token { ink: Ink::Sentence(text, ..), .. }] => text.clone(),
                _ => String::new(),
            };
            while !joined.is_empty() && sentences::is_open(&joined) {
                let Some((number, below)) = self.lines.get(last + 1) else { break };
                let [next] = &below[..] else { break };
                let above = &self.lines[last].1[0].inked;
                let text = next.inked.text();
                let goes_on = matches!(next.ink, Ink::Value | Ink::Sentence(..))
                    && matches!(next.inked.cell, TopCell::Text(_))
                    && *number == above.bottom + 1
                    && above.shares(&next.inked) > 0
                    && !sentences::is_greeting(&text)
                    && !letters::is_title(&text)
                    && !letters::is_office(&text)
                    && !letters::is_rule(&text)
                    && Section::of(&text).is_none();
                if !goes_on {
                    break;
                }
                joined.push_str(text.trim_matches(is_space));
                last += 1;
            }
            if last > first {
                self.lines[first].1[0].ink = sentence(joined, last - first + 1, templates);
                self.lines[first + 1..=last].iter_mut().for_each(|(_, tokens)| tokens[0].ink = Ink::Continued);
            }
            first = last + 1;
        }
    }
}

/// Takes a card apart.
pub fn read(grid: &Grid, templates: &Templates) -> Card {
    take_apart(Page::of(grid, templates), Card { printed: grid.printed, ..Card::default() }, templates)
}

/// The same for a sheet whose first rows go on with a table of the sheet before, below perhaps a title.
pub fn read_on(grid: &Grid, table: &SubTable, templates: &Templates) -> Card {
    let mut page = Page::of(grid, templates);
    let mut card = Card { printed: grid.printed, ..Card::default() };
    let titles = page.lines.iter().take_while(|(_, tokens)| tokens.len() == 1).count();
    for token in page.lines[..titles].iter_mut().flat_map(|(_, tokens)| tokens) {
        token.used = true;
        card.titles.push(token.inked.clone());
    }
    card.tables.push(table.gone_on(&mut page, titles, templates));
    take_apart(page, card, templates)
}

fn take_apart(mut page: Page, mut card: Card, templates: &Templates) -> Card {
    let mut section: Option<String> = None;
    let label_columns = label_columns(&page);
    let mut sides: Vec<(u32, String)> = Vec::new();
    for at in 0..page.lines.len() {
        let number = page.lines[at].0;
        sides.retain(|(bottom, _)| *bottom >= number);
        take_title(&mut page, at, &mut section, &mut card, templates);
        take_side(&mut page, at, &mut sides, &mut card);
        let side = sides.last().map(|(_, text)| text.clone());
        people::take(&mut page, at, &mut card, templates);
        for table in subtable::take(&mut page, at, side.as_ref().or(section.as_ref()), templates) {
            card.titles.extend(table.section_cell.clone());
            card.unread.extend(table.strays.iter().cloned());
            card.tables.push(table);
        }
        let mut groups: Vec<String> = section.iter().cloned().collect();
        groups.extend(side);
        take_pairs(&mut page, at, &groups, &label_columns, &mut card, templates);
    }
    let rest = page.lines.into_iter().flat_map(|(_, tokens)| tokens).filter(|token| !token.used);
    card.unread.extend(rest.map(|token| token.inked));
    card.unread.sort_by_key(|inked| (inked.row, inked.column));
    card
}

/// Columns in which labels stand: a word there is a label, even if nobody knows it.
fn label_columns(page: &Page) -> Vec<u32> {
    let mut columns: Vec<u32> = Vec::new();
    for (_, tokens) in &page.lines {
        for (index, token) in tokens.iter().enumerate().filter(|(_, token)| token.known().is_some()) {
            let next_is_label =
                tokens.get(index + 1).is_some_and(|next| token.inked.touches(&next.inked) && next.label().is_some());
            if !next_is_label {
                columns.push(token.inked.column);
            }
        }
    }
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// A line with one cell that is no value: the title of the card or of a section.
fn take_title(page: &mut Page, at: usize, section: &mut Option<String>, card: &mut Card, templates: &Templates) {
    let is_first = at < 2;
    let follows_label = at > 0 && {
        let (above, tokens) = &page.lines[at - 1];
        // A label alone in its line has its value below.
        page.lines[at].0 == above + 1
            && tokens.len() == 1
            && tokens[0].known().is_some()
            && Section::of(&tokens[0].inked.text()).is_none()
    };
    let next_is_table = page.lines.get(at + 1).is_some_and(|(_, tokens)| subtable::has_heading(tokens, templates));
    let (_, tokens) = &mut page.lines[at];
    let alone = tokens.len() == 1;
    let Some(first) = tokens.first_mut().filter(|first| !first.used) else { return };
    let text = first.inked.text();
    let is_title = is_card_title(&text) || is_log_title(&text);
    let is_section = Section::of(&text).is_some() || without_numbering(&text) != text.trim_start() || text.starts_with('【');
    let is_heading = match &first.ink {
        // On a letter the first lines may be those of the envelope.
        Ink::Value if card.printed => {
            let of_letter = letters::is_title(&text) || letters::is_office(&text) || letters::is_rule(&text);
            of_letter || alone && !follows_label && is_section && text.chars().count() <= 24
        }
        Ink::Value => is_title || alone && !follows_label && (is_first || is_section && text.chars().count() <= 24),
        // 家庭成员 alone over a table is its title, though there is a field of that name.
        Ink::Label(_) => alone && Section::of(&text).is_some() && (next_is_table || first.known().is_none()),
        Ink::Pairs(..) | Ink::Sentence(..) | Ink::Continued => false,
    };
    if is_heading {
        first.used = true;
        card.titles.push(first.inked.clone());
        if !(is_title || card.printed) || Section::of(&text).is_some() {
            *section = Some(text);
        }
    }
}

/// A cell at the left that reaches down over several rows: the title of what stands to its right.
fn take_side(page: &mut Page, at: usize, sides: &mut Vec<(u32, String)>, card: &mut Card) {
    let (_, tokens) = &mut page.lines[at];
    if tokens.len() < 2 {
        return;
    }
    let next_is_label = matches!(tokens[1].ink, Ink::Label(_) | Ink::Pairs(..));
    let first = &mut tokens[0];
    let text = first.inked.text();
    let is_tall = first.inked.bottom > first.inked.row;
    if !first.used
        && is_tall
        && next_is_label
        && (Section::of(&text).is_some() || is_group_word(&text) || first.label().is_none())
    {
        first.used = true;
        card.titles.push(first.inked.clone());
        sides.push((first.inked.bottom, text));
    }
}

/// Labels and values of a line.
fn take_pairs(page: &mut Page, at: usize, groups: &[String], label_columns: &[u32], card: &mut Card, templates: &Templates) {
    let below = value_below(page, at);
    let mut taken_below = false;
    let (_, tokens) = &mut page.lines[at];
    let mut group: Option<String> = None;
    let mut index = 0;
    while index < tokens.len() {
        if tokens[index].used {
            index += 1;
            continue;
        }
        let inside = |group: &Option<String>| groups.iter().cloned().chain(group.clone()).collect::<Vec<_>>();
        match &tokens[index].ink {
            Ink::Pairs(lead, found) => {
                let inked = &tokens[index].inked;
                if !lead.is_empty() {
                    group = Some(lead.clone());
                }
                let place = (inked.row, inked.column);
                let last = found.len() - 1;
                let mut entries: Vec<Entry> = found
                    .iter()
                    .map(|(label, value)| {
                        let value =
                            (!value.is_empty()).then(|| Value::of(vec![TopCell::Text(value.clone())], place)).flatten();
                        Entry {
                            label: label.clone(),
                            groups: inside(&group),
                            is_column: false,
                            label_at: place,
                            value,
                            cells: 0,
                            has_room: true,
                        }
                    })
                    .collect();
                entries[0].cells = 1;
                tokens[index].used = true;
                // The last label may have its value in the cells behind.
                if entries[last].value.is_none() {
                    let (value, cells, next) = values_behind(tokens, index, None, card.printed, templates);
                    entries[last].value = value;
                    entries[last].cells += cells;
                    index = next;
                } else {
                    index += 1;
                }
                card.entries.extend(entries);
            }
            Ink::Sentence(text, cells, sentence) => {
                let inked = &tokens[index].inked;
                let place = (inked.row, inked.column);
                let fact = |(label, value): &(Label, String)| Entry {
                    label: label.clone(),
                    groups: Vec::new(),
                    is_column: false,
                    label_at: place,
                    value: Value::of(vec![TopCell::Text(value.clone())], place),
                    cells: 0,
                    has_room: true,
                };
                card.entries.extend(sentence.facts.iter().map(fact));
                card.said.push(Said {
                    inked: Inked { cell: TopCell::Text(text.clone()), ..inked.clone() },
                    cells: *cells,
                    is_complete: sentence.is_complete,
                    greets: sentences::is_greeting(text),
                });
                tokens[index].used = true;
                index += 1;
            }
            Ink::Continued => {
                tokens[index].used = true;
                index += 1;
            }
            Ink::Label(label) => {
                let label = label.clone();
                let inked = tokens[index].inked.clone();
                let next_label =
                    tokens.get(index + 1).filter(|next| inked.touches(&next.inked) && !next.used).and_then(Token::known);
                let heads_group = is_group_word(&label.text)
                    && next_label.is_some_and(|next| !answers(&label.claims, Cell::from(next.text.as_str()), templates));
                if heads_group {
                    tokens[index].used = true;
                    card.titles.push(inked);
                    group = Some(label.text);
                    index += 1;
                    continue;
                }
                let (mut value, mut cells, next) = values_behind(tokens, index, Some(&label), card.printed, templates);
                tokens[index].used = true;
                if value.is_none() && tokens.len() == 1 && below.is_some() {
                    value = below.clone();
                    taken_below = true;
                    cells = 1;
                }
                let is_cramped = tokens.get(index + 1).is_some_and(|next| inked.touches(&next.inked));
                card.entries.push(Entry {
                    label,
                    groups: inside(&group),
                    is_column: false,
                    label_at: (inked.row, inked.column),
                    has_room: value.is_some() || !is_cramped,
                    value,
                    cells: cells + 1,
                });
                index = next;
            }
            Ink::Value => {
                let inked = tokens[index].inked.clone();
                let word = inked.text();
                let behind_value = index > 0 && tokens[index - 1].used;
                let stands_as_label =
                    (behind_value || label_columns.contains(&inked.column)) && Label::looks_like_one(&word);
                let label = Label::of(&word, &templates.fields).filter(|_| stands_as_label);
                let Some(label) = label else {
                    index += 1;
                    continue;
                };
                let (value, cells, next) = values_behind(tokens, index, Some(&label), card.printed, templates);
                if value.is_some() {
                    tokens[index].used = true;
                    let label_at = (inked.row, inked.column);
                    card.entries.push(Entry {
                        label,
                        groups: inside(&group),
                        is_column: false,
                        label_at,
                        value,
                        cells: cells + 1,
                        has_room: true,
                    });
                }
                index = next;
            }
        }
    }
    if taken_below {
        page.lines[at + 1].1[0].used = true;
    }
}

/// The one value in the next line, under a label that is alone in its line.
fn value_below(page: &Page, at: usize) -> Option<Value> {
    let (number, tokens) = &page.lines[at];
    let [label] = &tokens[..] else { return None };
    let (next, below) = page.lines.get(at + 1)?;
    let [value] = &below[..] else { return None };
    let under = value.inked.column >= label.inked.column && value.inked.column <= label.inked.right;
    let is_value = matches!(value.ink, Ink::Value) && Section::of(&value.inked.text()).is_none();
    let is_near = *next <= label.inked.bottom.max(*number) + 1;
    (under && is_value && is_near)
        .then(|| Value::of(vec![value.inked.cell.clone()], (value.inked.row, value.inked.column)))
        .flatten()
}

/// The value in the cells behind a label, how many cells it takes, and where to go on.
fn values_behind(
    tokens: &mut [Token],
    label_index: usize,
    label: Option<&Label>,
    printed: bool,
    templates: &Templates,
) -> (Option<Value>, usize, usize) {
    let mut parts: Vec<TopCell> = Vec::new();
    let mut place = None;
    let mut next = label_index + 1;
    while let Some(token) = tokens.get(next).filter(|token| !token.used) {
        let text = token.inked.text();
        let touches = tokens[next - 1].inked.touches(&token.inked);
        let is_value = match &token.ink {
            Ink::Value if printed && letters::is_heading(&text) => false,
            Ink::Value => {
                // Behind a value, a word with something behind it is a label nobody knows.
                let behind = tokens.get(next + 1).is_some_and(|behind| matches!(behind.ink, Ink::Value));
                let is_label = !parts.is_empty()
                    && behind
                    && Label::looks_like_one(&text)
                    && boxes::first_box(&parts[0].text()).is_none();
                !is_label
            }
            Ink::Label(_) => {
                parts.is_empty()
                    && label.is_some_and(|label| answers(&label.claims, Cell::from(text.trim_matches(is_space)), templates))
            }
            // 他说：… is a value with a colon in it.
            Ink::Pairs(lead, _) => parts.is_empty() && touches && !lead.is_empty(),
            Ink::Sentence(..) | Ink::Continued => false,
        };
        if !is_value {
            break;
        }
        place.get_or_insert((token.inked.row, token.inked.column));
        parts.push(token.inked.cell.clone());
        next += 1;
    }
    // Of several values on a letter (before a change and after it) nobody can say which is meant.
    let is_whole = |parts: &[TopCell]| {
        let texts: Vec<String> = parts.iter().map(|part| part.text().trim_matches(is_space).to_string()).collect();
        texts.iter().any(|text| boxes::first_box(text).is_some() || UNITS.contains(&text.as_str()))
    };
    if printed && parts.len() > 1 && !is_whole(&parts) {
        return (None, 0, label_index + 1);
    }
    tokens[label_index + 1..next].iter_mut().for_each(|token| token.used = true);
    let cells = parts.len();
    (place.and_then(|place| Value::of(parts, place)), cells, next)
}

/// Whether a text is only the room for one: 　年　月　日, ______元.
fn is_room(text: &str) -> bool {
    let mut rest = text.to_string();
    UNITS.iter().for_each(|unit| rest = rest.replace(unit, ""));
    let has_room = text.chars().any(|c| is_space(c) || matches!(c, '_' | '＿' | '-' | '—' | '/'));
    has_room && rest.chars().all(|c| is_space(c) || matches!(c, '_' | '＿' | '-' | '—' | '/' | ':' | '：' | '时' | '分'))
}

impl Value {
    /// Several cells as one value, ticked boxes as what they say.
    pub fn of(parts: Vec<TopCell>, at: (u32, u32)) -> Option<Value> {
        let texts: Vec<String> = parts.iter().map(|part| part.text().trim_matches(is_space).to_string()).collect();
        let has_box = texts.iter().any(|text| boxes::first_box(text).is_some());
        let written = match &texts[..] {
            [one] => one.clone(),
            // 1980 | 年 | 3 | 月 belongs together.
            many if many.iter().any(|text| UNITS.contains(&text.as_str())) => many.concat(),
            many => many.join(" "),
        };
        if written.is_empty() || is_room(&written) {
            return None;
        }
        let value = match boxes::ticked(&written).filter(|_| has_box) {
            // A tick alone says yes.
            Some(said) if said.is_empty() && written.chars().count() == 1 && !"□☐○◯▢".contains(&written) => {
                Value { cell: TopCell::Text("是".to_string()), raw: Some(written), at }
            }
            Some(said) if said.is_empty() => return None,
            Some(said) => Value { cell: TopCell::Text(said), raw: Some(written), at },
            None => match <[TopCell; 1]>::try_from(parts) {
                Ok([cell]) => Value { cell, raw: None, at },
                Err(_) => Value { cell: TopCell::Text(written), raw: None, at },
            },
        };
        Some(value)
    }
}
