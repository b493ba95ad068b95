"""保单清单_202611.csv: the company's policy list, one row a product, GBK as Chinese Excel saves it. A copy lies in 备份/."""

import dirt as D
import office
from people import GROUPS
from writing import Cell, Sheet, write_bytes, write_delimited

FILE = "保单清单_202611.csv"
COPY = "备份/保单清单_202611 - 副本.csv"
HEADINGS = [
    "保单号", "投保人", "投保人证件号", "投保人手机", "被保险人", "被保险人出生日期", "被保险人证件号", "与投保人关系", "受益人", "险种名称", "主附险",
    "保额（万元）", "年交保费(元)", "缴费方式", "缴费期", "保障期限", "生效日期", "应缴日", "失效日期", "保单状态", "服务专员", "服务专员工号", "营业部",
]
INTERVALS = {12: "年交", 6: "半年交", 3: "季交", 1: "月交", 0: "趸交"}


def make(out, truth, policies):
    d = D.Dirt(office.stream("policy_list"), 0.025)
    sheet = Sheet(FILE, FILE, HEADINGS)
    sheet.add(HEADINGS, "heading")
    ordered = sorted(policies, key=lambda p: (p.agent.team.name, p.agent.code, p.no))
    total = 0
    for i, p in enumerate(ordered):
        about = {"household": p.household, "policy": p.no, "applicant": p.applicant, "insured": p.insured}
        main = main_row(d, p)
        sheet.add_dict(main, **about)
        for rider in p.riders:
            sheet.add_dict(rider_row(d, p, main, rider), rider=rider.product.name, **about)
        total += p.total
        if i in (300, 900, 1500):  # the same row once more
            sheet.add([Cell(c.value) for c in sheet.rows[-1].cells], row_kind="row_duplicate", **about)
        if i in (450, 1201):  # the same policy with another status and agent's team
            again = main | {"保单状态": Cell("失效" if p.status != "失效" else "有效", "status_conflict", p.status)}
            sheet.add_dict(again, row_kind="row_conflict", **about)
        if i == 700:
            sheet.add([None] * len(HEADINGS), "blank")
            sheet.add(HEADINGS, "repeated_heading")
    sheet.add(["合计", f"{len(ordered)}件"] + [None] * 10 + [f"{total:,}.00"], "total")
    write_delimited(out / FILE, sheet, "gb18030")
    write_bytes(out / COPY, (out / FILE).read_bytes())
    truth.take(sheet, encoding="gb18030", policies=len(ordered), premium_total=total)
    truth.file_fact(COPY, "same_content_as", other=FILE)


def main_row(d, p) -> dict:
    row = {
        "保单号": policy_no(d, p.no),
        "投保人": D.person_name(d, "投保人", p.applicant),
        "投保人证件号": D.id_card(d, "证件", p.applicant),
        "投保人手机": D.phone(d, "手机", p.applicant),
        "被保险人": D.person_name(d, "被保险人", p.insured),
        "被保险人出生日期": day(d, "出生", p.insured.birth, D.DATE | D.pick(D.BIRTH, "birth_wrong")),
        "被保险人证件号": D.id_card(d, "证件", p.insured),
        "与投保人关系": relation(d, p),
        "受益人": beneficiary(d, p),
        "险种名称": product(d, p.product.name),
        "主附险": "主险",
        "保额（万元）": d.soil("保额", p.sum_assured, D.WAN),
        "年交保费(元)": d.soil("保费", p.premium, D.MONEY),
        "缴费方式": INTERVALS[p.interval],
        "缴费期": term(d, p),
        "保障期限": p.product.coverage,
        "生效日期": day(d, "生效", p.effective),
        "应缴日": day(d, "应缴", p.next_due),
        "失效日期": day(d, "失效", p.ended),
        "保单状态": status(d, p.status),
        "服务专员": agent_name(d, p.agent),
        "服务专员工号": agent_code(d, p.agent.code),
        "营业部": p.agent.team.name,
    }
    return {k: v if isinstance(v, Cell) else Cell(v) for k, v in row.items()}


def rider_row(d, p, main: dict, rider) -> dict:
    """The client's cells once more, the rider's own product and money."""
    row = {k: Cell(c.value, c.kind, c.truth) for k, c in main.items()}
    row |= {
        "险种名称": rider.product.name,
        "主附险": "附加险",
        "保额（万元）": d.soil("保额", rider.sum_assured, D.WAN),
        "年交保费(元)": d.soil("保费", rider.premium, D.MONEY),
        "保障期限": rider.product.coverage,
    }
    return row


def status(d, word):
    if word in D.STATUS_TYPOS and d.hit(0.12):
        return Cell(D.STATUS_TYPOS[word], "status_typo", word)
    return d.soil("状态", word, D.STATUS, 0.02)


def policy_no(d, no):
    makers = {
        "policy_no_formula": lambda r, n: f'="{n}"',
        "policy_no_spaces": lambda r, n: n + " ",
        "policy_no_tab": lambda r, n: "\t" + n,
    }
    if len(no) == 22 and d.hit(0.1):
        return Cell(f"{float(no):.5E}", "policy_no_damaged", no)
    return d.soil("保单号", no, makers, 0.02)


def relation(d, p):
    word = p.relation
    # the list mixes exact and general words; both are right
    usual = GROUPS.get(word, word) if d.hit(0.6) and word not in ("孙子", "孙女") else word
    cell = d.soil("关系", word, D.RELATION, 0.02)
    return cell if cell.kind else Cell(usual)


def beneficiary(d, p):
    if len(p.beneficiary) == 1:
        return p.beneficiary[0]
    sep = d.rng.choice(["、", ",", "/", "\n", " 50%\n"])
    text = sep.join(p.beneficiary) + (" 50%" if "%" in sep else "")
    return Cell(text, "cell_newline", p.beneficiary) if "\n" in sep else Cell(text)


def product(d, name):
    makers = {
        "product_no_company": lambda r, n: n.removeprefix(office.COMPANY),
        "product_half_brackets": lambda r, n: n.replace("（", "(").replace("）", ")") if "（" in n else None,
        "product_newline": lambda r, n: n.replace("（", "\n（") if "（" in n else None,
        "product_spaces": lambda r, n: n.replace("安澜人寿", "安澜人寿 "),
    }
    return d.soil("险种", name, makers)


def term(d, p):
    makers = {
        "term_words": lambda r, t: f"{t}交" if t != "趸交" else r.choice(["一次交清", "0", "足交"]),
        "term_bare": lambda r, t: t.removesuffix("年") if t != "趸交" else None,
        "term_and_interval": lambda r, t: f"{INTERVALS[p.interval]}/{t}" if t != "趸交" else None,
    }
    return d.soil("缴费期", p.term, makers)


def day(d, column, value, makers=D.DATE):
    if value is None or not d.hit():
        return D.slash(value) if value else None
    return d.force(column, value, makers)


def agent_name(d, agent):
    if not agent.active:
        return agent.name + d.rng.choice(["", " (离职)", "（离职）"])
    return d.soil("专员", agent.name, D.pick(D.NAME, "name_wide_space", "name_space", "name_trailing_space"), 0.01)


def agent_code(d, code):
    makers = {
        "code_formula": lambda r, c: f'="{c}"',
        "code_zeros_lost": lambda r, c: c.lstrip("0"),
        "code_apostrophe": lambda r, c: "'" + c,
    }
    return d.soil("工号", code, makers)
