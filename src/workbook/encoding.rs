//! The encoding of a text file, and reading it as UTF-8 without holding it.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use encoding_rs::{BIG5, Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr;

use super::fault::{self, OpenError};

/// How a text file writes its characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Excel's 「Unicode 文本」.
    Utf16Le,
    /// The same with the bytes the other way round.
    Utf16Be,
    /// GBK and its extension: what Excel in China calls CSV.
    Gb18030,
    /// Traditional Chinese.
    Big5,
}

impl TextEncoding {
    /// As an office would call it.
    pub fn title(self) -> &'static str {
        match self {
            TextEncoding::Utf8 => "UTF-8",
            TextEncoding::Utf16Le | TextEncoding::Utf16Be => "Unicode (UTF-16)",
            TextEncoding::Gb18030 => "GBK/GB18030",
            TextEncoding::Big5 => "Big5（繁体）",
        }
    }

    fn decoder(self) -> Decoder {
        let encoding: &'static Encoding = match self {
            TextEncoding::Utf8 => UTF_8,
            TextEncoding::Utf16Le => UTF_16LE,
            TextEncoding::Utf16Be => UTF_16BE,
            TextEncoding::Gb18030 => GB18030,
            TextEncoding::Big5 => BIG5,
        };
        encoding.new_decoder_with_bom_removal()
    }
}

const CHUNK: usize = 64 << 10;

/// Which encoding the whole text is in. UTF-8 is valid GBK nearly always and the other way hardly ever, so that
/// byte order mark, strict UTF-8, GB18030 is the order to ask in. Binary files are an error.
pub(super) fn detect(mut source: impl Read) -> Result<TextEncoding, OpenError> {
    let mut counts = Counts::default();
    let mut sample = Vec::new();
    source.by_ref().take(1 << 20).read_to_end(&mut sample)?;
    if sample.iter().all(u8::is_ascii_whitespace) || matches!(sample[..], [0xEF, 0xBB, 0xBF] | [0xFF, 0xFE] | [0xFE, 0xFF]) {
        return Err(OpenError::Empty);
    }
    counts.add(&sample);
    match sample[..] {
        [0xFF, 0xFE, ..] => return Ok(TextEncoding::Utf16Le),
        [0xFE, 0xFF, ..] => return Ok(TextEncoding::Utf16Be),
        _ => {}
    }
    let marked_utf8 = sample.starts_with(b"\xEF\xBB\xBF");
    let mut utf8 = Utf8Counts::default();
    utf8.add(&sample);
    // Chinese in UTF-8 with stray NULs in it; no other text looks so by chance.
    let is_utf8 = marked_utf8 || utf8.invalid == 0 && utf8.long > 0;
    if let Some(encoding) = counts.utf16().filter(|_| !is_utf8) {
        return Ok(encoding);
    }
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = source.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        counts.add(&chunk[..read]);
        utf8.add(&chunk[..read]);
    }
    if counts.is_binary() {
        return Err(OpenError::NotASpreadsheet { looks_like: fault::BINARY });
    }
    // A few damaged characters do not make a UTF-8 file a GBK file.
    let bad = utf8.invalid + u64::from(!utf8.unfinished.is_empty());
    if counts.has_many_nul() && bad > 0 && faults(GB18030, &sample) > 0 {
        return Err(OpenError::NotASpreadsheet { looks_like: fault::BINARY });
    }
    if marked_utf8 || (bad == 0 && !looks_like_gbk(&sample, utf8.long)) || bad * 50 < utf8.long {
        return Ok(TextEncoding::Utf8);
    }
    let other = utf8.not_ascii.max(1);
    let gbk_faults = faults(GB18030, &sample);
    if gbk_faults == 0 {
        return Ok(TextEncoding::Gb18030);
    }
    if faults(BIG5, &sample) < gbk_faults && guess(&sample) == BIG5 {
        return Ok(TextEncoding::Big5);
    }
    // In a list of plain letters and digits a few odd bytes are just that.
    let are_few = utf8.not_ascii * 50 < counts.bytes;
    if gbk_faults * 5 > other && !are_few {
        return Err(OpenError::NotASpreadsheet { looks_like: fault::BINARY });
    }
    Ok(TextEncoding::Gb18030)
}

