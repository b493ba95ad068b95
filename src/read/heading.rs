//! Finds the heading among title and metadata rows, and says what each column holds.

use rustc_hash::FxHashMap;

use super::by_value;
use super::kind::Evidence;
use super::stacked::{self, Meaning};
use super::table::as_written;
use super::{turns, whose};
use crate::model::cell::Cell;
use crate::model::list::{Kind, Slot, Verdict};
use crate::model::money::Unit;
use crate::model::text;
use crate::templates::Templates;
use crate::templates::fields::{Claim, Field, Fields, Record, Role};
use crate::templates::heading::Heading;
use crate::workbook::{Merge, Row};

/// A row from the top of a sheet, kept until the heading is found.
#[derive(Clone, Debug, PartialEq)]
pub struct TopRow {
    /// Row as Excel shows it.
    pub number: u32,
    /// Cells that hold something, by column.
    pub cells: Vec<(u32, TopCell)>,
}

impl TopRow {
    /// Takes a copy of a row.
    pub fn of(row: Row<'_>) -> TopRow {
        let cells = row.cells.iter().map(|(at, cell)| (*at, TopCell::of(*cell))).collect();
        TopRow { number: row.number, cells }
    }

    /// Shows it as a row again.
    pub fn with<T>(&self, look: impl FnOnce(Row<'_>) -> T) -> T {
        let cells: Vec<(u32, Cell<'_>)> = self.cells.iter().map(|(at, cell)| (*at, cell.cell())).collect();
        look(Row { number: self.number, cells: &cells })
    }
}

/// A cell of a [`TopRow`], owned.
#[derive(Clone, Debug, PartialEq)]
pub enum TopCell {
    /// Text.
    Text(String),
    /// What a formula came to that cannot be worked out: `#REF!`.
    Error(String),
    /// Anything else, as the file has it.
    Other(Cell<'static>),
}

impl TopCell {
    /// Takes a copy of a cell.
    pub fn of(cell: Cell<'_>) -> TopCell {
        match cell {
            Cell::Text(text) => TopCell::Text(text.to_string()),
            Cell::Error(text) => TopCell::Error(text.to_string()),
            Cell::Blank => TopCell::Other(Cell::Blank),
            Cell::Number(number) => TopCell::Other(Cell::Number(number)),
            Cell::Serial(days) => TopCell::Other(Cell::Serial(days)),
            Cell::Bool(yes) => TopCell::Other(Cell::Bool(yes)),
        }
    }

    /// The cell again.
    pub fn cell(&self) -> Cell<'_> {
        match self {
            TopCell::Text(text) => Cell::Text(text),
            TopCell::Error(text) => Cell::Error(text),
            TopCell::Other(cell) => *cell,
        }
    }

    /// Its text.
    pub fn text(&self) -> String {
        self.cell().to_text()
    }
}

/// A column below the heading.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadedColumn {
    /// Column of the sheet, from 0.
    pub at: u32,
    /// The heading as written; of stacked headings, parent and leaf with `_` between.
    pub heading: String,
    /// What stood in brackets in it: a unit, a remark.
    pub hint: String,
    /// What it may mean.
    pub claims: Vec<Claim>,
    /// The number in the heading, 0 without one.
    pub number: u8,
    /// Whether it is told of somebody else than the client, and of whom no field tells this.
    pub is_of_somebody: bool,
    /// What its values look like, where the heading says nothing.
    pub seen: Option<&'static str>,
    /// Whether the office has settled what it is.
    pub is_settled: bool,
}

/// The heading of a sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundHeading {
    /// Its last row, as Excel shows it; data begins below.
    pub last_row: u32,
    /// How many of the top rows come before the data.
    pub rows_used: usize,
    /// How many of the top rows come before the heading: title and metadata.
    pub preface_rows: usize,
    /// Every column that has a heading.
    pub columns: Vec<HeadedColumn>,
    /// What the sheet lists.
    pub kind: Kind,
}

impl FoundHeading {
    /// The same, where each column says itself whose it is.
    pub fn with_people(&self, fields: &Fields) -> FoundHeading {
        let mut found = self.clone();
        whose::settle(&mut found.columns, found.kind, fields);
        found
    }

