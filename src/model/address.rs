//! Addresses, as far as they tell whether two people live in one home.

use super::cell::Cell;
use super::mask;
use super::reading::Reading;
use super::text;
use super::typed::{self, is_dash};
use std::fmt;

/// An address in its parts, each tidied for comparing: Arabic digits, without the words 栋, 单元, 室.
/// What is not there or not understood is None.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    province: Option<String>,
    city: Option<String>,
    district: Option<String>,
    road: Option<String>,
    /// On the road, or in the village.
    number: Option<String>,
    estate: Option<String>,
    building: Option<String>,
    unit: Option<String>,
    room: Option<String>,
}

/// Why a cell holds no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadAddress {
    /// Too short, or digits only: a postcode, a telephone number.
    NotAnAddress,
    /// A formula error such as `#REF!`.
    FormulaError,
}

impl Address {
    /// Reads a cell. Nearly any text is an address; how much of one is another question, see [`Address::home_key`].
    pub fn read(cell: Cell<'_>) -> Reading<Address, BadAddress> {
        match cell {
            Cell::Number(_) | Cell::Serial(_) | Cell::Bool(_) => Reading::Bad(BadAddress::NotAnAddress),
            // 不详 would pass as an address.
            Cell::Text(typed) if text::is_placeholder(typed) => Reading::Blank,
            _ => typed::read(cell, BadAddress::FormulaError, |typed| {
                let words = typed.chars().filter(|c| c.is_alphabetic()).count();
                if mask::hides_digits(typed) || typed.chars().any(mask::is_star) {
                    return Reading::Masked;
                }
                if words < 2 {
                    return Reading::Bad(BadAddress::NotAnAddress);
                }
                Reading::Good(parse(typed))
            }),
        }
    }

