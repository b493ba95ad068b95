//! Names of people, and of the organisations that stand in the same column.

use super::cell::Cell;
use super::reading::Reading;
use super::text::{self, is_space};
use super::typed::is_dash;
use super::{mask, typed};
use std::fmt;

/// A name as it is compared and shown: no stray space, one kind of dot, titles and remarks taken off.
/// Two people may have the same one; it is never an identity.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName {
    name: Box<str>,
    note: Option<Box<str>>,
    is_organisation: bool,
    is_full: bool,
}

/// Why a cell holds no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadName {
    /// A character was lost on the way: `〓`, `?`, a private one.
    Damaged(char),
    /// Chinese and Latin letters mixed: pinyin for a character the system could not write.
    Mixed,
    /// Digits within the name.
    Digits,
    /// A telephone, ID or policy number.
    HoldsNumber,
    /// More than one name.
    Several,
    /// A single character.
    OneCharacter,
    /// A word of the form or a footer: 合计, 姓名, 同上.
    FormWord,
    /// A sign no name has, or far too long.
    NotAName,
    /// A formula error such as `#REF!`.
    FormulaError,
}

/// Titles people add behind a name.
const TITLES: [&str; 8] = ["先生", "女士", "小姐", "太太", "同志", "夫人", "老师", "阿姨"];

/// Surnames of two characters: before a title they are no whole name.
const COMPOUND_SURNAMES: [&str; 30] = [
    "欧阳", "司马", "上官", "诸葛", "尉迟", "夏侯", "皇甫", "东方", "令狐", "司徒", "慕容", "端木", "公孙", "独孤", "南宫",
    "长孙", "宇文", "闻人", "申屠", "赫连", "澹台", "淳于", "太史", "钟离", "轩辕", "鲜于", "呼延", "百里", "东郭", "西门",
];

/// What is written behind a name without brackets.
const STATES: [&str; 13] =
    ["已离职", "已去世", "已身故", "已过世", "已故", "离职", "去世", "身故", "过世", "病故", "亡故", "投保人", "被保险人"];

/// Of these, and of what stands in brackets, what says that somebody is dead.
const DIED: [&str; 9] = ["已故", "去世", "身故", "过世", "病故", "亡故", "离世", "死亡", "殁"];

/// Words that stand in a column of names and name no one.
const FORM_WORDS: [&str; 22] = [
    "合计",
    "小计",
    "总计",
    "共计",
    "姓名",
    "客户姓名",
    "投保人",
    "被保人",
    "被保险人",
    "受益人",
    "业务员",
    "本人",
    "同上",
    "同投保人",
    "法定",
    "法定受益人",
    "制表人",
    "制表时间",
    "审核人",
    "示例",
    "配偶",
    "备注",
];

impl PersonName {
    /// Reads a cell.
    pub fn read(cell: Cell<'_>) -> Reading<PersonName, BadName> {
        match cell {
            Cell::Number(number) if number.abs() >= 1e6 => Reading::Bad(BadName::HoldsNumber),
            Cell::Number(_) | Cell::Serial(_) => Reading::Bad(BadName::Digits),
            Cell::Bool(_) => Reading::Bad(BadName::NotAName),
            // 无 and 未知 would pass as names, ??? as a placeholder.
            Cell::Text(typed) if text::is_placeholder(typed) && !is_lost(typed) => Reading::Blank,
            Cell::Text(typed) => parse(&text::tidy(typed)),
            _ => typed::read(cell, BadName::FormulaError, parse),
        }
    }

    /// The name alone.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// What stood beside it: 先生, 已故, 投保人.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Whether what stood beside it says that this person is dead.
    pub fn has_died(&self) -> bool {
        self.note().is_some_and(says_died)
    }

    /// Whether it is a company, a school, an office.
    pub fn is_organisation(&self) -> bool {
        self.is_organisation
    }

    /// Whether it is a whole name: of `陈老师` and `王某` only the surname is known.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// For showing: `王*`, `张*三`, `欧**娜`.
    pub fn masked(&self) -> String {
        let length = self.name.chars().count();
        let is_shown = |place: usize, c: char| place == 0 || length > 2 && place + 1 == length || c == '·';
        self.name.chars().enumerate().map(|(place, c)| if is_shown(place, c) { c } else { '*' }).collect()
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.name)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({})", self.masked())
    }
}