    /// Why the sheet is what it was taken for; nothing where the office has settled it.
    pub fn verdict(&self) -> Option<Verdict> {
        if self.columns.iter().any(|column| column.is_settled) { None } else { evidence_of(&self.columns).verdict() }
    }
}

/// At most this many heading rows are stacked on each other (layout L3).
pub const DEEPEST: usize = 3;

/// With this many known headings a row is a heading, whatever else is in it.
const ENOUGH: usize = 6;

/// The first block of rows that explains its columns and makes the sheet one of our kinds, with data below it; of
/// blocks that only prepare a better one (a line of metadata, the upper row of a stacked heading) the better one.
/// `None` when there is none.
pub fn find(rows: &[TopRow], merges: &[Merge], templates: &Templates) -> Option<FoundHeading> {
    // A sheet may have thousands of merges; few begin up here.
    let last = rows.last()?.number;
    let merges: Vec<Merge> = merges.iter().filter(|merge| merge.top < last).copied().collect();
    let candidates: Vec<Candidate> =
        (0..rows.len()).filter_map(|leaf| best_ending_at(leaf, rows, &merges, templates)).collect();
    let mut chosen = 0;
    for later in 1..candidates.len() {
        let (current, other) = (&candidates[chosen], &candidates[later]);
        if other.score > current.score && !has_data_before(current, other, rows) {
            chosen = later;
        }
    }
    candidates.into_iter().nth(chosen).map(|candidate| candidate.found)
}

/// A block of rows that may be the heading.
struct Candidate {
    score: usize,
    known: usize,
    found: FoundHeading,
}

/// The best block whose last row this is.
fn best_ending_at(leaf: usize, rows: &[TopRow], merges: &[Merge], templates: &Templates) -> Option<Candidate> {
    let fields = &templates.fields;
    if is_label_row(&rows[leaf]) {
        return None;
    }
    let single = HeadingBlock::new(&rows[leaf..=leaf], merges).columns(fields);
    let repeated = has_repeats(&single);
    let mut best: Option<Candidate> = None;
    for depth in 1..=DEEPEST.min(leaf + 1) {
        let top = leaf + 1 - depth;
        if depth > 1 && !is_heading_shaped(&rows[top]) {
            break;
        }
        let mut columns =
            if depth == 1 { single.clone() } else { HeadingBlock::new(&rows[top..=leaf], merges).columns(fields) };
        if let Some(kind) = settle(&mut columns, templates) {
            let last_row = rows[leaf].number;
            let found = FoundHeading { last_row, rows_used: leaf + 1, preface_rows: top, columns, kind };
            return Some(Candidate { score: usize::MAX, known: found.columns.len(), found });
        }
        if columns.iter().any(|column| !column.claims.is_empty()) {
            by_value::help(&mut columns, &rows[leaf + 1..], templates);
        }
        let known = columns.iter().filter(|column| !column.claims.is_empty()).count();
        // So many headings of ours are no chance, however many there are of others.
        if known < 2 || known < ENOUGH && known * 5 < columns.len() {
            continue;
        }
        let Some(kind) = evidence_of(&columns).kind() else { continue };
        // A stacked heading must say more than its last row alone, or tell apart what repeats there, or its unit. That a
        // column is not the client's is said, too.
        let told = known + columns.iter().filter(|column| column.is_of_somebody).count();
        let says_more = depth > 1 && (repeated || with_unit(&columns) > with_unit(&single));
        let score = told * 4 + usize::from(says_more) * 3 - depth;
        if best.as_ref().is_none_or(|other| score > other.score) {
            let last_row = rows[leaf].number;
            let found = FoundHeading { last_row, rows_used: leaf + 1, preface_rows: top, columns, kind };
            best = Some(Candidate { score, known, found });
        }
    }
    best
}

/// What all headings may mean together.
fn evidence_of(columns: &[HeadedColumn]) -> Evidence<'_> {
    Evidence::of(columns.iter().flat_map(|column| column.claims.iter().map(|claim| (column.heading.as_str(), claim))))
}

