//! The least we need to know of a part's XML: where its tags and attributes stand, so that all else can be copied
//! byte for byte.

use std::borrow::Cow;
use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::Event;

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `<a …>`
    Open,
    /// `<a …/>`
    Empty,
    /// `</a>`
    Close,
    /// Text, a reference or a CDATA section.
    Text,
    /// Declarations and comments.
    Other,
}

/// A piece of a part, from `at.start` up to `at.end`.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    pub at: Range<usize>,
    part: &'a [u8],
}

/// Goes through a part tag by tag.
pub(super) struct Tokens<'a> {
    reader: Reader<&'a [u8]>,
    part: &'a [u8],
    skipped: usize,
}

impl<'a> Tokens<'a> {
    /// Over a well-formed part.
    pub(super) fn of(part: &'a [u8]) -> Tokens<'a> {
        // A byte order mark stays with what is copied and is no business of the reader.
        let skipped = if part.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        Tokens { reader: Reader::from_reader(&part[skipped..]), part, skipped }
    }

    /// Over old drawing markup (VML), whose tags need not match.
    pub(super) fn lenient(part: &'a [u8]) -> Tokens<'a> {
        let mut tokens = Tokens::of(part);
        let config = tokens.reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        tokens
    }

    /// The next piece; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, String> {
        let start = self.reader.buffer_position() as usize + self.skipped;
        let kind = match self.reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(_) => Kind::Open,
            Event::Empty(_) => Kind::Empty,
            Event::End(_) => Kind::Close,
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => Kind::Text,
            Event::DocType(_) => return Err("有 DOCTYPE 声明".to_string()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => Kind::Other,
            Event::Eof => return Ok(None),
        };
        let end = self.reader.buffer_position() as usize + self.skipped;
        Ok(Some(Token { kind, at: start..end, part: self.part }))
    }

    /// The place of everything inside the tag just opened; its closing tag is read too.
    pub(super) fn inside(&mut self, open: &Token) -> Result<Range<usize>, String> {
        let start = open.at.end;
        let mut depth = 1;
        while let Some(token) = self.next()? {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(start..token.at.start);
            }
        }
        Err("标签没有收尾".to_string())
    }
}

impl<'a> Token<'a> {
    /// The bytes as they stand.
    pub(super) fn raw(&self) -> &'a [u8] {
        &self.part[self.at.clone()]
    }

    /// The tag's name with its prefix.
    pub(super) fn full_name(&self) -> &'a [u8] {
        let raw = self.raw();
        let start = if raw.starts_with(b"</") { 2 } else { 1 };
        let rest = &raw[start.min(raw.len())..];
        let end =
            rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')).unwrap_or(rest.len());
        &rest[..end]
    }

    /// The tag's name without its prefix.
    pub(super) fn name(&self) -> &'a [u8] {
        local(self.full_name())
    }

    /// True for an opening or an empty tag of this name.
    pub(super) fn starts(&self, name: &str) -> bool {
        matches!(self.kind, Kind::Open | Kind::Empty) && self.name() == name.as_bytes()
    }

    /// True for a closing tag of this name.
    pub(super) fn closes(&self, name: &str) -> bool {
        self.kind == Kind::Close && self.name() == name.as_bytes()
    }

    /// The tag's attributes, in order.
    pub(super) fn attributes(&self) -> Attributes<'a> {
        Attributes { part: self.part, at: self.at.start + 1 + self.full_name().len(), end: self.at.end }
    }

    /// The unescaped value of an attribute, by its name without prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        self.attributes().find(|attribute| attribute.name() == name.as_bytes()).map(|attribute| attribute.value())
    }
}

/// The name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    name.iter().position(|byte| *byte == b':').map_or(name, |colon| &name[colon + 1..])
}

/// An attribute and its places in the part.
#[derive(Clone, Debug)]
pub(super) struct Attribute<'a> {
    part: &'a [u8],
    /// From the white space before the name up to the closing quote.
    pub whole: Range<usize>,
    /// The name, with its prefix.
    pub name_at: Range<usize>,
    /// Between the quotes.
    pub value_at: Range<usize>,
}

impl<'a> Attribute<'a> {
    /// The name without its prefix.
    pub(super) fn name(&self) -> &'a [u8] {
        local(self.full_name())
    }

    /// The name with its prefix.
    pub(super) fn full_name(&self) -> &'a [u8] {
        &self.part[self.name_at.clone()]
    }

    /// The value as it stands.
    pub(super) fn raw(&self) -> &'a [u8] {
        &self.part[self.value_at.clone()]
    }

    /// The value, unescaped.
    pub(super) fn value(&self) -> Cow<'a, str> {
        unescape(self.raw())
    }
}

