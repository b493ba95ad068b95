//! What stands on each card: from the book and the month's judgement to one record a household. The tables are
//! grouped by household once; a card then takes its rows by number.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Months, NaiveDate};
use polars::prelude::*;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::columns::{From, Grouped, Title, rows_by_id, text, titles, whole, yuan};
use super::cover::{Cover, PolicyColumns, Sums};
use super::relatives::{Relative, relatives};
use super::titles::{Block, Fact, Source, resolve};
use crate::book::Book;
use crate::model::date::PartialDate;
use crate::model::product::Protection;
use crate::model::report::{IndexLine, MonthReport, TierCounts, VisitState};
use crate::stamp::{Record, Row, Value};
use crate::templates::Templates;
use crate::templates::fields::{Field, Record as Of};

/// What a card calls the company whose lists these are: they leave the column blank.
pub const OWN_COMPANY: &str = "本公司";

/// How many of the newest visits a card shows; the others stay in the store.
const VISITS: usize = 6;

/// How much cards say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What fits and may be seen by whoever carries the card: the newest visits, certificate numbers masked. The rest
    /// is in the store.
    Page,
    /// Everything: there is no store behind the book.
    Whole,
}

/// Rows left empty to write in, on a card of a household and on a blank one.
const EMPTY_ROWS: [(Block, usize, usize); 6] = [
    (Block::Members, 1, 6),
    (Block::Policies, 1, 8),
    (Block::Visits, 4, 8),
    (Block::Needs, 2, 5),
    (Block::Referrals, 2, 4),
    (Block::Index, 0, 22),
];

/// Lines of a blank visit log or family sheet.
const EMPTY_LINES: usize = 25;

/// How the id of a need begins that follows from a rule: nobody has said it yet.
const GAP: &str = "缺口-";

/// Whether the row of this identity was worked out, and so is nothing anybody said.
pub fn is_worked_out(id: &str) -> bool {
    id.starts_with(GAP)
}

/// A product with its riders, as a card shows them.
fn with_riders(product: &str, riders: &str) -> String {
    format!("{product}（附加：{riders}）")
}

/// The product and its riders in what a card shows.
pub fn product_and_riders(shown: &str) -> (String, Vec<String>) {
    let split = shown.strip_suffix('）').and_then(|shown| shown.split_once("（附加："));
    match split {
        Some((product, riders)) => (product.to_string(), riders.split('；').map(str::to_string).collect()),
        None => (shown.to_string(), Vec::new()),
    }
}

/// The titles that a template uses, each with what it stands for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    blocks: BTreeMap<Block, Vec<(String, Source)>>,
}

impl Wanted {
    /// From the placeholders of a template, as list (if any) and title. What is unknown is left out: templates are
    /// checked before.
    pub fn of<'t>(placeholders: impl IntoIterator<Item = (Option<&'t str>, &'t str)>, templates: &Templates) -> Wanted {
        let mut blocks: BTreeMap<Block, BTreeMap<String, Source>> = BTreeMap::new();
        for (list, title) in placeholders {
            let Some(block) = Block::named(list) else { continue };
            if let Ok(source) = resolve(block, title, &templates.fields) {
                blocks.entry(block).or_default().insert(title.to_string(), source);
            }
        }
        Wanted { blocks: blocks.into_iter().map(|(block, titles)| (block, titles.into_iter().collect())).collect() }
    }

    /// The titles of a block with what they stand for, by title.
    pub fn titles(&self, block: Block) -> &[(String, Source)] {
        self.blocks.get(&block).map_or(&[], Vec::as_slice)
    }
}

/// The record of an empty form: every list with empty rows.
pub fn blank(lists: &BTreeSet<String>, name: &str) -> Record {
    let rows = |list: &String| {
        let block = Block::named(Some(list));
        let known = EMPTY_ROWS.iter().find(|(known, ..)| Some(*known) == block);
        let count = match (lists.len(), known) {
            (1, _) => EMPTY_LINES,
            (_, Some((.., rows))) => *rows,
            (_, None) => 2,
        };
        (list.clone(), vec![Row::default(); count])
    };
    Record { id: String::new(), sheet: name.to_string(), fields: BTreeMap::new(), lists: lists.iter().map(rows).collect() }
}

