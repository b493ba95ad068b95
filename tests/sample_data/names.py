"""Surnames with the letter they are filed under, given names, addresses, occupations."""

# surname, letter, weight
COMMON = [
    ("王", "W", 72), ("李", "L", 72), ("张", "Z", 68), ("刘", "L", 52), ("陈", "C", 50), ("杨", "Y", 32), ("黄", "H", 24), ("赵", "Z", 22),
    ("吴", "W", 22), ("周", "Z", 22), ("徐", "X", 18), ("孙", "S", 18), ("马", "M", 14), ("朱", "Z", 15), ("胡", "H", 14), ("郭", "G", 13),
    ("何", "H", 13), ("林", "L", 13), ("高", "G", 11), ("罗", "L", 10), ("郑", "Z", 11), ("梁", "L", 9), ("谢", "X", 9), ("宋", "S", 8),
    ("唐", "T", 8), ("许", "X", 8), ("韩", "H", 8), ("冯", "F", 8), ("邓", "D", 7), ("曹", "C", 7), ("彭", "P", 7), ("沈", "S", 12),
    ("蒋", "J", 8), ("蔡", "C", 6), ("袁", "Y", 6), ("潘", "P", 7), ("董", "D", 6), ("余", "Y", 8), ("叶", "Y", 8), ("程", "C", 6),
    ("苏", "S", 6), ("吕", "L", 5), ("魏", "W", 5), ("卢", "L", 5), ("俞", "Y", 6), ("金", "J", 6), ("陆", "L", 6), ("郝", "H", 3),
    ("孔", "K", 3), ("白", "B", 3), ("崔", "C", 3), ("康", "K", 3), ("毛", "M", 4), ("邱", "Q", 4), ("江", "J", 4), ("史", "S", 3),
    ("顾", "G", 4), ("侯", "H", 3), ("倪", "N", 3), ("章", "Z", 4), ("屠", "T", 2), ("阮", "R", 2), ("施", "S", 3), ("盛", "S", 2),
]
# the reading as a surname differs from the usual one, or the surname has two characters; last: the letter a careless clerk writes
TRICKY = [
    ("曾", "Z", "C"), ("单", "S", "D"), ("解", "X", "J"), ("仇", "Q", "C"), ("查", "Z", "C"), ("区", "O", "Q"), ("翟", "Z", "D"),
    ("阚", "K", "H"), ("覃", "Q", "T"), ("乐", "Y", "L"), ("隗", "W", "G"), ("员", "Y", "W"), ("盖", "G", "H"), ("朴", "P", "B"),
    ("欧阳", "O", "O"), ("尉迟", "Y", "W"), ("万俟", "M", "W"), ("司马", "S", "S"), ("上官", "S", "S"), ("诸葛", "Z", "Z"),
    ("令狐", "L", "L"), ("单于", "C", "D"), ("长孙", "Z", "C"), ("澹台", "T", "D"),
]
LETTER = {s: l for s, l, _ in COMMON} | {s: l for s, l, _ in TRICKY} | {"孟": "M", "龚": "G"}
CARELESS = {s: wrong for s, right, wrong in TRICKY if wrong != right}

_OLD_M = "建国 国强 志明 德胜 永福 福生 金根 水林 阿毛 长庚 文斌 卫东 建华 海根 祥云 宝林 明远 炳荣 学文 兴旺".split()
_OLD_F = "秀英 桂兰 玉珍 凤仙 美娟 月娥 惠芳 淑贞 爱珍 彩凤 水仙 素琴 阿妹 金花 菊芬 杏芳 翠英 莲珍 雅琴 招娣".split()
_MID_M = "伟 强 勇 军 磊 斌 涛 鹏 辉 峰 立新 海波 晓东 志刚 永明 建平 文军 卫星 家明 国平 宏伟 宇 俊 凯 健".split()
_MID_F = "芳 敏 静 丽 娟 艳 霞 燕 玲 红 晓燕 海英 雪梅 丽萍 春燕 建芬 慧 琳 倩 颖 文娟 婷婷 佳 洁 莉".split()
_NEW_M = "子轩 浩然 宇航 梓睿 俊熙 一诺 嘉懿 铭泽 奕辰 宸睿 明轩 子墨 皓宇 天佑 思远 博文 启航 沐阳 承泽 景行".split()
_NEW_F = "欣怡 梓涵 诗涵 雨桐 可馨 语嫣 若汐 芷若 依诺 沐宸 思琪 紫萱 佳怡 心妍 晨曦 星瑶 书瑶 悦宁 安然 舒窈".split()

