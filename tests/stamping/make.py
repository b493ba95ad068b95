#!/usr/bin/env python3
"""Makes the template workbooks of these tests: `make.py` (needs openpyxl, XlsxWriter and LibreOffice).

xlsxwriter.xlsx   image, notes, chart, sparklines and other Excel 2010 extensions, drop-downs, ignored errors
openpyxl.xlsx     fonts, merged ranges, conditional formats, rich text, protection, print setup, a table
libreoffice.xlsx  openpyxl.xlsx as LibreOffice writes it
odd.xlsx          openpyxl.xlsx with tags under a prefix, CRLF, a byte order mark, shared formulas and a calculation chain
"""
import datetime, os, re, struct, subprocess, tempfile, zipfile, zlib

import openpyxl, xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule, DataBarRule, FormulaRule, IconSetRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table

HERE = os.path.dirname(os.path.abspath(__file__))
FIXED = datetime.datetime(2026, 1, 1)

# Row 7 is the list of policies, row 11 of relatives, rows 14 and 15 together of visits.
CARD = {
    "A1": "客户服务卡",
    "A2": "客户编号", "B2": "{{客户编号}}", "C2": "姓名", "D2": "{{客户姓名}}", "E2": "等级", "F2": "{{等级}}",
    "A3": "家庭年收入", "B3": "{{家庭年收入}}", "C3": "建卡日期", "D3": "{{建卡日期}}", "E3": "下次拜访", "F3": "{{下次拜访}}",
    "A4": "地址：{{家庭地址}}（{{邮编}}）",
    "A6": "保单号", "B6": "险种", "C6": "被保险人", "D6": "保额", "E6": "年交保费", "F6": "生效日", "G6": "状态", "H6": "占比",
    "A7": "{{#保单.保单号}}", "B7": "{{#保单.险种}}", "C7": "{{#保单.被保险人}}", "D7": "{{#保单.保额}}",
    "E7": "{{#保单.年交保费}}", "F7": "{{#保单.生效日}}", "G7": "{{#保单.状态}}", "H7": "=IF(E7=\"\",\"\",E7/SUM(E$7:E$7))",
    "A8": "合计", "D8": "=SUM(D7:D7)", "E8": "=SUM(E7)", "H8": "=COUNTIF(G7:G7,\"有效\")",
    "A10": "称谓", "B10": "姓名", "C10": "健康状况", "F10": "生日",
    "A11": "{{#家庭成员.关系}}", "B11": "{{#家庭成员.姓名}}", "C11": "{{#家庭成员.健康状况}}", "F11": "{{#家庭成员.出生日期}}",
    "A13": "拜访日期", "B13": "方式", "C13": "主题和反馈",
    "A14": "{{#拜访.拜访日期}}", "B14": "{{#拜访.方式}}", "C14": "{{#拜访.主题}}",
    "C15": "反馈：{{#拜访.反馈}}",
    "A17": "服务专员：{{服务专员}}", "E17": "=E8*2", "A18": "返回索引",
}
INDEX = {
    "A1": "索引卡（{{服务专员}}）",
    "A3": "客户编号", "B3": "户主", "C3": "等级", "D3": "最近拜访",
    "A4": "=HYPERLINK(\"#'{{#索引.客户编号}}'!A1\",\"{{#索引.客户编号}}\")", "B4": "{{#索引.户主}}", "C4": "{{#索引.等级}}",
    "D4": "{{#索引.最近拜访}}",
    "A5": "=COUNTA(B4:B4)&\"户\"",
}
MERGED = ["A1:H1", "A4:H4", "C11:E11", "A14:A15", "C14:H14", "C15:H15", "A17:D17"]
STATES = ["有效", "失效", "终止"]