    /// Province, city and district, as far as they were written: `江苏 南京 玄武`.
    pub fn region(&self) -> String {
        let parts = [&self.province, &self.city, &self.district];
        parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// The road, or the village.
    pub fn road(&self) -> Option<&str> {
        self.road.as_deref()
    }

    /// The number on the road or in the village.
    pub fn number(&self) -> Option<&str> {
        self.number.as_deref()
    }

    /// 小区, 花园, 苑
    pub fn estate(&self) -> Option<&str> {
        self.estate.as_deref()
    }

    /// 栋, 幢, 座, 号楼
    pub fn building(&self) -> Option<&str> {
        self.building.as_deref()
    }

    /// 单元
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// 室
    pub fn room(&self) -> Option<&str> {
        self.room.as_deref()
    }

    /// Whether two addresses are surely of one home. Parts of the region may be missing, and the road where the
    /// estate is the same; building, unit and room may not. Without a house or room number no two are the same.
    pub fn same_home(&self, other: &Address) -> bool {
        let (Some(_), Some(_)) = (self.dwelling(), other.dwelling()) else {
            return false;
        };
        let parts = [
            (&self.province, &other.province),
            (&self.city, &other.city),
            (&self.road, &other.road),
            (&self.number, &other.number),
            (&self.estate, &other.estate),
        ];
        let agree = parts.into_iter().all(|(mine, theirs)| mine.is_none() || theirs.is_none() || mine == theirs);
        // 江苏南京玄武区, without 市, has the city in its district.
        let same_district = match (&self.district, &other.district) {
            (Some(mine), Some(theirs)) => mine.ends_with(theirs.as_str()) || theirs.ends_with(mine.as_str()),
            _ => true,
        };
        let same_estate = self.estate.is_some() && self.estate == other.estate;
        let same_house =
            self.road.is_some() && self.road == other.road && self.number.is_some() && self.number == other.number;
        agree
            && same_district
            && (same_estate || same_house)
            && self.building == other.building
            && self.unit == other.unit
            && self.room == other.room
    }

    /// For joining: equal keys are one home, if the estate's name means one place. None if the address does not
    /// tell the home. Two homes that [`Address::same_home`] calls one may still have different keys, where one
    /// leaves out the district or the estate.
    pub fn home_key(&self) -> Option<String> {
        let (place, number) = self.dwelling()?;
        let region = self.district.as_deref().or(self.city.as_deref()).unwrap_or_default();
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        Some([region, &place, &number, &part(&self.building), &part(&self.unit), &part(&self.room)].join("|"))
    }

    /// Where the home is, and the house number if that is what tells it; None if it is not told.
    fn dwelling(&self) -> Option<(String, String)> {
        let in_village = self.road.as_deref().is_some_and(is_village);
        match (&self.estate, &self.road, &self.number, &self.room) {
            (Some(estate), _, _, Some(_)) if self.building.is_some() => Some((estate.clone(), String::new())),
            // A house number in a village is a family; on a road it may be a hundred.
            (_, Some(road), Some(number), room) if room.is_some() || in_village => Some((road.clone(), number.clone())),
            _ => None,
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({}…)", self.region())
    }
}

/// The comparing form of an address in one step: its home key.
pub fn key(typed: &str) -> Option<String> {
    Address::read(Cell::from(typed)).good()?.home_key()
}

const ROADS: [&str; 12] = ["大道", "公路", "胡同", "大街", "路", "街", "巷", "弄", "里", "道", "坊", "桥"];
const VILLAGES: [&str; 7] = ["村", "组", "队", "屯", "庄", "寨", "社"];

fn is_road(words: &str) -> bool {
    ROADS.iter().any(|end| words.ends_with(end))
}

fn is_village(words: &str) -> bool {
    VILLAGES.iter().any(|end| words.ends_with(end))
}

fn parse(typed: &str) -> Address {
    let mut address = Address::default();
    let whole = text::key(typed);
    let rest = address.take_region(&whole);
    let rest = arabic(rest);
    address.take_home(&pieces(&rest));
    address
}

impl Address {
    /// Takes province, city, district and town off the front.
    fn take_region<'a>(&mut self, whole: &'a str) -> &'a str {
        const PROVINCES: [&str; 34] = [
            "北京",
            "天津",
            "上海",
            "重庆",
            "河北",
            "山西",
            "辽宁",
            "吉林",
            "黑龙江",
            "江苏",
            "浙江",
            "安徽",
            "福建",
            "江西",
            "山东",
            "河南",
            "湖北",
            "湖南",
            "广东",
            "海南",
            "四川",
            "贵州",
            "云南",
            "陕西",
            "甘肃",
            "青海",
            "台湾",
            "内蒙古",
            "广西",
            "西藏",
            "宁夏",
            "新疆",
            "香港",
            "澳门",
        ];
        let mut rest = whole.strip_prefix("中国").unwrap_or(whole);
        if let Some(province) = PROVINCES.iter().find(|province| rest.starts_with(**province)) {
            let after = &rest[province.len()..];
            let ends = ["省", "市", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区", "特别行政区"];
            let end = ends.iter().find(|end| after.starts_with(**end));
            // 海南路, 吉林大街: a road called like a province.
            if end.is_some() || !starts_with_road(after) {
                self.province = Some(province.to_string());
                rest = &after[end.map_or(0, |end| end.len())..];
                if PROVINCES[..4].contains(province) {
                    rest = rest.strip_prefix("市辖区").unwrap_or(rest);
                }
            }
        }
        for (ends, level) in [
            (["自治州", "地区", "市", "盟"].as_slice(), Level::City),
            (["自治县", "自治旗", "市", "区", "县", "旗"].as_slice(), Level::District),
            (["街道办事处", "街道", "镇", "乡"].as_slice(), Level::Town),
        ] {
            let Some((name, after)) = region_name(rest, ends) else {
                continue;
            };
            match level {
                Level::City => self.city = Some(name.to_string()),
                Level::District => self.district = Some(name.to_string()),
                // One in three leaves it out.
                Level::Town => {}
            }
            rest = after;
        }
        if let Some(province) = &self.province
            && PROVINCES[..4].contains(&province.as_str())
        {
            // A municipality is its own city.
            self.city.get_or_insert_with(|| province.clone());
            self.province = None;
        }
        rest
    }

    fn take_home(&mut self, pieces: &[Piece<'_>]) {
        let mut words = String::new();
        let mut rest = pieces;
        while let Some((piece, after)) = rest.split_first() {
            rest = after;
            let number = match *piece {
                Piece::Words(more) => {
                    words.push_str(more);
                    continue;
                }
                Piece::Dash => continue,
                Piece::Number(number) => number,
            };
            // 22-1-601
            let mut chain = vec![number];
            while let [Piece::Dash, Piece::Number(next), after @ ..] = rest {
                chain.push(next);
                rest = after;
            }
            let after = match rest.first() {
                Some(Piece::Words(after)) => *after,
                _ => "",
            };
            let (suffix, what) = suffix(after);
            let takes_suffix = self.assign(&chain, what, after, &mut words);
            let after = if takes_suffix { &after[suffix.len()..] } else { after };
            if let Some((Piece::Words(_), others)) = rest.split_first() {
                rest = others;
                words.push_str(after);
            }
        }
        // An estate without a building, a road without a number.
        self.place(&mut words);
    }

    /// Gives a number, or several with dashes between, its part. False if the word behind it is no suffix of it.
    fn assign(&mut self, chain: &[&str], what: What, after: &str, words: &mut String) -> bool {
        let joined = || chain.join("-");
        match (what, chain) {
            (What::Group, _) => {
                words.push_str(&joined());
                return false;
            }
            (What::Lane, _) => {
                self.place(words);
                self.number = Some(format!("{}弄", joined()));
            }
            (What::Number, _)
                if self.building.is_none() && self.number.is_none() && (is_road(words) || is_village(words)) =>
            {
                self.road = Some(std::mem::take(words));
                self.number = Some(joined());
            }
            (What::Number, [number]) if self.building.is_some() || !words.is_empty() && self.estate.is_some() => {
                self.room.get_or_insert(number.to_string());
            }
            (What::Building | What::Number, [building]) => {
                self.place(words);
                self.building = Some(building.to_string());
            }
            (What::Unit, [unit]) => {
                self.place(words);
                self.unit = Some(unit.to_string());
            }
            (What::Unit, [building, unit]) => {
                self.place(words);
                self.building = Some(building.to_string());
                self.unit = Some(unit.to_string());
            }
            // 22楼 is a building if a unit follows it, else a floor, which the room says again.
            (What::Floor, [building])
                if self.building.is_none()
                    && (after.contains("单元") || after == "楼" && !words.is_empty() && self.number.is_none()) =>
            {
                self.place(words);
                self.building = Some(building.to_string());
            }
            (What::Floor, _) => self.place(words),
            (What::Room | What::Nothing | What::Building | What::Number, parts) => {
                if what == What::Nothing
                    && parts.len() == 1
                    && self.building.is_none()
                    && self.room.is_none()
                    && self.number.is_none()
                    && is_road(words)
                {
                    self.road = Some(std::mem::take(words));
                    self.number = Some(joined());
                    return false;
                }
                self.place(words);
                self.take_chain(parts);
                return what != What::Nothing;
            }
            (What::Unit, _) => return false,
        }
        true
    }

    /// Building, unit and room written with dashes; what is known already does not come again.
    fn take_chain(&mut self, parts: &[&str]) {
        let (building, unit, room) = match *parts {
            [room] => (None, None, Some(room)),
            [building, room] if self.building.is_none() => (Some(building), None, Some(room)),
            [unit, room] => (None, Some(unit), Some(room)),
            [building, unit, room] => (Some(building), Some(unit), Some(room)),
            _ => return,
        };
        for (part, found) in [(&mut self.building, building), (&mut self.unit, unit), (&mut self.room, room)] {
            if part.is_none() {
                *part = found.map(str::to_string);
            }
        }
    }

    /// Words that stand before a building are an estate, perhaps behind a road.
    fn place(&mut self, words: &mut String) {
        let mut place = std::mem::take(words);
        place.retain(|c| c.is_alphanumeric());
        if let Some(end) = road_end(&place)
            && self.road.is_none()
        {
            self.road = Some(place[..end].to_string());
            place = place[end..].to_string();
        }
        for end in ["小区", "住宅区", "社区", "宿舍"] {
            if let Some(name) = place.strip_suffix(end)
                && name.chars().count() >= 2
            {
                place = name.to_string();
            }
        }
        // 院 behind a number, 内 and the like say nothing.
        // 东户 behind a building is no estate.
        let comes_late = self.building.is_some() || self.room.is_some();
        if place.chars().count() >= 2 && self.estate.is_none() && !comes_late {
            self.estate = Some(place);
        }
    }
}

#[derive(Clone, Copy)]
enum Level {
    City,
    District,
    Town,
}

/// A name that ends in one of `ends` at the front, without that end.
fn region_name<'a>(rest: &'a str, ends: &[&str]) -> Option<(&'a str, &'a str)> {
    let places = rest.char_indices().skip(1).take(10).map(|(place, _)| place);
    for place in places {
        let (name, after) = rest.split_at(place);
        // Behind a number or a road no region comes any more.
        if name.chars().any(|c| c.is_ascii_digit()) || is_road(name) && !after.starts_with("道") {
            return None;
        }
        let Some(end) = ends.iter().find(|end| after.starts_with(**end)) else {
            continue;
        };
        let after_end = &after[end.len()..];
        // 县前街, 镇江路, 市府路 only begin like a region.
        let is_road_name = starts_with_road(after_end) || *end == "镇" && after_end.starts_with('江');
        if is_road_name || *end == "区" && !is_district(name) || *end == "市" && name.ends_with(['城', '超']) {
            continue;
        }
        return Some((name, after_end));
    }
    None
}

/// Whether `name` and 区 is a district. 小区 and 社区 are not, 幸福花园东区 is not, 浦东新区 and 工业园区 are.
fn is_district(name: &str) -> bool {
    let is_part = name.ends_with(['小', '社', '院', '校', '厂', '宅', '活', '墅']);
    let may_be_part = name.ends_with(['东', '西', '南', '北', '新', '园']);
    !is_part && (!may_be_part || name.chars().count() <= 3)
}

fn starts_with_road(after: &str) -> bool {
    ["路", "街", "大道", "大街", "东路", "西路", "南路", "北路", "中路", "巷", "道"]
        .iter()
        .any(|road| after.starts_with(road) && !after.starts_with("街道"))
}

/// Where a road ends within words that go on behind it: 迎宾大道幸福西苑.
fn road_end(words: &str) -> Option<usize> {
    let ends = ["大道", "公路", "胡同", "大街", "路", "街", "巷"];
    let mut found = words.char_indices().filter_map(|(place, _)| {
        let end = ends.iter().find(|end| words[place..].starts_with(**end))?;
        Some(place + end.len())
    });
    found.rfind(|end| words[..*end].chars().count() >= 2)
}

/// What the word behind a number says it is.
#[derive(Clone, Copy, PartialEq)]
enum What {
    Lane,
    Building,
    Unit,
    Floor,
    Room,
    Number,
    /// 期, 组: part of a name.
    Group,
    Nothing,
}

/// The longest suffix of a number at the front of the words behind it.
fn suffix(after: &str) -> (&'static str, What) {
    const SUFFIXES: [(&str, What); 30] = [
        ("号楼", What::Building),
        ("#楼", What::Building),
        ("栋楼", What::Building),
        ("号院", What::Number),
        ("号房", What::Room),
        ("号室", What::Room),
        ("房间", What::Room),
        ("单元", What::Unit),
        ("弄", What::Lane),
        ("栋", What::Building),
        ("幢", What::Building),
        ("橦", What::Building),
        ("座", What::Building),
        ("#", What::Building),
        ("门", What::Unit),
        ("梯", What::Unit),
        ("层", What::Floor),
        ("楼", What::Floor),
        ("f", What::Floor),
        ("室", What::Room),
        ("户", What::Room),
        ("房", What::Room),
        ("号", What::Number),
        ("期", What::Group),
        ("组", What::Group),
        ("队", What::Group),
        ("社", What::Group),
        ("区", What::Group),
        ("村", What::Group),
        ("路", What::Group),
    ];
    let found = SUFFIXES.into_iter().find(|(suffix, _)| after.starts_with(suffix));
    match found {
        Some(found) => found,
        // Anything but an end belongs to the number's own name: 702研究所.
        None => ("", What::Nothing),
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Piece<'a> {
    /// Digits, or a single Latin letter with or without them: `22`, `a`, `3b`.
    Number(&'a str),
    Words(&'a str),
    Dash,
}

fn pieces(rest: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(c) = rest[start..].chars().next() {
        let is_number = |c: char| c.is_ascii_alphanumeric();
        let length = |is_part: &dyn Fn(char) -> bool| rest[start..].find(|c| !is_part(c)).unwrap_or(rest.len() - start);
        let (piece, taken) = if is_number(c) {
            let taken = length(&is_number);
            let number = &rest[start..start + taken];
            let digits = number.bytes().filter(u8::is_ascii_digit).count();
            let significant = number.trim_start_matches('0');
            let is_name = taken - digits > 1;
            (if is_name || significant.is_empty() { Piece::Words(number) } else { Piece::Number(significant) }, taken)
        } else if is_dash(c) || matches!(c, '/' | '—') {
            (Piece::Dash, length(&|c| is_dash(c) || c == '/'))
        } else {
            let taken = length(&|c| !is_number(c) && !is_dash(c) && c != '/');
            (Piece::Words(&rest[start..start + taken]), taken)
        };
        pieces.push(piece);
        start += taken;
    }
    pieces
}

/// Chinese digits before 栋, 单元, 室, 期 and the like as Arabic ones; those in names (中山三路, 五里村) stay.
fn arabic(rest: &str) -> String {
    let mut found = String::with_capacity(rest.len());
    let mut run = String::new();
    let mut after = rest;
    while let Some(c) = after.chars().next() {
        if "〇零一二三四五六七八九十百".contains(c) {
            run.push(c);
        } else {
            if !run.is_empty() {
                let is_counted = suffix(after).1 != What::Nothing && !after.starts_with(['路', '村', '社', '区']);
                push_run(&mut found, &run, is_counted);
                run.clear();
            }
            found.push(c);
        }
        after = &after[c.len_utf8()..];
    }
    push_run(&mut found, &run, false);
    found
}

fn push_run(found: &mut String, run: &str, is_counted: bool) {
    match is_counted {
        true => found.push_str(&counted(run)),
        false => found.push_str(run),
    }
}

/// 二十二 as 22, 六〇一 as 601.
fn counted(run: &str) -> String {
    let digit = |c| "〇一二三四五六七八九".chars().position(|digit| digit == c || digit == '〇' && c == '零');
    if !run.contains(['十', '百']) {
        return run.chars().filter_map(digit).map(|digit| digit.to_string()).collect();
    }
    let mut sum = 0;
    let mut pending = None;
    for c in run.chars() {
        match (c, digit(c)) {
            ('百', _) => sum += pending.take().unwrap_or(1) * 100,
            ('十', _) => sum += pending.take().unwrap_or(1) * 10,
            (_, digit) => pending = digit,
        }
    }
    (sum + pending.unwrap_or(0)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn address(typed: &str) -> Address {
        Address::read(Cell::from(typed)).good().unwrap_or_else(|| panic!("{typed}"))
    }

    /// region / road / number / estate / building / unit / room
    #[track_caller]
    fn case(input: &str, want: &str) {
        let address = address(input);
        let parts = [address.road(), address.number(), address.estate(), address.building(), address.unit(), address.room()];
        let parts: Vec<&str> = parts.into_iter().map(|part| part.unwrap_or("-")).collect();
        assert_eq!(format!("{} / {}", address.region(), parts.join(" / ")), want, "{input}");
    }

    #[track_caller]
    fn same(one: &str, other: &str, want: bool) {
        assert_eq!(address(one).same_home(&address(other)), want, "{one} {other}");
        assert_eq!(address(other).same_home(&address(one)), want, "{other} {one}");
    }

    #[test]
    fn parts_of_an_address() {
        case(
            "江苏省南京市玄武区迎宾大道119号幸福西苑22座1单元601室",
            "江苏 南京 玄武 / 迎宾大道 / 119 / 幸福西苑 / 22 / 1 / 601",
        );
        case("南京市玄武区幸福西苑22栋1单元601室", "南京 玄武 / - / - / 幸福西苑 / 22 / 1 / 601");
        case("江苏南京玄武区迎宾大道119号22-1-601", "江苏 南京玄武 / 迎宾大道 / 119 / - / 22 / 1 / 601");
        case("玄武区幸福西苑22-601", "玄武 / - / - / 幸福西苑 / 22 / - / 601");
        case("玄武区幸福西苑小区二十二幢一单元六〇一室", "玄武 / - / - / 幸福西苑 / 22 / 1 / 601");
        case("幸福西苑22号楼1门601号", " / - / - / 幸福西苑 / 22 / 1 / 601");
        case("幸福西苑22#601", " / - / - / 幸福西苑 / 22 / - / 601");
        case("幸福西苑A座1201", " / - / - / 幸福西苑 / a / - / 1201");
        case("幸福西苑二期3栋2单元5楼501室", " / - / - / 幸福西苑2期 / 3 / 2 / 501");
        case("幸福西苑22楼1单元601", " / - / - / 幸福西苑 / 22 / 1 / 601");
        case("上海市长乐区迎宾路123弄45号601室", "上海 长乐 / 迎宾路 / 123弄 / - / 45 / - / 601");
        case("北京市长乐区迎宾路8号院3号楼2单元501", "北京 长乐 / 迎宾路 / 8 / - / 3 / 2 / 501");
        case("迎宾大道幸福西苑22栋601", " / 迎宾大道 / - / 幸福西苑 / 22 / - / 601");
        case("中山三路12号601室", " / 中山三路 / 12 / - / - / - / 601");
        case("江苏省某某县幸福镇向阳村3组12号", "江苏 某某 / 向阳村3组 / 12 / - / - / - / -");
        case("迎宾大道119号", " / 迎宾大道 / 119 / - / - / - / -");
        case("迎宾大道119-3号", " / 迎宾大道 / 119-3 / - / - / - / -");
        case("上海市浦东新区幸福苑3-501", "上海 浦东新 / - / - / 幸福苑 / 3 / - / 501");
        case("苏州市工业园区幸福花园东区3-501", "苏州 工业园 / - / - / 幸福花园东区 / 3 / - / 501");
        case("昆山市市府路3号", "昆山 / 市府路 / 3 / - / - / - / -");
        case("南京市玄武区", "南京 玄武 / - / - / - / - / - / -");
        case("郑州市金水区花园路3号院2号楼1单元5楼东户", "郑州 金水 / 花园路 / 3 / - / 2 / 1 / -");
        case("浙江省杭州市江东区幸福街道迎宾路５号", "浙江 杭州 江东 / 迎宾路 / 5 / - / - / - / -");
    }

    #[test]
    fn one_home() {
        let whole = "江苏省南京市玄武区迎宾大道119号幸福西苑22座1单元601室";
        for other in [
            whole,
            "南京市玄武区幸福西苑22栋1单元601室",
            "玄武区迎宾大道119号幸福西苑22幢1单元601",
            "幸福西苑22-1-601",
            "幸福西苑小区22号楼1门601室",
            "幸福西苑　22 栋 1 单元 601 室",
            "南京市玄武区迎宾大道119号22-1-601",
            "江苏南京玄武区迎宾大道119号幸福西苑22-1-601",
            "江苏省南京市玄武区孝陵街道幸福西苑二十二栋一单元601室",
        ] {
            same(whole, other, true);
        }
        same("向阳村3组12号", "幸福镇向阳村三组12号", true);
        same("中山路12号601室", "中山路12号601", true);
    }

    #[test]
    fn not_surely_one_home() {
        let whole = "江苏省南京市玄武区迎宾大道119号幸福西苑22座1单元601室";
        for other in [
            "江苏省南京市玄武区迎宾大道119号幸福西苑22座1单元602室",
            "江苏省南京市玄武区迎宾大道119号幸福西苑22座2单元601室",
            "江苏省南京市玄武区迎宾大道119号幸福西苑21座1单元601室",
            "江苏省南京市玄武区迎宾大道121号幸福西苑22座1单元601室",
            "江苏省南京市长乐区迎宾大道119号幸福西苑22座1单元601室",
            "江苏省南京市玄武区幸福东苑22座1单元601室",
            "江苏省南京市玄武区迎宾大道119号幸福西苑",
            "江苏省南京市玄武区迎宾大道119号",
            "江苏省南京市玄武区",
            "幸福西苑22栋601室",
        ] {
            same(whole, other, false);
        }
        same("迎宾大道119号", "迎宾大道119号", false);
        same("南京市玄武区", "南京市玄武区", false);
        same("幸福西苑", "幸福西苑", false);
        same("向阳村", "向阳村", false);
        same("向阳村3组12号", "向阳村4组12号", false);
    }

    #[test]
    fn keys() {
        let want = Some("玄武|幸福西苑||22|1|601".to_string());
        assert_eq!(key("江苏省南京市玄武区迎宾大道119号幸福西苑22座1单元601室"), want);
        assert_eq!(key("南京市玄武区幸福西苑22栋1单元601室"), want);
        assert_eq!(key("迎宾大道119号601室"), Some("|迎宾大道|119|||601".to_string()));
        assert_eq!(key("迎宾大道119号"), None);
        assert_eq!(key("南京市玄武区"), None);
        assert_eq!(key(""), None);
    }

    #[test]
    fn what_is_no_address() {
        assert_eq!(Address::read(Cell::Text("210000")), Reading::Bad(BadAddress::NotAnAddress));
        assert_eq!(Address::read(Cell::Number(210_000.0)), Reading::Bad(BadAddress::NotAnAddress));
        assert_eq!(Address::read(Cell::Text("不详")), Reading::Blank);
        assert_eq!(Address::read(Cell::Text("南京市玄武区****")), Reading::Masked);
        assert_eq!(format!("{:?}", address("南京市玄武区幸福西苑22-601")), "Address(南京 玄武…)");
    }

    proptest! {
        #[test]
        fn anything_may_stand_in_a_cell(typed in any::<String>()) {
            key(&typed);
        }

        #[test]
        fn a_home_is_its_own(typed in "(江苏省|南京市|玄武区|幸福镇|迎宾大道|幸福西苑|[0-9]{1,3}|[一二十]{1,2}|号|栋|单元|室|-|村|组|楼|弄|A){1,12}") {
            if let Some(address) = Address::read(Cell::from(typed.as_str())).good() {
                prop_assert_eq!(address.same_home(&address), address.home_key().is_some());
            }
        }
    }
}
