//! Visits: each found its household, by number, certificate, policy, name with telephone, or a name only one
//! client has; those of nobody are kept and reported.

use std::borrow::Cow;

use polars::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::changes::{Changed, Changes};
use super::fields::{Merging, Source, Stored};
use super::policies::{MergedPolicies, by_date};
use super::values::{Values, add_missing, day_number};
use super::{Inputs, Month};
use crate::model::assembled::{HouseholdIndex, NONE, NumberState};
use crate::model::cell::Cell;
use crate::model::client_no::ClientNo;
use crate::model::columns::Data;
use crate::model::date::Moment;
use crate::model::intern::Sym;
use crate::model::list::{Kind, List, Slot};
use crate::model::report::{SheetTotals, StageTotal};
use crate::model::variants::simplified;
use crate::model::visible::{self, Likeness};
use crate::problem::{Code, Outcome, Place, Problem, Problems};
use crate::templates::fields::{Field, FieldEntry, Record, Role};

/// What merging the visits gives.
pub struct MergedVisits {
    /// One row a visit, by household and time.
    pub frame: DataFrame,
    /// Rows in, and where they went.
    pub rows_total: StageTotal,
    /// Visits known before and new ones, against those in the book.
    pub book_total: StageTotal,
}

/// What makes two rows the same visit: whose (number, or name and telephone), when, about what.
type Key = (String, Option<i64>, String);

