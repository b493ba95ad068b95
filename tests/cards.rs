//! The cards: what stands on them, the workbooks they are in, and what comes back on them.

#[path = "common/edit.rs"]
mod edit;
#[path = "common/locked.rs"]
mod locked;
#[path = "common/office.rs"]
mod office;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx, open_workbook};
use edit::edit;
use fuwuka::cards::{Cards, Extent, Wanted};
use fuwuka::model::report::MonthReport;
use fuwuka::rules;
use fuwuka::stamp::{Record, Row, Value};
use fuwuka::store::{Snapshot, Store};
use fuwuka::templates::Templates;
use fuwuka::templates::workbooks::Form;
use office::{Office, Sheet};

/// The last snapshot of an office and what the rules make of it.
struct Known {
    snapshot: Snapshot,
    report: MonthReport,
    templates: Templates,
}

impl Known {
    fn of(office: &Office) -> Known {
        let templates = Templates::load(Some(&office.path(""))).expect("right");
        let snapshot = Store::at(&office.path("卡库")).current().expect("whole").expect("there was a run");
        let conditions = rules::conditions(&templates.rules, &templates.fields).expect("checked");
        let as_of = snapshot.manifest.as_of;
        let report = rules::assess(&snapshot.book, &templates, &conditions, "滨江营业部", as_of).expect("judged");
        Known { snapshot, report, templates }
    }

    /// The card of a household, with these titles: `title` or `list.title`.
    fn card(&self, number: &str, titles: &[&str]) -> Record {
        let placeholders = titles.iter().map(|title| match title.split_once('.') {
            Some((list, title)) => (Some(list), title),
            None => (None, *title),
        });
        let wanted = Wanted::of(placeholders, &self.templates);
        let cards = Cards::of(&self.snapshot.book, &self.report, &self.templates, &wanted, Extent::Page).expect("tables");
        let line = self.report.index.iter().find(|line| &*line.household_no == number).expect("a household");
        cards.card(line, true)
    }
}

fn shown(fields: &BTreeMap<String, Value>) -> String {
    let filled = fields.iter().filter(|(_, value)| !value.is_blank());
    filled.map(|(title, value)| format!("{title}={}", value.text())).collect::<Vec<_>>().join(" ")
}

fn rows(record: &Record, list: &str) -> Vec<String> {
    record.lists[list].iter().map(|row: &Row| shown(&row.fields)).collect()
}

const POLICIES: &str = "\
保单号,险种,险种状态,投保人姓名,投保人身份证,投保人手机,投保人地址,被保险人姓名,与投保人关系,被保险人身份证,保额,年交保费,缴费方式,缴费期,保障期限,受益人,承保公司,保单状态,失效日期,生效日期,服务专员
P1,康宁终身重大疾病保险,,王伟,11019819800101001X,15412345678,杭州市滨江区江南大道1号3幢1201室,王伟,本人,11019819800101001X,300000,9000,年交,20年,终身,李娜,,有效,,2020-01-01,吴志强
P2,住院医疗保险,,王伟,11019819800101001X,15412345678,杭州市滨江区江南大道1号3幢1201室,李娜,妻子,11019819820202002X,2000000,600,年交,1年,1年,王伟,平安人寿,有效,,2026-01-01,吴志强
P3,定期寿险,,王伟,11019819800101001X,15412345678,杭州市滨江区江南大道1号3幢1201室,王伟,本人,11019819800101001X,500000,1200,年交,20年,20年,李娜,,失效,2025-12-01,2020-01-01,吴志强
";

const VISITS: &str = "\
客户编号,客户姓名,手机,拜访时间,方式,主题,内容,客户反馈,录入时间,服务专员
,王伟,15412345678,2026-11-05 15:00,面访,保单检视,缺意外险,说考虑一下,2026-11-05 21:30,吴志强
,王伟,15412345678,2026-08-18,微信,生日祝福,祝福,谢谢,,吴志强
";

const NEEDS: &str = "\
客户编号,姓名,手机,提出日期,需求类别,需求来源,需求内容,追问细节,需求状态
,王伟,15412345678,2026-11-05,教育金,客户提出,想给孩子存教育金,每年两万,跟进中
,王伟,15412345678,2026-11-05,教育金,客户提出,想给孩子存教育金,,已出方案
,无此人,,2026-11-05,教育金,客户提出,存钱,多少,待问清
";

const FRIENDS: &str = "\
客户编号,姓名,手机,亲友姓名,亲友关系,亲友电话,介绍日期,转介绍情况
,王伟,15412345678,赵敏,同事,15411112222,2026-11-05,刚生二胎
";

fn family() -> Office {
    let office = Office::empty();
    office.put("导入/保单清单.csv", POLICIES);
    office.put("导入/拜访记录.csv", VISITS);
    office.put("导入/需求.csv", NEEDS);
    office.put("导入/转介绍.csv", FRIENDS);
    office
}

