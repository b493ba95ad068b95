"""老客户登记表(2024).xlsx: the office's own register of cards, kept by hand since before there was a program. One row a family."""

from datetime import date, timedelta

from openpyxl import Workbook
from openpyxl.comments import Comment

import dirt as D
import office
from identity import to_15
from people import relation
from writing import Cell, Sheet, fill_sheet, save_xlsx

FILE = "老客户登记表(2024).xlsx"
HEADINGS = [
    "序号", "客户编号", "客户姓名*", "性别", "出生日期", "身份证号", "联系电话", "家庭住址", "职业", "微信", "家庭年收入", "客户类型", "险种需求", "主要需求",
    "家庭成员", "已有保单", "服务偏好", "最近服务时间", "下次拜访日期", "增员意向", "转介绍", "宠物", "服务专员", "建卡日期", "备注",
]
TIER_WORDS = {"A": ["A", "A类", "优质", "优质客户", "A", "A级"], "B": ["B", "B类", "重点", "重点客户", "B"], "C": ["C", "C类", "潜在", "C"], "D": ["D", "D类", "普通", "D"]}
NEEDS = ["教育金", "养老", "重疾", "医疗", "教育金、养老", "养老,健康", "孩子医保补充", "资产传承", "无", "想给孩子存教育金", "增额终身寿"]
LINES = ["寿险", "健康险", "年金险", "健康险、年金险"]
PREFERENCES = ["喜欢线上沟通", "线上沟通", "重视线下活动", "线下活动", "电话", "微信为主，不要打电话", "周末再联系"]
GENDER = {
    "gender_title": lambda r, g: "先生" if g == "男" else "女士",
    "gender_letter": lambda r, g: "M" if g == "男" else "F",
    "gender_blank": lambda r, g: Cell(None, "gender_blank", g),
}
PETS = ["猫", "狗（泰迪）", "两只猫", "金毛", "鹦鹉", "无", "养鱼"]
REMARKS = ["2025年高考", "父母患慢性病", "老客户", "孩子10岁，无教育金规划", "计划初中毕业后出国留学", "怕推销", "勿电话打扰", "已转介绍", "2023年因乳腺结节住院", "对养老社区有兴趣", "房贷120万"]


def make(out, truth, households):
    d = D.Dirt(office.stream("card_register"), 0.05)
    sheet = Sheet(FILE, "登记表", HEADINGS)
    sheet.add(["老客户服务卡登记表（2024年）"], "title")
    sheet.add([f"制表单位：{office.BRANCH}   截止日期：2024-12-31   收入单位：万元   制表人：孔岚"], "meta")
    sheet.add(HEADINGS, "heading")
    sheet.add(sample(), "sample")
    listed = sorted((h for h in households if h.on_register), key=lambda h: (h.seller.code, h.assigned, h.id))
    for i, h in enumerate(listed):
        facts = family_cell(d, h)
        row = register_row(d, h, i + 1, facts[0])
        sheet.add_dict(row, household=h, person=h.head, tier=row["客户类型"].truth, family_style=facts[1], family=[m.id for m in facts[2]], old_number=h.old_number["number"])
        if i == 160:
            sheet.add(["以下为二部移交"], "note")
    count = Cell(f"=COUNTA(C5:C{len(sheet.rows)})", "formula_without_value", len(listed))
    sheet.add(["合计", f"{len(listed)}户", count], "total")
    sheet.add([None, "填表人：", None, None, "审核："], "footer")

    book = Workbook()
    ws = book.active
    ws.title = sheet.name
    last = "Y"
    fill_sheet(ws, sheet, [f"A1:{last}1", f"A2:{last}2"], {"A": 5, "B": 9, "C": 10, "E": 12, "F": 20, "G": 16, "H": 34, "O": 36, "P": 24, "Y": 18}, ["J"])
    ws.freeze_panes = "D4"
    ws.auto_filter.ref = f"A3:{last}{len(listed) + 5}"
    ws["L3"].comment = Comment("A优质 B重点 C潜在 D普通；也可填寿险/健康险", "孔岚")
    ws.row_dimensions[60].hidden = True
    ws.cell(len(sheet.rows) - 1, 3).data_type = "f"
    explain(book)
    choices(book)
    save_xlsx(out / FILE, book, "孔岚")
    truth.take(sheet, hidden_column="J", hidden_row=60, unknown_column="宠物", extra_sheets=["填写说明", "下拉选项（隐藏）"])


