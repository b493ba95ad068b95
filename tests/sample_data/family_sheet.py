"""家庭对照表.xlsx: kept by hand, says who belongs together (同户) and who does not (分户). It beats everything else."""

from openpyxl import Workbook

import office
from people import relation
from writing import Cell, Sheet, fill_sheet, save_xlsx

FILE = "家庭对照表.xlsx"
HEADINGS = ["户主姓名", "户主身份证", "成员姓名", "成员身份证", "关系", "处理", "说明"]


def make(out, truth, households):
    rng = office.stream("family_sheet")
    sheet = Sheet(FILE, "对照表", HEADINGS)
    sheet.add(["家庭对照表（人工核对，以此为准）"], "title")
    sheet.add(HEADINGS, "heading")
    couples = [h for h in households if h.head.spouse and not h.prospect]
    for h in rng.sample(couples, 16):
        add(sheet, rng, h.head, h.head.spouse, "同户", rng.choice(["夫妻分别投保", "两张孤儿单，系统未关联", None]))
    for h in rng.sample([h for h in households if h.kind == "remarried"], 3):
        child = next(m for m in h.members if m not in (h.head, h.head.spouse))
        add(sheet, rng, h.head, child, "同户", "妻子与前夫所生，随母同住")
    for h in rng.sample([h for h in households if h.kind == "three_generations"], 5):
        add(sheet, rng, h.head, h.members[-1], "同户", "同住")
    for h in rng.sample([h for h in households if h.kind == "divorced" and h.head.gender == "男"], 6):
        add(sheet, rng, h.head, h.head.ex, "分户", "已离婚")
    apart = [(h, o) for h in households for o, why in h.links if why == "父母另住" and o.kind == "parents_elsewhere"]
    for young, old in rng.sample(apart, 5):
        add(sheet, rng, young.head, old.head, "分户", "老人另住")
    recycled = [(h, o) for h in households for o, why in h.links if why in ("号码转手", "前后住户同址") and h.id < o.id]
    for a, b in recycled[:3]:
        add(sheet, rng, a.head, b.head, "分户", "不相识", word=None)
    trouble(sheet, households)
    book = Workbook()
    book.active.title = sheet.name
    fill_sheet(book.active, sheet, ["A1:G1"], {"A": 10, "B": 21, "C": 10, "D": 21, "G": 26})
    save_xlsx(out / FILE, book, "孔岚")
    truth.take(sheet)


def add(sheet, rng, head, member, what, remark, word=""):
    def card(p):
        if p.cert_type != "身份证" or rng.random() < 0.75:
            return p.cert_no
        if rng.random() < 0.5:
            return Cell(None, "id_blank", p.cert_no)
        return Cell(p.cert_no[:6] + "********" + p.cert_no[14:], "id_masked", p.cert_no)

    if word == "":
        word = "前妻" if member is head.ex else relation(member, head)
    word = None if word == "其他" else word
    spoken = {"同户": ["同户", "同户", "合并"], "分户": ["分户", "分户", "拆分"]}[what]
    sheet.add([head.name, card(head), member.name, card(member), word, rng.choice(spoken), remark], household=head.household, head=head, member=member, means=what)


def trouble(sheet, households):
    """A name nobody has, a row without a verdict, and a pair told both ways."""
    sheet.add([Cell("钱阿海", "client_unknown", None), None, "钱小妹", None, "女儿", "同户", "查无此人？"])
    first = next(r for r in sheet.rows if r.about.get("means") == "同户")
    again = [Cell(c.value) for c in first.cells]
    again[5:] = [Cell("分户", "family_contradiction", "同户"), Cell("待核实")]
    sheet.add(again, **first.about)
    h = next(h for h in households if h.kind == "couple" and h.head.spouse)
    sheet.add([h.head.name, h.head.cert_no, h.head.spouse.name, h.head.spouse.cert_no, relation(h.head.spouse, h.head), Cell(None, "verdict_blank", None), None], household=h)