/// Everything cards are made of.
pub struct Cards<'b> {
    report: &'b MonthReport,
    extent: Extent,
    as_of: NaiveDate,
    reinstate: Months,
    blocks: BTreeSet<Block>,
    household_rows: FxHashMap<Box<str>, u32>,
    card: Vec<Title>,
    index: Vec<Title>,
    people: People,
    members: Grouped,
    relatives: FxHashMap<Box<str>, Vec<Relative>>,
    member_titles: Vec<Title>,
    total_titles: Vec<Title>,
    policies: Grouped,
    policy: PolicyColumns,
    policy_titles: Vec<Title>,
    lapsed_titles: Vec<Title>,
    visits: Grouped,
    visit_titles: Vec<Title>,
    visit_keys: (Option<Int64Chunked>, Option<StringChunked>, Option<StringChunked>),
    needs: Grouped,
    need_titles: Vec<Title>,
    need_texts: Option<StringChunked>,
    referrals: Grouped,
    referral_titles: Vec<Title>,
    friends: Option<StringChunked>,
    agents: Agents,
}

/// Who is who.
struct People {
    rows: FxHashMap<i64, u32>,
    names: Option<StringChunked>,
    births: Option<StringChunked>,
    ages: Option<Int64Chunked>,
    of_member: Option<Int64Chunked>,
    relations: Option<StringChunked>,
}

impl People {
    fn of(book: &Book) -> People {
        People {
            rows: rows_by_id(&book.persons, "person_id"),
            names: text(&book.persons, "name"),
            births: text(&book.persons, "birth"),
            ages: whole(&book.persons, "age"),
            of_member: whole(&book.members, "person_id"),
            relations: text(&book.members, "relation"),
        }
    }

    fn id(&self, member: u32) -> Option<i64> {
        self.of_member.as_ref()?.get(member as usize)
    }

    fn row(&self, id: Option<i64>) -> Option<usize> {
        self.rows.get(&id?).map(|row| *row as usize)
    }

    fn name(&self, id: Option<i64>) -> Value {
        self.row(id).and_then(|row| words(&self.names, row)).map_or(Value::Blank, Value::from)
    }

    /// Whole years on the day: from the birth date, else as somebody said.
    fn age(&self, person: Option<usize>, as_of: NaiveDate) -> Value {
        let Some(row) = person else { return Value::Blank };
        let birth = words(&self.births, row).and_then(|birth| PartialDate::read(birth.into()).good());
        let age = birth.and_then(|birth| birth.age_on(as_of)).map(i64::from);
        let said = || self.ages.as_ref().and_then(|ages| ages.get(row));
        age.or_else(said).map_or(Value::Blank, |age| Value::Number(age as f64))
    }
}

/// Who serves, and how to reach them.
struct Agents {
    phones: FxHashMap<String, String>,
    supervisors: FxHashMap<String, String>,
    codes: FxHashMap<String, String>,
}

impl Agents {
    fn of(book: &Book) -> Agents {
        let named = |frame: &DataFrame, name: &str, value: &str| -> FxHashMap<String, String> {
            let (names, values) = (text(frame, name), text(frame, value));
            let pairs = names.iter().zip(values.iter()).flat_map(|(names, values)| names.iter().zip(values.iter()));
            let filled = pairs.filter_map(|(name, value)| Some((name?.to_string(), value?.replace('|', " / "))));
            // The last one said; the tables are in a fixed order.
            filled.filter(|(_, value)| !value.is_empty()).collect()
        };
        Agents {
            phones: named(&book.policies, "serviced_by", "agent_phone"),
            supervisors: named(&book.agents, "agent", "supervisor"),
            codes: named(&book.agents, "agent", "agent_code"),
        }
    }

    fn value(&self, field: Field, line: &IndexLine) -> Value {
        let of = |map: &FxHashMap<String, String>| map.get(&*line.agent).map_or("", String::as_str).to_string();
        let text = match field {
            Field::AGENT => line.agent.to_string(),
            Field::TEAM => line.team.to_string(),
            Field::AGENT_PHONE => of(&self.phones),
            Field::SUPERVISOR => of(&self.supervisors),
            Field::AGENT_CODE => of(&self.codes),
            _ => String::new(),
        };
        filled(text)
    }
}

fn filled(text: String) -> Value {
    if text.is_empty() { Value::Blank } else { Value::Text(text) }
}

fn words(column: &Option<StringChunked>, row: usize) -> Option<&str> {
    column.as_ref()?.get(row)
}

