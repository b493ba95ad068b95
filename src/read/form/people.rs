//! Several people side by side: 项目 | 投保人 | 被保险人 | 配偶, and below it a line for each thing there is to say.

use super::boxes;
use super::card::{Card, Entry, Ink, Page, Token, Value};
use super::fits::answers;
use super::grid::Inked;
use super::labels::Label;
use super::sections::{Section, is_group_word};
use crate::model::cell::Cell;
use crate::templates::Templates;

/// What may stand above the labels.
const CORNERS: [&str; 6] = ["项目", "内容", "栏目", "类别", "信息", "资料"];

/// The client, as the heading of a column.
const CLIENT: [&str; 4] = ["本人", "客户", "客户本人", "户主本人"];

/// Takes the lines below a heading of people that stands in this line.
pub fn take(page: &mut Page, at: usize, card: &mut Card, templates: &Templates) {
    let Some(people) = heading(&page.lines[at].1) else { return };
    let label_column = people[0].column.saturating_sub(1);
    let mut below = at + 1;
    while let Some((_, tokens)) = page.lines.get(below) {
        if !is_line(tokens, &people, label_column, templates) {
            break;
        }
        below += 1;
    }
    if below == at + 1 {
        return;
    }
    for token in &mut page.lines[at].1 {
        token.used = true;
        card.titles.push(token.inked.clone());
    }
    for (_, tokens) in &mut page.lines[at + 1..below] {
        take_line(tokens, &people, card, templates);
    }
}

/// Whether somewhere the people of one family stand side by side: then the columns are no clients.
pub fn stand_here(page: &Page) -> bool {
    page.lines.iter().any(|(_, tokens)| heading(tokens).is_some())
}

/// The headings of the columns, if these are such: at least two people side by side, nothing else but the corner.
fn heading(tokens: &[Token]) -> Option<Vec<Inked>> {
    let first = tokens.first().filter(|first| !first.used)?;
    let text = first.inked.text();
    let corner = CORNERS.contains(&text.trim()) || Section::of(&text) == Some(Section::Family);
    let people = &tokens[usize::from(corner)..];
    let are_people = people.iter().all(|token| !token.used && is_person(&token.inked.text()));
    let touch = tokens.windows(2).all(|pair| pair[0].inked.touches(&pair[1].inked));
    let has_room = people.first().is_some_and(|first| first.inked.column > 0);
    (people.len() > 1 && are_people && touch && has_room).then(|| people.iter().map(|token| token.inked.clone()).collect())
}

fn is_person(text: &str) -> bool {
    is_group_word(text) && Section::of(text).is_none_or(|section| section == Section::Client)
        || CLIENT.contains(&text.trim())
}

/// A label and values below the people, none of which is a label itself.
fn is_line(tokens: &[Token], people: &[Inked], label_column: u32, templates: &Templates) -> bool {
    let Some((first, values)) = tokens.split_first() else { return false };
    let Some(label) = label(first, templates) else { return false };
    let stands_there = first.inked.column <= label_column && first.inked.right < people[0].column;
    let is_value = |token: &Token| {
        let says_label = match &token.ink {
            Ink::Label(other) => !answers(&label.claims, Cell::from(token.inked.text().trim()), templates) || other.colon,
            Ink::Pairs(_, found) => boxes::first_box(&token.inked.text()).is_none() && found[0].0.colon,
            Ink::Value => false,
            Ink::Sentence(..) | Ink::Continued => true,
        };
        !says_label && !token.used && person(people, token.inked.column).is_some()
    };
    let is_title = values.is_empty() && (Section::of(&first.inked.text()).is_some() || !label.is_known());
    !first.used && stands_there && !is_title && values.iter().all(is_value)
}

/// The label a line begins with, perhaps one nobody knows.
fn label(token: &Token, templates: &Templates) -> Option<Label> {
    let text = token.inked.text();
    token.label().cloned().or_else(|| Label::of(&text, &templates.fields).filter(|_| Label::looks_like_one(&text)))
}

/// The heading of the column a cell begins in.
fn person(people: &[Inked], column: u32) -> Option<&Inked> {
    people.iter().rfind(|person| person.column <= column && column <= person.right)
}

fn take_line(tokens: &mut [Token], people: &[Inked], card: &mut Card, templates: &Templates) {
    let Some((first, values)) = tokens.split_first_mut() else { return };
    let Some(label) = label(first, templates) else { return };
    first.used = true;
    let label_at = (first.inked.row, first.inked.column);
    let entry = |groups: Vec<String>, value, cells| Entry {
        label: label.clone(),
        groups,
        is_column: true,
        label_at,
        value,
        cells,
        has_room: true,
    };
    if values.is_empty() {
        card.entries.push(entry(Vec::new(), None, 1));
    }
    let mut last = None;
    for (index, token) in values.iter_mut().enumerate() {
        token.used = true;
        let inked = &token.inked;
        let person = person(people, inked.column).expect("looked at before");
        // Behind the value of a person in a column of two cells nobody knows what the second is.
        if last.replace(person.column) == Some(person.column) {
            card.unread.push(inked.clone());
            continue;
        }
        let value = Value::of(vec![inked.cell.clone()], (inked.row, inked.column));
        // What is written across everybody is said of the first of them.
        card.entries.push(entry(vec![person.text()], value, 1 + usize::from(index == 0)));
    }
}
