//! The texts of cells: shared and inline strings, plain or in differently formatted runs.

use super::fault::What;
use super::placeholder::{self, Placeholder, Segment};
use super::xml::{self, Kind, Tokens};

/// A cell's text and what it is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct CellText {
    /// All of it, as it is read.
    pub text: String,
    /// Its runs, if it is formatted in parts.
    pub runs: Vec<Run>,
}

/// Text of one look.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    /// The `rPr` element as it stands; empty for none.
    pub look: Vec<u8>,
    pub text: String,
}

/// A run with its placeholders.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RunPlan {
    pub look: Vec<u8>,
    pub segments: Vec<Segment>,
}

/// What a cell with placeholders is to hold.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TextPlan {
    /// One placeholder and nothing else: the cell takes the value's type.
    Alone(Placeholder, Vec<u8>),
    /// Text with placeholders in it.
    Mixed(Vec<RunPlan>),
}

/// The strings of `sharedStrings.xml`, in order.
pub(super) fn shared(part: &[u8]) -> Result<Vec<CellText>, String> {
    let mut out = Vec::new();
    let mut tokens = Tokens::of(part);
    while let Some(token) = tokens.next()? {
        if token.starts("si") {
            let inside = if token.kind == Kind::Open { tokens.inside(&token)? } else { 0..0 };
            out.push(read(&part[inside])?);
        }
    }
    Ok(out)
}

/// What stands inside `si` or `is`. Phonetic guides are left out.
pub(super) fn read(inside: &[u8]) -> Result<CellText, String> {
    let mut all = CellText::default();
    let mut tokens = Tokens::of(inside);
    let mut look = Vec::new();
    let mut in_run = false;
    while let Some(token) = tokens.next()? {
        if token.closes("r") {
            in_run = false;
            continue;
        }
        if token.kind != Kind::Open {
            if token.starts("rPr") {
                look = token.raw().to_vec();
            }
            continue;
        }
        match token.name() {
            b"r" => (in_run, look) = (true, Vec::new()),
            b"rPr" => {
                tokens.inside(&token)?;
                let end = token.at.start + element_length(&inside[token.at.start..])?;
                look = inside[token.at.start..end].to_vec();
            }
            b"t" => {
                let text = xml::text(&inside[tokens.inside(&token)?]);
                let text = xml::unescape_cell_text(&text).into_owned();
                all.text.push_str(&text);
                if in_run {
                    all.runs.push(Run { look: std::mem::take(&mut look), text });
                }
            }
            b"rPh" => {
                tokens.inside(&token)?;
            }
            _ => {}
        }
    }
    Ok(all)
}

/// Bytes of the element that begins here, with its closing tag.
fn element_length(part: &[u8]) -> Result<usize, String> {
    let mut tokens = Tokens::of(part);
    let open = tokens.next()?.ok_or("标签没有收尾")?;
    let inside = tokens.inside(&open)?;
    let close = part[inside.end..].iter().position(|byte| *byte == b'>').ok_or("标签没有收尾")?;
    Ok(inside.end + close + 1)
}

impl CellText {
    /// The placeholders in it. A placeholder that begins in one run and ends in another takes the look of the first.
    pub(super) fn plan(&self) -> Result<Option<TextPlan>, What> {
        if !placeholder::is_in(&self.text) {
            return Ok(None);
        }
        let found = placeholder::find(&self.text)?;
        if found.is_empty() {
            return Ok(None);
        }
        if let [(range, alone)] = &found[..]
            && self.text[..range.start].trim().is_empty()
            && self.text[range.end..].trim().is_empty()
        {
            let look = self.run_at(range.start).map(|run| run.look.clone()).unwrap_or_default();
            return Ok(Some(TextPlan::Alone(alone.clone(), look)));
        }
        let whole = [Run { look: Vec::new(), text: self.text.clone() }];
        let runs = if self.runs.is_empty() { &whole[..] } else { &self.runs[..] };
        let mut plans = Vec::new();
        let mut start = 0;
        for run in runs {
            let end = start + run.text.len();
            let mut segments = Vec::new();
            let mut at = start;
            for (range, placeholder) in &found {
                if range.end <= at || range.start >= end {
                    continue;
                }
                if range.start >= at {
                    push_text(&mut segments, &self.text[at..range.start]);
                    segments.push(Segment::Placeholder(placeholder.clone()));
                }
                at = range.end.min(end);
            }
            push_text(&mut segments, &self.text[at..end]);
            if !segments.is_empty() {
                plans.push(RunPlan { look: run.look.clone(), segments });
            }
            start = end;
        }
        Ok(Some(TextPlan::Mixed(plans)))
    }

