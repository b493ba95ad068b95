//! Policies: one row a policy number, its riders folded in, every premium accounted for.

use chrono::Datelike;
use polars::prelude::*;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::agents::Agents;
use super::changes::{Changed, Changes};
use super::disagree;
use super::fields::{Merging, Source, Stored, untaken};
use super::values::{Values, add_missing};
use super::{Inputs, Month};
use crate::model::assembled::{NONE, RowLinks};
use crate::model::columns::Data;
use crate::model::list::{Kind, List, Slot};
use crate::model::money::Money;
use crate::model::order::places;
use crate::model::pay::PayMode;
use crate::model::policy_status::PolicyStatus;
use crate::model::product::ProductReading;
use crate::model::report::{SheetTotals, StageTotal};
use crate::problem::{Code, Outcome, Place, Problem, Problems};
use crate::templates::fields::{Field, Record, Role};

/// What merging the policies gives.
pub struct MergedPolicies {
    /// One row a policy, by number.
    pub frame: DataFrame,
    /// For each list: the policy of each row, [`NONE`] where there is none.
    pub of_rows: Vec<Vec<u32>>,
    /// Company and number of each policy, by number.
    keys: Vec<Key>,
    /// Household of each policy.
    pub households: Vec<u32>,
    /// Households with a policy that each agent serves.
    pub served: FxHashMap<String, FxHashSet<u32>>,
    /// Rows in, and where they went.
    pub rows_total: StageTotal,
    /// Premium in, and where it went, in 分.
    pub premium_total: StageTotal,
    /// Policies known before and new ones, against those in the book.
    pub book_total: StageTotal,
    /// Premium known before and in the lists, against that in the book, in 分.
    pub book_premium_total: StageTotal,
}

impl MergedPolicies {
    /// The policy of this number: our own company's first.
    pub fn of_number(&self, number: &str) -> Option<u32> {
        let at = self.keys.partition_point(|(_, known)| known.as_str() < number);
        self.keys.get(at).filter(|(_, known)| known == number).map(|_| at as u32)
    }
}

/// A policy is known by the company and its number there; a blank company is our own.
type Key = (String, String);

/// How the rows of one list fold into policies.
#[derive(Default)]
pub(super) struct Folded {
    /// Policy of each row.
    of_rows: Vec<u32>,
    /// Main row of each policy of this list.
    pub(super) records: Vec<u32>,
    /// Yearly premium of each policy in this list, riders included.
    annual: FxHashMap<u32, i64>,
    /// Riders of each policy in this list.
    riders: FxHashMap<u32, Vec<String>>,
}

/// All policies, before anybody knows whose they are.
pub struct FoldedPolicies {
    /// One row a policy, by number, without the people.
    frame: DataFrame,
    keys: Vec<Key>,
    folded: Vec<Folded>,
    /// Lists in the order in which a later one has the last word.
    order: Vec<usize>,
    /// Whether a list of the company ever named a policy.
    listed: Vec<bool>,
    stored_records: Vec<u32>,
    rows_total: StageTotal,
    premium_total: StageTotal,
    book_total: StageTotal,
    book_premium_total: StageTotal,
}

