//! Every cell format by name, the palette, and how pages print. Sheets say what a cell is; only this file
//! says what that looks like.

use chrono::NaiveDate;
use rust_xlsxwriter::{ChartFont, Color, Format, FormatAlign, FormatBorder, FormatUnderline, Worksheet};

use crate::model::tier::Tier;

/// On every Windows since Vista; WPS and Excel for Mac substitute it well.
pub const FONT: &str = "微软雅黑";

/// Height of an ordinary line, in points.
pub const LINE_HEIGHT: f64 = 18.0;

/// One blue from dark to light: more valuable is darker, in colour as in grey print.
const TIER_FILLS: [Color; 4] = [Color::RGB(0x1B4F72), Color::RGB(0x3A7CA5), Color::RGB(0xA9CCE3), Color::RGB(0xDCE9F2)];
const TIER_INKS: [Color; 4] = [Color::White, Color::White, INK, INK];
const UNRATED_FILL: Color = Color::RGB(0xEEEEEE);

const INK: Color = Color::RGB(0x1F2933);
const MUTED: Color = Color::RGB(0x6B7280);
const LINE: Color = Color::RGB(0xC9D1DA);
const HEADING_FILL: Color = Color::RGB(0xE3EAF1);
const HEADING_LINE: Color = Color::RGB(0x6C8299);
const BAND_FILL: Color = Color::RGB(0xF1F4F8);
const ALARM_INK: Color = Color::RGB(0xB3261E);
const ALARM_FILL: Color = Color::RGB(0xFBE9E7);
const DUE_INK: Color = Color::RGB(0x7A5200);
const DUE_FILL: Color = Color::RGB(0xFFF4DC);
const GOOD_INK: Color = Color::RGB(0x1E6B3C);

/// The colour of a tier on a chart, the same as in the tables; `None` is 未评级.
pub fn tier_color(tier: Option<Tier>) -> Color {
    match tier {
        Some(tier) => TIER_FILLS[tier as usize],
        // Darker than in cells: a bar has no frame to hold it against the paper.
        None => Color::RGB(0xBFC5CC),
    }
}

/// The font of everything on a chart.
pub fn chart_font(size: u32) -> ChartFont {
    let mut font = ChartFont::new();
    font.set_name(FONT).set_size(size).set_color(INK);
    font
}

/// Faint line on charts.
pub const CHART_LINE: Color = LINE;

/// What kind of thing stands in a cell: decides alignment and number format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words, from the left.
    Text,
    /// Words over as many lines as they need.
    Wrapped,
    /// Short words and codes, in the middle.
    Centre,
    /// Whole numbers.
    Count,
    /// Whole numbers where nought is the usual case and is better not seen.
    CountOrDash,
    /// Whole 元; the cell holds the 分 as well.
    Money,
    /// A share.
    Percent,
    /// 2026-11-30.
    Date,
    /// 2026-11-30 约: agreed with the client.
    AgreedDate,
}

const KINDS: usize = 9;

/// What a cell wants to say by its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing.
    Plain,
    /// Of little weight: something unknown, a remark.
    Faint,
    /// Overdue, or something that must not wait.
    Alarm,
    /// Due, or something to look at.
    Due,
    /// All is well: 平.
    Good,
    /// A sum over other lines.
    Total,
    /// A line that heads a block of lines.
    Band,
    /// Tier A.
    TierA,
    /// Tier B.
    TierB,
    /// Tier C.
    TierC,
    /// Tier D.
    TierD,
    /// Not rated.
    Unrated,
}

const TONES: [Tone; 12] = [
    Tone::Plain,
    Tone::Faint,
    Tone::Alarm,
    Tone::Due,
    Tone::Good,
    Tone::Total,
    Tone::Band,
    Tone::TierA,
    Tone::TierB,
    Tone::TierC,
    Tone::TierD,
    Tone::Unrated,
];

impl From<Option<Tier>> for Tone {
    fn from(tier: Option<Tier>) -> Self {
        match tier {
            Some(Tier::A) => Tone::TierA,
            Some(Tier::B) => Tone::TierB,
            Some(Tier::C) => Tone::TierC,
            Some(Tier::D) => Tone::TierD,
            None => Tone::Unrated,
        }
    }
}

/// The three lines of a tile on a front page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TilePart {
    /// What is counted.
    Label,
    /// The figure, large: words or a whole number.
    Figure,
    /// The figure as a share.
    Share,
    /// The figure with one decimal.
    Decimal,
    /// A remark below it.
    Remark,
}

const TILE_PARTS: usize = 5;

