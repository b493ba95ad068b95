//! What the household stage remembers, as tables of the store, and back.

use chrono::{Datelike, NaiveDate};
use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::values::Values;
use super::{Inputs, Month};
use crate::book::Book;
use crate::model::assembled::{Assembled, Evidence, Known, KnownMember, Mention, NumberEntry, NumberState, Tie, TieSource};
use crate::model::cell::Cell;
use crate::model::client_no::ClientNo;
use crate::model::columns::Texts;
use crate::model::date::PartialDate;
use crate::model::gender::Gender;
use crate::model::list::List;
use crate::model::relation::Relation;
use crate::problem::Place;

fn texts<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Column {
    StringChunked::from_iter_values(name.into(), values).into_column()
}

fn optional<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    values.collect::<StringChunked>().with_name(name.into()).into_column()
}

fn days(name: &str, values: impl Iterator<Item = Option<NaiveDate>>) -> PolarsResult<Column> {
    Values::Days(values.map(|day| day.map(|day| day.num_days_from_ce() - 719_163)).collect()).into_column(name)
}

/// Every statement about who somebody is, with the person it means.
pub fn mentions(assembled: &Assembled) -> PolarsResult<DataFrame> {
    let evidence = &assembled.evidence;
    let text = |name: &str, value: fn(&Mention) -> crate::model::intern::Sym| {
        texts(name, evidence.mentions.iter().map(|mention| evidence.texts.text(value(mention))))
    };
    let births: Vec<String> =
        evidence.mentions.iter().map(|mention| mention.birth.map(PartialDate::to_iso).unwrap_or_default()).collect();
    let ids =
        assembled.mention_persons.iter().map(|person| Some(i64::from(assembled.persons[*person as usize].id))).collect();
    DataFrame::new(
        evidence.mentions.len(),
        vec![
            Values::Whole(ids).into_column("person_id")?,
            text("name", |mention| mention.name),
            text("certificate", |mention| mention.certificate),
            texts("birth", births.iter().map(String::as_str)),
            texts("gender", evidence.mentions.iter().map(|mention| mention.gender.map_or("", Gender::title))),
            text("phones", |mention| mention.phones),
            text("home", |mention| mention.home),
            text("seen_certificate", |mention| mention.seen_certificate),
            text("seen_phones", |mention| mention.seen_phones),
            text("agent", |mention| mention.agent),
            text("near", |mention| mention.near),
            text("card", |mention| mention.card),
            days("last_said", evidence.last_said.iter().copied())?,
        ],
    )
}

/// Every statement about two people, by the rows of `mentions`.
pub fn ties(assembled: &Assembled) -> PolarsResult<DataFrame> {
    let ties = &assembled.evidence.ties;
    let whole = |name: &str, value: fn(&Tie) -> u32| {
        Values::Whole(ties.iter().map(|tie| Some(i64::from(value(tie)))).collect()).into_column(name)
    };
    DataFrame::new(
        ties.len(),
        vec![
            whole("who", |tie| tie.who)?,
            texts("relation", ties.iter().map(|tie| tie.relation.title())),
            whole("of", |tie| tie.of)?,
            texts("source", ties.iter().map(|tie| tie.source.title())),
            days("since", ties.iter().map(|tie| tie.since))?,
            ties.iter().map(|tie| tie.apart).collect::<BooleanChunked>().with_name("apart".into()).into_column(),
        ],
    )
}

/// Every telephone that a list called an agent's.
pub fn agent_phones(assembled: &Assembled) -> PolarsResult<DataFrame> {
    let phones = &assembled.evidence.agent_phones;
    DataFrame::new(phones.len(), vec![texts("phone", phones.iter().map(|phone| &**phone))])
}

/// Every number ever given.
pub fn numbers(assembled: &Assembled) -> PolarsResult<DataFrame> {
    let entries = &assembled.numbers;
    let shown: Vec<String> = entries.iter().map(|entry| entry.number.to_string()).collect();
    let merged: Vec<Option<String>> = entries
        .iter()
        .map(|entry| match entry.state {
            NumberState::MergedInto(number) => Some(number.to_string()),
            _ => None,
        })
        .collect();
    let state = |entry: &NumberEntry| match entry.state {
        NumberState::Active => "在用",
        NumberState::MergedInto(_) => "并入",
        NumberState::Retired => "停用",
    };
    DataFrame::new(
        entries.len(),
        vec![
            texts("number", shown.iter().map(String::as_str)),
            texts("state", entries.iter().map(state)),
            optional("merged_into", merged.iter().map(Option::as_deref)),
            days("given", entries.iter().map(|entry| Some(entry.given)))?,
            Values::Whole(entries.iter().map(|entry| Some(i64::from(entry.members))).collect()).into_column("members")?,
        ],
    )
}