/// Gives columns the meaning the office has settled for just these headings, and says what the list is then.
fn settle(columns: &mut [HeadedColumn], templates: &Templates) -> Option<Kind> {
    let layout = templates.layouts.of(columns.iter().map(|column| column.heading.as_str()))?;
    let mut turns: FxHashMap<String, usize> = FxHashMap::default();
    for column in columns {
        let turn = turns.entry(Heading::of(&column.heading).key).or_default();
        column.claims = layout.claim(&column.heading, *turn).into_iter().collect();
        column.is_settled = true;
        *turn += 1;
    }
    Some(layout.kind)
}

/// Whether a table of its own stands between two headings: rows with at least two cells under the first.
fn has_data_before(first: &Candidate, second: &Candidate, rows: &[TopRow]) -> bool {
    let columns = &first.found.columns;
    let under = |row: &&TopRow| {
        let is_under = |(at, _): &&(u32, TopCell)| columns.binary_search_by_key(at, |column| column.at).is_ok();
        row.cells.iter().filter(is_under).count() >= 2 && !is_label_row(row)
    };
    // Of few columns that are known a line of metadata may have as many.
    let is_sure = first.known >= 3 || first.known * 2 > columns.len();
    is_sure
        && first.found.rows_used < second.found.preface_rows
        && rows[first.found.rows_used..second.found.preface_rows].iter().any(|row| under(&row))
}

/// Labels with their values beside them: `管理机构：|8632|统计起期：|2026-11-01`.
fn is_label_row(row: &TopRow) -> bool {
    let ends_with_colon =
        |(_, cell): &&(u32, TopCell)| matches!(cell, TopCell::Text(text) if text.trim_end().ends_with([':', '：']));
    let labels = row.cells.iter().filter(ends_with_colon).count();
    labels > 0 && labels < row.cells.len() && labels * 2 >= row.cells.len()
}

fn with_unit(columns: &[HeadedColumn]) -> usize {
    columns.iter().filter(|column| Unit::in_heading(&column.heading).is_some()).count()
}

fn has_repeats(columns: &[HeadedColumn]) -> bool {
    let mut seen = FxHashMap::default();
    columns.iter().any(|column| seen.insert(Heading::of(&column.heading).key, ()).is_some())
}

/// Text cells only, more than one: a title has one, metadata and data have numbers, or labels with their values.
fn is_heading_shaped(row: &TopRow) -> bool {
    row.cells.len() > 1
        && row.cells.iter().all(|(_, cell)| match cell {
            TopCell::Text(text) => {
                let is_labelled = text.trim_end().ends_with([':', '：']) || Heading::of(text).key.contains(':');
                text.chars().count() <= 20 && !is_labelled
            }
            TopCell::Error(_) | TopCell::Other(_) => false,
        })
}

/// One to three rows of headings over the same columns.
struct HeadingBlock<'r> {
    rows: &'r [TopRow],
    merges: &'r [Merge],
}

impl<'r> HeadingBlock<'r> {
    fn new(rows: &'r [TopRow], merges: &'r [Merge]) -> Self {
        HeadingBlock { rows, merges }
    }

    fn columns(&self, fields: &Fields) -> Vec<HeadedColumn> {
        let mut positions: Vec<u32> = self.rows.iter().flat_map(|row| row.cells.iter().map(|(at, _)| *at)).collect();
        positions.sort_unstable();
        positions.dedup();
        if self.rows.len() > 1 {
            // Below a merged parent the last row may be blank only where a merged cell reaches down into it.
            let merged = self.merges.iter().filter(|merge| self.rows.iter().any(|row| row.number == merge.top + 1));
            let covered = merged.flat_map(|merge| merge.left..=merge.right);
            let leaf = self.rows.last().expect("a block has a row");
            positions.extend(covered.filter(|at| leaf.cells.binary_search_by_key(at, |(column, _)| *column).is_ok()));
            positions.sort_unstable();
            positions.dedup();
        }
        positions.into_iter().filter_map(|at| self.column(at, fields)).collect()
    }

