"""The visits as they took place in 2025 and 2026."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import office
from people import Person

WAYS = {"面访": ["面访", "面谈", "上门", "上门拜访", "面对面", "家访", "直接登门"], "电话": ["电话", "电访", "去电", "电话回访"], "微信": ["微信", "微信沟通", "微 信"],
        "视频": ["视频"], "活动": ["活动", "邀约活动", "客户活动"], "来司": ["来司", "来访"], "短信": ["短信"]}
WAY_WEIGHTS = [40, 28, 18, 3, 6, 4, 1]
PLACES = {"面访": ["客户家中", "客户单位", "咖啡馆", "小区门口"], "活动": ["公司职场", "渔浦酒店"], "来司": ["公司职场"]}

# topic: what was said, what the client answered, what turned out to be wanted
TOPICS = {
    "保单检视": [("做了家庭保单检视", "对健康险感兴趣", "重疾险"), ("梳理家庭保单，缺意外险", "说考虑一下", "意外险"), ("检视后建议给爱人补重疾", "担心保费压力", "健康险")],
    "理赔咨询": [("咨询住院医疗理赔材料", "满意", ""), ("协助递交门诊发票", "很满意，愿意介绍朋友", "")],
    "续期收费": [("提醒本期续期保费", "已存入账户", ""), ("提醒宽限期缴费", "最近手头紧，月底交", "贷款需求")],
    "生日祝福": [("送生日蛋糕", "很高兴", ""), ("祝福生日", "感谢", "")],
    "节日问候": [("节前走访，送小礼品", "感谢", ""), ("节日走访", "不在家，留言", "")],
    "需求沟通": [("聊孩子教育金，准备初中毕业后留学", "想知道每年存多少", "教育金"), ("谈退休后的打算", "关注养老社区", "养老"), ("爱人怀孕，计划二胎", "孩子出生后再谈", "少儿险"),
                 ("升职加薪，想做资产规划", "对增额终身寿感兴趣", "增额终身寿"), ("父母有慢性病，问医疗险", "想了解防癌医疗", "防癌医疗险"), ("给孩子存钱", "有兴趣", "教育金？")],
    "活动邀请": [("邀请参加亲子活动", "答应参加", ""), ("邀请参加养老社区参观", "没空", "")],
    "保全服务": [("变更联系电话", "满意", ""), ("变更受益人，材料待补\n身份证复印件", "一般", "")],
    "送单服务": [("送保单并签回执", "满意", "")],
}
TOPIC_WEIGHTS = [22, 6, 16, 12, 12, 16, 6, 6, 4]


@dataclass(eq=False)
class Visit:
    id: str
    household: object
    person: Person
    day: date
    recorded: datetime
    way: str
    topic: str
    place: str
    content: str
    feedback: str
    need: str
    next: date
    agent: object


def build(households) -> list:
    rng = office.stream("visits")
    visits = []
    for h in households:
        if rng.random() < 0.22:
            continue  # never visited
        busy = rng.choices([1, 2, 3, 5], [40, 30, 20, 10])[0]
        for _ in range(busy if rng.random() < 0.9 else busy + 2):
            visits.append(_visit(rng, h, date(2026, 1, 4) + timedelta(days=rng.randrange(318))))
        if rng.random() < 0.35:
            visits.append(_visit(rng, h, date(2025, 1, 6) + timedelta(days=rng.randrange(355))))
    for h in rng.sample(households, 34):  # last week, besides what fell on it by chance
        visits.append(_visit(rng, h, date(2026, 11, 16) + timedelta(days=rng.randrange(6))))
    visits.sort(key=lambda v: (v.day, v.recorded, v.household.id))
    once = {}
    for v in visits:  # one visit a day to a household is enough
        once.setdefault((v.household.id, v.day), v)
    for i, v in enumerate(once.values(), 1):
        v.id = f"V{i:04d}"
    return list(once.values())


def _recorded(rng, day) -> datetime:
    """In the evening or next morning, as the rule asks; a sixth of them days later."""
    draw = rng.random()
    if draw < 0.55:
        return datetime.combine(day, time(rng.randrange(18, 23), rng.randrange(60)))
    later = 1 if draw < 0.84 else rng.randrange(2, 4) if draw < 0.95 else rng.randrange(5, 21)
    return datetime.combine(day + timedelta(days=later), time(rng.randrange(7, 9) if later == 1 else rng.randrange(8, 20), rng.randrange(60)))


def _visit(rng, h, day) -> Visit:
    adults = [m for m in h.adults if not m.died]
    person = h.head if rng.random() < 0.8 or not adults else rng.choice(adults)
    way = rng.choices(list(WAYS), WAY_WEIGHTS)[0]
    topic = rng.choices(list(TOPICS), TOPIC_WEIGHTS)[0]
    content, feedback, need = rng.choice(TOPICS[topic])
    agent = h.agent if day >= h.assigned else h.seller
    recorded = min(_recorded(rng, day), max(datetime(2026, 11, 22, 8, 50), datetime.combine(day, time(18, 5))))
    next_day = day + timedelta(days=rng.choice([7, 14, 30, 30, 60, 90, 180])) if rng.random() < 0.3 else None
    place = rng.choice(PLACES[way]) if way in PLACES else ""
    return Visit("", h, person, day, recorded, way, topic, place, content, feedback, need, next_day, agent)