/// Texts that say more than the value they became: by file, sheet, cell and heading. What earlier months said
/// stands in their snapshots. There may be more of them than of anything else: each column is made in a pass of its
/// own, so that they are never held a second time.
pub fn originals(month: &Month<'_>) -> PolarsResult<DataFrame> {
    original_texts(month, || month.lists.iter().flat_map(kept))
}

/// Texts as they stood in their cells, as a table of the store.
pub fn original_texts<'l, I: Iterator<Item = KeptText<'l>>>(
    month: &Month<'_>,
    each: impl Fn() -> I,
) -> PolarsResult<DataFrame> {
    let whole = |name: &str, value: fn(&KeptText<'_>) -> i64| {
        Int64Chunked::from_iter_values(name.into(), each().map(|kept| value(&kept))).into_column()
    };
    let source = |kept: &KeptText<'_>| month.sources.get(kept.place.source);
    let columns = vec![
        texts("file", each().map(|kept| source(&kept).file.as_str())),
        texts("sheet", each().map(|kept| source(&kept).sheet.as_str())),
        whole("row", |kept| kept.place.row.into()),
        whole("column", |kept| kept.place.column.map_or(0, i64::from) + 1),
        texts("heading", each().map(|kept| kept.heading)),
        StringChunked::from_iter_values("text".into(), each().map(|kept| kept.text)).into_column(),
    ];
    DataFrame::new(columns[0].len(), columns)
}

/// What stands above a heading has none of its own.
const ABOVE: &str = "（标题上方）";

/// A text that was kept, and where it stands.
#[derive(Clone)]
pub struct KeptText<'l> {
    /// Its cell.
    pub place: Place,
    /// What stands above it.
    pub heading: &'l str,
    /// The text.
    pub text: std::borrow::Cow<'l, str>,
}

fn kept(list: &List) -> impl Iterator<Item = KeptText<'_>> {
    let heading_of: FxHashMap<u32, &str> = list.columns.iter().map(|column| (column.at, &*column.heading)).collect();
    let of_values = list.originals.at.iter().zip(list.originals.texts.iter()).map(move |((row, column), text)| {
        let heading = heading_of.get(&u32::from(*column)).copied().unwrap_or("");
        KeptText { place: list.place_of(*row as usize, u32::from(*column)), heading, text: text.into() }
    });
    let of_leftovers = list.leftovers.iter().flat_map(move |leftover| {
        let filled = padded(&leftover.texts, list.len()).filter(|(_, text)| !text.is_empty());
        filled.map(|(row, text)| KeptText {
            place: list.place_of(row, leftover.at),
            heading: &leftover.heading,
            text: text.into(),
        })
    });
    let above = list.above.iter().map(|(row, column, text)| KeptText {
        place: Place::cell(list.source, *row, (*column).into()),
        heading: ABOVE,
        text: (&**text).into(),
    });
    above.chain(of_values).chain(of_leftovers)
}

fn padded(texts: &Texts, rows: usize) -> impl Iterator<Item = (usize, &str)> {
    (0..rows.min(texts.len())).map(|row| (row, texts.get(row)))
}

/// What the last book knows, for the household stage.
pub fn known_from(book: &Book) -> PolarsResult<Known> {
    let mut evidence = Evidence::default();
    let frame = &book.mentions;
    let text = |name: &str| frame.column(name).and_then(Column::str);
    let (names, certificates, births) = (text("name")?, text("certificate")?, text("birth")?);
    let (genders, phones, homes) = (text("gender")?, text("phones")?, text("home")?);
    let (seen_certificates, seen_phones) = (text("seen_certificate")?, text("seen_phones")?);
    let (agents, nears) = (text("agent")?, text("near")?);
    // Books of older versions have no such column.
    let cards = text("card").ok();
    let last_said = frame.column("last_said")?.cast(&DataType::Int32)?;
    let last_said = last_said.i32()?;
    let ids = frame.column("person_id")?.i64()?;
    let mut person_ids = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        let at = |column: &StringChunked| column.get(row).unwrap_or("").to_string();
        let mention = Mention {
            name: evidence.texts.intern(&at(names)),
            certificate: evidence.texts.intern(&at(certificates)),
            birth: PartialDate::read(Cell::from(at(births).as_str())).good(),
            gender: Gender::from_title(&at(genders)),
            phones: evidence.texts.intern(&at(phones)),
            home: evidence.texts.intern(&at(homes)),
            seen_certificate: evidence.texts.intern(&at(seen_certificates)),
            seen_phones: evidence.texts.intern(&at(seen_phones)),
            agent: evidence.texts.intern(&at(agents)),
            near: evidence.texts.intern(&at(nears)),
            card: evidence.texts.intern(&cards.map(at).unwrap_or_default()),
        };
        evidence.last_said.push(last_said.get(row).and_then(|days| NaiveDate::from_num_days_from_ce_opt(days + 719_163)));
        evidence.mentions.push(mention);
        person_ids.push(ids.get(row).and_then(|id| u32::try_from(id).ok()).unwrap_or_default());
    }
    evidence.ties = stored_ties(&book.ties)?;
    if let Ok(phones) = book.agent_phones.column("phone") {
        evidence.agent_phones = phones.str()?.iter().flatten().map(Box::from).collect();
    }
    let policies = &book.policies;
    let pairs = policies.column("policy_no")?.str()?.iter().zip(policies.column("applicant_person_id")?.i64()?.iter());
    let holders = pairs.filter_map(|(number, id)| Some((number?.into(), u32::try_from(id?).ok()?))).collect();
    Ok(Known {
        holders,
        evidence,
        person_ids,
        members: stored_members(&book.members)?,
        numbers: stored_numbers(&book.numbers)?,
        ..Known::default()
    })
}

