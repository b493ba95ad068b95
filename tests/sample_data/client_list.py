"""客户清单_11月下发.xlsx: the company's client list, one sheet a team, heading of two levels, data from column B on."""

from datetime import date

from openpyxl import Workbook
from openpyxl.comments import Comment

import dirt as D
import office
from writing import Cell, Sheet, fill_sheet, save_xlsx

FILE = "客户清单_11月下发.xlsx"
GROUPS = [
    ("客户信息", ["客户号", "姓名", "性别", "出生日期", "证件类型", "证件号码", "职业", "年收入", "婚姻状况"]),
    ("联系方式", ["手机", "电话", "地址", "邮编"]),
    ("服务人员", ["姓名", "工号", "电话"]),
    ("分配日期", ["分配日期"]),
]
# unique names of the columns, as the code and the truth file call them
COLUMNS = [f"{group}.{leaf}" if group != leaf else leaf for group, leaves in GROUPS for leaf in leaves]
CERT_CODES = {"身份证": "0", "护照": "1", "港澳居民来往内地通行证": "B"}


def make(out, truth, households, policies):
    book = Workbook()
    book.remove(book.active)
    clients = sorted({p for x in policies for p in (x.applicant, x.insured) if p.age() >= 18}, key=lambda p: p.id)
    for team in office.TEAMS:
        mine = [p for p in clients if p.household.agent.team is team]
        sheet, spare = team_sheet(team, mine)
        ws = book.create_sheet(team.name)
        fill_sheet(ws, sheet, spare, {"A": 3, "B": 12, "G": 20, "H": 10, "K": 13, "M": 40}, [])
        ws["I3"].comment = Comment("客户自报，仅供参考", "客服")
        ws.row_dimensions[25].hidden = True
        truth.take(sheet, heading_rows=[2, 3], gender="0男 1女" if team is office.TEAM1 else "男/女", income="元" if team is office.TEAM1 else "万元", first_column="B")
    save_xlsx(out / FILE, book, "客户服务部")


def team_sheet(team, clients):
    d = D.Dirt(office.stream("client_list/" + team.name), 0.03)
    sheet = Sheet(FILE, team.name, COLUMNS, first_column=2)
    sheet.add([f"客户清单（2026年11月下发）  {team.name}"], "title")
    upper, lower, merges, column = [], [], [f"B1:{_letter(len(COLUMNS) + 1)}1"], 2
    for group, leaves in GROUPS:
        upper += [group] + [None] * (len(leaves) - 1)
        lower += [_leaf(team, leaf) if group != leaf else None for leaf in leaves]
        if group == leaves[0]:
            merges.append(f"{_letter(column)}2:{_letter(column)}3")
        else:
            merges.append(f"{_letter(column)}2:{_letter(column + len(leaves) - 1)}2")
        column += len(leaves)
    sheet.add(upper, "group")
    sheet.add(lower, "heading")
    for p in sorted(clients, key=lambda p: (p.household.agent.code, p.id)):
        sheet.add(client_row(d, team, p), household=p.household, person=p)
    sheet.add([f"共 {len(clients)} 人"], "total")
    return sheet, merges


def _letter(n):
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[n - 1]


def _leaf(team, leaf):
    if leaf == "年收入":
        return "年收入（元）" if team is office.TEAM1 else "年收入\n（万元）"
    return leaf


def client_row(d, team, p):
    h, one = p.household, team is office.TEAM1
    agent = h.agent
    return [
        core_no(d, p.core_no),
        Cell(p.name + "(已故)", "name_deceased", p.name) if p.died else D.person_name(d, "姓名", p),
        gender(d, p, one),
        birth(d, p.birth),
        CERT_CODES[p.cert_type] if one else p.cert_type,
        D.id_card(d, "证件", p, D.ID | D.ID_NUMBER, 0.04),
        p.job or None,
        (p.income * 10000 if one else p.income) if p.income and d.rng.random() < 0.6 else None,
        p.marital if d.rng.random() < 0.7 else None,
        D.phone(d, "手机", p),
        p.landline or None,
        d.soil("地址", h.address, D.ADDRESS, 0.08),
        h.postcode,
        agent.name + ("" if agent.active else "(离职)"),
        d.soil("工号", agent.code, {"code_zeros_lost": lambda r, c: int(c)}, 0.02),
        agent.phone,
        assigned(d, h.assigned),
    ]


def core_no(d, no):
    makers = {"core_no_number": lambda r, n: int(n), "core_no_apostrophe": lambda r, n: "'" + n}
    return d.soil("客户号", no, makers)


def gender(d, p, coded):
    right = ("0" if p.gender == "男" else "1") if coded else p.gender
    makers = {
        "gender_contradicts": lambda r, g: {"0": "1", "1": "0", "男": "女", "女": "男"}[g],
        "gender_blank": lambda r, g: Cell(None, "gender_blank", g),
    }
    if not coded:
        makers["gender_unknown"] = lambda r, g: "不详"
    return d.soil("性别", right, makers, 0.012)


def birth(d, day):
    return d.force("出生", day, D.DATE | {"date_serial": lambda r, x: D.serial(x)}) if d.hit() else day


def assigned(d, day: date):
    return d.force("分配", day, D.pick(D.DATE, "date_dots", "date_chinese", "date_compact")) if d.hit() else day
