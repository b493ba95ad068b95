//! Which cells of a form are labels, and which hold a label and its value together.

use super::boxes;
use crate::model::text::is_space;
use crate::templates::fields::{Claim, Fields};
use crate::templates::heading::Heading;

/// A label as it stands on a form.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// As written, without numbering and colon.
    pub text: String,
    /// For comparing, see [`Heading`].
    pub key: String,
    /// What stood in brackets: a unit, a remark.
    pub hint: String,
    /// What it may mean; nothing when nobody knows it.
    pub claims: Vec<Claim>,
    /// The number that tells repeated labels apart (子女2姓名), 0 without one.
    pub number: u8,
    /// Which time it speaks of (第二次跟进), 0 when it does not say.
    pub turn: u8,
    /// Whether it ends with a colon.
    pub colon: bool,
}

/// No label is longer.
const LONGEST: usize = 16;
/// With its spaces and remarks in brackets.
const LONGEST_WRITTEN: usize = 64;

impl Label {
    /// The label a text would be. `None` when it is too long, or a number.
    pub fn of(text: &str, fields: &Fields) -> Option<Label> {
        let Bare { text, heading: Heading { key, hint }, turn, colon } = Bare::of(text)?;
        let (claims, number) = fields.claims(&key);
        Some(Label { text: text.to_string(), key, hint, claims, number, turn, colon })
    }

    /// A word of a sentence that does what a label does; whoever takes it for one says what it means.
    pub fn word(text: &str) -> Label {
        let Heading { key, hint } = Heading::of(text);
        Label { text: text.to_string(), key, hint, claims: Vec::new(), number: 0, turn: 0, colon: true }
    }

    /// Whether it means a field of ours.
    pub fn is_known(&self) -> bool {
        !self.claims.is_empty()
    }

    /// Whether a text that nobody knows may be a label at all: short, of words.
    pub fn looks_like_one(text: &str) -> bool {
        let letters = text.chars().filter(|c| !is_space(*c)).count();
        (2..=10).contains(&letters)
            && boxes::first_box(text).is_none()
            && !text.contains(|c: char| c.is_ascii_digit() || "，。；、,;!！?？".contains(c))
            && text.contains(char::is_alphabetic)
            && !UNITS.contains(&text.trim_matches(is_space))
            && Bare::of(text).is_some()
    }
}

/// A label before anybody asked what it means.
struct Bare<'t> {
    text: &'t str,
    heading: Heading,
    turn: u8,
    colon: bool,
}

impl<'t> Bare<'t> {
    fn of(text: &'t str) -> Option<Bare<'t>> {
        let trimmed = text.trim_matches(|c| is_space(c) || matches!(c, '*' | '＊' | '_' | '＿'));
        let bare = trimmed.trim_end_matches(['：', ':']);
        let colon = bare.len() < trimmed.len();
        let (turn, bare) = without_turn(without_numbering(bare.trim_end_matches(is_space)));
        let heading = Heading::of(bare);
        let letters = heading.key.chars().count();
        if letters == 0
            || letters > LONGEST
            || heading.key.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '/'))
        {
            return None;
        }
        Some(Bare { text: bare, heading, turn, colon })
    }
}

/// What stands behind a value in a cell of its own.
pub const UNITS: [&str; 14] = ["年", "月", "日", "岁", "元", "万元", "万", "份", "人", "次", "%", "％", "先生", "女士"];

/// `一、`, `（二）`, `3.`, `④` in front of a label.
pub fn without_numbering(text: &str) -> &str {
    let is_number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let rest = text.trim_start_matches(|c| is_space(c) || matches!(c, '◆' | '★' | '▲' | '●' | '■' | '※' | '①'..='⑳'));
    if let Some(inner) = rest.strip_prefix(['(', '（'])
        && let Some(end) = inner.find([')', '）'])
        && end > 0
        && inner[..end].chars().all(is_number)
    {
        let after = &inner[end..];
        return after[after.chars().next().map_or(0, char::len_utf8)..].trim_start_matches(is_space);
    }
    let after = rest.trim_start_matches(is_number);
    if after.len() < rest.len()
        && let Some(end) = after.strip_prefix(['、', '.', '．', ')', '）'])
    {
        return end.trim_start_matches(is_space);
    }
    rest
}

