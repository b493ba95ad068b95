//! 家庭成员: several persons packed into one cell.
//!
//! Shapes seen in office lists, all read by one scanner from left to right:
//! - `姓名|关系|身份证|电话|备注；…`
//! - `妻:夏玉梅、父钱元洛(1932)、母:王改64岁`
//! - `配偶 李娜 138…；长子 王小明 2015年生`, also one a line
//! - `妻子：李娜（1985-03-02）；女儿：王一诺，10岁`
//! - `李娜(妻)、王小明 子 10岁`: the name first
//! - `夫妻二人`, `三代同堂`, `已婚，有一子`: about the family, and nobody in particular
//! - `老公在国企`, `儿子 待业`, `丈夫姓李`: remarks on somebody whose name is not said. A name begins with a surname that
//!   we know, unless 姓名 stands before it
//!
//! A relative needs a relation and at least one thing to know them by. Whatever does not make one stays, word
//! for word, in [`FamilyCell::leftover`]: nobody is invented, nothing is dropped.

use super::count::count_at;
use super::relation::Relation;
use super::surname::Surnames;
use super::text;
use super::word::words;
use crate::templates::values::Values;

/// What a cell of family members says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FamilyCell {
    /// The persons, in the order of the cell.
    pub relatives: Vec<Relative>,
    /// What was not understood, word for word; several pieces are joined by `；`.
    pub leftover: Option<String>,
}

/// One person of the cell. Texts are as written, for the parsers of names, ID cards, phones and dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relative {
    /// What the person is to the one whose row it is.
    pub relation: Relation,
    /// 姓名.
    pub name: Option<String>,
    /// 证件号码; may be masked.
    pub id_text: Option<String>,
    /// 电话; several are joined by `、`.
    pub phone_text: Option<String>,
    /// A date or a year: `1985-03-02`, `1932`, `2015年`.
    pub birth_text: Option<String>,
    /// 年龄, at the time of the list.
    pub age: Option<u32>,
    /// Whatever else was said about the person.
    pub note: Option<String>,
}

words! {
    /// What stands before a fact: 姓名：李娜.
    pub enum FamilyLabel of FamilyLabel {
        /// A name follows.
        Name = "姓名",
        /// A relation follows.
        Relation = "关系",
        /// An ID follows.
        Id = "证件",
        /// A phone number follows.
        Phone = "电话",
        /// A date follows or has gone before.
        Birth = "出生",
        /// An age follows.
        Age = "年龄",
        /// A remark follows.
        Note = "备注",
    }
}

impl FamilyCell {
    /// Reads one cell.
    pub fn read(cell_text: &str, values: &Values, surnames: &Surnames) -> FamilyCell {
        let tidied = text::tidy(cell_text);
        if text::is_placeholder(&tidied) {
            return FamilyCell::default();
        }
        let read = match tidied.contains('|') {
            true => packed(&tidied, values),
            false => Scanner::new(&tidied, values, surnames).read(),
        };
        if read.relatives.is_empty() {
            // About nobody in particular: as it was, with its own punctuation.
            return FamilyCell { leftover: Some(cell_text.trim_matches(text::is_space).to_string()), ..read };
        }
        read
    }
}

/// `姓名|关系|身份证|电话|备注；…`: the fields are told by what is in them, so their order does not matter.
fn packed(cell_text: &str, values: &Values) -> FamilyCell {
    let (mut relatives, mut leftover) = (Vec::new(), Vec::new());
    for record in cell_text.split([';', '；', '\n']).map(str::trim).filter(|record| !record.is_empty()) {
        let fields: Vec<&str> = record.split('|').map(str::trim).collect();
        if fields.iter().all(|field| values.family_label.get(field).is_some()) {
            continue;
        }
        match packed_record(&fields, values) {
            Some(relative) => relatives.push(relative),
            None => leftover.push(record),
        }
    }
    FamilyCell { relatives, leftover: (!leftover.is_empty()).then(|| leftover.join("；")) }
}

fn packed_record(fields: &[&str], values: &Values) -> Option<Relative> {
    let is_relation = |index: &usize| values.relation.get(fields[*index]).is_some();
    // 女 is a relation only where no other field is one: 李娜|女|配偶. The relation is the second field as a rule,
    // and a name may be a relation word too.
    let is_plain = |index: &usize| is_relation(index) && values.gender.get(fields[*index]).is_none();
    let order = || [1].into_iter().chain(0..fields.len()).filter(|index| *index < fields.len());
    let relation_at = order().find(is_plain).or_else(|| order().find(is_relation))?;
    let mut member = Member { relation: values.relation.get(fields[relation_at]).copied(), ..Member::at(0) };
    for (index, field) in fields.iter().copied().enumerate() {
        if index == relation_at || text::is_placeholder(field) {
            continue;
        }
        match fact_at(field) {
            Some((fact, length)) if length == field.len() => member.add(fact),
            _ if member.name.is_none() && index < 2 && !is_about_family(field, values) => member.name = Some(field),
            _ => member.notes.push(field),
        }
    }
    member.into_relative()
}

/// A person being read. Holds slices of the cell.
struct Member<'a> {
    relation: Option<Relation>,
    name: Option<&'a str>,
    id: Option<&'a str>,
    phones: Vec<&'a str>,
    birth: Option<&'a str>,
    age: Option<u32>,
    notes: Vec<&'a str>,
    /// Where in the cell it stands.
    start: usize,
    end: usize,
    /// The name came before the relation.
    name_first: bool,
}

