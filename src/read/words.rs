//! Columns of words, understood once they are complete: each different word once, codes by the whole column
//! (T12), and cells that say several things taken apart (T1, T4).

use super::column::{AtRow, Findings, Spot};
use crate::model::cell::Cell;
use crate::model::certificate::CertificateKind;
use crate::model::client_no::ClientNo;
use crate::model::client_type::ClientType;
use crate::model::columns::{Data, Texts, Words};
use crate::model::coverage::CoverageTerm;
use crate::model::fault_words::UnknownWord;
use crate::model::list::{Column, Leftover, List, Slot};
use crate::model::marital::Marital;
use crate::model::pay::{Pay, PayMode};
use crate::model::policy_status::PolicyStatus;
use crate::model::reading::Reading;
use crate::model::relation::{Reference, Relation, RelationReading, RelationWord};
use crate::model::visit_way::VisitWay;
use crate::model::word::Vocabulary;
use crate::model::yes_no::YesNo;
use crate::problem::{Code, Outcome, Place, Problem};
use crate::templates::Templates;
use crate::templates::codes::{CodeChoice, CodeTable};
use crate::templates::fields::{Field, FieldType, Role};
use crate::templates::values::Values;

/// The kind of certificate a word names.
pub fn certificate_kind(word: &str, values: &Values) -> Option<CertificateKind> {
    CertificateKind::titled(values.certificate_title(word)?)
}

/// Understands a finished column and adds it to the list. What its cells say beside it goes to `asides`, to be added
/// when all columns are in.
pub fn settle(
    column: Column,
    kind: FieldType,
    templates: &Templates,
    list: &mut List,
    asides: &mut Vec<Column>,
    findings: &mut Findings,
) {
    match (&column.data, kind) {
        (Data::Texts(_), FieldType::ClientNo) => settle_client_no(column, list, findings),
        (Data::Texts(_), FieldType::Code) => add(list, with_leading_zeros(column, findings)),
        (Data::Words(words), kind) if kind.is_vocabulary() || column.slot.field == Field::HAND_TIER => {
            let words = words.clone();
            // 手工等级 is read as any other tier is.
            let kind = if column.slot.field == Field::HAND_TIER { FieldType::ClientType } else { kind };
            settle_words(column, &words, kind, templates, list, asides, findings);
        }
        _ => add(list, column),
    }
}

/// T9: a column whose numbers are the core system's is no column of card numbers, whatever it is called.
fn settle_client_no(mut column: Column, list: &mut List, findings: &mut Findings) {
    let Data::Texts(texts) = &column.data else { unreachable!("client numbers are texts") };
    let is_card = |text: &str| ClientNo::read(Cell::Text(text)).good().is_some();
    let filled = || texts.iter().enumerate().filter(|(_, text)| !text.is_empty());
    let others: Vec<(usize, &str)> = filled().filter(|(_, text)| !is_card(text)).collect();
    if others.len() * 2 > filled().count() {
        let role = if list.kind.has_policies() { Role::Applicant } else { Role::Client };
        column.slot = Slot::whose(role, Field::CORE_CLIENT_NO);
        column = with_leading_zeros(column, findings);
    } else if !others.is_empty() {
        findings.originals.keep_missing(column.at, others.iter().copied());
        for (index, text) in others {
            let spot = Spot { row: AtRow { index, number: list.rows[index] }, at: column.at, heading: &column.heading };
            findings.cell(spot, Code::NumberBad, text, "不像服务卡的客户编号", Outcome::CellSetAside);
        }
        column.data = Data::Texts(texts.iter().map(|text| if is_card(text) { text } else { "" }).collect());
    }
    add(list, column);
}

