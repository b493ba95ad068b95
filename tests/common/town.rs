//! An invented town with known truth: who lives with whom, and what a policy list and a card register, as messy as
//! real ones, say about it. The same seed and dirt always give the same town.
//!
//! Nobody in it can be real: districts that do not exist (`…0198`), telephones with a prefix that nobody was given
//! (154).

use std::fmt::Write;

use chrono::{Datelike, Days, NaiveDate};

/// The day the lists stand for.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 30).expect("a date")
}

/// The lists of a town, and what is true.
pub struct Town {
    /// 保单清单, as CSV.
    pub policies: String,
    /// 老客户登记表, as CSV.
    pub cards: String,
    /// Holder and insured of each policy, by number: persons below.
    pub truth: Vec<(String, usize, usize)>,
    /// Household and family of each person.
    pub home_and_family: Vec<(usize, usize)>,
}

struct Person {
    name: String,
    male: bool,
    birth: NaiveDate,
    id: String,
    phone: String,
    household: usize,
    family: usize,
}

struct Household {
    address: [String; 5],
    before: Option<[String; 5]>,
    adults: Vec<usize>,
    children: Vec<usize>,
    /// Family in homes of their own, and what they are to the first adult.
    elsewhere: Vec<(usize, &'static str)>,
    agent: usize,
}

/// Numbers that look random and are not (splitmix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % below as u64) as usize
    }

    /// So many times in a thousand.
    fn happens(&mut self, permille: usize) -> bool {
        self.roll(1000) < permille
    }

    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())]
    }
}

const SURNAMES: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国文斌波辉鑫宇浩然子涵雨欣梓轩思远佳怡俊凯雪琳晓东海燕春生志鹏永福德全素珍淑贤云飞立新成龙宏图家豪嘉琪美玲凤仪";
const ESTATES: [&str; 12] = [
    "翠湖花园",
    "阳光新城",
    "滨江雅苑",
    "桃源小区",
    "丹桂苑",
    "金桥家园",
    "梧桐公馆",
    "望江名邸",
    "晨曦花园",
    "东湖新村",
    "紫荆苑",
    "兰亭小区",
];
const DISTRICTS: [&str; 4] = ["滨江", "城西", "高新", "云台"];
const OWN: [&str; 3] = ["本人", "本人", "被保险人本人"];

struct Builder {
    dice: Dice,
    people: Vec<Person>,
    households: Vec<Household>,
    families: usize,
    sequence: u32,
}

impl Builder {
    fn person(&mut self, surname: char, year: i32, male: bool, household: usize, family: usize) -> usize {
        let given: Vec<char> = GIVEN.chars().collect();
        let mut name = surname.to_string();
        for _ in 0..if self.dice.happens(250) { 1 } else { 2 } {
            name.push(self.dice.of(&given));
        }
        let day = self.dice.roll(365) as u64;
        let birth = NaiveDate::from_yo_opt(year, 1).expect("a year") + Days::new(day);
        self.sequence += 1;
        let order = (self.sequence * 2 + u32::from(male)) % 1000;
        let district = 110_198 + self.sequence / 400 % 5 * 10_000;
        let id = citizen_number(&format!("{district}{}{order:03}", birth.format("%Y%m%d")));
        let phone = format!("154{:08}", self.dice.roll(100_000_000));
        self.people.push(Person { name, male, birth, id, phone, household, family });
        self.people.len() - 1
    }

    fn surname(&mut self) -> char {
        // Common surnames are more common.
        let all: Vec<char> = SURNAMES.chars().collect();
        let most = if self.dice.happens(600) { 25 } else { all.len() };
        all[self.dice.roll(most)]
    }

    fn address(&mut self) -> [String; 5] {
        let (district, estate) = (self.dice.of(&DISTRICTS), self.dice.of(&ESTATES));
        let building = (self.dice.roll(30) + 1).to_string();
        let unit = (self.dice.roll(3) + 1).to_string();
        let room = format!("{}{:02}", self.dice.roll(20) + 1, self.dice.roll(4) + 1);
        [district.into(), estate.into(), building, unit, room]
    }

    fn household(&mut self, agent: usize) -> usize {
        let address = self.address();
        let before = if self.dice.happens(120) { Some(self.address()) } else { None };
        self.households.push(Household {
            address,
            before,
            adults: Vec::new(),
            children: Vec::new(),
            elsewhere: Vec::new(),
            agent,
        });
        self.households.len() - 1
    }