/// All formats, made once a workbook.
pub struct Style {
    /// Name of the sheet, on top of it.
    pub title: Format,
    /// The line below the title.
    pub subtitle: Format,
    /// Heading of a part of a sheet.
    pub section: Format,
    /// Remarks at the foot.
    pub note: Format,
    /// Column headings.
    pub heading: Format,
    /// A line that heads a block of lines, without borders inside it.
    pub band: Format,
    /// A heading over several columns.
    pub heading_group: Format,
    /// A way to another sheet, outside tables.
    pub link: Format,
    /// A way to another sheet or file, in a table.
    pub link_cell: Format,
    cells: Vec<Format>,
    tiles: Vec<Format>,
}

impl Style {
    /// Makes all formats.
    pub fn new() -> Self {
        let base = Self::default_cell();
        let heading = boxed(base.clone())
            .set_bold()
            .set_align(FormatAlign::Center)
            .set_text_wrap()
            .set_background_color(HEADING_FILL)
            .set_border_bottom(FormatBorder::Medium)
            .set_border_bottom_color(HEADING_LINE);
        let link = base.clone().set_font_color(Color::RGB(0x1F5F99)).set_underline(FormatUnderline::Single);
        let mut style = Style {
            title: base.clone().set_bold().set_font_size(16),
            subtitle: base.clone().set_font_color(MUTED),
            section: base
                .clone()
                .set_bold()
                .set_font_size(12)
                .set_border_bottom(FormatBorder::Thin)
                .set_border_bottom_color(HEADING_LINE),
            note: base.clone().set_font_size(9).set_font_color(MUTED),
            band: base
                .clone()
                .set_bold()
                .set_background_color(HEADING_FILL)
                .set_border_top(FormatBorder::Thin)
                .set_border_top_color(HEADING_LINE),
            heading_group: heading.clone().set_border_bottom(FormatBorder::Thin),
            heading,
            link_cell: boxed(link.clone()).set_indent(1).set_text_wrap(),
            link,
            cells: Vec::with_capacity(KINDS * TONES.len()),
            tiles: Vec::with_capacity(TILE_PARTS * TONES.len()),
        };
        for tone in TONES {
            let toned = in_tone(boxed(base.clone()), tone);
            for kind in [
                Kind::Text,
                Kind::Wrapped,
                Kind::Centre,
                Kind::Count,
                Kind::CountOrDash,
                Kind::Money,
                Kind::Percent,
                Kind::Date,
                Kind::AgreedDate,
            ] {
                style.cells.push(of_kind(toned.clone(), kind));
            }
            for part in [TilePart::Label, TilePart::Figure, TilePart::Share, TilePart::Decimal, TilePart::Remark] {
                style.tiles.push(tile(part, tone));
            }
        }
        style
    }

    /// A cell of a table.
    pub fn cell(&self, kind: Kind, tone: Tone) -> &Format {
        &self.cells[tone as usize * KINDS + kind as usize]
    }

    /// A letter A to D, or 未评级.
    pub fn tier(&self, tier: Option<Tier>) -> &Format {
        self.cell(Kind::Centre, tier.into())
    }

    /// One line of a tile on a front page.
    pub fn tile(&self, part: TilePart, tone: Tone) -> &Format {
        &self.tiles[tone as usize * TILE_PARTS + part as usize]
    }

    /// What a cell looks like of which nothing else is said. It also sets what a column width means: a digit
    /// of this font is 7 pixels wide, a Chinese character 14.
    pub fn default_cell() -> Format {
        Format::new().set_font_name(FONT).set_font_size(10).set_font_color(INK).set_align(FormatAlign::VerticalCenter)
    }
}

impl Default for Style {
    fn default() -> Self {
        Self::new()
    }
}

fn boxed(format: Format) -> Format {
    format.set_border(FormatBorder::Thin).set_border_color(LINE)
}

fn in_tone(format: Format, tone: Tone) -> Format {
    match tone {
        Tone::Plain => format,
        Tone::Faint => format.set_font_color(MUTED),
        Tone::Alarm => format.set_bold().set_font_color(ALARM_INK).set_background_color(ALARM_FILL),
        Tone::Due => format.set_font_color(DUE_INK).set_background_color(DUE_FILL),
        Tone::Good => format.set_font_color(GOOD_INK),
        Tone::Total => format
            .set_bold()
            .set_background_color(BAND_FILL)
            .set_border_top(FormatBorder::Medium)
            .set_border_top_color(HEADING_LINE),
        Tone::Band => format.set_bold().set_background_color(BAND_FILL),
        Tone::TierA | Tone::TierB | Tone::TierC | Tone::TierD => {
            let tier = tone as usize - Tone::TierA as usize;
            format.set_bold().set_font_color(TIER_INKS[tier]).set_background_color(TIER_FILLS[tier])
        }
        Tone::Unrated => format.set_font_color(MUTED).set_background_color(UNRATED_FILL),
    }
}

