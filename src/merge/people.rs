//! Persons, households, and who is in which.

use std::collections::BTreeMap;

use chrono::Datelike;
use polars::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Inputs;
use super::agents::{Agents, Servicers};
use super::changes::{Changed, Changes};
use super::evidence::persons_now;
use super::fields::{Merging, Source, Stored, untaken};
use super::policies::{MergedPolicies, by_date};
use super::values::{Values, add_missing};
use super::visits::Dealings;
use crate::book::Book;
use crate::model::assembled::{NONE, NumberState};
use crate::model::client_no::ClientNo;
use crate::model::columns::{Data, Texts};
use crate::model::date::PartialDate;
use crate::model::list::{Kind, Slot};
use crate::model::report::StageTotal;
use crate::problem::{Code, Outcome, Place, Problem, Problems};
use crate::templates::fields::{Field, FieldEntry, Record, Role};

/// One row a person, by id.
pub fn persons(
    inputs: &Inputs<'_>,
    dealings: &Dealings,
    changes: &mut Changes,
    problems: &mut Problems,
) -> PolarsResult<DataFrame> {
    let persons = &inputs.assembled.persons;
    let links = &inputs.assembled.links;
    let stored_records: Vec<u32> = match inputs.month.previous {
        Some(book) => {
            let now = persons_now(inputs);
            book.persons
                .column("person_id")?
                .i64()?
                .iter()
                .map(|id| id.and_then(|id| now.get(&id).copied()).unwrap_or(NONE))
                .collect()
        }
        None => Vec::new(),
    };
    let key = |record: usize| format!("{} {}", persons[record].name, persons[record].id);
    let mut sources = Vec::new();
    for at in by_date(inputs.month.lists) {
        let list = &inputs.month.lists[at];
        if list.kind.is_about_dealings() {
            let (records, order) = (&dealings.persons[at], &dealings.order[at]);
            sources.push(Source { order: Some(order), ..Source::of(list, Role::Client, records) });
        } else {
            sources.extend(links[at].persons.iter().map(|(role, records)| Source::of(list, *role, records)));
        }
    }
    let merging = Merging {
        fields: &inputs.month.templates.fields,
        of: Changed::Person,
        count: persons.len(),
        sources,
        stored: inputs.month.previous.map(|book| Stored { frame: &book.persons, records: &stored_records }),
        key: &key,
    };
    // Who somebody is was worked out from everything ever said; the rest comes from the lists.
    let worked_out = WHO;
    let wanted = |field: Field, entry: &FieldEntry| entry.of == Record::Person && !worked_out.contains(&field);
    let mut columns = merging.columns(wanted, changes, problems)?;
    let phones = phones(inputs);
    tell_untaken(inputs, &phones, problems);
    let births: Texts = persons.iter().map(|person| person.birth.map(PartialDate::to_iso).unwrap_or_default()).collect();
    fn filled(text: &str) -> Option<&str> {
        Some(text).filter(|text| !text.is_empty())
    }
    columns.insert(
        0,
        Values::Whole(persons.iter().map(|person| Some(i64::from(person.id))).collect()).into_column("person_id")?,
    );
    columns
        .insert(1, StringChunked::from_iter_values("name".into(), persons.iter().map(|person| &*person.name)).into_column());
    let text = |name: &str, values: Vec<Option<&str>>| Values::Text(values).into_column(name);
    columns.push(text("gender", persons.iter().map(|person| person.gender.map(|gender| gender.title())).collect())?);
    columns.push(text("birth", births.iter().map(filled).collect())?);
    columns.push(text("cert_no", persons.iter().map(|person| filled(&person.certificate)).collect())?);
    columns.push(text("phone", phones.iter().map(filled).collect())?);
    if let Some(book) = inputs.month.previous {
        for field in worked_out {
            let entry = inputs.month.templates.fields.entry(field);
            note_different(changes, Changed::Person, &key, entry, (&book.persons, &stored_records), &columns)?;
        }
    }
    DataFrame::new(persons.len(), columns)?.sort(["person_id"], SortMultipleOptions::default())
}

/// What tells who somebody is: worked out from everything ever said.
pub const WHO: [Field; 6] = [Field::NAME, Field::GENDER, Field::BIRTH, Field::CERT_NO, Field::PHONE, Field::HOME_PHONE];

