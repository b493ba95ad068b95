//! What a letter says in its sentences: 您投保的保单（保险合同号：P1）应于2026年12月1日缴纳保险费1,200.00元。
//!
//! A sentence is taken apart into clauses. A clause is understood when nothing but facts and words without meaning of
//! their own stand in it; of a clause with anything else no fact is taken, so that 如已于…缴纳 is never 应于…缴纳.

use super::labels::Label;
use crate::model::cell::Cell;
use crate::model::date::PartialDate;
use crate::model::money::{Amount, Unit};
use crate::model::name::PersonName;
use crate::model::reading::Reading;
use crate::model::text::is_space;
use crate::templates::fields::{Claim, Field, FieldType, Fields, Record, Role};

/// A sentence of a letter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sentence {
    /// What it says: the words that say which field it is, and the value.
    pub facts: Vec<(Label, String)>,
    /// Whether all of it was understood.
    pub is_complete: bool,
}

/// Words by which a letter speaks to its reader, or of its sender: no label has them.
const SPOKEN: [&str; 14] =
    ["您", "贵公司", "贵单位", "我公司", "本公司", "我司", "敬请", "特此", "祝您", "谢谢", "感谢", "如有", "详询", "声明"];

const GREETINGS: [&str; 2] = ["尊敬的", "亲爱的"];

/// Whether a text is a sentence, rather than a label, a value or both.
pub fn is_sentence(text: &str) -> bool {
    let text = text.trim_matches(is_space);
    let before_colon = text.split([':', '：']).next().unwrap_or(text);
    is_greeting(text) || SPOKEN.iter().any(|word| before_colon.contains(word)) || before_colon.contains(['。', '！'])
}

/// Whether a text begins as letters do.
pub fn is_greeting(text: &str) -> bool {
    let text = text.trim_start_matches(is_space);
    GREETINGS.iter().any(|greeting| text.starts_with(greeting))
}

/// Whether a sentence goes on in the next line.
pub fn is_open(text: &str) -> bool {
    !text.trim_end_matches(is_space).ends_with(['。', '！', '？', '：', ':', '；', ';', '!', '?', '.'])
}

/// Reads a sentence.
pub fn read(text: &str, fields: &Fields) -> Sentence {
    let text: String = text.chars().filter(|c| !is_space(*c)).collect();
    let mut sentence = Sentence { facts: Vec::new(), is_complete: true };
    let rest = match greeted(&text) {
        Some((greeting, Some(name), rest)) => {
            sentence.facts.push((greeting_label(greeting), name));
            rest
        }
        Some((_, None, rest)) => rest,
        None => &text,
    };
    for clause in clauses(rest.trim_start_matches(['：', ':'])) {
        match facts(clause, fields) {
            Some(found) => sentence.facts.extend(found),
            None => sentence.is_complete &= repeats_a_sum(clause, &sentence.facts),
        }
    }
    sentence
}

/// 尊敬的李四先生：…: the greeting, the name, and what comes behind. No name where it is 客户 or none.
fn greeted(text: &str) -> Option<(&'static str, Option<String>, &str)> {
    let (greeting, rest) = GREETINGS.iter().find_map(|greeting| Some((*greeting, text.strip_prefix(greeting)?)))?;
    let end = rest.find(['：', ':', '，', ',', '！', '!', '。']).unwrap_or(rest.len());
    let (mut name, behind) = (&rest[..end], &rest[end..]);
    for title in ["先生/女士", "女士/先生", "先生（女士）", "先生(女士)", "先生、女士", "客户", "用户", "保户", "投保人"]
    {
        name = name.strip_suffix(title).unwrap_or(name);
    }
    let name = name.strip_prefix("客户").unwrap_or(name);
    let nobody = ["", "先生", "女士", "各位", "公司"].contains(&name);
    match PersonName::read(Cell::from(name)) {
        _ if nobody => Some((greeting, None, behind)),
        Reading::Good(name) => Some((greeting, Some(name.as_str().to_string()), behind)),
        _ => None,
    }
}

fn greeting_label(greeting: &str) -> Label {
    let claims = vec![Claim { field: Field::NAME, role: Some(Role::Applicant) }];
    Label { claims, ..Label::word(greeting) }
}