#[test]
fn a_card_shows_the_household_from_every_table() {
    let office = family();
    let ran = office.run();
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    let known = Known::of(&office);
    let card = known.card(
        "W0001",
        &[
            "客户编号",
            "姓名",
            "证件号码",
            "手机",
            "年龄",
            "服务专员",
            "家庭人数",
            "在保保单数",
            "在保年交保费",
            "可复效保单数",
            "保障缺口",
            "最近拜访日期",
            "拜访次数",
            "截止日期",
            "营业部",
            "养老社区入住资格",
            "家庭成员.姓名",
            "家庭成员.与户主关系",
            "家庭成员.年龄",
            "保单.保单号",
            "保单.保险公司",
            "保单.被保险人",
            "保单.保额",
            "保单.年交保费",
            "保单.险种",
            "已失效保单.保单号",
            "已失效保单.可复效至",
            "保障合计.姓名",
            "保障合计.重疾保额",
            "保障合计.有医疗险",
            "保障合计.保障缺口",
            "保障合计.年交保费",
            "拜访.拜访时间",
            "拜访.拜访主题",
            "拜访.录入时间",
            "需求.需求内容",
            "需求.追问细节",
            "需求.需求状态",
            "需求.需求来源",
            "转介绍.亲友姓名",
            "转介绍.亲友关系",
            "转介绍.亲友电话",
        ],
    );
    assert_eq!(
        shown(&card.fields),
        "在保保单数=2 在保年交保费=9600 姓名=王伟 客户编号=W0001 家庭人数=2 年龄=46 手机=15412345678 \
         截止日期=2026-11-30 拜访次数=2 最近拜访日期=2026-11-05 服务专员=吴志强 保障缺口=寿险、意外险 \
         营业部=滨江营业部 证件号码=110198********001X 可复效保单数=1"
            .split(' ')
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>()
            .join(" ")
    );
    assert_eq!(rows(&card, "家庭成员"), ["与户主关系=本人 姓名=王伟 年龄=46", "与户主关系=妻子 姓名=李娜 年龄=44", ""]);
    assert_eq!(
        rows(&card, "保单"),
        [
            "保单号=P1 保险公司=本公司 保额=300000 年交保费=9000 被保险人=王伟 险种=康宁终身重大疾病保险",
            "保单号=P2 保险公司=平安人寿 保额=2000000 年交保费=600 被保险人=李娜 险种=住院医疗保险",
            "",
        ]
    );
    assert_eq!(rows(&card, "已失效保单"), ["保单号=P3 可复效至=2027-12-01"]);
    assert_eq!(
        rows(&card, "保障合计"),
        [
            "保障缺口=寿险、医疗险、意外险 姓名=王伟 年交保费=9000 有医疗险=— 重疾保额=300000",
            "保障缺口=寿险、重疾险、意外险 姓名=李娜 年交保费=600 有医疗险=有",
            "姓名=合计 年交保费=9600 有医疗险=有 重疾保额=300000",
        ]
    );
    let visits = rows(&card, "拜访");
    assert_eq!(visits.len(), 2 + 4, "and rows to write in");
    assert_eq!(
        visits[..2],
        [
            "录入时间=2026-11-05 21:30:00 拜访主题=保单检视 拜访时间=2026-11-05 15:00:00",
            "拜访主题=生日祝福 拜访时间=2026-08-18"
        ]
    );
    assert_eq!(
        rows(&card, "需求"),
        [
            "追问细节=每年两万 需求内容=想给孩子存教育金 需求来源=客户提出 需求状态=已出方案",
            "需求内容=全家都没有寿险 需求来源=保障缺口 需求状态=待问清",
            "需求内容=全家都没有意外险 需求来源=保障缺口 需求状态=待问清",
            "",
            "",
        ]
    );
    assert_eq!(rows(&card, "转介绍"), ["亲友关系=同事 亲友姓名=赵敏 亲友电话=15411112222", "", ""]);
    assert_eq!(card.lists["需求"][1].id, "缺口-寿险");
    assert_eq!(card.lists["保单"][1].id, "平安人寿|P2");
}

/// Needs and referrals stay from month to month, and nothing is said twice.
#[test]
fn needs_and_referrals_are_remembered() {
    let office = family();
    office.run();
    for file in ["导入/需求.csv", "导入/转介绍.csv"] {
        std::fs::remove_file(office.path(file)).expect("there");
    }
    office.put(
        "导入/新需求.csv",
        "客户编号,需求内容,追问细节,需求状态\nW0001,想给孩子存教育金,孩子十八岁用,\nW0001,父母养老,,\n",
    );
    office.run_with(&["--as-of", "2026-12-31"]);
    let card = Known::of(&office).card("W0001", &["需求.需求内容", "需求.追问细节", "需求.需求状态", "转介绍.亲友姓名"]);
    assert_eq!(
        rows(&card, "需求")[..2],
        ["追问细节=孩子十八岁用 需求内容=想给孩子存教育金 需求状态=已出方案", "需求内容=父母养老"],
    );
    assert_eq!(rows(&card, "转介绍")[0], "亲友姓名=赵敏");
}

/// What nobody can place is told, and kept.
#[test]
fn a_need_of_nobody_is_told() {
    let office = family();
    office.run();
    let list = office.sheet("输出/2026-11/异常清单.xlsx", "明细");
    assert!(list.rows.iter().any(|row| row.iter().any(|cell| cell.contains("对不上客户“无此人”"))), "{:?}", list.rows);
    let needs = Known::of(&office).snapshot.book.needs;
    assert_eq!(needs.height(), 2);
}

