//! 客户类型: one heading over at least five different things.
//!
//! The card's own definition already mixes three (A/B/C/D, 普通/潜在/重点/优质, 寿险/健康险/年金险); other systems put
//! 客户/准客户, 孤儿单, or scales of their own under the same heading. So each cell is taken apart by what is in it.
//! Where the letter and the word disagree (`B类潜在客户`, in the source text itself) the letter wins and the
//! disagreement is told. Letters that are not A–D, and A1–A4, belong to another scale and are never mapped.

use super::cell::Cell;
use super::fault_words::UnknownWord;
use super::reading::Reading;
use super::text;
use super::tier::{Segment, Tier};
use super::word::{Vocabulary, words};
use crate::templates::values::Values;
use crate::templates::word_table::{is_masked, spelling_key};

pub use super::product::Demand;

words! {
    /// How somebody stands to the company, or a policy to its agent.
    pub enum Standing of Standing {
        /// Has a policy.
        Client = "客户",
        /// Has none yet.
        Prospect = "准客户",
        /// Uses the app, and has none.
        User = "用户",
        /// The agent who sold it is still there.
        ActiveAgent = "在职单",
        /// The agent who sold it has left.
        Orphan = "孤儿单",
        /// Kept by service staff only.
        KeptOnly = "纯存续单",
    }
}

/// What one cell says; at least one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClientType {
    /// A–D.
    pub tier: Option<Tier>,
    /// The word for it.
    pub segment: Option<Segment>,
    /// Needs, each once, in the order of [`Demand::ALL`].
    pub demand: Vec<Demand>,
    /// Client or prospect; orphan or not.
    pub standing: Option<Standing>,
    /// A step of another scale, as written: `A3`, `黑钻`.
    pub foreign: Option<String>,
    /// Letter and word are different steps; the letter counts.
    pub disagreement: bool,
}

impl ClientType {
    /// The tier: the letter, or else the word's.
    pub fn settled_tier(&self) -> Option<Tier> {
        self.tier.or_else(|| self.segment.map(Segment::tier))
    }

    /// Reads one cell.
    pub fn read(cell: Cell, values: &Values) -> Reading<ClientType, UnknownWord> {
        let text = cell.to_text();
        let word = text::tidy(&text);
        let key = spelling_key(&word);
        if let Some(standing) = values.standing.get(&key) {
            return Reading::Good(ClientType { standing: Some(*standing), ..ClientType::default() });
        }
        if is_masked(&word) {
            return Reading::Masked;
        }
        if text::is_placeholder(&word) {
            return Reading::Blank;
        }
        take_apart(&key, values)
            .map_err(|cannot| match cannot {
                Cannot::Read => UnknownWord::not_listed(Vocabulary::ClientType, &word),
                Cannot::BeBoth => UnknownWord::contradiction(Vocabulary::ClientType, &word),
            })
            .into()
    }
}

enum Cannot {
    Read,
    BeBoth,
}

enum Part {
    Tier(Tier),
    Segment(Segment),
    Demand(Demand),
    Standing(Standing),
    Foreign,
    Filler,
}

const SEPARATORS: [char; 14] = ['/', ',', '，', '、', ';', '(', ')', '[', ']', '+', '|', '-', ':', '·'];

fn take_apart(key: &str, values: &Values) -> Result<ClientType, Cannot> {
    let mut found = ClientType::default();
    let mut rest = key.trim_start_matches(SEPARATORS);
    while !rest.is_empty() {
        let (part, length) = part_at(rest, values).ok_or(Cannot::Read)?;
        let agrees = match part {
            Part::Tier(tier) => put(&mut found.tier, tier),
            Part::Segment(segment) => put(&mut found.segment, segment),
            Part::Standing(standing) => put(&mut found.standing, standing),
            Part::Foreign => put(&mut found.foreign, rest[..length].to_uppercase()),
            Part::Demand(demand) => {
                found.demand.push(demand);
                true
            }
            Part::Filler => true,
        };
        if !agrees {
            return Err(Cannot::BeBoth);
        }
        rest = rest[length..].trim_start_matches(SEPARATORS);
    }
    found.demand.sort_unstable();
    found.demand.dedup();
    found.disagreement = matches!((found.tier, found.segment), (Some(tier), Some(word)) if tier.segment() != word);
    if found == ClientType::default() { Err(Cannot::Read) } else { Ok(found) }
}

fn put<T: PartialEq>(slot: &mut Option<T>, value: T) -> bool {
    let agrees = slot.as_ref().is_none_or(|there| *there == value);
    *slot = Some(value);
    agrees
}

/// The longest thing the key begins with. 客户 behind something else is no standing.
fn part_at(key: &str, values: &Values) -> Option<(Part, usize)> {
    let candidates = [
        letters_at(key),
        values.segment.longest_prefix(key).map(|(segment, length)| (Part::Segment(*segment), length)),
        values.demand.longest_prefix(key).map(|(demand, length)| (Part::Demand(*demand), length)),
        values.standing.longest_prefix(key).map(|(standing, length)| (Part::Standing(*standing), length)),
        values.foreign_scale.longest_prefix(key).map(|(_, length)| (Part::Foreign, length)),
        values.client_type_filler.longest_prefix(key).map(|((), length)| (Part::Filler, length)),
    ];
    // max_by_key keeps the last of equals: filler before standing.
    candidates.into_iter().flatten().max_by_key(|(_, length)| *length)
}

