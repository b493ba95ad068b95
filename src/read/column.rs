//! Builds one typed column while its sheet streams by: what is understood goes into the column, what is not is
//! a problem, and the text that stood there is kept whenever it says more than the value.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use rustc_hash::FxHashMap;

use crate::model::cell::Cell;
use crate::model::certificate::{Certificate, CertificateKind};
use crate::model::client_no::{BadClientNo, ClientNo};
use crate::model::columns::{Data, Texts, Words};
use crate::model::date::{Moment, PartialDate, counted_from_1904};
use crate::model::id_card::BadIdCard;
use crate::model::list::{Originals, Slot};
use crate::model::money::{Amount, BadMoney, Money, Unit};
use crate::model::name::PersonName;
use crate::model::pay::PayMode;
use crate::model::phone::Phones;
use crate::model::reading::Reading;
use crate::model::text;
use crate::problem::{Code, Outcome, Place, Problem, Problems, SourceId};
use crate::templates::fields::{Field, FieldType};

/// 一亿元: a bare number of so many 万元 was hardly meant in 万元.
const DOUBTFUL_FEN: i64 = 10_000_000_000;

/// 二百万元: the same for premiums, which in 元 are often less than 10000.
const DOUBTFUL_PREMIUM_FEN: i64 = 200_000_000;

const PREMIUMS: [Field; 5] =
    [Field::PREMIUM, Field::ANNUAL_PREMIUM, Field::TOTAL_PREMIUM, Field::FIRST_PREMIUM, Field::RIDER_PREMIUM];

/// A column under construction.
#[derive(Debug)]
pub struct ColumnBuilder {
    /// What it will hold.
    pub slot: Slot,
    /// Its heading as written.
    pub heading: Box<str>,
    /// Column of the sheet, from 0.
    pub at: u32,
    /// How its cells are read.
    pub kind: FieldType,
    /// What one of a bare number is worth.
    pub unit: Unit,
    /// How often premiums are due where their cells say so, by index of the row.
    pub modes: Vec<(usize, PayMode)>,
    data: Data,
}

/// One trouble in one column of one sheet is told so many times, place by place. A column read wrongly in a
/// million rows is one trouble, and must not fill the memory.
const MOST_ALIKE: usize = 50_000;

/// Where problems and original texts of a sheet go while it is read.
#[derive(Debug)]
pub struct Findings {
    /// The sheet.
    pub source: SourceId,
    /// Collected so far.
    problems: Problems,
    /// How often each trouble was met in each column.
    met: FxHashMap<(Code, Option<u16>), usize>,
    /// Kept so far.
    pub originals: Originals,
    /// Whether the file counts days from 1904.
    pub from_1904: bool,
    /// Where cells stand that are in other rows or columns of the list: row as Excel shows it and column, by row of the
    /// list and column.
    pub moved: FxHashMap<(u32, u16), (u32, u16)>,
    /// Headings of the columns they stand in.
    pub moved_headings: FxHashMap<u16, Box<str>>,
    /// Memory for values shown only to be compared.
    scratch: String,
}

/// The cell being read, for problems about it.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'h> {
    /// Its row.
    pub row: AtRow,
    /// Its column, from 0.
    pub at: u32,
    /// The heading over it.
    pub heading: &'h str,
}

/// The row being read.
#[derive(Clone, Copy, Debug)]
pub struct AtRow {
    /// Index in the list.
    pub index: usize,
    /// Row as Excel shows it.
    pub number: u32,
}

impl Findings {
    /// Nothing found yet.
    pub fn new(source: SourceId) -> Self {
        Findings {
            source,
            problems: Problems::default(),
            met: FxHashMap::default(),
            originals: Originals::default(),
            from_1904: false,
            moved: FxHashMap::default(),
            moved_headings: FxHashMap::default(),
            scratch: String::new(),
        }
    }