/// The index and a card of the book of an agent.
fn book(office: &Office, month: &str, agent: &str) -> PathBuf {
    office.path(&format!("输出/{month}/客户服务卡/{agent}.xlsx"))
}

#[test]
fn an_agents_book_has_an_index_and_a_card_for_each_household() {
    let office = family();
    office.run();
    let path = book(&office, "2026-11", "吴志强");
    let mut workbook: Xlsx<_> = open_workbook(&path).expect("a workbook");
    assert_eq!(workbook.sheet_names(), ["索引卡", "W0001", "填写说明", "选项", "_fuwuka"]);
    let formulas = workbook.worksheet_formula("索引卡").expect("formulas");
    let links: Vec<&String> = formulas.used_cells().map(|(_, _, formula)| formula).collect();
    assert_eq!(links, ["HYPERLINK(\"#'W0001'!A1\",\"W0001\")"]);
    let index = Sheet::read(&path, "索引卡").columns(["客户编号", "户主", "在保件数", "年交保费", "最近服务"]);
    assert_eq!(index[0][..4], ["W0001", "王伟", "2", "9600"].map(str::to_string));
    let card = Sheet::read(&path, "W0001");
    assert!(card.rows[0].iter().any(|cell| cell == "姓名　王伟") && card.rows[0].iter().any(|cell| cell == "编号　W0001"));
    let policies = card.columns(["保险公司", "险种", "保单号"]);
    assert_eq!(policies[0], ["本公司", "康宁终身重大疾病保险", "P1"].map(str::to_string));
    assert_eq!(policies[1], ["平安人寿", "住院医疗保险", "P2"].map(str::to_string));
    // Amounts are numbers and days are days, so that Excel can count with them.
    let range = workbook.worksheet_range("W0001").expect("a sheet");
    assert!(range.used_cells().any(|(_, _, cell)| *cell == Data::Float(300_000.0)));
    let day = |cell: &Data| matches!(cell, Data::DateTime(day) if day.as_datetime().is_some_and(|day| day.to_string().starts_with("2026-11-05")));
    assert!(range.used_cells().any(|(_, _, cell)| day(cell)));
}

#[test]
fn only_changed_cards_are_written_when_asked() {
    let office = family();
    office.put(
        "导入/另一户.csv",
        "姓名,手机,证件号码,地址,服务专员\n曾红,15411113333,110198197502020043,杭州市西湖区文三路5号1幢102室,李娜\n",
    );
    office.run();
    let names = || -> Vec<String> { office.workbooks("输出/2026-11/客户服务卡").into_keys().collect() };
    assert_eq!(names(), ["吴志强.xlsx", "李娜.xlsx"]);
    office.run_with(&["--as-of", "2026-11-30", "--cards", "changed"]).ended(3);
    assert_eq!(names(), Vec::<String>::new(), "nothing changed, and last time's books are not this time's");
    office.put(
        "导入/更新.csv",
        "客户编号,姓名,手机,证件号码,主要需求,服务偏好\nZ0001,曾红,15411113333,110198197502020043,养老,线上沟通\n",
    );
    office.run_with(&["--as-of", "2026-11-30", "--cards", "changed"]).ended(3);
    assert_eq!(names(), ["李娜.xlsx"]);
    office.run_with(&["--as-of", "2026-11-30", "--cards", "none"]).ended(3);
    assert_eq!(names(), ["李娜.xlsx"], "none are written, and none taken away");
}

#[test]
fn what_was_written_into_a_book_where_it_lies_is_not_lost() {
    let office = family();
    office.run();
    let path = book(&office, "2026-11", "吴志强");
    let card = Sheet::read(&path, "W0001");
    edit(&path, "xl/worksheets/sheet2.xml", &[(format!("B{}", row_of(&card, "下一步")), "送方案")]);
    let written = fs::read(&path).expect("there");
    office.run();
    let aside = book(&office, "2026-11", "吴志强-有人写过");
    assert!(fs::read(&aside).expect("set aside") == written);
    let told = office.problems();
    assert!(told.iter().any(|line| line.contains("留作“吴志强-有人写过.xlsx”")), "{told:?}");
    // Put into 导入, it counts; and nobody has touched the new one.
    fs::rename(&aside, office.path("导入/吴志强-有人写过.xlsx")).expect("moved");
    office.run();
    let card = Sheet::read(&path, "W0001");
    assert!(card.rows.iter().flatten().any(|cell| cell == "送方案"));
    assert!(office.problems().iter().all(|line| !line.contains("留作")));
}

