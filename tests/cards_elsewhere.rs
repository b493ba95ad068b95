//! Cards that this program wrote, where they were not expected: in another office, saved by another program, when the
//! template they were made with has changed.

#[path = "common/edit.rs"]
mod edit;
#[path = "common/office.rs"]
mod office;

use std::fs;
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use fuwuka::templates::workbooks::Form;
use office::{Office, Sheet};
use rust_xlsxwriter::{Format, Workbook};

const POLICIES: &str = "\
保单号,险种,附险险种1,附险险种2,投保人姓名,投保人身份证,投保人手机,投保人地址,被保险人姓名,与投保人关系,被保险人身份证,保额,年交保费,缴费方式,缴费期,保障期限,受益人,承保公司,保单状态,生效日期,服务专员
P1,康宁终身重大疾病保险,附加意外伤害保险,附加住院医疗保险,王伟,11019819800101001X,15412345678,杭州市滨江区江南大道1号3幢1201室,王伟,本人,11019819800101001X,300000,9000,年交,20年,终身,李娜,,有效,2020-01-01,吴志强
P2,住院医疗保险,,,王伟,11019819800101001X,15412345678,杭州市滨江区江南大道1号3幢1201室,李娜,妻子,11019819820202002X,2000000,600,年交,1年,1年,王伟,平安人寿,有效,2026-01-01,吴志强
";

const REGISTER: &str = "\
客户编号,姓名,手机,证件号码,客户类型,服务偏好,下一步计划,备注,健康状况
W0007,王伟,15412345678,11019819800101001X,B,线上沟通，别打电话,送方案（重疾）,“老客户”；很好,良好
";

fn visits() -> String {
    let visit = |day: u32| format!("王伟,15412345678,2026-0{}-1{day} 15:00,面访,保单检视{day},内容{day}\n", 1 + day % 9);
    "客户姓名,手机,拜访时间,方式,主题,内容\n".to_string() + &(0..9).map(visit).collect::<String>()
}

fn family() -> Office {
    let office = Office::empty();
    office.put("导入/保单清单.csv", POLICIES);
    office.put("导入/登记.csv", REGISTER);
    office.put("导入/拜访记录.csv", visits());
    office
}

/// Every sheet of a book that is shown, as text.
fn pages(path: &Path) -> Vec<(String, Vec<Vec<String>>)> {
    let book: Xlsx<_> = open_workbook(path).expect("a workbook");
    let shown = book.sheet_names().into_iter().filter(|name| !name.starts_with('_'));
    // What is beside the card says which row is whose.
    let own = |cells: Vec<String>| cells.into_iter().filter(|cell| !cell.starts_with("fuwuka|")).collect();
    shown.map(|name| (name.clone(), Sheet::read(path, &name).rows.into_iter().map(own).collect())).collect()
}

/// The book as a program saves it that knows nothing of templates: its cells, and what was typed into some.
fn saved_elsewhere(from: &Path, to: &Path, typed: &[(&str, &str, &str)]) {
    let mut book: Xlsx<_> = open_workbook(from).expect("a workbook");
    let mut out = Workbook::new();
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for name in book.sheet_names() {
        let sheet = out.add_worksheet().set_name(&name).expect("a name");
        for (row, column, cell) in book.worksheet_range(&name).expect("a sheet").used_cells() {
            let (row, column) = (row as u32, column as u16);
            match cell {
                Data::Float(number) => sheet.write_number(row, column, *number),
                Data::DateTime(moment) => sheet.write_number_with_format(row, column, moment.as_f64(), &day),
                cell => sheet.write_string(row, column, cell.to_string()),
            }
            .expect("a cell");
        }
        for (_, cell, text) in typed.iter().filter(|(sheet, ..)| *sheet == name) {
            let column = u16::from(cell.as_bytes()[0] - b'A');
            sheet.write_string(cell[1..].parse::<u32>().expect("a row") - 1, column, *text).expect("a cell");
        }
    }
    out.save(to).expect("saved");
}

fn book(office: &Office) -> std::path::PathBuf {
    office.path("输出/2026-11/客户服务卡/吴志强.xlsx")
}

fn who(office: &Office) -> Vec<(String, String)> {
    office.index("2026-11").into_iter().map(|(number, line)| (number, line.head)).collect()
}