/// Merges all visit logs with the visits known before.
pub fn merge(
    inputs: &Inputs<'_>,
    finder: &Finder<'_>,
    dealings: &Dealings,
    sheets: &mut [SheetTotals],
    changes: &mut Changes,
    problems: &mut Problems,
) -> PolarsResult<MergedVisits> {
    let mut keys: Vec<Key> = Vec::new();
    let mut known: FxHashMap<Key, u32> = FxHashMap::default();
    let mut clients: Vec<(Option<u32>, String, String)> = Vec::new();
    let mut stored_records = match inputs.month.previous {
        Some(book) => stored(&book.visits, finder, &mut keys, &mut known, &mut clients)?,
        None => Vec::new(),
    };
    let mut before = keys.len();

    let (mut rows, mut undated) = (0, 0);
    let mut undated_rows: Vec<(&List, usize)> = Vec::new();
    let mut records: Vec<Vec<u32>> = Vec::new();
    for (at, list) in inputs.month.lists.iter().enumerate() {
        if list.kind != Kind::Visits {
            records.push(Vec::new());
            continue;
        }
        let mut of_rows = Vec::with_capacity(list.len());
        let times = list.data(Field::VISIT_TIME);
        for row in 0..list.len() {
            rows += 1;
            let Some(moment) = moment_at(times, row) else {
                undated += 1;
                sheets[at].kept -= 1;
                sheets[at].set_aside += 1;
                of_rows.push(NONE);
                undated_rows.push((list, row));
                continue;
            };
            let household = match dealings.found[at][row] {
                Found::Household(household) => Some(household),
                found => {
                    report_unfound(list, row, found, problems);
                    None
                }
            };
            if moment.date() > inputs.month.as_of {
                report_future(list, row, moment, problems);
            }
            let (name, phone) = (list.text(Field::NAME, row).to_string(), list.text(Field::PHONE, row).to_string());
            let whose = household.map_or_else(|| format!("{name} {phone}"), |household| finder.number(household));
            let about = format!("{}\u{1f}{}", list.text(Field::VISIT_TOPIC, row), list.text(Field::VISIT_CONTENT, row));
            let key = (whose, Some(moment.millis()), about);
            let next = keys.len() as u32;
            let visit = *known.entry(key.clone()).or_insert_with(|| {
                keys.push(key);
                clients.push((household, name, phone));
                next
            });
            of_rows.push(visit);
        }
        records.push(of_rows);
    }
    report_undated(&undated_rows, problems);
    drop(known);
    if let Some(places) = without_day_alone(&keys) {
        for record in stored_records.iter_mut().chain(records.iter_mut().flatten()).filter(|record| **record != NONE) {
            *record = places[*record as usize];
        }
        let mut next = 0;
        let mut is_first = places.iter().map(|place| {
            let is_first = *place == next;
            next += u32::from(is_first);
            is_first
        });
        let is_first: Vec<bool> = is_first.by_ref().collect();
        before = is_first[..before].iter().filter(|is| **is).count();
        let mut each = is_first.iter();
        keys.retain(|_| each.next() == Some(&true));
        let mut each = is_first.iter();
        clients.retain(|_| each.next() == Some(&true));
    }
    let count = keys.len();
    let distinct = records.iter().flatten().filter(|visit| **visit != NONE).collect::<FxHashSet<_>>().len() as i64;
    let new = (count - before) as i64;
    let rows_total = StageTotal {
        what: "合并：拜访记录的行".to_string(),
        in_fen: false,
        before: rows,
        after: vec![
            ("拜访".to_string(), distinct),
            ("重复".to_string(), rows - undated - distinct),
            ("没有日期".to_string(), undated),
        ],
    };

    let merging = Merging {
        fields: &inputs.month.templates.fields,
        of: Changed::Visit,
        count,
        sources: by_date(inputs.month.lists)
            .into_iter()
            .filter(|at| inputs.month.lists[*at].kind == Kind::Visits)
            .map(|at| Source::of(&inputs.month.lists[at], Role::Client, &records[at]))
            .collect(),
        stored: inputs.month.previous.map(|book| Stored { frame: &book.visits, records: &stored_records }),
        key: &|visit| keys[visit].0.clone(),
    };
    let wanted = |field: Field, entry: &FieldEntry| entry.of == Record::Visit || field == Field::AGENT;
    let mut columns = merging.columns(wanted, changes, problems)?;
    if inputs.month.previous.is_some() {
        keys[before..].iter().for_each(|(whose, ..)| changes.new_record(Changed::Visit, whose.clone()));
    }
    let numbers: Vec<Option<String>> =
        clients.iter().map(|(household, ..)| household.map(|household| finder.number(household))).collect();
    let filled = |text: &'_ String| !text.is_empty();
    columns.insert(0, Values::Text(numbers.iter().map(Option::as_deref).collect()).into_column("household_no")?);
    columns.push(
        Values::Text(clients.iter().map(|(_, name, _)| Some(name.as_str()).filter(|_| filled(name))).collect())
            .into_column("client_name")?,
    );
    columns.push(
        Values::Text(clients.iter().map(|(_, _, phone)| Some(phone.as_str()).filter(|_| filled(phone))).collect())
            .into_column("client_phone")?,
    );
    let needed = [
        ("visit_time", Values::Moments(vec![None; count])),
        ("recorded_time", Values::Moments(vec![None; count])),
        ("next_visit", Values::Days(vec![None; count])),
        ("visit_topic", Values::Text(vec![None; count])),
        ("visit_content", Values::Text(vec![None; count])),
    ];
    // What rules and sorting ask for, and no log may have.
    add_missing(&mut columns, needed)?;
    let timed = timed(inputs, &records, &stored_records, count)?;
    columns.extend(timed);
    let frame = DataFrame::new(count, columns)?
        .lazy()
        .with_columns([col("visit_time").cast(DataType::Date).alias("visit_date")])
        .sort(
            ["household_no", "visit_time", "client_name", "visit_topic", "visit_content"],
            SortMultipleOptions::default().with_maintain_order(true).with_nulls_last(true),
        )
        .collect()?;
    let stored = inputs.month.previous.map_or(0, |book| book.visits.height());
    let book_total = StageTotal {
        what: "卡库：拜访数".to_string(),
        in_fen: false,
        before: stored as i64 + new,
        after: vec![
            ("簿内".to_string(), frame.height() as i64),
            // Of a client who stood there under two names, the same visit was two.
            ("两次合为一次".to_string(), (stored - before) as i64),
        ],
    };
    Ok(MergedVisits { frame, rows_total, book_total })
}

fn moment_at(times: Option<&Data>, row: usize) -> Option<Moment> {
    match times? {
        Data::Moments(moments) => moments[row],
        _ => None,
    }
}

