//! Placeholders: `{{客户姓名}}` is a field, `{{#保单.险种}}` a column of a list.

use std::fmt;
use std::ops::Range;

use super::fault::What;

/// What is to be put into a cell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placeholder {
    /// A field of the record, by its title.
    Field(String),
    /// A column of a list, by the list's name and the column's title.
    Column {
        /// The list, e.g. 保单.
        list: String,
        /// The title, e.g. 险种.
        column: String,
    },
}

impl Placeholder {
    /// The title it asks for.
    pub fn title(&self) -> &str {
        match self {
            Placeholder::Field(title) => title,
            Placeholder::Column { column, .. } => column,
        }
    }

    /// The list it belongs to.
    pub fn list(&self) -> Option<&str> {
        match self {
            Placeholder::Field(_) => None,
            Placeholder::Column { list, .. } => Some(list),
        }
    }
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Placeholder::Field(title) => write!(f, "{{{{{title}}}}}"),
            Placeholder::Column { list, column } => write!(f, "{{{{#{list}.{column}}}}}"),
        }
    }
}

/// A piece of a cell's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    Text(String),
    Placeholder(Placeholder),
}

/// True if there is, or seems to be, a placeholder in the text.
pub(super) fn is_in(text: &str) -> bool {
    text.contains("{{") || text.contains("｛｛")
}

/// The placeholders of a text with their places. Braces and marks may be typed full-width, as Chinese keyboards do.
pub(super) fn find(text: &str) -> Result<Vec<(Range<usize>, Placeholder)>, What> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find(['{', '｛']).map(|open| open + at) {
        let Some(start) = skip_twice(&text[open..], ['{', '｛']).map(|length| open + length) else {
            at = open + text[open..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let inner = &text[start..];
        let Some(close) = inner.find(['}', '｝', '{', '｛', '\n']) else {
            return Err(What::Unclosed(shown(&text[open..])));
        };
        let Some(length) = skip_twice(&inner[close..], ['}', '｝']) else {
            return Err(What::Unclosed(shown(&text[open..])));
        };
        let end = start + close + length;
        let placeholder = named(&inner[..close]).ok_or_else(|| What::Nameless(text[open..end].to_string()))?;
        found.push((open..end, placeholder));
        at = end;
    }
    Ok(found)
}

/// The text cut at its placeholders.
pub(super) fn parse(text: &str) -> Result<Vec<Segment>, What> {
    let mut segments = Vec::new();
    let mut at = 0;
    for (range, placeholder) in find(text)? {
        if range.start > at {
            segments.push(Segment::Text(text[at..range.start].to_string()));
        }
        segments.push(Segment::Placeholder(placeholder));
        at = range.end;
    }
    if at < text.len() {
        segments.push(Segment::Text(text[at..].to_string()));
    }
    Ok(segments)
}

fn named(inner: &str) -> Option<Placeholder> {
    let inner = inner.trim();
    let Some(rest) = inner.strip_prefix(['#', '＃']) else {
        return (!inner.is_empty()).then(|| Placeholder::Field(inner.to_string()));
    };
    let (list, column) = rest.split_once(['.', '．', '。'])?;
    let (list, column) = (list.trim(), column.trim());
    (!list.is_empty() && !column.is_empty())
        .then(|| Placeholder::Column { list: list.to_string(), column: column.to_string() })
}

/// The length of two leading braces.
fn skip_twice(text: &str, braces: [char; 2]) -> Option<usize> {
    let mut chars = text.chars();
    let (one, other) = (chars.next()?, chars.next()?);
    (braces.contains(&one) && braces.contains(&other)).then(|| one.len_utf8() + other.len_utf8())
}

fn shown(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(title: &str) -> Segment {
        Segment::Placeholder(Placeholder::Field(title.to_string()))
    }

    fn column(list: &str, column: &str) -> Segment {
        Segment::Placeholder(Placeholder::Column { list: list.to_string(), column: column.to_string() })
    }

    fn text(text: &str) -> Segment {
        Segment::Text(text.to_string())
    }

    #[track_caller]
    fn case(from: &str, want: Vec<Segment>) {
        assert_eq!(parse(from), Ok(want), "{from}");
    }

    #[test]
    fn placeholders_are_found_in_text() {
        case("{{客户姓名}}", vec![field("客户姓名")]);
        case("{{客户.姓名}}", vec![field("客户.姓名")]);
        case("年收入：{{ 家庭年收入 }}元", vec![text("年收入："), field("家庭年收入"), text("元")]);
        case("{{#保单.险种}}", vec![column("保单", "险种")]);
        case("｛｛＃保单．险种｝｝", vec![column("保单", "险种")]);
        case("{{a}}{{#b.c.d}}", vec![field("a"), column("b", "c.d")]);
        case("{一}{ {x}} }}", vec![text("{一}{ {x}} }}")]);
        case("", vec![]);
    }

    #[test]
    fn half_placeholders_are_faults() {
        assert_eq!(parse("{{客户"), Err(What::Unclosed("{{客户".to_string())));
        assert_eq!(parse("{{客户}"), Err(What::Unclosed("{{客户}".to_string())));
        assert_eq!(parse("{{客户{{姓名}}"), Err(What::Unclosed("{{客户{{姓名}}".to_string())));
        assert_eq!(parse("{{ }}"), Err(What::Nameless("{{ }}".to_string())));
        assert_eq!(parse("{{#保单}}"), Err(What::Nameless("{{#保单}}".to_string())));
        assert_eq!(parse("{{#.险种}}"), Err(What::Nameless("{{#.险种}}".to_string())));
    }
}