    /// Notes a problem. Beyond [`MOST_ALIKE`] of one trouble in one column the rest is counted.
    pub fn note(&mut self, problem: Problem) {
        let met = self.met.entry((problem.code, problem.place.column)).or_default();
        *met += 1;
        if *met <= MOST_ALIKE {
            self.problems.push(problem);
        }
    }

    /// All problems, and how many more there were of those that were only counted.
    pub fn into_problems(mut self) -> Problems {
        let mut counted: Vec<_> = self.met.into_iter().filter(|(_, met)| *met > MOST_ALIKE).collect();
        counted.sort_unstable();
        for ((code, column), met) in counted {
            self.problems.push(Problem {
                code,
                place: Place { source: self.source, row: 0, column },
                field: "".into(),
                found: "".into(),
                what: format!("此外还有 {} 处同样的问题，没有逐一列出，原文已保留", met - MOST_ALIKE).into(),
                outcome: Outcome::KeptAsIs,
            });
        }
        self.problems
    }

    /// A value as text, in memory that is to be given back to `scratch`.
    fn shown(&mut self, value: &impl Display) -> String {
        let mut shown = std::mem::take(&mut self.scratch);
        shown.clear();
        write!(shown, "{value}").expect("a text takes everything");
        shown
    }

    /// Notes something about a cell.
    pub fn cell(&mut self, spot: Spot<'_>, code: Code, found: &str, what: impl Display, outcome: Outcome) {
        let moved = self.moved.get(&(spot.row.index as u32, spot.at as u16)).copied();
        let heading = moved.and_then(|(_, at)| self.moved_headings.get(&at)).map_or(spot.heading, |heading| heading);
        self.note(Problem {
            code,
            place: moved.map_or(Place::cell(self.source, spot.row.number, spot.at), |(row, at)| {
                Place::cell(self.source, row, u32::from(at))
            }),
            field: heading.into(),
            found: found.into(),
            what: what.to_string().into(),
            outcome,
        });
    }
}

impl ColumnBuilder {
    /// An empty column. `unit` is the unit its heading or sheet gives for money.
    pub fn new(slot: Slot, heading: &str, at: u32, kind: FieldType, unit: Unit) -> Self {
        use FieldType as T;
        let data = match kind {
            T::Text | T::Code | T::PolicyNo | T::Family | T::ClientNo => Data::Texts(Texts::default()),
            kind if kind.tells_people_apart() => Data::Texts(Texts::default()),
            T::Date => Data::Dates(Vec::new()),
            T::Moment => Data::Moments(Vec::new()),
            T::Money => Data::Money(Vec::new()),
            T::Count => Data::Counts(Vec::new()),
            kind => {
                debug_assert!(kind == T::Word || kind.is_vocabulary(), "every other type has an arm");
                Data::Words(Words::default())
            }
        };
        ColumnBuilder { slot, heading: heading.into(), at, kind, data, unit, modes: Vec::new() }
    }

    /// The column, as far as it has grown.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The finished column. The texts by which people are known come again and again: each is kept once. Finding
    /// them takes its time, and is better done column by column than while rows stream by.
    pub fn into_data(self) -> Data {
        match self.data {
            Data::Texts(texts) if self.kind.tells_people_apart() => {
                let mut words = Words::default();
                texts.iter().for_each(|text| words.push(text));
                words.complete();
                Data::Words(words)
            }
            Data::Words(mut words) => {
                words.complete();
                Data::Words(words)
            }
            data => data,
        }
    }

