//! An invented office of any size: the same size always gives the same files.
//!
//! About four policies a family and one client for three policies; couples and children, so that there is
//! something to be worked out. Nobody in it can be real: districts that do not exist (`…0198`), telephones with
//! a prefix that nobody was given (154).

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{Datelike, Days, NaiveDate};
use encoding_rs::GBK;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

const AS_OF: &str = "2026-11-30";

/// In what form the policies come.
#[derive(Clone, Copy)]
pub enum Form {
    /// As the company's system exports them.
    Xlsx,
    /// As Excel in China saves them: in GBK.
    Csv,
}

impl Form {
    /// For the table.
    pub fn title(self) -> &'static str {
        match self {
            Form::Xlsx => "xlsx",
            Form::Csv => "csv",
        }
    }
}

/// An office folder with its inputs.
pub struct Office {
    /// Where it is.
    pub folder: PathBuf,
    /// Rows in the policy list.
    pub policies: u32,
    /// In what form.
    pub form: Form,
    /// Size of the inputs.
    pub bytes: u64,
}

/// Where an office's lists are.
pub fn input_folder(office: &Path) -> PathBuf {
    office.join("导入")
}

/// Where its results are.
pub fn output_folder(office: &Path) -> PathBuf {
    office.join("输出")
}

/// All files below a folder, in order.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

impl Office {
    /// Makes the office, unless it is there from last time.
    pub fn make(below: &Path, policies: u32, form: Form) -> Office {
        let folder = below.join(format!("{policies}-{}", form.title()));
        let inputs = input_folder(&folder);
        let done = folder.join("完成");
        if !done.exists() {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&inputs).expect("a folder of ours");
            let people = People { families: (policies / 4).max(1), agents: (policies / 2_500).max(4) };
            let heading = POLICY_HEADINGS.as_slice();
            let rows = (0..policies).map(|row| people.policy(row.into()));
            match form {
                Form::Xlsx => write_xlsx(&inputs.join("保单清单_202611.xlsx"), "保单清单", heading, rows),
                Form::Csv => write_csv(&inputs.join("保单清单_202611.csv"), heading, rows),
            }
            let visits = (0..policies / 10).map(|row| people.visit(row.into()));
            write_xlsx(&inputs.join("拜访记录_202611.xlsx"), "拜访记录", &VISIT_HEADINGS, visits);
            fs::write(done, "").expect("a file of ours");
        }
        let bytes = files_below(&inputs).iter().filter_map(|file| fs::metadata(file).ok()).map(|about| about.len()).sum();
        Office { folder, policies, form, bytes }
    }

    /// Where the batch writes.
    pub fn out(&self) -> PathBuf {
        output_folder(&self.folder)
    }

    /// The batch, as an office runs it, but for the cards: they are measured by themselves.
    pub fn batch(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fuwuka"));
        command
            .args(["run", "--cards", "none", "--as-of", AS_OF, "--office"])
            .arg(&self.folder)
            .arg("--out")
            .arg(self.out());
        command
    }

    /// Takes away what earlier runs left, so that each is the office's first.
    pub fn forget(&self) {
        for folder in [self.out(), self.folder.join("卡库"), self.folder.join("下限")] {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// What stands in a cell.
enum Value {
    Blank,
    Text(String),
    Number(f64),
    Date(NaiveDate),
}

impl Value {
    fn text(text: &str) -> Value {
        Value::Text(text.to_string())
    }
}

const POLICY_HEADINGS: [&str; 30] = [
    "保单号",
    "投保人",
    "投保人性别",
    "投保人出生日期",
    "投保人证件类型",
    "投保人证件号码",
    "投保人手机",
    "投保人地址",
    "被保险人",
    "被保险人性别",
    "被保险人出生日期",
    "被保险人证件号码",
    "与投保人关系",
    "险种代码",
    "险种名称",
    "主附险",
    "保额（元）",
    "期交保费（元）",
    "缴费方式",
    "缴费期",
    "保障期限",
    "投保日期",
    "生效日期",
    "应缴日",
    "保单状态",
    "销售渠道",
    "服务专员",
    "服务专员工号",
    "营业部",
    "备注",
];

const VISIT_HEADINGS: [&str; 9] =
    ["拜访时间", "服务专员", "客户姓名", "联系电话", "拜访方式", "拜访主题", "拜访内容", "下次拜访日期", "录入时间"];

const SURNAMES: [&str; 48] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "高", "林", "罗",
    "郑", "梁", "谢", "宋", "唐", "许", "韩", "冯", "邓", "曹", "彭", "曾", "肖", "田", "董", "袁", "潘", "于", "蒋", "蔡",
    "余", "杜", "叶", "程", "苏", "魏", "欧阳", "诸葛",
];
const GIVEN: [&str; 60] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀", "霞", "平",
    "刚", "桂", "英", "华", "玉", "兰", "萍", "红", "鑫", "建", "国", "志", "文", "斌", "波", "辉", "宇", "浩", "凯", "健",
    "俊", "帆", "雪", "琳", "欣", "怡", "思", "雨", "子", "涵", "梓", "轩", "晨", "曦", "佳", "慧", "嘉", "诚", "宏", "鹏",
];
/// Provinces, each with a district number that is not in use.
const REGIONS: [&str; 10] =
    ["110198", "310198", "320198", "330198", "370198", "410198", "420198", "440198", "500198", "510198"];