impl<'a> Member<'a> {
    fn at(start: usize) -> Self {
        Member {
            relation: None,
            name: None,
            id: None,
            phones: Vec::new(),
            birth: None,
            age: None,
            notes: Vec::new(),
            start,
            end: start,
            name_first: false,
        }
    }

    fn add(&mut self, fact: Fact<'a>) {
        let spare = match fact {
            Fact::Id(id) => self.id.replace(id),
            Fact::Birth(birth) => self.birth.replace(birth),
            Fact::Age(age, text) => self.age.replace(age).map(|_| text),
            Fact::Phone(phone) => {
                self.phones.push(phone);
                None
            }
        };
        self.notes.extend(spare);
    }

    fn has_facts(&self) -> bool {
        self.name.is_some() || self.id.is_some() || !self.phones.is_empty() || self.birth.is_some() || self.age.is_some()
    }

    fn into_relative(self) -> Option<Relative> {
        if !self.has_facts() {
            return None;
        }
        let joined = |texts: &[&str]| (!texts.is_empty()).then(|| texts.join("、"));
        Some(Relative {
            relation: self.relation?,
            name: self.name.map(str::to_string),
            id_text: self.id.map(str::to_string),
            phone_text: joined(&self.phones),
            birth_text: self.birth.map(str::to_string),
            age: self.age,
            note: joined(&self.notes),
        })
    }
}

/// How far apart two things stand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    /// Directly.
    None,
    /// A space, a comma, a colon.
    Soft,
    /// 、 or /: the next of a list.
    List,
    /// A new line.
    Line,
    /// ； or 。: another person.
    Hard,
}

fn gap_of(c: char) -> Option<Gap> {
    match c {
        ';' | '；' | '。' | '①'..='⑳' => Some(Gap::Hard),
        '\n' => Some(Gap::Line),
        '、' | '/' | '+' | '&' => Some(Gap::List),
        ' ' | '\t' | '\r' | ',' | '，' | ':' | '-' | '—' | '=' | '.' | ')' | ']' | '】' => Some(Gap::Soft),
        _ => None,
    }
}

/// Reads a cell from left to right. Every byte ends in a relative, in the leftover, or was a gap.
struct Scanner<'a, 'v> {
    cell: &'a str,
    values: &'v Values,
    surnames: &'v Surnames,
    at: usize,
    member: Option<Member<'a>>,
    /// How many entries have been numbered in brackets so far.
    entries: u32,
    /// The label 姓名 stands just before.
    name_announced: bool,
    relatives: Vec<Relative>,
    /// Pieces nobody understood, as places in the cell.
    leftover: Vec<(usize, usize)>,
}

impl<'a, 'v> Scanner<'a, 'v> {
    fn new(cell: &'a str, values: &'v Values, surnames: &'v Surnames) -> Self {
        Scanner {
            cell,
            values,
            surnames,
            at: 0,
            member: None,
            entries: 0,
            name_announced: false,
            relatives: Vec::new(),
            leftover: Vec::new(),
        }
    }

    fn read(mut self) -> FamilyCell {
        loop {
            let gap = self.skip_gap();
            self.part_at(gap);
            let rest = &self.cell[self.at..];
            let Some(first) = rest.chars().next() else { break };
            if first == '(' || first == '[' || first == '【' {
                self.read_bracket(rest, gap);
            } else if let Some(length) = self.list_number(rest, gap) {
                self.finish();
                self.at += length;
            } else if let Some((fact, length)) = fact_at(rest) {
                self.read_fact(fact, length);
            } else if is_name_char(first) {
                self.read_run(gap);
            } else if first.is_ascii_alphabetic() {
                self.read_latin(rest);
            } else {
                let ends = |c: char| c == '(' || (gap_of(c).is_some() && !matches!(c, '.' | '-'));
                let length = rest.find(ends).unwrap_or(rest.len());
                self.read_text(length.max(first.len_utf8()));
            }
        }
        self.finish();
        FamilyCell { leftover: self.leftover_text(), relatives: self.relatives }
    }

    /// The number of a list entry: `1.` and `2)` behind any gap, `3、` only at the start of a line or record,
    /// for elsewhere it may be an age.
    fn list_number(&self, rest: &str, gap: Gap) -> Option<usize> {
        let length = list_number_at(rest)?;
        let at_start = gap >= Gap::Line || self.at == 0;
        (at_start || (gap != Gap::None && !rest[..length].ends_with('、'))).then_some(length)
    }

    /// Skips what stands between two things and says how far it parts them.
    fn skip_gap(&mut self) -> Gap {
        let mut widest = Gap::None;
        while let Some(c) = self.cell[self.at..].chars().next() {
            let Some(gap) = gap_of(c) else { break };
            widest = widest.max(gap);
            self.at += c.len_utf8();
        }
        widest
    }

    /// Ends the current person where the gap says so. A line break before a number, or after a lone relation or
    /// name, does not: cells with every fact on a line of its own exist.
    fn part_at(&mut self, gap: Gap) {
        let waits = self.member.as_ref().is_some_and(|member| !member.has_facts() || member.relation.is_none());
        let rest = &self.cell[self.at..];
        let is_fact = fact_at(rest).is_some() && list_number_at(rest).is_none();
        // `；电话：138…` is about the same person.
        let label = self.label_at(&rest[..run_length(rest)]).map(|(label, _)| label);
        let is_labelled = label.is_some_and(|label| !matches!(label, FamilyLabel::Name | FamilyLabel::Relation));
        if !is_labelled && (gap == Gap::Hard || (gap == Gap::Line && !waits && !is_fact)) {
            self.finish();
        }
    }