/// Valid UTF-8 that is more likely GBK: no character of the length that Chinese has in UTF-8, only pairs of
/// bytes, as in the famous `联通`; all of them Chinese when read as GBK, and two together somewhere, which
/// accented letters hardly ever are.
fn looks_like_gbk(sample: &[u8], long: u64) -> bool {
    if long > 0 || !sample.windows(4).any(|bytes| bytes.iter().all(|byte| *byte >= 0x80)) {
        return false;
    }
    let (text, had_errors) = GB18030.decode_without_bom_handling(sample);
    !had_errors && text.chars().filter(|c| !c.is_ascii()).all(|c| ('\u{4e00}'..'\u{a000}').contains(&c))
}

fn guess(sample: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, false);
    detector.guess(Some(b"tw"), chardetng::Utf8Detection::Deny)
}

/// Characters of the sample that mean nothing in the encoding.
fn faults(encoding: &'static Encoding, sample: &[u8]) -> u64 {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = vec![0; CHUNK];
    let (mut rest, mut faults) = (sample, 0);
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(rest, &mut text, false);
        rest = &rest[read..];
        match result {
            DecoderResult::InputEmpty => return faults,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => faults += 1,
        }
    }
}

/// Bytes that tell text from other things.
#[derive(Default)]
struct Counts {
    bytes: u64,
    /// NUL at an even place, and at an odd one.
    nul: [u64; 2],
    controls: u64,
}

impl Counts {
    fn add(&mut self, bytes: &[u8]) {
        if memchr(0, bytes).is_some() {
            for (place, byte) in bytes.iter().enumerate() {
                self.nul[(place + self.bytes as usize) % 2] += u64::from(*byte == 0);
            }
        }
        // Tab, line feed, form feed, carriage return and the old end-of-file mark are text.
        let control = |byte: &u8| *byte < 0x20 && !matches!(*byte, b'\t'..=b'\r' | 0x1A);
        self.controls += bytes.iter().filter(|byte| control(byte)).count() as u64;
        self.bytes += bytes.len() as u64;
    }

    /// In UTF-16 every digit, comma and line end has a NUL, always on the same side.
    fn utf16(&self) -> Option<TextEncoding> {
        let [even, odd] = self.nul;
        let enough = (even + odd) * 50 > self.bytes && even + odd >= 2;
        match () {
            _ if !enough => None,
            _ if even * 20 < odd => Some(TextEncoding::Utf16Le),
            _ if odd * 20 < even => Some(TextEncoding::Utf16Be),
            _ => None,
        }
    }

    /// NULs alone prove nothing, as long as there is more text than that: old systems fill up fields with them.
    fn is_binary(&self) -> bool {
        let nul: u64 = self.nul.iter().sum();
        nul * 2 > self.bytes || (self.controls - nul) * 100 > self.bytes - nul
    }

    /// Whether there are so many NULs that the rest must be text without a doubt.
    fn has_many_nul(&self) -> bool {
        self.nul.iter().sum::<u64>() * 1000 > self.bytes
    }
}

/// Whether bytes are UTF-8, over the ends of chunks.
#[derive(Default)]
struct Utf8Counts {
    invalid: u64,
    not_ascii: u64,
    /// Characters of three and four bytes: Chinese and its punctuation.
    long: u64,
    /// The beginning of a character at the end of the last chunk.
    unfinished: Vec<u8>,
}