#[test]
fn cards_are_printed_again_from_the_store() {
    let office = family();
    let folder = office.path("").display().to_string();
    let cards = |arguments: &[&str]| office::ran(&[&["cards", "--office", &folder], arguments].concat());
    cards(&[]).stopped(&["还没有卡库"]);
    office.run();
    fs::remove_dir_all(office.path("导入")).expect("the lists are gone");
    let said = cards(&["--no", "w1"]).ended(0).stdout;
    assert!(said.starts_with("1 张服务卡"), "{said}");
    let again = office.path("输出/2026-11/补打服务卡/吴志强.xlsx");
    assert_eq!(fs::read(&again).expect("written"), fs::read(book(&office, "2026-11", "吴志强")).expect("written"));
    cards(&["--changed"]).ended(0);
    cards(&["--no", "W0099"]).stopped(&["没有 W0099"]);
    cards(&["--no", "王伟"]).stopped(&["不是客户编号"]);
    cards(&["--agent", "张三"]).stopped(&["没有叫“张三”的服务专员"]);
    cards(&["--tier", "E"]).stopped(&["没有“E”这一级"]);
}

#[test]
fn blank_forms_have_rows_to_write_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().display().to_string();
    office::ran(&["blank", "--office", &out, "--out", &out]).ended(0);
    let card = Sheet::read(&folder.path().join("空白客户服务卡.xlsx"), "客户服务卡");
    let text = card.rows.concat().join("|");
    for word in ["一　客户类型与基本资料", "保险公司", "拜访时间", "追问到的细节", "服务偏好", "主管签阅"]
    {
        assert!(text.contains(word), "{word}");
    }
    assert!(!text.contains("{{"), "{text}");
    assert!(card.heading("方式") + 8 < card.heading("需求内容"), "rows for visits");
    for form in ["拜访记录", "家庭对照表"] {
        let mut workbook: Xlsx<_> = open_workbook(folder.path().join(format!("空白{form}.xlsx"))).expect("a workbook");
        assert_eq!(workbook.sheet_names(), [form, "填写说明", "选项", "_fuwuka"]);
        assert!(workbook.worksheet_range(form).is_ok());
    }
}

/// A copy of a built-in template with a text in its sheets replaced.
fn template_with(form: Form, from: &str, to: &str) -> Vec<u8> {
    edit::template_with(form.built_in(), &[(from, to)])
}

#[test]
fn an_offices_own_template_wins_and_a_wrong_one_stops_the_run() {
    let office = family();
    office.put("fields.toml", "[[field]]\nkey = \"pet\"\ntitle = \"宠物\"\nof = \"household\"\ntype = \"text\"\nspellings = [\"宠物\"]\nowner = \"agent\"\nprivacy = \"plain\"\n");
    office.put("导入/登记.csv", "客户编号,姓名,手机,证件号码,宠物\nW0001,王伟,15412345678,11019819800101001X,金毛犬\n");
    office.put("模板/客户服务卡.xlsx", template_with(Form::Card, "{{客户标签}}", "{{宠物}}"));
    office.run().ended(3);
    let card = Sheet::read(&book(&office, "2026-11", "吴志强"), "W0001");
    assert!(card.rows.iter().flatten().any(|cell| cell == "金毛犬"));

    // Two sheets for each household, and no index: nobody knows which is the card.
    let mut two = rust_xlsxwriter::Workbook::new();
    for name in ["正面", "反面"] {
        two.add_worksheet().set_name(name).unwrap().write_string(0, 0, "{{姓名}}").unwrap();
    }
    office.put("模板/客户服务卡.xlsx", two.save_to_buffer().unwrap());
    let ran = office.run().ended(1);
    assert!(
        ran.stderr.contains("模板/客户服务卡.xlsx：分不出哪一张") && ran.stderr.contains("“正面”、“反面”"),
        "{}",
        ran.stderr
    );

    office.put("模板/客户服务卡.xlsx", template_with(Form::Card, "{{家庭年收入}}", "{{家庭年收}}"));
    let ran = office.run();
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("家庭年收") && ran.stderr.contains("是不是“家庭年收入”"), "{}", ran.stderr);
    let folder = office.path("").display().to_string();
    let checked = office::ran(&["template", "check", "--office", &folder]).ended(3).stdout;
    assert!(checked.contains("J9") && checked.contains("是不是“家庭年收入”"), "{checked}");
    office::ran(&["template", "check", "--office", &folder, &office.path("模板/没有.xlsx").display().to_string()])
        .stopped(&["没有.xlsx"]);
}

#[test]
fn the_built_in_templates_are_right_and_can_be_had() {
    let folder = tempfile::tempdir().expect("a folder");
    let office = folder.path().display().to_string();
    let said = office::ran(&["template", "check", "--office", &office]).ended(0).stdout;
    assert_eq!(said.matches("可以用").count(), 3, "{said}");
    office::ran(&["template", "copy", "--office", &office]).ended(0);
    let copied = folder.path().join("模板/客户服务卡.xlsx");
    assert_eq!(fs::read(&copied).expect("there"), Form::Card.built_in());
    fs::write(&copied, "自己的").expect("changed");
    let said = office::ran(&["template", "copy", "--office", &office]).ended(0).stdout;
    assert!(said.contains("已经有了，没有动"), "{said}");
    assert_eq!(fs::read(&copied).expect("there"), "自己的".as_bytes());
}