/// The parts between punctuation and brackets; a comma between digits divides nothing.
fn clauses(text: &str) -> Vec<&str> {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut clauses = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let divides = match c {
            '，' | '。' | '；' | '！' | '？' | '（' | '）' | '(' | ')' | ';' | '!' | '?' | '、' => true,
            ',' => !(is_digit(text[..at].chars().next_back()) && is_digit(text[end..].chars().next())),
            _ => false,
        };
        if divides {
            clauses.push(&text[start..at]);
            start = end;
        }
    }
    clauses.push(&text[start..]);
    clauses.retain(|clause| !clause.is_empty());
    clauses
}

/// A part of a phrase.
enum Piece {
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any of these words, or none.
    Glue(&'static [&'static str]),
    /// A day that is this field.
    Day(&'static str),
    /// A sum that is this field.
    Sum(&'static str),
    /// A long number that is this field.
    Number(&'static str),
    /// The name of a product, up to one of these words or in 《》.
    Product(&'static [&'static str]),
}

use Piece::{Day, Glue, Number, Product, Sum, Word};

const PAY: Piece = Word(&["缴纳", "交纳", "缴付", "交付", "支付", "缴", "交"]);
const WHOSE: Piece = Glue(&["向我公司", "向本公司", "按时", "及时", "足额"]);
const WHICH: Piece = Glue(&["续期", "当期", "本期", "下期", "该期", "的"]);
const PREMIUM: Piece = Word(&["保险费", "保费"]);
const IN_ALL: Piece = Glue(&["金额", "共计", "合计", "总计", "共", "为", "是", "计", "人民币", "：", ":"]);
const CONTRACTS: &[&str] = &["保险合同", "保险单", "保单", "合同"];

/// What is understood; of two that begin alike the longer one comes first.
const PHRASES: [&[Piece]; 9] = [
    &[Word(&["应于"]), Day("due_date"), WHOSE, PAY, WHICH, PREMIUM, IN_ALL, Sum("total_premium")],
    &[Word(&["应于"]), Day("due_date"), WHOSE, PAY, WHICH, PREMIUM],
    &[WHICH, Word(&["应缴", "应交"]), WHICH, PREMIUM, IN_ALL, Sum("total_premium")],
    &[PREMIUM, Word(&["已缴纳至", "已交纳至", "已缴至", "已交至"]), Day("paid_to")],
    &[Word(&["已缴费至", "已交费至"]), Day("paid_to")],
    &[Number("policy_no"), Word(&["号保险合同", "号保险单", "号保单", "号合同"])],
    &[Word(&["保险合同", "保险单", "保单", "合同"]), Glue(&["号码", "编号", "号", "为", "：", ":"]), Number("policy_no")],
    &[Word(&["投保的", "购买的"]), Product(CONTRACTS)],
    &[Word(&["投保的", "购买的"]), Product(&[])],
];

/// Words that say nothing the book keeps.
const GLUE: [&str; 22] = [
    "您好",
    "在我公司",
    "在本公司",
    "于我公司",
    "向我公司",
    "我公司",
    "本公司",
    "投保的",
    "购买的",
    "持有的",
    "名下的",
    "保险合同",
    "保险单",
    "贵公司",
    "个人",
    "保单",
    "合同",
    "现将",
    "其中",
    "您",
    "的",
    "该",
];

/// The facts of a clause; `None` when there is something else in it.
fn facts(clause: &str, fields: &Fields) -> Option<Vec<(Label, String)>> {
    if let Some(fact) = labelled(clause, fields) {
        return Some(vec![fact]);
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < clause.len() {
        let rest = &clause[at..];
        let phrase = PHRASES.iter().find_map(|phrase| follow(phrase, rest, fields));
        if let Some((length, facts)) = phrase {
            found.extend(facts);
            at += length;
        } else {
            at += GLUE.iter().find(|word| rest.starts_with(**word))?.len();
        }
    }
    Some(found)
}

/// 保险合同号：P1, 您的应缴日为2026年12月1日: a label of a policy with its value, and nothing else.
fn labelled(clause: &str, fields: &Fields) -> Option<(Label, String)> {
    let clause = ["您的", "该", "您"].iter().find_map(|word| clause.strip_prefix(word)).unwrap_or(clause);
    let (at, mark) = clause.char_indices().find(|(_, c)| matches!(c, '为' | '：' | ':'))?;
    let value = clause[at + mark.len_utf8()..].trim_start_matches(['：', ':']).trim_start_matches("人民币");
    let label = &clause[..at];
    let label = Label::of(label, fields).filter(Label::is_known)?;
    let of_policy = |claim: &Claim| fields.entry(claim.field).of == Record::Policy;
    if !label.claims.iter().all(of_policy) {
        return None;
    }
    let taken = match fields.entry(label.claims[0].field).kind {
        FieldType::Date => day(value),
        FieldType::Money => sum(value),
        FieldType::PolicyNo => number(value),
        _ => None,
    };
    (taken == Some(value.len())).then(|| (label, value.to_string()))
}

/// How far a text follows a phrase, and what it says.
fn follow(phrase: &[Piece], text: &str, fields: &Fields) -> Option<(usize, Vec<(Label, String)>)> {
    let mut found = Vec::new();
    let mut at = 0;
    for piece in phrase {
        let rest = &text[at..];
        let value = |key: &str, from: usize, to: usize| {
            let field = fields.by_key(key)?;
            let label = Label { claims: vec![Claim { field, role: None }], ..Label::word(&fields.entry(field).title) };
            Some((label, rest[from..to].to_string()))
        };
        at += match piece {
            Word(words) => words.iter().find(|word| rest.starts_with(**word))?.len(),
            Glue(words) => {
                let mut end = 0;
                while let Some(word) = words.iter().find(|word| rest[end..].starts_with(**word)) {
                    end += word.len();
                }
                end
            }
            Day(key) => {
                let end = day(rest)?;
                found.push(value(key, 0, end)?);
                end
            }
            Sum(key) => {
                let end = sum(rest)?;
                found.push(value(key, 0, end)?);
                end
            }
            Number(key) => {
                let end = number(rest)?;
                found.push(value(key, 0, end)?);
                end
            }
            Product(ends) => {
                let (from, to, end) = product(rest, ends)?;
                found.push(value("product", from, to)?);
                end
            }
        };
    }
    Some((at, found))
}

/// The length of the day a text begins with.
fn day(text: &str) -> Option<usize> {
    let end = match text.find('日') {
        Some(at) if text[..at].chars().all(|c| c.is_ascii_digit() || matches!(c, '年' | '月')) => at + '日'.len_utf8(),
        _ => text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '-' | '/' | '.')).unwrap_or(text.len()),
    };
    let reading = PartialDate::read(Cell::from(&text[..end]));
    matches!(reading, Reading::Good(date) if date.day().is_some()).then_some(end)
}