const CITIES: [&str; 6] = ["浙江省杭州市", "江苏省南京市", "广东省深圳市", "四川省成都市", "山东省青岛市", "湖北省武汉市"];
const ROADS: [&str; 10] =
    ["人民路", "解放路", "中山路", "建设大道", "文化路", "和平街", "长江路", "黄河路", "学院路", "滨海大道"];
const PRODUCTS: [(&str, &str); 10] = [
    ("P1001", "福满一生终身寿险（分红型）"),
    ("P1002", "康健无忧重大疾病保险"),
    ("P1003", "安心医疗保险（费用补偿型）"),
    ("P1004", "鑫享年金保险（万能型）"),
    ("P1005", "少儿教育金保险"),
    ("P1006", "意外伤害保险A款"),
    ("P1007", "悦享人生两全保险"),
    ("P1008", "百万医疗险（2023版）"),
    ("P1009", "安泰定期寿险"),
    ("P1010", "养老年金保险C款"),
];
const STATES: [&str; 12] =
    ["有效", "有效", "有效", "有效", "有效", "有效", "有效", "有效", "失效", "满期终止", "退保", "缴清"];
const REMARKS: [&str; 8] =
    ["", "", "", "", "客户希望周末联系", "已发送短信提醒", "关注年金产品，下次带计划书", "银行卡扣款失败，请跟进"];
const TOPICS: [&str; 6] = ["缴费提醒", "保单检视", "生日问候", "理赔协助", "产品说明", "资料更新"];

/// Numbers that look like chance and never change: the next after `seed` (splitmix64).
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One throw of the dice after the other.
struct Dice(u64);

impl Dice {
    fn of(what: u64, which: u64) -> Dice {
        Dice(mix(what ^ mix(which)))
    }

    fn below(&mut self, sides: u64) -> u64 {
        self.0 = mix(self.0);
        self.0 % sides
    }

    /// True once in so many times.
    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize]
    }

    fn day(&mut self, from: NaiveDate, days: u64) -> NaiveDate {
        from + Days::new(self.below(days))
    }
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
}

struct Person {
    name: String,
    male: bool,
    birth: NaiveDate,
    certificate: String,
    phone: String,
}

/// A head; perhaps a spouse; up to two children.
struct Family {
    head: Person,
    spouse: Option<Person>,
    children: Vec<Person>,
    address: String,
    agent: u64,
}

/// Everybody the office serves.
struct People {
    families: u32,
    agents: u32,
}