#[test]
fn old_lists_become_one_book_of_cards() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(at("保单.csv"), POLICIES).expect("written");
    fs::write(at("拜访.csv"), VISITS).expect("written");
    let out = at("新卡.xlsx");
    let said =
        office::ran(&["convert", &at("保单.csv"), &at("拜访.csv"), "--out", &out, "--as-of", "2026-11-30"]).ended(3).stdout;
    assert!(said.contains("1 张服务卡") && said.contains("没看懂"), "{said}");
    let card = Sheet::read(Path::new(&out), "W0001");
    assert!(card.rows.iter().flatten().any(|cell| cell == "康宁终身重大疾病保险"));
    assert!(Path::new(&at("新卡-异常清单.xlsx")).exists());
    // There is no store behind the book: every cell that is on no card is told.
    fs::write(at("名单.csv"), "客户姓名,手机,阿拉伯数字\n王伟,15412345678,一二三\n李娜,15412345679,四五六\n")
        .expect("written");
    let said = office::ran(&["convert", &at("名单.csv"), "--out", &at("名单卡.xlsx")]).stdout;
    assert!(said.contains("没看懂 2 格"), "{said}");
    let told = Sheet::read(Path::new(&at("名单卡-异常清单.xlsx")), "明细");
    for (cell, text) in [("C2", "一二三"), ("C3", "四五六")] {
        let is_told = |row: &Vec<String>| row.iter().any(|said| said == cell) && row.iter().any(|said| said == text);
        assert!(told.rows.iter().any(is_told), "{cell} {text}: {:?}", told.rows);
    }
    assert!(!folder.path().join("卡库").exists(), "no store is made");
    office::ran(&["convert", &at("保单.csv"), "--out", &at("保单.csv")]).stopped(&["--out"]);
}

/// Heights of the rows of a sheet of a workbook, in points, by row.
fn heights(path: &Path, part: &str) -> BTreeMap<u32, f64> {
    let mut read = zip::ZipArchive::new(fs::File::open(path).expect("there")).expect("a workbook");
    let mut text = String::new();
    read.by_name(part).expect("a sheet").read_to_string(&mut text).expect("UTF-8");
    let row = |tag: &str| {
        let attribute = |name: &str| tag.split_once(&format!(" {name}=\""))?.1.split('"').next()?.parse::<f64>().ok();
        Some((attribute("r")? as u32, attribute("ht")?))
    };
    text.split("<row").skip(1).filter_map(|rest| row(rest.split('>').next()?)).collect()
}

#[test]
fn a_row_grows_with_what_it_says_and_never_shrinks() {
    let office = family();
    let long = "梳理家庭保单、丈夫缺重疾与意外、孩子教育金不足。".repeat(6);
    office.put("导入/长.csv", format!("客户编号,客户姓名,手机,拜访时间,内容\n,王伟,15412345678,2026-11-20,{long}\n"));
    office.run();
    let path = book(&office, "2026-11", "吴志强");
    let card = Sheet::read(&path, "W0001");
    let heights = heights(&path, "xl/worksheets/sheet2.xml");
    let first = card.rows.iter().position(|row| row.contains(&long)).expect("the visit") as u32 + 1;
    assert!(heights[&first] > 150.0, "{}", heights[&first]);
    assert_eq!(heights[&(first + 1)], 34.0, "a short one stays as the template has it");
}

/// The row, as Excel counts, of a heading of a list on a card.
fn row_of(card: &Sheet, heading: &str) -> usize {
    card.heading(heading) + 1
}