    /// Adds the cell of the next row. `hint` is the kind of certificate the row names.
    pub fn push(&mut self, cell: Cell<'_>, row: AtRow, hint: Option<CertificateKind>, findings: &mut Findings) {
        let heading = &*self.heading;
        let mut reader = CellReader { cell, spot: Spot { row, at: self.at, heading }, findings };
        match (&mut self.data, self.kind) {
            (Data::Dates(dates), _) => {
                dates.push(reader.date(PartialDate::read(reader.dated())));
            }
            (Data::Moments(moments), _) => {
                moments.push(reader.date(Moment::read(reader.dated())));
            }
            (Data::Money(sums), _) => {
                let (sum, mode) = reader.money(self.unit, self.slot.field).unzip();
                self.modes.extend(mode.flatten().map(|mode| (row.index, mode)));
                sums.push(sum);
            }
            (Data::Counts(counts), _) => counts.push(reader.count()),
            (Data::Texts(texts), FieldType::Name) => reader.name(texts),
            (Data::Texts(texts), FieldType::AgentName) => reader.agent(texts),
            (Data::Texts(texts), FieldType::Certificate) => reader.certificate(hint, texts),
            (Data::Texts(texts), FieldType::Phones) => reader.phones(texts),
            (Data::Texts(texts), FieldType::PolicyNo) => reader.policy_no(texts),
            (Data::Texts(texts), FieldType::ClientNo) => reader.client_no(texts),
            (Data::Texts(texts), FieldType::Text) => texts.push(&reader.written(text::tidy_sentence)),
            (Data::Texts(texts), _) => texts.push(&reader.written(text::tidy)),
            (Data::Words(words), _) => words.push(&reader.written(text::tidy)),
        }
    }

    /// Adds a blank row.
    pub fn push_blank(&mut self) {
        match &mut self.data {
            Data::Texts(texts) => texts.push(""),
            Data::Words(words) => words.push(""),
            Data::Dates(dates) => dates.push(None),
            Data::Moments(moments) => moments.push(None),
            Data::Money(sums) => sums.push(None),
            Data::Counts(counts) => counts.push(None),
        }
    }

    /// Puts the value of the row before into the last row.
    pub fn repeat_above(&mut self) {
        fn again<T: Clone>(values: &mut [T]) {
            if let [.., above, last] = values {
                *last = above.clone();
            }
        }
        match &mut self.data {
            Data::Texts(texts) => texts.repeat_above(),
            Data::Words(words) => again(&mut words.codes),
            Data::Dates(dates) => again(dates),
            Data::Moments(moments) => again(moments),
            Data::Money(sums) => again(sums),
            Data::Counts(counts) => again(counts),
        }
    }
}

/// One cell, and everything there is to say about it.
struct CellReader<'c, 'f> {
    cell: Cell<'c>,
    spot: Spot<'f>,
    findings: &'f mut Findings,
}

