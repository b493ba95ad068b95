"""The policies as they really are, with the status each has on 2026-11-22."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import office
from people import Person, relation

WANTED = 1700
LAPSED = ["失效", "失效", "效力中止", "逾期未交失效", "自垫停效", "中止"]
LONG_LAPSED = ["失效", "失效终止", "效力终止", "失效"]
PAYING_ONE_YEAR = "1年"


@dataclass(eq=False)
class Rider:
    product: office.Product
    sum_assured: int  # 万元
    premium: int


@dataclass(eq=False)
class Policy:
    no: str
    applicant: Person
    insured: Person
    relation: str  # the insured to the applicant, on the day of issue
    product: office.Product
    sum_assured: int  # 万元
    premium: int  # 元 a year, main product only; 趸交: the whole
    interval: int  # 12 年交, 6, 3, 1; 0 趸交
    years: int  # pay term; 0 趸交
    effective: date
    status: str = "有效"
    next_due: date = None
    ended: date = None  # 失效日期, or the day it ended
    expiry: date = None
    beneficiary: list = field(default_factory=lambda: ["法定"])
    agent: office.Agent = None
    seller: office.Agent = None
    riders: list = field(default_factory=list)

    @property
    def household(self):
        return self.applicant.household

    @property
    def term(self) -> str:
        if self.years == 0:
            return "趸交"
        return PAYING_ONE_YEAR if self.product.years == (1,) else f"{self.years}年"

    @property
    def total(self) -> int:
        return self.premium + sum(r.premium for r in self.riders)

    @property
    def paying(self) -> bool:
        return self.next_due is not None


def add_years(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def add_months(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 + months
    last = [31, 29 if (at // 12) % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][at % 12]
    return date(at // 12, at % 12 + 1, min(day.day, last))


class Underwriting:
    def __init__(self, households):
        self.rng = office.stream("policies")
        self.households = [h for h in households if not h.prospect]
        self.numbers = set()
        self.policies = []

    def build(self) -> list:
        rng = self.rng
        for h in self.households:
            for _ in range(self.count(h)):
                self.add(h, *self.pair(h))
        while len(self.policies) < WANTED:
            h = rng.choice(self.households)
            self.add(h, *self.pair(h))
        for h in self.households:
            if h.kind == "divorced" and h.head.gender == "男" and rng.random() < 0.7:
                self.add_of_former_marriage(h.head)
        self.some_special_states()
        self.policies.sort(key=lambda p: p.no)
        return self.policies

    def count(self, h) -> int:
        few = h.kind in ("single", "parents_elsewhere", "divorced", "widowed")
        return self.rng.choices([1, 2, 3, 4, 5, 6, 8], [40, 32, 16, 8, 3, 1, 0] if few else [13, 22, 24, 18, 12, 8, 3])[0]

    def pair(self, h):
        """(applicant, insured)"""
        rng = self.rng
        adults = [m for m in h.adults if m.job != "学生"] or h.adults
        heads = [h.head] + ([h.head.spouse] if h.head.spouse in adults else [])
        applicant = rng.choices(heads, [65, 35][: len(heads)])[0]
        if len(adults) > 2 and rng.random() < 0.06:
            applicant = rng.choice(adults)
        family = [(applicant, 55)]
        family += [(applicant.spouse, 14)] if applicant.spouse else []
        family += [(c, 34 if c.household is h else 5) for c in applicant.children]
        family += [(p, 5) for p in applicant.parents if p.household]  # also those who live elsewhere
        if applicant.spouse:
            family += [(p, 1) for p in applicant.spouse.parents if p.household]
        family += [(g, 5) for c in applicant.children for g in c.children]
        if rng.random() < 0.006:
            # an employer, a cousin: somebody outside the family
            return applicant, rng.choice([o for o in self.households if o.agent is h.agent and o is not h]).head
        return applicant, rng.choices([p for p, _ in family], [w for _, w in family])[0]

    def add(self, h, applicant, insured, latest=office.TODAY - timedelta(days=4), kind_of=None):
        rng = self.rng
        for _ in range(60):
            effective = date(2004, 1, 1) + timedelta(days=int(rng.random() ** 0.6 * (latest - date(2004, 1, 1)).days))
            if applicant.age(effective) < 18 or effective < insured.birth + timedelta(days=30):
                continue
            age = insured.age(effective)
            fits = [p for p in office.PRODUCTS if p.ages[0] <= age <= p.ages[1] and effective.year >= (2018 if p.years == (1,) else p.since)]
            if not fits:
                continue
            product = rng.choices(fits, [p.weight for p in fits])[0]
            self.policies.append(self.issue(h, applicant, insured, product, effective, age))
            return self.policies[-1]
        return None

    def issue(self, h, applicant, insured, product, effective, age) -> Policy:
        rng = self.rng
        years = rng.choice(product.years)
        sum_assured = rng.choice(product.sums)
        factor = 20 / years if years > 1 else 1
        premium = max(60, int(product.rate * sum_assured * (factor if product.kind in ("寿险", "重疾", "护理") else 1) * (0.6 + age / 75) // 10) * 10)
        interval = 0 if years == 0 else 12 if rng.random() < 0.93 or product.years == (1,) else rng.choice([1, 3, 6])
        p = Policy(self.number(effective), applicant, insured, relation(insured, applicant), product, sum_assured, premium, interval, years, effective)
        p.agent, p.seller = h.agent, h.seller
        if rng.random() < 0.02:  # bought from a colleague
            p.agent = p.seller = rng.choice([a for a in office.AGENTS if a.active])
        if product.years != (1,) and years and rng.random() < 0.2:
            fits = [r for r in office.RIDERS if r.ages[0] <= age <= r.ages[1] and not ("豁免" in r.name and applicant is insured)]
            for r in rng.sample(fits, min(len(fits), rng.choices([1, 2, 3], [70, 25, 5])[0])):
                amount = rng.choice(r.sums)
                p.riders.append(Rider(r, amount, max(40, int(r.rate * amount // 10) * 10)))
        self.beneficiaries(p)
        p.expiry = self.expiry(p)
        self.state(p)
        return p

    def number(self, effective) -> str:
        rng = self.rng
        while True:
            if effective.year < 2009:
                no = f"{effective.year}{office.ORG}{rng.randrange(10**14):014d}"  # the old 22 digits
            else:
                no = f"P{effective.year}{office.ORG}{rng.randrange(10**6):06d}"
            if no not in self.numbers:
                self.numbers.add(no)
                return no

    def beneficiaries(self, p):
        rng = self.rng
        if rng.random() < 0.12 and p.product.kind in ("寿险", "两全", "重疾", "意外", "养老年金"):
            near = [x for x in [p.insured.spouse] + p.insured.children + p.insured.parents if x]
            if near:
                p.beneficiary = [x.name for x in rng.sample(near, min(len(near), rng.choice([1, 1, 2])))]

    def expiry(self, p):
        covers = p.product.coverage
        if covers == "终身":
            return None
        if covers.startswith("至"):
            return add_years(p.effective, p.insured.birth.year + int(covers[1:-1]) - p.effective.year)
        return add_years(p.effective, int(covers[:-1]))

    def state(self, p):
        """Status, next due date, end date as of today."""
        rng, today = self.rng, office.TODAY
        if p.expiry and p.expiry <= today and p.product.years != (1,):
            p.status, p.ended = rng.choice(["满期", "满期终止", "满期"]), p.expiry
            return
        if p.product.years == (1,):
            return self.one_year_state(p)
        paid_up = p.years == 0 or add_years(p.effective, p.years) <= today
        draw = rng.random()
        if draw < 0.05 and (today - p.effective).days > 200:
            p.status, p.ended = rng.choice(["退保", "退保", "退保终止", "解约"]), self.day_between(p.effective + timedelta(days=120), today)
            return
        if draw < 0.058:
            p.status, p.ended = "犹豫期退保", p.effective + timedelta(days=rng.randrange(2, 14))
            if p.ended < today:
                return
            p.status, p.ended = "有效", None
        if paid_up:
            p.status = rng.choices(["交清", "缴清", "有效", "缴费期满"], [70, 10, 14, 6])[0]
            return
        if draw < 0.068:
            p.status = "减额交清"
            return
        self.pay_state(p, draw)

    def pay_state(self, p, draw):
        rng, today = self.rng, office.TODAY
        dues = self.due_dates(p)
        past = [d for d in dues if d <= today]
        unpaid_long_ago = [d for d in past if (today - d).days > 61]
        if draw < 0.16 and unpaid_long_ago:
            due = rng.choice(unpaid_long_ago[-4:] if draw < 0.125 else unpaid_long_ago)
            p.ended = due + timedelta(days=61)
            p.status = rng.choice(LAPSED if (today - p.ended).days <= 730 else LONG_LAPSED)
            return
        recent = [d for d in past if (today - d).days <= 60]
        if recent and rng.random() < 0.3:
            p.status, p.next_due = rng.choice(["宽限期", "宽限期", "逾期未缴"]), recent[0]
            return
        ahead = [d for d in dues if d > today]
        if ahead:
            p.next_due = ahead[0]
            p.status = rng.choices(["有效", "交费有效", "自垫有效"], [93, 6, 1])[0]
        else:
            p.status = "交清"

    def due_dates(self, p) -> list:
        count = p.years * 12 // p.interval
        return [add_months(p.effective, i * p.interval) for i in range(1, count)]

    def one_year_state(self, p):
        """A one-year product is renewed every year or has run out."""
        rng, today = self.rng, office.TODAY
        years = today.year - p.effective.year
        too_old = p.insured.age() > (25 if p.product.ages[1] < 18 else 79)
        last = add_years(p.effective, years)
        last = last if last <= today else add_years(p.effective, years - 1)
        if too_old and last > p.effective:
            p.status, p.ended = "到期终止", last
            p.expiry = last
        elif (today - last).days <= 50 and last > p.effective and rng.random() < 0.4:
            p.status, p.next_due, p.expiry = "等待续保", last, last
        elif rng.random() < 0.8 or last <= p.effective:
            p.next_due = p.expiry = add_years(last, 1)
        else:
            p.status, p.ended = rng.choice(["到期终止", "终止"]), add_years(p.effective, rng.randrange(1, years + 1) if years > 1 else 1)
            p.expiry = p.ended = min(p.ended, last)

    def day_between(self, first, last) -> date:
        return first + timedelta(days=self.rng.randrange(max(1, (last - first).days)))

    def add_of_former_marriage(self, man):
        woman = man.ex
        applicant, insured = (man, woman) if self.rng.random() < 0.6 else (woman, man)
        policy = self.add(applicant.household, applicant, insured, latest=date(2021, 6, 30))
        if policy and policy.status == "有效" and self.rng.random() < 0.3:
            policy.beneficiary = [applicant.name]

    def some_special_states(self):
        """A death, claims, a transfer: rare, each at least once."""
        active = [p for p in self.policies if p.status == "有效" and p.paying and p.product.years != (1,)]
        old = [p for p in active if p.insured.age() > 55 and p.insured is not p.applicant]
        chosen = self.rng.sample(old, 2) + self.rng.sample([p for p in active if p not in old], 6)
        for status, p in zip(["死亡有效", "死亡理赔", "理赔终止", "理赔终止", "迁出", "免交", "豁免", "展期"], chosen):
            p.status, p.next_due = status, None
            if status in ("死亡有效", "死亡理赔"):
                p.insured.died = self.day_between(date(2025, 3, 1), date(2026, 9, 1))
            if status in ("理赔终止", "迁出", "死亡理赔"):
                p.ended = self.day_between(max(p.effective, date(2024, 1, 1)), office.TODAY)
        for p in self.rng.sample([p for p in active if p.next_due and p.effective > date(2026, 8, 1)] or active, 2):
            p.status, p.next_due = "待核保", None