/// An office whose agent got the book of November back in December.
fn returned(edits: impl Fn(&Sheet) -> Vec<(String, &'static str)>) -> Office {
    let office = family();
    office.run();
    let back = office.path("导入/吴志强.xlsx");
    fs::copy(book(&office, "2026-11", "吴志强"), &back).expect("copied");
    let edits = edits(&Sheet::read(&back, "W0001"));
    if !edits.is_empty() {
        edit(&back, "xl/worksheets/sheet2.xml", &edits);
    }
    office
}

#[test]
fn a_book_that_comes_back_as_it_was_says_nothing() {
    let office = returned(|_| Vec::new());
    office.run();
    let json = office.json("2026-11");
    assert_eq!(json["counts"]["changes"], 0, "{:#}", json["counts"]);
    let of_book = office.problems().into_iter().filter(|line| line.contains("吴志强.xlsx")).collect::<Vec<_>>();
    assert_eq!(of_book, Vec::<String>::new());
}

/// Nothing of it is new: with the password it is read as the book it is, and not as some forms.
#[test]
fn a_book_that_comes_back_with_a_password_is_read_like_any_other() {
    let edits = |card: &Sheet| {
        let visit = row_of(card, "拜访时间");
        vec![(format!("A{}", visit + 3), "2026-12-05"), (format!("D{}", visit + 3), "问理赔进度")]
    };
    let office = returned(edits);
    let bytes = fs::read(office.path("导入/吴志强.xlsx")).expect("there");
    office.put("导入/吴志强.xlsx", locked::locked(&bytes, "密码Ab1"));
    office.put("密码.txt", "密码Ab1\n");
    office.put("fuwuka.toml", "密码文件 = \"密码.txt\"\n");
    office.run_with(&["--as-of", "2026-12-31"]).ended(3);
    let known = Known::of(&office);
    assert_eq!(known.report.index.len(), 1, "nobody new");
    let card = known.card("W0001", &["拜访次数", "拜访.拜访时间", "拜访.拜访内容"]);
    assert_eq!(card.fields["拜访次数"].text(), "3");
    assert!(rows(&card, "拜访").iter().any(|visit| visit.contains("2026-12-05") && visit.contains("问理赔进度")));
    let of_book = office.problems().into_iter().filter(|line| line.contains("吴志强.xlsx")).collect::<Vec<_>>();
    assert_eq!(of_book, Vec::<String>::new());
}

#[test]
fn what_agents_write_on_their_cards_is_booked() {
    let office = returned(|card| {
        let (visit, need) = (row_of(card, "拜访时间"), row_of(card, "需求内容"));
        let (next, preference) = (row_of(card, "下一步"), row_of(card, "服务偏好"));
        vec![
            // A new visit below the two, a word added to the first, a need answered, a tier by hand, a preference.
            (format!("A{}", visit + 3), "2026-12-05 10:30"),
            (format!("B{}", visit + 3), "电话"),
            (format!("D{}", visit + 3), "问理赔进度"),
            (format!("F{}", visit + 3), "很满意"),
            (format!("I{}", visit + 1), "意外险"),
            (format!("K{}", need + 2), "跟进中"),
            (format!("D{}", need + 4), "父母养老"),
            (format!("E{}", need + 4), "想住养老社区"),
            ("L1".to_string(), "A"),
            (format!("B{preference}"), "线上沟通"),
            (format!("B{next}"), "送方案"),
        ]
    });
    office.run_with(&["--as-of", "2026-12-31"]).ended(3);
    let known = Known::of(&office);
    assert_eq!(known.report.index.len(), 1, "nobody new");
    let card = known.card(
        "W0001",
        &[
            "评级",
            "评级来源",
            "服务偏好",
            "下一步计划",
            "家庭人数",
            "拜访次数",
            "拜访.拜访时间",
            "拜访.拜访内容",
            "拜访.客户反馈",
            "拜访.拜访所得需求",
            "需求.需求内容",
            "需求.追问细节",
            "需求.需求状态",
        ],
    );
    let fields = shown(&card.fields);
    for want in ["评级=A", "评级来源=手工", "服务偏好=线上沟通", "下一步计划=送方案", "家庭人数=2", "拜访次数=3"]
    {
        assert!(fields.contains(want), "no {want} in {fields}");
    }
    assert_eq!(
        rows(&card, "拜访")[..2],
        [
            "客户反馈=很满意 拜访内容=问理赔进度 拜访时间=2026-12-05 10:30:00",
            "客户反馈=说考虑一下 拜访内容=缺意外险 拜访所得需求=意外险 拜访时间=2026-11-05 15:00:00",
        ]
    );
    let needs = rows(&card, "需求");
    assert!(needs.contains(&"追问细节=想住养老社区 需求内容=父母养老".to_string()), "{needs:?}");
    assert!(needs.contains(&"需求内容=全家都没有寿险 需求状态=跟进中".to_string()), "{needs:?}");
    // The next month the same book, still there, says the same again and changes nothing.
    office.run_with(&["--as-of", "2026-12-31"]).ended(3);
    assert_eq!(office.json("2026-12")["counts"]["changes"], 0);
}

/// A father who lives elsewhere: he stays on the card with what is known of him, and is no member of the household,
/// however often the card comes back.
#[test]
fn a_relative_elsewhere_stays_on_the_card_and_is_no_member() {
    let office = returned(|card| {
        let row = row_of(card, "关系") + 3;
        let cells = [("A", "王大爷"), ("B", "父亲"), ("E", "1950-02-02"), ("G", "高血压"), ("K", "15466667777")];
        cells.map(|(column, said)| (format!("{column}{row}"), said)).into()
    });
    let titles = ["家庭人数", "家庭成员.姓名", "家庭成员.与户主关系", "家庭成员.年龄", "家庭成员.健康状况", "家庭成员.手机"];
    let of_card = |office: &Office| {
        let card = Known::of(office).card("W0001", &titles);
        assert_eq!(shown(&card.fields), "家庭人数=2");
        rows(&card, "家庭成员")[2..].to_vec()
    };
    let father = "与户主关系=父亲（不同户） 健康状况=高血压 姓名=王大爷 年龄=76 手机=15466667777";
    office.run_with(&["--as-of", "2026-12-31"]).ended(3);
    assert_eq!(of_card(&office), [father, ""]);
    let card = Sheet::read(&book(&office, "2026-12", "吴志强"), "W0001");
    let row = card.rows.iter().position(|row| row.contains(&"王大爷".to_string())).expect("his row") + 1;
    office.run_with(&["--as-of", "2026-12-31"]);
    assert_eq!(office.json("2026-12")["counts"]["changes"], 0, "the same again");
    // He stands there, and comes back with a word more.
    let back = office.path("导入/吴志强.xlsx");
    fs::copy(book(&office, "2026-12", "吴志强"), &back).expect("copied");
    edit(&back, "xl/worksheets/sheet2.xml", &[(format!("G{row}"), "高血压，已住院")]);
    office.run_with(&["--as-of", "2027-01-31"]);
    assert_eq!(of_card(&office), [father.replace("高血压", "高血压，已住院"), String::new()]);
    let folder = office.path("").display().to_string();
    let told = office::ran(&["explain", "--office", &folder, "household", "王大爷"]).ended(0).stdout;
    assert!(told.starts_with("W0001　2 人\n"), "{told}");
    assert!(told.ends_with("  不同户　王大爷　父亲（不是客户）\n      登记表或服务卡写明的亲属\n"), "{told}");
}

#[test]
fn what_is_taken_off_a_card_stays_known_and_is_told() {
    let office = returned(|card| {
        let visit = row_of(card, "拜访时间");
        let empty = |column: &str| (format!("{column}{}", visit + 2), "");
        let mut edits: Vec<_> = ["A", "B", "C", "D", "F"].map(empty).into();
        edits.push(("J5".to_string(), "随便写的"));
        edits
    });
    office.run();
    let told = office.problems().into_iter().filter(|line| line.contains("吴志强.xlsx")).collect::<Vec<_>>().join("\n");
    assert!(told.contains("“拜访”里删掉了一行"), "{told}");
    assert!(told.contains("“拜访状态”是算出来的，改了不算"), "{told}");
    let card = Known::of(&office).card("W0001", &["拜访次数"]);
    assert_eq!(shown(&card.fields), "拜访次数=2");
}

/// A legacy form as another program would have made it: labels, and cells to fill in.
fn legacy(cells: &[(&str, &str)]) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("档案").expect("a name");
    let labels = [
        ("A1", "客户保障档案"),
        ("A2", "编号"),
        ("C2", "客户大名"),
        ("A3", "老家"),
        ("C3", "打给谁"),
        ("A4", "最想要的"),
        ("A6", "哪天去的"),
        ("B6", "聊了什么"),
        ("C6", "对方怎么说"),
    ];
    for (at, text) in labels.iter().chain(cells) {
        let column = u16::from(at.as_bytes()[0] - b'A');
        let row: u32 = at[1..].parse().expect("a row");
        sheet.write_string(row - 1, column, *text).expect("written");
    }
    workbook.save_to_buffer().expect("saved")
}