/// 第二次跟进方式 is 跟进方式, the second time.
fn without_turn(text: &str) -> (u8, &str) {
    const NUMBERS: &str = "一二三四五六七八九十";
    let turn = || {
        let rest = text.strip_prefix('第')?;
        let end = rest.find('次')?;
        let number = match rest[..end].parse::<u8>() {
            Ok(number) => number,
            Err(_) if rest[..end].chars().count() == 1 => {
                NUMBERS.chars().position(|c| rest.starts_with(c)).map(|at| at as u8 + 1)?
            }
            Err(_) => return None,
        };
        let label = rest[end + '次'.len_utf8()..].trim_start_matches(|c| is_space(c) || c == '的');
        (!label.is_empty() && number > 0).then_some((number, label))
    };
    turn().unwrap_or((0, text))
}

/// Labels and values that stand in one cell: `姓名：王某`, `电话：154…　地址：某路1号`, `日期 2024年3月1日`,
/// `性别 □男 ☑女`. `None` when there is no label with a value in the text; what comes before the first label is
/// given, too.
pub fn pairs(text: &str, fields: &Fields) -> Option<(String, Vec<(Label, String)>)> {
    let marks = label_marks(text, fields);
    if let Some((from, _, _)) = marks.first() {
        let ends = marks.iter().skip(1).map(|(from, _, _)| *from).chain([text.len()]);
        let value = |value: &str| value.trim_matches(|c| is_space(c) || matches!(c, '_' | '＿' | ';' | '；')).to_string();
        let lead = value(&text[..*from]);
        let found = marks.iter().zip(ends).map(|((_, to, label), end)| (label.clone(), value(&text[*to..end])));
        let found: Vec<(Label, String)> = found.collect();
        // A label alone is a label; its value is in another cell.
        let is_pair = found.len() > 1 || !found[0].1.is_empty();
        return is_pair.then_some((lead, found));
    }
    let split = boxes::first_box(text)
        .or_else(|| text.trim_start().find(is_space).map(|at| at + text.len() - text.trim_start().len()))?;
    let label = Label::of(&text[..split], fields).filter(Label::is_known)?;
    let value = text[split..].trim_matches(is_space);
    let says = boxes::first_box(value).is_some() || value.contains(|c: char| c.is_ascii_digit());
    (says && !value.is_empty()).then(|| (String::new(), vec![(label, value.to_string())]))
}

/// Labels that end with a colon inside a text: where each begins, where its value begins, and what it is.
fn label_marks(text: &str, fields: &Fields) -> Vec<(usize, usize, Label)> {
    let mut marks: Vec<(usize, usize, Label)> = Vec::new();
    let mut start = 0;
    for (at, colon) in text.char_indices().filter(|(_, c)| matches!(c, ':' | '：')) {
        let end = at + colon.len_utf8();
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        if is_digit(text[..at].chars().next_back()) && is_digit(text[end..].chars().next()) {
            continue;
        }
        let before = &text[start..at];
        // The label may be written with spaces in it: the longest stretch that is known counts.
        // Directly behind another colon no label begins: 跟进情况：客户：再等等.
        let may_begin = |index: usize| begins_a_word(before, index) && (index > 0 || marks.is_empty());
        let near = before.char_indices().rev().take(LONGEST_WRITTEN).map(|(index, _)| index);
        let mut starts: Vec<usize> = near.filter(|index| may_begin(*index)).collect();
        starts.reverse();
        let known = starts.iter().copied().find_map(|from| {
            let label = Label::of(&before[from..], fields).filter(Label::is_known)?;
            Some((from, label))
        });
        let last = starts.pop();
        let found = known.or_else(|| {
            // An unknown word before a colon is a label where it stands apart from what came before.
            let from = last?;
            let apart = marks.is_empty() && from == before.len() - before.trim_start_matches(is_space).len()
                || before[..from].ends_with(['\n', ';', '；', '|'])
                || before[..from].chars().rev().take_while(|c| is_space(*c)).count() >= 2;
            let label = Label::of(&before[from..], fields).filter(|_| Label::looks_like_one(&before[from..]))?;
            apart.then_some((from, label))
        });
        if let Some((from, mut label)) = found {
            label.colon = true;
            marks.push((start + from, end, label));
            start = end;
        }
    }
    marks
}

