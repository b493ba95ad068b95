"""团队架构.txt: saved from Excel as "Unicode 文本", that is tab-separated UTF-16LE with a mark at the front."""

import office
from writing import Cell, Sheet, write_delimited

FILE = "团队架构.txt"
HEADINGS = ["团队", "主管姓名", "业务员姓名", "工号", "职级", "在职状态"]


def make(out, truth):
    sheet = Sheet(FILE, FILE, HEADINGS)
    sheet.add(HEADINGS, "heading")
    for team in office.TEAMS:
        sheet.add([team.name, team.supervisor, team.supervisor, team.supervisor_code, "营业部主管", "在职"], agent=team.supervisor)
        for a in office.AGENTS:
            if a.team is team:
                name = Cell(a.name + " ", "name_trailing_space", a.name) if a.name == "傅雪" else a.name
                sheet.add([team.name, team.supervisor, name, a.code, a.rank, "在职" if a.active else "离职"], agent=a.name)
    write_delimited(out / FILE, sheet, "utf-16-le", "\t", b"\xff\xfe")
    truth.take(sheet, encoding="utf-16-le")