#[test]
fn a_legacy_form_becomes_readable_by_an_empty_copy_with_placeholders() {
    let template = legacy(&[
        ("B2", "{{客户编号}}"),
        ("D2", "{{姓名}}"),
        ("B3", "{{家庭住址}}"),
        ("D3", "{{手机}}"),
        ("B4", "{{主要需求}}"),
        ("A7", "{{#拜访.拜访时间}}"),
        ("B7", "{{#拜访.拜访内容}}"),
        ("C7", "{{#拜访.客户反馈}}"),
    ]);
    let filled = legacy(&[
        ("B2", "W0001"),
        ("D2", "王伟"),
        ("B3", "杭州市滨江区江南大道1号3幢1201室"),
        ("D3", "15412345678"),
        ("B4", "教育金"),
        ("A7", "2026-10-01"),
        ("B7", "送单"),
        ("C7", "谢谢"),
        ("A8", "2026-11-01"),
        ("B8", "问候"),
        ("C8", "在忙"),
    ]);
    let office = Office::empty();
    office.put("旧表空白.xlsx", &template);
    office.put("导入/旧表.xlsx", &filled);
    let at = |name: &str| office.path(name).display().to_string();
    let seen = office::ran(&["inspect", "--template", &at("旧表空白.xlsx"), &at("导入/旧表.xlsx")]).stdout;
    for want in ["姓名", "王伟", "主要需求", "教育金", "拜访内容", "送单 ｜ 问候"] {
        assert!(seen.contains(want), "no {want} in {seen}");
    }
    // In the office's folder of templates it is used by the run.
    office.put("模板/旧表空白.xlsx", &template);
    office.run();
    let card = Known::of(&office).card("W0001", &["姓名", "主要需求", "拜访次数", "拜访.拜访内容"]);
    assert_eq!(shown(&card.fields), "主要需求=教育金 姓名=王伟 拜访次数=2");
    assert_eq!(rows(&card, "拜访")[..2], ["拜访内容=问候", "拜访内容=送单"]);
}