HANS_TO_HANT = {"张": "張", "陈": "陳", "刘": "劉", "杨": "楊", "黄": "黃", "赵": "趙", "吴": "吳", "孙": "孫", "马": "馬", "罗": "羅", "郑": "鄭", "谢": "謝"}
LOOKALIKE = {"芳": "方", "静": "婧", "丽": "莉", "娟": "涓", "伟": "玮", "强": "墙", "磊": "垒", "敏": "闵", "玲": "铃", "燕": "艳", "涛": "滔", "辉": "晖", "峰": "锋", "轩": "宣", "颖": "颍"}


def surname(rng) -> str:
    if rng.random() < 0.012:
        return rng.choice(TRICKY)[0]
    return rng.choices([s for s, _, _ in COMMON], [w for _, _, w in COMMON])[0]


def given(rng, gender: str, year: int) -> str:
    old, mid, new = (_OLD_M, _MID_M, _NEW_M) if gender == "男" else (_OLD_F, _MID_F, _NEW_F)
    pool = old if year < 1963 else mid if year < 1996 else new
    if rng.random() < 0.3:  # a neighbouring generation's fashion, so that ages cannot be told from names
        pool = mid
    name = rng.choice(pool)
    if len(name) == 1 and rng.random() < 0.35:
        name = rng.choice("晓文海志雪建春明思").replace(name, "小") + name
    return name


def letter_of(name: str) -> str:
    """The letter the office files this name under; `#` where there is no telling."""
    if name[:2] in LETTER:
        return LETTER[name[:2]]
    if name[0] in LETTER:
        return LETTER[name[0]]
    return name[0].upper() if name[0].isascii() else OTHER_LETTERS.get(name[0], "#")


OTHER_LETTERS = {"迪": "D", "那": "N", "黃": "H", "𬍛": "#"}

DISTRICTS = [("拱墅区", "310015"), ("西湖区", "310012"), ("上城区", "310002"), ("滨江区", "310051"), ("萧山区", "311200"), ("余杭区", "311100"), ("临平区", "311103")]
ROADS = ["听涛路", "澜桥街", "文曲路", "稻香路", "新塘街", "归雁路", "望湖支路", "采菱路", "杏林街", "渔浦路", "石牌楼路", "双庙巷"]
ESTATES = ["澜庭花苑", "春江雅苑", "翠柏公寓", "听雨轩", "金禾家园", "银杏里", "桂语苑", "临河新村", "映月府", "向阳二区", "石桥苑", "丰和佳苑"]
VILLAGES = ["前塘村", "后埭村", "双溪村", "沙洲村"]

JOBS = ["教师", "会计", "医生", "护士", "个体户", "工程师", "公务员", "销售", "司机", "厨师", "企业职员", "企业主", "快递员", "保洁", "设计师", "程序员", "农民", "美容师", "电工", "律师"]
JOB_INCOME = [16, 12, 30, 14, 25, 26, 18, 20, 10, 9, 13, 80, 9, 5, 20, 35, 6, 11, 10, 45]  # 万元 a year
EMPLOYERS = ["听涛中学", "澜江医院", "稻香机械厂", "望湖设计院", "杏林药房", "渔浦物流", "采菱超市", "自营", "归雁软件", "石桥服装厂"]


def address(rng) -> tuple:
    """(address, postcode)"""
    district, postcode = rng.choice(DISTRICTS)
    if district in ("萧山区", "余杭区") and rng.random() < 0.25:
        return f"浙江省杭州市{district}{rng.choice(VILLAGES)}{rng.randrange(1, 21)}组{rng.randrange(1, 90)}号", postcode
    floor = rng.randrange(1, 18)
    return (
        f"浙江省杭州市{district}{rng.choice(ROADS)}{rng.randrange(2, 399)}号{rng.choice(ESTATES)}"
        f"{rng.randrange(1, 30)}幢{rng.randrange(1, 5)}单元{floor}{rng.randrange(1, 5):02d}室",
        postcode,
    )