    fn column(&self, at: u32, fields: &Fields) -> Option<HeadedColumn> {
        let mut parts: Vec<String> = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            let is_leaf = index + 1 == self.rows.len();
            let part = if is_leaf { own_text(row, at) } else { self.covering_text(row, at) };
            if let Some(part) = part.filter(|part| parts.last() != Some(part)) {
                parts.push(part);
            }
        }
        let own = Heading::of(parts.last()?);
        let Meaning { claims, number, is_of_somebody } = stacked::meaning(&parts, fields);
        let heading = parts.join("_");
        Some(HeadedColumn { at, heading, hint: own.hint, claims, number, is_of_somebody, seen: None, is_settled: false })
    }

    /// The text over a column: its own, or that of the cell to its left which a merge, or blanks, carry on.
    fn covering_text(&self, row: &TopRow, at: u32) -> Option<String> {
        if let Some(own) = own_text(row, at) {
            return Some(own);
        }
        let in_row = |merge: &&Merge| merge.top < row.number && row.number <= merge.bottom + 1;
        if let Some(merge) = self.merges.iter().filter(in_row).find(|merge| merge.left <= at && at <= merge.right) {
            let first = self.rows.iter().find(|row| row.number == merge.top + 1)?;
            return own_text(first, merge.left);
        }
        if self.merges.iter().any(|merge| in_row(&merge)) {
            return None;
        }
        let before = row.cells.partition_point(|(column, _)| *column < at);
        tidied(&row.cells[before.checked_sub(1)?].1)
    }
}

/// A heading as written, without any space: for recognising it when it comes again.
pub fn tidied_heading(text: &str) -> String {
    text.chars().filter(|c| !text::is_space(*c)).collect()
}

/// Whether a text is this heading again, or one row of it where headings are stacked.
pub fn is_same_heading(text: &str, heading: &str) -> bool {
    let letters = || text.chars().filter(|c| !text::is_space(*c));
    letters().next().is_some()
        && (letters().eq(heading.chars()) || heading.split('_').any(|part| letters().eq(part.chars())))
}

fn own_text(row: &TopRow, at: u32) -> Option<String> {
    let index = row.cells.binary_search_by_key(&at, |(column, _)| *column).ok()?;
    tidied(&row.cells[index].1)
}

fn tidied(cell: &TopCell) -> Option<String> {
    let text = tidied_heading(&as_written(cell.cell()));
    (!text.is_empty()).then_some(text)
}

/// A column whose meaning is settled.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapped {
    /// What it holds; `None` when it was not understood, or is taken already.
    pub slot: Option<Slot>,
    /// Another column that holds the same thing, by index.
    pub same_as: Option<usize>,
    /// Of records that stand side by side in one row, which it tells of, from 0.
    pub turn: Option<u8>,
    /// The column.
    pub column: HeadedColumn,
}

/// Settles what each column of a table holds, now that its kind is known.
pub fn map_table(found: &FoundHeading, fields: &Fields) -> Vec<Mapped> {
    let mut mapped = map_columns(&found.with_people(fields), fields);
    turns::settle(&mut mapped, found.kind, fields);
    mapped
}