/// What a template's own label says of the unit holds for what is read through it, and for what is written with it.
#[test]
fn a_template_may_show_sums_in_ten_thousands() {
    let form = |cells: &[(&str, &str)]| {
        let labels = [
            ("A1", "客户经营台账"),
            ("A2", "台账号"),
            ("C2", "持卡人"),
            ("A3", "进项(万)"),
            ("C3", "通讯"),
            ("A4", "走访"),
            ("A5", "几时"),
            ("B5", "说了啥"),
        ];
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        for (at, text) in labels.iter().chain(cells) {
            let (column, row): (u16, u32) = (u16::from(at.as_bytes()[0] - b'A'), at[1..].parse().expect("a row"));
            match text.parse::<f64>() {
                Ok(number) if number < 1e6 => sheet.write_number(row - 1, column, number).map(drop),
                _ => sheet.write_string(row - 1, column, *text).map(drop),
            }
            .expect("written");
        }
        workbook.save_to_buffer().expect("saved")
    };
    let template = form(&[
        ("B2", "{{客户编号}}"),
        ("D2", "{{姓名}}"),
        ("B3", "{{家庭年收入}}"),
        ("D3", "{{手机}}"),
        ("A6", "{{#拜访.拜访时间}}"),
        ("B6", "{{#拜访.拜访内容}}"),
    ]);
    for (written, want) in [("25", "250000"), ("30万", "300000"), ("8000元", "8000"), ("260000", "")] {
        let office = Office::empty();
        office.put("模板/台账.xlsx", &template);
        office.put("导入/台账.xlsx", form(&[("B2", "W0001"), ("D2", "王伟"), ("B3", written), ("D3", "15412345678")]));
        office.run();
        let card = Known::of(&office).card("W0001", &["家庭年收入"]);
        let income = card.fields.get("家庭年收入").map(fuwuka::stamp::Value::text).unwrap_or_default();
        assert_eq!(income, want, "{written}");
        let told = office.problems().iter().any(|problem| problem.contains("260000"));
        assert_eq!(told, want.is_empty(), "{written}: {:?}", office.problems());
    }

    // And written with it, as the office's own card.
    let office = Office::empty();
    office.put("模板/客户服务卡.xlsx", &template);
    office.put("导入/登记表.csv", "客户编号,客户姓名,手机,家庭年收入,服务专员\nW0001,王伟,15412345678,25万,陈晓\n");
    office.run();
    let card = office.sheet("输出/2026-11/客户服务卡/陈晓.xlsx", "W0001");
    assert!(card.rows.iter().any(|row| row.windows(2).any(|pair| pair == ["进项(万)", "25"])), "{:?}", card.rows);
}

#[test]
fn a_visit_whose_day_is_changed_is_another_visit_and_that_is_told() {
    let office = returned(|card| vec![(format!("A{}", row_of(card, "拜访时间") + 2), "2026-08-19")]);
    office.run();
    let told = office.problems().into_iter().filter(|line| line.contains("吴志强.xlsx")).collect::<Vec<_>>().join("\n");
    assert!(told.contains("“拜访时间”改过了"), "{told}");
    let card = Known::of(&office).card("W0001", &["拜访次数"]);
    assert_eq!(shown(&card.fields), "拜访次数=3", "nothing is lost");
}

/// What agents know of other companies' policies seldom has a number: it is kept in words, all of it, and told.
#[test]
fn policies_without_a_number_are_kept_in_words() {
    let office = returned(|card| {
        // The two policies, then the one empty row.
        let row = row_of(card, "保障期限") + 3;
        vec![(format!("A{row}"), "平安人寿"), (format!("D{row}"), "平安福"), (format!("E{row}"), "300000")]
    });
    office.run();
    let told = office.problems().into_iter().filter(|line| line.contains("吴志强.xlsx")).collect::<Vec<_>>().join("\n");
    assert!(told.contains("没有保单号，记在“已有保单”里"), "{told}");
    let card = Known::of(&office).card("W0001", &["已有保单", "在保保单数"]);
    assert_eq!(shown(&card.fields), "在保保单数=2 已有保单=平安人寿 平安福 300000");
}

/// A blank form that was filled in is a new client, with a family, a visit, and an agent.
#[test]
fn a_blank_card_filled_in_is_a_new_client() {
    for (name, agent) in [
        ("姓名　王伟", "服务专员　李娜"),
        ("姓名 王伟", "服务专员：李娜"),
        ("姓名：王伟", "服务专员李娜"),
        ("姓　名　王伟", "李娜"),
        ("王伟", "服务专员: 李娜"),
    ] {
        filled_in(name, agent);
    }
}

fn filled_in(name: &'static str, agent: &'static str) {
    let office = Office::empty();
    let folder = office.path("导入").display().to_string();
    office::ran(&["blank", "card", "--office", &folder, "--out", &folder]).ended(0);
    let path = office.path("导入/空白客户服务卡.xlsx");
    let card = Sheet::read(&path, "客户服务卡");
    let (members, visits) = (row_of(&card, "关系") + 1, row_of(&card, "拜访时间") + 1);
    let cells = [
        ("E1".to_string(), name),
        ("A2".to_string(), agent),
        ("L1".to_string(), "B"),
        ("B7".to_string(), "15412345678"),
        ("F6".to_string(), "1980-01-01"),
        (format!("A{members}"), "李小娜"),
        (format!("B{members}"), "妻子"),
        (format!("A{visits}"), "2026-11-21"),
        (format!("D{visits}"), "第一次见面"),
    ];
    edit(&path, "xl/worksheets/sheet2.xml", &cells);
    office.run();
    let card = Known::of(&office)
        .card("W0001", &["姓名", "手机", "评级", "服务专员", "家庭人数", "拜访.拜访内容", "家庭成员.姓名"]);
    assert_eq!(shown(&card.fields), "姓名=王伟 家庭人数=2 手机=15412345678 服务专员=李娜 评级=B");
    assert_eq!(rows(&card, "家庭成员")[..2], ["姓名=王伟", "姓名=李小娜"]);
    assert_eq!(rows(&card, "拜访")[0], "拜访内容=第一次见面");
}