/// Codes that were held as numbers on the way have lost their zeros: where every code that begins with one has the
/// same length, shorter ones get them back. What was written is kept.
fn with_leading_zeros(mut column: Column, findings: &mut Findings) -> Column {
    if let Data::Texts(texts) = &column.data
        && let Some(length) = length_of_codes(texts)
    {
        let lost = |text: &str| !text.is_empty() && text.len() < length && is_number(text);
        findings.originals.keep_missing(column.at, texts.iter().enumerate().filter(|(_, text)| lost(text)));
        let whole = |text| if lost(text) { format!("{text:0>length$}") } else { text.to_string() };
        column.data = Data::Texts(texts.iter().map(whole).collect());
    }
    column
}

/// The one length of the codes that begin with a zero.
fn length_of_codes(texts: &Texts) -> Option<usize> {
    let mut lengths = texts.iter().filter(|text| text.starts_with('0') && text.len() > 1 && is_number(text)).map(str::len);
    let length = lengths.next()?;
    (lengths.all(|other| other == length) && texts.iter().any(|text| text.len() < length)).then_some(length)
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What one word says: values for one or several fields.
type Meaning = Vec<(Field, String)>;

fn settle_words(
    column: Column,
    words: &Words,
    kind: FieldType,
    templates: &Templates,
    list: &mut List,
    asides: &mut Vec<Column>,
    findings: &mut Findings,
) {
    let values = &templates.values;
    let distinct: Vec<&str> = words.distinct().iter().skip(1).collect();
    let codes = match vocabulary(kind).map(|of| values.code_table(of, &distinct)) {
        Some(CodeChoice::One(table)) => Some(table),
        Some(CodeChoice::Ambiguous(_)) => {
            findings.note(Problem {
                code: Code::CodesAmbiguous,
                place: Place::cell(findings.source, 0, column.at),
                field: column.heading.clone(),
                found: distinct.join("、").into(),
                what: format!("“{}”一列只有代码 {}，有几套代码都说得通", column.heading, distinct.join("、")).into(),
                outcome: Outcome::CellSetAside,
            });
            keep_spelled_only(column, words, list);
            return;
        }
        _ => None,
    };

    let mut meanings: Vec<Meaning> = vec![Meaning::new()];
    let mut faults: Vec<Option<(Code, String, Outcome)>> = vec![None];
    for word in &distinct {
        let (meaning, fault) = match meaning(kind, column.slot.field, word, values, codes) {
            Reading::Good((meaning, fault)) => (meaning, fault),
            Reading::Blank | Reading::Masked => (Meaning::new(), None),
            Reading::Bad(unknown) => (Meaning::new(), Some((Code::WordUnknown, unknown.to_string(), Outcome::CellSetAside))),
        };
        meanings.push(meaning);
        faults.push(fault);
    }
    for (index, code) in words.codes.iter().enumerate() {
        if let Some((problem, what, outcome)) = &faults[*code as usize] {
            let row = AtRow { index, number: list.rows[index] };
            let spot = Spot { row, at: column.at, heading: &column.heading };
            findings.cell(spot, *problem, words.get(index), what, *outcome);
        }
    }

    let mut targets: Vec<Field> = meanings.iter().flatten().map(|(field, _)| *field).collect();
    if !targets.contains(&column.slot.field) && kind != FieldType::ClientType {
        targets.push(column.slot.field);
    }
    targets.sort_unstable();
    targets.dedup();
    if targets.is_empty() && !distinct.is_empty() {
        keep_as_written(list, &column);
    }
    for target in targets {
        let value_of = |meaning: &Meaning| -> Box<str> {
            meaning.iter().find(|(field, _)| *field == target).map_or("".into(), |(_, value)| value.as_str().into())
        };
        let replacements: Vec<Box<str>> = meanings.iter().map(value_of).collect();
        let said_as_written = replacements.iter().zip(words.distinct().iter()).all(|(value, word)| **value == *word);
        let is_own = target == column.slot.field;
        let said = Column {
            slot: Slot { field: target, ..column.slot },
            heading: column.heading.clone(),
            at: column.at,
            data: Data::Words(words.replaced(&replacements)),
            spelled: (!said_as_written && (is_own || kind == FieldType::ClientType)).then(|| Data::Words(words.clone())),
        };
        if is_own {
            add(list, said);
        } else {
            asides.push(said);
        }
    }
}

/// A column of codes that fit several tables: no values, only what was written.
fn keep_spelled_only(column: Column, words: &Words, list: &mut List) {
    let blanks = vec!["".into(); words.distinct().len()];
    let data = Data::Words(words.replaced(&blanks));
    add(list, Column { data, spelled: Some(Data::Words(words.clone())), ..column });
}

/// Adds a column. What another column already says is only filled in where that one is blank; what contradicts it
/// is kept as written.
pub fn add(list: &mut List, column: Column) {
    let Some(at) = list.columns.iter().position(|known| known.slot == column.slot) else {
        list.columns.push(column);
        return;
    };
    let known = &mut list.columns[at];
    let rows = 0..list.rows.len();
    match (&mut known.data, &column.data) {
        (Data::Words(words), Data::Words(more)) => {
            let mut filled = Words::default();
            rows.for_each(|row| filled.push(if words.codes[row] == 0 { more.get(row) } else { words.get(row) }));
            *words = filled;
        }
        (Data::Texts(texts), Data::Texts(more)) => {
            let or = |row: usize| if texts.get(row).is_empty() { more.get(row) } else { texts.get(row) };
            *texts = rows.map(or).collect();
        }
        _ => {}
    }
    let contradicts = |row: usize| !column.data.is_blank(row) && column.data.show(row) != known.data.show(row);
    if (0..list.rows.len()).any(contradicts) {
        keep_as_written(list, &column);
    }
}

/// How often premiums are due, as their own cells say it (`500/月`), where no column says it. What contradicts that
/// column is told. `premium` is their column, with its heading.
pub fn pay_modes(list: &mut List, premium: (u32, &str), modes: &[(usize, PayMode)], findings: &mut Findings) {
    let slot = Slot::of(Field::PAY_MODE);
    let mut words: Vec<String> = (0..list.len()).map(|row| list.text(Field::PAY_MODE, row).to_string()).collect();
    for (row, mode) in modes {
        let known = PayMode::from_title(&words[*row]);
        if known.is_some_and(|known| known != PayMode::Regular && known != *mode) {
            let row = AtRow { index: *row, number: list.rows[*row] };
            let spot = Spot { row, at: premium.0, heading: premium.1 };
            let what = format!("金额旁边写的是{}，缴费方式写的是{}", mode.title(), words[row.index]);
            findings.cell(spot, Code::PayModeDisagrees, mode.title(), what, Outcome::KeptAsIs);
        } else {
            words[*row] = mode.title().to_string();
        }
    }
    let mut said = Words::default();
    words.iter().for_each(|word| said.push(word));
    said.complete();
    match list.columns.iter_mut().find(|column| column.slot == slot) {
        Some(column) => column.data = Data::Words(said),
        None => {
            let (at, heading) = (premium.0, premium.1.into());
            list.columns.push(Column { slot, heading, at, data: Data::Words(said), spelled: None });
        }
    }
}

/// Keeps the words of a column beside the values, once.
fn keep_as_written(list: &mut List, column: &Column) {
    if list.leftovers.iter().all(|known| known.at != column.at) {
        let written = column.spelled.as_ref().unwrap_or(&column.data);
        let texts = (0..list.rows.len()).map(|row| written.show(row)).collect();
        list.leftovers.push(Leftover { heading: column.heading.clone(), at: column.at, texts });
    }
}

fn vocabulary(kind: FieldType) -> Option<Vocabulary> {
    match kind {
        FieldType::Gender => Some(Vocabulary::Gender),
        FieldType::CertKind => Some(Vocabulary::Certificate),
        FieldType::Marital => Some(Vocabulary::Marital),
        FieldType::Pay => Some(Vocabulary::PayMode),
        FieldType::PolicyStatus => Some(Vocabulary::PolicyStatus),
        FieldType::Relation => Some(Vocabulary::Relation),
        _ => None,
    }
}

type Said = (Meaning, Option<(Code, String, Outcome)>);

fn meaning(
    kind: FieldType,
    field: Field,
    word: &str,
    values: &Values,
    codes: Option<&CodeTable>,
) -> Reading<Said, UnknownWord> {
    let word = codes.and_then(|table| table.word(word)).unwrap_or(word);
    let cell = Cell::from(word);
    let one = |title: String| -> Said { (vec![(field, title)], None) };
    match kind {
        FieldType::Gender => values.gender.read(cell).map(|gender| one(gender.title().to_string())),
        FieldType::CertKind => match values.certificate_title(word) {
            Some(title) => Reading::Good(one(title.to_string())),
            None => Reading::Bad(UnknownWord::not_listed(Vocabulary::Certificate, word)),
        },
        FieldType::Marital => Marital::read(cell, values).map(|reading| one(reading.marital.title().to_string())),
        FieldType::PolicyStatus => PolicyStatus::read(cell, values).map(|status| one(status.title().to_string())),
        FieldType::VisitWay => VisitWay::read(cell, values).map(|way| one(way.title().to_string())),
        FieldType::YesNo => YesNo::read(cell, values).map(|answer| one(answer.title().to_string())),
        FieldType::Coverage => CoverageTerm::read(cell, values).map(|term| one(term.to_string())),
        FieldType::Pay => Pay::read_mode(cell, values, None).map(|pay| (pay_meaning(&pay), None)),
        FieldType::PayTerm => Pay::read_term(cell, values).map(|pay| (pay_meaning(&pay), None)),
        FieldType::ClientType => ClientType::read(cell, values).map(|client| client_meaning(&client)),
        FieldType::Relation => {
            RelationReading::read(cell, values).map(|reading| one(towards(&reading, field).title().to_string()))
        }
        _ => Reading::Good(one(word.to_string())),
    }
}

fn pay_meaning(pay: &Pay) -> Meaning {
    let mut meaning = Meaning::new();
    meaning.extend(pay.mode.map(|mode: PayMode| (Field::PAY_MODE, mode.title().to_string())));
    meaning.extend(pay.term.as_ref().map(|term| (Field::PAY_TERM, term.to_string())));
    meaning.extend(pay.channel.map(|channel| (Field::PAY_CHANNEL, channel.title().to_string())));
    meaning
}

fn client_meaning(client: &ClientType) -> Said {
    let mut meaning = Meaning::new();
    meaning.extend(client.tier.map(|tier| (Field::HAND_TIER, tier.title().to_string())));
    meaning.extend(client.segment.map(|segment| (Field::SEGMENT, segment.title().to_string())));
    meaning.extend(client.standing.map(|standing| (Field::STANDING, standing.title().to_string())));
    if !client.demand.is_empty() {
        let demand: Vec<&str> = client.demand.iter().map(|demand| demand.title()).collect();
        meaning.push((Field::DEMAND, demand.join("、")));
    }
    let mut fault = None;
    if client.disagreement {
        fault = Some((Code::TierDisagrees, "字母和文字说的不是同一级".to_string(), Outcome::KeptAsIs));
    }
    if let Some(foreign) = &client.foreign {
        meaning.push((Field::FOREIGN_SCALE, foreign.clone()));
        fault = Some((Code::ScaleForeign, format!("“{foreign}”是另一套等级"), Outcome::KeptAsIs));
    }
    (meaning, fault)
}

/// What the person of the column is to the other: a cell may say the direction itself (投保人的儿子), and a pair
/// word (父子) names the elder first, who in an ordinary policy is the holder.
fn towards(reading: &RelationReading, field: Field) -> Relation {
    let relation = match reading.word {
        RelationWord::One(relation) => relation,
        RelationWord::Pair(elder, younger) => {
            if field == Field::RELATION_TO_INSURED {
                elder
            } else {
                younger
            }
        }
    };
    match (field, reading.reference) {
        (Field::RELATION_TO_APPLICANT, Some(Reference::Insured))
        | (Field::RELATION_TO_INSURED, Some(Reference::Applicant)) => relation.inverse(),
        _ => relation,
    }
}