#[test]
fn a_standard_book_is_converted_again_without_loss() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    for (name, text) in [("保单.csv", POLICIES), ("登记.csv", REGISTER), ("拜访.csv", &visits())] {
        fs::write(at(name), text).expect("written");
    }
    let convert = |from: &[&str], to: &str| {
        let from: Vec<String> = from.iter().map(|name| at(name)).collect();
        let mut arguments = vec!["convert"];
        arguments.extend(from.iter().map(String::as_str));
        let to = at(to);
        office::ran(&[&arguments[..], &["--out", &to, "--as-of", "2026-11-30"]].concat()).stdout
    };
    convert(&["保单.csv", "登记.csv", "拜访.csv"], "一.xlsx");
    let said = convert(&["一.xlsx"], "二.xlsx");
    let (one, two) = (pages(Path::new(&at("一.xlsx"))), pages(Path::new(&at("二.xlsx"))));
    assert!(one == two, "{said}\n{one:?}\nis not\n{two:?}");
    let cells: Vec<&String> = one.iter().flat_map(|(_, rows)| rows.iter().flatten()).collect();
    for want in ["11019819800101001X", "线上沟通，别打电话", "送方案（重疾）", "“老客户”；很好", "内容0", "内容8", "B"]
    {
        assert!(cells.iter().any(|cell| *cell == want), "no {want} in {cells:?}");
    }
    assert!(said.contains("没看懂 0 格"), "{said}");
}

#[test]
fn an_office_that_knows_nothing_takes_all_a_card_says() {
    let office = family();
    office.run();
    let other = Office::empty();
    fs::copy(book(&office), other.path("导入/吴志强.xlsx")).expect("copied");
    other.run();
    assert_eq!(who(&other), who(&office));
    let of = |office: &Office| {
        let line = office.index("2026-11").remove("W0007").expect("there");
        (line.tier, line.policies as i64, line.state, line.agent)
    };
    assert_eq!(of(&other), of(&office));
}

/// Another office has a W0007, too.
#[test]
fn a_card_of_another_office_is_not_taken_for_one_of_ours() {
    let office = family();
    office.run();
    let other = Office::small();
    other.put("导入/登记.csv", "客户编号,姓名,手机,证件号码,服务偏好\nW0007,王伟,16800357246,110198198001010036,晚上\n");
    other.run();
    fs::copy(book(&office), other.path("导入/吴志强.xlsx")).expect("copied");
    other.run();
    let heads = who(&other);
    assert!(heads.contains(&("W0007".to_string(), "王伟".to_string())), "{heads:?}");
    let line = other.index("2026-11").remove("W0007").expect("there");
    assert_eq!(line.policies as i64, 0, "the policies of the other family are not theirs: {heads:?}");
}

#[test]
fn a_book_that_another_program_saved_is_still_known() {
    let office = family();
    office.run();
    let card = Sheet::read(&book(&office), "W0007");
    let preference = card.rows.iter().position(|row| row.iter().any(|cell| cell == "服务偏好")).expect("a label") + 1;
    let cell = format!("B{preference}");
    fs::remove_file(office.path("导入/登记.csv")).expect("there");
    saved_elsewhere(&book(&office), &office.path("导入/别处存的.xlsx"), &[("W0007", &cell, "晚上七点后")]);
    office.run();
    assert_eq!(who(&office).len(), 1, "nobody new: {:?}", who(&office));
    assert_eq!(office.json("2026-11")["counts"]["changes"], 1, "{:?}", office.problems());
    let card = Sheet::read(&book(&office), "W0007");
    assert!(card.rows.iter().flatten().any(|cell| cell == "晚上七点后"));
}

/// The built-in card with two fields in each other's places.
fn other_template() -> Vec<u8> {
    let swapped = [("{{服务偏好}}", "{{交换}}"), ("{{下一步计划}}", "{{服务偏好}}"), ("{{交换}}", "{{下一步计划}}")];
    edit::template_with(Form::Card.built_in(), &swapped)
}

#[test]
fn a_card_is_read_through_the_template_it_was_made_with() {
    let office = family();
    office.run();
    fs::copy(book(&office), office.path("导入/吴志强.xlsx")).expect("copied");
    office.put("模板/客户服务卡.xlsx", other_template());
    office.run();
    assert_eq!(office.json("2026-11")["counts"]["changes"], 0, "{:?}", office.problems());
    // Without it nobody knows what is what; nothing is guessed.
    let kept = office.path("卡库/模板");
    assert_eq!(fs::read_dir(&kept).expect("kept").count(), 2);
    fs::copy(book(&office), office.path("导入/吴志强.xlsx")).expect("copied");
    fs::remove_dir_all(kept).expect("gone");
    fs::remove_dir_all(office.path("模板")).expect("gone");
    office.run();
    assert_eq!(office.json("2026-11")["counts"]["changes"], 0, "{:?}", office.problems());
    let told = office.problems();
    assert!(told.iter().any(|line| line.contains("吴志强.xlsx") && line.contains("整本没有读")), "{told:?}");
    assert_eq!(who(&office).len(), 1);
}
