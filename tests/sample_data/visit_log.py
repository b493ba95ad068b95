"""拜访记录/: the agents' visit log (a workbook with this year and last year) and last week's csv from the mini-program."""

from datetime import date, datetime, timedelta

from openpyxl import Workbook

import dirt as D
import office
import visits as V
from writing import Cell, Sheet, fill_sheet, save_xlsx, write_delimited

LOG = "拜访记录/2026年拜访日志.xlsx"
WEEK = "拜访记录/周报.csv"
WEEK_FROM = date(2026, 11, 16)
HEADINGS = ["拜访日期", "录入时间", "客户编号", "客户姓名", "手机", "拜访方式", "主题", "地点", "内容", "客户反馈", "需求", "下次拜访日期", "服务专员"]
LAST_YEAR = ["拜访时间", "录入时间", "编号", "姓名", "联系电话", "方式", "沟通主题", "拜访地点", "沟通内容", "反馈", "需求变化", "下次拜访", "拜访人"]
WEEK_HEADINGS = ["拜访日期*", "录入时间", "客户编号", "客户姓名*", "手机", "拜访方式*", "主题", "地点", "拜访内容", "客户反馈", "需求", "下次拜访日期", "服务专员*"]


def make(out, truth, visits, households):
    d = D.Dirt(office.stream("visit_log"), 0.04)
    names = [h.head.name for h in households]
    namesakes = {n for n in names if names.count(n) > 1}
    this_year = Sheet(LOG, "2026年", HEADINGS)
    this_year.add(HEADINGS, "heading")
    last_year = Sheet(LOG, "2025年", LAST_YEAR)
    last_year.add(["2025年拜访记录汇总"], "title")
    last_year.add(LAST_YEAR, "heading")
    for v in visits:
        sheet = this_year if v.day.year == 2026 else last_year
        if v.day >= WEEK_FROM and d.rng.random() < 0.6:
            continue  # only in the weekly file
        add(d, sheet, v, namesakes)
        if d.rng.random() < 0.004:
            sheet.add([Cell(c.value) for c in sheet.rows[-1].cells], row_kind="row_duplicate", household=v.household, person=v.person, visit=v.id)
    future_typos(this_year)
    stranger(this_year)
    book = Workbook()
    ws = book.active
    ws.title = this_year.name
    fill_sheet(ws, this_year, widths={"A": 12, "B": 16, "E": 14, "I": 40, "J": 20})
    ws.freeze_panes = "A2"
    ws2 = book.create_sheet(last_year.name)
    fill_sheet(ws2, last_year, ["A1:M1"], {"A": 12, "B": 16, "I": 40})
    save_xlsx(out / LOG, book, "周晓梅")
    truth.take(this_year)
    truth.take(last_year)
    week(out, truth, d, [v for v in visits if v.day >= WEEK_FROM], namesakes)


def week(out, truth, d, visits, namesakes):
    sheet = Sheet(WEEK, WEEK, WEEK_HEADINGS)
    for line in ["# 拜访记录导入模板（周报）", "# 带*为必填；日期格式 2026-11-16；方式：面访/电话/微信", "# 营业一部、营业二部 2026-11-16 至 2026-11-22"]:
        sheet.add([line], "comment")
    sheet.add(WEEK_HEADINGS, "heading")
    sheet.add(["2026-11-16", "", "Z001", "张三", "16800168000", "面访", "示例", "", "示例行，导入前请删除", "", "", "", "王五"], "sample")
    for v in visits:
        add(d, sheet, v, namesakes, text=True)
    write_delimited(out / WEEK, sheet, "utf-8", bom=b"\xef\xbb\xbf")
    truth.take(sheet, encoding="utf-8-sig")


def add(d, sheet, v, namesakes, text=False):
    """One visit. Keyed by number, by phone or by name, as the agent liked."""
    rng, h = d.rng, v.household
    old = h.old_number or {"written": None}
    key = rng.choices(["number", "phone", "name"], [45, 35, 20])[0]
    if key == "number" and not old["written"]:
        key = "phone"
    if key == "phone" and not v.person.phone:
        key = "name"
    name = D.person_name(d, "姓名", v.person)
    if key == "name" and v.person.name in namesakes and not name.kind:
        name = Cell(name.value, "name_ambiguous", v.person.id)
    late = v.recorded.date() > v.day + timedelta(days=1)
    cells = [
        visit_day(d, v.day, text),
        recorded(d, v.recorded, late, text),
        old["written"] if key == "number" else None,
        name if key != "number" or rng.random() < 0.8 else Cell(None, "name_blank", v.person.name),
        D.phone(d, "手机", v.person) if key == "phone" else None,
        rng.choice(V.WAYS[v.way]),
        v.topic,
        v.place or None,
        v.content,
        v.feedback or None,
        v.need or None,
        visit_day(d, v.next, text) if v.next else None,
        agent(v),
    ]
    sheet.add(cells, household=h, person=v.person, key=key, visit=v.id, date=v.day, recorded=v.recorded, late=late)


def visit_day(d, day, text):
    if d.hit():
        return d.force("日期", day, D.pick(D.DATE, "date_dots", "date_chinese", "date_compact", "date_with_time", "date_serial_text", "date_impossible") | {"date_no_year": lambda r, x: f"{x.month}月{x.day}日"})
    return f"{day:%Y-%m-%d}" if text else day


def recorded(d, at, late, text):
    value = f"{at:%Y-%m-%d %H:%M}" if text else at
    if d.hit(0.05):
        return Cell(None, "recorded_blank", at)
    return Cell(value, "recorded_late", None) if late else value


def agent(v):
    return v.agent.name if v.agent.active else v.agent.name + "（离职）"


def future_typos(sheet):
    """Next year typed for this year, and a day after the recording."""
    rng = office.stream("visit_log/future")
    rows = [r for r in sheet.rows if r.role == "data" and isinstance(r.cells[0].value, date) and r.cells[0].value < date(2026, 10, 1)]
    for row in rng.sample(rows, 5):
        day = row.cells[0].value
        row.cells[0] = Cell(day.replace(year=2027) if (day.month, day.day) != (2, 29) else day, "visit_in_future", day)


def stranger(sheet):
    """Two visits to people nobody knows."""
    for day, name, phone in ((date(2026, 3, 9), "韦阿庆", "16477310254"), (date(2026, 8, 21), "褚明月", None)):
        sheet.add([day, datetime.combine(day, datetime.min.time()).replace(hour=20), None, Cell(name, "client_unknown", None), phone, "陌拜", "需求沟通", "社区摆摊", "陌生拜访，留了电话", "一般", None, None, "傅雪"])
