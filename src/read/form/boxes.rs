//! Values with boxes to tick: `□男 ☑女`, several ticked at once, boxes in cells of their own.

use crate::model::text::is_space;

/// What the ticked boxes say: `寿险、健康险`; empty when none is ticked. `None` when there are no boxes. The label
/// stands behind its box, or, where the text ends with a box, before it. A text such as `√` alone is a tick, too.
pub fn ticked(text: &str) -> Option<String> {
    let marks: Vec<(usize, char)> = text.char_indices().filter(|(at, c)| is_box(text, *at, *c)).collect();
    let (first, last) = (marks.first()?, marks.last()?);
    let behind = text[last.0 + last.1.len_utf8()..].trim_matches(is_gap);
    let before = text[..first.0].trim_matches(is_gap);
    let labels: Vec<&str> = if before.is_empty() {
        let ends = marks.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
        marks.iter().zip(ends).map(|((at, c), end)| &text[at + c.len_utf8()..end]).collect()
    } else if behind.is_empty() {
        let starts = [0].into_iter().chain(marks.iter().map(|(at, c)| at + c.len_utf8()));
        marks.iter().zip(starts).map(|((at, _), start)| &text[start..*at]).collect()
    } else {
        return None;
    };
    let chosen = marks.iter().zip(labels).filter(|((_, c), _)| is_ticked(*c));
    Some(chosen.map(|(_, label)| label.trim_matches(is_gap)).collect::<Vec<_>>().join("、"))
}

/// Where the first box of a text is.
pub fn first_box(text: &str) -> Option<usize> {
    text.char_indices().find(|(at, c)| is_box(text, *at, *c)).map(|(at, _)| at)
}

fn is_box(text: &str, at: usize, c: char) -> bool {
    is_ticked(c) || is_open(c) || c == '口' && is_word_box(text, at)
}

/// 口 is the empty box of forms that went through Word: at the beginning of an item, beside another box.
fn is_word_box(text: &str, at: usize) -> bool {
    let opens = |at: usize| text[..at].chars().next_back().is_none_or(|c| is_gap(c) || matches!(c, ':' | '：'));
    let another =
        text.char_indices().any(|(other, c)| other != at && (is_ticked(c) || is_open(c) || c == '口' && opens(other)));
    opens(at) && another
}

fn is_ticked(c: char) -> bool {
    matches!(c, '☑' | '☒' | '✓' | '✔' | '√' | '■' | '●' | '◉' | '🗹')
}

fn is_open(c: char) -> bool {
    matches!(c, '□' | '☐' | '○' | '◯' | '▢')
}

fn is_gap(c: char) -> bool {
    is_space(c) || matches!(c, ';' | '；' | ',' | '，' | '、' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(input: &str, want: Option<&str>) {
        assert_eq!(ticked(input).as_deref(), want, "{input}");
    }

    #[test]
    fn what_is_ticked_is_said() {
        case("□男 ☑女", Some("女"));
        case("男□ 女√", Some("女"));
        case("☑寿险 ☒健康险 □年金险", Some("寿险、健康险"));
        case("□有　□无", Some(""));
        case("口有 √无", Some("无"));
        case("口A 口B", Some(""));
        case("√", Some(""));
        case("女", None);
        case("人口3人", None);
        case("有□无，备注见后", None);
    }
}