/// Tells of each cell that was changed on a card of ours about who somebody is, and did not become what is known of
/// them; and of telephones that stay beside those put in their place.
fn tell_untaken(inputs: &Inputs<'_>, phones: &Texts, problems: &mut Problems) {
    let assembled = inputs.assembled;
    let lists = inputs.month.lists.iter().zip(&assembled.links).filter(|(list, _)| list.is_of_own_cards());
    for (list, (role, records)) in lists.flat_map(|(list, links)| links.persons.iter().map(move |of| (list, of))) {
        if list.kind.is_about_dealings() || list.kind.has_policies() {
            continue;
        }
        for field in WHO.into_iter().chain([Field::AGE]) {
            let Some(column) = list.column(Slot::whose(*role, field)) else { continue };
            let changed = |row: &usize| list.own(*row).is_some_and(|own| own.was_there) && !list.is_kept(*row, column);
            for row in (0..list.len()).filter(|row| !column.data.is_blank(*row)).filter(changed) {
                let Some(person) = assembled.persons.get(records[row] as usize) else { continue };
                let said = column.data.text(row);
                let known = phones.get(records[row] as usize);
                let day = |date: Option<PartialDate>| date.map(PartialDate::to_iso).unwrap_or_default();
                let (said, now) = match field {
                    Field::NAME => (said.to_string(), person.name.to_string()),
                    Field::GENDER => (said.to_string(), person.gender.map_or("", |gender| gender.title()).to_string()),
                    Field::CERT_NO => (said.to_string(), person.certificate.to_string()),
                    Field::BIRTH => match &column.data {
                        Data::Dates(dates) => (day(dates[row]), day(person.birth)),
                        _ => continue,
                    },
                    Field::AGE => {
                        let age = person.birth.and_then(|birth| birth.age_on(inputs.month.as_of));
                        match age.filter(|age| age.to_string() != column.data.show(row)) {
                            Some(age) => (String::new(), format!("{age}（按出生日期算）")),
                            None => continue,
                        }
                    }
                    _ => {
                        let others = known.split('|').filter(|phone| !said.split('|').any(|said| said == *phone));
                        // A landline stands in a cell of its own.
                        let is_mobile = |phone: &&str| phone.starts_with('1') == said.starts_with('1');
                        let others: Vec<&str> = others.filter(is_mobile).collect();
                        if !others.is_empty() {
                            problems.push(Problem {
                                code: Code::CardPhoneKept,
                                place: list.cell(row, column),
                                field: column.heading.clone(),
                                found: said.into(),
                                what: format!("新号码记下了；原来登记的 {} 也还留着", others.join("、")).into(),
                                outcome: Outcome::KeptAsIs,
                            });
                        }
                        continue;
                    }
                };
                if said != now {
                    problems.push(untaken(list, row, column, &now, !person.certificate.is_empty()));
                }
            }
        }
    }
}

/// Where the households of the last run are now.
fn stored_households(inputs: &Inputs<'_>) -> PolarsResult<Vec<u32>> {
    let assembled = inputs.assembled;
    let Some(book) = inputs.month.previous else { return Ok(Vec::new()) };
    let index_of: FxHashMap<ClientNo, u32> =
        assembled.households.iter().zip(0..).map(|(household, index)| (household.number, index)).collect();
    let merged_into: FxHashMap<ClientNo, ClientNo> = assembled
        .numbers
        .iter()
        .filter_map(|entry| match entry.state {
            NumberState::MergedInto(number) => Some((entry.number, number)),
            _ => None,
        })
        .collect();
    let now = |text: &str| {
        let number = ClientNo::read(text.into()).good()?;
        index_of.get(&number).or_else(|| index_of.get(merged_into.get(&number)?)).copied()
    };
    let numbers = book.households.column("household_no")?.str()?;
    Ok(numbers.iter().map(|number| number.and_then(now).unwrap_or(NONE)).collect())
}

/// Notes where a column of words that was worked out says something else than the store does.
fn note_different(
    changes: &mut Changes,
    of: Changed,
    key: &dyn Fn(usize) -> String,
    entry: &FieldEntry,
    (stored, stored_records): (&DataFrame, &[u32]),
    columns: &[Column],
) -> PolarsResult<()> {
    let (Ok(stored), Some(column)) =
        (stored.column(&entry.key), columns.iter().find(|column| column.name() == entry.key.as_str()))
    else {
        return Ok(());
    };
    let now = column.str()?;
    // Of several records that became one, the first is what it was.
    let mut seen = FxHashSet::default();
    for (record, before) in stored_records.iter().zip(stored.str()?.iter()) {
        let at = *record as usize;
        if at < now.len() && seen.insert(at) && now.get(at).unwrap_or("") != before.unwrap_or("") {
            let (before, after) = (before.unwrap_or("").to_string(), now.get(at).unwrap_or("").to_string());
            changes.value(of, key(at), &entry.title, before, after);
        }
    }
    Ok(())
}

