//! Text as typed in Chinese offices: full-width digits, ideographic spaces, byte order marks, Excel's tricks.

use std::borrow::Cow;

/// White space of every kind that reaches us, including those Rust does not call white space.
pub fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{00ad}')
}

/// Full-width ASCII as half-width; everything else as it is.
fn half_width(c: char) -> char {
    match c {
        '\u{3000}' | '\u{00a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Without the space around it, full-width ASCII made half-width, zero-width characters gone, and Excel's
/// ways of saying "this is text" (`'001`, `="001"`, a trailing tab) undone. Chinese punctuation outside the
/// full-width ASCII block (`、。《》`) stays.
pub fn tidy(text: &str) -> Cow<'_, str> {
    tidied(text, half_width)
}

/// [`tidy`] for what people write in sentences: the punctuation of Chinese stays as wide as it was typed.
pub fn tidy_sentence(text: &str) -> Cow<'_, str> {
    tidied(text, |c| if matches!(c, '，' | '；' | '：' | '？' | '！' | '（' | '）') { c } else { half_width(c) })
}

fn tidied(text: &str, half_width: impl Fn(char) -> char) -> Cow<'_, str> {
    let trimmed = text.trim_matches(is_space);
    let trimmed = match trimmed.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.trim_matches(is_space),
        None => trimmed.strip_prefix('\'').unwrap_or(trimmed),
    };
    let clean = |c: char| half_width(c) == c && !matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{00ad}');
    if trimmed.is_ascii() || trimmed.chars().all(clean) {
        return Cow::Borrowed(trimmed);
    }
    let kept = trimmed.chars().map(&half_width).filter(|c| *c == ' ' || !is_space(*c) || *c == '\n');
    Cow::Owned(kept.collect::<String>().trim_matches(is_space).to_string())
}

/// For comparing words: [`tidy`], no space at all, lower case.
pub fn key(text: &str) -> String {
    tidy(text).chars().filter(|c| !is_space(*c)).flat_map(char::to_lowercase).collect()
}

/// Words that say "nothing here". `未知` and `不详` are among them.
pub fn is_placeholder(text: &str) -> bool {
    let word = tidy(text);
    let word = word.trim_matches(['(', ')', '[', ']']);
    if word.is_empty() || word.chars().all(|c| matches!(c, '-' | '—' | '–' | '/' | '\\' | '.' | '_' | '~' | '*' | '?')) {
        // A row of stars is a mask, not a blank; a lone one is a stray mark.
        return !(word.len() > 1 && word.chars().all(|c| c == '*'));
    }
    matches!(
        word.to_lowercase().as_str(),
        "无" | "没有"
            | "暂无"
            | "空"
            | "不详"
            | "未知"
            | "不知道"
            | "不清楚"
            | "待补"
            | "待补充"
            | "待填"
            | "未填"
            | "未填写"
            | "未提供"
            | "未登记"
            | "缺"
            | "缺失"
            | "n/a"
            | "na"
            | "#n/a"
            | "null"
            | "none"
            | "nil"
            | "nan"
            | "无此项"
    )
}

/// Columns a text takes on screen and paper: Chinese and other wide characters take two.
/// Ambiguous ones (`·`, `—`, Greek) count two, as Chinese fonts draw them.
pub fn display_width(text: &str) -> usize {
    text.chars().map(|c| if (c as u32) < 0x0370 && c != '·' && c != '×' { 1 } else { 2 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn tidies(text: &str, want: &str) {
        assert_eq!(tidy(text), want, "{text:?}");
        assert_eq!(tidy(want), want, "tidying twice: {want:?}");
    }

    #[test]
    fn what_excel_and_people_add_is_taken_away() {
        tidies("  王伟\u{3000}", "王伟");
        tidies("\u{feff}客户姓名", "客户姓名");
        tidies("１３８００１３８０００", "13800138000");
        tidies("'0012", "0012");
        tidies("=\"0012\"", "0012");
        tidies("0012\t", "0012");
        tidies("（万元）", "(万元)");
        tidies("张\u{200b}三", "张三");
        tidies("教育金、养老", "教育金、养老");
    }

    #[test]
    fn sentences_keep_their_punctuation() {
        for (typed, want) in [
            (" 很好，“谢谢”；（下周）再约：？！ ", "很好，“谢谢”；（下周）再约：？！"),
            ("１０万，ＶＩＰ", "10万，VIP"),
            ("a＠ｂ．com", "a@b.com"),
        ] {
            assert_eq!(tidy_sentence(typed), want);
        }
    }

    #[test]
    fn a_placeholder_says_nothing_is_there() {
        for word in ["", " ", "无", "－", "--", "N/A", "不详", "（无）", "/"] {
            assert!(is_placeholder(word), "{word:?}");
        }
        for word in ["无锡", "0", "***", "王*", "否"] {
            assert!(!is_placeholder(word), "{word:?}");
        }
    }

    #[test]
    fn chinese_takes_two_columns() {
        assert_eq!(display_width("A类优质"), 7);
    }
}