const DAY: i64 = 24 * 60 * 60 * 1000;

/// A visit of which one log gives the time and another only the day, with the same topic and content, is one visit. The
/// place of each when they are one; nothing if there are none. Of several times of one day the first is meant.
fn without_day_alone(keys: &[Key]) -> Option<Vec<u32>> {
    let is_day_alone = |key: &&Key| key.1.is_some_and(|millis| millis % DAY == 0);
    let day = |key: &Key| key.1.map(|millis| millis.div_euclid(DAY));
    let mut timed: FxHashMap<(&str, Option<i64>, &str), Option<u32>> =
        keys.iter().filter(is_day_alone).map(|key| ((key.0.as_str(), day(key), key.2.as_str()), None)).collect();
    for (at, key) in (0..).zip(keys).filter(|(_, key)| !is_day_alone(key)) {
        if let Some(first) = timed.get_mut(&(key.0.as_str(), day(key), key.2.as_str())) {
            let is_earlier = first.is_none_or(|first: u32| keys[first as usize].1 > key.1);
            if is_earlier {
                *first = Some(at);
            }
        }
    }
    if timed.values().all(Option::is_none) {
        return None;
    }
    // Whichever was known first stands for both.
    let mut stands_for: Vec<u32> = (0..keys.len() as u32).collect();
    for (at, key) in (0..).zip(keys).filter(|(_, key)| is_day_alone(key)) {
        if let Some(Some(other)) = timed.get(&(key.0.as_str(), day(key), key.2.as_str())) {
            let (first, second) = (at.min(*other), at.max(*other));
            stands_for[second as usize] = first;
        }
    }
    let mut places: Vec<u32> = Vec::with_capacity(keys.len());
    let mut next = 0;
    for (at, first) in stands_for.iter().enumerate() {
        if *first as usize == at {
            places.push(next);
            next += 1;
        } else {
            places.push(places[*first as usize]);
        }
    }
    Some(places)
}

/// Whether the time of day of visit and record was given: `visit_has_time`, `recorded_has_time`.
fn timed(inputs: &Inputs<'_>, records: &[Vec<u32>], stored_records: &[u32], count: usize) -> PolarsResult<Vec<Column>> {
    let mut columns = Vec::new();
    for (field, name) in [(Field::VISIT_TIME, "visit_has_time"), (Field::RECORDED_TIME, "recorded_has_time")] {
        let mut has_time: Vec<Option<bool>> = vec![None; count];
        if let Some(book) = inputs.month.previous {
            for (record, value) in stored_records.iter().zip(book.visits.column(name)?.bool()?.iter()) {
                let known = &mut has_time[*record as usize];
                *known = (*known).max(value);
            }
        }
        for (list, records) in inputs.month.lists.iter().zip(records) {
            for (row, record) in records.iter().enumerate().filter(|(_, record)| **record != NONE) {
                if let Some(moment) = moment_at(list.data(field), row) {
                    let known = &mut has_time[*record as usize];
                    // Whoever gives only the day of a visit does not take back its time.
                    let is_known = field == Field::VISIT_TIME && *known == Some(true);
                    *known = Some(is_known || moment.time().is_some());
                }
            }
        }
        columns.push(has_time.into_iter().collect::<BooleanChunked>().with_name(name.into()).into_column());
    }
    Ok(columns)
}