/// Every telephone ever given for a person, in order.
pub fn phones(inputs: &Inputs<'_>) -> Texts {
    let assembled = inputs.assembled;
    let mut phones: Vec<Vec<&str>> = vec![Vec::new(); assembled.persons.len()];
    for (mention, person) in assembled.evidence.mentions.iter().zip(&assembled.mention_persons) {
        let known = &mut phones[*person as usize];
        for phone in assembled.evidence.texts.text(mention.phones).split('|').filter(|phone| !phone.is_empty()) {
            if !known.contains(&phone) {
                known.push(phone);
            }
        }
    }
    phones
        .into_iter()
        .map(|mut phones| {
            // Mobiles before landlines, then in order: not in the order in which lists were read.
            phones.sort_by_key(|phone| (phone.starts_with('0'), *phone));
            phones.join("|")
        })
        .collect()
}

/// One row a household, by number.
pub fn households(
    inputs: &Inputs<'_>,
    agents: &Agents,
    policies: &MergedPolicies,
    dealings: &Dealings,
    changes: &mut Changes,
    problems: &mut Problems,
) -> PolarsResult<DataFrame> {
    let assembled = inputs.assembled;
    let count = assembled.households.len();
    let stored_records = stored_households(inputs)?;
    let numbers: Vec<String> = assembled.households.iter().map(|household| household.number.to_string()).collect();
    let sources = by_date(inputs.month.lists)
        .into_iter()
        .filter_map(|at| {
            let list = &inputs.month.lists[at];
            let (of_dealings, order) = (&dealings.households[at], &dealings.order[at]);
            match list.kind {
                kind if kind.is_about_clients() => Some(Source::of(list, Role::Client, &assembled.links[at].households)),
                kind if kind.is_about_dealings() => {
                    Some(Source { order: Some(order), ..Source::of(list, Role::Client, of_dealings) })
                }
                _ => None,
            }
        })
        .collect();
    let merging = Merging {
        fields: &inputs.month.templates.fields,
        of: Changed::Household,
        count,
        sources,
        stored: inputs.month.previous.map(|book| Stored { frame: &book.households, records: &stored_records }),
        key: &|household| numbers[household].clone(),
    };
    let always = [Field::HAND_TIER, Field::SEGMENT, Field::DEMAND, Field::MAIN_NEED, Field::NO_SERVICE];
    let dates = [Field::LAST_CONTACT, Field::AGREED_VISIT, Field::ASSIGNED_DATE];
    let mut columns = merging.columns(
        |field, entry| entry.of == Record::Household && field != Field::HOUSEHOLD_NO && field != Field::CLIENT_TYPE,
        changes,
        problems,
    )?;
    let key = |field: &Field| inputs.month.templates.fields.entry(*field).key.as_str();
    add_missing(&mut columns, always.iter().map(|field| (key(field), Values::Text(vec![None; count]))))?;
    add_missing(&mut columns, dates.iter().map(|field| (key(field), Values::Days(vec![None; count]))))?;
    let heads: Vec<&str> =
        assembled.households.iter().map(|household| &*assembled.persons[household.head as usize].name).collect();
    let text = |name: &str, values: Vec<&str>| {
        Values::Text(values.into_iter().map(|value| Some(value).filter(|value| !value.is_empty())).collect())
            .into_column(name)
    };
    columns.insert(0, text("household_no", numbers.iter().map(String::as_str).collect())?);
    columns.insert(1, text("head", heads)?);

    let serving = serving(inputs, policies, &stored_records, count)?;
    let team = |name: &String| agents.get(name).map_or("", |agent| agent.team.as_str());
    report_agents(inputs, agents, &serving, problems);
    report_future_contacts(inputs, problems);
    columns.push(text("agent", serving.iter().map(String::as_str).collect())?);
    columns.push(text("team", serving.iter().map(team).collect())?);

    let (first, last, company) = seen(inputs, policies, &stored_records, count)?;
    columns.push(first.into_column("first_seen")?);
    columns.push(last.into_column("last_seen")?);
    columns.push(company.into_column("last_in_company_list")?);
    if let Some(book) = inputs.month.previous {
        let key = |record: usize| numbers[record].clone();
        for field in [Field::AGENT, Field::TEAM] {
            let entry = inputs.month.templates.fields.entry(field);
            note_different(changes, Changed::Household, &key, entry, (&book.households, &stored_records), &columns)?;
        }
        note_passed_on(changes, book, &stored_records, &numbers)?;
        let before: FxHashSet<u32> = stored_records.iter().copied().collect();
        for (index, number) in numbers.iter().enumerate().filter(|(index, _)| !before.contains(&(*index as u32))) {
            debug_assert!(index < count);
            changes.new_record(Changed::Household, number.clone());
        }
    }
    DataFrame::new(count, columns)
}