def png():
    """A grey square of 64 × 64."""
    rows = b"".join(b"\0" + b"\xc0" * 64 for _ in range(64))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def with_openpyxl(path):
    book = openpyxl.Workbook()
    index, card, codes, table = book.active, book.create_sheet("客户卡"), book.create_sheet("代码"), book.create_sheet("说明")
    index.title = "索引"
    thin = Side(style="thin", color="FF808080")
    box = Border(left=thin, right=thin, top=thin, bottom=thin)
    for sheet, cells in ((card, CARD), (index, INDEX)):
        for place, text in cells.items():
            cell = sheet[place]
            cell.value = text
            cell.font = Font(name="宋体", size=10)
            cell.border = box
    for sheet in (card, index):
        sheet["A1"].font = Font(name="黑体", size=18, bold=True)
        sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
        sheet.row_dimensions[1].height = 30
    card["A4"].value = CellRichText(
        "地址：", TextBlock(InlineFont(rFont="宋体", sz=10, b=True), "{{家庭"), TextBlock(InlineFont(rFont="宋体", sz=10), "地址}}"),
        TextBlock(InlineFont(rFont="楷体", sz=9, i=True), "（{{邮编}}）"))
    for place in ("A2", "C2", "E2", "A3", "C3", "E3", *(c + r for r in ("6", "10", "13") for c in "ABCDEFGH")):
        card[place].fill = PatternFill("solid", fgColor="FFEFEFEF")
        card[place].border = box
    for place in ("B3", "D7", "E7", "D8", "E8", "E17"):
        card[place].number_format = "#,##0.00"
    for place in ("D3", "F7", "F11", "A14"):
        card[place].number_format = 'yyyy"年"m"月"d"日"'
    card["H7"].number_format = "0.0%"
    card["A7"].number_format = "@"
    index["D4"].number_format = "yyyy-mm-dd"
    for place in ("C14", "C15"):
        card[place].alignment = Alignment(wrap_text=True, vertical="top")
    for row, height in ((6, 18), (7, 21.5), (10, 18), (11, 24), (14, 33)):
        card.row_dimensions[row].height = height
    for letter, width in zip("ABCDEFGH", (16, 20, 12, 14, 14, 16, 10, 10)):
        card.column_dimensions[letter].width = width
    for area in MERGED:
        card.merge_cells(area)
    for number, state in enumerate(STATES, 1):
        codes.cell(number, 1, state)
    codes.sheet_state = "hidden"
    for sqref, formula in (("G7", "代码!$A$1:$A$3"), ("F2", '"A,B,C,D"')):
        choice = DataValidation(type="list", formula1=formula, allow_blank=True)
        choice.add(sqref)
        card.add_data_validation(choice)
    long_enough = DataValidation(type="custom", formula1="LEN($A7)>3", allow_blank=True)
    long_enough.add("A7")
    card.add_data_validation(long_enough)
    card.conditional_formatting.add("E7", CellIsRule(operator="greaterThan", formula=["$E$8/2"], font=Font(bold=True)))
    card.conditional_formatting.add("A7:H7", FormulaRule(formula=['$G7="失效"'], fill=PatternFill("solid", bgColor="FFDDDDDD")))
    card.conditional_formatting.add("D7", DataBarRule(start_type="min", end_type="max", color="FF638EC6"))
    card.conditional_formatting.add("D7:E8", ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="63BE7B"))
    card.conditional_formatting.add("B3", IconSetRule("3TrafficLights1", "num", [0, 100000, 300000]))
    card.conditional_formatting.add("E17", FormulaRule(formula=["E17>SUM(E7:E8)"], font=Font(italic=True)))
    card.print_area = "A1:H18"
    card.print_title_rows = "1:2"
    card.page_setup.orientation, card.page_setup.paperSize = "portrait", 9
    card.page_setup.fitToHeight, card.sheet_properties.pageSetUpPr = 0, openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    card.oddHeader.left.text, card.oddFooter.center.text = "{{客户编号}} {{客户姓名}}", "第 &P 页"
    card.row_breaks.append(Break(id=12))
    card.freeze_panes = "A3"
    card["A18"].hyperlink = openpyxl.worksheet.hyperlink.Hyperlink(ref="A18", location="索引!A1", display="返回索引")
    card["A17"].comment = Comment("每次拜访后 24 小时内更新", "内勤", width=160, height=60)
    card["E6"].comment = Comment("单位：元", "内勤")
    card["B2"].protection = Protection(locked=False)
    card.protection.sheet = True
    for name, formula in (("年交保费", "客户卡!$E$7"), ("保费合计", "客户卡!$E$8"), ("状态表", "代码!$A$1:$A$3")):
        book.defined_names[name] = DefinedName(name, attr_text=formula)
    table.append(["项目", "说明"])
    table.append(["等级", "A 到 D"])
    table.add_table(Table(displayName="说明表", ref="A1:B2"))
    book.properties.created = book.properties.modified = FIXED
    book.save(path)