    /// Puts the current person away: with the relatives, or what there is of them with the leftover.
    fn finish(&mut self) {
        if let Some(member) = self.member.take() {
            let place = (member.start, member.end);
            match member.into_relative() {
                Some(relative) => self.relatives.push(relative),
                None => self.leftover.push(place),
            }
        }
    }

    /// Starts another person here.
    fn start_member(&mut self, relation: Option<Relation>) -> &mut Member<'a> {
        self.finish();
        self.member.insert(Member { relation, ..Member::at(self.at) })
    }

    /// Moves on, past something that belongs to the current person.
    fn advance(&mut self, length: usize) {
        self.at += length;
        if let Some(member) = &mut self.member {
            member.end = self.at;
        }
    }

    fn read_fact(&mut self, fact: Fact<'a>, length: usize) {
        match &mut self.member {
            Some(member) => member.add(fact),
            None => self.leftover.push((self.at, self.at + length)),
        }
        self.advance(length);
    }

    /// Text that is no fact: a remark on the current person, or left over.
    fn read_text(&mut self, length: usize) {
        match &mut self.member {
            Some(member) => member.notes.push(&self.cell[self.at..self.at + length]),
            None => self.leftover.push((self.at, self.at + length)),
        }
        self.advance(length);
    }

    /// `KIM MIN SU`: a name in Latin letters, with its spaces.
    fn read_latin(&mut self, rest: &'a str) {
        let is_part = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '.' | '-' | '·' | '\'');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let name = rest[..length].trim_end_matches([' ', '.', '-']);
        match &mut self.member {
            Some(member) if member.name.is_none() && member.relation.is_some() => {
                member.name = Some(name);
                self.advance(name.len());
            }
            _ => self.read_text(name.len()),
        }
    }

    /// A run of Chinese characters: a label, a relation, a name, a relation and a name, or text.
    fn read_run(&mut self, gap: Gap) {
        let rest = &self.cell[self.at..];
        let run = &rest[..run_length(rest)];
        if let Some((label, length)) = self.label_at(run) {
            self.name_announced = label == FamilyLabel::Name;
            return self.advance(length);
        }
        let name_announced = std::mem::take(&mut self.name_announced);
        // `李娜电话138…`: the label belongs to what follows.
        let run = self.without_label_behind(run);
        if self.is_sex(run, gap) {
            return self.read_text(run.len());
        }
        if let Some(relation) = self.counted_relation(run) {
            self.start_member(Some(relation));
            return self.advance(run.len());
        }
        // `姓名：子涵`: a name, though it begins like a relation.
        let named = name_announced && self.may_be_name(run);
        let Some((relation, length)) = self.relation_at(run).filter(|_| !named) else {
            return self.read_name_or_text(run, gap, name_announced);
        };
        let waits_for_name = self.member.as_ref().is_some_and(|member| {
            member.relation.is_some() && member.name.is_none() && member.notes.is_empty() && gap != Gap::List
        });
        let begins_with_one_character = run[..length].chars().count() == 1;
        if waits_for_name && begins_with_one_character && length < run.len() && self.is_name(run) {
            // `女儿：子涵`: behind a relation stands a name, even if it begins like another relation.
            return self.take_name(run);
        }
        let waits_for_relation = self.member.as_ref().is_some_and(|member| member.relation.is_none());
        if length == run.len() && waits_for_relation {
            if let Some(member) = &mut self.member {
                member.relation = Some(relation);
            }
            return self.advance(length);
        }
        self.start_member(Some(relation));
        self.advance(length);
        let behind = &run[length..];
        if behind.is_empty() {
            // `子女1：王小明`
            let digits = self.cell[self.at..].bytes().take_while(u8::is_ascii_digit).count();
            if (1..=2).contains(&digits) && self.cell[self.at + digits..].starts_with(':') {
                self.advance(digits);
            }
        } else if let Some((fact, _)) = fact_at(behind).filter(|(_, length)| *length == behind.len()) {
            self.read_fact(fact, behind.len());
        } else if self.is_name(behind) {
            self.take_name(behind);
        } else {
            self.read_text(behind.len());
        }
    }

    fn take_name(&mut self, name: &'a str) {
        if let Some(member) = &mut self.member {
            member.name = Some(name);
        }
        self.advance(name.len());
    }

    /// Whether 女 says a person's sex and not another person: behind a name, with neither a colon nor a name to
    /// follow (`配偶：李娜，女，1985-03-02`), and not behind somebody who is a man.
    fn is_sex(&self, run: &str, gap: Gap) -> bool {
        let Some(sex) = self.values.gender.get_key(run).filter(|_| run.chars().count() == 1) else { return false };
        let fits = |relation: Relation| relation.sex().is_none_or(|told| told == *sex);
        let behind = self.cell[self.at + run.len()..].trim_start_matches([' ', ',']);
        gap <= Gap::Soft
            && self.member.as_ref().is_some_and(|member| member.name.is_some() && member.relation.is_none_or(fits))
            && !behind.starts_with(':')
            && !self.is_name(&behind[..run_length(behind)])
    }

    /// `两个孩子：王小明、王小红`
    fn counted_relation(&self, run: &str) -> Option<Relation> {
        let counted = run.trim_start_matches(['有', '育', '一', '两', '二', '三', '四', '个', '名']);
        let named = counted.len() < run.len() && self.cell[self.at + run.len()..].starts_with(':');
        self.values.relation.get_key(counted).copied().filter(|_| named)
    }

    /// A run that does not begin with a relation.
    fn read_name_or_text(&mut self, run: &'a str, gap: Gap, name_announced: bool) {
        let is_name = if name_announced { self.may_be_name(run) } else { self.is_name(run) };
        let relation_follows = self.relation_follows(&self.cell[self.at + run.len()..]);
        match &self.member {
            Some(member) if is_name && member.relation.is_some() && member.name.is_none() && member.notes.is_empty() => {
                self.take_name(run);
            }
            // `女：王一诺、王二诺`: the list goes on.
            Some(member)
                if is_name
                    && gap == Gap::List
                    && !member.name_first
                    && member.name.is_some()
                    && member.notes.is_empty()
                    && !relation_follows =>
            {
                let relation = member.relation;
                self.start_member(relation);
                self.take_name(run);
            }
            _ if is_name && (relation_follows || name_announced) => {
                self.start_member(None).name_first = true;
                self.take_name(run);
            }
            Some(member) if gap <= Gap::Soft && member.relation.is_some() => self.read_text(run.len()),
            _ => {
                self.finish();
                self.read_text(run.len());
            }
        }
    }

    /// Whether what follows a name is its relation and nothing more: `(妻)`, ` 妻 `, `-妻子`.
    fn relation_follows(&self, behind: &str) -> bool {
        let near = behind.trim_start_matches([' ', '(', '-', ':', '[', '—', ',', '/']);
        let (run, next) = near.split_at(run_length(near));
        // `王芳，子：王小明`: the relation belongs to the next name.
        let leads_on = next.trim_start().starts_with(':');
        near.len() < behind.len() && !leads_on && self.values.relation.get_key(run).is_some()
    }

    /// `（1985-03-02）`, `（妻，138…）`, `（独子）`: facts, the relation, the name, or a remark on the person.
    fn read_bracket(&mut self, rest: &'a str, gap: Gap) {
        let inside_start = rest.chars().next().map_or(0, char::len_utf8);
        let Some(inside_length) = rest[inside_start..].find([')', ']', '】']) else {
            // Never closed: what follows is read as if it had not been opened.
            self.at += inside_start;
            return;
        };
        let inside = &rest[inside_start..inside_start + inside_length];
        let closing = rest[inside_start + inside_length..].chars().next().map_or(0, char::len_utf8);
        let length = inside_start + inside_length + closing;
        // `(1)` at the start or behind a gap, then `(2)` wherever it stands; any other number belongs to somebody.
        let counts_on = inside.parse() == Ok(self.entries + 1);
        if counts_on && (self.entries > 0 || self.at == 0 || gap != Gap::None) {
            self.finish();
            self.entries += 1;
            self.at += length;
            return;
        }
        if self.member.is_none() {
            self.leftover.push((self.at, self.at + length));
            self.at += length;
            return;
        }
        let is_gap = |c: char| matches!(c, ',' | '，' | '、' | ';' | ' ' | ':');
        let mut left = inside.trim_start_matches(is_gap);
        while !left.is_empty() {
            let ends_well = |length: usize| left[length..].chars().next().is_none_or(is_gap);
            // A telephone number may have spaces in it.
            let fact = fact_at(left).map(|(_, length)| length).filter(|length| ends_well(*length));
            let (piece, rest) = left.split_at(fact.or_else(|| left.find(is_gap)).unwrap_or(left.len()));
            self.read_bracketed(piece);
            left = rest.trim_start_matches(is_gap);
        }
        self.advance(length);
    }

    fn read_bracketed(&mut self, piece: &'a str) {
        let piece = &piece[self.label_at(piece).map_or(0, |(_, length)| length)..];
        let is_name = self.is_name(piece);
        let is_sex = self.values.gender.get_key(piece).is_some();
        let relation = self.values.relation.get_key(piece).copied();
        let Some(member) = &mut self.member else { return };
        if piece.is_empty() {
            return;
        }
        match (fact_at(piece), relation) {
            (Some((fact, length)), _) if length == piece.len() => member.add(fact),
            // 李娜(女) is a woman, and not therefore a daughter.
            (_, Some(relation)) if member.relation.is_none() && !is_sex => member.relation = Some(relation),
            (_, Some(relation)) if member.relation.is_some_and(|known| known.group() == relation.group()) => {
                // 子女(独子) says it more exactly.
                let known = member.relation.take().unwrap_or(relation);
                member.relation = Some(if known.sex().is_none() { relation } else { known });
            }
            _ if is_name && member.name.is_none() => member.name = Some(piece),
            _ => member.notes.push(piece),
        }
    }

    /// The relation a run begins with. One that is a surname too (孙) only where no name can follow.
    fn relation_at(&self, run: &str) -> Option<(Relation, usize)> {
        let (relation, length) = self.values.relation.longest_prefix(run)?;
        let is_surname = self.values.also_surnames.iter().any(|surname| *surname == run[..length]);
        (!is_surname || length == run.len()).then_some((*relation, length))
    }

    /// A label the run begins with: the whole run, or 姓名 and 关系 before what they name.
    fn label_at(&self, run: &str) -> Option<(FamilyLabel, usize)> {
        let (label, length) = self.values.family_label.longest_prefix(run)?;
        let may_lead = matches!(label, FamilyLabel::Name | FamilyLabel::Relation);
        (length == run.len() || may_lead).then_some((*label, length))
    }

    fn without_label_behind(&self, run: &'a str) -> &'a str {
        let starts = run.char_indices().skip(1).map(|(start, _)| start);
        let mut whole_labels = starts.filter(|start| self.values.family_label.get_key(&run[*start..]).is_some());
        // A label of one character (生) is too little to cut a name by.
        whole_labels.find(|start| run[*start..].chars().count() > 1).map_or(run, |start| &run[..start])
    }

    /// Whether a run is somebody's name: it can be one, and begins with a surname. Names of minorities, with a dot, have
    /// none; nor have nicknames (乐乐) and names of which part is masked.
    fn is_name(&self, run: &str) -> bool {
        let mut characters = run.chars();
        let is_doubled = run.chars().count() == 2 && characters.next() == characters.next();
        self.may_be_name(run)
            && (is_doubled || run.contains(is_dot) || run.contains('*') || self.surnames.begins_with_one(run))
    }

    /// Whether a run can be somebody's name: two to four characters, or with a dot more, and not one of the
    /// things that are said about families instead (健在, 上学, 一子).
    fn may_be_name(&self, run: &str) -> bool {
        let length = run.chars().count();
        let shaped = (2..=4).contains(&length) || (run.contains(is_dot) && length <= 20);
        if !shaped || !run.chars().all(|c| is_name_char(c) || c == '*') || run.starts_with('*') || text::is_placeholder(run)
        {
            return false;
        }
        let about_family = is_about_family(run, self.values)
            || self.values.marital.get_key(run).is_some()
            || self.values.relation.get_key(run).is_some();
        // 和女儿, 有子
        let counted = run.trim_start_matches(['和', '与', '及', '有', '一', '两', '二', '三', '个']);
        !about_family && (counted.len() == run.len() || self.values.relation.get_key(counted).is_none())
    }

    /// The pieces nobody understood; neighbours with only a comma between are one piece.
    fn leftover_text(&self) -> Option<String> {
        let mut pieces: Vec<(usize, usize)> = Vec::new();
        for (start, end) in self.leftover.iter().copied() {
            match pieces.last_mut() {
                Some((_, last_end)) if self.cell[*last_end..start].chars().all(|c| gap_of(c).is_some()) => *last_end = end,
                _ => pieces.push((start, end)),
            }
        }
        let texts: Vec<&str> = pieces.into_iter().map(|(start, end)| &self.cell[start..end]).collect();
        (!texts.is_empty()).then(|| texts.join("；"))
    }
}