/// The length of the sum in 元 a text begins with.
fn sum(text: &str) -> Option<usize> {
    let digits = text.trim_start_matches(['￥', '¥']);
    let start = text.len() - digits.len();
    let end = digits.find(|c: char| !c.is_ascii_digit() && !matches!(c, ',' | '.')).filter(|end| *end > 0)?;
    let unit = ["万元整", "元整", "万元", "元"].iter().find(|unit| digits[end..].starts_with(**unit))?;
    let end = start + end + unit.len();
    matches!(Amount::read(Cell::from(&text[..end]), Unit::Yuan), Reading::Good(_)).then_some(end)
}

/// The length of the number of a contract a text begins with.
fn number(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    let digits = text[..end].chars().filter(char::is_ascii_digit).count();
    (end >= 8 && digits >= 6).then_some(end)
}

/// Where the name of a product a text begins with is in it, and where the text goes on.
fn product(text: &str, ends: &[&str]) -> Option<(usize, usize, usize)> {
    let is_name = |name: &str| {
        (3..=30).contains(&name.chars().count())
            && name.contains('险')
            && name.chars().all(|c| c.is_alphabetic() && !c.is_ascii())
            && !SPOKEN.iter().any(|word| name.contains(word))
    };
    if let Some(inner) = text.strip_prefix('《') {
        let end = inner.find('》')?;
        let from = '《'.len_utf8();
        return is_name(&inner[..end]).then_some((from, from + end, from + end + '》'.len_utf8()));
    }
    let end = ends.iter().filter_map(|word| text.find(word)).min()?;
    is_name(&text[..end]).then_some((0, end, end))
}