/// Folds all policy lists and the policies known before into one row a policy.
pub fn fold(
    month: &Month<'_>,
    agents: &Agents,
    sheets: &mut [SheetTotals],
    changes: &mut Changes,
    problems: &mut Problems,
) -> PolarsResult<FoldedPolicies> {
    let mut keys: Vec<Key> = Vec::new();
    let mut known: FxHashMap<Key, u32> = FxHashMap::default();
    let stored_records = match month.previous {
        Some(book) => stored_keys(&book.policies, &mut keys, &mut known)?,
        None => Vec::new(),
    };
    let before = keys.len();

    let mut totals = Totals::default();
    let mut folded: Vec<Folded> = Vec::new();
    folded.resize_with(month.lists.len(), Folded::default);
    // Cards last: whose policy it is in the company's books says more than what an agent calls the insurer.
    let mut turns: Vec<usize> = (0..month.lists.len()).collect();
    turns.sort_by_key(|at| month.lists[*at].kind == Kind::CardPolicies);
    for index in turns {
        let list = &month.lists[index];
        let mut fold = if list.kind.has_policies() {
            fold_list(list, &mut keys, &mut known, &mut sheets[index], &mut totals, problems)
        } else {
            Folded { of_rows: vec![NONE; list.len()], ..Folded::default() }
        };
        fold.records.resize(list.len(), NONE);
        folded[index] = fold;
    }
    drop(known);
    let count = keys.len();
    if month.previous.is_some() {
        keys[before..].iter().for_each(|(_, number)| changes.new_record(Changed::Policy, number.clone()));
    }
    let places = places_by_number(&keys);
    let keys = placed(keys, &places);
    folded.iter_mut().for_each(|fold| fold.renumber(&places));
    let stored_records: Vec<u32> = stored_records.iter().map(|policy| places[*policy as usize]).collect();

    let listed = listed(month, &folded, &keys, &stored_records)?;
    let order = by_date(month.lists);
    disagree::report(month, &folded, &order, problems);
    let seen: Vec<bool> = {
        let mut seen = vec![false; count];
        folded
            .iter()
            .flat_map(|fold| &fold.of_rows)
            .filter(|policy| **policy != NONE)
            .for_each(|policy| seen[*policy as usize] = true);
        seen
    };
    let merging = Merging {
        fields: &month.templates.fields,
        of: Changed::Policy,
        count,
        sources: order
            .iter()
            .map(|at| Source::of(&month.lists[*at], Role::Client, &folded[*at].records))
            .filter(|source| source.list.kind.has_policies())
            .collect(),
        stored: month.previous.map(|book| Stored { frame: &book.policies, records: &stored_records }),
        key: &|policy| keys[policy].1.clone(),
    };
    let mut columns = merging.columns(
        |field, entry| {
            matches!(entry.of, Record::Policy | Record::Org)
                && ![Field::INSURER, Field::POLICY_NO, Field::RIDER_PRODUCT, Field::RIDER_PREMIUM].contains(&field)
        },
        changes,
        problems,
    )?;

    columns.push(text("insurer", keys.iter().map(|(insurer, _)| insurer.as_str())));
    columns.push(text("policy_no", keys.iter().map(|(_, number)| number.as_str())));
    let annual = Annual::of(month, &folded, &order, &stored_records, &listed)?;
    let (premium_before, premium_superseded) = (annual.before, annual.superseded);
    columns.extend(annual.columns()?);
    // What rules ask for: lists of renewals have no status, many lists no 失效日, a month perhaps no policy list.
    add_missing(
        &mut columns,
        [("status", Values::Text(vec![None; count])), ("lapse_date", Values::Days(vec![None; count]))],
    )?;
    columns.extend(seen_dates(month, &stored_records, &seen, count)?);
    columns.push(listed.iter().map(|is| Some(*is)).collect::<BooleanChunked>().with_name(LISTED.into()).into_column());
    columns.extend(judged(&columns, month)?);
    report_vanished(month, &seen, &keys, &columns, problems)?;
    columns.push(agents.of_policies(&columns)?);
    let frame = DataFrame::new(count, columns)?;
    let (rows_total, premium_total) = totals.finish(&seen);
    let book_total = StageTotal {
        what: "卡库：保单数".to_string(),
        in_fen: false,
        before: (month.previous.map_or(0, |book| book.policies.height()) + (count - before)) as i64,
        after: vec![("簿内".to_string(), frame.height() as i64)],
    };
    let book_premium_total = StageTotal {
        what: "卡库：年交保费（元）".to_string(),
        in_fen: true,
        before: premium_before + totals.premium_main + totals.premium_riders,
        after: vec![
            ("簿内".to_string(), frame.column("annual_fen")?.i64()?.sum().unwrap_or(0)),
            ("被更新的清单取代".to_string(), premium_superseded),
        ],
    };
    Ok(FoldedPolicies {
        frame,
        keys,
        folded,
        order,
        listed,
        stored_records,
        rows_total,
        premium_total,
        book_total,
        book_premium_total,
    })
}

/// The column that says whether a list of the company ever named a policy.
const LISTED: &str = "in_company_list";

