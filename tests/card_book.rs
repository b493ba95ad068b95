//! An agent's card book, one sheet a client, goes into the office: households, relatives, policies and visits come
//! out of it as they do out of lists.

#[path = "common/office.rs"]
mod office;

use std::fs;

use office::Office;
use polars::prelude::DataFrame;
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use rust_xlsxwriter::{Format, Workbook};

const CARDS: usize = 200;

/// Names that differ, of surnames in the order of their letters.
fn name(index: usize, given: &str) -> String {
    const SURNAMES: [&str; 8] = ["陈", "冯", "何", "李", "孙", "王", "杨", "张"];
    const MIDDLE: [&str; 25] = [
        "安", "北", "春", "达", "恩", "飞", "冠", "海", "江", "康", "乐", "明", "宁", "鹏", "清", "瑞", "山", "天", "文",
        "晓", "一", "泽", "正", "志", "宗",
    ];
    format!("{}{}{given}", SURNAMES[index / MIDDLE.len()], MIDDLE[index % MIDDLE.len()])
}

fn phone(start: &str, index: usize) -> String {
    format!("{start}{:08}", 10_357_246 + 7_919 * index)
}

/// The card of a client as a grid of texts.
fn card(index: usize) -> Vec<Vec<String>> {
    let (husband, wife, child) = (name(index, "伟"), name((index + 57) % CARDS, "娟"), name(index, "童"));
    let home = format!("北京市朝阳区幸福路{}号2号楼3单元401室", index + 1);
    let (phone, other) = (phone("154", index), phone("155", index));
    let text = format!(
        "客户服务卡（客户家庭保障管理卡）
客户姓名|{husband}|性别|☑男 □女|联系方式|{phone}
家庭住址|{home}
客户类型|{tier}|服务专员|李娜|出生日期|19{year}-03-05
家庭成员
关系|姓名|出生日期|联系方式|职业
配偶|{wife}|19{year}-10-20|{other}|会计
儿子|{child}|2011-05-06||学生
|||
保单信息
保单号|被保险人|险种|年交保费|缴费方式|保险公司
8800{index:07}|{husband}|安康终身重大疾病保险|5000|年交|安澜人寿
7700{index:07}|{wife}|福泽定期寿险|1200|年交|某人寿
拜访记录
拜访时间|方式|主题|客户反馈|下次拜访时间
2026-10-0{day}|面谈|保单检视|满意|
2026-11-0{day}|电话|生日祝福|很高兴|2026-12-20",
        tier = ["A", "B", "C", "D"][index % 4],
        year = 70 + index % 20,
        day = 1 + index % 9,
    );
    text.lines().map(|line| line.split('|').map(str::to_string).collect()).collect()
}

fn book(cards: usize) -> Vec<u8> {
    let mut book = Workbook::new();
    for index in 0..cards {
        let sheet = book.add_worksheet();
        sheet.set_name(format!("{}", index + 1)).unwrap();
        sheet.merge_range(0, 0, 0, 5, "", &Format::new()).unwrap();
        sheet.merge_range(2, 1, 2, 5, "", &Format::new()).unwrap();
        for (row, cells) in card(index).iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row as u32, column as u16, cell).unwrap();
            }
        }
    }
    book.save_to_buffer().unwrap()
}

fn table(office: &Office, table: &str) -> DataFrame {
    let name = fs::read_to_string(office.path("卡库/CURRENT")).expect("a run was made");
    let file = fs::File::open(office.path(&format!("卡库/{}/{table}.parquet", name.trim()))).expect("written");
    ParquetReader::new(file).finish().expect("readable")
}

fn texts(frame: &DataFrame, column: &str) -> Vec<String> {
    let column = frame.column(column).unwrap().str().unwrap();
    column.iter().map(|text| text.unwrap_or("").to_string()).collect()
}

#[test]
fn two_hundred_cards_are_booked() {
    let office = Office::empty();
    office.put("导入/李娜的服务卡.xlsx", book(CARDS));
    // The company's list has no insurer: its policies are those of the cards, not others.
    let company: Vec<String> = (0..10)
        .map(|index| {
            let husband = name(index, "伟");
            format!("8800{index:07},{husband},{},{husband},安康终身重大疾病保险,5000,年交,有效", phone("154", index))
        })
        .collect();
    office.put(
        "导入/保单清单.csv",
        format!("保单号,投保人,投保人电话,被保险人,险种名称,年交保费,缴费方式,保单状态\n{}\n", company.join("\n")),
    );
    let ran = office.run();
    assert!(ran.code == 3 || ran.code == 0, "{}{}", ran.stdout, ran.stderr);

    let households = table(&office, "households");
    assert_eq!(households.height(), CARDS);
    let numbers = texts(&households, "household_no");
    assert_eq!((&*numbers[0], &*numbers[CARDS - 1]), ("C0001", "Z0025"));
    assert!(texts(&households, "head").iter().all(|head| head.ends_with('伟')));
    assert!(texts(&households, "agent").iter().all(|agent| agent == "李娜"));
    let tiers = texts(&households, "hand_tier");
    assert!(["A", "B", "C", "D"].iter().all(|tier| tiers.iter().filter(|other| other == tier).count() == CARDS / 4));

    let members = table(&office, "members");
    assert_eq!(members.height(), 3 * CARDS, "husband, wife, child");
    let relations = texts(&members, "relation");
    assert_eq!(relations.iter().filter(|relation| *relation == "儿子").count(), CARDS);

    let policies = table(&office, "policies");
    assert_eq!(policies.height(), 2 * CARDS);
    let homes = texts(&policies, "household_no");
    assert!(homes.iter().all(|home| !home.is_empty()));

    let visits = table(&office, "visits");
    assert_eq!(visits.height(), 2 * CARDS);
    assert!(texts(&visits, "household_no").iter().all(|home| !home.is_empty()));

    let persons = table(&office, "persons");
    assert_eq!(texts(&persons, "occupation").iter().filter(|work| *work == "会计").count(), CARDS);

    // The same again changes nothing.
    let again = office.run();
    assert_eq!(again.code, ran.code);
    assert_eq!(table(&office, "changes").height(), 0);
    assert_eq!(table(&office, "households").height(), CARDS);
}

/// What is wrong on a card is listed with its sheet and cell, and a log of visits finds the household of its card.
#[test]
fn problems_of_cards_have_their_sheet_and_cell() {
    let office = Office::empty();
    let mut book = Workbook::new();
    for index in 0..2 {
        let sheet = book.add_worksheet();
        sheet.set_name(if index == 0 { "好的" } else { "要改的" }).unwrap();
        let mut cells = card(index);
        if index == 1 {
            cells[6][3] = "1551234".to_string();
            cells[1].extend(["车牌".to_string(), "京A00000".to_string()]);
        }
        for (row, cells) in cells.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row as u32, column as u16, cell).unwrap();
            }
        }
    }
    office.put("导入/卡.xlsx", book.save_to_buffer().unwrap());
    office.run().ended(3);
    let problems = office.problems();
    let told = |words: &[&str]| problems.iter().filter(|line| words.iter().all(|word| line.contains(word))).count();
    assert_eq!(told(&["要改的", "D7", "电话"]), 1, "{problems:#?}");
    assert_eq!(told(&["要改的", "H2", "车牌", "京A00000"]), 1, "{problems:#?}");
    assert_eq!(table(&office, "households").height(), 2);
}