fn stored(
    frame: &DataFrame,
    finder: &Finder<'_>,
    keys: &mut Vec<Key>,
    known: &mut FxHashMap<Key, u32>,
    clients: &mut Vec<(Option<u32>, String, String)>,
) -> PolarsResult<Vec<u32>> {
    let text = |name: &str| frame.column(name).and_then(Column::str);
    let (numbers, names, phones) = (text("household_no")?, text("client_name")?, text("client_phone")?);
    let (topics, contents) = (text("visit_topic")?, text("visit_content")?);
    let agents = [text("agent").ok(), text("visitor").ok()];
    let times = frame.column("visit_time")?.cast(&DataType::Int64)?;
    let times = times.i64()?;
    let mut records = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let at = |column: &StringChunked| column.get(row).unwrap_or("").to_string();
        // Whose visit it was may be known now: a household may have been merged, a client may have turned up.
        let (name, phone) = (at(names), at(phones));
        let agent = agents.iter().flatten().find_map(|agents| agents.get(row)).unwrap_or("");
        let clue = Clue { name: &name, phone: &phone, agent, ..Clue::default() };
        let household = finder.by_number(&at(numbers)).or_else(|| match finder.find(&clue) {
            Found::Household(household) => Some(household),
            _ => None,
        });
        let whose = household.map_or_else(|| format!("{name} {phone}"), |household| finder.number(household));
        let key = (whose, times.get(row), format!("{}\u{1f}{}", at(topics), at(contents)));
        let next = keys.len() as u32;
        let record = *known.entry(key.clone()).or_insert_with(|| {
            keys.push(key);
            clients.push((household, name, phone));
            next
        });
        records.push(record);
    }
    Ok(records)
}

/// What a visit says of its client.
#[derive(Clone, Copy, Default)]
struct Clue<'a> {
    number: &'a str,
    certificate: &'a str,
    policy_no: &'a str,
    name: &'a str,
    phone: &'a str,
    /// The telephone as it stands in the cell, where it was not understood: 尾号3587.
    written_phone: &'a str,
    agent: &'a str,
}

impl<'a> Clue<'a> {
    fn of(list: &'a List, row: usize, written_phones: &FxHashMap<u32, &'a str>) -> Self {
        let text = |field| list.text(field, row);
        Clue {
            number: text(Field::HOUSEHOLD_NO),
            certificate: text(Field::CERT_NO),
            policy_no: text(Field::POLICY_NO),
            name: text(Field::NAME),
            phone: text(Field::PHONE),
            written_phone: written_phones.get(&(row as u32)).copied().unwrap_or_default(),
            agent: if text(Field::AGENT).is_empty() { text(Field::VISITOR) } else { text(Field::AGENT) },
        }
    }
}

/// Whose visit or note a row is.
#[derive(Clone, Copy)]
pub enum Found {
    /// This one's.
    Household(HouseholdIndex),
    /// Several clients have this name.
    Several(usize),
    /// The row names somebody, and nobody is called so.
    Nobody,
    /// The row names nobody.
    NoKey,
}

/// Whom the rows of visits and notes are about, by list; nothing for lists of other things.
#[derive(Default)]
pub struct Dealings {
    /// What was found of each row.
    pub found: Vec<Vec<Found>>,
    /// The household of each row.
    pub households: Vec<Vec<u32>>,
    /// The person of each row.
    pub persons: Vec<Vec<u32>>,
    /// Rows in the order of what they tell of.
    pub order: Vec<Vec<u32>>,
}

/// Names, in simplified characters, and telephones that visits and notes give: nobody else need be found.
struct Sought<'i> {
    names: FxHashSet<Cow<'i, str>>,
    phones: FxHashSet<&'i str>,
}

impl<'i> Sought<'i> {
    fn of(month: &Month<'i>) -> PolarsResult<Self> {
        let mut sought = Sought { names: FxHashSet::default(), phones: FxHashSet::default() };
        let mut add = |name: &'i str, phones: &'i str| {
            sought.names.insert(simplified(name));
            sought.phones.extend(phones.split('|'));
        };
        for list in month.lists.iter().filter(|list| list.kind.is_about_dealings()) {
            (0..list.len()).for_each(|row| add(list.text(Field::NAME, row), list.text(Field::PHONE, row)));
        }
        if let Some(book) = month.previous {
            let (names, phones) = (book.visits.column("client_name")?.str()?, book.visits.column("client_phone")?.str()?);
            names.iter().zip(phones.iter()).for_each(|(name, phones)| add(name.unwrap_or(""), phones.unwrap_or("")));
        }
        Ok(sought)
    }
}