/// Whether a list of the company ever named each policy: what its lists never named, agents know.
fn listed(month: &Month<'_>, folded: &[Folded], keys: &[Key], stored_records: &[u32]) -> PolarsResult<Vec<bool>> {
    let mut listed = vec![false; keys.len()];
    if let Some(book) = month.previous {
        // Books of older versions have no such column: a policy of no other company was in our lists.
        let known = book.policies.column(LISTED).ok().map(Column::bool).transpose()?;
        for (row, policy) in stored_records.iter().enumerate() {
            let by_insurer = || keys[*policy as usize].0.is_empty();
            listed[*policy as usize] = known.map_or_else(by_insurer, |known| known.get(row) == Some(true));
        }
    }
    for (list, fold) in month.lists.iter().zip(folded).filter(|(list, _)| list.kind.from_company()) {
        debug_assert!(fold.of_rows.len() <= list.len());
        fold.of_rows.iter().filter(|policy| **policy != NONE).for_each(|policy| listed[*policy as usize] = true);
    }
    Ok(listed)
}

/// Where each policy goes when they stand by number.
fn places_by_number(keys: &[Key]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    order.par_sort_unstable_by_key(|policy| {
        let (insurer, number) = &keys[*policy as usize];
        (number, insurer)
    });
    places(order.into_iter())
}

fn placed(keys: Vec<Key>, places: &[u32]) -> Vec<Key> {
    let mut placed = vec![Key::default(); keys.len()];
    for (key, place) in keys.into_iter().zip(places) {
        placed[*place as usize] = key;
    }
    placed
}

impl Folded {
    /// Gives policies other numbers.
    fn renumber(&mut self, numbers: &[u32]) {
        let known = |policy: &mut u32| {
            if *policy != NONE {
                *policy = numbers[*policy as usize];
            }
        };
        self.of_rows.iter_mut().for_each(known);
        self.records.iter_mut().for_each(known);
        let number = |policy: u32| numbers[policy as usize];
        self.annual = std::mem::take(&mut self.annual).into_iter().map(|(policy, sum)| (number(policy), sum)).collect();
        self.riders = std::mem::take(&mut self.riders).into_iter().map(|(policy, names)| (number(policy), names)).collect();
    }
}

impl FoldedPolicies {
    /// Adds who holds each policy, who is insured, and on whose card it is.
    pub fn with_people(self, inputs: &Inputs<'_>, problems: &mut Problems) -> PolarsResult<MergedPolicies> {
        let FoldedPolicies { mut frame, keys, folded, order, listed, stored_records, .. } = self;
        let people = People::of(inputs, &folded, &order, &stored_records, &listed, problems)?;
        frame.hstack_mut(&people.columns(inputs)?)?;
        let served = served(frame.column("serviced_by")?, &people.households)?;
        Ok(MergedPolicies {
            frame,
            of_rows: folded.into_iter().map(|fold| fold.of_rows).collect(),
            keys,
            households: people.households,
            served,
            rows_total: self.rows_total,
            premium_total: self.premium_total,
            book_total: self.book_total,
            book_premium_total: self.book_premium_total,
        })
    }
}

/// Lists in the order in which a later one has the last word: by the day they stand for, then by what they are, then
/// by name. Lists that give no day come first. What was changed on a card was changed after the day it stands for;
/// what is noted beside a visit says less than a list of clients.
pub fn by_date(lists: &[List]) -> Vec<usize> {
    let rank = |list: &List| match list.kind {
        _ if list.is_of_own_cards() => 3,
        Kind::Policies => 2,
        kind if kind.is_about_dealings() => 0,
        _ => 1,
    };
    let mut order: Vec<usize> = (0..lists.len()).collect();
    order.sort_by_key(|at| (lists[*at].date, rank(&lists[*at]), *at));
    order
}

fn text<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Column {
    StringChunked::from_iter_values(name.into(), values).into_column()
}

fn stored_keys(frame: &DataFrame, keys: &mut Vec<Key>, known: &mut FxHashMap<Key, u32>) -> PolarsResult<Vec<u32>> {
    let (insurers, numbers) = (frame.column("insurer")?.str()?, frame.column("policy_no")?.str()?);
    for (insurer, number) in insurers.iter().zip(numbers.iter()) {
        let key = (insurer.unwrap_or("").to_string(), number.unwrap_or("").to_string());
        known.insert(key.clone(), keys.len() as u32);
        keys.push(key);
    }
    Ok((0..keys.len() as u32).collect())
}