def sample() -> list:
    row = dict.fromkeys(HEADINGS)
    row |= {
        "序号": "示例", "客户编号": "Z001", "客户姓名*": "张三", "性别": "男", "出生日期": "1985-01-01", "身份证号": "330197198501010017", "联系电话": "16800168000",
        "家庭住址": "××市××区××路1号", "职业": "教师", "家庭年收入": "30万", "客户类型": "A", "险种需求": "健康险", "主要需求": "教育金", "家庭成员": "妻子李四，儿子张小三（10岁）",
        "服务专员": "王五", "备注": "示例，请勿删除",
    }
    return [row[h] for h in HEADINGS]


def explain(book):
    ws = book.create_sheet("填写说明")
    for line in [
        "填写说明", "1. 客户编号：客户姓氏拼音首字母 + 三位数字，如王姓 W001，一个家庭一个编号。", "2. 客户类型：A优质（1-3个月） B重点（3-6个月） C潜在（6-12个月） D普通（1年以上）。",
        "3. 家庭成员：写明关系、姓名、年龄。", "4. 带 * 的为必填项。", "5. 联系电话变更请走保全，不要只改本表。",
    ]:
        ws.append([line])
    ws.column_dimensions["A"].width = 80


def choices(book):
    """The hidden sheet behind the drop-downs."""
    ws = book.create_sheet("下拉选项")
    for line in [("客户类型", "增员意向"), ("A", "有"), ("B", "无"), ("C", None), ("D", None)]:
        ws.append(line)
    ws.sheet_state = "hidden"


# -- the cells of a row ------------------------------------------------------------------------------------------------


def register_row(d, h, seq, family) -> dict:
    rng, p = d.rng, h.head
    tier = rng.choices("ABCD", [12, 25, 35, 28])[0]
    return {
        "序号": seq,
        "客户编号": number(h),
        "客户姓名*": D.person_name(d, "姓名", p),
        "性别": d.soil("性别", p.gender, GENDER),
        "出生日期": birth(d, p),
        "身份证号": id_card(d, p),
        "联系电话": phone(d, h, p),
        "家庭住址": address(d, h),
        "职业": p.job if rng.random() < 0.8 else None,
        "微信": p.wechat or None,
        "家庭年收入": income(rng, h.income) if rng.random() < 0.7 else None,
        "客户类型": client_type(rng, tier),
        "险种需求": rng.choice(LINES) if rng.random() < 0.4 else None,
        "主要需求": rng.choice(NEEDS) if rng.random() < 0.55 else None,
        "家庭成员": family,
        "已有保单": other_policies(rng),
        "服务偏好": rng.choice(PREFERENCES) if rng.random() < 0.35 else None,
        "最近服务时间": any_date(d, "最近", date(2024, 1, 5) + timedelta(days=rng.randrange(355))) if rng.random() < 0.7 else None,
        "下次拜访日期": next_visit(d, rng),
        "增员意向": rng.choice(["有", "无", "无", "对保险销售感兴趣", "□有 ☑无", "考虑中"]) if rng.random() < 0.3 else None,
        "转介绍": referral(rng) if rng.random() < 0.18 else None,
        "宠物": rng.choice(PETS) if rng.random() < 0.25 else None,
        "服务专员": h.seller.name,
        "建卡日期": any_date(d, "建卡", min(h.assigned, date(2024, 11, 20))) if rng.random() < 0.9 else None,
        "备注": "已离婚" if h.kind == "divorced" and rng.random() < 0.5 else rng.choice(REMARKS) if rng.random() < 0.3 else None,
    }