/// Finds the household that a row of a log speaks of.
pub struct Finder<'i> {
    inputs: &'i Inputs<'i>,
    policies: &'i MergedPolicies,
    numbers: FxHashMap<ClientNo, HouseholdIndex>,
    merged: FxHashMap<ClientNo, ClientNo>,
    by_certificate: FxHashMap<&'i str, HouseholdIndex>,
    /// Names in simplified characters, here and below.
    by_name: FxHashMap<Cow<'i, str>, Vec<HouseholdIndex>>,
    by_name_and_phone: FxHashMap<(Cow<'i, str>, &'i str), Option<HouseholdIndex>>,
    by_name_and_agent: FxHashMap<(Cow<'i, str>, &'i str), Option<HouseholdIndex>>,
    /// Every telephone given with a name, and of which household.
    phones_of_name: FxHashMap<Cow<'i, str>, Vec<(&'i str, HouseholdIndex)>>,
    /// Telephones of one household only.
    by_phone: FxHashMap<&'i str, Option<HouseholdIndex>>,
}

impl<'i> Finder<'i> {
    /// Knows everybody whom visits and notes name.
    pub fn new(inputs: &'i Inputs<'i>, policies: &'i MergedPolicies) -> PolarsResult<Self> {
        let assembled = inputs.assembled;
        let sought = Sought::of(inputs.month)?;
        let home_of = assembled.household_of_person();
        let mut finder = Finder {
            inputs,
            policies,
            numbers: assembled.households.iter().zip(0..).map(|(household, index)| (household.number, index)).collect(),
            merged: assembled
                .numbers
                .iter()
                .filter_map(|entry| match entry.state {
                    NumberState::MergedInto(number) => Some((entry.number, number)),
                    _ => None,
                })
                .collect(),
            by_certificate: FxHashMap::default(),
            by_name: FxHashMap::default(),
            by_name_and_phone: FxHashMap::default(),
            by_name_and_agent: FxHashMap::default(),
            phones_of_name: FxHashMap::default(),
            by_phone: FxHashMap::default(),
        };
        for (person, home) in assembled.persons.iter().zip(&home_of).filter(|(_, home)| **home != NONE) {
            if !person.certificate.is_empty() {
                finder.by_certificate.insert(&person.certificate, *home);
            }
        }
        // Of everything that two households have, nobody is known by it.
        fn only<K: std::hash::Hash + Eq>(map: &mut FxHashMap<K, Option<HouseholdIndex>>, key: K, home: HouseholdIndex) {
            map.entry(key).and_modify(|known| *known = known.filter(|known| *known == home)).or_insert(Some(home));
        }
        let texts = &assembled.evidence.texts;
        let mut names: FxHashMap<Sym, Option<Cow<'i, str>>> = FxHashMap::default();
        for (mention, person) in assembled.evidence.mentions.iter().zip(&assembled.mention_persons) {
            let home = home_of[*person as usize];
            if home == NONE {
                continue;
            }
            let name = names.entry(mention.name).or_insert_with(|| {
                Some(simplified(texts.text(mention.name))).filter(|name| !name.is_empty() && sought.names.contains(name))
            });
            for phone in texts.text(mention.phones).split('|').filter(|phone| !phone.is_empty()) {
                if sought.phones.contains(phone) {
                    only(&mut finder.by_phone, phone, home);
                }
                if let Some(name) = name {
                    only(&mut finder.by_name_and_phone, (name.clone(), phone), home);
                    finder.phones_of_name.entry(name.clone()).or_default().push((phone, home));
                }
            }
            let Some(name) = name else { continue };
            if !mention.agent.is_blank() {
                only(&mut finder.by_name_and_agent, (name.clone(), texts.text(mention.agent)), home);
            }
            finder.by_name.entry(name.clone()).or_default().push(home);
        }
        for homes in finder.by_name.values_mut() {
            homes.sort_unstable();
            homes.dedup();
        }
        Ok(finder)
    }

    /// The 客户编号 of a household.
    pub fn number(&self, household: HouseholdIndex) -> String {
        self.inputs.assembled.households[household as usize].number.to_string()
    }

    /// The household with this number, or that it was merged into.
    pub fn by_number(&self, text: &str) -> Option<HouseholdIndex> {
        let number = ClientNo::read(Cell::from(text)).good()?.household();
        self.numbers.get(&number).or_else(|| self.numbers.get(self.merged.get(&number)?)).copied()
    }