    /// A couple or a single adult with children; grown-up ones may have left, parents may live with them.
    fn family(&mut self) {
        let family = self.families;
        self.families += 1;
        let agent = self.dice.roll(20);
        let home = self.household(agent);
        let year = 1950 + self.dice.roll(50) as i32;
        let surname = self.surname();
        let man = self.person(surname, year, true, home, family);
        self.households[home].adults.push(man);
        if !self.dice.happens(820) {
            return;
        }
        let wifes_surname = self.surname();
        let later = year + self.dice.roll(7) as i32 - 2;
        let wife = self.person(wifes_surname, later, false, home, family);
        let parted = self.dice.happens(40);
        if parted {
            let away = self.household(agent);
            self.people[wife].household = away;
            self.households[away].adults.push(wife);
        } else {
            self.households[home].adults.push(wife);
        }
        for at in 0..self.dice.roll(3) as i32 {
            let born = year.max(later) + 22 + 3 * at + self.dice.roll(5) as i32;
            if born > 2025 {
                continue;
            }
            let male = self.dice.happens(500);
            let with = if parted { self.people[wife].household } else { home };
            if born < 2001 && self.dice.happens(600) {
                let other_agent = if self.dice.happens(700) { agent } else { self.dice.roll(20) };
                let own = self.household(other_agent);
                let child = self.person(surname, born, male, own, family);
                self.households[own].adults.push(child);
                self.households[own].elsewhere.push((man, "父亲"));
                self.households[home].elsewhere.push((child, "子女"));
                if self.dice.happens(600) {
                    let partners_surname = self.surname();
                    let partner = self.person(partners_surname, born + 1, !male, own, family);
                    self.households[own].adults.push(partner);
                    let grandchild = self.person(surname, (born + 26).min(2025), true, own, family);
                    self.households[own].children.push(grandchild);
                }
            } else {
                let child = self.person(surname, born, male, with, family);
                self.households[with].children.push(child);
            }
        }
        if year > 1965 && self.dice.happens(80) {
            let mothers_surname = self.surname();
            let father = self.person(surname, year - 27, true, home, family);
            let mother = self.person(mothers_surname, year - 25, false, home, family);
            self.households[home].adults.extend([father, mother]);
        }
    }

    /// Young people who share a flat, and nothing else.
    fn flat_mates(&mut self) {
        let (address, agent) = (self.address(), self.dice.roll(20));
        let male = self.dice.happens(500);
        for _ in 0..2 + self.dice.roll(2) {
            let (surname, year) = (self.surname(), 1992 + self.dice.roll(10) as i32);
            let family = self.families;
            self.families += 1;
            let home = self.household(agent);
            self.households[home].address = address.clone();
            self.households[home].before = None;
            let someone = self.person(surname, year, male, home, family);
            self.households[home].adults.push(someone);
        }
    }
}

fn citizen_number(first: &str) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = first.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{first}{}", char::from(b"10X98765432"[sum as usize % 11]))
}

/// How a list writes one person: name, sex, birth, number, telephone, address.
struct Writing<'d> {
    dice: &'d mut Dice,
    /// 1 as real lists are, 2 twice as bad.
    dirt: usize,
}

impl Writing<'_> {
    fn bad(&mut self, permille: usize) -> bool {
        let dirt = self.dirt;
        self.dice.happens(permille * dirt)
    }

    fn id(&mut self, person: &Person) -> String {
        let id = &person.id;
        if self.bad(130) {
            return String::new();
        }
        if self.bad(40) {
            return format!("{}********{}", &id[..6], &id[14..]);
        }
        if self.bad(12) {
            return self.slip(id);
        }
        if person.birth.year() < 1995 && self.bad(30) {
            return format!("{}{}", &id[..6], &id[8..17]);
        }
        id.clone()
    }

    /// One digit wrong.
    fn slip(&mut self, number: &str) -> String {
        let at = 3 + self.dice.roll(number.len() - 4);
        let digit = number.as_bytes()[at];
        let wrong = if digit == b'9' { '0' } else { char::from(digit + 1) };
        format!("{}{wrong}{}", &number[..at], &number[at + 1..])
    }

    fn name(&mut self, person: &Person) -> String {
        if !self.bad(6) {
            return person.name.clone();
        }
        let given: Vec<char> = GIVEN.chars().collect();
        let mut letters: Vec<char> = person.name.chars().collect();
        *letters.last_mut().expect("a name") = self.dice.of(&given);
        letters.into_iter().collect()
    }

    fn phone(&mut self, person: &Person, agents_phone: &str) -> String {
        if self.bad(220) || person.birth.year() > 2012 {
            return String::new();
        }
        if self.bad(25) {
            return agents_phone.to_string();
        }
        if self.bad(8) { self.slip(&person.phone) } else { person.phone.clone() }
    }

    fn birth(&mut self, person: &Person) -> String {
        if self.bad(150) { String::new() } else { person.birth.to_string() }
    }

    fn address(&mut self, household: &Household, since: NaiveDate) -> String {
        let old = household.before.as_ref().filter(|_| since.year() < 2018);
        let [district, estate, building, unit, room] = old.unwrap_or(&household.address);
        if self.bad(160) {
            return String::new();
        }
        match self.dice.roll(5) {
            0 | 1 => format!("浙江省杭州市{district}区{estate}{building}幢{unit}单元{room}室"),
            2 => format!("{district}区{estate}{building}栋{unit}单元{room}"),
            3 => format!("{estate}{building}-{unit}-{room}"),
            _ => format!("杭州{district}{estate}{building}幢{room}室"),
        }
    }
}