impl Utf8Counts {
    fn add(&mut self, bytes: &[u8]) {
        self.long += bytes.iter().filter(|byte| **byte >= 0xE0).count() as u64;
        self.not_ascii += bytes.iter().filter(|byte| **byte >= 0x80).count() as u64;
        if self.unfinished.is_empty() {
            self.check(bytes);
        } else {
            let (first, rest) = bytes.split_at(bytes.len().min(4));
            let joined = [std::mem::take(&mut self.unfinished), first.to_vec()].concat();
            self.check(&joined);
            // What is still unfinished of the joined part goes on in the rest.
            let joined = [std::mem::take(&mut self.unfinished), rest.to_vec()].concat();
            self.check(&joined);
        }
    }

    fn check(&mut self, mut bytes: &[u8]) {
        while let Err(error) = std::str::from_utf8(bytes) {
            let Some(length) = error.error_len() else {
                self.unfinished = bytes[error.valid_up_to()..].to_vec();
                return;
            };
            self.invalid += 1;
            bytes = &bytes[error.valid_up_to() + length..];
        }
    }
}

/// A text file as UTF-8 with `\n` at every line end, the last one too. Bytes that mean nothing become `�` and are
/// counted.
pub(super) struct Utf8Reader<R> {
    source: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    raw_end: usize,
    text: Vec<u8>,
    text_at: usize,
    after_return: bool,
    last_byte: u8,
    ended: bool,
    progress: Rc<Progress>,
}

/// What a [`Utf8Reader`] tells whoever has it wrapped away in a parser.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Characters that could not be decoded so far.
    pub malformed: Cell<u64>,
    /// NULs that were left out so far.
    pub nul: Cell<u64>,
    /// Bytes given out since this was last set to 0.
    pub given: Cell<u64>,
    /// When `given` passes this, reading fails.
    pub given_limit: Cell<u64>,
    /// Set when it did.
    pub exceeded: Cell<bool>,
}

impl<R: Read> Utf8Reader<R> {
    pub(super) fn new(source: R, encoding: TextEncoding, given_limit: u64) -> (Self, Rc<Progress>) {
        let progress = Rc::new(Progress { given_limit: Cell::new(given_limit), ..Progress::default() });
        let reader = Utf8Reader {
            source,
            decoder: encoding.decoder(),
            raw: vec![0; CHUNK],
            raw_at: 0,
            raw_end: 0,
            text: Vec::with_capacity(2 * CHUNK),
            text_at: 0,
            after_return: false,
            last_byte: b'\n',
            ended: false,
            progress: Rc::clone(&progress),
        };
        (reader, progress)
    }

    /// Decodes the next piece of the file into `text`.
    fn decode(&mut self) -> io::Result<()> {
        if self.raw_at == self.raw_end {
            (self.raw_at, self.raw_end) = (0, self.source.read(&mut self.raw)?);
        }
        let is_end = self.raw_end == 0;
        self.text_at = 0;
        self.text.resize(2 * CHUNK, 0);
        let mut filled = 0;
        loop {
            let bytes = &self.raw[self.raw_at..self.raw_end];
            // Three bytes are kept free for a replacement character.
            let room = self.text.len() - 3;
            if filled + 16 > room {
                break;
            }
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.text[filled..room], is_end);
            self.raw_at += read;
            filled += written;
            match result {
                DecoderResult::InputEmpty => {
                    self.ended = is_end;
                    break;
                }
                DecoderResult::OutputFull => break,
                DecoderResult::Malformed(..) => {
                    self.progress.malformed.set(self.progress.malformed.get() + 1);
                    self.text[filled..filled + 3].copy_from_slice("\u{fffd}".as_bytes());
                    filled += 3;
                }
            }
        }
        self.text.truncate(filled);
        if memchr(0, &self.text).is_some() {
            let before = self.text.len();
            self.text.retain(|byte| *byte != 0);
            self.progress.nul.set(self.progress.nul.get() + (before - self.text.len()) as u64);
        }
        self.tidy_line_ends();
        if let Some(last) = self.text.last() {
            self.last_byte = *last;
        }
        if self.ended && self.last_byte != b'\n' {
            self.text.push(b'\n');
        }
        Ok(())
    }

    /// Makes `\r\n` and a lone `\r` into `\n`.
    fn tidy_line_ends(&mut self) {
        if !self.after_return && memchr(b'\r', &self.text).is_none() {
            return;
        }
        let mut kept = 0;
        let mut at = 0;
        while at < self.text.len() {
            if std::mem::take(&mut self.after_return) && self.text[at] == b'\n' {
                at += 1;
                continue;
            }
            let plain = memchr(b'\r', &self.text[at..]).unwrap_or(self.text.len() - at);
            self.text.copy_within(at..at + plain, kept);
            kept += plain;
            at += plain;
            if at < self.text.len() {
                self.text[kept] = b'\n';
                kept += 1;
                at += 1;
                self.after_return = true;
            }
        }
        self.text.truncate(kept);
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.text_at == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.decode()?;
        }
        let count = buffer.len().min(self.text.len() - self.text_at);
        let given = self.progress.given.get() + count as u64;
        if given > self.progress.given_limit.get() {
            self.progress.exceeded.set(true);
            return Err(io::Error::other("record too long"));
        }
        self.progress.given.set(given);
        buffer[..count].copy_from_slice(&self.text[self.text_at..self.text_at + count]);
        self.text_at += count;
        Ok(count)
    }
}