fn begins_a_word(text: &str, at: usize) -> bool {
    let is_break = |c: char| is_space(c) || matches!(c, ';' | '；' | ',' | '，' | '、' | '|' | '。' | '_' | '＿');
    text[..at].chars().next_back().is_none_or(is_break) && !text[at..].starts_with(is_break)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::fields::Field;

    fn fields() -> Fields {
        Fields::load(crate::templates::FIELDS, None).unwrap()
    }

    #[track_caller]
    fn case(text: &str, want: &[(&str, &str)]) {
        let found = pairs(text, &fields()).map(|(_, found)| found).unwrap_or_default();
        let found: Vec<(&str, &str)> = found.iter().map(|(label, value)| (&*label.text, &**value)).collect();
        assert_eq!(found, want, "{text:?}");
    }

    #[test]
    fn labels_and_values_in_one_cell() {
        case("姓名：王某", &[("姓名", "王某")]);
        case("姓名：王某   电话：16800000001", &[("姓名", "王某"), ("电话", "16800000001")]);
        case("姓 名：王某\n宠物：金毛犬", &[("姓 名", "王某"), ("宠物", "金毛犬")]);
        case("姓名：        电话：", &[("姓名", ""), ("电话", "")]);
        case("第一次跟进方式：☑直接登门 □邀约登门", &[("跟进方式", "☑直接登门 □邀约登门")]);
        case("日期 2024年3月1日", &[("日期", "2024年3月1日")]);
        case("性别□男☑女", &[("性别", "□男☑女")]);
        case("内容：他说：不着急，10:30再来", &[("内容", "他说：不着急，10:30再来")]);
        case("1、家庭住址：某路1号", &[("家庭住址", "某路1号")]);
        case("跟进情况：客户：再等等", &[("跟进情况", "客户：再等等")]);
    }

    /// What somebody pasted into a cell, a page of the web for example.
    #[test]
    fn a_long_text_of_words_and_colons_holds_no_pair() {
        let long = "padding: 10px; ".repeat(2_000);
        assert_eq!(pairs(&format!("某事 {long}"), &fields()), None);
        case(&format!("某事 {long}\n姓名：王某"), &[("姓名", "王某")]);
    }

    #[test]
    fn what_looks_like_a_label_is_one() {
        for text in ["宠物", "（宠物", "（必填）", "第二次", "一、", "*：", "㍿㍿㍿㍿㍿㍿㍿㍿㍿", "１２月", "三月", "２６年"]
        {
            assert!(!Label::looks_like_one(text) || Label::of(text, &fields()).is_some(), "{text}");
        }
        assert!(Label::looks_like_one("宠物") && !Label::looks_like_one("（宠物"));
    }

    #[test]
    fn other_texts_hold_no_pair() {
        for text in ["姓名", "姓名：", "王某", "2026-11-02 10:30", "客户服务卡（2026年）", "日期 待定", "保额 见下"]
        {
            case(text, &[]);
        }
    }

    #[test]
    fn labels_without_their_decoration() {
        let fields = fields();
        let label = |text| Label::of(text, &fields).unwrap();
        assert_eq!(label("（一）姓　名：").claims[0].field, Field::NAME);
        assert_eq!(label("3.家庭年收入（万元）").hint, "万元");
        assert_eq!((label("第二次跟进方式：").turn, label("第3次拜访日期").turn), (2, 3));
        assert_eq!(label("子女2姓名").number, 2);
        assert_eq!(Label::of("2026", &fields), None);
        assert_eq!(Label::of(&"长".repeat(30), &fields), None);
    }
}
