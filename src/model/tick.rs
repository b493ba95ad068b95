//! Boxes to tick, as printed forms have them: `☑直接登门 □邀约登门 □电话跟进`, `有□ 无☑`. Forms that went
//! through Word have 口 for the empty box.

/// What a cell with boxes says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ticks<'a> {
    /// No boxes in it.
    NotAForm,
    /// Boxes, none ticked: nothing has been said.
    Nothing,
    /// The label of the one ticked box.
    One(&'a str),
    /// More than one box is ticked.
    Several,
}

fn is_ticked(c: char) -> bool {
    matches!(c, '☑' | '☒' | '✓' | '✔' | '√' | '■' | '●' | '◉' | '🗹')
}

fn is_open(c: char) -> bool {
    matches!(c, '□' | '☐' | '○' | '◯' | '▢')
}

fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '；' | ',' | '，' | '、' | '/')
}

/// Which box of the text is ticked. The label stands behind its box, or, where the text ends with a box,
/// before it. A title before the first box (`方式：☑面访 □电话`) is not a label.
pub fn ticked(text: &str) -> Ticks<'_> {
    let marks = marks(text);
    let (Some(first), Some(last)) = (marks.first(), marks.last()) else {
        return Ticks::NotAForm;
    };
    let before = text[..first.start].trim_matches(is_gap);
    let has_title = before.ends_with([':', '：']);
    let labels: Vec<&str> = if before.is_empty() || has_title {
        let ends = marks.iter().skip(1).map(|mark| mark.start).chain([text.len()]);
        marks.iter().zip(ends).map(|(mark, end)| text[mark.end..end].trim_matches(is_gap)).collect()
    } else if text[last.end..].trim_matches(is_gap).is_empty() {
        let starts = [0].into_iter().chain(marks.iter().map(|mark| mark.end));
        marks.iter().zip(starts).map(|(mark, start)| text[start..mark.start].trim_matches(is_gap)).collect()
    } else {
        return Ticks::NotAForm;
    };
    let mut chosen = marks.iter().zip(labels).filter(|(mark, _)| mark.ticked);
    match (chosen.next(), chosen.next()) {
        (None, _) => Ticks::Nothing,
        (Some((_, label)), None) => Ticks::One(label),
        (Some(_), Some(_)) => Ticks::Several,
    }
}

struct Mark {
    start: usize,
    end: usize,
    ticked: bool,
}

fn marks(text: &str) -> Vec<Mark> {
    let opens_item = |at: usize| text[..at].chars().next_back().is_none_or(is_gap);
    let word_boxes = text.char_indices().filter(|(at, c)| *c == '口' && opens_item(*at)).count();
    // 口 alone may be a word; it is a box where there is another box beside it.
    let has_box = text.chars().any(|c| is_ticked(c) || is_open(c)) || word_boxes > 1;
    let mark = |(start, c): (usize, char)| {
        let open = is_open(c) || (c == '口' && has_box && opens_item(start));
        (open || is_ticked(c)).then(|| Mark { start, end: start + c.len_utf8(), ticked: is_ticked(c) })
    };
    text.char_indices().filter_map(mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(input: &str, want: Ticks) {
        assert_eq!(ticked(input), want, "{input:?}");
    }

    #[test]
    fn boxes_before_their_labels() {
        case("☑是 □否", Ticks::One("是"));
        case("□有 ☑无", Ticks::One("无"));
        case("□有 □无", Ticks::Nothing);
        case("☑直接登门;□邀约登门;□电话跟进", Ticks::One("直接登门"));
        case("第一次跟进方式：☑直接登门 □邀约登门", Ticks::One("直接登门"));
        case("☑有 ☑无", Ticks::Several);
        case("√有", Ticks::One("有"));
    }

    #[test]
    fn boxes_behind_their_labels() {
        case("有□ 无☑", Ticks::One("无"));
        case("有√", Ticks::One("有"));
    }

    #[test]
    fn boxes_that_went_through_word() {
        case("口有 √无", Ticks::One("无"));
        case("口有 口无", Ticks::Nothing);
        case("口头", Ticks::NotAForm);
    }

    #[test]
    fn other_text_is_no_form() {
        case("", Ticks::NotAForm);
        case("面访", Ticks::NotAForm);
        case("去年○月份", Ticks::NotAForm);
    }
}
