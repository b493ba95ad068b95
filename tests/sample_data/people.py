"""The office's persons and households as they really are: the truth that the files tell more or less well.

A household is one home: a couple or single adult, children who have not founded their own, parents at the same address.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import names
import office
from identity import Registry


@dataclass(eq=False)
class Person:
    id: str
    name: str
    gender: str
    birth: date
    cert_type: str = "身份证"
    cert_no: str = ""
    core_no: str = ""
    phone: str = ""
    landline: str = ""
    wechat: str = ""
    job: str = ""
    employer: str = ""
    income: int = 0  # 万元 a year
    marital: str = "未婚"
    household: "Household" = None
    spouse: "Person" = None
    ex: "Person" = None
    parents: list = field(default_factory=list)
    children: list = field(default_factory=list)
    died: date = None

    def age(self, on=office.TODAY) -> int:
        return on.year - self.birth.year - ((on.month, on.day) < (self.birth.month, self.birth.day))


@dataclass(eq=False)
class Household:
    id: str
    kind: str
    head: Person
    address: str
    postcode: str
    members: list = field(default_factory=list)
    agent: office.Agent = None
    seller: office.Agent = None  # who sold the policies, when that agent has left or handed over
    assigned: date = None
    prospect: bool = False  # on the card register, without a policy
    links: list = field(default_factory=list)  # (other household, why they are not one)
    no_service: bool = False

    @property
    def income(self) -> int:
        return sum(m.income for m in self.members)

    @property
    def adults(self) -> list:
        return [m for m in self.members if m.age() >= 18]


def relation(of: Person, to: Person) -> str:
    """What `of` is to `to`, in the precise word: the insured's relation to the applicant, the member's to the head."""
    male = of.gender == "男"
    if of is to:
        return "本人"
    if of is to.spouse or of is to.ex:
        return "丈夫" if male else "妻子"
    if of in to.children:
        return "儿子" if male else "女儿"
    if to.spouse and of in to.spouse.children:
        return "继子" if male else "继女"
    if of in to.parents:
        return "父亲" if male else "母亲"
    if to.spouse and of in to.spouse.parents:
        if to.gender == "女":
            return "公公" if male else "婆婆"
        return "岳父" if male else "岳母"
    for child in to.children:
        if of in child.children:
            return {("男", "男"): "孙子", ("男", "女"): "孙女", ("女", "男"): "外孙", ("女", "女"): "外孙女"}[child.gender, of.gender]
        if of is child.spouse:
            return "女婿" if male else "儿媳"
    for parent in to.parents:
        if of in parent.parents:
            return {("男", "男"): "祖父", ("男", "女"): "祖母", ("女", "男"): "外祖父", ("女", "女"): "外祖母"}[parent.gender, of.gender]
        if of in parent.children:
            older = of.birth < to.birth
            return ("哥哥" if older else "弟弟") if male else ("姐姐" if older else "妹妹")
    return "其他"


GROUPS = {
    "本人": "本人", "丈夫": "配偶", "妻子": "配偶", "儿子": "子女", "女儿": "子女", "继子": "子女", "继女": "子女",
    "父亲": "父母", "母亲": "父母", "公公": "配偶父母", "婆婆": "配偶父母", "岳父": "配偶父母", "岳母": "配偶父母",
}

# names that must occur: polyphonic and compound surnames, rare characters, strangers of the same name
TRICKY_HEADS = [
    ("曾", "男"), ("曾", "女"), ("单", "男"), ("单", "女"), ("解", "男"), ("仇", "男"), ("仇", "女"), ("查", "男"), ("区", "男"), ("翟", "女"), ("覃", "男"),
    ("乐", "女"), ("盖", "男"), ("朴", "女"), ("欧阳", "男"), ("欧阳", "女"), ("尉迟", "男"), ("万俟", "男"), ("司马", "女"), ("上官", "女"),
    ("诸葛", "男"), ("令狐", "男"), ("单于", "男"), ("长孙", "女"), ("澹台", "男"), ("员", "男"), ("阚", "男"), ("隗", "男"),
]
FULL_NAMES = [
    ("孟䶮", "男"), ("陈𬍛", "女"), ("龚䶮", "男"), ("迪丽娜尔·阿不都", "女"), ("那日苏", "男"),
    ("王伟", "男"), ("王伟", "男"), ("王伟", "男"), ("王伟", "男"), ("王伟", "女"), ("李娜", "女"), ("李娜", "女"), ("李娜", "女"), ("张敏", "女"), ("张敏", "女"),
    ("张敏", "男"), ("陈静", "女"), ("陈静", "女"), ("李强", "男"), ("李强", "男"), ("刘洋", "男"), ("刘洋", "女"), ("张伟", "男"), ("张伟", "男"), ("周敏", "女"), ("周敏", "女"),
]
SINGLES_ONLY = [("LINDQVIST OSKAR HALVAR", "男", "护照"), ("黃嘉朗", "男", "港澳居民来往内地通行证"), ("周晓梅", "女", "身份证")]

PLAN = {"family": 246, "couple": 72, "single": 112, "three_generations": 50, "widowed": 15, "remarried": 6, "divorced": 19, "parents_elsewhere": 58}
PROSPECTS = 22


class Builder:
    def __init__(self):
        self.rng = office.stream("people")
        self.registry = Registry(self.rng)
        self.persons = []
        self.households = []
        wanted = [(s, g, None) for s, g in TRICKY_HEADS] + [(n, g, "full") for n, g in FULL_NAMES]
        self.rng.shuffle(wanted)
        self.wanted = wanted
        self.wanted_singles = list(SINGLES_ONLY)

    # -- persons -------------------------------------------------------------------------------------------------

    def person(self, birth, gender, surname=None, name=None, cert="身份证") -> Person:
        rng = self.rng
        name = name or (surname or names.surname(rng)) + names.given(rng, gender, birth.year)
        p = Person(f"P{len(self.persons) + 1:04d}", name, gender, birth, cert)
        p.cert_no = {"身份证": lambda: self.registry.id_card(birth, gender), "护照": self.registry.passport}.get(cert, self.registry.permit)()
        p.core_no = self.registry.core_client_no()
        self.persons.append(p)
        if p.age() >= 18:
            self._adult(p)
        return p

    def _adult(self, p):
        rng = self.rng
        p.phone = self.registry.mobile()
        if rng.random() < 0.18:
            p.landline = self.registry.landline()
        if rng.random() < 0.3:
            p.wechat = f"wx_{rng.randrange(10**6, 10**7)}"
        if p.age() < 23:
            p.job = "学生"
        elif p.age() >= (60 if p.gender == "男" else 55):
            p.job, p.income = "退休", rng.randrange(3, 9)
        else:
            at = rng.randrange(len(names.JOBS))
            p.job, p.income = names.JOBS[at], max(3, round(names.JOB_INCOME[at] * rng.uniform(0.6, 1.7)))
            p.employer = rng.choice(names.EMPLOYERS) if rng.random() < 0.5 else ""

    def born(self, youngest: int, oldest: int) -> date:
        days = self.rng.randrange(youngest * 365 + 20, oldest * 365 + 300)
        return office.TODAY - timedelta(days=days)

    def marry(self, a, b):
        a.spouse, b.spouse = b, a
        a.marital = b.marital = "已婚"
        if a.age() > 55 and self.rng.random() < 0.3:
            b.phone = a.phone  # old couples share one phone

    def child(self, father, mother, birth, surname=None) -> Person:
        rng = self.rng
        dad_name = surname or (surname_of(father.name) if father else surname_of(mother.name))
        kid = self.person(birth, rng.choice("男女"), surname=dad_name)
        kid.parents = [x for x in (father, mother) if x]
        for x in kid.parents:
            x.children.append(kid)
        return kid

    def kids(self, father, mother, count):
        mother_age = mother.age()
        oldest = min(24, mother_age - 23)
        if oldest < 0:
            return []
        births = sorted((self.born(max(0, min(oldest, mother_age - 38)), oldest) for _ in range(count)))
        kept = []
        for b in births:  # brothers and sisters at least a year apart
            if b < office.TODAY - timedelta(days=45) and (not kept or (b - kept[-1]).days > 330):
                kept.append(b)
        return [self.child(father, mother, b) for b in kept]

    # -- households ----------------------------------------------------------------------------------------------

    def household(self, kind, head, members, address=None) -> Household:
        place = address or names.address(self.rng)
        h = Household(f"H{len(self.households) + 1:03d}", kind, head, place[0], place[1], members)
        for m in members:
            m.household = h
        self.households.append(h)
        return h

    def head_of(self, birth, gender=None) -> Person:
        """The next head; now and then one whose name the sample must contain."""
        gender = gender or ("男" if self.rng.random() < 0.72 else "女")
        if self.rng.random() < 0.2:
            for i, (name, g, full) in enumerate(self.wanted):
                if g == gender:
                    del self.wanted[i]
                    return self.person(birth, g, name=name if full else name + names.given(self.rng, g, birth.year))
        return self.person(birth, gender)

    def couple(self, youngest, oldest, gender=None):
        head = self.head_of(self.born(youngest, oldest), gender)
        other = "女" if head.gender == "男" else "男"
        gap = self.rng.randrange(-500, 1900) * (1 if head.gender == "男" else -1)
        spouse = self.person(min(head.birth + timedelta(days=gap), office.TODAY - timedelta(days=22 * 366)), other)
        self.marry(head, spouse)
        return head, spouse

    def family(self, youngest=27, oldest=55, kind="family", kids=None):
        head, spouse = self.couple(youngest, oldest)
        father, mother = (head, spouse) if head.gender == "男" else (spouse, head)
        children = self.kids(father, mother, kids or self.rng.choices([1, 2, 3], [60, 36, 4])[0])
        return self.household(kind, head, [head, spouse] + children)

    def elders(self, child, both: bool) -> list:
        """Father and mother of a grown-up, one of them or both."""
        oldest = min(84, child.age() + 34)
        mother_birth = self.born(child.age() + 21, max(child.age() + 22, oldest))
        mother = self.person(mother_birth, "女")
        father = self.person(mother_birth - timedelta(days=self.rng.randrange(-300, 1800)), "男", surname=surname_of(child.name))
        pair = [father, mother]
        child.parents = pair
        for x in pair:
            x.children.append(child)
        self.marry(father, mother)
        if not both:
            gone = pair.pop(self.rng.randrange(2))
            self.persons.remove(gone)
            child.parents = pair
            pair[0].spouse, pair[0].marital = None, "丧偶"
        return pair

    def build(self):
        rng = self.rng
        kinds = [k for k, n in PLAN.items() if k != "parents_elsewhere" for _ in range(n)]
        rng.shuffle(kinds)
        for kind in kinds:
            getattr(self, "add_" + kind)()
        assert not self.wanted and not self.wanted_singles, "names that must occur did not find a household"
        self.add_parents_elsewhere(PLAN["parents_elsewhere"])
        self.add_shared_places()
        self.share_out()
        return self

    def add_family(self):
        self.family()

    def add_couple(self):
        head, spouse = self.couple(*((24, 33) if self.rng.random() < 0.4 else (50, 70)))
        self.household("couple", head, [head, spouse])

    def add_single(self):
        rng = self.rng
        if self.wanted_singles and rng.random() < 0.1:
            name, gender, cert = self.wanted_singles.pop()
            p = self.person(self.born(30, 48), gender, name=name, cert=cert)
            if name == office.AGENTS[0].name:
                p.phone = office.AGENTS[0].phone  # an agent who is her own client (自保件)
        else:
            p = self.head_of(self.born(22, 62), rng.choice("男女"))
        self.household("single", p, [p])

    def add_three_generations(self):
        h = self.family(29, 48, "three_generations")
        whose = h.head if self.rng.random() < 0.75 else h.head.spouse
        for p in self.elders(whose, self.rng.random() < 0.55):
            p.household = h
            h.members.append(p)

    def add_widowed(self):
        rng = self.rng
        p = self.head_of(self.born(42, 74), rng.choice("男女女"))
        p.marital = "丧偶"
        kids = [self.child(None if p.gender == "女" else p, p if p.gender == "女" else None, self.born(8, 19))] if p.age() < 56 else []
        self.household("widowed", p, [p] + kids)

    def add_remarried(self):
        """Her child of the first marriage carries another surname than the man of the house."""
        head, wife = self.couple(34, 48, "男")
        step = self.child(None, wife, self.born(8, min(15, wife.age() - 21)), surname=names.surname(self.rng))
        kids = [self.child(head, wife, self.born(1, 4))] if wife.age() < 42 else []
        self.household("remarried", head, [head, wife, step] + kids)

    def add_divorced(self):
        """Two households; policies of the marriage go on with 配偶 in them."""
        rng = self.rng
        man, woman = self.couple(31, 55, "男")
        man.spouse = woman.spouse = None
        man.ex, woman.ex = woman, man
        man.marital = woman.marital = "离异"
        if woman.phone == man.phone:
            woman.phone = self.registry.mobile()
        children = self.kids(man, woman, 1)
        with_mother = rng.random() < 0.7
        a = self.household("divorced", man, [man] + ([] if with_mother else children))
        b = self.household("divorced", woman, [woman] + (children if with_mother else []))
        link(a, b, "离异")

    def add_parents_elsewhere(self, count):
        young = [h for h in self.households if h.kind in ("family", "couple") and 28 <= h.head.age() <= 52]
        for h in self.rng.sample(young, count):
            child = h.head if self.rng.random() < 0.6 or h.head.spouse.parents else h.head.spouse
            old = self.elders(child, self.rng.random() < 0.7)
            other = self.household("parents_elsewhere", old[0], old)
            link(h, other, "父母另住")

    def add_shared_places(self):
        """Strangers at one address: sold flats, and a dormitory."""
        rng = self.rng
        singles = [h for h in self.households if h.kind == "single"]
        dormitory = ("浙江省杭州市萧山区渔浦路18号渔浦物流职工宿舍", "311200")
        for h in singles[:6]:
            h.address, h.postcode = dormitory
        for other in singles[1:6]:
            link(singles[0], other, "集体宿舍")
        for before, after in zip(rng.sample(singles[10:40], 3), rng.sample(self.households[200:260], 3)):
            after.address, after.postcode = before.address, before.postcode
            link(before, after, "前后住户同址")
        for a, b in zip(singles[50:53], singles[70:73]):
            b.head.phone = a.head.phone
            link(a, b, "号码转手")

    def share_out(self):
        """Every household an agent; families that belong together mostly the same one."""
        rng = self.rng
        sure = {"号码转手", "集体宿舍", "前后住户同址"}
        for h in self.households:
            near = [o for o, why in h.links if why not in sure and o.agent]
            h.seller = near[0].seller if near and rng.random() < 0.8 else rng.choices(office.AGENTS, [15, 14, 12, 9, 16, 13, 12, 6])[0]
            h.agent = h.seller
            h.assigned = date(rng.randrange(min(2025, max(2014, h.head.birth.year + 22)), 2026), rng.randrange(1, 13), rng.randrange(17, 20))
            if h.seller is office.DEPARTED and rng.random() < 0.75:
                h.agent = rng.choice(office.HEIRS)
                h.assigned = date(2026, rng.choice([3, 9]), 18)
            if h.head.name == office.AGENTS[0].name:
                h.agent = h.seller = office.AGENTS[0]
            h.no_service = rng.random() < 0.012
        candidates = [h for h in self.households if h.kind in ("family", "couple", "single") and not h.links]
        for h in rng.sample(candidates, PROSPECTS):
            h.prospect = True
            h.agent = h.seller = rng.choice([a for a in office.AGENTS if a.active])
        # the persons on the truth list are those with a home
        self.persons = [p for p in self.persons if p.household]


def surname_of(name: str) -> str:
    return name[:2] if name[:2] in names.LETTER else name[0]


def link(a, b, why):
    a.links.append((b, why))
    b.links.append((a, why))