def with_xlsxwriter(path):
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": FIXED})
    index, card, codes = (book.add_worksheet(name) for name in ("索引", "客户卡", "代码"))
    money, day, percent = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "0%"})
    plain = book.add_format({"font_name": "宋体", "font_size": 10, "border": 1})
    special = {p: money for p in ("B3", "D7", "E7", "D8", "E8", "E17")} | {p: day for p in ("D3", "F7", "F11", "A14")} | {"H7": percent}
    for area in MERGED:
        card.merge_range(area, "", plain)
    for sheet, cells in ((card, CARD), (index, INDEX)):
        for place, text in cells.items():
            look = special.get(place, plain) if sheet is card else day if place == "D4" else plain
            if text.startswith("="):
                sheet.write_formula(place, text, look, 0)
            else:
                sheet.write_string(place, text, look)
    for number, state in enumerate(STATES):
        codes.write(number, 0, state)
    codes.hide()
    card.set_row(6, 22)
    card.set_column("A:H", 14)
    with tempfile.NamedTemporaryFile(suffix=".png", delete=False) as logo:
        logo.write(png())
    card.insert_image("G1", logo.name, {"object_position": 2, "description": "标志"})
    card.insert_image("B18", logo.name, {"object_position": 1})
    card.insert_image("E18", logo.name, {"object_position": 2})
    card.write_comment("A17", "每次拜访后 24 小时内更新", {"author": "内勤"})
    card.write_comment("A6", "单位：元", {"author": "内勤"})
    card.insert_textbox("E20", "敬请关注", {"object_position": 2})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": "=客户卡!$B$7:$B$7", "values": "=客户卡!$E$7:$E$7", "name": "=客户卡!$E$6"})
    card.insert_chart("A22", chart)
    card.add_sparkline("I7", {"range": "客户卡!D7:E7"})
    card.add_sparkline("I17", {"range": "客户卡!E7:E8"})
    card.conditional_format("D7", {"type": "data_bar", "data_bar_2010": True, "min_type": "formula", "min_value": "=$E$8"})
    card.conditional_format("E7:E8", {"type": "icon_set", "icon_style": "3_arrows"})
    card.conditional_format("A7:H7", {"type": "formula", "criteria": '=$G7="失效"', "format": book.add_format({"italic": True})})
    card.data_validation("G7", {"validate": "list", "source": "=代码!$A$1:$A$3"})
    card.data_validation("F2", {"validate": "list", "source": ["A", "B", "C", "D"]})
    card.ignore_errors({"number_stored_as_text": "A7:A8"})
    card.print_area("A1:H20")
    card.repeat_rows(0, 1)
    card.set_paper(9)
    card.fit_to_pages(1, 0)
    card.set_header("&L{{客户编号}}", {})
    card.set_footer("&C第 &P 页")
    card.set_h_pagebreaks([12])
    card.freeze_panes(2, 0)
    card.protect("", {"insert_rows": True})
    card.write_url("A18", "internal:'索引'!A1", plain, "返回索引")
    card.autofilter("A6:G7")
    index.autofilter("A3:D4")
    book.define_name("年交保费", "=客户卡!$E$7")
    book.define_name("客户卡!本卡合计", "=客户卡!$E$8")
    book.close()
    os.unlink(logo.name)


def with_libreoffice(source, path):
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation=file://{folder}/profile"
        subprocess.run(["libreoffice", profile, "--headless", "--convert-to", "ods", "--outdir", folder, source], check=True, capture_output=True)
        ods = os.path.join(folder, os.path.basename(source).replace(".xlsx", ".ods"))
        subprocess.run(["libreoffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", folder, ods], check=True, capture_output=True)
        os.replace(ods.replace(".ods", ".xlsx"), path)


def prefixed(xml):
    """The same sheet with its tags under `x:`."""
    xml = xml.replace('xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"', 'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"')
    return re.sub(r"<(/?)([A-Za-z])", r"<\1x:\2", xml)


def odd(source, path):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename in ("xl/worksheets/sheet2.xml", "xl/sharedStrings.xml"):
                text = data.decode()
                if "sheet2" in item.filename:
                    text = text.replace("<f>SUM(D7:D7)</f><v></v>", '<f t="shared" ref="D8:E8" si="0">SUM(D7:D7)</f><v>0</v>').replace("<f>SUM(D7:D7)</f><v/>", '<f t="shared" ref="D8:E8" si="0">SUM(D7:D7)</f><v>0</v>')
                    text = re.sub(r"<f>SUM\(E7\)</f><v ?/?>(</v>)?", '<f t="shared" si="0"/><v>0</v>', text)
                    text = re.sub(r"<f>(COUNTIF[^<]*)</f><v ?/?>(</v>)?", r'<f t="array" ref="H8">\1</f><v>0</v>', text)
                    assert text.count('t="shared"') == 2 and 't="array"' in text
                text = prefixed(text).replace("><", ">\r\n<")
                data = b"\xef\xbb\xbf" + text.encode()
            if item.filename == "[Content_Types].xml":
                data = data.replace(b"</Types>", b'<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/></Types>')
            if item.filename == "xl/_rels/workbook.xml.rels":
                data = data.replace(b"</Relationships>", b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain" Target="calcChain.xml"/></Relationships>')
            new.writestr(item, data)
        new.writestr("xl/calcChain.xml", '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="D8" i="2"/></calcChain>')


def main():
    at = lambda name: os.path.join(HERE, name)
    with_openpyxl(at("openpyxl.xlsx"))
    with_xlsxwriter(at("xlsxwriter.xlsx"))
    with_libreoffice(at("openpyxl.xlsx"), at("libreoffice.xlsx"))
    odd(at("openpyxl.xlsx"), at("odd.xlsx"))


if __name__ == "__main__":
    main()
