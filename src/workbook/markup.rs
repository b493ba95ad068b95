//! Tags of an XML part, one after the other: for looking at a part before a library reads it whole.

use std::io::{self, Read};
use std::ops::Range;

use memchr::{memchr, memchr3, memmem};

const WINDOW: usize = 128 << 10;
/// A tag longer than this is no honest tag.
const MAX_TAG_BYTES: usize = 4 << 20;

/// Streams through XML and stops at tags; text, comments, CDATA and instructions are passed over.
pub(super) struct Tags<R> {
    source: R,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    /// Bytes of the part before `buffer[0]`.
    passed: u64,
    current: Range<usize>,
}

/// One tag, without its angle brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// Offset of the tag's end in the part.
    pub end: u64,
    /// `</name>`.
    pub closes: bool,
    /// `<name/>`.
    pub is_empty: bool,
    /// Name with its prefix.
    pub name: &'a [u8],
    attributes: &'a [u8],
}

impl<R: Read> Tags<R> {
    pub(super) fn new(source: R) -> Self {
        Tags { source, buffer: Vec::new(), at: 0, ended: false, passed: 0, current: 0..0 }
    }

    /// The next tag, or `None` at the end. Markup that is broken off is an error.
    pub(super) fn next(&mut self) -> io::Result<Option<Tag<'_>>> {
        loop {
            let Some(start) = self.find(0, |bytes| memchr(b'<', bytes))? else { return Ok(None) };
            self.at += start;
            self.hold(9)?;
            let head = &self.buffer[self.at..];
            let aside = if head.starts_with(b"<!--") {
                Some((4, &b"-->"[..]))
            } else if head.starts_with(b"<![CDATA[") {
                Some((9, &b"]]>"[..]))
            } else if head.starts_with(b"<?") {
                Some((2, &b"?>"[..]))
            } else {
                None
            };
            if let Some((from, end)) = aside {
                self.at += from;
                let Some(to) = self.skip_to(end)? else { return Err(broken_off()) };
                self.at += to;
                continue;
            }
            let end = self.tag_end()?;
            self.current = self.at + 1..end;
            self.at = end + 1;
            return Ok(Some(self.tag()));
        }
    }

    fn tag(&self) -> Tag<'_> {
        let inside = &self.buffer[self.current.clone()];
        let (closes, inside) = inside.strip_prefix(b"/").map_or((false, inside), |rest| (true, rest));
        let (is_empty, inside) = inside.strip_suffix(b"/").map_or((false, inside), |rest| (true, rest));
        let name_end = inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len());
        let (name, attributes) = inside.split_at(name_end);
        Tag { end: self.passed + self.at as u64, closes, is_empty, name, attributes }
    }

    /// Where the tag beginning at `at` ends; a `>` in an attribute value is none.
    fn tag_end(&mut self) -> io::Result<usize> {
        let mut offset = 1;
        loop {
            let Some(found) = self.find(offset, |bytes| memchr3(b'>', b'"', b'\'', bytes))? else {
                return Err(broken_off());
            };
            let quote = self.buffer[self.at + found];
            if quote == b'>' {
                return Ok(self.at + found);
            }
            let Some(close) = self.find(found + 1, |bytes| memchr(quote, bytes))? else { return Err(broken_off()) };
            offset = close + 1;
        }
    }

    /// First match at `at + offset` or later, relative to `at`; reads on as far as needed.
    fn find(&mut self, mut offset: usize, search: impl Fn(&[u8]) -> Option<usize>) -> io::Result<Option<usize>> {
        loop {
            if let Some(found) = self.buffer.get(self.at + offset..).and_then(&search) {
                return Ok(Some(offset + found));
            }
            // Text before a tag need not be kept; a tag must be.
            if offset == 0 {
                self.at = self.buffer.len();
            }
            offset = self.buffer.len() - self.at;
            if offset > MAX_TAG_BYTES {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "tag too long"));
            }
            if !self.read_on()? {
                return Ok(None);
            }
        }
    }

    /// Passes over everything up to `end`; how many bytes of the buffer it takes to be behind it.
    fn skip_to(&mut self, end: &[u8]) -> io::Result<Option<usize>> {
        loop {
            if let Some(found) = memmem::find(&self.buffer[self.at..], end) {
                return Ok(Some(found + end.len()));
            }
            self.at = self.buffer.len().saturating_sub(end.len() - 1).max(self.at);
            if !self.read_on()? {
                return Ok(None);
            }
        }
    }

    /// Makes sure that `count` bytes from `at` are there, unless the part ends before.
    fn hold(&mut self, count: usize) -> io::Result<()> {
        while self.buffer.len() - self.at < count && self.read_on()? {}
        Ok(())
    }

    /// Reads another window; false at the end.
    fn read_on(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.passed += self.at as u64;
        self.buffer.drain(..self.at);
        self.at = 0;
        let held = self.buffer.len();
        let read = self.source.by_ref().take(WINDOW as u64).read_to_end(&mut self.buffer)?;
        self.ended = read == 0;
        debug_assert_eq!(self.buffer.len(), held + read);
        Ok(!self.ended)
    }
}