impl People {
    fn family(&self, which: u64) -> Family {
        let mut dice = Dice::of(1, which);
        let surname = dice.one(&SURNAMES);
        let birth = dice.day(date(1950, 1, 1), 15_000);
        let head = person(&mut dice, surname, which * 4, birth);
        let spouse = (dice.below(10) < 6).then(|| {
            let surname = dice.one(&SURNAMES);
            let birth = dice.day(birth, 1_500);
            let mut spouse = person(&mut dice, surname, which * 4 + 1, birth);
            if spouse.male == head.male {
                spouse = with_sex(spouse, !head.male);
            }
            spouse
        });
        let children = (0..dice.below(3))
            .map(|child| {
                let birth = dice.day(birth + Days::new(8_500), 4_000);
                person(&mut dice, surname, which * 4 + 2 + child, birth)
            })
            .collect();
        let address = format!(
            "{}{}{}号{}栋{}单元{}室",
            dice.one(&CITIES),
            dice.one(&ROADS),
            dice.below(998) + 1,
            dice.below(30) + 1,
            dice.below(4) + 1,
            (dice.below(32) + 1) * 100 + dice.below(4) + 1
        );
        Family { head, spouse, children, address, agent: dice.below(self.agents.into()) }
    }

    fn agent(&self, which: u64) -> (String, String, String) {
        let mut dice = Dice::of(2, which);
        let name = format!("{}{}{}", dice.one(&SURNAMES), dice.one(&GIVEN), dice.one(&GIVEN));
        (name, format!("A{:05}", 20_000 + which), format!("第{}营业部", which / 12 + 1))
    }

    fn policy(&self, row: u64) -> Vec<Value> {
        let mut dice = Dice::of(3, row);
        let family = self.family(dice.below(self.families.into()));
        // The spouse holds one policy in three.
        let (holder, other) = match &family.spouse {
            Some(spouse) if dice.once_in(3) => (spouse, Some(&family.head)),
            spouse => (&family.head, spouse.as_ref()),
        };
        let pick = dice.below(10);
        let (insured, relation) = match (family.children.first(), other) {
            (Some(_), _) if pick < 3 => {
                let child = &family.children[dice.below(family.children.len() as u64) as usize];
                (child, if child.male { "儿子" } else { "女儿" })
            }
            (_, Some(other)) if pick < 6 => (other, if other.male { "丈夫" } else { "妻子" }),
            _ => (holder, "本人"),
        };
        let (code, product) = dice.one(&PRODUCTS);
        let start = dice.day(date(2010, 1, 1), 6_000);
        let single = dice.once_in(12);
        let (agent, agent_code, team) = self.agent(family.agent);
        let remark = dice.one(&REMARKS);
        // One name in two hundred was typed with a space, one date as text, one telephone with dashes.
        let name = if dice.once_in(200) { format!(" {}", holder.name) } else { holder.name.clone() };
        let holder_birth = match dice.once_in(200) {
            true => Value::Text(holder.birth.format("%Y年%-m月%-d日").to_string()),
            false => Value::Date(holder.birth),
        };
        let phone = match dice.once_in(200) {
            true => format!("{}-{}-{}", &holder.phone[..3], &holder.phone[3..7], &holder.phone[7..]),
            false => holder.phone.clone(),
        };
        vec![
            Value::Text(format!("88{:06}{row:010}", dice.below(1_000_000))),
            Value::Text(name),
            sex(holder),
            holder_birth,
            Value::text("身份证"),
            Value::Text(holder.certificate.clone()),
            Value::Text(phone),
            Value::Text(family.address.clone()),
            Value::Text(insured.name.clone()),
            sex(insured),
            Value::Date(insured.birth),
            Value::Text(insured.certificate.clone()),
            Value::text(relation),
            Value::text(code),
            Value::text(product),
            Value::text("主险"),
            Value::Number((dice.below(100) * 10_000 + 10_000) as f64),
            Value::Number((dice.below(5_000_000) + 30_000) as f64 / 100.0),
            Value::text(if single { "趸交" } else { "年交" }),
            Value::text(if single { "一次交清" } else { dice.one(&["5年", "10年", "15年", "20年", "30年"]) }),
            Value::text(dice.one(&["终身", "终身", "20年", "30年", "至70岁"])),
            Value::Date(start),
            Value::Date(start + Days::new(1)),
            if single { Value::Blank } else { Value::Date(dice.day(date(2026, 6, 1), 365)) },
            Value::text(dice.one(&STATES)),
            Value::text(dice.one(&["个险", "个险", "个险", "银保"])),
            Value::Text(agent),
            Value::Text(agent_code),
            Value::Text(team),
            if remark.is_empty() { Value::Blank } else { Value::text(remark) },
        ]
    }