/// Rows and premium that went in, and what became of them.
#[derive(Default)]
struct Totals {
    rows: i64,
    main: i64,
    riders: i64,
    repeated: i64,
    without_number: i64,
    premium: i64,
    premium_main: i64,
    premium_riders: i64,
    premium_repeated: i64,
    premium_without_number: i64,
}

impl Totals {
    fn finish(&self, seen: &[bool]) -> (StageTotal, StageTotal) {
        // Policies of earlier months that this month's lists do not name are not among these.
        let listed = seen.iter().filter(|seen| **seen).count() as i64;
        let rows = StageTotal {
            what: "合并：保单清单的行".to_string(),
            in_fen: false,
            before: self.rows,
            after: vec![
                ("保单".to_string(), listed),
                ("另一份清单里的同一保单".to_string(), self.main - listed),
                ("附加险".to_string(), self.riders),
                ("重复".to_string(), self.repeated),
                ("没有保单号".to_string(), self.without_number),
            ],
        };
        let premium = StageTotal {
            what: "合并：年交保费（元）".to_string(),
            in_fen: true,
            before: self.premium,
            after: vec![
                ("主险行".to_string(), self.premium_main),
                ("附加险行".to_string(), self.premium_riders),
                ("重复行".to_string(), self.premium_repeated),
                ("没有保单号的行".to_string(), self.premium_without_number),
            ],
        };
        (rows, premium)
    }
}

fn fold_list(
    list: &List,
    keys: &mut Vec<Key>,
    known: &mut FxHashMap<Key, u32>,
    sheet: &mut SheetTotals,
    totals: &mut Totals,
    problems: &mut Problems,
) -> Folded {
    let premium = YearlyPremium::of(list);
    let numbers = list.data(Field::POLICY_NO);
    let damaged = damaged_numbers(list);
    // On a card 保险公司 may be our own, which no list of ours names: a number that is known is the policy we know.
    let known_insurers: FxHashMap<String, Box<str>> = match list.kind {
        Kind::CardPolicies => keys.iter().map(|(insurer, number)| (number.clone(), insurer.as_str().into())).collect(),
        _ => FxHashMap::default(),
    };
    let mut main_row: FxHashMap<u32, usize> = FxHashMap::default();
    let mut rider_rows: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
    let mut fold = Folded {
        of_rows: Vec::with_capacity(list.len()),
        records: vec![NONE; list.len()],
        annual: FxHashMap::default(),
        riders: FxHashMap::default(),
    };
    let mut sheet_premium = 0;
    for row in 0..list.len() {
        let number = numbers.map_or("", |data| data.text(row));
        let yearly = premium.of_row(row);
        totals.rows += 1;
        totals.premium += yearly;
        if number.is_empty() {
            fold.of_rows.push(NONE);
            totals.without_number += 1;
            totals.premium_without_number += yearly;
            sheet.kept -= 1;
            sheet.set_aside += 1;
            if !damaged.contains(&(row as u32)) {
                problems.push(Problem {
                    code: Code::RowNoNumber,
                    place: list.place(row),
                    field: "保单号".into(),
                    found: list.text_of(Role::Applicant, Field::NAME, row).into(),
                    what: "没有能用的保单号".into(),
                    outcome: Outcome::RowSetAside,
                });
            }
            continue;
        }
        let insurer = list.text(Field::INSURER, row);
        let insurer = known_insurers.get(number).map_or(insurer, |known| known.as_ref());
        let key = (insurer.to_string(), number.to_string());
        let next = keys.len() as u32;
        let policy = *known.entry(key.clone()).or_insert_with(|| {
            keys.push(key);
            next
        });
        fold.of_rows.push(policy);
        match main_row.get(&policy).copied() {
            None => {
                main_row.insert(policy, row);
                fold.records[row] = policy;
                fold.annual.insert(policy, yearly);
                totals.main += 1;
                totals.premium_main += yearly;
                sheet_premium += yearly;
            }
            Some(first) => {
                let earlier = rider_rows.entry(policy).or_default();
                let mut rows = std::iter::once(&first).chain(earlier.iter());
                let twin = rows.find(|other| same_cover(list, **other, row) || other_holder(list, **other, row));
                if let Some(twin) = twin {
                    totals.repeated += 1;
                    totals.premium_repeated += yearly;
                    sheet.kept -= 1;
                    sheet.repeated += 1;
                    report_twin(list, *twin, row, problems);
                    continue;
                }
                earlier.push(row);
                totals.riders += 1;
                totals.premium_riders += yearly;
                sheet_premium += yearly;
                // A main product further down takes the place of a rider that happened to come first.
                let rider_first = is_rider(list, first) && !is_rider(list, row);
                let rider_row = if rider_first {
                    fold.records[first] = NONE;
                    fold.records[row] = policy;
                    main_row.insert(policy, row);
                    *earlier.last_mut().expect("just pushed") = first;
                    first
                } else {
                    row
                };
                *fold.annual.entry(policy).or_default() += yearly;
                fold.riders.entry(policy).or_default().push(list.text(Field::PRODUCT, rider_row).to_string());
            }
        }
        let wide = (0..20).map_while(|nth| list.column(Slot { role: Role::Client, field: Field::RIDER_PRODUCT, nth }));
        for name in wide.map(|column| column.data.text(row)).filter(|name| !name.is_empty()) {
            let riders = fold.riders.entry(policy).or_default();
            if !riders.iter().any(|known| known == name) {
                riders.push(name.to_string());
            }
        }
    }
    if premium.is_given() {
        sheet.premium = Some(Money::from_fen(sheet_premium));
    }
    fold
}

