//! What a file is by its first bytes. Its name is not asked: back offices name web pages `.xls`.

use memchr::memmem;

use super::{archive, fault};

/// How many first bytes are looked at.
pub(super) const HEAD_BYTES: usize = 8 << 10;

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looks {
    /// A zip file: xlsx, xlsb, ods, or something else zipped.
    Zip,
    /// One file zipped, with a head and without.
    Gzip,
    Zlib,
    /// A compound file: xls, an encrypted workbook, or an old Office document.
    Compound,
    /// A web page, which may be a table.
    WebPage,
    /// A web page with its frames and sheets in one file.
    WebArchive,
    /// Excel's XML of 2003.
    XmlSheet,
    /// A document of LibreOffice that is one XML text instead of a zip of several.
    FlatDocument,
    /// Nothing that has a signature: perhaps text.
    Text,
    /// Something that is no spreadsheet, and this is what it is called.
    Other(&'static str),
}

/// First bytes and what begins with them. Signatures that are words one could type are not here.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\xFF\xD8\xFF", "JPEG 图片"),
    (b"\x89PNG", "PNG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"II*\0", "TIFF 图片"),
    (b"MM\0*", "TIFF 图片"),
    (b"%PDF", "PDF 文件"),
    (b"{\\rtf", "RTF 文档"),
    (b"Rar!\x1A\x07", fault::ARCHIVE),
    (b"7z\xBC\xAF\x27\x1C", fault::ARCHIVE),
    (b"\x1F\x9D", fault::ARCHIVE),
    (b"SQLite format 3\0", "SQLite 数据库"),
    // Beginnings of a worksheet or workbook without its container: Excel 2 to 4, and some exports since.
    (b"\x09\0\x04\0", fault::OLD_EXCEL),
    (b"\x09\0\x06\0", fault::OLD_EXCEL),
    (b"\x09\x02\x06\0", fault::OLD_EXCEL),
    (b"\x09\x04\x06\0", fault::OLD_EXCEL),
    (b"\x09\x08\x08\0", fault::OLD_EXCEL),
    (b"\x09\x08\x10\0", fault::OLD_EXCEL),
];

/// Judges the first bytes of a file.
pub(super) fn looks_like(head: &[u8]) -> Looks {
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Looks::Compound;
    }
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Looks::Zip;
    }
    if head.starts_with(b"\x1F\x8B\x08") {
        return Looks::Gzip;
    }
    if archive::is_zlib(head) {
        return Looks::Zlib;
    }
    if let Some((_, name)) = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)) {
        return Looks::Other(name);
    }
    if head.get(4..8) == Some(b"ftyp") {
        return Looks::Other(if head[8..].starts_with(b"hei") { "HEIC 图片" } else { "视频" });
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Looks::Other("WebP 图片");
    }
    markup(head)
}

/// Web pages and XML, whatever their encoding: their tags are ASCII.
fn markup(head: &[u8]) -> Looks {
    let ascii: Vec<u8> = head.iter().filter(|byte| byte.is_ascii() && **byte != 0).map(u8::to_ascii_lowercase).collect();
    let text = ascii.trim_ascii_start();
    let has = |word: &str| memmem::find(text, word.as_bytes()).is_some();
    if text.starts_with(b"mime-version:") || (text.starts_with(b"from:") && has("\nmime-version:")) {
        return Looks::WebArchive;
    }
    if text.first() != Some(&b'<') {
        return Looks::Text;
    }
    // Web pages made by Excel name this schema too.
    let is_page = ["<html", "<!doctype html", "<head", "<body"].iter().any(|tag| has(tag));
    if !is_page && (has("urn:schemas-microsoft-com:office:spreadsheet") || has("progid=\"excel.sheet\"")) {
        return Looks::XmlSheet;
    }
    if has("<office:document") {
        return Looks::FlatDocument;
    }
    let tags = ["<table", "<tr", "<td", "<meta", "<style", "<div", "<script", "<title"];
    if is_page || tags.iter().any(|tag| has(tag)) {
        return Looks::WebPage;
    }
    if text.starts_with(b"<?xml") { Looks::Other("XML 文件") } else { Looks::Text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(head: &[u8], want: Looks) {
        assert_eq!(looks_like(head), want, "{:?}", String::from_utf8_lossy(head));
    }

    #[test]
    fn first_bytes_tell_what_a_file_is() {
        case(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", Looks::Compound);
        case(b"PK\x03\x04", Looks::Zip);
        case(b"\xFF\xD8\xFF\xE0", Looks::Other("JPEG 图片"));
        case(b"\xEF\xBB\xBF \r\n<HTML><table>", Looks::WebPage);
        case(b"<table border=1>", Looks::WebPage);
        case(b"<tr><td>1</td>", Looks::WebPage);
        case(b"<?xml version=\"1.0\"?><html xmlns:x=\"urn:schemas-microsoft-com:office:spreadsheet\">", Looks::WebPage);
        case(b"<?xml version=\"1.0\"?><a/>", Looks::Other("XML 文件"));
        case(b"<\0h\0t\0m\0l\0", Looks::WebPage);
        case(b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>", Looks::XmlSheet);
        case(b"<?xml version=\"1.0\"?><office:document><style:style/><table:table>", Looks::FlatDocument);
        case(b"MIME-Version: 1.0", Looks::WebArchive);
        case(b"\x09\x08\x10\0\0\x06", Looks::Other(fault::OLD_EXCEL));
        case("客户姓名,保单号".as_bytes(), Looks::Text);
        case(b"BM,PK,GI", Looks::Text);
        case(b"", Looks::Text);
    }
}