impl<'c> CellReader<'c, '_> {
    /// The cell as one of a column of dates.
    fn dated(&self) -> Cell<'c> {
        if self.findings.from_1904 { counted_from_1904(self.cell) } else { self.cell }
    }

    fn note(&mut self, code: Code, what: impl Display, outcome: Outcome) {
        let found = self.cell.to_text();
        self.findings.cell(self.spot, code, &found, what, outcome);
    }

    fn keep_original(&mut self) {
        self.findings.originals.keep(self.spot.row.index, self.spot.at, &self.cell.to_text());
    }

    /// Keeps the text if it is not simply what the value says.
    fn keep_unless(&mut self, plain: &str) {
        match self.cell {
            Cell::Text(text) if text != plain => self.keep_original(),
            Cell::Number(_) | Cell::Bool(_) if self.cell.to_text() != plain => self.keep_original(),
            _ => {}
        }
    }

    /// The same for a value that is shown only to be compared.
    fn keep_unless_shown(&mut self, value: &impl Display) {
        let shown = self.findings.shown(value);
        self.keep_unless(&shown);
        self.findings.scratch = shown;
    }

    /// The same where `text` is what of the cell counts.
    fn keep_unless_shown_as(&mut self, value: &impl Display, text: &str) {
        let shown = self.findings.shown(value);
        if shown != text {
            self.keep_original();
        }
        self.findings.scratch = shown;
    }

    /// The value, if it was understood; otherwise what is to be said is said, and the text kept.
    fn value<T, E: Display>(&mut self, code: Code, reading: Reading<T, E>) -> Option<T> {
        match reading {
            Reading::Good(value) => return Some(value),
            Reading::Blank if self.cell == Cell::Blank => {}
            Reading::Blank => self.keep_original(),
            Reading::Masked => {
                self.keep_original();
                self.note(Code::ValueMasked, "打了星号，看不到完整内容", Outcome::CellSetAside);
            }
            Reading::Bad(fault) => {
                self.keep_original();
                self.note(code, fault, Outcome::CellSetAside);
            }
        }
        None
    }

    fn date<T: Display, E: Display>(&mut self, reading: Reading<T, E>) -> Option<T> {
        let date = self.value(Code::DateBad, reading)?;
        self.keep_unless_shown(&date);
        Some(date)
    }

    /// A text or a word, tidied; what is tidied away is kept.
    fn written(&mut self, tidy: fn(&str) -> Cow<'_, str>) -> Cow<'c, str> {
        match self.cell {
            Cell::Blank => Cow::Borrowed(""),
            Cell::Text(text) => {
                let tidied = tidy(text);
                self.keep_unless(&tidied);
                tidied
            }
            Cell::Error(word) => {
                self.keep_original();
                if !text::is_placeholder(word) {
                    self.note(Code::CellUnreadable, "公式出错", Outcome::CellSetAside);
                }
                Cow::Borrowed("")
            }
            Cell::Serial(_) => match PartialDate::read(self.cell) {
                Reading::Good(day) => Cow::Owned(day.to_iso()),
                _ => Cow::Owned(self.cell.to_text()),
            },
            Cell::Number(_) if self.cell.lost_digits() => {
                self.keep_original();
                self.note(Code::CellUnreadable, "号码存成了数字，后几位已经丢失", Outcome::CellSetAside);
                Cow::Borrowed("")
            }
            Cell::Number(_) | Cell::Bool(_) => Cow::Owned(self.cell.to_text()),
        }
    }

    fn policy_no(&mut self, texts: &mut Texts) {
        if self.cell.lost_digits() {
            self.keep_original();
            self.note(Code::PolicyNoDamaged, "保单号存成了数字，后几位已经丢失", Outcome::RowSetAside);
            texts.push("");
            return;
        }
        let number = self.written(text::tidy);
        if number.contains(text::is_space) {
            self.keep_unless("");
            texts.push(&number.replace(text::is_space, ""));
        } else {
            texts.push(&number);
        }
    }

    /// A sum in the time its field is for, and how often it is due where the cell says that of a premium.
    fn money(&mut self, unit: Unit, field: Field) -> Option<(Money, Option<PayMode>)> {
        let amount = match Amount::read(self.cell, unit) {
            Reading::Bad(BadMoney::Range) => self.value(Code::MoneyRange, Reading::Bad(BadMoney::Range)),
            reading => self.value(Code::MoneyBad, reading),
        }?;
        let mut money = amount.money();
        let doubtful = if PREMIUMS.contains(&field) { DOUBTFUL_PREMIUM_FEN } else { DOUBTFUL_FEN };
        if unit == Unit::TenThousand && amount.unit().is_none() && money.fen().abs() >= doubtful {
            self.keep_original();
            let what = format_args!("这一列的单位是万元，照此是 {} 万元，多半写的是元", money.yuan() / 10_000);
            self.note(Code::MoneyBad, what, Outcome::CellSetAside);
            return None;
        }
        let how_often = amount.how_often();
        if let Some(mode) = how_often {
            match (field, mode.times_per_year()) {
                // 500/月 is 6000 a year.
                (Field::ANNUAL_PREMIUM | Field::ANNUAL_INCOME, Some(times)) => {
                    money = Money::from_fen(money.fen().saturating_mul(i64::from(times)));
                }
                (field, _) if PREMIUMS.contains(&field) => {}
                (field, Some(1)) if field != Field::SUM_ASSURED => {}
                _ => {
                    self.keep_original();
                    let what = format_args!("“{}”不是一个总额", amount.note().unwrap_or_default());
                    self.note(Code::MoneyBad, what, Outcome::CellSetAside);
                    return None;
                }
            }
        }
        match self.cell {
            Cell::Number(_) if unit == Unit::Yuan => {}
            // 1200.00 says no more than 1200.
            Cell::Text(text) => self.keep_unless_shown_as(&money, text.strip_suffix(".00").unwrap_or(text)),
            _ => self.keep_unless_shown(&money),
        }
        // The sum of a year says nothing about how often it is paid.
        let tells = match field {
            Field::ANNUAL_PREMIUM => how_often != Some(PayMode::Yearly),
            field => [Field::PREMIUM, Field::TOTAL_PREMIUM].contains(&field),
        };
        Some((money, how_often.filter(|_| tells)))
    }

    fn count(&mut self) -> Option<i64> {
        let text = match self.cell {
            Cell::Blank => return None,
            Cell::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => return Some(number as i64),
            Cell::Text(text) => text::tidy(text),
            Cell::Error(_) => {
                self.written(text::tidy);
                return None;
            }
            _ => Cow::Owned(self.cell.to_text()),
        };
        if text::is_placeholder(&text) {
            self.keep_original();
            return None;
        }
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        match digits.parse() {
            Ok(count) => {
                self.keep_unless(digits);
                Some(count)
            }
            Err(_) => {
                self.keep_original();
                self.note(Code::WordUnknown, "不是数字", Outcome::CellSetAside);
                None
            }
        }
    }

    fn name(&mut self, texts: &mut Texts) {
        let name = self.value(Code::NameBad, PersonName::read(self.cell));
        if let Some(name) = &name {
            self.keep_unless(name.as_str());
            if name.has_died() {
                let what = format_args!("写着“{}”，这里仍按在世的人算", name.note().unwrap_or_default());
                self.note(Code::PersonDied, what, Outcome::KeptAsIs);
            }
            if !name.is_full() {
                self.note(Code::NamePartial, "只有姓和称呼", Outcome::KeptAsIs);
            }
        }
        texts.push(name.as_ref().map_or("", PersonName::as_str));
    }

    /// Agents' names are read like clients', but a mask or an odd name is no trouble: it is kept as written.
    fn agent(&mut self, texts: &mut Texts) {
        match PersonName::read(self.cell) {
            Reading::Good(name) => {
                self.keep_unless(name.as_str());
                texts.push(name.as_str());
            }
            Reading::Blank => {
                self.keep_unless("");
                texts.push("");
            }
            Reading::Masked | Reading::Bad(_) => texts.push(&self.written(text::tidy)),
        }
    }

    fn certificate(&mut self, hint: Option<CertificateKind>, texts: &mut Texts) {
        let reading = Certificate::read(self.cell, hint);
        let code = match reading {
            Reading::Bad(BadIdCard::LostDigits) => Code::IdCardDamaged,
            _ => Code::IdCardBad,
        };
        match self.value(code, reading) {
            Some(certificate) => self.keep_unless(texts.push_shown(&certificate)),
            None => texts.push(""),
        }
    }

    fn phones(&mut self, texts: &mut Texts) {
        let Some(phones) = self.value(Code::PhoneBad, Phones::read(self.cell)) else {
            texts.push("");
            return;
        };
        self.keep_unless(texts.push_shown(&phones));
        if !phones.unread().is_empty() {
            self.note(Code::PhoneBad, format_args!("其中“{}”看不懂", phones.unread().join("、")), Outcome::KeptAsIs);
        }
    }

    /// A card number in normal form; a core system's number as it is, for the column to be recognised (T9).
    fn client_no(&mut self, texts: &mut Texts) {
        match ClientNo::read(self.cell) {
            Reading::Good(number) => self.keep_unless(texts.push_shown(&number)),
            Reading::Bad(BadClientNo::CoreSystemNo) => texts.push(&self.written(text::tidy)),
            reading => {
                self.value(Code::NumberBad, reading);
                texts.push("");
            }
        }
    }
}
