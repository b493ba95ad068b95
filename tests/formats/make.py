"""Makes the files of this folder, with tools other than ours. Everybody in them is invented.

Needs openpyxl, msoffcrypto-tool, LibreOffice as `soffice`, and Info-ZIP as `zip`. Run it here: `python make.py`.
"""

import pathlib
import shutil
import subprocess
import tempfile
from datetime import date

import msoffcrypto.format.ooxml
import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HERE = pathlib.Path(__file__).parent
PASSWORD = "密码Ab1"
ROWS = [
    ["客户清单"],
    ["客户姓名", "证件号码", "手机", "出生日期", "年交保费", "服务专员", "团队"],
    ["王伟", "110198198001010036", "15411112222", date(1980, 1, 1), 5000.5, "李娜", "营业一部"],
    ["曾红", "110198197502020043", 15411113333, date(1975, 2, 2), 3000, "李娜", "营业一部"],
    ["单强", "110198199003030051", 15411114444, date(1990, 3, 3), 1200, "赵敏", "营业二部"],
]

MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Save(source As String, target As String, filter As String, password As String)
  Dim none(0) As New com.sun.star.beans.PropertyValue
  none(0).Name = "Hidden" : none(0).Value = True
  doc = StarDesktop.loadComponentFromURL(ConvertToURL(source), "_blank", 0, none())
  If password = "" Then
    Dim plain(0) As New com.sun.star.beans.PropertyValue
    plain(0).Name = "FilterName" : plain(0).Value = filter
    doc.storeToURL(ConvertToURL(target), plain())
  Else
    Dim locked(1) As New com.sun.star.beans.PropertyValue
    locked(0).Name = "FilterName" : locked(0).Value = filter
    locked(1).Name = "Password" : locked(1).Value = password
    doc.storeToURL(ConvertToURL(target), locked())
  End If
  doc.close(True)
End Sub
</script:module>
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" library:passwordprotected="false">
 <library:element library:name="Module1"/>
</library:library>
"""


def book(path, hidden):
    """The table as an xlsx workbook; with what Excel does not show, or without."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "客户"
    for row in ROWS:
        sheet.append(row)
    sheet.merge_cells("A1:G1")
    if hidden:
        sheet.row_dimensions[4].hidden = True
        sheet.row_dimensions[5].hidden = True
        sheet.column_dimensions["E"].hidden = True
    workbook.save(path)


def mac(path):
    """The table as Excel for Mac counted days: from 1904; one date is shown as a number."""
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    sheet = workbook.active
    for row in ROWS[1:]:
        sheet.append(row)
    sheet["D3"] = (ROWS[3][3] - date(1904, 1, 1)).days
    sheet["D3"].number_format = "General"
    workbook.save(path)


def mac_card(path):
    """A card as Excel for Mac counted days: one date is shown as such, two are bare numbers."""
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    sheet = workbook.active
    bare = lambda day: (day - date(1904, 1, 1)).days
    for row in [
        ["客户服务卡"],
        ["客户编号", "W0001", "客户姓名", "王伟"],
        ["手机", "15411112222", "出生日期", bare(date(1980, 1, 1))],
        ["家庭成员"],
        ["关系", "姓名", "出生日期", "职业"],
        ["妻子", "李娜", date(1981, 2, 3), "会计"],
        ["儿子", "王小明", bare(date(2011, 2, 3)), "学生"],
    ]:
        sheet.append(row)
    workbook.save(path)


def main():
    mac(HERE / "1904.xlsx")
    mac_card(HERE / "1904卡片.xlsx")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        profile = folder / "profile"

        def office(*arguments):
            command = ["soffice", "--headless", f"-env:UserInstallation={profile.as_uri()}", *arguments]
            subprocess.run(command, check=True, timeout=120)

        def save(source, target, filter, password=""):
            office(f'macro:///Standard.Module1.Save("{folder / source}","{HERE / target}","{filter}","{password}")')

        book(folder / "shown.xlsx", hidden=False)
        book(folder / "hidden.xlsx", hidden=True)
        office("--convert-to", "pdf", "--outdir", str(folder), str(folder / "shown.xlsx"))
        basic = profile / "user/basic/Standard"
        (basic / "Module1.xba").write_text(MACRO, encoding="utf-8")
        (basic / "script.xlb").write_text(LIBRARY, encoding="utf-8")

        save("hidden.xlsx", "隐藏.xls", "MS Excel 97")
        save("hidden.xlsx", "隐藏.ods", "calc8")
        save("hidden.xlsx", "单个文件.fods", "OpenDocument Spreadsheet Flat XML")
        save("shown.xlsx", "网页.xls", "HTML (StarCalc)")
        save("shown.xlsx", "带密码97.xls", "MS Excel 97", PASSWORD)
        save("shown.xlsx", "带密码.ods", "calc8", PASSWORD)
        with open(folder / "shown.xlsx", "rb") as plain, open(HERE / "带密码.xlsx", "wb") as locked:
            msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt(PASSWORD, locked)
        # The converter knows no widths of columns beyond the table: a list without any.
        lines = [",".join(str(cell) for cell in row) for row in ROWS[1:]]
        (folder / "清单.csv").write_text("\n".join(lines), encoding="utf-8")
        text_columns = "--infilter=CSV:44,34,76,1,2/2/3/2"
        office(text_columns, "--convert-to", "xml:MS Excel 2003 XML", "--outdir", str(folder), str(folder / "清单.csv"))
        shutil.copy(folder / "清单.xml", HERE / "XML表格.xls")
        (HERE / "带密码.zip").unlink(missing_ok=True)
        subprocess.run(["zip", "-q", "-j", "-P", PASSWORD, HERE / "带密码.zip", folder / "清单.csv"], check=True)


if __name__ == "__main__":
    main()