/// Goes through the attributes of a tag.
pub(super) struct Attributes<'a> {
    part: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = Attribute<'a>;

    fn next(&mut self) -> Option<Attribute<'a>> {
        let whole = self.at;
        let mut at = self.skip_space(whole);
        let name = at;
        while at < self.end && !matches!(self.part[at], b'=' | b'/' | b'>') && !self.part[at].is_ascii_whitespace() {
            at += 1;
        }
        if at == name {
            return None;
        }
        let name_at = name..at;
        at = self.skip_space(at);
        if self.part.get(at) != Some(&b'=') {
            return None;
        }
        at = self.skip_space(at + 1);
        let quote = *self.part.get(at).filter(|byte| matches!(byte, b'"' | b'\''))?;
        let value = at + 1;
        let length = self.part[value..self.end].iter().position(|byte| *byte == quote)?;
        self.at = value + length + 1;
        Some(Attribute { part: self.part, whole: whole..self.at, name_at, value_at: value..value + length })
    }
}

impl Attributes<'_> {
    fn skip_space(&self, mut at: usize) -> usize {
        while at < self.end && self.part[at].is_ascii_whitespace() {
            at += 1;
        }
        at
    }
}

/// Text or an attribute's value as it is meant. What cannot be unescaped stays as it stands.
pub(super) fn unescape(raw: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(raw);
    // An XML reader sees every line end as one line feed.
    let text = if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { text };
    if !text.contains('&') {
        return text;
    }
    match quick_xml::escape::unescape(&text) {
        Ok(plain) => Cow::Owned(plain.into_owned()),
        Err(_) => text,
    }
}

/// The text between two tags: references resolved, CDATA taken as it is, comments left out.
pub(super) fn text(part: &[u8]) -> String {
    if !part.contains(&b'<') {
        return unescape(part).into_owned();
    }
    let mut out = String::new();
    let mut tokens = Tokens::lenient(part);
    while let Ok(Some(token)) = tokens.next() {
        if token.kind == Kind::Text {
            match token.raw().strip_prefix(b"<![CDATA[").and_then(|rest| rest.strip_suffix(b"]]>")) {
                Some(plain) => out.push_str(&String::from_utf8_lossy(plain)),
                None => out.push_str(&unescape(token.raw())),
            }
        }
    }
    out
}

/// Writes text so that it can stand between tags and in attributes.
pub(super) fn escape(out: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            b'"' => out.extend_from_slice(b"&quot;"),
            _ => out.push(byte),
        }
    }
}

/// Writes a cell's text: what XML cannot hold becomes `_xHHHH_`, as workbooks have it.
pub(super) fn escape_cell_text(out: &mut Vec<u8>, text: &str) {
    let odd = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '_' | '\u{fffe}' | '\u{ffff}');
    if !text.contains(odd) {
        return escape(out, text);
    }
    for (at, c) in text.char_indices() {
        if c == '_' {
            // What only looks like such a code is marked as plain text.
            out.extend_from_slice(if escape_code(&text[at..]).is_some() { b"_x005F_" } else { b"_" });
        } else if odd(c) {
            out.extend_from_slice(format!("_x{:04X}_", c as u32).as_bytes());
        } else {
            escape(out, c.encode_utf8(&mut [0; 4]));
        }
    }
}

/// A cell's text as it is meant: `_xHHHH_` resolved.
pub(super) fn unescape_cell_text(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(code) = escape_code(rest) {
            units.push(code);
            rest = &rest[7..];
            continue;
        }
        flush(&mut units, &mut out);
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    flush(&mut units, &mut out);
    return Cow::Owned(out);

    fn flush(units: &mut Vec<u16>, out: &mut String) {
        out.push_str(&String::from_utf16_lossy(units));
        units.clear();
    }
}

/// The code of a leading `_xHHHH_`.
fn escape_code(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    let code = bytes.get(..7).filter(|code| code.starts_with(b"_x") && code[6] == b'_')?;
    let digits = &code[2..6];
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_with_their_places() {
        let part = b"<?xml version=\"1.0\"?>\r\n<x:c  r = 'A1' s=\"3\"\n t=\"s\"/>";
        let mut tokens = Tokens::of(part);
        let cell = loop {
            let token = tokens.next().expect("well-formed").expect("a cell");
            if token.kind == Kind::Empty {
                break token;
            }
        };
        assert_eq!((cell.name(), cell.full_name()), (b"c".as_slice(), b"x:c".as_slice()));
        let found: Vec<_> = cell.attributes().map(|a| (a.name().to_vec(), a.value().into_owned())).collect();
        let want = [("r", "A1"), ("s", "3"), ("t", "s")].map(|(n, v)| (n.as_bytes().to_vec(), v.to_string()));
        assert_eq!(found, want);
    }

    #[test]
    fn text_of_cells_is_written_and_read_alike() {
        for text in ["", "王<小>明&\"", "a\tb\nc", "\u{1}x\u{1f}\r", "_x0041_", "__x", "_x005F_x0041_", "𠮷\u{ffff}"] {
            let mut out = Vec::new();
            escape_cell_text(&mut out, text);
            let read = super::text(&out);
            assert_eq!(unescape_cell_text(&read), text, "{}", String::from_utf8_lossy(&out));
        }
    }

    #[test]
    fn sections_and_comments_inside_text_are_understood() {
        assert_eq!(text(b"a&amp;<![CDATA[<b>]]><!-- no -->\r\nc"), "a&<b>\nc");
    }
}