/// Notes households that have been joined to another.
fn note_passed_on(changes: &mut Changes, book: &Book, stored_records: &[u32], numbers: &[String]) -> PolarsResult<()> {
    for (record, before) in stored_records.iter().zip(book.households.column("household_no")?.str()?.iter()) {
        if let (Some(now), Some(before)) = (numbers.get(*record as usize), before)
            && now != before
        {
            changes.value(Changed::Household, before.to_string(), "客户编号", before.to_string(), now.clone());
        }
    }
    Ok(())
}

/// Who serves each household: whom most rows of the company's newest lists name, else the card, else as before.
fn serving(
    inputs: &Inputs<'_>,
    policies: &MergedPolicies,
    stored_records: &[u32],
    count: usize,
) -> PolarsResult<Vec<String>> {
    let mut votes: Vec<BTreeMap<(u8, &str), usize>> = vec![BTreeMap::new(); count];
    for (at, list) in inputs.month.lists.iter().enumerate() {
        let weight = match list.kind {
            Kind::Clients => 3,
            Kind::Policies | Kind::Renewals => 2,
            Kind::Register | Kind::CardPolicies => 1,
            Kind::Visits
            | Kind::Needs
            | Kind::Referrals
            | Kind::Family
            | Kind::Relatives
            | Kind::FamilyCheck
            | Kind::Organisation => continue,
        };
        let servicers = Servicers::of(list);
        for row in 0..list.len() {
            let policy = policies.of_rows[at][row];
            let linked = inputs.assembled.links[at].households.get(row).copied().unwrap_or(NONE);
            let household = if policy == NONE { linked } else { policies.households[policy as usize] };
            let agent = servicers.at(row);
            if household != NONE && !agent.is_empty() {
                *votes[household as usize].entry((weight, agent)).or_default() += 1;
            }
        }
    }
    let mut serving: Vec<String> = vec![String::new(); count];
    if let Some(book) = inputs.month.previous {
        for (record, agent) in stored_records.iter().zip(book.households.column("agent")?.str()?.iter()) {
            if let (Some(slot), Some(agent)) = (serving.get_mut(*record as usize), agent) {
                *slot = agent.to_string();
            }
        }
    }
    for (slot, votes) in serving.iter_mut().zip(votes) {
        let best = votes
            .into_iter()
            .max_by(|((a, a_name), a_votes), ((b, b_name), b_votes)| (a, a_votes, b_name).cmp(&(b, b_votes, a_name)));
        if let Some(((_, agent), _)) = best {
            *slot = agent.to_string();
        }
    }
    Ok(serving)
}

/// A register's last visit that lies ahead: a slip of the pen, and no visit.
fn report_future_contacts(inputs: &Inputs<'_>, problems: &mut Problems) {
    for list in inputs.month.lists {
        let Some(column) = list.column(Slot::of(Field::LAST_CONTACT)) else { continue };
        let Data::Dates(dates) = &column.data else { continue };
        let ahead = |date: &Option<PartialDate>| date.and_then(PartialDate::day).filter(|day| *day > inputs.month.as_of);
        for (row, day) in dates.iter().enumerate().filter_map(|(row, date)| Some((row, ahead(date)?))) {
            problems.push(Problem {
                code: Code::DateFuture,
                place: list.cell(row, column),
                field: column.heading.clone(),
                found: day.to_string().into(),
                what: "比截止日还晚，不算已拜访".into(),
                outcome: Outcome::KeptAsIs,
            });
        }
    }
}

