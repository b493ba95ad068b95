//! Headings made comparable: what is a matter of spelling is taken away, what is meaning stays.

use unicode_normalization::UnicodeNormalization;

use crate::model::text;

/// A heading without its decoration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// For comparing: `*保险金额（万元）：` becomes `保险金额`.
    pub key: String,
    /// What stood in brackets: `万元`, `必填`; empty without brackets.
    pub hint: String,
}

/// Pairs of spellings of the same thing, applied in this order to headings and to the spellings in
/// `fields.toml` alike (trap T14; the last two are misreadings of scanned lists).
const SAME: [(&str, &str); 9] = [
    ("被保险人", "被保人"),
    ("被保险入", "被保人"),
    ("设保人", "投保人"),
    ("身分证", "身份证"),
    ("缴", "交"),
    ("帐", "账"),
    ("号码", "号"),
    ("日期", "日"),
    ("电子邮件", "电子邮箱"),
];

/// Letters of a text that are looked at. Headings are shorter; a cell may hold 32,767.
const LONGEST: usize = 500;

impl Heading {
    /// Takes the decoration off: compatibility forms, every kind of space and line break, stars and colons
    /// at the ends, brackets.
    pub fn of(text: &str) -> Heading {
        let mut key = String::new();
        let mut hint = String::new();
        let mut depth = 0_u32;
        for c in text.nfkc().filter(|c| !text::is_space(*c)).take(LONGEST) {
            match c {
                '(' | '[' | '【' | '〔' => depth += 1,
                ')' | ']' | '】' | '〕' if depth > 0 => depth -= 1,
                _ if depth > 0 => hint.push(c),
                _ => key.extend(c.to_lowercase()),
            }
        }
        let trimmed = key.trim_matches(['*', ':', '#', '、', '?', '.']);
        let mut key = trimmed.trim_start_matches("'").to_string();
        for (from, to) in SAME {
            if key.contains(from) {
                key = key.replace(from, to);
            }
        }
        Heading { key, hint }
    }

    /// The heading without the number that tells repeated columns apart, and that number:
    /// `附险险种2` is `附险险种` and 2, `子女1姓名` is `子女姓名` and 1.
    pub fn without_number(key: &str) -> Option<(String, u8)> {
        let start = key.find(|c: char| c.is_ascii_digit())?;
        let digits = key[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(key.len() - start);
        let number = key[start..start + digits].parse().ok().filter(|number| (1..=20).contains(number))?;
        let rest = format!("{}{}", &key[..start], &key[start + digits..]);
        (!rest.is_empty() && !rest.contains(|c: char| c.is_ascii_digit())).then_some((rest, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(text: &str, key: &str, hint: &str) {
        assert_eq!(Heading::of(text), Heading { key: key.into(), hint: hint.into() }, "{text:?}");
    }

    /// T14: a heading with a star, `(必填)`, a unit, a line break, inner spaces, a colon.
    #[test]
    fn t14_decoration_is_taken_off() {
        case("姓名*", "姓名", "");
        case("*姓名(必填)", "姓名", "必填");
        case("保额（元）", "保额", "元");
        case("应\n收件数", "应收件数", "");
        case(" 客户姓名", "客户姓名", "");
        case("管理机构：", "管理机构", "");
        case("\u{feff}姓　名", "姓名", "");
        case("ＱＱ", "qq", "");
    }

    #[test]
    fn spellings_of_one_thing_are_one() {
        case("缴费方式", "交费方式", "");
        case("被保险人证件号码", "被保人证件号", "");
        case("被保险入", "被保人", "");
        case("生效日期", "生效日", "");
        case("投保人身分证号码", "投保人身份证号", "");
    }

    /// Every cell of the first rows may be a heading, in more than one way.
    #[test]
    fn of_a_long_text_only_the_beginning_is_looked_at() {
        let long = Heading::of(&"某".repeat(32_767));
        assert_eq!(long.key.chars().count(), LONGEST);
        case(&format!("客户姓名（{}）", "请如实填写，".repeat(50)), "客户姓名", &"请如实填写,".repeat(50));
    }

    #[test]
    fn numbers_tell_repeated_columns_apart() {
        assert_eq!(Heading::without_number("附险保费7"), Some(("附险保费".into(), 7)));
        assert_eq!(Heading::without_number("子女1姓名"), Some(("子女姓名".into(), 1)));
        assert_eq!(Heading::without_number("姓名"), None);
        assert_eq!(Heading::without_number("2023年1月"), None);
    }
}