    fn by_name_and_phone(&self, name: &str, phones: &str) -> Option<HouseholdIndex> {
        let name = simplified(name);
        phones.split('|').find_map(|phone| self.by_name_and_phone.get(&(name.clone(), phone)).copied().flatten())
    }

    /// The only household with this telephone: of a row without a name, or with one that no client has.
    fn by_phone(&self, phones: &str) -> Option<HouseholdIndex> {
        phones.split('|').find_map(|phone| self.by_phone.get(phone).copied().flatten())
    }

    /// Of several households with a client of this name, the only one whose telephone ends like this: 尾号3587.
    fn by_phone_end(&self, name: &str, homes: &[HouseholdIndex], written: &str) -> Option<HouseholdIndex> {
        let written = visible::phone(written)?;
        let known = self.phones_of_name.get(&simplified(name))?;
        let like = |phone: &str| matches!(visible::compare(phone, &written), Likeness::Same(4..));
        let mut found: Vec<HouseholdIndex> = known.iter().filter(|(phone, _)| like(phone)).map(|(_, home)| *home).collect();
        found.sort_unstable();
        found.dedup();
        match found[..] {
            [only] if homes.contains(&only) => Some(only),
            _ => None,
        }
    }

    /// Whom all visits and notes of the month are about.
    pub fn dealings(&self) -> Dealings {
        let month = self.inputs.month;
        let mut dealings = Dealings::default();
        for (at, list) in month.lists.iter().enumerate() {
            let rows = if list.kind.is_about_dealings() { list.len() } else { 0 };
            let written_phones = if rows > 0 { written_phones(list) } else { FxHashMap::default() };
            let found: Vec<Found> = (0..rows).map(|row| self.of_row(at, row, &written_phones)).collect();
            let home = |found: &Found| if let Found::Household(home) = found { *home } else { NONE };
            let households: Vec<u32> = found.iter().map(home).collect();
            let person = |(row, home): (usize, &u32)| self.person_in(*home, list.text(Field::NAME, row));
            dealings.persons.push(households.iter().enumerate().map(person).collect());
            dealings.order.push(in_time(list, rows));
            dealings.households.push(households);
            dealings.found.push(found);
        }
        dealings
    }

    /// The member of a household who is called so; of no name the head.
    fn person_in(&self, home: u32, name: &str) -> u32 {
        let Some(household) = self.inputs.assembled.households.get(home as usize) else { return NONE };
        let is_called = |person: &u32| *self.inputs.assembled.persons[*person as usize].name == *name;
        let mut members = household.members.iter().map(|member| member.person);
        if name.is_empty() { household.head } else { members.find(is_called).unwrap_or(NONE) }
    }

    /// On a card of ours a row is about the household of the card.
    fn of_row(&self, at: usize, row: usize, written_phones: &FxHashMap<u32, &'i str>) -> Found {
        let households = &self.inputs.assembled.links[at].households;
        match households.get(row).copied().filter(|household| *household != NONE) {
            Some(household) => Found::Household(household),
            None => self.find(&Clue::of(&self.inputs.month.lists[at], row, written_phones)),
        }
    }

    fn find(&self, clue: &Clue<'_>) -> Found {
        let Clue { number, certificate, name, phone, agent, .. } = *clue;
        let named = self.by_name.get(&simplified(name)).filter(|_| !name.is_empty());
        if let Some(household) = self.by_number(number) {
            // A number and a name that contradict each other: the number of another family was copied down.
            if name.is_empty() || named.is_none_or(|homes| homes.contains(&household)) {
                return Found::Household(household);
            }
        }
        if let Some(household) = self.by_certificate.get(certificate).filter(|_| !certificate.is_empty()) {
            return Found::Household(*household);
        }
        let policy = self.policies.of_number(clue.policy_no).map(|policy| self.policies.households[policy as usize]);
        if let Some(household) = policy.filter(|household| *household != NONE) {
            return Found::Household(household);
        }
        if let Some(household) = self.by_name_and_phone(name, phone) {
            return Found::Household(household);
        }
        if let Some(homes) = named {
            let of_one_agent = || self.by_name_and_agent.get(&(simplified(name), agent)).copied().flatten();
            return match &homes[..] {
                [one] => Found::Household(*one),
                several => self
                    .by_phone_end(name, several, clue.written_phone)
                    .or_else(of_one_agent)
                    .or_else(|| self.of_agent(several, agent))
                    .map_or(Found::Several(several.len()), Found::Household),
            };
        }
        if let Some(household) = self.by_phone(phone) {
            return Found::Household(household);
        }
        if name.is_empty() && phone.is_empty() && number.is_empty() && certificate.is_empty() {
            Found::NoKey
        } else {
            Found::Nobody
        }
    }