/// Households without an agent, agents who have left, agents without a team: one line each, with the first place
/// where this month's lists speak of it.
fn report_agents(inputs: &Inputs<'_>, agents: &Agents, serving: &[String], problems: &mut Problems) {
    let mut households: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for (index, agent) in serving.iter().enumerate() {
        let entry = households.entry(agent).or_insert((0, index as u32));
        entry.0 += 1;
    }
    let mut first_place: FxHashMap<&str, Place> = FxHashMap::default();
    for (at, list) in inputs.month.lists.iter().enumerate() {
        for row in 0..inputs.assembled.links[at].households.len() {
            let household = inputs.assembled.links[at].households[row];
            if household != NONE {
                first_place.entry(&serving[household as usize]).or_insert_with(|| list.place(row));
            }
        }
    }
    for (agent, (count, _)) in households {
        let Some(place) = first_place.get(agent) else { continue };
        let known = agents.get(agent);
        let (code, what) = if agent.is_empty() {
            (Code::AgentMissing, format!("有 {count} 户没有服务专员"))
        } else if known.is_some_and(|agent| agent.has_left()) {
            (Code::AgentGone, format!("“{agent}”已离职，名下还有 {count} 户"))
        } else if known.is_none_or(|agent| agent.team.is_empty()) {
            (Code::TeamMissing, format!("不知道“{agent}”属于哪个团队，名下有 {count} 户"))
        } else {
            continue;
        };
        problems.push(Problem {
            code,
            place: *place,
            field: "服务专员".into(),
            found: agent.into(),
            what: what.into(),
            outcome: Outcome::KeptAsIs,
        });
    }
}

/// When each household was first and last seen at all, and last seen in a list of the company that names every
/// client: a list of renewals names only whose premium is due, and who is not in it is not gone.
fn seen<'a>(
    inputs: &Inputs<'_>,
    policies: &MergedPolicies,
    stored_records: &[u32],
    count: usize,
) -> PolarsResult<(Values<'a>, Values<'a>, Values<'a>)> {
    let today = inputs.month.as_of.num_days_from_ce() - 719_163;
    let mut columns = [vec![None; count], vec![None; count], vec![None; count]];
    if let Some(book) = inputs.month.previous {
        for (slots, name) in columns.iter_mut().zip(["first_seen", "last_seen", "last_in_company_list"]) {
            let stored = book.households.column(name)?.cast(&DataType::Int32)?;
            for (record, day) in stored_records.iter().zip(stored.i32()?.iter()) {
                if let (Some(slot), Some(day)) = (slots.get_mut(*record as usize), day) {
                    // Of merged households: known since the earlier, seen last with the later.
                    *slot = Some(
                        slot.map_or(day, |known: i32| if name == "first_seen" { known.min(day) } else { known.max(day) }),
                    );
                }
            }
        }
    }
    let [mut first, mut last, mut company] = columns;
    let mut mark = |household: u32, by_company: bool| {
        let Some(slot) = first.get_mut(household as usize) else { return };
        slot.get_or_insert(today);
        last[household as usize] = last[household as usize].max(Some(today));
        if by_company {
            company[household as usize] = company[household as usize].max(Some(today));
        }
    };
    for (at, list) in inputs.month.lists.iter().enumerate() {
        let by_company = list.kind.names_every_client();
        inputs.assembled.links[at].households.iter().for_each(|household| mark(*household, by_company));
        for policy in policies.of_rows[at].iter().filter(|policy| **policy != NONE) {
            mark(policies.households[*policy as usize], by_company);
        }
    }
    // Somebody who is only insured by another household is known since the run that first gave the number.
    for slot in first.iter_mut().filter(|slot| slot.is_none()) {
        *slot = Some(today);
    }
    Ok((Values::Days(first), Values::Days(last), Values::Days(company)))
}

