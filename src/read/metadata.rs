//! What is said once, outside of the rows of a list, is given to the rows that do not say it themselves: who serves
//! these clients, in which team and office. A row's own word always counts; what is not clear is not used, and told.

use std::ops::Range;

use rustc_hash::FxHashSet;

use super::column::{AtRow, ColumnBuilder, Findings};
use super::heading::TopRow;
use super::labelled::{self, Labelled, ONCE};
use super::table::as_written;
use crate::model::cell::Cell;
use crate::model::columns::{Data, Words};
use crate::model::list::{Column, Kind, List, OUTSIDE, Said, Scattered, Slot, Used, Whence};
use crate::model::money::Unit;
use crate::model::name::PersonName;
use crate::model::text::{self, is_space};
use crate::problem::{Code, Outcome, Place, Problem, Problems, SourceId, Sources};
use crate::templates::Templates;
use crate::templates::fields::{Claim, Field, Fields};
use crate::templates::heading::Heading;

/// Something said of a list, before anybody knows for which rows it counts.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Label and value.
    pub said: Labelled,
    /// Row as Excel shows it.
    pub row: u32,
    /// Where it stands.
    pub whence: Whence,
    /// How many rows of the list come before it.
    pub before: usize,
    /// What stands in its row, where that is a row between others.
    pub found: String,
}

impl Statement {
    /// What is said in a row above a heading.
    pub fn above(row: &TopRow, below: Option<&TopRow>, fields: &Fields) -> Vec<Statement> {
        let line = row.with(|row| labelled::line(row.cells, fields));
        let said = if line.labelled.is_empty() { side_by_side(row, below, fields) } else { line.labelled };
        of_line(said, row.number, Whence::Above, 0, "")
    }

    fn text(&self) -> String {
        self.said.text()
    }

    /// The same with what it was used for.
    fn used(&self, used: Used) -> Said {
        Said { text: self.text().into(), whence: self.whence, at: Some((self.row, self.said.at)), used }
    }
}

/// `业务员 | 何伟 | 工号 | 0086320102` in cells, or in one with spaces between, without any colon: only where every cell
/// is a label or a value that fits it, and no table stands below.
fn side_by_side(row: &TopRow, below: Option<&TopRow>, fields: &Fields) -> Vec<Labelled> {
    let claims = |text: &str| fields.claims(&Heading::of(text).key).0;
    let is_once = |text: &str| claims(text).iter().any(|claim| claim.role.is_none() && ONCE.contains(&claim.field));
    let mut tokens: Vec<(u32, String)> = Vec::new();
    for (at, cell) in &row.cells {
        let text = as_written(cell.cell()).trim_matches(is_space).to_string();
        let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
        match words.len() % 2 {
            0 if words.first().is_some_and(|word| is_once(word)) => {
                tokens.extend(words.iter().map(|word| (*at, word.to_string())));
            }
            _ => tokens.push((*at, text)),
        }
    }
    let under = |at: u32| {
        let below = below.filter(|below| below.number == row.number + 1)?;
        below.cells.iter().find(|(column, _)| *column == at).map(|(_, cell)| cell.text())
    };
    let fits = |pair: &[(u32, String)]| {
        let [(at, label), (_, value)] = pair else { return false };
        let names = claims(label).iter().any(|claim| NAMES.contains(&claim.field));
        let is_place = value.ends_with(['部', '组', '课', '区', '处', '司', '队', '室', '点']) || code_in(value).is_some();
        is_once(label)
            && claims(value).is_empty()
            && if names { name_of(value).is_some() } else { is_place }
            && under(*at).is_none_or(|text| !claims(&text).is_empty())
    };
    if !tokens.chunks(2).all(fits) {
        return Vec::new();
    }
    let labelled = |pair: &[(u32, String)]| {
        let ((_, label), (at, value)) = (&pair[0], &pair[1]);
        Labelled { label: label.clone(), claims: claims(label), value: value.clone(), at: *at }
    };
    tokens.chunks_exact(2).map(labelled).collect()
}

