"""The invented office: its dates, teams, agents and products. Nothing here is real; the company is 安澜人寿."""

import random
from dataclasses import dataclass
from datetime import date

TODAY = date(2026, 11, 22)
MONTH_END = date(2026, 11, 30)
COMPANY = "安澜人寿"
OTHER_COMPANIES = ["海川人寿", "东岭健康", "同舟人寿"]
ORG = "8632"
BRANCH = "安澜人寿杭州中心支公司"
SEED = "fuwuka sample office 20261122"


def stream(name: str) -> random.Random:
    """Each part of the office draws from its own stream, so that a change in one file leaves the others as they were."""
    return random.Random(f"{SEED}/{name}")


@dataclass(frozen=True)
class Team:
    name: str
    supervisor: str
    supervisor_code: str


@dataclass(frozen=True)
class Agent:
    name: str
    code: str
    team: Team
    rank: str
    phone: str
    active: bool = True


TEAM1 = Team("营业一部", "宋岚", "0086320011")
TEAM2 = Team("营业二部", "贺岩", "0086320012")
TEAMS = [TEAM1, TEAM2]

AGENTS = [
    Agent("周晓梅", "0086320101", TEAM1, "高级服务专员", "16455500101"),
    Agent("吴志强", "0086320102", TEAM1, "服务专员", "16455500102"),
    Agent("邵佳", "0086320103", TEAM1, "服务专员", "16455500103"),
    Agent("丁国栋", "0086320104", TEAM1, "服务专员", "16455500104", active=False),
    Agent("秦玉兰", "0086320205", TEAM2, "资深服务专员", "16455500205"),
    Agent("姜涛", "0086320206", TEAM2, "服务专员", "16455500206"),
    Agent("傅雪", "0086320207", TEAM2, "服务专员", "16455500207"),
    Agent("任远航", "0086320208", TEAM2, "见习服务专员", "16455500208"),
]
DEPARTED = AGENTS[3]
HEIRS = [AGENTS[1], AGENTS[2]]  # who takes over the departed agent's clients


@dataclass(frozen=True)
class Product:
    """`ages` are those of the insured at issue; `years` the usual pay terms (0 = 趸交, 1 = a one-year product)."""

    name: str
    kind: str
    years: tuple
    coverage: str
    sums: tuple  # 万元
    rate: float  # yearly premium per 万元 of sum assured, 元, for a 30-year-old and 20 years
    ages: tuple
    weight: int = 10
    rider: bool = False
    since: int = 2004


PRODUCTS = [
    Product("安澜人寿福泽终身寿险（分红型）", "寿险", (10, 15, 20), "终身", (10, 20, 30), 260, (18, 60), 9),
    Product("安澜人寿安泰定期寿险", "寿险", (10, 20), "至60岁", (30, 50, 100), 28, (18, 50), 8),
    Product("安澜人寿岁岁享增额终身寿险", "寿险", (3, 5, 10), "终身", (5, 10, 20), 1900, (0, 65), 9, since=2019),
    Product("安澜人寿聚宝终身寿险（投资连结型）", "投连", (0,), "终身", (5, 10), 9000, (25, 60), 1, since=2007),
    Product("安澜人寿金账户终身寿险（万能型）", "万能", (10, 20), "终身", (10, 20), 420, (18, 60), 4),
    Product("安澜人寿康佑重大疾病保险（2023版）", "重疾", (10, 15, 20, 30), "终身", (10, 20, 30, 50), 215, (0, 55), 16, since=2023),
    Product("安澜人寿康佑重大疾病保险", "重疾", (10, 20), "终身", (5, 10, 20, 30), 205, (0, 55), 14),
    Product("安澜人寿少儿康健疾病保险", "重疾", (10, 20), "至25岁", (30, 50), 32, (0, 17), 8, since=2012),
    Product("安澜人寿银龄防癌疾病保险", "重疾", (5, 10), "至80岁", (5, 10), 420, (50, 70), 5, since=2014),
    Product("安澜人寿安心百万医疗保险", "医疗", (1,), "1年", (200, 400), 2.6, (0, 65), 14, since=2017),
    Product("安澜人寿银龄防癌医疗保险", "医疗", (1,), "1年", (100, 200), 8, (50, 75), 5, since=2018),
    Product("安澜人寿安途交通意外伤害保险", "意外", (1,), "1年", (20, 50, 100), 6, (18, 65), 7),
    Product("安澜人寿少儿平安意外伤害保险", "意外", (1,), "1年", (10, 20), 9, (0, 17), 5),
    Product("安澜人寿百万任我行两全保险", "两全", (10,), "30年", (10, 20), 130, (18, 50), 6, since=2013),
    Product("安澜人寿百岁无忧两全保险（分红型）", "两全", (5, 10), "20年", (3, 5, 10), 950, (18, 60), 7),
    Product("安澜人寿稳盈两全保险", "两全", (3, 5), "10年", (3, 5, 10), 1900, (18, 65), 6),
    Product("安澜人寿学子无忧少儿教育年金保险", "教育年金", (5, 10, 15), "至25岁", (2, 3, 5), 900, (0, 12), 11),
    Product("安澜人寿鑫享养老年金保险（分红型）", "养老年金", (5, 10, 15, 20), "终身", (2, 3, 5), 1200, (25, 60), 11),
    Product("安澜人寿金穗年金保险", "年金", (3, 5, 10), "至85岁", (1, 2, 5), 2300, (0, 60), 7, since=2015),
    Product("安澜人寿安护长期护理保险", "护理", (10, 20), "终身", (5, 10), 380, (30, 60), 3, since=2016),
    Product("安澜人寿优悦生活保险产品计划", "未知", (10,), "终身", (10, 20), 300, (18, 55), 1, since=2020),
]

RIDERS = [
    Product("安澜人寿附加康佑提前给付重大疾病保险", "重疾", (10, 20), "终身", (5, 10, 20), 90, (0, 55), 8, True),
    Product("安澜人寿附加意外伤害医疗保险", "医疗", (1,), "1年", (1, 2, 5), 32, (0, 65), 10, True),
    Product("安澜人寿附加住院津贴医疗保险", "医疗", (1,), "1年", (1, 2), 140, (0, 60), 8, True),
    Product("安澜人寿附加投保人豁免保险费重大疾病保险", "豁免", (10, 20), "20年", (1, 2), 75, (0, 17), 6, True),
    Product("安澜人寿附加金账户两全保险（万能型）", "万能", (10, 20), "终身", (1, 2), 100, (0, 60), 3, True),
]
