"""Dirt as lists really have it. A maker takes the true value and gives what is written, or None where it does not apply.

The kinds of a column come in turn (a shuffled deck), so that even a low rate shows every kind.
"""

import random
from datetime import date, timedelta

import names
from identity import check_digit, to_15
from writing import Cell

FULLWIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
PINYIN = {"䶮": "YAN", "𬍛": "XU"}
EPOCH = date(1899, 12, 30)


class Dirt:
    def __init__(self, stream: random.Random, rate=0.04):
        self.rng, self.rate = stream, rate
        self.decks = {}

    def hit(self, rate=None) -> bool:
        return self.rng.random() < (self.rate if rate is None else rate)

    def soil(self, column: str, value, makers: dict, rate=None) -> Cell:
        """`value` as it is, or soiled by the next kind of this column that applies."""
        if value in (None, "") or not self.hit(rate):
            return Cell(value)
        return self.force(column, value, makers)

    def force(self, column, value, makers: dict) -> Cell:
        kinds = tuple(sorted(makers))
        deck = self.decks.setdefault((column, kinds), [])
        for _ in range(2):
            if not deck:
                deck.extend(kinds)
                self.rng.shuffle(deck)
            for i, kind in enumerate(deck):
                written = makers[kind](self.rng, value)
                if written is not None:
                    del deck[i]
                    return written if isinstance(written, Cell) else Cell(written, kind, value)
            deck.clear()
        return Cell(value)


def pick(makers: dict, *kinds) -> dict:
    """Only these kinds of them."""
    return {k: makers[k] for k in kinds}


def _swap(table):
    def make(_, name):
        for a, b in table.items():
            if a in name:
                return name.replace(a, b)
        return None

    return make


def _short(name):
    return 2 <= len(name) <= 3 and "·" not in name and not name.isascii()


NAME = {
    "name_wide_space": lambda r, n: n[0] + "　" + n[1:] if len(n) == 2 else None,
    "name_space": lambda r, n: " ".join(n) if len(n) == 2 else None,
    "name_trailing_space": lambda r, n: n + r.choice([" ", "　", "\t"]),
    "name_masked": lambda r, n: r.choice([n[0] + "*" + n[2:], n[0] + "*" * (len(n) - 1), n[0] + "某" * (len(n) - 1)]) if _short(n) else None,
    "name_lookalike": _swap(names.LOOKALIKE),
    "name_traditional": _swap(names.HANS_TO_HANT),
}
# only where the name calls for it: applied at a high rate
NAME_RARE = {
    "name_rare_pinyin": lambda r, n: next((n.replace(c, p) for c, p in PINYIN.items() if c in n), None),
    "name_rare_placeholder": lambda r, n: next((n.replace(c, r.choice(["〓", "?", "□"])) for c in PINYIN if c in n), None),
    "name_dot": lambda r, n: n.replace("·", r.choice("•・．.●")) if "·" in n else None,
}

ID = {
    "id_15": lambda r, n: to_15(n) if n[6:8] == "19" else None,
    "id_lower_x": lambda r, n: n[:-1] + r.choice(["x", "Ｘ", "×"]) if n[-1] == "X" else None,
    "id_spaces": lambda r, n: f"{n[:6]} {n[6:14]} {n[14:]}",
    "id_apostrophe": lambda r, n: "'" + n,
    "id_tab": lambda r, n: n + "\t",
    "id_fullwidth": lambda r, n: n.translate(FULLWIDTH),
    "id_masked": lambda r, n: r.choice([n[:6] + "********" + n[14:], n[:3] + "***********" + n[14:], n[0] + "****************" + n[-1]]),
    "id_check_wrong": lambda r, n: n[:17] + r.choice([d for d in "0123456789X" if d != check_digit(n[:17])]),
    "id_digit_wrong": lambda r, n: n[:15] + str((int(n[15]) + 1) % 10) + n[16:],
    "id_short": lambda r, n: n[:12] + n[13:],
    "id_letter_o": lambda r, n: n.replace("0", "O", 1),
    "id_enotation": lambda r, n: f"{float(n):.5E}" if n.isdigit() else None,
    "id_blank": lambda r, n: Cell(None, "id_blank", n),
}
ID_NUMBER = {  # xlsx only: 18 digits in a number cell lose the last three
    "id_number": lambda r, n: Cell(int(n[:15] + "000"), "id_number", n, r.choice(["0", "General"])) if n.isdigit() else None,
}

PHONE = {
    "phone_spaced": lambda r, n: f"{n[:3]} {n[3:7]} {n[7:]}",
    "phone_dashes": lambda r, n: f"{n[:3]}-{n[3:7]}-{n[7:]}",
    "phone_plus86": lambda r, n: r.choice(["+86 ", "+86", "86-", "0086"]) + n,
    "phone_float_text": lambda r, n: n + ".0",
    "phone_enotation": lambda r, n: f"{float(n):.2E}",
    "phone_masked": lambda r, n: r.choice([f"{n[:3]}****{n[7:]}", f"{n[:3]}＊＊＊＊{n[7:]}", f"{n[:3]} **** {n[7:]}"]),
    "phone_short": lambda r, n: n[:-1],
    "phone_digit_wrong": lambda r, n: n[:9] + str((int(n[9]) + 1) % 10) + n[10:],
    "phone_fullwidth": lambda r, n: n.translate(FULLWIDTH),
    "phone_placeholder": lambda r, n: r.choice(["无", "不详", "空号", "停机", "16800000000"]),
    "phone_blank": lambda r, n: Cell(None, "phone_blank", n),
}