/// One row a person in a household, by household, the head first.
pub fn members(inputs: &Inputs<'_>) -> PolarsResult<DataFrame> {
    let assembled = inputs.assembled;
    let numbers: Vec<String> = assembled.households.iter().map(|household| household.number.to_string()).collect();
    let rows: Vec<_> = assembled
        .households
        .iter()
        .zip(&numbers)
        .flat_map(|(household, number)| household.members.iter().map(move |member| (household, number.as_str(), member)))
        .collect();
    let person = |index: u32| &assembled.persons[index as usize];
    // A month is taken as its last day, a year as its last: nobody is made older than they are.
    let birth_date = |birth: crate::model::date::PartialDate| {
        birth.day().or_else(|| {
            let month = birth.month().unwrap_or(12);
            chrono::NaiveDate::from_ymd_opt(birth.year(), month, 28)
        })
    };
    let births = rows
        .iter()
        .map(|(_, _, member)| person(member.person).birth.and_then(birth_date).map(|day| day.num_days_from_ce() - 719_163));
    let nos: Vec<String> = rows.iter().map(|(_, _, member)| member.no.to_string()).collect();
    let former: Vec<String> = rows.iter().map(|(_, _, member)| joined(&member.former)).collect();
    let heads: BooleanChunked = rows.iter().map(|(household, _, member)| member.person == household.head).collect();
    DataFrame::new(
        rows.len(),
        vec![
            Values::Text(rows.iter().map(|(_, number, _)| Some(*number)).collect()).into_column("household_no")?,
            Values::Whole(rows.iter().map(|(_, _, member)| Some(i64::from(person(member.person).id))).collect())
                .into_column("person_id")?,
            Values::Text(rows.iter().map(|(_, _, member)| Some(&*person(member.person).name)).collect())
                .into_column("name")?,
            heads.with_name("is_head".into()).into_column(),
            Values::Text(rows.iter().map(|(_, _, member)| member.relation.map(|relation| relation.title())).collect())
                .into_column("relation")?,
            Values::Text(rows.iter().map(|(_, _, member)| member.source.map(|source| source.title())).collect())
                .into_column("because")?,
            Values::Text(nos.iter().map(|no| Some(no.as_str())).collect()).into_column("member_no")?,
            Values::Text(former.iter().map(|former| (!former.is_empty()).then_some(former.as_str())).collect())
                .into_column("former_no")?,
            Values::Text(rows.iter().map(|(_, _, member)| Some(&*member.why)).collect()).into_column("why")?,
            Values::Text(
                rows.iter().map(|(_, _, member)| person(member.person).gender.map(|gender| gender.title())).collect(),
            )
            .into_column("gender")?,
            Values::Days(births.collect()).into_column("birth_date")?,
        ],
    )
}

fn joined(numbers: &[ClientNo]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join("|")
}

/// Nobody who was known is lost: each is somebody now, alone or with another who turned out to be the same.
pub fn persons_total(inputs: &Inputs<'_>) -> PolarsResult<StageTotal> {
    let (mut before, mut now) = (0, FxHashSet::default());
    let mut merged = 0;
    if let Some(book) = inputs.month.previous {
        let persons = persons_now(inputs);
        before = book.persons.height();
        for person in book.persons.column("person_id")?.i64()?.iter().flatten().filter_map(|id| persons.get(&id)) {
            merged += i64::from(!now.insert(*person));
        }
    }
    Ok(StageTotal {
        what: "卡库：原有的人".to_string(),
        in_fen: false,
        before: before as i64,
        after: vec![("仍在".to_string(), now.len() as i64), ("与别人是同一个人".to_string(), merged)],
    })
}

/// Every number ever given is still there, in use, passed on or retired.
pub fn numbers_total(inputs: &Inputs<'_>) -> PolarsResult<StageTotal> {
    let mut before = FxHashSet::default();
    if let Some(book) = inputs.month.previous {
        before.extend(book.numbers.column("number")?.str()?.iter().flatten());
    }
    let shown: Vec<String> = inputs.assembled.numbers.iter().map(|entry| entry.number.to_string()).collect();
    let kept = shown.iter().filter(|number| before.contains(number.as_str())).count();
    Ok(StageTotal {
        what: "卡库：原有的客户编号".to_string(),
        in_fen: false,
        before: before.len() as i64,
        after: vec![("仍在册".to_string(), kept as i64)],
    })
}

/// Every household has a number in use, and every number in use a household.
pub fn households_total(inputs: &Inputs<'_>) -> StageTotal {
    let in_use = inputs.assembled.numbers.iter().filter(|entry| entry.state == NumberState::Active).count();
    StageTotal {
        what: "编号：户数".to_string(),
        in_fen: false,
        before: inputs.assembled.households.len() as i64,
        after: vec![("在用的编号".to_string(), in_use as i64)],
    }
}

/// Everybody is in exactly one household, or known and in none.
pub fn members_total(inputs: &Inputs<'_>) -> StageTotal {
    let assembled = inputs.assembled;
    let inside: usize = assembled.households.iter().map(|household| household.members.len()).sum();
    let outside = assembled.household_of_person().iter().filter(|household| **household == NONE).count();
    StageTotal {
        what: "归户：人数".to_string(),
        in_fen: false,
        before: assembled.persons.len() as i64,
        after: vec![("户内".to_string(), inside as i64), ("只被提到，不是客户".to_string(), outside as i64)],
    }
}