/// Rows whose policy number could not be read: that was told when it was.
fn damaged_numbers(list: &List) -> FxHashSet<u32> {
    let Some(column) = list.column(Slot::of(Field::POLICY_NO)) else { return FxHashSet::default() };
    list.originals.in_columns(&[column.at]).into_keys().map(|(row, _)| row).collect()
}

/// Whether a row is an additional cover: marked so, or named so.
fn is_rider(list: &List, row: usize) -> bool {
    let mark = list.text(Field::MAIN_OR_RIDER, row);
    if mark.is_empty() { list.text(Field::PRODUCT, row).contains("附加") } else { mark.contains('附') }
}

/// One number under two holders: one of the rows is wrong, and must not swell the other's policy.
fn other_holder(list: &List, one: usize, other: usize) -> bool {
    let name = |row| list.text_of(Role::Applicant, Field::NAME, row);
    !name(one).is_empty() && !name(other).is_empty() && name(one) != name(other)
}

/// The same cover of the same person.
fn same_cover(list: &List, one: usize, other: usize) -> bool {
    let same = |role, field| list.text_of(role, field, one) == list.text_of(role, field, other);
    same(Role::Client, Field::PRODUCT) && same(Role::Client, Field::PRODUCT_CODE) && same(Role::Insured, Field::NAME)
}

/// A repeated row is for the record; one that contradicts the first is for somebody to look at.
fn report_twin(list: &List, first: usize, row: usize, problems: &mut Problems) {
    let differs_in = |column: &crate::model::list::Column| match &column.data {
        Data::Texts(texts) => texts.get(first) != texts.get(row),
        Data::Words(words) => words.codes[first] != words.codes[row],
        Data::Dates(dates) => dates[first] != dates[row],
        Data::Moments(moments) => moments[first] != moments[row],
        Data::Money(sums) => sums[first] != sums[row],
        Data::Counts(counts) => counts[first] != counts[row],
    };
    let differs = list.columns.iter().find(|column| differs_in(column));
    // A renewal list has a line for each instalment: a policy paid by the month stands there several times.
    let is_instalment = list.kind == Kind::Renewals && list.column(Slot::of(Field::DUE_DATE)).is_some_and(differs_in);
    let number = list.text(Field::POLICY_NO, row);
    let (code, what, outcome) = match differs {
        Some(_) if is_instalment => (
            Code::RowInstalment,
            format!("与第 {} 行是同一张保单的不同期次，以先出现的为准", list.rows[first]),
            Outcome::PassedOver,
        ),
        None => (Code::RowRepeated, format!("与第 {} 行完全相同", list.rows[first]), Outcome::PassedOver),
        Some(column) => (
            Code::RowConflict,
            format!("与第 {} 行是同一张保单，“{}”却不同，以先出现的为准", list.rows[first], column.heading),
            Outcome::RowSetAside,
        ),
    };
    problems.push(Problem {
        code,
        place: list.place(row),
        field: "保单号".into(),
        found: number.into(),
        what: what.into(),
        outcome,
    });
}