    fn run_at(&self, at: usize) -> Option<&Run> {
        let mut end = 0;
        self.runs.iter().find(|run| {
            end += run.text.len();
            at < end
        })
    }
}

fn push_text(segments: &mut Vec<Segment>, text: &str) {
    if !text.is_empty() {
        segments.push(Segment::Text(text.to_string()));
    }
}

impl TextPlan {
    /// Its placeholders, in order.
    pub(super) fn placeholders(&self) -> Vec<&Placeholder> {
        match self {
            TextPlan::Alone(placeholder, _) => vec![placeholder],
            TextPlan::Mixed(runs) => {
                let segments = runs.iter().flat_map(|run| &run.segments);
                segments
                    .filter_map(|segment| match segment {
                        Segment::Placeholder(placeholder) => Some(placeholder),
                        Segment::Text(_) => None,
                    })
                    .collect()
            }
        }
    }

    /// The same with the tags of its looks under another prefix.
    pub(super) fn with_prefix(mut self, prefix: &str) -> Result<TextPlan, String> {
        match &mut self {
            TextPlan::Alone(_, look) => *look = prefixed(look, prefix)?,
            TextPlan::Mixed(runs) => {
                for run in runs {
                    run.look = prefixed(&run.look, prefix)?;
                }
            }
        }
        Ok(self)
    }
}

/// Strings and sheets may name the same tags under different prefixes.
fn prefixed(part: &[u8], prefix: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(part.len());
    let mut tokens = Tokens::of(part);
    while let Some(token) = tokens.next()? {
        let raw = token.raw();
        let lead: &[u8] = match token.kind {
            Kind::Open | Kind::Empty => b"<",
            Kind::Close => b"</",
            Kind::Text | Kind::Other => {
                out.extend_from_slice(raw);
                continue;
            }
        };
        out.extend_from_slice(lead);
        out.extend_from_slice(prefix.as_bytes());
        out.extend_from_slice(token.name());
        out.extend_from_slice(&raw[lead.len() + token.full_name().len()..]);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_joined_before_placeholders_are_looked_for() {
        let part = "<sst><si><t>a</t></si><si/><si><r><rPr><b/></rPr><t xml:space=\"preserve\">姓名：{{客</t></r><r><t>户姓</t></r>\
                    <r><rPr><i/></rPr><t>名}}女士{{称呼}}</t></r><rPh sb=\"0\" eb=\"1\"><t>xx</t></rPh></si></sst>";
        let strings = shared(part.as_bytes()).expect("well-formed");
        assert_eq!(strings.len(), 3);
        assert_eq!((strings[0].text.as_str(), strings[1].text.as_str()), ("a", ""));
        assert_eq!(strings[2].text, "姓名：{{客户姓名}}女士{{称呼}}");
        let field = |title: &str| Segment::Placeholder(Placeholder::Field(title.to_string()));
        let want = vec![
            RunPlan {
                look: b"<rPr><b/></rPr>".to_vec(), segments: vec![Segment::Text("姓名：".into()), field("客户姓名")]
            },
            RunPlan { look: b"<rPr><i/></rPr>".to_vec(), segments: vec![Segment::Text("女士".into()), field("称呼")] },
        ];
        assert_eq!(strings[2].plan(), Ok(Some(TextPlan::Mixed(want))));
    }

    #[test]
    fn a_placeholder_alone_keeps_the_look_of_its_run() {
        let text =
            read(b"<x:r><x:rPr><x:sz val=\"9\"/></x:rPr><x:t>{{</x:t></x:r><x:r><x:t>a}} </x:t></x:r>").expect("a text");
        let plan = text.plan().expect("whole").expect("a placeholder").with_prefix("").expect("well-formed");
        assert_eq!(plan, TextPlan::Alone(Placeholder::Field("a".into()), b"<rPr><sz val=\"9\"/></rPr>".to_vec()));
    }
}