fn of_kind(format: Format, kind: Kind) -> Format {
    match kind {
        Kind::Text => format.set_indent(1),
        Kind::Wrapped => format.set_indent(1).set_text_wrap(),
        Kind::Centre => format.set_align(FormatAlign::Center),
        Kind::Count => format.set_num_format("#,##0"),
        Kind::CountOrDash => format.set_num_format("#,##0;-#,##0;\"–\""),
        Kind::Money => format.set_num_format("#,##0"),
        Kind::Percent => format.set_num_format("0.0%"),
        Kind::Date => format.set_num_format("yyyy-mm-dd").set_align(FormatAlign::Center),
        Kind::AgreedDate => format.set_num_format("yyyy-mm-dd\" 约\"").set_align(FormatAlign::Center),
    }
}

/// Tiles touch; a thick white line on both sides keeps them apart, on screen and on paper.
fn tile(part: TilePart, tone: Tone) -> Format {
    let base = Style::default_cell()
        .set_align(FormatAlign::Center)
        .set_background_color(BAND_FILL)
        .set_border_left(FormatBorder::Thick)
        .set_border_left_color(Color::White)
        .set_border_right(FormatBorder::Thick)
        .set_border_right_color(Color::White);
    let base = match tone {
        Tone::Plain | Tone::Total | Tone::Band | Tone::Good | Tone::Faint => base,
        Tone::Alarm => base.set_font_color(ALARM_INK).set_background_color(ALARM_FILL),
        Tone::Due => base.set_font_color(DUE_INK).set_background_color(DUE_FILL),
        Tone::Unrated => base.set_background_color(UNRATED_FILL),
        Tone::TierA | Tone::TierB | Tone::TierC | Tone::TierD => {
            let tier = tone as usize - Tone::TierA as usize;
            base.set_font_color(TIER_INKS[tier]).set_background_color(TIER_FILLS[tier])
        }
    };
    let figure = |format: Format| format.set_font_size(18).set_bold();
    match part {
        TilePart::Label => base.set_font_size(10),
        TilePart::Figure => figure(base).set_num_format("#,##0"),
        TilePart::Share => figure(base).set_num_format("0.0%"),
        TilePart::Decimal => figure(base).set_num_format("#,##0.0"),
        TilePart::Remark => base.set_font_size(8).set_align(FormatAlign::Top),
    }
}

/// Which way the paper lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// Upright A4.
    Portrait,
    /// A4 on its side.
    Landscape,
}

/// What every page says of itself.
#[derive(Clone, Copy, Debug)]
pub struct PageLabel<'a> {
    /// Name of the office; may be empty.
    pub office: &'a str,
    /// What the workbook is.
    pub what: &'a str,
    /// The day the figures stand for.
    pub as_of: NaiveDate,
}

/// A4, as wide as one page, the office and the day at the foot, pages numbered.
pub fn set_page(sheet: &mut Worksheet, paper: Paper, label: PageLabel<'_>) {
    match paper {
        Paper::Portrait => sheet.set_portrait(),
        Paper::Landscape => sheet.set_landscape(),
    };
    sheet
        .set_paper_size(9)
        .set_margins(0.45, 0.45, 0.5, 0.65, 0.3, 0.3)
        .set_print_fit_to_pages(1, 0)
        .set_print_center_horizontally(true)
        .set_screen_gridlines(false)
        .set_footer(footer(label));
}

/// Excel takes 255 characters at most, `&` for a command, and digits after `&9` for a longer size: hence the
/// doubled `&`, and a colour before every text, because a colour is always six digits.
fn footer(label: PageLabel<'_>) -> String {
    let plain = |text: &str| {
        let short: String = text.chars().take(30).collect();
        short.replace('&', "&&")
    };
    let look = format!("&\"{FONT},常规\"&8&K6B7280");
    let left = match (label.office, label.what) {
        ("", what) => plain(what),
        (office, what) => format!("{} · {}", plain(office), plain(what)),
    };
    format!("&L{look}{left}&C{look}第 &P 页，共 &N 页&R{look}截至 {}", label.as_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_in_every_tone_is_its_own_format() {
        let style = Style::new();
        assert_eq!(style.cells.len(), KINDS * TONES.len());
        assert_eq!(style.tiles.len(), TILE_PARTS * TONES.len());
        for (index, tone) in TONES.into_iter().enumerate() {
            assert_eq!(tone as usize, index);
        }
        assert_ne!(style.cell(Kind::Date, Tone::Plain), style.cell(Kind::AgreedDate, Tone::Plain));
        assert_ne!(style.tier(Some(Tier::A)), style.tier(None));
    }

    #[test]
    fn a_footer_survives_ampersands_digits_and_long_names() {
        let as_of = NaiveDate::from_ymd_opt(2026, 11, 30).expect("a day");
        let label = |office| PageLabel { office, what: "索引卡", as_of };
        assert!(footer(label("A&B营业部")).contains("A&&B营业部 · 索引卡"));
        assert!(footer(label("88号营业部")).contains("&K6B728088号营业部"));
        let long = "长".repeat(300);
        assert!(footer(label(&long)).encode_utf16().count() <= 255);
    }
}