/// What a row's cover costs a year, in 分.
struct YearlyPremium<'l> {
    annual: Option<&'l [Option<Money>]>,
    total: Option<&'l [Option<Money>]>,
    each: Option<&'l [Option<Money>]>,
    riders: Vec<&'l [Option<Money>]>,
    list: &'l List,
}

impl<'l> YearlyPremium<'l> {
    fn of(list: &'l List) -> Self {
        let sums = |slot| match list.column(slot).map(|column| &column.data) {
            Some(Data::Money(sums)) => Some(sums.as_slice()),
            _ => None,
        };
        let riders = (0..20).map_while(|nth| sums(Slot { role: Role::Client, field: Field::RIDER_PREMIUM, nth })).collect();
        YearlyPremium {
            annual: sums(Slot::of(Field::ANNUAL_PREMIUM)),
            total: sums(Slot::of(Field::TOTAL_PREMIUM)),
            each: sums(Slot::of(Field::PREMIUM)),
            riders,
            list,
        }
    }

    fn is_given(&self) -> bool {
        self.annual.is_some() || self.total.is_some() || self.each.is_some()
    }

    /// 年交保费 with the riders that stand beside it; else the sum due times how often it is due. A single premium costs nothing a year.
    fn of_row(&self, row: usize) -> i64 {
        let at = |sums: Option<&[Option<Money>]>| sums.and_then(|sums| sums[row]).map(Money::fen);
        let mode = PayMode::from_title(self.list.text(Field::PAY_MODE, row));
        if mode == Some(PayMode::Single) {
            return 0;
        }
        let riders: i64 = self.riders.iter().filter_map(|sums| sums[row]).map(Money::fen).sum();
        let times = i64::from(mode.and_then(PayMode::times_per_year).unwrap_or(1));
        if let Some(annual) = at(self.annual) {
            // Beside riders with premiums of their own it is that of the main cover, unless a sum of both is given.
            let riders = if at(self.total).is_some() { 0 } else { riders.saturating_mul(times) };
            return annual.saturating_add(riders);
        }
        let due = at(self.total).or(at(self.each).map(|each| each.saturating_add(riders))).unwrap_or(0);
        due.saturating_mul(times)
    }
}

/// `annual_fen` and `riders`: from the newest list that says anything, else as before.
struct Annual {
    annual: Vec<Option<i64>>,
    riders: Vec<Option<String>>,
    /// Premium of all policies known before.
    before: i64,
    /// Premium, known before or from an older list, in whose place a newer list put another.
    superseded: i64,
}

impl Annual {
    fn of(
        month: &Month<'_>,
        folded: &[Folded],
        order: &[usize],
        stored_records: &[u32],
        listed: &[bool],
    ) -> PolarsResult<Self> {
        let count = listed.len();
        let mut all = Annual { annual: vec![None; count], riders: vec![None; count], before: 0, superseded: 0 };
        if let Some(book) = month.previous {
            let stored = book.policies.column("annual_fen")?.i64()?;
            all.before = stored.sum().unwrap_or(0);
            for (record, value) in stored_records.iter().zip(stored.iter()) {
                all.annual[*record as usize] = value;
            }
            for (record, value) in stored_records.iter().zip(book.policies.column("riders")?.str()?.iter()) {
                all.riders[*record as usize] = value.map(str::to_string);
            }
        }
        for at in order {
            let fold = &folded[*at];
            let list = &month.lists[*at];
            if YearlyPremium::of(list).is_given() {
                for (policy, sum) in &fold.annual {
                    let known = &mut all.annual[*policy as usize];
                    // What a card of ours says of a policy of ours the company knows better.
                    all.superseded += match known {
                        Some(_) if list.is_of_own_cards() && listed[*policy as usize] => *sum,
                        _ => known.replace(*sum).unwrap_or(0),
                    };
                }
            }
            for (policy, names) in &fold.riders {
                let known = &mut all.riders[*policy as usize];
                if known.is_none() || !(list.is_of_own_cards() && listed[*policy as usize]) {
                    *known = Some(names.join("；"));
                }
            }
        }
        Ok(all)
    }