/// Settles what columns hold that say themselves whose they are.
pub fn map_columns(found: &FoundHeading, fields: &Fields) -> Vec<Mapped> {
    let preference = found.kind.records();
    let rank = |record: Record| preference.iter().position(|known| *known == record).unwrap_or(usize::MAX);
    let has_claim =
        |field, role| found.columns.iter().any(|column| column.claims.contains(&Claim { field, role: Some(role) }));
    let only_members = has_claim(Field::NAME, Role::Member) && !has_claim(Field::NAME, Role::Head);
    let mut taken: FxHashMap<Slot, usize> = FxHashMap::default();
    let mut mapped = Vec::with_capacity(found.columns.len());
    for (index, column) in found.columns.iter().enumerate() {
        let mut claims = column.claims.clone();
        // 备注 in a table of relatives is about the one in the row.
        if found.kind.is_about_relatives() {
            claims
                .iter_mut()
                .filter(|claim| claim.field == Field::REMARK)
                .for_each(|claim| claim.field = Field::PERSON_REMARK);
        }
        if is_agents_phone(&claims, mapped.last(), taken.keys()) {
            claims = vec![Claim { field: Field::AGENT_PHONE, role: None }];
        }
        // What no row of such a list can be about stays a column that was not understood: kept and told.
        let of_member = |claim: &Claim| claim.role == Some(Role::Member) && claim.field == Field::HOUSEHOLD_NO;
        claims.retain(|claim| rank(fields.entry(claim.field).of) != usize::MAX);
        claims.retain(|claim| found.kind == Kind::Family || !of_member(claim));
        claims.sort_by_key(|claim| (claim.role.is_some(), rank(fields.entry(claim.field).of)));
        let slots = claims.iter().map(|claim| {
            let role = role_in(found.kind, *claim, only_members, fields);
            Slot { role, field: claim.field, nth: column.number.saturating_sub(1) }
        });
        let mut slot = None;
        let mut same_as = None;
        for wanted in slots {
            match taken.get(&wanted) {
                None => {
                    slot = Some(wanted);
                    break;
                }
                Some(first) if same_as.is_none() => same_as = Some(*first),
                Some(_) => {}
            }
        }
        // Two telephone columns are two telephones; anything else said twice is kept apart, not overwritten (T6).
        if let (None, Some(first)) = (slot, same_as) {
            let first_slot: Slot = mapped.get(first).and_then(|m: &Mapped| m.slot).expect("taken by a mapped column");
            if first_slot.field == Field::PHONE || first_slot.field == Field::HOME_PHONE {
                slot = (1..u8::MAX).map(|nth| Slot { nth, ..first_slot }).find(|slot| !taken.contains_key(slot));
                same_as = None;
            }
        } else {
            same_as = None;
        }
        if let Some(slot) = slot {
            taken.insert(slot, index);
        }
        mapped.push(Mapped { slot, same_as, turn: None, column: column.clone() });
    }
    mapped
}

/// T7: a second 电话 right behind the agent's name or code is the agent's; the client's came before.
fn is_agents_phone<'s>(claims: &[Claim], before: Option<&Mapped>, mut taken: impl Iterator<Item = &'s Slot>) -> bool {
    const AGENTS: [Field; 5] = [Field::AGENT, Field::SELLER, Field::PREVIOUS_AGENT, Field::AGENT_CODE, Field::SELLER_CODE];
    let is_phone = claims.iter().any(|claim| claim.field == Field::PHONE && claim.role.is_none());
    let behind_agent = before.and_then(|mapped| mapped.slot).is_some_and(|slot| AGENTS.contains(&slot.field));
    is_phone && behind_agent && taken.any(|slot| slot.field == Field::PHONE)
}