/// Whether a run holds a word that is said about families. Not so 高中航: a surname, and one character more than
/// the word, which does not belong to the word either (高中生).
fn is_about_family(run: &str, values: &Values) -> bool {
    let one_more = |rest: &str| rest.chars().count() == 1 && !"生了后前时中班部的".contains(rest);
    let begins_like_name = |length: usize| {
        run.chars().count() == 3
            && one_more(&run[length..])
            && values.also_surnames.iter().any(|surname| run.starts_with(surname.as_str()))
    };
    run.char_indices().any(|(start, _)| {
        let word = values.not_in_names.longest_prefix(&run[start..]);
        word.is_some_and(|(_, length)| start > 0 || !begins_like_name(length))
    })
}

fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '∙' | '・' | '･' | '●' | '．')
}

/// Characters names are made of: Chinese ones, also rare and private ones, dots between the parts of a minority
/// name, and stars where part of a name is masked.
fn is_name_char(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '\u{e000}'..='\u{f8ff}' | '\u{f900}'..='\u{faff}' | '〇')
        || is_dot(c)
}

/// Bytes of the run of name characters at the start of a text. A star belongs to it only behind a character:
/// `王*`, `张**`.
fn run_length(text: &str) -> usize {
    let end = text.find(|c| !is_name_char(c) && c != '*').unwrap_or(text.len());
    if text.starts_with('*') { 0 } else { end }
}