    fn columns(self) -> PolarsResult<Vec<Column>> {
        Ok(vec![
            Values::Whole(self.annual).into_column("annual_fen")?,
            Values::Text(self.riders.iter().map(|names| names.as_deref()).collect()).into_column("riders")?,
        ])
    }
}

/// Who holds each policy, who is insured, and whose card it is on.
struct People {
    applicants: Vec<u32>,
    insureds: Vec<u32>,
    households: Vec<u32>,
}

impl People {
    fn of(
        inputs: &Inputs<'_>,
        folded: &[Folded],
        order: &[usize],
        stored_records: &[u32],
        listed: &[bool],
        problems: &mut Problems,
    ) -> PolarsResult<Self> {
        let count = listed.len();
        let mut people =
            People { applicants: vec![NONE; count], insureds: vec![NONE; count], households: vec![NONE; count] };
        let persons = &inputs.assembled.persons;
        if let Some(book) = inputs.month.previous {
            let by_id: FxHashMap<i64, u32> =
                persons.iter().zip(0..).map(|(person, index)| (i64::from(person.id), index)).collect();
            let forwarded = super::evidence::persons_now(inputs);
            for (name, slots) in
                [("applicant_person_id", &mut people.applicants), ("insured_person_id", &mut people.insureds)]
            {
                for (record, id) in stored_records.iter().zip(book.policies.column(name)?.i64()?.iter()) {
                    let person = id.and_then(|id| forwarded.get(&id).or(by_id.get(&id)));
                    slots[*record as usize] = person.copied().unwrap_or(NONE);
                }
            }
        }
        for at in order {
            let links: &RowLinks = &inputs.assembled.links[*at];
            for (row, policy) in folded[*at].records.iter().enumerate().filter(|(_, policy)| **policy != NONE) {
                let list = &inputs.month.lists[*at];
                let is_ours = list.own(row).is_some() && listed[*policy as usize];
                for (role, slots) in [(Role::Applicant, &mut people.applicants), (Role::Insured, &mut people.insureds)] {
                    let (said, known) = (links.person(role, row), &mut slots[*policy as usize]);
                    // What a card of ours says of a policy of ours the company knows better.
                    match (said, *known) {
                        (NONE, _) => {}
                        (said, before) if is_ours && before != NONE => {
                            let column = list.column(Slot::whose(role, Field::NAME)).filter(|_| said != before);
                            if let Some(column) = column.filter(|column| !list.is_kept(row, column)) {
                                problems.push(untaken(list, row, column, &persons[before as usize].name, true));
                            }
                        }
                        (said, _) => *known = said,
                    }
                }
            }
        }
        let home_of = inputs.assembled.household_of_person();
        for policy in 0..count {
            let (applicant, insured) = (people.applicants[policy], people.insureds[policy]);
            let home = |person: u32| if person == NONE { NONE } else { home_of[person as usize] };
            people.households[policy] = if home(applicant) != NONE { home(applicant) } else { home(insured) };
        }
        Ok(people)
    }

    fn columns(&self, inputs: &Inputs<'_>) -> PolarsResult<Vec<Column>> {
        let persons = &inputs.assembled.persons;
        let id = |index: &u32| persons.get(*index as usize).map(|person| i64::from(person.id));
        let numbers: Vec<String> =
            inputs.assembled.households.iter().map(|household| household.number.to_string()).collect();
        let number = |index: &u32| numbers.get(*index as usize).map(String::as_str);
        Ok(vec![
            Values::Whole(self.applicants.iter().map(id).collect()).into_column("applicant_person_id")?,
            Values::Whole(self.insureds.iter().map(id).collect()).into_column("insured_person_id")?,
            Values::Text(self.households.iter().map(number).collect()).into_column("household_no")?,
        ])
    }
}