/// T8: 客户姓名 in a policy list is the holder; 投保人 in a list of clients is the client. In a family table that names
/// only members beside them, who stands without a word is the head.
fn role_in(kind: Kind, claim: Claim, only_members: bool, fields: &Fields) -> Role {
    let of_person = fields.entry(claim.field).of == Record::Person;
    match claim.role {
        None if of_person && kind.has_policies() => Role::Applicant,
        Some(Role::Applicant) if !kind.has_policies() => Role::Client,
        Some(Role::Head) if kind != Kind::Family => Role::Client,
        Some(role) => role,
        None if of_person && kind == Kind::Family && only_members => Role::Head,
        None if of_person && matches!(kind, Kind::Family | Kind::Relatives) => Role::Member,
        None => Role::Client,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<TopRow> {
        let row = |(index, line): (usize, &str)| TopRow {
            number: index as u32 + 1,
            cells: line
                .split('|')
                .enumerate()
                .filter(|(_, cell)| !cell.trim().is_empty())
                .map(|(at, cell)| (at as u32, TopCell::Text(cell.trim().to_string())))
                .collect(),
        };
        text.lines().enumerate().map(row).filter(|row| !row.cells.is_empty()).collect()
    }

    fn mapping(text: &str, merges: &[Merge]) -> (u32, Vec<(String, Option<Slot>)>) {
        let templates = Templates::builtin();
        let found = find(&rows(text), merges, &templates).expect("a heading");
        let mapped = map_columns(&found, &templates.fields);
        (found.last_row, mapped.into_iter().map(|mapped| (mapped.column.heading, mapped.slot)).collect())
    }

    #[test]
    fn title_and_metadata_rows_are_not_the_heading() {
        let (row, columns) = mapping(
            "过生日客户信息清单\n管理机构：8632||销售渠道：个险\n\n管理机构|业务员工号|业务员姓名|投保人姓名|投保人性别|出生日期|保单号|主险险种|保单状态\n8632|0012|何伟|王伟|男|1980-01-01|P1|终身寿险|有效",
            &[],
        );
        assert_eq!(row, 4);
        assert_eq!(columns[3].1, Some(Slot::whose(Role::Applicant, Field::NAME)));
        assert_eq!(columns[6].1, Some(Slot::of(Field::POLICY_NO)));
    }

    /// T6: leaves repeat under merged groups; the group tells them apart.
    #[test]
    fn t6_repeated_leaves_under_groups() {
        let group = |left, right| Merge { top: 0, bottom: 0, left, right };
        let (row, columns) = mapping("客户信息|||服务人员||\n姓名|电话|地址|姓名|电话|工号", &[group(0, 2), group(3, 5)]);
        assert_eq!(row, 2);
        let slots: Vec<_> = columns.iter().map(|(_, slot)| slot.map(|slot| slot.field)).collect();
        let want = [Field::NAME, Field::PHONE, Field::ADDRESS, Field::AGENT, Field::AGENT_PHONE, Field::AGENT_CODE];
        assert_eq!(slots, want.map(Some));
    }

    /// T6: the second 邮编 of a flat list is kept beside the first, not over it.
    #[test]
    fn t6_a_repeated_heading_is_kept_apart() {
        let (_, columns) = mapping("客户姓名|手机|邮编|地址|邮编\n王伟|154|3100|某路|3101", &[]);
        assert!(columns[2].1.is_some());
        assert_eq!(columns[4].1, None);
        let (_, columns) = mapping("客户姓名|手机|电话|地址\n王伟|154|0571|某路", &[]);
        assert_eq!(columns[2].1, Some(Slot { role: Role::Client, field: Field::PHONE, nth: 1 }));
    }

    /// T8: 客户姓名 beside 被保险人 means the holder.
    #[test]
    fn t8_client_in_a_policy_list_is_the_applicant() {
        let (_, columns) = mapping("客户姓名|被保险人|保单号|应缴费日期|业务员代码\n王伟|王一|P1|2026-11-01|007", &[]);
        assert_eq!(columns[0].1, Some(Slot::whose(Role::Applicant, Field::NAME)));
        assert_eq!(columns[1].1, Some(Slot::whose(Role::Insured, Field::NAME)));
    }

    #[test]
    fn a_day_over_a_column_is_shown_as_one() {
        assert_eq!(tidied(&TopCell::Other(Cell::Serial(46296.0))).as_deref(), Some("2026-10-01"));
    }

    #[test]
    fn data_may_begin_in_column_b() {
        let (_, columns) = mapping("|姓名|手机|地址\n|王伟|154|某路", &[]);
        assert_eq!(columns[0].1, Some(Slot::of(Field::NAME)));
    }

    #[test]
    fn t7_a_second_telephone_behind_the_agent_is_the_agents() {
        let (_, columns) = mapping("保单号|投保人|电话|险种|业务员|电话\nP1|王伟|154|终身寿险|何伟|155", &[]);
        assert_eq!(columns[2].1, Some(Slot::whose(Role::Applicant, Field::PHONE)));
        assert_eq!(columns[5].1, Some(Slot::of(Field::AGENT_PHONE)));
    }

    #[test]
    fn numbered_pairs_keep_their_number() {
        let (_, columns) = mapping("保单号|险种|保费|附险险种1|附险保费1|附险险种2|附险保费2\n1|2|3|4|5|6|7", &[]);
        assert_eq!(columns[5].1, Some(Slot { role: Role::Client, field: Field::RIDER_PRODUCT, nth: 1 }));
    }
}
