//! `fuwuka explain`: how one value is read, for every kind of value, as arguments, from a pipe and as JSON.

#[path = "common/office.rs"]
mod office;

use std::io::Write;
use std::process::Stdio;

use office::{Office, fuwuka, ran};

/// Each value reads so: verdict, normal form, remark.
#[track_caller]
fn case(kind: &str, cases: &[(&str, [&str; 3])]) {
    let values: Vec<&str> = cases.iter().map(|(value, _)| *value).collect();
    let said = ran(&[&["explain", kind, "--"], &values[..]].concat()).ended(0);
    let want: Vec<String> = cases.iter().map(|(value, rest)| format!("{value}\t{}", rest.join("\t"))).collect();
    assert_eq!(said.stdout.lines().collect::<Vec<_>>(), want, "{kind}");
}

#[test]
fn who_somebody_is() {
    case(
        "name",
        &[
            ("王 伟", ["ok", "王伟", ""]),
            ("张三（已故）", ["ok", "张三", "另注：已故"]),
            ("欧阳·娜", ["ok", "欧阳·娜", ""]),
            ("北京某某有限公司", ["ok", "北京某某有限公司", "像是单位名称"]),
            ("无", ["blank", "", ""]),
            ("W123", ["bad", "", "姓名里有数字"]),
        ],
    );
    case("letter", &[("曾红", ["ok", "Z", "姓曾"]), ("尉迟芳", ["ok", "Y", "姓尉迟"]), ("𠮷野", ["ok", "#", "姓𠮷"])]);
    case(
        "idcard",
        &[
            ("110198 19800101 0036", ["ok", "110198198001010036", "出生 1980-01-01，男"]),
            ("110198800101003", ["ok", "110198198001010036", "出生 1980-01-01，男，15 位升为 18 位"]),
            ("110198198001010037", ["bad", "", "证件号码的校验位不符，至少有一位写错"]),
            ("110105********0032", ["bad", "", "打了星号，不能用来认人"]),
            ("", ["blank", "", ""]),
        ],
    );
    case(
        "certificate",
        &[("E12345678", ["ok", "E12345678", "护照"]), ("110198198001010036", ["ok", "110198198001010036", "身份证"])],
    );
    case("certkind", &[("护照", ["ok", "护照", ""]), ("猫", ["bad", "", "不认识的证件类型"])]);
    case("gender", &[("F", ["ok", "女", ""]), ("猫", ["bad", "", "性别“猫”不认识"]), ("", ["blank", "", ""])]);
    case("marital", &[("离异", ["ok", "离异", ""]), ("猫", ["bad", "", "婚姻状况“猫”不认识"])]);
    case("clientno", &[("w-12", ["ok", "W0012", ""]), ("猫", ["bad", "", "客户编号不是以一个字母开头"])]);
}

#[test]
fn where_and_when() {
    case(
        "phone",
        &[
            ("154-1111-2222", ["ok", "15411112222", ""]),
            ("０１０－６５５５１２３４", ["ok", "010-65551234", ""]),
            ("15411112222/15411113333", ["ok", "15411112222|15411113333", ""]),
            ("138****2222", ["bad", "", "打了星号，不能用来认人"]),
            ("12345", ["bad", "", "电话号码有 5 位数字，位数不对"]),
        ],
    );
    case(
        "address",
        &[
            ("北京市朝阳区幸福路1号2号楼3单元401室", ["ok", "朝阳|幸福路|1|2|3|401", "精确到户"]),
            ("北京市", ["ok", "北京", "没有精确到户，不用来认同一个家"]),
            ("不详", ["blank", "", ""]),
        ],
    );
    case(
        "date",
        &[
            ("2026/3/5", ["ok", "2026-03-05", ""]),
            ("46203", ["ok", "2026-06-30", ""]),
            ("2026年3月", ["ok", "2026-03", "只有年月"]),
            ("2026-02-30", ["bad", "", "没有这一天"]),
            ("今天", ["bad", "", "不是日期"]),
        ],
    );
    case(
        "moment",
        &[("2026-03-05 14:30", ["ok", "2026-03-05T14:30:00", ""]), ("2026/3/5", ["ok", "2026-03-05", "没有时间"])],
    );
    case("visitway", &[("面访", ["ok", "面访", ""]), ("猫", ["bad", "", "拜访方式“猫”不认识"])]);
}

#[test]
fn what_is_owned() {
    case(
        "money",
        &[
            ("1,234.50元", ["ok", "1234.50", ""]),
            ("3万", ["ok", "30000", ""]),
            ("-", ["blank", "", ""]),
            ("abc", ["bad", "", "不是金额"]),
        ],
    );
    case(
        "status",
        &[
            ("有效", ["ok", "有效-交费中", "在保"]),
            ("失效", ["ok", "中止", "不在保，可复效"]),
            ("退保", ["ok", "终止", "不在保，已终止"]),
            ("猫", ["bad", "", "保单状态“猫”不认识"]),
        ],
    );
    case(
        "product",
        &[
            ("福泽终身寿险", ["ok", "终身寿险", "保障，名称里有“终身寿”"]),
            ("附加康佑提前给付重大疾病保险", ["ok", "疾病险", "保障，附加险，名称里有“重大疾病”"]),
        ],
    );
    case(
        "pay",
        &[("年交", ["ok", "年交", "频率"]), ("20年", ["ok", "20年", "年期"]), ("银行转账", ["ok", "银行转账", "渠道"])],
    );
    case("payterm", &[("交至60岁", ["ok", "至60岁", "年期"]), ("趸交", ["ok", "趸交|趸交", "频率|年期"])]);
    case(
        "coverage",
        &[("终身", ["ok", "终身", ""]), ("至70岁", ["ok", "至70岁", ""]), ("猫", ["bad", "", "保障期限“猫”不认识"])],
    );
}