    /// Of several households with a client of this name, the only one whose policies this agent serves.
    fn of_agent(&self, homes: &[HouseholdIndex], agent: &str) -> Option<HouseholdIndex> {
        let served = self.policies.served.get(agent)?;
        let mut found = homes.iter().filter(|home| served.contains(home));
        match (found.next(), found.next()) {
            (Some(only), None) => Some(*only),
            _ => None,
        }
    }
}

/// Rows in the order of what they tell of, those of no day first.
fn in_time(list: &List, rows: usize) -> Vec<u32> {
    let field = match list.kind {
        Kind::Needs => Field::NEED_DATE,
        Kind::Referrals => Field::REFERRAL_DATE,
        _ => Field::VISIT_TIME,
    };
    let time = |row: u32| match list.data(field)? {
        Data::Moments(moments) => moments[row as usize].map(Moment::millis),
        Data::Dates(dates) => dates[row as usize].and_then(day_number).map(i64::from),
        _ => None,
    };
    let mut order: Vec<u32> = (0..rows as u32).collect();
    order.sort_by_key(|row| time(*row));
    order
}

/// Telephones as they stand in their cells, where they were not understood (尾号3587), by row.
fn written_phones(list: &List) -> FxHashMap<u32, &str> {
    let Some(column) = list.column(Slot::of(Field::PHONE)) else { return FxHashMap::default() };
    list.originals.in_columns(&[column.at]).into_iter().map(|((row, _), text)| (row, text)).collect()
}

/// A visit without a day takes no part. Where the day was there and unreadable, that has been said; it is not
/// said twice.
fn report_undated(undated: &[(&List, usize)], problems: &mut Problems) {
    let cell = |list: &List, row: usize| {
        let column = list.column(Slot::of(Field::VISIT_TIME));
        column.map_or(list.place(row), |column| list.cell(row, column))
    };
    let places: Vec<Place> = undated.iter().map(|(list, row)| cell(list, *row)).collect();
    let told = problems.set_rows_aside(Code::DateBad, &places);
    for ((list, row), place) in undated.iter().zip(places).filter(|(_, place)| !told.contains(place)) {
        problems.push(Problem {
            code: Code::VisitUndated,
            place,
            field: "拜访时间".into(),
            found: list.text(Field::NAME, *row).into(),
            what: "没有写拜访日期".into(),
            outcome: Outcome::RowSetAside,
        });
    }
}

fn report_future(list: &List, row: usize, moment: Moment, problems: &mut Problems) {
    problems.push(Problem {
        code: Code::DateFuture,
        place: list.place(row),
        field: "拜访时间".into(),
        found: moment.to_iso().into(),
        what: "拜访日期比截止日还晚".into(),
        outcome: Outcome::KeptAsIs,
    });
}

fn report_unfound(list: &List, row: usize, found: Found, problems: &mut Problems) {
    let name = list.text(Field::NAME, row);
    let (code, what) = match found {
        Found::Several(count) => (Code::VisitAmbiguous, format!("有 {count} 户的客户叫“{name}”，分不清拜访的是哪一户")),
        Found::NoKey => (Code::VisitUnmatched, "没有写拜访的是谁".to_string()),
        _ => (Code::VisitUnmatched, format!("客户里没有“{name}”")),
    };
    problems.push(Problem {
        code,
        place: list.place(row),
        field: "客户姓名".into(),
        found: name.into(),
        what: what.into(),
        outcome: Outcome::RowSetAside,
    });
}
