"""DueFeeList_….xls: the core system's renewal list (应收清单) for November and December. Excel 97, every value a string."""

from datetime import date

import dirt as D
import office
from policies import add_months
from writing import Cell, Sheet, write_xls

FILE = "DueFeeList_20261101_20261231_8632_个险.xls"
FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)
HEADINGS = [
    "管理机构", "四级机构名称", "业务员组别", "业务员姓名", "业务员代码", "业务员电话", "上期业务员姓名", "续收外勤姓名", "续收外勤工号", "客户姓名", "被保人姓名",
    "投保人手机", "家庭电话", "邮编", "收费地址", "邮编", "缴费提示", "保单号", "生效日期", "应缴费日期", "缴费方式", "缴费年期", "已交费次数", "主险险种", "主险保费",
    "附险险种1", "附险保费1", "附险险种2", "附险保费2", "附险险种3", "附险保费3", "保费合计", "垫交标志", "保单状态", "件属性",
]


def make(out, truth, policies):
    d = D.Dirt(office.stream("due_fee_list"), 0.04)
    sheet = Sheet(FILE, "应收清单", HEADINGS)
    sheet.add(["续期应收保费清单"], "title")
    sheet.add([f"管理机构：{office.ORG}", None, None, "销售渠道：个险", None, None, "应收月份：2026-11至2026-12", None, None, "单位：元"], "meta")
    sheet.add(["统计起期：", "2026-11-01", None, "统计止期：", "2026-12-31", None, f"统计机构：{office.BRANCH}"], "meta")
    sheet.add([], "blank")
    sheet.add(HEADINGS, "heading")
    due = sorted(((day, p) for p in policies for day in due_days(p)), key=lambda x: (x[1].agent.code, x[0], x[1].no))
    total = 0
    for i, (day, p) in enumerate(due):
        cells, amount = due_row(d, p, day)
        total += amount
        sheet.add(cells, household=p.household, policy=p.no, applicant=p.applicant, insured=p.insured, due=day)
        if i in (41, 133):
            sheet.add([f"***处理保单{p.no} 出错：找不到投保人地址"], "error")
    sheet.add([], "blank")
    footer = [None] * 29
    sheet.add(footer + ["制表时间：2026-10-28 17:22:05"], "footer")
    sheet.add(footer + ["制表人：孔岚"], "footer")
    write_xls(out / FILE, sheet, merges=[(0, 0, 0, len(HEADINGS) - 1), (1, 1, 0, 1)], empty_sheets=["Sheet2", "Sheet3"])
    truth.take(sheet, policies=len({p.no for _, p in due}), premium_fen_total=total)


def due_days(p) -> list:
    """The due dates in the two months; the list was made before they were paid."""
    if not p.paying or p.status in ("等待续保",):
        return []
    step = p.interval
    days = [add_months(p.next_due, k * step) for k in range(-2, 3)]
    last = add_months(p.effective, p.years * 12) if p.product.years != (1,) else p.next_due
    return [x for x in days if FIRST <= x <= LAST and p.effective < x <= last]


def per_time(p, yearly: int) -> int:
    """What one payment is, in 分."""
    return yearly * 100 * p.interval // 12


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def due_row(d, p, day):
    home = p.household
    amounts = [per_time(p, x) for x in [p.premium] + [r.premium for r in p.riders]]
    times = (day.year * 12 + day.month - p.effective.year * 12 - p.effective.month) // p.interval
    row = {
        "管理机构": office.ORG + "0101",
        "四级机构名称": office.BRANCH,
        "业务员组别": p.agent.team.name,
        "业务员姓名": p.seller.name,
        "业务员代码": p.seller.code,
        "业务员电话": p.seller.phone,
        "上期业务员姓名": p.seller.name if p.seller is not p.agent else "",
        "续收外勤姓名": p.agent.name + (" (离职)" if not p.agent.active else ""),
        "续收外勤工号": p.agent.code,
        "客户姓名": D.person_name(d, "姓名", p.applicant),
        "被保人姓名": D.person_name(d, "姓名", p.insured),
        "投保人手机": D.phone(d, "手机", p.applicant),
        "家庭电话": landline(d, p.applicant.landline),
        "收费地址": d.soil("地址", home.address, D.ADDRESS),
        "缴费提示": "N" if home.no_service else "Y",
        "保单号": d.soil("保单号", p.no, {"policy_no_spaces": lambda r, n: n + "  "}, 0.02),
        "生效日期": d.soil("生效", f"{p.effective:%Y-%m-%d}", {"date_with_time": lambda r, t: t + " 00:00:00"}, 0.02),
        "应缴费日期": d.soil("应缴", f"{day:%Y-%m-%d}", {"date_compact": lambda r, t: t.replace("-", "")}, 0.02),
        "缴费方式": str(p.interval),
        "缴费年期": str(p.years),
        "已交费次数": str(max(1, times)),
        "主险险种": p.product.name,
        "主险保费": premium(d, amounts[0]),
        "保费合计": yuan(sum(amounts)),
        "垫交标志": "Y" if p.status.startswith("自垫") else "N",
        "保单状态": "有效" if day > office.TODAY or p.status in ("宽限期", "逾期未缴") else p.status,
        "件属性": "孤儿单" if not p.seller.active else "在职单",
    }
    riders = [x for r, fen in zip(p.riders, amounts[1:]) for x in (r.product.name, yuan(fen))]
    cells = [row.get(h, "") for h in HEADINGS]
    at = HEADINGS.index("附险险种1")
    cells[at : at + len(riders)] = riders
    first, second = [i for i, h in enumerate(HEADINGS) if h == "邮编"]
    cells[first] = home.postcode
    cells[second] = Cell("310000", "postcode_differs", home.postcode) if d.hit(0.03) else home.postcode
    return cells, sum(amounts)


def landline(d, number):
    makers = {
        "landline_no_dash": lambda r, n: n.replace("-", ""),
        "landline_local": lambda r, n: n.removeprefix("0571-"),
        "landline_brackets": lambda r, n: n.replace("0571-", "(0571)"),
        "landline_extension": lambda r, n: n + "转8012",
    }
    return d.soil("座机", number, makers, 0.4)


def premium(d, fen):
    makers = {
        "amount_is_text": lambda r, n: r.choice(["主险续保保费未催收：续保核保未通过", "主险保费未催收：账户挂失"]),
        "money_commas": lambda r, n: f"{n / 100:,.2f}",
        "money_no_cents": lambda r, n: str(n // 100),
    }
    cell = d.soil("保费", fen, makers)
    return Cell(yuan(fen)) if not cell.kind else Cell(cell.value, cell.kind, yuan(fen))