#[test]
fn what_somebody_is_to_somebody() {
    case(
        "relation",
        &[
            ("老公", ["ok", "丈夫", ""]),
            ("父子", ["ok", "父亲、儿子", "两头的关系都说了"]),
            ("猫", ["bad", "", "关系“猫”不认识"]),
        ],
    );
    case("family", &[("配偶 李娜；长子 王小明", ["ok", "配偶:李娜；儿子:王小明", ""]), ("猫", ["bad", "", "没看懂：猫"])]);
    case(
        "clienttype",
        &[("B类", ["ok", "B", ""]), ("健康险", ["ok", "健康险", ""]), ("金卡", ["ok", "", "金卡 是另一套等级"])],
    );
    case("yesno", &[("Y", ["ok", "是", ""]), ("否", ["ok", "否", ""]), ("猫", ["bad", "", "是否“猫”不认识"])]);
}

/// Every kind there is has its line in the help, and gives one line of four columns for each value.
#[test]
fn every_kind_gives_one_line_a_value() {
    let help = ran(&["explain", "--help"]).ended(0).stdout;
    let kinds: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "种类：")
        .skip(1)
        // What is looked up in the 卡库 is no value; it has tests of its own.
        .filter(|line| !line.contains("查卡库"))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(kinds.len(), 23, "{help}");
    let values = ["王伟", "", "x\ty", "两\n行", "😀", "--json", "99999999999999999999999", "=1+1", "１", "\u{feff}"];
    for kind in kinds {
        let said = ran(&[&["explain", kind, "--"], &values[..]].concat()).ended(0);
        let lines: Vec<Vec<&str>> = said.stdout.lines().map(|line| line.split('\t').collect()).collect();
        assert_eq!(lines.len(), values.len(), "{kind}: {}", said.stdout);
        for line in lines {
            assert_eq!(line.len(), 4, "{kind}: {line:?}");
            assert!(["ok", "blank", "bad"].contains(&line[1]), "{kind}: {line:?}");
        }
    }
}

/// Values from a pipe, in whatever the console writes.
#[track_caller]
fn piped(bytes: &[u8]) -> String {
    let mut child = fuwuka(&["explain", "name"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("started");
    child.stdin.take().expect("piped").write_all(bytes).expect("taken");
    String::from_utf8(child.wait_with_output().expect("ended").stdout).expect("UTF-8")
}

#[test]
fn values_come_from_a_pipe_one_a_line() {
    assert_eq!(piped("王 伟\n\n李娜".as_bytes()), "王 伟\tok\t王伟\t\n\tblank\t\t\n李娜\tok\t李娜\t\n");
    assert_eq!(piped("\u{feff}王伟\r\n".as_bytes()), "王伟\tok\t王伟\t\n");
    // 王伟, 李娜 as a Chinese Windows console pipes them.
    assert_eq!(piped(b"\xCD\xF5\xCE\xB0\r\n\xC0\xEE\xC4\xC8\r\n"), "王伟\tok\t王伟\t\n李娜\tok\t李娜\t\n");
    assert_eq!(piped(b""), "");
}

#[test]
fn json_has_the_same_four() {
    let said = ran(&["explain", "--json", "phone", "154-1111-2222", "12345"]).ended(0);
    let all: serde_json::Value = serde_json::from_str(&said.stdout).expect("one JSON document");
    assert_eq!(all[0]["input"], "154-1111-2222");
    assert_eq!((&all[0]["verdict"], &all[0]["normal"]), (&"ok".into(), &"15411112222".into()));
    assert_eq!((&all[1]["verdict"], &all[1]["remark"]), (&"bad".into(), &"电话号码有 5 位数字，位数不对".into()));
}

#[test]
fn an_offices_own_words_are_used() {
    let office = Office::empty();
    office.put("surnames.toml", "[letters]\n\"单\" = \"D\"\n[persons]\n\"覃伟\" = \"T\"\n");
    office.put("values.toml", "[policy_status]\n\"中止\" = [\"停了\"]\n");
    let folder = office.path("");
    let folder = folder.to_str().expect("UTF-8");
    let said = ran(&["explain", "--office", folder, "letter", "单强", "覃伟"]).ended(0).stdout;
    assert_eq!(said, "单强\tok\tD\t姓单\n覃伟\tok\tT\t姓覃\n");
    let said = ran(&["explain", "--office", folder, "status", "停了"]).ended(0).stdout;
    assert_eq!(said, "停了\tok\t中止\t不在保，可复效\n");
    office.put("values.toml", "[policy_status]\n\"中止\" = [\"终止\"]\n");
    ran(&["explain", "--office", folder, "status", "停了"]).stopped(&["values.toml", "第 2 行", "既属于"]);
}