/// Whether a remark on somebody says that they are dead; 丈夫已故 is of somebody else.
pub fn says_died(remark: &str) -> bool {
    let of_another = ["夫", "妻", "父", "母", "子", "女", "公", "婆", "配偶", "爱人"];
    DIED.iter().any(|word| {
        let before = remark.find(word).map(|at| remark[..at].trim_end_matches(['已', '经']));
        before.is_some_and(|before| !of_another.iter().any(|other| before.ends_with(other)))
    })
}

/// Chinese characters of every block, and 〇.
pub(super) fn is_han(c: char) -> bool {
    matches!(c,
        '\u{4e00}'..='\u{9fff}' | '〇' | '々' | '\u{3400}'..='\u{4dbf}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// The dots that stand between the parts of a minority or foreign name, in every encoding they have been through.
fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '∙' | '・' | '･' | '●' | '.' | '。' | '‧' | '⋅' | '᛫' | '\u{0387}' | '．' | '｡')
}

/// `??`: characters that a code page did not have.
fn is_lost(typed: &str) -> bool {
    let mut marks = typed.chars().filter(|c| matches!(c, '?' | '？'));
    marks.next().is_some() && marks.next().is_some()
}

fn is_damage(c: char) -> bool {
    matches!(c, '〓' | '?' | '\u{fffd}' | '□' | '■' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

fn parse(typed: &str) -> Reading<PersonName, BadName> {
    // Nearly every cell is two to four Chinese characters and nothing else.
    if typed.chars().count() <= 4 && typed.chars().all(is_han) {
        return of_plain(typed, None);
    }
    let digits = typed.chars().filter(char::is_ascii_digit).count();
    if digits >= 7 {
        return Reading::Bad(BadName::HoldsNumber);
    }
    let together: String = typed.chars().filter(|c| !is_space(*c)).collect();
    let name = together.trim_matches(is_dot);
    if is_organisation(name) {
        return match name.chars().find(|c| is_damage(*c)) {
            Some(c) => Reading::Bad(BadName::Damaged(c)),
            None => Reading::Good(PersonName { name: name.into(), note: None, is_organisation: true, is_full: true }),
        };
    }
    let (name, note) = without_brackets(typed);
    of_plain(&join(&name), note)
}

/// A name from which brackets and spaces are gone.
fn of_plain(typed: &str, note: Option<String>) -> Reading<PersonName, BadName> {
    let first_note = note.clone();
    let (name, note) = without_title(typed, note);
    if let Some(c) = name.chars().find(|c| is_damage(*c)) {
        return Reading::Bad(BadName::Damaged(c));
    }
    if let Some((surname, note)) = surname_alone(typed).zip(Some(first_note)) {
        let note = note.map(Into::into);
        return Reading::Good(PersonName { name: surname.into(), note, is_organisation: false, is_full: false });
    }
    if is_masked(name) {
        return Reading::Masked;
    }
    match fault_of(name) {
        Some(fault) => Reading::Bad(fault),
        None => {
            let is_organisation = is_organisation(name);
            Reading::Good(PersonName { name: name.into(), note: note.map(Into::into), is_organisation, is_full: true })
        }
    }
}

fn fault_of(name: &str) -> Option<BadName> {
    let han = name.chars().filter(|c| is_han(*c)).count();
    let letters = name.chars().filter(|c| c.is_alphabetic() && !is_han(*c)).count();
    let length = name.chars().count();
    if FORM_WORDS.contains(&name) {
        return Some(BadName::FormWord);
    }
    if name.contains(|c: char| c.is_numeric() && !is_han(c)) {
        return Some(BadName::Digits);
    }
    if han > 0 && name.contains(['、', '/', ',', ';', '，', '；', '\n', '&', '|', '+']) {
        return Some(BadName::Several);
    }
    let is_part = |c: char| {
        is_han(c) || c.is_alphabetic() || c == '·' || letters > 0 && matches!(c, ' ' | '.' | '-' | '\'' | '’' | ',')
    };
    let starts_well = name.starts_with(|c: char| is_han(c) || c.is_alphabetic());
    if !name.chars().all(is_part) || !starts_well || length > 50 {
        return Some(BadName::NotAName);
    }
    if han > 0 && letters > 0 {
        return Some(BadName::Mixed);
    }
    // No name without a dot is so long; a remark is.
    if han > 15 && !name.contains('·') {
        return Some(BadName::NotAName);
    }
    (length == 1).then_some(BadName::OneCharacter)
}

/// `陈老师`, `欧阳女士`, `王某`, `王某某`: a surname, and a word that says that there is more.
fn surname_alone(typed: &str) -> Option<&str> {
    let titles = || TITLES.iter().copied().chain(["某某", "某"]);
    let surname = titles().find_map(|word| typed.strip_suffix(word).filter(|before| !before.is_empty()))?;
    let mut letters = surname.chars();
    let is_surname = match (letters.next(), letters.next()) {
        (Some(first), None) => is_han(first) && first != '某',
        _ => COMPOUND_SURNAMES.contains(&surname),
    };
    is_surname.then_some(typed)
}

/// Whether a name, as [`PersonName::as_str`] has it, is a whole one.
pub fn is_full(name: &str) -> bool {
    surname_alone(name).is_none()
}

/// `王*`, `张*三`, `李XX`.
fn is_masked(name: &str) -> bool {
    let stars = name.chars().filter(|c| mask::is_star(*c) || *c == '○').count();
    let ends_in_crosses =
        name.trim_end_matches(['X', 'x']).chars().next_back().is_some_and(is_han) && name.ends_with(['X', 'x']);
    let length = name.chars().count();
    stars > 0 || ends_in_crosses || name.contains("某某") || name.ends_with('某') && (2..=3).contains(&length)
}

/// Words in the name of an organisation. One character says it only at the end of a long name: 沈厂 is a person.
fn is_organisation(name: &str) -> bool {
    const WORDS: [&str; 22] = [
        "公司",
        "有限",
        "集团",
        "学校",
        "大学",
        "学院",
        "小学",
        "中学",
        "幼儿园",
        "医院",
        "银行",
        "合作社",
        "委员会",
        "事务所",
        "经营部",
        "门市部",
        "服务部",
        "工作室",
        "营业部",
        "商行",
        "中心",
        "协会",
    ];
    const ENDS: [char; 8] = ['厂', '店', '局', '部', '所', '社', '院', '会'];
    // So that most names are settled without a search.
    let length = name.chars().count();
    length >= 4 && (WORDS.iter().any(|word| name.contains(word)) || length >= 5 && name.ends_with(ENDS))
}

/// Takes `(已故)` off, wherever it stands.
fn without_brackets(typed: &str) -> (String, Option<String>) {
    let mut name = String::new();
    let mut notes: Vec<&str> = Vec::new();
    let mut rest = typed;
    while let Some(open) = rest.find(['(', '[', '【']) {
        let after = &rest[open..];
        let inner = after.trim_start_matches(['(', '[', '【']);
        // An older system's (I) and a bracket that was never closed are looked at as they stand.
        let Some(close) = inner.find([')', ']', '】']) else {
            name.push_str(&rest[..open]);
            rest = inner;
            notes.push(rest);
            rest = "";
            break;
        };
        name.push_str(&rest[..open]);
        notes.push(inner[..close].trim_matches(is_space));
        rest = inner[close..].trim_start_matches([')', ']', '】']);
    }
    name.push_str(rest);
    notes.retain(|note| !note.is_empty());
    (name, (!notes.is_empty()).then(|| notes.join(" ")))
}

/// Takes titles and states off the end of a name; `王女士` leaves 王.
fn without_title(typed: &str, mut note: Option<String>) -> (&str, Option<String>) {
    let mut name = typed;
    while let Some(word) = TITLES.iter().chain(&STATES).find(|word| name.len() > word.len() && name.ends_with(**word)) {
        let before =
            name[..name.len() - word.len()].trim_end_matches(|c| is_dash(c) || is_space(c) || matches!(c, '/' | ',' | '·'));
        if before.is_empty() {
            break;
        }
        name = before;
        note = Some(note.map_or_else(|| word.to_string(), |note| format!("{word} {note}")));
    }
    (name, note)
}

/// Spaces between Chinese characters gone, those between Latin words single, dots between Chinese characters `·`.
fn join(typed: &str) -> String {
    let mut name = String::with_capacity(typed.len());
    let mut chars = typed.trim_matches(is_edge).chars().peekable();
    while let Some(c) = chars.next() {
        let before = name.chars().next_back();
        let is_latin = |c: char| c.is_alphabetic() && !is_han(c);
        if is_space(c) {
            let next = chars.find(|c| !is_space(*c));
            let Some(next) = next else { break };
            let keeps_space = before.is_some_and(|before| is_latin(before) || matches!(before, '.' | ',')) && is_latin(next);
            if keeps_space {
                name.push(' ');
            }
            push(&mut name, next, chars.peek().copied());
        } else {
            push(&mut name, c, chars.peek().copied());
        }
    }
    // The last of several dots in a row.
    name.truncate(name.trim_end_matches(is_edge).len());
    name
}

/// What may be left over before and behind a name.
fn is_edge(c: char) -> bool {
    let is_plain_dot = is_dot(c) && !mask::is_star(c);
    is_space(c) || is_dash(c) || is_plain_dot || matches!(c, '\'' | '"' | ':' | '：' | ')' | ']' | '】')
}

fn push(name: &mut String, c: char, next: Option<char>) {
    let before = name.chars().next_back();
    let is_latin = |c: char| c.is_alphabetic() && !is_han(c);
    let in_latin = before.is_some_and(is_latin);
    if !is_dot(c) || mask::is_star(c) && next.is_none_or(mask::is_star) || c == '.' && in_latin {
        name.push(c);
    } else if before.is_some_and(|before| before != '·' && !mask::is_star(before)) && next.is_some() {
        name.push('·');
    } else if before.is_some_and(mask::is_star) {
        name.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The name, `#` and its note, `@` if it is an organisation.
    fn answer(cell: Cell<'_>) -> String {
        match PersonName::read(cell) {
            Reading::Good(name) => {
                let note = name.note().map(|note| format!("#{note}")).unwrap_or_default();
                format!("{name}{note}{}", if name.is_organisation() { "@" } else { "" })
            }
            Reading::Blank => "Blank".to_string(),
            Reading::Masked => "Masked".to_string(),
            Reading::Bad(fault) => format!("{fault:?}"),
        }
    }

    #[track_caller]
    fn case(input: &str, want: &str) {
        assert_eq!(answer(Cell::from(input)), want, "{input:?}");
    }

    #[test]
    fn tidy_names() {
        for typed in [
            "王伟",
            " 王伟\u{3000}",
            "王　伟",
            "王 伟",
            "王\u{200b}伟",
            "王\u{a0}伟",
            "王伟:",
            "王伟)",
            "'王伟",
            "王 \u{3000} 伟",
        ] {
            case(typed, "王伟");
        }
        case("欧阳 娜 娜", "欧阳娜娜");
        case("阿卜杜热合曼买买提", "阿卜杜热合曼买买提");
        case("龑䶮", "龑䶮");
        case("王𬍛", "王𬍛");
        case("〇海", "〇海");
        case("John  Smith", "John Smith");
        case("Ｊｏｈｎ Smith", "John Smith");
        case("J. R. Smith", "J. R. Smith");
        case("O'Neil Mary-Ann", "O'Neil Mary-Ann");
        case("·-Ann", "Ann");
        case("김철수", "김철수");
    }

    #[test]
    fn one_kind_of_dot() {
        for dot in ["·", "•", "∙", "・", "･", "●", ".", "．", "。", "‧", "⋅", " · ", " • ", "··"] {
            case(&format!("阿依古丽{dot}买买提"), "阿依古丽·买买提");
        }
        case("玛丽.安.史密斯", "玛丽·安·史密斯");
        case("王伟.", "王伟");
        case("王伟。", "王伟");
    }

    #[test]
    fn titles_and_remarks_become_notes() {
        case("王伟先生", "王伟#先生");
        case("王伟 女士", "王伟#女士");
        case("王伟（已故）", "王伟#已故");
        case("何伟 (离职)", "何伟#离职");
        case("王伟(投保人)", "王伟#投保人");
        case("（已故）王伟", "王伟#已故");
        case("王伟先生（已故）", "王伟#先生 已故");
        case("王伟-离职", "王伟#离职");
        case("王伟已去世", "王伟#已去世");
        case("王伟(大)", "王伟#大");
        case("王伟(曾用名:王小伟)", "王伟#曾用名:王小伟");
        case("王伟【VIP】", "王伟#VIP");
    }

    #[test]
    fn who_has_died() {
        for (typed, want) in [
            ("王伟（已故）", true),
            ("王伟已去世", true),
            ("王伟(2024年病故)", true),
            ("（已故）王伟", true),
            ("王伟", false),
            ("王伟（离职）", false),
            ("王伟（丈夫已故）", false),
        ] {
            assert_eq!(PersonName::read(Cell::from(typed)).good().is_some_and(|name| name.has_died()), want, "{typed}");
        }
    }

    #[test]
    fn masked_names() {
        for typed in [
            "王*",
            "张*三",
            "张**",
            "樱***",
            "某某",
            "李某某某",
            "李XX",
            "李xx",
            "李X",
            "王＊",
            "李××",
            "李○○",
            "*伟",
            "王••",
            "***",
        ] {
            case(typed, "Masked");
        }
    }

    /// Only the surname is known: that is a name all the same, as written.
    #[test]
    fn names_that_are_not_whole() {
        for typed in ["陈老师", "冯太太", "王某", "王某某", "欧阳女士", "尉迟某"] {
            case(typed, typed);
            assert!(!PersonName::read(Cell::from(typed)).good().is_some_and(|name| name.is_full()), "{typed}");
            assert!(!is_full(typed), "{typed}");
        }
        case("陈 老师", "陈老师");
        case("陈老师（投保人）", "陈老师#投保人");
        for typed in ["王伟", "王伟先生", "南京某某有限公司", "欧阳", "李某伟", "老师"] {
            assert!(PersonName::read(Cell::from(typed)).good().is_some_and(|name| name.is_full()), "{typed}");
        }
    }

    #[test]
    fn organisations() {
        case("南京某某有限公司", "南京某某有限公司@");
        case("某某（南京）有限公司", "某某(南京)有限公司@");
        case("第三中学", "第三中学@");
        case("宏达机械厂", "宏达机械厂@");
        case("702研究所", "702研究所@");
        case("沈厂", "沈厂");
        case("公司 ·", "公司");
        case("南京 某某 有限公司。", "南京某某有限公司@");
        case("李会", "李会");
    }

    #[test]
    fn damaged_and_wrong() {
        case("王〓", "Damaged('〓')");
        case("王?", "Damaged('?')");
        case("王？伟", "Damaged('?')");
        case("???", "Damaged('?')");
        case("王\u{e123}", "Damaged('\\u{e123}')");
        case("王\u{fffd}", "Damaged('\u{fffd}')");
        case("王yan", "Mixed");
        case("王伟2", "Digits");
        case("王伟15400001234", "HoldsNumber");
        case("王伟(15400001234)", "HoldsNumber");
        case("329901197001010017", "HoldsNumber");
        case("王伟、李娜", "Several");
        case("王伟/李娜", "Several");
        case("王", "OneCharacter");
        case("合计", "FormWord");
        case("投保人", "FormWord");
        case("主险续保保费未催收的原因是客户电话打不通", "NotAName");
        case("☆", "NotAName");
        case("王伟!", "NotAName");
        case("•-A", "NotAName");
        assert_eq!(answer(Cell::Number(15_400_001_234.0)), "HoldsNumber");
        assert_eq!(answer(Cell::Number(3.0)), "Digits");
        assert_eq!(answer(Cell::Error("#NAME?")), "FormulaError");
    }

    #[test]
    fn nothing_is_there() {
        for typed in ["", " ", "无", "不详", "-", "?", "（无）"] {
            case(typed, "Blank");
        }
    }

    #[test]
    fn shown_masked() {
        let masked = |typed: &str| PersonName::read(Cell::Text(typed)).good().unwrap().masked();
        assert_eq!(masked("王伟"), "王*");
        assert_eq!(masked("张小三"), "张*三");
        assert_eq!(masked("欧阳娜娜"), "欧**娜");
        assert_eq!(format!("{:?}", PersonName::read(Cell::Text("王伟"))), "Good(PersonName(王*))");
    }

    proptest! {
        #[test]
        fn reading_twice_is_reading_once(typed in "[王伟阿依买娜a-cA-C·•. （）()先生女士公司*-]{0,12}") {
            if let Reading::Good(once) = PersonName::read(Cell::Text(&typed)) {
                let twice = PersonName::read(Cell::Text(once.as_str()));
                prop_assert_eq!(twice.good().map(|twice| twice.to_string()), Some(once.to_string()));
            }
        }

        #[test]
        fn anything_may_stand_in_a_cell(typed in any::<String>(), number in any::<f64>()) {
            PersonName::read(Cell::Text(&typed));
            PersonName::read(Cell::Number(number));
        }
    }
}