def slash(d):
    return f"{d.year}/{d.month}/{d.day}"


def serial(d):
    return (d - EPOCH).days


DATE = {
    "date_dots": lambda r, d: f"{d.year}.{d.month}.{d.day}",
    "date_iso": lambda r, d: f"{d:%Y-%m-%d}",
    "date_compact": lambda r, d: f"{d:%Y%m%d}",
    "date_chinese": lambda r, d: f"{d.year}年{d.month}月{d.day}日",
    "date_with_time": lambda r, d: f"{d:%Y-%m-%d} 00:00:00",
    "date_serial_text": lambda r, d: str(serial(d)),
    "date_impossible": lambda r, d: f"{d.year}/2/{r.choice([30, 31])}",
    "date_short_year": lambda r, d: f"{d:%y}.{d.month}.{d.day}",
}
BIRTH = DATE | {
    "birth_year_only": lambda r, d: f"{d.year}年",
    "birth_year_month": lambda r, d: r.choice([f"{d.year}年{d.month}月", f"{d.year}.{d.month}"]),
    "birth_lunar": lambda r, d: r.choice(["农历八月十五", "农历三月初八", f"{d.year}年农历腊月廿三", "阴历六月初六"]),
    "birth_month_day": lambda r, d: f"{d.month}月{d.day}日",
    "birth_wrong": lambda r, d: slash(d + timedelta(days=r.choice([1, -1, 10, 365, -365]))),
}

MONEY = {
    "money_commas": lambda r, n: f"{n:,.2f}",
    "money_sign": lambda r, n: f"￥{n:,}",
    "money_per_year": lambda r, n: f"{n}元/年",
    "money_yuan": lambda r, n: f"{n}元",
    "money_fullwidth": lambda r, n: str(n).translate(FULLWIDTH),
    "money_text": lambda r, n: r.choice(["见保单", "待核", "#N/A"]),
    "money_blank": lambda r, n: Cell(None, "money_blank", n),
}
WAN = {  # in a column headed 万元
    "sum_with_unit": lambda r, n: f"{n}万",
    "sum_in_yuan": lambda r, n: f"{n * 10000}元",
    "sum_units": lambda r, n: f"{n}份",
    "sum_decimals": lambda r, n: f"{n:.2f}",
    "sum_yuan_no_unit": lambda r, n: str(n * 10000),
}

RELATION_CODES = {"本人": "00", "丈夫": "01", "妻子": "02", "父亲": "03", "母亲": "04", "儿子": "05", "女儿": "06"}
SPOKEN = {"丈夫": "老公", "妻子": "爱人", "儿子": "长子", "女儿": "独女", "父亲": "爸爸", "母亲": "妈妈", "本人": "投保人本人"}
REVERSED = {"儿子": "父亲", "女儿": "母亲", "父亲": "儿子", "母亲": "女儿"}
RELATION = {
    "relation_code": lambda r, w: RELATION_CODES.get(w),
    "relation_spoken": lambda r, w: SPOKEN.get(w),
    "relation_reversed": lambda r, w: REVERSED.get(w),
    "relation_blank": lambda r, w: Cell(None, "relation_blank", w),
}
STATUS_TYPOS = {"失效": "时效", "减额交清": "减额交情", "效力中止": "效率中止", "满期终止": "满期中止"}
STATUS = {
    "status_space": lambda r, s: " " + s,
    "status_english": lambda r, s: {"有效": "ACTIVE", "失效": "LAPSED", "退保": "Surrendered"}.get(s),
    "status_unknown": lambda r, s: r.choice(["其他", "—"]) if s == "有效" else None,
    "status_blank": lambda r, s: Cell(None, "status_blank", s) if s == "有效" else None,
}
ADDRESS = {
    "address_short": lambda r, a: a.replace("浙江省杭州市", "").split("号")[0] + "号",
    "address_no_province": lambda r, a: a.replace("浙江省", ""),
    "address_block_words": lambda r, a: a.replace("幢", r.choice(["栋", "号楼", "座"])) if "幢" in a else None,
    "address_dashes": lambda r, a: a.replace("幢", "-").replace("单元", "-").replace("室", "") if "幢" in a else None,
    "address_spaces": lambda r, a: a.replace("市", "市 ").replace("区", "区 ", 1),
    "address_fullwidth": lambda r, a: a.translate(FULLWIDTH),
    "address_blank": lambda r, a: Cell(None, "address_blank", a),
}


def person_name(d: Dirt, column: str, person, rare_rate=0.35) -> Cell:
    name, title = person.name, "先生" if person.gender == "男" else "女士"
    if any(c in name for c in [*PINYIN, "·"]) and d.hit(rare_rate):
        return d.force(column + "/rare", name, NAME_RARE)
    return d.soil(column, name, NAME | {"name_title": lambda r, n: n + title if _short(n) else None})


def id_card(d: Dirt, column: str, person, makers=ID, rate=None) -> Cell:
    """Other certificates are written as they are."""
    if person.cert_type != "身份证":
        return Cell(person.cert_no)
    return d.soil(column, person.cert_no, makers, rate)


def phone(d: Dirt, column: str, person, makers=PHONE, rate=None) -> Cell:
    """The person's mobile; an agent who puts in his own instead does so everywhere."""
    household = person.household
    if getattr(household, "agent_phone", False) and person.phone:
        return Cell(household.agent.phone, "phone_agent", person.phone)
    return d.soil(column, person.phone, makers, rate)
