//! Files nobody should have put into 导入. Each is told in the problem list, and none keeps the good list beside
//! it from being read.

#[path = "common/office.rs"]
mod office;

use std::io::{Cursor, Write};

use office::Office;
use zip::write::SimpleFileOptions;

/// The sentences the problem list has about a file.
#[track_caller]
fn said(problems: &[String], file: &str) -> String {
    let of_file: Vec<&str> = problems.iter().filter(|line| line.contains(file)).map(String::as_str).collect();
    assert!(!of_file.is_empty(), "nothing is said about {file}");
    of_file.join("\n")
}

#[test]
fn every_file_that_is_no_list_is_told_and_the_good_one_is_read() {
    let good = xlsx(&["姓名", "王伟"].map(|cell| row(&[cell])).concat());
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("空的.xlsx", Vec::new(), "文件是空的"),
        ("截断.xlsx", good[..good.len() / 2].to_vec(), "文件不完整"),
        ("头坏了.xlsx", [&b"PK\x03\x04"[..], &[0xA5; 3000]].concat(), "文件不完整"),
        ("照片.xlsx", [&b"\xFF\xD8\xFF\xE0\0\x10JFIF\0"[..], &[8; 2000]].concat(), "JPEG"),
        ("照片.csv", [&b"\xFF\xD8\xFF\xE0\0\x10JFIF\0"[..], &[7; 2000]].concat(), "JPEG"),
        ("有密码.xlsx", encrypted(), "密码"),
        ("压缩包.xlsx", zipped(&[("里面/清单.xlsx", &good)]), "没有找到认得的标题行"),
        ("炸弹.xlsx", xlsx(&"<row><c><v>0</v></c></row>".repeat(3 << 20)), "没有找到认得的标题行"),
        ("套娃.xlsx", xlsx(&format!("{}{}", "<row><c>".repeat(20_000), "</c></row>".repeat(20_000))), ""),
        ("乱码.xlsx", xlsx("<row><c t=\"s\"><v>99999999999999999999</v></c></row>"), ""),
        ("乱码.xls", (0..5000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect(), ""),
        ("只有标题.csv", "客户姓名,证件号码,手机,家庭住址\n".into(), "只有标题行"),
        ("没有行.xlsx", xlsx(""), "什么也没有"),
        ("网页.xls", "<html><body>登录超时，请重新登录</body></html>".into(), "网页"),
        ("说明.txt", "今天下午三点开会，请大家准时。\n".into(), ""),
        ("一行.csv", "客户姓名,备注\n王伟,".bytes().chain(std::iter::repeat_n(b'x', 20 << 20)).collect(), ""),
        ("没有换行.csv", "甲".repeat(6 << 20).into(), ""),
        ("括号.csv", "# 导\n(客户姓名,证件号码,手机,出生日期,年交保费,家庭成员\n王伟,110198198001010036,15411112222,1980-01-01,\"5,000.5\",配偶 李娜\n曾红,110198197502020043,\"他说\"\"好\"\"\",75.2.2".into(), ""),
        ("引号.csv", "客户姓名,手机,备注\n赵二,15412340001,\"没有关上\n钱三,15412340002,\n".into(), "引号"),
        ("NUL.csv", [&b"\0"[..]; 5000].concat(), ""),
    ];
    let office = Office::small();
    for (name, bytes, _) in &cases {
        office.put(&format!("导入/{name}"), bytes);
    }
    office.put(&format!("导入/{}/深.csv", ["深"; 40].join("/")), "今天\n");
    let ran = office.run().ended(3);
    assert_eq!(ran.stderr, "");
    let problems = office.problems();
    let mut wrong = Vec::new();
    for (name, _, words) in &cases {
        let told = said(&problems, name);
        let english = ["Error", "error", "invalid", "panic", "unexpected"];
        if !told.contains(words) || english.iter().any(|word| told.contains(word)) {
            wrong.push(format!("{name}: no {words} in {told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    said(&problems, "深.csv");
    let index = office.index("2026-11");
    for head in ["单强", "王伟", "尉迟芳", "曾红"] {
        assert!(index.values().any(|household| household.head == head), "{head} is lost");
    }
}

/// One cell in the last corner of a sheet, and one beyond: the sheet is as large as its cells, not as its range.
#[test]
fn a_sheet_with_a_cell_in_the_last_corner_is_as_large_as_its_cells() {
    let rows = [
        "<dimension ref=\"A1:XFD1048576\"/>".to_string(),
        "<sheetData>".to_string(),
        row(&["客户姓名", "手机", "家庭住址", "服务专员", "团队"]),
        row(&["钱海", "15412340003", "北京市朝阳区和平路9号1号楼2单元301室", "李娜", "营业一部"]),
        "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>".to_string(),
        "<row r=\"1048577\"><c r=\"AAAAAA1048577\"><v>1</v></c></row>".to_string(),
        "</sheetData>".to_string(),
    ];
    let office = Office::small();
    office.put("导入/边角.xlsx", whole_sheet(&rows.concat()));
    office.run().ended(3);
    assert!(office.index("2026-11").values().any(|household| household.head == "钱海"));
    said(&office.problems(), "边角.xlsx");
}

#[test]
fn odd_names_come_through_whole() {
    let long = "阿".repeat(300);
    let office = Office::small();
    office.put(
        "导入/怪名字.csv",
        format!(
            "客户姓名,手机,家庭住址,服务专员,团队\n\
             王😀伟,15412340011,北京市朝阳区一路1号1号楼1单元101室,李/娜:*?,[一]部/二\n\
             {long},15412340012,北京市朝阳区二路2号1号楼1单元101室,{long},{long}\n\
             =1+1,15412340013,北京市朝阳区三路3号1号楼1单元101室,CON,NUL\n\
             𠮷野家,15412340014,北京市朝阳区四路4号1号楼1单元101室,' ,History\n"
        ),
    );
    office.run().ended(3);
    let json = office.json("2026-11");
    assert!(json["outputs"].as_array().expect("a list").iter().all(|output| output["error"].is_null()), "{json:#}");
    assert!(json["counts"]["households"].as_u64() >= Some(7), "{json:#}");
    for name in office.workbooks("输出").keys() {
        assert!(!office.sheets(&format!("输出/{name}")).is_empty());
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let office = Office::small();
    office.put("导入/锁着.csv", "客户姓名\n王伟\n");
    let path = office.path("导入/锁着.csv");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("set");
    if std::fs::read(&path).is_ok() {
        return; // root may read everything
    }
    office.run().ended(3);
    assert!(said(&office.problems(), "锁着.csv").contains("没有权限"));
    assert_eq!(office.index("2026-11").len(), 4);
}

/// Something that is neither file nor folder would be waited for without end.
#[cfg(unix)]
#[test]
fn a_pipe_and_a_broken_link_are_no_input() {
    let office = Office::small();
    std::os::unix::fs::symlink("没有这个文件", office.path("导入/断了.csv")).expect("made");
    std::os::unix::fs::symlink("..", office.path("导入/绕圈")).expect("made");
    let made = std::process::Command::new("mkfifo").arg(office.path("导入/管道.csv")).status();
    assert!(made.is_ok_and(|status| status.success()));
    office.run().ended(0);
    assert_eq!(office.index("2026-11").len(), 4);
}

// ---- how such files are made ----

fn row(cells: &[&str]) -> String {
    let cell = |text: &&str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    format!("<row>{}</row>", cells.iter().map(cell).collect::<String>())
}

fn xlsx(rows: &str) -> Vec<u8> {
    whole_sheet(&format!("<sheetData>{rows}</sheetData>"))
}

fn whole_sheet(inside: &str) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    zipped(&[
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
                 <Override PartName=\"/xl/workbook.xml\" ContentType=\"{TYPE}.sheet.main+xml\"/>\
                 <Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"{TYPE}.worksheet+xml\"/></Types>"
            )
            .as_bytes(),
        ),
        (
            "_rels/.rels",
            format!("<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>")
                .as_bytes(),
        ),
        (
            "xl/workbook.xml",
            format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>")
                .as_bytes(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!("<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"r1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>")
                .as_bytes(),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{MAIN}\">{inside}</worksheet>").as_bytes()),
    ])
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("in memory");
        zip.write_all(bytes).expect("in memory");
    }
    zip.finish().expect("in memory").into_inner()
}

/// What Excel makes of a workbook with a password: a compound file with a stream called EncryptedPackage.
fn encrypted() -> Vec<u8> {
    let end = 0xFFFF_FFFE_u32.to_le_bytes();
    let mut header = vec![0; 512];
    header[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    header[24..34].copy_from_slice(&[0x3E, 0, 3, 0, 0xFE, 0xFF, 9, 0, 6, 0]);
    header[44] = 1;
    header[48] = 1;
    header[56..58].copy_from_slice(&4096_u16.to_le_bytes());
    header[60..64].copy_from_slice(&end);
    header[68..72].copy_from_slice(&end);
    header[76..512].fill(0xFF);
    header[76..80].fill(0);
    let mut table = vec![0xFF; 512];
    table[..4].copy_from_slice(&0xFFFF_FFFD_u32.to_le_bytes());
    table[4..8].copy_from_slice(&end);
    let entry = |name: &str, kind: u8, child: u32| {
        let mut entry = vec![0; 128];
        for (at, unit) in name.encode_utf16().enumerate() {
            entry[2 * at..2 * at + 2].copy_from_slice(&unit.to_le_bytes());
        }
        entry[64] = (2 * name.len() + 2) as u8;
        entry[66] = kind;
        entry[68..76].fill(0xFF);
        entry[76..80].copy_from_slice(&child.to_le_bytes());
        entry[116..120].copy_from_slice(&end);
        entry
    };
    let directory = [entry("Root Entry", 5, 1), entry("EncryptedPackage", 2, u32::MAX), vec![0; 256]];
    [header, table, directory.concat()].concat()
}