/// 大写：壹仟贰佰元整, behind the same sum in figures.
fn repeats_a_sum(clause: &str, facts: &[(Label, String)]) -> bool {
    let amount = |text: &str| match Amount::read(Cell::from(text), Unit::Yuan) {
        Reading::Good(amount) => Some(amount.money()),
        _ => None,
    };
    let clause = clause.trim_start_matches("人民币").trim_start_matches("大写").trim_start_matches(['：', ':']);
    let said = amount(clause.trim_start_matches("人民币"));
    said.is_some() && facts.last().is_some_and(|(_, value)| amount(value) == said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, complete: bool, want: &[(&str, &str)]) {
        let fields = Fields::load(crate::templates::FIELDS, None).unwrap();
        let sentence = read(text, &fields);
        let key = |label: &Label| fields.entry(label.claims[0].field).key.clone();
        let got: Vec<(String, &str)> = sentence.facts.iter().map(|(label, value)| (key(label), &**value)).collect();
        let got: Vec<(&str, &str)> = got.iter().map(|(key, value)| (&**key, *value)).collect();
        assert_eq!((sentence.is_complete, &*got), (complete, want), "{text}");
    }

    #[test]
    fn what_sentences_say() {
        case(
            "您投保的保单（保险合同号：P20260001001）应于2026年12月1日缴纳保险费1,200.00元",
            true,
            &[("policy_no", "P20260001001"), ("due_date", "2026年12月1日"), ("total_premium", "1,200.00元")],
        );
        case(
            "    您好！您的P20260001001号保险单应于2026-12-01向我公司缴纳续期保险费人民币￥1,200.00元（大写：壹仟贰佰元整）。",
            true,
            &[("policy_no", "P20260001001"), ("due_date", "2026-12-01"), ("total_premium", "￥1,200.00元")],
        );
        case(
            "您投保的平安康终身寿险保险合同（合同号 P20260001001），保费已交至2026年11月30日，应缴保费合计：1200元。",
            true,
            &[
                ("product", "平安康终身寿险"),
                ("policy_no", "P20260001001"),
                ("paid_to", "2026年11月30日"),
                ("total_premium", "1200元"),
            ],
        );
        case(
            "您投保的《安享两全保险》保单，保险合同号为P20260001001。",
            true,
            &[("product", "安享两全保险"), ("policy_no", "P20260001001")],
        );
        case(
            "您的应缴日为2026年12月1日，应缴保费为1200元",
            true,
            &[("due_date", "2026年12月1日"), ("total_premium", "1200元")],
        );
    }

    #[test]
    fn greetings() {
        case("尊敬的李四先生：", true, &[("name", "李四")]);
        case("尊敬的 李 四 先生/女士：", true, &[("name", "李四")]);
        case("尊敬的李四客户，您好！", true, &[("name", "李四")]);
        case("尊敬的客户李四：", true, &[("name", "李四")]);
        case("尊敬的客户：", true, &[]);
        case("尊敬的：", true, &[]);
        case("尊敬的李四女士：您好！感谢您的支持。", false, &[("name", "李四")]);
        case("尊敬的李1：", false, &[]);
    }

    /// Of what is not understood nothing is taken.
    #[test]
    fn what_is_left_alone() {
        case("如您已于2026年11月20日缴纳保险费500.00元，请忽略本通知。", false, &[]);
        case("您应于2026年12月31日前缴纳保险费500.00元。", false, &[]);
        case("上期应缴保费为1000元", false, &[]);
        case(
            "您投保的保单（保险合同号：P20260001001）应于2026年13月1日缴纳保险费1,200.00元",
            false,
            &[("policy_no", "P20260001001")],
        );
        case("如有疑问，请致电95500或联系您的服务专员傅雪（电话：16455500206）。", false, &[]);
        case("您的联系电话为16455500206", false, &[]);
        case("您的保单将于宽限期满日2027年1月30日中止", false, &[]);
        case("人民币壹仟元整，您的保单", false, &[]);
    }

    #[test]
    fn what_a_sentence_is() {
        for text in ["尊敬的李四：", "您投保的保单（合同号：1）", "如有疑问，请致电：95500", "逾期未交费保单将终止。"]
        {
            assert!(is_sentence(text), "{text}");
        }
        for text in ["投保人：李四", "浙江省杭州市某路1号，2幢", "应缴保费", "备注：客户说，您好。", "2026年12月1日"]
        {
            assert!(!is_sentence(text), "{text}");
        }
    }
}