fn digest(parts: &[&str]) -> String {
    let hash = Sha256::digest(parts.join("\u{1f}"));
    hash[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

impl<'b> Cards<'b> {
    /// Gathers what the titles of a template ask for.
    pub fn of(
        book: &Book,
        report: &'b MonthReport,
        templates: &Templates,
        wanted: &Wanted,
        extent: Extent,
    ) -> PolarsResult<Cards<'b>> {
        let masks = extent == Extent::Page;
        let of = |block: Block, frames: &[(Of, &DataFrame)]| titles(wanted.titles(block), frames, &templates.fields, masks);
        let persons = (Of::Person, &book.persons);
        let policies = [(Of::Policy, &book.policies), (Of::Org, &book.policies)];
        let numbers = book.households.column("household_no")?.str()?;
        Ok(Cards {
            extent,
            report,
            as_of: report.as_of,
            reinstate: Months::new(12 * templates.rules.limits.reinstate_years),
            blocks: wanted.blocks.keys().copied().collect(),
            household_rows: numbers.iter().zip(0..).filter_map(|(number, row)| Some((number?.into(), row))).collect(),
            card: of(Block::Card, &[(Of::Household, &book.households), persons]),
            index: of(Block::Index, &[(Of::Household, &book.households)]),
            people: People::of(book),
            members: Grouped::of(&book.members)?,
            relatives: relatives(book)?,
            member_titles: of(Block::Members, &[persons]),
            total_titles: of(Block::Totals, &[persons]),
            policies: Grouped::of(&book.policies)?,
            policy: PolicyColumns::of(&book.policies),
            policy_titles: of(Block::Policies, &policies),
            lapsed_titles: of(Block::Lapsed, &policies),
            visits: Grouped::of(&book.visits)?,
            visit_titles: of(Block::Visits, &[(Of::Visit, &book.visits), (Of::Org, &book.visits)]),
            visit_keys: (
                whole(&book.visits, "visit_time"),
                text(&book.visits, "visit_topic"),
                text(&book.visits, "visit_content"),
            ),
            needs: Grouped::of(&book.needs)?,
            need_titles: of(Block::Needs, &[(Of::Need, &book.needs)]),
            need_texts: text(&book.needs, "need_text"),
            referrals: Grouped::of(&book.referrals)?,
            referral_titles: of(Block::Referrals, &[(Of::Referral, &book.referrals)]),
            friends: text(&book.referrals, "friend_name"),
            agents: Agents::of(book),
        })
    }

    /// The card of a household. `empty_rows`: with rows to write in.
    pub fn card(&self, line: &IndexLine, empty_rows: bool) -> Record {
        let number = &*line.household_no;
        let members = self.members.of_household(number);
        let policies = self.policies.of_household(number);
        let cover = Cover::of(policies, &self.policy, self.reinstate, self.as_of);
        let mut lists = BTreeMap::new();
        let mut add = |block: Block, rows: &dyn Fn() -> Vec<Row>| {
            if self.blocks.contains(&block) {
                let mut rows = rows();
                let empty = EMPTY_ROWS.iter().filter(|_| empty_rows).find(|(known, ..)| *known == block);
                rows.resize(rows.len() + empty.map_or(0, |(_, rows, _)| *rows), Row::default());
                lists.insert(block.name().to_string(), rows);
            }
        };
        let of_policies = |titles: &[Title], in_force: bool| -> Vec<Row> {
            let rows = policies.iter().filter(|row| self.policy.in_force(**row) == in_force);
            rows.map(|row| self.policy_row(titles, *row)).collect()
        };
        let visits = self.visits.of_household(number);
        add(Block::Members, &|| {
            let relatives = self.relatives.get(number).into_iter().flatten();
            let relatives = relatives.map(|relative| self.person_row(Some(relative.person), relative.shown().into()));
            members.iter().map(|member| self.member_row(*member)).chain(relatives).collect()
        });
        add(Block::Policies, &|| of_policies(&self.policy_titles, true));
        add(Block::Lapsed, &|| of_policies(&self.lapsed_titles, false));
        add(Block::Totals, &|| self.total_rows(members, &cover));
        add(Block::Visits, &|| {
            let most = if self.extent == Extent::Page { VISITS } else { usize::MAX };
            let newest = visits.iter().rev().take(most);
            newest.map(|row| plain_row(&self.visit_titles, *row, self.visit_id(number, *row))).collect()
        });
        add(Block::Needs, &|| self.need_rows(number, &cover));
        add(Block::Referrals, &|| {
            let id = |row: u32| digest(&[number, words(&self.friends, row as usize).unwrap_or("")]);
            let rows = self.referrals.of_household(number).iter();
            rows.map(|row| plain_row(&self.referral_titles, *row, id(*row))).collect()
        });

        let household = self.household_rows.get(number).map(|row| *row as usize);
        let head = members.first().and_then(|member| self.people.row(self.people.id(*member)));
        let facts = Facts { line, cover: &cover, visits: visits.len(), head };
        let value = |title: &Title| match &title.from {
            From::Column(Of::Household, cells) => household.map(|row| cells.value(row)).unwrap_or_default(),
            From::Column(_, cells) => head.map(|row| cells.value(row)).unwrap_or_default(),
            From::Field(Field::HOUSEHOLD_NO) => Value::from(number),
            From::Field(field) => self.agents.value(*field, line),
            From::Fact(fact) => self.fact(*fact, &facts),
        };
        let fields = self.card.iter().map(|title| (title.title.clone(), value(title))).collect();
        Record { id: number.to_string(), sheet: number.to_string(), fields, lists }
    }

    /// The index over some cards of one agent: counts, and a line a card.
    pub fn index(&self, sheet: &str, lines: &[&IndexLine], note: &str) -> Record {
        let mut rows = Vec::with_capacity(lines.len());
        for line in lines {
            let number = &*line.household_no;
            let cover = Cover::of(self.policies.of_household(number), &self.policy, self.reinstate, self.as_of);
            let visits = self.visits.of_household(number).len();
            let facts = Facts { line, cover: &cover, visits, head: None };
            let household = self.household_rows.get(number).map(|row| *row as usize);
            let value = |title: &Title| match &title.from {
                From::Column(_, cells) => household.map(|row| cells.value(row)).unwrap_or_default(),
                From::Field(Field::HOUSEHOLD_NO) => Value::from(number),
                From::Field(field) => self.agents.value(*field, line),
                From::Fact(fact) => self.fact(*fact, &facts),
            };
            let fields = self.index.iter().map(|title| (title.title.clone(), value(title))).collect();
            rows.push(Row { id: number.to_string(), fields });
        }
        let mut tiers = TierCounts::default();
        lines.iter().for_each(|line| tiers.add(line.tier));
        let state = |state: VisitState| lines.iter().filter(|line| line.visit_state == state).count() as u32;
        let count = |count: u32| Value::Number(f64::from(count));
        let fields = self.card.iter().map(|title| {
            let value = match (&title.from, lines.first()) {
                (From::Fact(Fact::Households), _) => count(tiers.total()),
                (From::Fact(Fact::TierA), _) => count(tiers.by_tier[0]),
                (From::Fact(Fact::TierB), _) => count(tiers.by_tier[1]),
                (From::Fact(Fact::TierC), _) => count(tiers.by_tier[2]),
                (From::Fact(Fact::TierD), _) => count(tiers.by_tier[3]),
                (From::Fact(Fact::TierNone), _) => count(tiers.without),
                (From::Fact(Fact::Overdue), _) => count(state(VisitState::Overdue)),
                (From::Fact(Fact::Due), _) => count(state(VisitState::Due)),
                (From::Fact(Fact::IndexNote), _) => filled(note.to_string()),
                (From::Fact(Fact::Office), _) => filled(self.report.office.to_string()),
                (From::Fact(Fact::AsOf), _) => Value::Date(self.as_of),
                (From::Field(Field::HOUSEHOLD_NO), _) => Value::Blank,
                (From::Field(field), Some(line)) => self.agents.value(*field, line),
                _ => Value::Blank,
            };
            (title.title.clone(), value)
        });
        let fields = fields.collect();
        Record {
            id: String::new(),
            sheet: sheet.to_string(),
            fields,
            lists: [(Block::Index.name().to_string(), rows)].into(),
        }
    }

    fn member_row(&self, member: u32) -> Row {
        self.person_row(self.people.id(member), self.relation(member))
    }

    fn person_row(&self, id: Option<i64>, relation: Value) -> Row {
        let person = self.people.row(id);
        let value = |title: &Title| match &title.from {
            From::Column(_, cells) => person.map(|row| cells.value(row)).unwrap_or_default(),
            From::Field(Field::RELATION_TO_HEAD) => relation.clone(),
            From::Fact(Fact::Age) => self.people.age(person, self.as_of),
            _ => Value::Blank,
        };
        let fields = self.member_titles.iter().map(|title| (title.title.clone(), value(title))).collect();
        Row { id: id.map(|id| id.to_string()).unwrap_or_default(), fields }
    }

    fn relation(&self, member: u32) -> Value {
        words(&self.people.relations, member as usize).map_or(Value::Blank, Value::from)
    }

    fn policy_row(&self, titles: &[Title], row: u32) -> Row {
        let at = row as usize;
        let columns = &self.policy;
        let text = |column: &Option<StringChunked>| words(column, at).unwrap_or("").to_string();
        let fact = |fact: Fact| match fact {
            Fact::Applicant => self.people.name(columns.applicant.as_ref().and_then(|ids| ids.get(at))),
            Fact::Insured => self.people.name(columns.insured.as_ref().and_then(|ids| ids.get(at))),
            Fact::Insurer => {
                Value::from(Some(text(&columns.insurer)).filter(|name| !name.is_empty()).unwrap_or(OWN_COMPANY.into()))
            }
            Fact::Product => match text(&columns.riders) {
                riders if riders.is_empty() => filled(text(&columns.product)),
                riders => Value::Text(with_riders(&text(&columns.product), &riders)),
            },
            Fact::ProductClass => filled(text(&columns.class)),
            Fact::AnnualPremium => {
                columns.annual.as_ref().and_then(|sums| sums.get(at)).filter(|sum| *sum > 0).map_or(Value::Blank, yuan)
            }
            Fact::ReinstateUntil => columns.reinstate_until(row, self.reinstate).map_or(Value::Blank, Value::Date),
            _ => Value::Blank,
        };
        let value = |title: &Title| match &title.from {
            From::Column(_, cells) => cells.value(at),
            From::Fact(known) => fact(*known),
            From::Field(_) => Value::Blank,
        };
        let fields = titles.iter().map(|title| (title.title.clone(), value(title))).collect();
        Row { id: format!("{}|{}", text(&columns.insurer), text(&columns.number)), fields }
    }

    /// A row a person, and one for all: policies of people who are not on the card are in the last only.
    fn total_rows(&self, members: &[u32], cover: &Cover) -> Vec<Row> {
        let nothing = Sums::default();
        let of_member = |member: &u32| {
            let id = self.people.id(*member);
            let sums = id.and_then(|id| cover.people.get(&id)).unwrap_or(&nothing);
            self.total_row(Some(*member), self.people.row(id), sums, self.relation(*member))
        };
        let mut rows: Vec<Row> = members.iter().map(of_member).collect();
        rows.push(self.total_row(None, None, &cover.all, Value::Blank));
        rows
    }

    fn total_row(&self, member: Option<u32>, person: Option<usize>, sums: &Sums, relation: Value) -> Row {
        let sum = |protection: Protection| sums.assured(protection).map_or(Value::Blank, yuan);
        let has = |has: bool| Value::from(if has { "有" } else { "—" });
        let value = |title: &Title| match &title.from {
            From::Column(_, cells) => match person {
                Some(row) => cells.value(row),
                None if title.source == Source::Field(Field::NAME) => Value::from("合计"),
                None => Value::Blank,
            },
            From::Field(Field::RELATION_TO_HEAD) => relation.clone(),
            From::Fact(Fact::Age) => self.people.age(person, self.as_of),
            From::Fact(Fact::InForce) => Value::Number(f64::from(sums.policies)),
            From::Fact(Fact::Gaps) if member.is_none() => Value::Blank,
            From::Fact(Fact::Gaps) => filled(joined(sums.gaps())),
            From::Fact(Fact::LifeSum) => sum(Protection::Life),
            From::Fact(Fact::IllnessSum) => sum(Protection::Illness),
            From::Fact(Fact::AccidentSum) => sum(Protection::Accident),
            From::Fact(Fact::HasMedical) => has(sums.has(Protection::Medical)),
            From::Fact(Fact::HasAnnuity) => has(sums.annuity),
            From::Fact(Fact::YearlyPremium) if sums.premium > 0 => yuan(sums.premium),
            _ => Value::Blank,
        };
        let fields = self.total_titles.iter().map(|title| (title.title.clone(), value(title))).collect();
        let id = member.and_then(|member| self.people.id(member)).map_or("合计".to_string(), |id| id.to_string());
        Row { id, fields }
    }

    /// What makes a visit the same visit, as the store sees it.
    fn visit_id(&self, number: &str, row: u32) -> String {
        let (times, topics, contents) = &self.visit_keys;
        let time = times.as_ref().and_then(|times| times.get(row as usize)).unwrap_or_default().to_string();
        let text = |column| words(column, row as usize).unwrap_or("");
        digest(&[number, &time, text(topics), text(contents)])
    }

    /// What was said, and what follows from what the household has: a protection that nobody in it has.
    fn need_rows(&self, number: &str, cover: &Cover) -> Vec<Row> {
        let known = self.needs.of_household(number);
        let text = |row: &u32| words(&self.need_texts, *row as usize).unwrap_or("");
        let mut rows: Vec<Row> =
            known.iter().map(|row| plain_row(&self.need_titles, *row, digest(&[number, text(row)]))).collect();
        // A client without any policy lacks everything; that is no finding.
        let gaps: Vec<Protection> = if cover.all.policies > 0 { cover.all.gaps().collect() } else { Vec::new() };
        for gap in gaps {
            let said = format!("全家都没有{}", gap.title());
            if known.iter().any(|row| text(row) == said) {
                continue;
            }
            let value = |title: &Title| match title.source {
                Source::Field(Field::NEED_CLASS) => Value::from(gap.title()),
                Source::Field(Field::NEED_SOURCE) => Value::from("保障缺口"),
                Source::Field(Field::NEED_TEXT) => Value::from(said.as_str()),
                Source::Field(Field::NEED_STATE) => Value::from("待问清"),
                _ => Value::Blank,
            };
            let fields = self.need_titles.iter().map(|title| (title.title.clone(), value(title))).collect();
            rows.push(Row { id: format!("{GAP}{}", gap.title()), fields });
        }
        rows
    }

    fn fact(&self, fact: Fact, about: &Facts<'_>) -> Value {
        let Facts { line, cover, visits, head } = *about;
        let count = |count: u32| Value::Number(f64::from(count));
        match fact {
            Fact::Head => filled(line.head.to_string()),
            Fact::Tier => line.tier.map_or(Value::Blank, |tier| Value::from(tier.title())),
            Fact::TierSource => line.tier_source.map_or(Value::Blank, |source| Value::from(source.title())),
            Fact::TierReason => filled(line.tier_reason.to_string()),
            Fact::Members => count(line.members),
            Fact::InForce => count(line.policies_in_force),
            Fact::YearlyPremium => Value::Number(line.annual_premium.to_yuan()),
            Fact::Reinstatable => count(cover.reinstatable),
            Fact::Gaps if cover.all.policies == 0 => Value::Blank,
            Fact::Gaps => filled(joined(cover.all.gaps())),
            Fact::LastVisit => line.last_visit.map_or(Value::Blank, Value::Date),
            Fact::NextDue => line.next_due.map_or(Value::Blank, Value::Date),
            Fact::OverdueDays => line.overdue_days.map_or(Value::Blank, count),
            Fact::VisitState => filled(state(line)),
            Fact::VisitCount => count(visits as u32),
            Fact::Age => self.people.age(head, self.as_of),
            Fact::Office => filled(self.report.office.to_string()),
            Fact::AsOf => Value::Date(self.as_of),
            _ => Value::Blank,
        }
    }
}

/// What the facts about a household are taken from.
#[derive(Clone, Copy)]
struct Facts<'a> {
    line: &'a IndexLine,
    cover: &'a Cover,
    visits: usize,
    head: Option<usize>,
}

fn joined(gaps: impl Iterator<Item = Protection>) -> String {
    gaps.map(Protection::title).collect::<Vec<_>>().join("、")
}

/// How a household stands with its visits, in words.
fn state(line: &IndexLine) -> String {
    match (line.visit_state, line.overdue_days) {
        (VisitState::Overdue, Some(days)) => format!("逾期 {days} 天"),
        (VisitState::Unknown, _) if line.last_visit.is_none() => "从未拜访".to_string(),
        (state, _) => state.title().to_string(),
    }
}

fn plain_row(titles: &[Title], row: u32, id: String) -> Row {
    let value = |title: &Title| match &title.from {
        From::Column(_, cells) => cells.value(row as usize),
        _ => Value::Blank,
    };
    Row { id, fields: titles.iter().map(|title| (title.title.clone(), value(title))).collect() }
}