/// Those of the labels of a line that may be said once.
pub fn of_line(said: Vec<Labelled>, row: u32, whence: Whence, before: usize, found: &str) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for mut said in said {
        let is_phone = said.claims.iter().any(|claim| claim.field == Field::PHONE && claim.role.is_none());
        // T7: the telephone behind an agent's name is the agent's.
        if is_phone && statements.last().is_some_and(|before| claim_of(&before.said, &WHO).is_some()) {
            said.claims = vec![Claim { field: Field::AGENT_PHONE, role: None }];
        }
        if claim_of(&said, &ONCE).is_some() {
            statements.push(Statement { said, row, whence, before, found: found.to_string() });
        }
    }
    statements
}

/// A longer value is a remark.
const LONGEST: usize = 40;

/// Fields that name who serves a client.
const NAMES: [Field; 3] = [Field::AGENT, Field::SELLER, Field::VISITOR];

/// Fields that say who an agent is.
const WHO: [Field; 5] = [Field::AGENT, Field::SELLER, Field::VISITOR, Field::AGENT_CODE, Field::SELLER_CODE];

/// Fields that say something of an agent who is named elsewhere.
const OF_AGENTS: [Field; 3] = [Field::AGENT_CODE, Field::SELLER_CODE, Field::AGENT_PHONE];

fn claim_of(said: &Labelled, fields: &[Field]) -> Option<Field> {
    said.claims.iter().find(|claim| claim.role.is_none() && fields.contains(&claim.field)).map(|claim| claim.field)
}

/// A statement that is understood.
struct Stated<'s> {
    statement: &'s Statement,
    field: Field,
    /// The value in normal form, or why there is none.
    value: Result<String, &'static str>,
    /// Of a code or a telephone: whose it is.
    of: Option<(Field, String)>,
}

const NO_NAME: &str = "看不出是哪一位专员";
const NO_VALUE: &str = "不是确定的一个";
const SEVERAL: &str = "前后说的不一样，不知道各说的是哪些行";
const NOT_HERE: &str = "这种表不需要";

/// Gives the rows of a list what is said once of them, and tells what was given to how many.
pub fn apply(list: &mut List, statements: &[Statement], templates: &Templates, findings: &mut Findings) {
    if list.kind == Kind::FamilyCheck {
        return;
    }
    let stated = understand(list.kind, statements, templates);
    let mut fields: Vec<Field> = Vec::new();
    // Names first: codes and telephones go to the rows of their names.
    for field in NAMES.iter().chain(&ONCE) {
        if !fields.contains(field) && stated.iter().any(|stated| stated.field == *field) {
            fields.push(*field);
        }
    }
    for field in fields {
        let here: Vec<&Stated<'_>> = stated.iter().filter(|stated| stated.field == field).collect();
        apply_field(list, field, &here, findings);
    }
    list.said.sort_by_key(|said| said.at);
}

/// Reads the values of statements, in their order.
fn understand<'s>(kind: Kind, statements: &'s [Statement], templates: &Templates) -> Vec<Stated<'s>> {
    let mut stated: Vec<Stated<'s>> = Vec::new();
    let mut name: Option<(Field, String)> = None;
    for statement in statements {
        let mut claims: Vec<Claim> = statement.said.claims.clone();
        claims.retain(|claim| claim.role.is_none() && ONCE.contains(&claim.field));
        let rank = |claim: &Claim| kind.records().iter().position(|of| *of == templates.fields.entry(claim.field).of);
        claims.retain(|claim| rank(claim).is_some());
        let Some(field) = claims.iter().min_by_key(|claim| rank(claim)).map(|claim| claim.field) else { continue };
        // Whoever visits is named in a log of visits only.
        if field == Field::VISITOR && kind != Kind::Visits {
            continue;
        }
        // Each row of such a list is an agent.
        if kind == Kind::Organisation && (WHO.contains(&field) || field == Field::AGENT_PHONE) {
            stated.push(Stated { statement, field, value: Err(NOT_HERE), of: None });
            continue;
        }
        let value = &statement.said.value;
        if text::is_placeholder(value) {
            stated.push(Stated { statement, field, value: Err(NO_VALUE), of: None });
            continue;
        }
        if NAMES.contains(&field) {
            let (found, code) = name_and_code(value);
            let code_field = if field == Field::SELLER { Field::SELLER_CODE } else { Field::AGENT_CODE };
            name = found.clone().map(|name| (field, name));
            if let Some(code) = code {
                stated.push(Stated { statement, field: code_field, value: Ok(code), of: name.clone() });
            }
            stated.push(Stated { statement, field, value: found.ok_or(NO_NAME), of: None });
            continue;
        }
        let is_whose = OF_AGENTS.contains(&field);
        let field = match &name {
            Some((Field::SELLER, _)) if field == Field::AGENT_CODE => Field::SELLER_CODE,
            _ => field,
        };
        let value = normal(field, statement, templates).filter(|value| !is_every(value)).ok_or(NO_VALUE);
        stated.push(Stated { statement, field, value, of: name.clone().filter(|_| is_whose) });
    }
    stated
}