/// Builds a town of so many families.
pub fn town(seed: u64, dirt: usize, families: usize) -> Town {
    let mut town = Builder { dice: Dice(seed), people: Vec::new(), households: Vec::new(), families: 0, sequence: 0 };
    for at in 0..families {
        if at % 40 == 39 {
            town.flat_mates();
        } else {
            town.family();
        }
    }
    let Builder { mut dice, people, households, .. } = town;
    let mut policies = "保单号,险种名称,投保人,投保人性别,投保人出生日期,投保人证件号,投保人手机,投保人地址,被保险人,与投保人关系,被保险人性别,\
                        被保险人出生日期,被保险人证件号,被保险人手机,被保险人地址,受益人,年交保费,缴费方式,保单状态,生效日期,服务专员,团队\n"
        .to_string();
    let mut truth = Vec::new();
    for household in &households {
        for _ in 0..1 + dice.roll(5) {
            let no = format!("P{:012}", truth.len() as u64 * 37 + 8_800_000_000);
            let holder = dice.of(&household.adults);
            let (insured, relation) = whom(&mut dice, household, holder, &people);
            let since = today() - Days::new(dice.roll(5500) as u64);
            let agent = if dice.happens(60) { dice.roll(20) } else { household.agent };
            let agents_phone = format!("1549000{:04}", agent % 4);
            let benefits = match dice.roll(4) {
                0 => people[dice.of(&household.adults)].name.clone(),
                1 if !household.children.is_empty() => people[dice.of(&household.children)].name.clone(),
                _ => "法定".to_string(),
            };
            let mut cells = vec![no.clone(), "安康终身寿险".to_string()];
            for (role, person) in [holder, insured].into_iter().enumerate() {
                let person = &people[person];
                let mut writing = Writing { dice: &mut dice, dirt };
                cells.push(writing.name(person));
                if role == 1 {
                    let reversed = writing.bad(6);
                    cells.push(if reversed { "父母".to_string() } else { relation.to_string() });
                }
                cells.push(if person.male { "男" } else { "女" }.to_string());
                cells.extend([writing.birth(person), writing.id(person), writing.phone(person, &agents_phone)]);
                cells.push(writing.address(&households[person.household], since));
            }
            cells.push(benefits);
            cells.extend(["3600", "年交", "有效"].map(String::from));
            cells.extend([since.to_string(), format!("专员{}", AGENTS[agent]), "营业一部".to_string()]);
            writeln!(policies, "{}", cells.join(",")).expect("a string");
            truth.push((no, holder, insured));
        }
    }
    let mut cards = "客户姓名,性别,出生日期,身份证,手机,住址,家庭成员,主要需求,服务专员\n".to_string();
    for household in households.iter().filter(|household| household.adults.len() > 1) {
        if !dice.happens(350) {
            continue;
        }
        let head = &people[household.adults[0]];
        let family: Vec<String> = household.adults[1..2]
            .iter()
            .map(|other| format!("{}:{}", if people[*other].male { "夫" } else { "妻" }, people[*other].name))
            .chain(household.children.iter().map(|child| {
                format!(
                    "{}:{}({})",
                    if people[*child].male { "子" } else { "女" },
                    people[*child].name,
                    people[*child].birth.year()
                )
            }))
            .collect();
        let mut writing = Writing { dice: &mut dice, dirt };
        let cells = [
            head.name.clone(),
            if head.male { "男" } else { "女" }.to_string(),
            writing.birth(head),
            writing.id(head),
            writing.phone(head, "15490000000"),
            writing.address(household, today()),
            family.join("；"),
            "养老".to_string(),
            format!("专员{}", AGENTS[household.agent]),
        ];
        writeln!(cards, "{}", cells.join(",")).expect("a string");
    }
    let home_and_family = people.iter().map(|person| (person.household, person.family)).collect();
    Town { policies, cards, truth, home_and_family }
}

const AGENTS: [char; 20] =
    ['甲', '乙', '丙', '丁', '戊', '己', '庚', '辛', '壬', '癸', '子', '丑', '寅', '卯', '辰', '巳', '午', '未', '申', '酉'];

/// Who is insured, and what they are to the holder.
fn whom(dice: &mut Dice, household: &Household, holder: usize, people: &[Person]) -> (usize, &'static str) {
    let at = household.adults.iter().position(|adult| *adult == holder).expect("one of them");
    let word = |male: bool, for_man: &'static str, for_woman: &'static str| if male { for_man } else { for_woman };
    match dice.roll(10) {
        0..=2 if at < 2 && !household.children.is_empty() => {
            let child = dice.of(&household.children);
            (child, if dice.happens(500) { "子女" } else { word(people[child].male, "儿子", "女儿") })
        }
        3 | 4 if at < 2 && household.adults.len() > 1 => {
            let other = household.adults[1 - at];
            (other, if dice.happens(500) { "配偶" } else { word(people[other].male, "丈夫", "妻子") })
        }
        5 if at == 0 && household.adults.len() > 2 => (household.adults[2], "父亲"),
        5 | 6 if at == 0 && !household.elsewhere.is_empty() => dice.of(&household.elsewhere),
        _ => (holder, dice.of(&OWN)),
    }
}