fn broken_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "markup broken off")
}

impl<'a> Tag<'a> {
    /// Name without its prefix.
    pub(super) fn local_name(&self) -> &'a [u8] {
        memchr(b':', self.name).map_or(self.name, |colon| &self.name[colon + 1..])
    }

    /// Whether anything stands behind the name.
    pub(super) fn has_more(&self) -> bool {
        !self.attributes.trim_ascii().is_empty()
    }

    /// Raw value of the attribute of exactly this name, prefix and all.
    pub(super) fn attribute(&self, name: &str) -> Option<&'a [u8]> {
        self.attributes().find(|(key, _)| *key == name.as_bytes()).map(|(_, value)| value)
    }

    /// Names and raw values, in order.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> + use<'a> {
        let mut rest = self.attributes;
        std::iter::from_fn(move || {
            let equals = memchr(b'=', rest)?;
            let key = rest[..equals].trim_ascii();
            let after = rest[equals + 1..].trim_ascii_start();
            let quote = *after.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
            let close = memchr(quote, &after[1..])?;
            rest = &after[close + 2..];
            Some((key, &after[1..=close]))
        })
    }
}

/// An attribute's value as a whole number, if it is one.
pub(super) fn number(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}

/// An attribute's value with the named entities resolved, which is all that names of sheets use.
pub(super) fn plain(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    if !text.contains('&') {
        return text.into_owned();
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time, so that every boundary falls inside something.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = usize::from(!self.0.is_empty() && !buffer.is_empty());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn tags_are_found_and_the_rest_passed_over() {
        let xml = br#"<?xml version="1.0"?><!-- <no/> --><a:b x = "1>2" y='"'>text<![CDATA[<no>]]><c/></a:b>"#;
        let mut tags = Tags::new(Drip(xml));
        let mut seen = Vec::new();
        while let Some(tag) = tags.next().unwrap() {
            seen.push((String::from_utf8_lossy(tag.name).into_owned(), tag.closes, tag.is_empty));
            if tag.name == b"a:b" && !tag.closes {
                assert_eq!(tag.local_name(), b"b");
                assert_eq!((tag.attribute("x"), tag.attribute("y")), (Some(&b"1>2"[..]), Some(&b"\""[..])));
            }
        }
        let want = [("a:b", false, false), ("c", false, true), ("a:b", true, false)];
        assert_eq!(seen, want.map(|(name, closes, empty)| (name.to_string(), closes, empty)));
    }

    #[test]
    fn markup_broken_off_is_an_error() {
        for xml in ["<a", "<a b='", "<!-- ", "<?x"] {
            assert!(Tags::new(xml.as_bytes()).next().is_err(), "{xml}");
        }
        assert_eq!(Tags::new(&b"no tag at all"[..]).next().unwrap(), None);
    }
}