/// A value as its column would have it.
fn normal(field: Field, statement: &Statement, templates: &Templates) -> Option<String> {
    let entry = templates.fields.entry(field);
    let (slot, value) = (Slot::of(field), statement.said.value.as_str());
    if value.chars().count() > LONGEST {
        return None;
    }
    let mut column = ColumnBuilder::new(slot, &statement.said.label, statement.said.at, entry.kind, Unit::Yuan);
    let mut aside = Findings::new(SourceId(0));
    column.push(Cell::Text(value), AtRow { index: 0, number: statement.row }, None, &mut aside);
    let value = column.data().text(0).to_string();
    (!value.is_empty()).then_some(value)
}

/// 合计, 全部: of all, and so of nobody.
fn is_every(value: &str) -> bool {
    const ALL: [&str; 13] =
        ["合计", "小计", "总计", "共计", "汇总", "全部", "全体", "所有", "不限", "不区分", "待定", "空缺", "其他"];
    value.starts_with('各') || ALL.iter().any(|word| value.starts_with(word) || value.ends_with(word))
}

/// 何伟 and 0086320102 of `何伟（工号 0086320102）`.
pub fn name_and_code(value: &str) -> (Option<String>, Option<String>) {
    // What stands far behind the name is something else: 何伟　　共 12 户.
    let far = value.char_indices().find(|(at, c)| is_space(*c) && value[at + c.len_utf8()..].starts_with(is_space));
    let short = far.map(|(at, _)| &value[..at]).filter(|_| name_of(value).is_none());
    let (name, code) = name_of(short.unwrap_or(value)).map_or((None, None), |(name, code)| (Some(name), code));
    (name, code.or_else(|| code_in(value).map(|code| value[code].to_string())))
}

fn name_of(value: &str) -> Option<(String, Option<String>)> {
    let code = code_in(value);
    let rest = match &code {
        Some(code) => format!("{} {}", &value[..code.start], &value[code.end..]),
        None => value.to_string(),
    };
    let rest = rest.replace("工号", " ").replace("代码", " ");
    let around = |c: char| is_space(c) || matches!(c, '/' | '-' | '—' | '_' | ':' | '：' | ',' | '，');
    let empty = ["()", "（）", "( )", "（ ）", "(  )", "（  ）"];
    let rest = empty.iter().fold(rest, |rest, empty| rest.replace(empty, ""));
    let name = PersonName::read(Cell::Text(rest.trim_matches(around))).good()?;
    let letters = name.as_str().chars().count();
    let is_name = (2..=4).contains(&letters) || name.as_str().contains('·');
    let is_one = is_name && !name.is_organisation() && !is_every(name.as_str()) && !is_word(name.as_str());
    is_one.then(|| (name.as_str().to_string(), code.map(|code| value[code].to_string())))
}

/// Words of forms that would pass for names.
fn is_word(name: &str) -> bool {
    const WORDS: [&str; 20] = [
        "填写", "姓名", "签字", "签名", "盖章", "专员", "业务", "客户", "名单", "清单", "部门", "团队", "人员", "营业",
        "电话", "工号", "户数", "件数", "保费", "必填",
    ];
    WORDS.iter().any(|word| name.contains(word))
}

/// The code in a text: three letters and digits or more, one of them a digit.
fn code_in(value: &str) -> Option<Range<usize>> {
    let mut start = None;
    for (at, c) in value.char_indices().chain([(value.len(), ' ')]) {
        match (c.is_ascii_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                if at - from >= 3 && value[from..at].bytes().any(|byte| byte.is_ascii_digit()) {
                    return Some(from..at);
                }
                start = None;
            }
            _ => {}
        }
    }
    None
}

