//! Which cards go into which workbook: one for each agent, split by letter where it would be too big for Excel.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::columns::{text, whole};
use super::relatives::relatives;
use crate::book::Book;
use crate::model::report::IndexLine;

/// With more sheets than this Excel itself gets slow.
const MOST_CARDS: usize = 500;

/// Households nobody serves.
const NO_AGENT: &str = "无服务专员";

/// One workbook of cards.
#[derive(Clone, Debug, PartialEq)]
pub struct CardBook<'r> {
    /// The agent, and the letters if there are several; not yet made safe for a file.
    pub name: String,
    /// Its cards, by number.
    pub lines: Vec<&'r IndexLine>,
    /// What the index says of the other parts; empty if this is all.
    pub note: String,
}

/// The workbooks of these cards, by agent.
pub fn books<'r>(lines: impl Iterator<Item = &'r IndexLine>) -> Vec<CardBook<'r>> {
    let mut agents: BTreeMap<&str, Vec<&IndexLine>> = BTreeMap::new();
    lines.for_each(|line| agents.entry(&line.agent).or_default().push(line));
    let mut books = Vec::new();
    for (agent, lines) in agents {
        let agent = if agent.is_empty() { NO_AGENT } else { agent };
        let total = lines.len();
        let parts = split(lines);
        let count = parts.len();
        for (at, (letters, lines)) in parts.into_iter().enumerate() {
            let (name, note) = match count {
                1 => (agent.to_string(), String::new()),
                _ => (
                    format!("{agent}-{letters}"),
                    format!("全部 {total} 户分 {count} 个文件，这是第 {} 个：{letters}", at + 1),
                ),
            };
            books.push(CardBook { name, lines, note });
        }
    }
    books
}

/// Parts of at most [`MOST_CARDS`], each with the letters it holds: whole letters as long as they fit.
fn split(lines: Vec<&IndexLine>) -> Vec<(String, Vec<&IndexLine>)> {
    if lines.len() <= MOST_CARDS {
        return vec![(String::new(), lines)];
    }
    let mut letters: BTreeMap<char, Vec<&IndexLine>> = BTreeMap::new();
    for line in lines {
        letters.entry(line.household_no.chars().next().unwrap_or('#')).or_default().push(line);
    }
    let mut parts: Vec<(String, Vec<&IndexLine>)> = Vec::new();
    // The first letter of a part that still has room for whole letters.
    let mut open: Option<char> = None;
    for (letter, mut lines) in letters {
        if lines.len() > MOST_CARDS {
            let numbered = lines.chunks(MOST_CARDS).zip(1..).map(|(part, at)| (format!("{letter}{at}"), part.to_vec()));
            parts.extend(numbered);
            open = None;
            continue;
        }
        match (parts.last_mut(), open) {
            (Some((name, part)), Some(first)) if part.len() + lines.len() <= MOST_CARDS => {
                *name = format!("{first}至{letter}");
                part.append(&mut lines);
            }
            _ => {
                parts.push((letter.to_string(), lines));
                open = Some(letter);
            }
        }
    }
    parts
}

/// The households that a run changed, from its table of changes: themselves, their people, policies, visits and
/// notes. Without an earlier run there is nothing to differ from, and every household is new.
pub fn changed(book: &Book, first_run: bool) -> PolarsResult<BTreeSet<String>> {
    if first_run {
        return Ok(book.households.column("household_no")?.str()?.iter().flatten().map(str::to_string).collect());
    }
    let changes = &book.changes;
    if changes.height() == 0 {
        return Ok(BTreeSet::new());
    }
    let homes = |frame: &DataFrame, key: Option<StringChunked>| -> FxHashMap<String, Vec<String>> {
        let mut homes: FxHashMap<String, Vec<String>> = FxHashMap::default();
        let (Some(numbers), Some(keys)) = (text(frame, "household_no"), key) else { return homes };
        for (key, number) in keys.iter().zip(numbers.iter()) {
            if let (Some(key), Some(number)) = (key, number) {
                homes.entry(key.to_string()).or_default().push(number.to_string());
            }
        }
        homes
    };
    let people = whole(&book.members, "person_id").map(|ids| ids.iter().map(|id| id.map(|id| id.to_string())).collect());
    let mut people = homes(&book.members, people);
    for (number, relatives) in relatives(book)? {
        for relative in relatives {
            people.entry(relative.person.to_string()).or_default().push(number.to_string());
        }
    }
    let policies = homes(&book.policies, text(&book.policies, "policy_no"));
    let mut numbers = BTreeSet::new();
    for (record, key) in changes.column("record")?.str()?.iter().zip(changes.column("key")?.str()?.iter()) {
        let (Some(record), Some(key)) = (record, key) else { continue };
        match record {
            "人" => {
                // The id stands behind the name.
                let id = key.rsplit_once(' ').map_or(key, |(_, id)| id);
                numbers.extend(people.get(id).into_iter().flatten().cloned());
            }
            "保单" => numbers.extend(policies.get(key).into_iter().flatten().cloned()),
            _ => _ = numbers.insert(key.to_string()),
        }
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::Money;
    use crate::model::report::VisitState;

    fn line(number: &str, agent: &str) -> IndexLine {
        IndexLine {
            household_no: number.into(),
            head: "王伟".into(),
            members: 1,
            tier: None,
            tier_source: None,
            tier_reason: "".into(),
            segment: "".into(),
            demand: "".into(),
            main_need: "".into(),
            policies_in_force: 0,
            annual_premium: Money::from_fen(0),
            last_visit: None,
            next_due: None,
            agreed: false,
            overdue_days: None,
            overdue_band: "".into(),
            visit_state: VisitState::Unknown,
            agent: agent.into(),
            team: "".into(),
            is_new: false,
        }
    }

    fn lines(letters: &[(char, usize)]) -> Vec<IndexLine> {
        let of = |(letter, count): &(char, usize)| {
            let letter = *letter;
            (0..*count).map(move |at| line(&format!("{letter}{at:04}"), "吴志强"))
        };
        letters.iter().flat_map(of).collect()
    }

    #[track_caller]
    fn case(letters: &[(char, usize)], want: &[(&str, usize)]) {
        let lines = lines(letters);
        let books = books(lines.iter());
        let got: Vec<(&str, usize)> = books.iter().map(|book| (book.name.as_str(), book.lines.len())).collect();
        assert_eq!(got, want);
        let total: usize = books.iter().map(|book| book.lines.len()).sum();
        assert_eq!(total, lines.len(), "no card is lost");
        assert!(books.iter().all(|book| book.note.is_empty() == (books.len() == 1)), "parts say that they are parts");
    }

    #[test]
    fn big_books_are_split_by_letter() {
        case(&[('A', 200), ('W', 300)], &[("吴志强", 500)]);
        case(&[('A', 200), ('L', 200), ('W', 101)], &[("吴志强-A至L", 400), ("吴志强-W", 101)]);
        case(
            &[('A', 10), ('W', 1001), ('Z', 10)],
            &[("吴志强-A", 10), ("吴志强-W1", 500), ("吴志强-W2", 500), ("吴志强-W3", 1), ("吴志强-Z", 10)],
        );
    }

    #[test]
    fn households_nobody_serves_have_a_book_too() {
        let lines = [line("A0001", ""), line("B0001", "吴志强"), line("C0001", "")];
        let books = books(lines.iter());
        let names: Vec<&str> = books.iter().map(|book| book.name.as_str()).collect();
        assert_eq!(names, ["无服务专员", "吴志强"]);
    }
}