def number(h):
    old = h.old_number
    if old["state"] == "kept" and not old.get("odd"):
        return old["written"]
    kind = "number_odd_spelling" if old["state"] == "kept" else "number_" + old["state"]
    return Cell(old["written"], kind, h.letter if old["state"] == "wrong_letter" else old["number"])


def any_date(d, column, day):
    """Hand-kept: a third real dates, the rest as the hand fell."""
    draw = d.rng.random()
    if draw < 0.35:
        return day
    if draw < 0.5:
        return D.slash(day)
    if draw < 0.85:
        return d.force(column + "/usual", day, D.pick(D.DATE, "date_dots", "date_iso", "date_chinese", "date_compact"))
    if draw < 0.92:
        return Cell(D.serial(day), "date_serial", day)
    return d.force(column + "/odd", day, D.DATE)


def birth(d, p):
    if d.rng.random() < 0.12:
        return None
    if d.rng.random() < 0.12:
        return d.force("出生/odd", p.birth, D.pick(D.BIRTH, "birth_year_only", "birth_year_month", "birth_lunar", "birth_month_day", "birth_wrong"))
    return any_date(d, "出生", p.birth)


def id_card(d, p):
    rng = d.rng
    if rng.random() < 0.16:
        return None
    if p.cert_type == "身份证" and p.birth.year < 1975 and rng.random() < 0.3:
        return Cell(to_15(p.cert_no), "id_15", p.cert_no)
    if rng.random() < 0.04:
        return d.force("证件/数字", p.cert_no, D.ID_NUMBER) if p.cert_type == "身份证" else p.cert_no
    return D.id_card(d, "证件", p, D.ID | D.ID_NUMBER, 0.12)


def phone(d, h, p):
    """One cell for all phones of the family, with words beside them."""
    rng, no = d.rng, p.phone
    other = next((m for m in h.adults if m is not p and m.phone and m.phone != no), None)
    ways = {"number": 30, "note": 4, "outdated": 4, "plain": 50, "several": 12 if other else 0, "with_landline": 6 if p.landline else 0}
    way = rng.choices(list(ways), ways.values())[0]
    if way == "number":
        return Cell(float(no), "phone_number_cell", no, "General")
    if way == "several":
        word = {"丈夫": "夫", "妻子": "妻"}.get(relation(other, p), relation(other, p))
        text = rng.choice([f"{no}（本人）/{other.phone}（{word}）", f"{no}；{other.phone}({word})", f"{no} {other.phone}{word}", f"{no}\n{other.phone} {other.name}"])
        return Cell(text, "phone_several", [no, other.phone])
    if way == "with_landline":
        return Cell(f"{no}、{p.landline}", "phone_several", [no, p.landline])
    if way == "outdated":  # the number of 2024
        return Cell("179" + no[3:7][::-1] + no[7:][::-1], "phone_outdated", no)
    if way == "note":
        return Cell(f"{no}（{rng.choice(['晚上打', '常关机', '微信同号', '停机？'])}）", "phone_note", no)
    return D.phone(d, "手机", p, D.PHONE, 0.1)


def address(d, h):
    rng = d.rng
    if rng.random() < 0.12:
        return None
    if rng.random() < 0.3:  # the register is not the company's list: mostly without the province
        return h.address.replace("浙江省", "")
    return d.soil("地址", h.address, D.ADDRESS, 0.15)


def income(rng, wan):
    low = wan // 10 * 10
    if wan >= 100:
        return rng.choice([f"{wan}万", "100万+", wan, "500万+" if wan > 150 else "100万以上"])
    if rng.random() < 0.08:
        return Cell(str(wan * 10000), "income_yuan_in_wan", wan)
    return rng.choice([f"{wan}万", f"{low}-{low + 20}万", f"{low}–{low + 10}万", wan, f"约{wan}万", f"{wan}万元", f"{wan}W"])