/// For which rows each of the statements about one field counts; `None` where that is not clear. Said before the
/// first row, it counts until something else is said. Said once, behind the last row, it counts for all.
fn spans(stated: &[&Stated<'_>], rows: usize) -> Option<Vec<Range<usize>>> {
    let value = |at: usize| stated[at].value.as_deref().ok();
    let all_the_same = (1..stated.len()).all(|at| value(at) == value(0));
    if all_the_same {
        let whole = stated.iter().any(|stated| stated.statement.before == 0)
            || stated.iter().all(|stated| stated.statement.before == rows);
        return whole.then(|| (0..stated.len()).map(|at| if at == 0 { 0..rows } else { 0..0 }).collect());
    }
    if stated[0].statement.before > 0 {
        return None;
    }
    let ends = stated.iter().skip(1).map(|stated| stated.statement.before).chain([rows]);
    let spans: Vec<Range<usize>> = stated.iter().zip(ends).map(|(stated, end)| stated.statement.before..end).collect();
    // Two things said before the same row.
    let is_clear = spans.iter().enumerate().all(|(at, span)| {
        !span.is_empty() || span.start == rows || {
            let next = stated.get(at + 1).and_then(|next| next.value.as_deref().ok());
            next == value(at)
        }
    });
    is_clear.then_some(spans)
}

fn apply_field(list: &mut List, field: Field, stated: &[&Stated<'_>], findings: &mut Findings) {
    let slot = Slot::of(field);
    let not = |why| Used::Not { slot, why };
    let Some(spans) = spans(stated, list.len()) else {
        if (0..list.len()).any(|row| is_open(list, field, row)) {
            tell_unclear(stated[0].statement, SEVERAL, findings);
        }
        list.said.extend(stated.iter().map(|stated| stated.statement.used(not(SEVERAL))));
        return;
    };
    let unread = unread(list, slot);
    let mut filled: Vec<Option<usize>> = vec![None; list.len()];
    for (at, (stated, span)) in stated.iter().zip(spans).enumerate() {
        let statement = stated.statement;
        let value = match &stated.value {
            Ok(value) => value,
            Err(why) => {
                if *why == NO_NAME && span.clone().any(|row| is_open(list, field, row)) {
                    tell_unclear(statement, why, findings);
                }
                list.said.push(statement.used(not(why)));
                continue;
            }
        };
        let is_whose = |row: usize| match &stated.of {
            Some((field, name)) => list.text(*field, row) == name,
            // A code of nobody is of use where nobody is named.
            None => !OF_AGENTS.contains(&field) || !is_named(list, row),
        };
        let open = |row: &usize| is_open(list, field, *row) && !unread.contains(&(*row as u32));
        let own = span.clone().filter(|row| !open(row)).count();
        let rows: Vec<usize> = span.filter(|row| open(row) && is_whose(*row)).collect();
        rows.iter().for_each(|row| filled[*row] = Some(at));
        let rows = rows.len();
        list.said.push(statement.used(Used::Rows { slot, value: value.as_str().into(), rows, own }));
        if rows > 0 {
            let own = if own > 0 { format!("，另有 {own} 行自己写着，以各行为准") } else { String::new() };
            let (whence, text) = (statement.whence.title(), statement.text());
            tell(statement, Code::SaidOnce, format!("{whence}的“{text}”用在 {rows} 行上{own}"), findings);
        }
    }
    if filled.iter().any(Option::is_some) {
        let place = |statement: &Statement| Place::cell(list.source, statement.row, statement.said.at);
        let values: Vec<(&str, Place)> =
            stated.iter().map(|stated| (stated.value.as_deref().unwrap_or(""), place(stated.statement))).collect();
        fill(list, slot, &stated[0].statement.said.label, &values, &filled);
    }
}

/// Whether a row does not say this of itself; of who serves the client, whether it names nobody.
fn is_open(list: &List, field: Field, row: usize) -> bool {
    let is_blank = |field: Field| list.data(field).is_none_or(|data| data.is_blank(row));
    if NAMES.contains(&field) { !is_named(list, row) } else { is_blank(field) }
}

fn is_named(list: &List, row: usize) -> bool {
    let names = if list.kind == Kind::Visits { &NAMES[..] } else { &NAMES[..2] };
    names.iter().any(|field| list.data(*field).is_some_and(|data| !data.is_blank(row)))
}

/// Rows whose cell says something that was not understood: that is their own word, too.
fn unread(list: &List, slot: Slot) -> FxHashSet<u32> {
    let Some(column) = list.column(slot) else { return FxHashSet::default() };
    list.originals.in_columns(&[column.at]).into_keys().map(|(row, _)| row).collect()
}

/// Puts values into a column; `filled` says for each row which of them it takes. Their places are kept.
fn fill(list: &mut List, slot: Slot, heading: &str, values: &[(&str, Place)], filled: &[Option<usize>]) {
    let value = |row: usize| filled[row].map(|at| values[at].0);
    let mut scattered = list.scattered.take().unwrap_or_else(|| Box::new(Scattered::default()));
    let known = list.columns.iter_mut().find(|column| column.slot == slot);
    let is_new = known.is_none();
    let at = match known {
        Some(column) => {
            let words = (0..filled.len()).map(|row| value(row).unwrap_or_else(|| column.data.text(row)));
            column.data = match &column.data {
                Data::Texts(_) => Data::Texts(words.collect()),
                _ => words_of(words),
            };
            column.at
        }
        None => {
            let at = OUTSIDE + list.columns.iter().filter(|column| List::is_outside(column)).count() as u32;
            let data = words_of((0..filled.len()).map(|row| value(row).unwrap_or_default()));
            list.columns.push(Column { slot, heading: heading.into(), at, data, spelled: None });
            at
        }
    };
    let used: FxHashSet<usize> = filled.iter().flatten().copied().collect();
    if is_new && used.len() == 1 {
        scattered.columns.extend(used.into_iter().map(|used| (at as u16, values[used].1)));
    } else {
        let rows = filled.iter().enumerate().filter_map(|(row, used)| Some((row, (*used)?)));
        scattered.cells.extend(rows.map(|(row, used)| ((row as u32, at as u16), values[used].1)));
    }
    list.scattered = Some(scattered);
}

fn words_of<'w>(texts: impl Iterator<Item = &'w str>) -> Data {
    let mut words = Words::default();
    texts.for_each(|text| words.push(text));
    words.complete();
    Data::Words(words)
}

fn tell_unclear(statement: &Statement, why: &str, findings: &mut Findings) {
    let what = format!("{}的“{}”没有用上：{why}", statement.whence.title(), statement.text());
    tell(statement, Code::SaidUnclear, what, findings);
}

fn tell(statement: &Statement, code: Code, what: String, findings: &mut Findings) {
    let Statement { said, row, found, .. } = statement;
    findings.note(Problem {
        code,
        place: Place::cell(findings.source, *row, said.at),
        field: said.label.as_str().into(),
        found: if found.is_empty() { said.text().into() } else { found.as_str().into() },
        what: what.into(),
        outcome: Outcome::KeptAsIs,
    });
}

/// Lists of one agent that say so only in the name of their sheet or file: `何伟_客户清单.xlsx`. A name counts where
/// one agent is called so who is known from any list, and no client of the list is.
pub fn by_names(lists: &mut [List], sources: &Sources, problems: &mut Problems) {
    let of_agents = |list: &List| {
        let columns = [Field::AGENT, Field::SELLER].into_iter().filter_map(|field| list.data(field));
        let names = columns.flat_map(|data| match data {
            Data::Words(words) => words.distinct().iter().map(str::to_string).collect::<Vec<_>>(),
            _ => Vec::new(),
        });
        names.filter(|name| !name.is_empty()).collect::<Vec<_>>()
    };
    let known: FxHashSet<String> = lists.iter().filter(|list| list.kind != Kind::FamilyCheck).flat_map(of_agents).collect();
    if known.is_empty() {
        return;
    }
    for list in lists.iter_mut().filter(|list| may_be_an_agents(list)) {
        let source = sources.get(list.source);
        let one_in = |name: &str| {
            let mut words = words_of_name(name);
            words.retain(|word| known.contains(*word));
            words.dedup();
            <[&str; 1]>::try_from(words).ok().map(|[one]| one.to_string())
        };
        let of_sheet = one_in(&source.sheet).map(|name| (Whence::SheetName, &source.sheet, name));
        let of_file = || one_in(&source.file).map(|name| (Whence::FileName, &source.file, name));
        let Some((whence, text, name)) = of_sheet.or_else(of_file) else { continue };
        let is_client =
            |column: &&Column| column.slot.field == Field::NAME && (0..list.len()).any(|row| column.data.text(row) == name);
        if list.columns.iter().find(is_client).is_some() {
            continue;
        }
        let slot = Slot::of(Field::AGENT);
        let place = Place::sheet(list.source);
        problems.push(Problem {
            code: Code::SaidOnce,
            place,
            field: whence.title().into(),
            found: text.as_str().into(),
            what: format!("{}里的“{name}”是一位专员，当作这 {} 行的服务专员", whence.title(), list.len()).into(),
            outcome: Outcome::KeptAsIs,
        });
        let used = Used::Rows { slot, value: name.as_str().into(), rows: list.len(), own: 0 };
        list.said.push(Said { text: text.as_str().into(), whence, at: None, used });
        let filled = vec![Some(0); list.len()];
        fill(list, slot, whence.title(), &[(&name, place)], &filled);
    }
}

/// Whether a list is about clients and nobody is said to serve any of them.
fn may_be_an_agents(list: &List) -> bool {
    let of_clients = list.kind.is_about_clients() || list.kind.is_about_dealings();
    of_clients && !list.is_empty() && !list.is_of_forms() && (0..list.len()).all(|row| is_open(list, Field::AGENT, row))
}

/// A name of a sheet or a file, as words: 何伟 and 客户清单 of `何伟_客户清单.xlsx`.
pub fn words_of_name(name: &str) -> Vec<&str> {
    const WHAT: [&str; 14] =
        ["的", "客户", "保单", "应收", "拜访", "生日", "服务卡", "孤儿单", "续期", "清单", "名单", "列表", "记录", "明细"];
    let stem = name.rsplit('/').next().unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let is_border =
        |c: char| is_space(c) || c.is_ascii_punctuation() || c.is_ascii_digit() || "（）【】、，·—－＿›".contains(c);
    let mut words: Vec<&str> = Vec::new();
    for mut word in stem.split(is_border).filter(|word| !word.is_empty()) {
        while let Some(rest) = WHAT.iter().find_map(|what| word.strip_suffix(what)).filter(|rest| !rest.is_empty()) {
            word = rest;
        }
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(value: &str, name: &str, code: &str) {
        let (found, number) = name_and_code(value);
        assert_eq!((found.as_deref().unwrap_or(""), number.as_deref().unwrap_or("")), (name, code), "{value:?}");
    }

    #[test]
    fn a_name_and_a_code() {
        case("何伟", "何伟", "");
        case("何　伟", "何伟", "");
        case("何伟（0086320102）", "何伟", "0086320102");
        case("何伟(工号：0086320102)", "何伟", "0086320102");
        case("0086320102-何伟", "何伟", "0086320102");
        case("何伟/AB1203", "何伟", "AB1203");
        case("何伟（离职）", "何伟", "");
        case("何伟    共 12 户", "何伟", "");
        case("阿依古丽·买买提", "阿依古丽·买买提", "");
        case("0086320102", "", "0086320102");
        for value in
            ["何伟、傅雪", "何*", "合计", "全部业务员", "营业一部", "共 12 户", "何伟等3人", "某某", "填写姓名", "何"]
        {
            case(value, "", "");
        }
    }

    #[test]
    fn words_of_the_name_of_a_file() {
        let words = |name| words_of_name(name);
        assert_eq!(words("11月/何伟_客户清单(2).xlsx"), ["何伟", "客户"]);
        assert_eq!(words("何伟的客户清单.csv"), ["何伟"]);
        assert_eq!(words("2026年11月 傅雪保单.xls"), ["年", "月", "傅雪"]);
        assert_eq!(words("名单.zip › 何伟.xlsx"), ["名单", "zip", "何伟"]);
    }
}