/// `1.`, `2、`: the number of a list entry, before a Chinese character.
fn list_number_at(rest: &str) -> Option<usize> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let behind = rest.get(digits..)?.strip_prefix(['.', '、', ')'])?;
    let before_text = behind.trim_start().starts_with(is_name_char);
    ((1..=2).contains(&digits) && before_text).then(|| rest.len() - behind.len())
}

/// Something that can be known by its shape.
enum Fact<'a> {
    Id(&'a str),
    Phone(&'a str),
    Birth(&'a str),
    /// The age, and how it was written.
    Age(u32, &'a str),
}

/// The fact at the start of a text, and its bytes.
fn fact_at(rest: &str) -> Option<(Fact<'_>, usize)> {
    let first = rest.chars().next()?;
    if !(first.is_ascii_digit() || first == '+' || "一二三四五六七八九十两".contains(first)) {
        return None;
    }
    let id = id_length(rest).map(|length| (Fact::Id(&rest[..length]), length));
    let phone = || phone_length(rest).map(|length| (Fact::Phone(&rest[..length]), length));
    id.or_else(phone).or_else(|| age_at(rest)).or_else(|| birth_at(rest))
}

/// 18 or 15 places of digits and stars, the last of 18 maybe an X.
fn id_length(rest: &str) -> Option<usize> {
    let places = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'*').count();
    let ends_in_x = matches!(rest.as_bytes().get(places), Some(b'X' | b'x'));
    match places {
        17 if ends_in_x => Some(18),
        15 | 18 if !ends_in_x => Some(places),
        _ => None,
    }
}

/// `13800138000`, `138 0013 8000`, `138****1234`, `0571-88888888`, with or without +86.
fn phone_length(rest: &str) -> Option<usize> {
    let number = ["+86-", "+86 ", "+86", "86-"].iter().find_map(|country| rest.strip_prefix(country)).unwrap_or(rest);
    let lead = rest.len() - number.len();
    let bytes = number.as_bytes();
    let is_place = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'*');
    let ends = |at: usize| (!is_place(at)).then_some(lead + at);
    match bytes {
        [b'1', b'3'..=b'9', ..] => {
            let gap = bytes.get(3).copied().filter(|byte| matches!(byte, b' ' | b'-'));
            let parted = gap.is_some() && bytes.get(8).copied() == gap;
            let places: Vec<usize> = if parted { (0..3).chain(4..8).chain(9..13).collect() } else { (0..11).collect() };
            let last = *places.last()?;
            places.into_iter().all(is_place).then(|| ends(last + 1))?
        }
        [b'0', ..] => {
            let area = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let dash = usize::from(matches!(area, 3 | 4) && bytes.get(area) == Some(&b'-'));
            let local = bytes[(area + dash).min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let whole = if dash == 1 { matches!(local, 7 | 8) } else { matches!(area, 10..=12) };
            whole.then_some(lead + area + dash + if dash == 1 { local } else { 0 })
        }
        _ => None,
    }
}

/// `36岁`, `10周岁`, `十岁`.
fn age_at(rest: &str) -> Option<(Fact<'_>, usize)> {
    let (age, digits) = count_at(rest)?;
    let behind = &rest[digits..];
    let unit = ["周岁", "岁半", "岁"].iter().find(|unit| behind.starts_with(**unit))?;
    let length = digits + unit.len();
    (age <= 120).then(|| (Fact::Age(age, &rest[..length]), length))
}

/// `1985-03-02`, `1985.3`, `1985年3月2日`, `19850302`, `1932`, `85年生`, `3月2日`, with 生 or 出生 behind it or nothing:
/// `2025年高考` is nobody's birth.
fn birth_at(rest: &str) -> Option<(Fact<'_>, usize)> {
    let date = date_length(rest)?;
    let behind = &rest[date..];
    let born = ["出生", "生人", "生日", "生"].iter().find(|word| behind.starts_with(**word));
    let is_short_year = date == 2 + "年".len() && rest[2..].starts_with('年');
    if born.is_none() && (is_short_year || behind.starts_with(is_name_char)) {
        return None;
    }
    Some((Fact::Birth(&rest[..date]), date + born.map_or(0, |word| word.len())))
}

fn date_length(rest: &str) -> Option<usize> {
    let number = |at: usize, most: usize| {
        let digits = rest.as_bytes().get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (1..=most).contains(&digits).then_some(digits)
    };
    let sign = |at: usize, signs: &[&str]| signs.iter().find(|sign| rest[at..].starts_with(**sign)).map(|sign| sign.len());
    let first = number(0, 8)?;
    let is_year = first == 4 && (rest.starts_with("19") || rest.starts_with("20"));
    if first == 8 && (rest.starts_with("19") || rest.starts_with("20")) {
        return Some(8);
    }
    if first <= 2 && rest[first..].starts_with('月') {
        let day = first + "月".len();
        let digits = number(day, 2)?;
        return Some(day + digits + sign(day + digits, &["日", "号"])?);
    }
    if first == 2 && rest[first..].starts_with('年') {
        return Some(first + "年".len());
    }
    if !is_year {
        return None;
    }
    let Some(year_sign) = sign(4, &["年", "-", ".", "/"]) else { return Some(4) };
    let month = 4 + year_sign;
    let Some(month_digits) = number(month, 2) else {
        return Some(if rest[4..].starts_with('年') { month } else { 4 });
    };
    let month_end = month + month_digits;
    let Some(month_sign) = sign(month_end, &["月", "-", ".", "/"]) else { return Some(month_end) };
    let day = month_end + month_sign;
    let Some(day_digits) = number(day, 2) else {
        return Some(if rest[month_end..].starts_with('月') { day } else { month_end });
    };
    let day_end = day + day_digits;
    Some(day_end + sign(day_end, &["日", "号"]).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::values::builtin_values;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    fn read(cell: &str) -> FamilyCell {
        static SURNAMES: LazyLock<Surnames> = LazyLock::new(Surnames::built_in);
        FamilyCell::read(cell, builtin_values(), &SURNAMES)
    }

    /// Relatives as `关系 姓名 证件 电话 出生 年龄 备注`, a missing one as `-`; then the leftover.
    fn told(cell: &str) -> String {
        let FamilyCell { relatives, leftover } = read(cell);
        let or_dash = |text: &Option<String>| text.clone().unwrap_or("-".to_string());
        let mut lines: Vec<String> = relatives
            .iter()
            .map(|relative| {
                let age = relative.age.map(|age| age.to_string());
                let facts =
                    [&relative.name, &relative.id_text, &relative.phone_text, &relative.birth_text, &age, &relative.note];
                let facts: Vec<String> = facts.into_iter().map(or_dash).collect();
                let line = format!("{} {}", relative.relation, facts.join(" "));
                line.trim_end_matches(" -").to_string()
            })
            .collect();
        lines.extend(leftover.map(|leftover| format!("? {leftover}")));
        lines.join(" | ")
    }

    #[track_caller]
    fn case(cell: &str, want: &str) {
        assert_eq!(told(cell), want, "{cell:?}");
    }

    /// Text about the family and nobody in particular: kept whole.
    #[track_caller]
    fn about_nobody(cell: &str) {
        case(cell, &format!("? {cell}"));
    }

    #[test]
    fn relation_and_name() {
        case("妻:夏玉梅、父钱元洛(1932)、母:王改64岁", "妻子 夏玉梅 | 父亲 钱元洛 - - 1932 | 母亲 王改 - - - 64");
        case("妻于金华 女张冬", "妻子 于金华 | 女儿 张冬");
        case("妻子：李娜（1985-03-02）；女儿：王一诺，10岁", "妻子 李娜 - - 1985-03-02 | 女儿 王一诺 - - - 10");
        case("配偶 李娜 13800138000；长子 王小明 2015年生", "配偶 李娜 - 13800138000 | 儿子 王小明 - - 2015年");
        case("配偶李娜\n儿子王小明", "配偶 李娜 | 儿子 王小明");
        case("配偶\n李娜\n138 0013 8000\n长子\n王小明", "配偶 李娜 - 138 0013 8000 | 儿子 王小明");
        case("妻孙福佳44岁、子孙红东19岁", "妻子 孙福佳 - - - 44 | 儿子 孙红东 - - - 19");
        case("妻:孙立美 女:陈欣梦", "妻子 孙立美 | 女儿 陈欣梦");
        case("子高中航、女:成家华(1952)", "儿子 高中航 | 女儿 成家华 - - 1952");
        case("家人刘权辉、家人:刘智厚", "家人 刘权辉 | 家人 刘智厚");
    }

    #[test]
    fn names_of_every_kind() {
        case("妻:阿卜杜拉·买买提", "妻子 阿卜杜拉·买买提");
        case("妻KIM MIN SU74岁", "妻子 KIM MIN SU - - - 74");
        case("妻:欧阳丽曦36岁 子王海仁(2005)", "妻子 欧阳丽曦 - - - 36 | 儿子 王海仁 - - 2005");
        case("妻:王*、子:李**", "妻子 王* | 儿子 李**");
        case("子:𬍛𬍛", "儿子 𬍛𬍛");
    }

    #[test]
    fn a_sex_is_no_daughter() {
        case("配偶:李娜,女,1985-03-02,护士", "配偶 李娜 - - 1985-03-02 - 女、护士");
        case("妻：李娜 女 40岁；子：王小明 男 12岁", "妻子 李娜 - - - 40 女 | 儿子 王小明 - - - 12 男");
        case("妻于金华 女 张冬", "妻子 于金华 | 女儿 张冬");
        case("夫：王伟 女：王一诺", "丈夫 王伟 | 女儿 王一诺");
        case("夫：王伟 女 10岁", "丈夫 王伟 | 女儿 - - - - 10");
        case("李娜 女 妻子", "妻子 李娜 - - - - 女");
        case("李娜|女|配偶", "配偶 李娜 - - - - 女");
        case("王一诺|女|2015年", "女儿 王一诺 - - 2015年");
        about_nobody("李娜（女）、王小明（男）");
    }

    #[test]
    fn facts_known_by_their_shape() {
        case(
            "妻 李娜 11019819850302002X 138****1234 0571-88888888",
            "妻子 李娜 11019819850302002X 138****1234、0571-88888888",
        );
        case("妻 李娜 110198198503020023", "妻子 李娜 110198198503020023");
        case("子：王小明，生日：3月2日，身份证1101**********0026", "儿子 王小明 1101**********0026 - 3月2日");
        case("女：王一诺 85年生", "女儿 王一诺 - - 85年");
        case("女：王一诺（1985/03/02，教师）", "女儿 王一诺 - - 1985/03/02 - 教师");
        case("妻李娜电话13800138000", "妻子 李娜 - 13800138000");
        case("妻子：李娜；电话：13800138000；儿子：王小明", "妻子 李娜 - 13800138000 | 儿子 王小明");
        case("妻子李娜（1985年3月2日，教师，138 0013 8000）", "妻子 李娜 - 138 0013 8000 1985年3月2日 - 教师");
        case("爱人：李娜 生日3.8", "配偶 李娜 - - - - 3.8");
        case("姓名：李娜 关系：配偶 电话：13800138000", "配偶 李娜 - 13800138000");
    }

    #[test]
    fn the_name_first() {
        case("李娜(妻)、王小明(子，10岁)", "妻子 李娜 | 儿子 王小明 - - - 10");
        case("李娜 妻 1985-03-02；王小明 子 2015", "妻子 李娜 - - 1985-03-02 | 儿子 王小明 - - 2015");
        case("李娜 妻 王小明 子", "妻子 李娜 | 儿子 王小明");
        case("李娜-妻子", "妻子 李娜");
        case("李娜，妻子，1985年；王小明，儿子，2010年", "妻子 李娜 - - 1985年 | 儿子 王小明 - - 2010年");
        case("李娜/妻子/13800138000", "妻子 李娜 - 13800138000");
        case("女：王一诺、王芳，子：王小明", "女儿 王一诺 | 女儿 王芳 | 儿子 王小明");
    }

    #[test]
    fn lists_and_numbers() {
        case("女：王一诺、王二诺", "女儿 王一诺 | 女儿 王二诺");
        case("老婆李娜，两个孩子：王小明、王小红", "妻子 李娜 | 子女 王小明 | 子女 王小红");
        case("老婆李娜，护士、王小红", "妻子 李娜 - - - - 护士 | ? 王小红");
        case("1.妻:李娜 2.子:王小明", "妻子 李娜 | 儿子 王小明");
        case("1、妻:李娜；2、子:王小明", "妻子 李娜 | 儿子 王小明");
        case("（1）妻:李娜（2）子:王小明", "妻子 李娜 | 儿子 王小明");
        case("子女1：王小明 子女2：王小红", "子女 王小明 | 子女 王小红");
        case("子女(独子)：王小明", "儿子 王小明");
        case("母王改(64)父王伟", "母亲 王改 - - - - 64 | 父亲 王伟");
    }

    #[test]
    fn packed_with_bars() {
        case(
            "李娜|配偶|11019819850302002X|13800138000|教师；王小明|儿子||无|",
            "配偶 李娜 11019819850302002X 13800138000 - - 教师 | 儿子 王小明",
        );
        case("姓名|关系|身份证|电话|备注\n李娜|妻||138****1234|", "妻子 李娜 - 138****1234");
        case("配偶|李娜|1985-03-02", "配偶 李娜 - - 1985-03-02");
        case("李娜|邻家|；王小明|子", "儿子 王小明 | ? 李娜|邻家|");
    }

    #[test]
    fn nameless_but_known() {
        case("孩子10岁，无教育金规划", "子女 - - - - 10 无教育金规划");
        case("妻子全职，女儿10岁", "女儿 - - - - 10 | ? 妻子全职");
        case("儿子十岁", "儿子 - - - - 10");
    }

    #[test]
    fn nobody_is_invented() {
        about_nobody("夫妻二人");
        about_nobody("三代同堂");
        about_nobody("已婚，有一子");
        about_nobody("父母健在");
        about_nobody("子女2人");
        about_nobody("一子一女");
        about_nobody("有未成年子女");
        about_nobody("丈夫在国企上班，女儿明年高考");
        about_nobody("离异 子女");
        about_nobody("妻子和女儿");
        about_nobody("单身");
        about_nobody("儿子高中生");
        about_nobody("女儿2025年高考");
        case("女儿王一诺2025年高考", "女儿 王一诺 - - - - 2025年高考");
        about_nobody("配偶、儿子");
        for remark in [
            "老公在国企",
            "老公开出租车",
            "儿子读大学",
            "女儿已出嫁",
            "妻子在家带孩子",
            "父亲退休",
            "母亲有糖尿病",
            "孩子刚毕业",
            "太太全职",
            "丈夫 失业",
            "儿子 高三",
            "女儿 待业",
            "妻 已故",
            "父 农民",
            "丈夫姓李",
            "老公姓李",
            "爱人：待业",
            "儿子在上海",
            "儿子常年在外",
            "女儿（高三）",
            "三口之家，老公在国企，孩子上初中",
        ] {
            about_nobody(remark);
        }
        case("配偶：李娜；儿子：上初中", "配偶 李娜 | ? 儿子:上初中");
        case("爱人李娜，教师", "配偶 李娜 - - - - 教师");
        about_nobody("儿子：高三，王小明");
        case("女儿：乐乐、上官雪", "女儿 乐乐 | 女儿 上官雪");
        case("姓名：子涵 关系：女儿", "女儿 子涵");
        case("在国企|老公|", "? 在国企|老公|");
        case("夫妻二人；子:王小明", "儿子 王小明 | ? 夫妻二人");
        case("无", "");
        case("", "");
    }

    proptest! {
        #[test]
        fn any_text_is_read(cell in "\\PC*|[妻子女父母夫:：、；，（）() 李娜王一诺0-9岁年|*\n-]{0,30}") {
            read(&cell);
        }

        /// Every Chinese character of the cell is somewhere in what was read, or was a relation or a label.
        #[test]
        fn nothing_is_dropped(cell in "[李娜王国健在教师0-9岁，；、 ()]{0,20}") {
            let FamilyCell { relatives, leftover } = read(&cell);
            prop_assert_eq!(relatives, vec![]);
            let kept = |text: &str| text.chars().filter(|c| "李娜王国健在教师岁".contains(*c)).count();
            prop_assert_eq!(kept(leftover.as_deref().unwrap_or("")), kept(&cell));
        }

        #[test]
        fn a_relative_written_plainly_is_read(
            relation in prop::sample::select(&["妻", "丈夫", "长子", "女儿", "父亲", "岳母", "配偶"][..]),
            name in "[王李张刘陈][伟芳娜敏静]{1,2}",
            year in 1930u32..2024,
        ) {
            let want = builtin_values().relation.get(relation).copied();
            for cell in [format!("{relation}:{name}({year})"), format!("{relation}{name}({year})"), format!("{name}({relation}) {year}年生")] {
                let family = read(&cell);
                prop_assert_eq!(&family.leftover, &None, "{}", cell);
                prop_assert_eq!(family.relatives.len(), 1, "{}", cell);
                let relative = &family.relatives[0];
                prop_assert_eq!(Some(relative.relation), want);
                prop_assert_eq!(relative.name.as_deref(), Some(name.as_str()));
                prop_assert!(relative.birth_text.as_deref().is_some_and(|birth| birth.starts_with(&year.to_string())));
            }
        }
    }
}