    fn visit(&self, row: u64) -> Vec<Value> {
        let mut dice = Dice::of(4, row);
        let family = self.family(dice.below(self.families.into()));
        let client = match &family.spouse {
            Some(spouse) if dice.once_in(3) => spouse,
            _ => &family.head,
        };
        let (agent, ..) = self.agent(family.agent);
        let day = dice.day(date(2026, 8, 1), 120);
        // One in ten logs only the name; several clients may have it.
        let phone = if dice.once_in(10) { Value::Blank } else { Value::Text(client.phone.clone()) };
        vec![
            Value::Date(day),
            Value::Text(agent),
            Value::Text(client.name.clone()),
            phone,
            Value::text(dice.one(&["上门", "电话", "微信"])),
            Value::text(dice.one(&TOPICS)),
            Value::Text(format!("{}，{}", dice.one(&TOPICS), dice.one(&["客户满意", "客户考虑中", "约定下月再谈"]))),
            if dice.once_in(2) { Value::Blank } else { Value::Date(day + Days::new(30 + dice.below(60))) },
            Value::Date(day + Days::new(dice.below(3))),
        ]
    }
}

fn sex(person: &Person) -> Value {
    Value::text(if person.male { "男" } else { "女" })
}

fn person(dice: &mut Dice, surname: &str, which: u64, birth: NaiveDate) -> Person {
    let second = if dice.below(4) == 0 { "" } else { dice.one(&GIVEN) };
    let serial = dice.below(1_000);
    let region = dice.one(&REGIONS);
    Person {
        name: format!("{surname}{}{second}", dice.one(&GIVEN)),
        male: serial % 2 == 1,
        birth,
        certificate: certificate(region, birth, serial),
        // 48,271 has no factor in common with 100,000,000: no two people get the same number.
        phone: format!("154{:08}", which * 48_271 % 100_000_000),
    }
}

/// The same person as a man or as a woman.
fn with_sex(person: Person, male: bool) -> Person {
    let serial: u64 = person.certificate[14..17].parse().expect("three digits");
    let certificate = certificate(&person.certificate[..6], person.birth, serial ^ 1);
    Person { male, certificate, ..person }
}

/// A citizen number with its check digit (GB 11643-1999).
fn certificate(region: &str, birth: NaiveDate, serial: u64) -> String {
    let digits = format!("{region}{}{serial:03}", birth.format("%Y%m%d"));
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = digits.bytes().zip(weights).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
    format!("{digits}{}", char::from(b"10X98765432"[sum % 11]))
}

fn write_xlsx(path: &Path, sheet_name: &str, headings: &[&str], rows: impl Iterator<Item = Vec<Value>>) {
    let mut book = Workbook::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let sheet: &mut Worksheet = book.add_worksheet_with_low_memory().expect("a temporary file");
    sheet.set_name(sheet_name).expect("a good name");
    for (column, heading) in (0..).zip(headings) {
        sheet.write_string(0, column, *heading).expect("a cell");
    }
    for (row, values) in (1..).zip(rows) {
        for (column, value) in (0..).zip(values) {
            let written = match value {
                Value::Blank => continue,
                Value::Text(text) => sheet.write_string(row, column, text),
                Value::Number(number) => sheet.write_number(row, column, number),
                Value::Date(date) => {
                    let date = ExcelDateTime::from_ymd(date.year() as u16, date.month() as u8, date.day() as u8);
                    sheet.write_datetime_with_format(row, column, date.expect("a day Excel knows"), &day)
                }
            };
            written.expect("a cell");
        }
    }
    book.save(path).expect("a file of ours");
}

fn write_csv(path: &Path, headings: &[&str], rows: impl Iterator<Item = Vec<Value>>) {
    let mut file = BufWriter::new(File::create(path).expect("a file of ours"));
    let mut put = |line: String| file.write_all(&GBK.encode(&(line + "\r\n")).0).expect("a file of ours");
    put(headings.join(","));
    for values in rows {
        // None of our texts has a comma or a quote in it.
        let fields: Vec<String> = values
            .into_iter()
            .map(|value| match value {
                Value::Blank => String::new(),
                Value::Text(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Date(date) => date.format("%Y/%-m/%-d").to_string(),
            })
            .collect();
        put(fields.join(","));
    }
}