/// When the office first and last saw each policy, as as-of days.
fn seen_dates(month: &Month<'_>, stored_records: &[u32], seen: &[bool], count: usize) -> PolarsResult<Vec<Column>> {
    let today = month.as_of.num_days_from_ce() - 719_163;
    let mut first = Values::Days(vec![None; count]);
    let mut last = Values::Days(vec![None; count]);
    if let Some(book) = month.previous {
        first.take_stored(book.policies.column("first_seen")?, stored_records)?;
        last.take_stored(book.policies.column("last_seen")?, stored_records)?;
    }
    if let (Values::Days(first), Values::Days(last)) = (&mut first, &mut last) {
        for policy in (0..count).filter(|policy| seen[*policy]) {
            first[policy].get_or_insert(today);
            last[policy] = last[policy].max(Some(today));
        }
    }
    Ok(vec![first.into_column("first_seen")?, last.into_column("last_seen")?])
}

/// The households of each agent's policies.
fn served(serviced_by: &Column, households: &[u32]) -> PolarsResult<FxHashMap<String, FxHashSet<u32>>> {
    let mut served: FxHashMap<String, FxHashSet<u32>> = FxHashMap::default();
    for (agent, household) in serviced_by.str()?.iter().zip(households).filter(|(_, household)| **household != NONE) {
        let Some(agent) = agent else { continue };
        match served.get_mut(agent) {
            Some(homes) => _ = homes.insert(*household),
            None => _ = served.insert(agent.to_string(), FxHashSet::from_iter([*household])),
        }
    }
    Ok(served)
}

/// Policies in force that this month's policy list does not name: they still count, and somebody should know.
fn report_vanished(
    month: &Month<'_>,
    seen: &[bool],
    keys: &[Key],
    columns: &[Column],
    problems: &mut Problems,
) -> PolarsResult<()> {
    let Some(list) = month.lists.iter().find(|list| list.kind == Kind::Policies) else { return Ok(()) };
    let Some(in_force) = columns.iter().find(|column| column.name() == "in_force") else { return Ok(()) };
    let in_force = in_force.bool()?;
    let gone = |policy: &usize| !seen[*policy] && in_force.get(*policy) == Some(true);
    let gone: Vec<&str> = (0..seen.len()).filter(gone).map(|policy| keys[policy].1.as_str()).collect();
    if let Some(first) = gone.first() {
        problems.push(Problem {
            code: Code::PoliciesVanished,
            place: Place::sheet(list.source),
            field: "保单号".into(),
            found: (*first).into(),
            what: format!("有 {} 件在保的保单本月保单清单里没有，例如 {first}；仍按上次的状态计算", gone.len()).into(),
            outcome: Outcome::KeptAsIs,
        });
    }
    Ok(())
}

/// What status and product mean: `in_force`, `product_class`. A policy whose status no list tells counts as in
/// force: lists of renewals have no such column.
fn judged(columns: &[Column], month: &Month<'_>) -> PolarsResult<Vec<Column>> {
    let find = |name: &str| columns.iter().find(|column| column.name() == name);
    let count = columns.first().map_or(0, Column::len);
    let in_force: BooleanChunked = match find("status") {
        Some(status) => status
            .str()?
            .iter()
            .map(|title| title.and_then(PolicyStatus::from_title).is_none_or(PolicyStatus::in_force))
            .collect(),
        None => std::iter::repeat_n(true, count).collect(),
    };
    let mut classes: FxHashMap<&str, &'static str> = FxHashMap::default();
    let values = &month.templates.values;
    let class: StringChunked = match find("product") {
        Some(products) => products
            .str()?
            .iter()
            .map(|name| {
                name.map(|name| *classes.entry(name).or_insert_with(|| ProductReading::of(name, values).class.title()))
            })
            .collect(),
        None => std::iter::repeat_n(None::<&str>, count).collect(),
    };
    Ok(vec![in_force.with_name("in_force".into()).into_column(), class.with_name("product_class".into()).into_column()])
}