fn stored_ties(frame: &DataFrame) -> PolarsResult<Vec<Tie>> {
    let (who, of) = (frame.column("who")?.i64()?, frame.column("of")?.i64()?);
    let (relations, sources) = (frame.column("relation")?.str()?, frame.column("source")?.str()?);
    let since = frame.column("since")?.cast(&DataType::Int32)?;
    let (since, apart) = (since.i32()?, frame.column("apart")?.bool()?);
    let tie = |row: usize| {
        let source = sources.get(row)?;
        Some(Tie {
            who: who.get(row)? as u32,
            relation: Relation::from_title(relations.get(row)?)?,
            of: of.get(row)? as u32,
            source: TieSource::ALL.into_iter().find(|known| known.title() == source)?,
            since: since.get(row).and_then(|days| NaiveDate::from_num_days_from_ce_opt(days + 719_163)),
            apart: apart.get(row)?,
        })
    };
    Ok((0..frame.height()).filter_map(tie).collect())
}

fn number(text: &str) -> Option<ClientNo> {
    ClientNo::read(Cell::from(text)).good()
}

fn stored_members(frame: &DataFrame) -> PolarsResult<Vec<KnownMember>> {
    let (ids, numbers) = (frame.column("person_id")?.i64()?, frame.column("household_no")?.str()?);
    let heads = frame.column("is_head")?.bool()?;
    // Books of older versions know no numbers of members.
    let own = frame.column("member_no").and_then(Column::str).ok();
    let former = frame.column("former_no").and_then(Column::str).ok();
    let member = |row: usize| {
        let own = own.and_then(|own| number(own.get(row)?));
        let former = former.and_then(|former| former.get(row)).unwrap_or("");
        Some(KnownMember {
            person: ids.get(row)? as u32,
            no: own.or_else(|| number(numbers.get(row)?))?,
            is_head: heads.get(row)?,
            former: former.split('|').filter_map(number).collect(),
        })
    };
    Ok((0..frame.height()).filter_map(member).collect())
}

fn stored_numbers(frame: &DataFrame) -> PolarsResult<Vec<NumberEntry>> {
    let (numbers, states) = (frame.column("number")?.str()?, frame.column("state")?.str()?);
    let merged = frame.column("merged_into")?.str()?;
    let given = frame.column("given")?.cast(&DataType::Int32)?;
    let given = given.i32()?;
    let members = frame.column("members").and_then(Column::i64).ok();
    let entry = |row: usize| {
        let state = match (states.get(row)?, merged.get(row)) {
            ("并入", Some(into)) => NumberState::MergedInto(number(into)?),
            ("停用", _) => NumberState::Retired,
            _ => NumberState::Active,
        };
        let given = NaiveDate::from_num_days_from_ce_opt(given.get(row)? + 719_163)?;
        let members = members.and_then(|members| u8::try_from(members.get(row)?).ok()).unwrap_or_default();
        Some(NumberEntry { number: number(numbers.get(row)?)?, state, given, members })
    };
    Ok((0..frame.height()).filter_map(entry).collect())
}

/// Where persons of the last run are now: of two that turned out to be one, the id that is gone, too.
pub fn persons_now(inputs: &Inputs<'_>) -> FxHashMap<i64, u32> {
    let Some(ids) = inputs.month.previous.and_then(|book| book.mentions.column("person_id").ok()?.i64().ok()) else {
        return FxHashMap::default();
    };
    let merged = ids.iter().zip(&inputs.assembled.mention_persons).filter_map(|(id, person)| Some((id?, *person)));
    let own = inputs.assembled.persons.iter().map(|person| i64::from(person.id)).zip(0..);
    merged.chain(own).collect()
}