/// `a`; `a1`, `e`, `a+`, `vip3`, `aaa`, which are steps of other scales.
fn letters_at(key: &str) -> Option<(Part, usize)> {
    let length = key.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-')).count();
    let (run, behind) = key.split_at(length);
    // A dash is a sign at the end (`a-`, `a-类`), and only a separator in `a-优质`.
    let is_sign = behind.is_empty() || behind.starts_with(['类', '级']);
    let run = if is_sign { run } else { run.trim_end_matches('-') };
    let letters = run.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
    let part = match (letters, run) {
        ("a", "a") => Part::Tier(Tier::A),
        ("b", "b") => Part::Tier(Tier::B),
        ("c", "c") => Part::Tier(Tier::C),
        ("d", "d") => Part::Tier(Tier::D),
        ("vip", _) => Part::Foreign,
        (letters, _) if is_one_letter_repeated(letters) && run.len() <= 4 => Part::Foreign,
        _ => return None,
    };
    Some((part, run.len()))
}

fn is_one_letter_repeated(letters: &str) -> bool {
    let first = letters.bytes().next();
    first.is_some_and(|first| first.is_ascii_alphabetic() && letters.bytes().all(|byte| byte == first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fault_words::Doubt;
    use crate::templates::values::builtin_values;
    use proptest::prelude::*;

    fn read(input: &str) -> Reading<ClientType, UnknownWord> {
        ClientType::read(Cell::from(input), builtin_values())
    }

    #[track_caller]
    fn case(input: &str, want: ClientType) {
        assert_eq!(read(input), Reading::Good(want), "{input:?}");
    }

    fn tier(tier: Tier) -> ClientType {
        ClientType { tier: Some(tier), ..ClientType::default() }
    }

    fn segment(segment: Segment) -> ClientType {
        ClientType { segment: Some(segment), ..ClientType::default() }
    }

    #[track_caller]
    fn foreign(input: &str, want: &str) {
        case(input, ClientType { foreign: Some(want.to_string()), ..ClientType::default() });
    }

    #[track_caller]
    fn bad(input: &str, want: Doubt) {
        match read(input) {
            Reading::Bad(fault) => assert_eq!(fault.doubt, want, "{input:?}"),
            other => panic!("{input:?}: {other:?}"),
        }
    }

    #[test]
    fn letters() {
        for input in ["A", "a", "Ａ", "A类", "A级", "A类客户", "a类客户", "A 类", "（A）", "A等", "客户A类"]
        {
            case(input, tier(Tier::A));
        }
        case("D类", tier(Tier::D));
    }

    #[test]
    fn words() {
        case("优质", segment(Segment::Prime));
        case("重点客户", segment(Segment::Key));
        case("普通客户", segment(Segment::Ordinary));
        assert_eq!(segment(Segment::Potential).settled_tier(), Some(Tier::C));
    }

    #[test]
    fn letter_and_word() {
        case("优质客户（A类）", ClientType { segment: Some(Segment::Prime), ..tier(Tier::A) });
        case("A-优质", ClientType { segment: Some(Segment::Prime), ..tier(Tier::A) });
        let split = ClientType { segment: Some(Segment::Potential), disagreement: true, ..tier(Tier::B) };
        assert_eq!(split.settled_tier(), Some(Tier::B));
        case("B类潜在客户", split);
    }

    #[test]
    fn needs_and_standings() {
        let needs = |demand: &[Demand]| ClientType { demand: demand.to_vec(), ..ClientType::default() };
        case("寿险/健康险", needs(&[Demand::Life, Demand::Health]));
        case("健康险、寿险、重疾险", needs(&[Demand::Life, Demand::Health]));
        case("教育金", needs(&[Demand::Annuity]));
        case("A类、健康险", ClientType { demand: vec![Demand::Health], ..tier(Tier::A) });
        let standing = |standing| ClientType { standing: Some(standing), ..ClientType::default() };
        case("客户", standing(Standing::Client));
        case("准客户", standing(Standing::Prospect));
        case("准客", standing(Standing::Prospect));
        case("孤儿单", standing(Standing::Orphan));
        case("离职孤儿单", standing(Standing::Orphan));
        case("在职有效", standing(Standing::ActiveAgent));
        case("纯存续单", standing(Standing::KeptOnly));
        case("A类孤儿单", ClientType { standing: Some(Standing::Orphan), ..tier(Tier::A) });
    }

    #[test]
    fn other_scales_are_kept_and_not_mapped() {
        foreign("A1", "A1");
        foreign("a4类", "A4");
        foreign("E", "E");
        foreign("J类客户", "J");
        foreign("A+", "A+");
        foreign("A+客户", "A+");
        foreign("A-类", "A-");
        foreign("AAA", "AAA");
        foreign("VIP", "VIP");
        foreign("黑钻", "黑钻");
        foreign("黄金V1", "黄金V1");
        foreign("红苹果", "红苹果");
        foreign("钻石客户", "钻石");
    }

    #[test]
    fn what_is_not_understood() {
        bad("A/B", Doubt::Contradiction);
        bad("优质/普通", Doubt::Contradiction);
        bad("AB", Doubt::NotListed);
        bad("1", Doubt::BareNumber);
        bad("一类", Doubt::NotListed);
        bad("类", Doubt::NotListed);
        bad("大客户经理介绍", Doubt::NotListed);
        assert_eq!(read("-"), Reading::Blank);
        assert_eq!(read("无"), Reading::Blank);
        assert_eq!(read("***"), Reading::Masked);
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "[A-Fa-f0-9类级客户优质潜在/（）+ -]{0,8}|\\PC*") {
            read(&text);
        }
    }
}