/// The whole of a small text file.
pub fn read_text(path: &Path) -> Result<String, OpenError> {
    let encoding = detect(File::open(path)?)?;
    let (reader, _) = Utf8Reader::new(File::open(path)?, encoding, MAX_SMALL_TEXT);
    let mut text = String::new();
    BufReader::new(reader).read_to_string(&mut text)?;
    Ok(text)
}

/// Bytes of a text file that is read at once.
const MAX_SMALL_TEXT: u64 = 16 << 20;

/// The name of a file in a zip: UTF-8 where it is, else that of Windows in China, whatever the zip says.
pub(super) fn file_name(raw: &[u8]) -> String {
    match std::str::from_utf8(raw) {
        Ok(name) => name.to_string(),
        Err(_) => GB18030.decode_without_bom_handling(raw).0.into_owned(),
    }
}

/// What a password may be as bytes: as Windows in China writes it, and as everybody else does.
pub(super) fn password_bytes(password: &str) -> Vec<Vec<u8>> {
    let mut ways = vec![password.as_bytes().to_vec()];
    if !password.is_ascii() {
        ways.insert(0, GB18030.encode(password).0.into_owned());
    }
    ways
}

/// Whether text has a character that stands for bytes without meaning.
pub(super) fn has_replacement(text: &str) -> bool {
    text.contains('\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn detects(bytes: &[u8], want: TextEncoding) {
        assert_eq!(detect(bytes).ok(), Some(want), "{:?}", String::from_utf8_lossy(bytes));
    }

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn the_encoding_is_found_in_the_whole_text() {
        let list = "客户姓名,保单号\r\n王伟,1001\r\n";
        let gbk = GB18030.encode(list).0;
        detects(b"name,no\n1,2\n", TextEncoding::Utf8);
        detects(list.as_bytes(), TextEncoding::Utf8);
        detects(&["\u{feff}".as_bytes(), list.as_bytes()].concat(), TextEncoding::Utf8);
        detects(&gbk, TextEncoding::Gb18030);
        detects(&utf16(list, u16::to_le_bytes), TextEncoding::Utf16Le);
        detects(&utf16(list, u16::to_be_bytes), TextEncoding::Utf16Be);
        detects(&utf16(&format!("\u{feff}{list}"), u16::to_le_bytes), TextEncoding::Utf16Le);
        // The first Chinese character after more than a chunk of ASCII.
        detects(&[&vec![b'1'; 3 * CHUNK][..], b"\n", &gbk].concat(), TextEncoding::Gb18030);
        detects(&[&vec![b'1'; 3 * CHUNK][..], b"\n", list.as_bytes()].concat(), TextEncoding::Utf8);
    }

    #[test]
    fn gbk_that_is_valid_utf8_is_still_gbk() {
        // 「一」 in each place where GBK pairs happen to be UTF-8 pairs.
        let names = GB18030.encode("隆,隆隆\n").0;
        assert!(std::str::from_utf8(&names).is_ok(), "{names:x?}");
        detects(&names, TextEncoding::Gb18030);
        // One dot in a UTF-8 name keeps company with Chinese characters.
        detects("阿依古丽·买买提".as_bytes(), TextEncoding::Utf8);
        detects("José".as_bytes(), TextEncoding::Utf8);
    }

    #[test]
    fn stray_nul_bytes_do_not_make_a_list_binary() {
        let list = "客户姓名,保单号\r\n王伟\0\0\0,1001\r\n李娜\0,\0\r\n".repeat(3);
        detects(list.as_bytes(), TextEncoding::Utf8);
        detects(&GB18030.encode(&list).0, TextEncoding::Gb18030);
        detects(&["\u{feff}".as_bytes(), list.as_bytes()].concat(), TextEncoding::Utf8);
        let padded = format!("{list}{}", "\0".repeat(1000));
        assert!(matches!(detect(padded.as_bytes()), Err(OpenError::NotASpreadsheet { .. })));
        let (mut reader, progress) = Utf8Reader::new(&b"a\0\0,b\0\n"[..], TextEncoding::Utf8, u64::MAX);
        let mut got = String::new();
        reader.read_to_string(&mut got).unwrap();
        assert_eq!((got.as_str(), progress.nul.get()), ("a,b\n", 3));
    }

    #[test]
    fn a_damaged_character_does_not_change_the_encoding() {
        let mut list = "客户姓名,保单号\n".repeat(100).into_bytes();
        list.extend(b"\xE5\xAE");
        detects(&list, TextEncoding::Utf8);
    }

    #[test]
    fn a_few_odd_bytes_among_plain_letters_do_not_make_a_file_binary() {
        detects(&[&b"name,no\nWANG WEI,880010012345\n".repeat(2)[..], b"CAF\xC9,1\n"].concat(), TextEncoding::Gb18030);
        assert!(matches!(detect(&b"\xC9,\xE9\n"[..]), Err(OpenError::NotASpreadsheet { .. })));
    }

    #[test]
    fn big5_is_found_where_gbk_fails() {
        let list = "客戶姓名,保單號碼,電話,地址\n陳志明,A001,0912345678,臺北市信義區\n林美惠,A002,,高雄市\n".repeat(3);
        let big5 = BIG5.encode(&list).0;
        if faults(GB18030, &big5) > 0 {
            detects(&big5, TextEncoding::Big5);
        }
    }

    #[test]
    fn binary_and_empty_are_not_text() {
        let noise: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(matches!(detect(&noise[..]), Err(OpenError::NotASpreadsheet { .. })));
        for blank in ["", " \r\n", "\u{feff}"] {
            assert!(matches!(detect(blank.as_bytes()), Err(OpenError::Empty)), "{blank:?}");
        }
    }

    #[test]
    fn line_ends_become_one_kind_over_chunk_ends() {
        for text in ["a\r\nb\rc\nd", "\r\n\r\n\r", "a\r"] {
            let padded = format!("{}{text}", "x".repeat(CHUNK - 1));
            for input in [text, &padded] {
                let (mut reader, _) = Utf8Reader::new(input.as_bytes(), TextEncoding::Utf8, u64::MAX);
                let mut got = String::new();
                reader.read_to_string(&mut got).unwrap();
                let mut want = input.replace("\r\n", "\n").replace('\r', "\n");
                if !want.ends_with('\n') {
                    want.push('\n');
                }
                assert_eq!(got, want);
            }
        }
    }
}