def client_type(rng, tier):
    draw = rng.random()
    if draw < 0.1:
        return Cell(None)
    if draw < 0.2:
        return Cell(rng.choice(["寿险", "健康险", "年金险", "寿险/健康险"]), "type_is_line", None)
    if draw < 0.23:
        return Cell({"A": "A类普通", "B": "B类潜在客户", "C": "C类重点", "D": "D类优质"}[tier], "type_contradicts", tier)
    if draw < 0.25:
        return Cell(rng.choice(["A1", "F", "E类", "黄金VIP"]), "type_foreign_scale", None)
    if draw < 0.27:
        return Cell(rng.choice([chr(ord(tier) + 0xFEE0), tier.lower(), chr(ord(tier.lower()) + 0xFEE0)]), "type_fullwidth", tier)
    return Cell(rng.choice(TIER_WORDS[tier]), truth=tier)


def other_policies(rng):
    if rng.random() < 0.7:
        return None
    name = rng.choice(office.OTHER_COMPANIES)
    return rng.choice([f"{name}重疾险20万", f"{name} 年金险，年交5000", f"{name}百万医疗", f"{name}两全保险；{office.COMPANY}重疾", "单位团险", f"{name}终身寿险30万，20年交"])


def next_visit(d, rng):
    if rng.random() < 0.6:
        return None
    if rng.random() < 0.08:
        return Cell(rng.choice(["年后", "下个月", "等通知"]), "date_words", None)
    return any_date(d, "下次", date(2025, 1, 10) + timedelta(days=rng.randrange(300)))


def referral(rng):
    who = rng.choice(["同事老周", "表妹阿珍", "邻居沈姐", "朋友小俞"])
    return f"{who} 163{rng.randrange(10**8):08d}" if rng.random() < 0.5 else who


# -- the packed family cell --------------------------------------------------------------------------------------------

def in_words(head, others) -> str:
    kids = [m for m in others if m in head.children]
    told = {0: "无子女", 1: "有一子" if kids and kids[0].gender == "男" else "有一女"}.get(len(kids), f"有{len(kids)}个孩子")
    return {"已婚": "已婚，", "离异": "离异，", "丧偶": "丧偶，"}.get(head.marital, "") + told + ("，与父母同住" if any(m in head.parents for m in others) else "")


SHORT = {"丈夫": "夫", "妻子": "妻", "儿子": "子", "女儿": "女", "父亲": "父", "母亲": "母"}


def family_cell(d, h):
    """(cell, style, the members told)"""
    rng = d.rng
    others = [m for m in h.members if m is not h.head and m.birth < date(2024, 12, 1)]
    if not others:
        return (rng.choice([None, None, "单身", "独居", "离异"]) if h.kind != "divorced" else "离异"), "none", []
    if rng.random() < 0.1:
        return None, "blank", []
    if rng.random() < 0.1:
        return Cell(in_words(h.head, others), "family_words_only", [m.name for m in others]), "words", []
    told = others if rng.random() < 0.85 else others[:1]
    style = rng.choice(["pipes", "colons", "spoken", "lines", "dates", "spaces"])
    parts = []
    words = [relation(m, h.head) for m in told]
    for m, word in zip(told, words):
        year, age = m.birth.year, m.age(date(2024, 12, 31))
        if style == "pipes":
            parts.append(f"{m.name}|{word}|{m.cert_no if rng.random() < 0.6 else ''}|{m.phone}|")
        elif style == "colons":
            parts.append(f"{SHORT.get(word, word)}{rng.choice([':', '：', ''])}{m.name}" + rng.choice(["", f"({year})", f"{max(age, 0)}岁"]))
        elif style == "spoken":
            spoken = D.SPOKEN.get(word, word) if words.count(word) == 1 else word
            parts.append(f"{spoken}{m.name}（{max(age, 0)}岁）")
        elif style == "lines":
            parts.append(f"{word} {m.name} {m.phone}".rstrip())
        elif style == "dates":
            parts.append(f"{word}{m.name} {year}.{m.birth.month}.{m.birth.day}")
        else:
            parts.append(f"{SHORT.get(word, word)} {m.name}")
    sep = {"pipes": "；", "colons": rng.choice(["、", " ", "，"]), "spoken": "，", "lines": "\n", "dates": ";", "spaces": "  "}[style]
    return Cell(sep.join(parts)), style, told
