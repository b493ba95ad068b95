"""客户服务卡.xlsx, 拜访记录.xlsx, 家庭对照表.xlsx as they come with the program.

An office never needs this: it opens the workbook in Excel or WPS and changes what it likes. The script is how the
first version was drawn, and how it is drawn again when `values.toml` gets another word for a drop-down:

    python templates/make_workbooks.py        (needs openpyxl; writes beside itself)
"""

import re
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break

HERE = Path(__file__).parent
VALUES = tomllib.loads((HERE / "values.toml").read_text(encoding="utf-8"))

# -- the look ----------------------------------------------------------------------------------------------------------
# One family of type that every Windows has, three greys and one dark blue. Printed in grey nothing is lost: what
# matters is told by weight, by a rule or by a word, never by colour alone.

FACE = "微软雅黑"
INK, QUIET, ACCENT = "1F2933", "66727F", "1F4E68"
BAND, LABEL = "E3EAEF", "F4F6F8"
RULE = Side("thin", "B8C2CC")
HEAVY = Side("medium", ACCENT)
BOX = Border(RULE, RULE, RULE, RULE)
UNDER_TITLE = Border(RULE, RULE, HEAVY, RULE)

DATE, MOMENT, MONEY, COUNT, TEXT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "#,##0.##;-#,##0.##", "0", "@"


def font(size=10.5, bold=False, color=INK, **more):
    return Font(FACE, size, bold=bold, color=color, **more)


def fill(color):
    return PatternFill("solid", color)


def align(horizontal="left", wrap=True, vertical="center", indent=0):
    return Alignment(horizontal=horizontal, vertical=vertical, wrap_text=wrap, indent=indent)


# -- what can be chosen ------------------------------------------------------------------------------------------------


def words(table, but=()):
    return [word for word in VALUES[table] if word not in but]


CHOICES = {
    "评级": ["A", "B", "C", "D"],
    "群体": words("segment"),
    "险种需求": words("demand"),
    "性别": words("gender"),
    "婚姻状况": words("marital"),
    "关系": words("relation", {"本人", "法定", "雇主", "雇员", "家人"}),
    "证件类型": words("certificate"),
    "拜访方式": words("visit_way"),
    "拜访主题": ["保单检视", "生日祝福", "节日问候", "需求沟通", "方案讲解", "新单签约", "送单服务", "续期收费", "保全服务", "理赔服务", "活动邀请", "其他"],
    "保单状态": words("policy_status"),
    "缴费方式": words("pay_mode"),
    "需求类别": ["寿险", "重疾险", "医疗险", "意外险", "教育金", "养老年金", "资产传承", "保单服务", "其他"],
    "需求来源": ["客户提出", "拜访了解", "保障缺口", "家庭变化"],
    "需求状态": ["待问清", "跟进中", "已出方案", "已满足", "暂不考虑"],
    "转介绍状态": ["待联系", "已联系", "已成为客户", "不考虑"],
    "增员意向": ["有", "无", "考虑中", "对保险销售感兴趣"],
    "是否": words("yes_no"),
    "同户分户": ["同户", "分户"],
}
CODES = "选项"


def code_sheet(book):
    """The hidden sheet behind the drop-downs: a column a list."""
    sheet = book.create_sheet(CODES)
    for at, (name, options) in enumerate(CHOICES.items(), 1):
        for row, word in enumerate([name, *options], 1):
            sheet.cell(row, at, word).font = font(10, bold=row == 1)
        sheet.column_dimensions[letter(at)].width = 14
    sheet.sheet_state = "hidden"


class Choice:
    """Drop-downs of one sheet. What is not on the list may still be written: it is read, or told as a problem."""

    def __init__(self, sheet):
        self.sheet, self.known = sheet, {}

    def __call__(self, cells, name, hint=None):
        rule = self.known.get((name, hint))
        if rule is None:
            at = letter(list(CHOICES).index(name) + 1)
            rule = DataValidation("list", formula1=f"{CODES}!${at}$2:${at}${len(CHOICES[name]) + 1}", allow_blank=True)
            rule.errorStyle, rule.errorTitle, rule.error = "information", name, "不在选项里。确实要这样写，点“确定”。"
            if hint:
                rule.promptTitle, rule.prompt = name, hint
            self.sheet.add_data_validation(rule)
            self.known[(name, hint)] = rule
        rule.add(cells)

    def hint(self, cells, title, text):
        rule = DataValidation(allow_blank=True)
        rule.promptTitle, rule.prompt = title, text
        self.sheet.add_data_validation(rule)
        rule.add(cells)


# -- drawing -----------------------------------------------------------------------------------------------------------


@dataclass
class Column:
    """A column of a list: from and to which column of the sheet, heading, field, and how it looks."""

    at: str
    heading: str
    field: str
    form: str = TEXT
    choice: str = None
    side: str = "left"
    size: float = 10

    @property
    def ends(self):
        first, _, last = self.at.partition(":")
        return first, last or first


class Page:
    """A sheet and the row that comes next."""

    def __init__(self, sheet, widths):
        self.sheet, self.row, self.choice, self.box = sheet, 1, Choice(sheet), BOX
        self.last = letter(len(widths))
        for at, width in enumerate(widths, 1):
            sheet.column_dimensions[letter(at)].width = width
        sheet.sheet_view.showGridLines = False
        sheet.sheet_view.zoomScale = 100

    def height(self, points):
        self.sheet.row_dimensions[self.row].height = points

    def next(self, rows=1):
        self.row += rows
        self.box = BOX

    def put(self, at, value, look, place=None, form=None, back=None, box=True):
        """A value over one cell or several (`B:D`) of this row."""
        first, _, last = at.partition(":")
        last = last or first
        area = self.sheet[f"{first}{self.row}:{last}{self.row}"][0]
        for cell in area:
            cell.font, cell.alignment = look, place or align()
            if box:
                cell.border = self.box
            if back:
                cell.fill = fill(back)
            if form:
                cell.number_format = form
        area[0].value = value
        if first != last:
            self.sheet.merge_cells(f"{first}{self.row}:{last}{self.row}")
        return area[0]

    def title(self, text, about=None):
        """A section: its name, what it comes to, and a rule under both."""
        self.height(26)
        for cell in self.sheet[f"A{self.row}:{self.last}{self.row}"][0]:
            cell.border = Border(bottom=HEAVY)
        self.put("A:D", text, font(11.5, True, ACCENT), align(vertical="bottom", wrap=False), box=False)
        self.put(f"E:{self.last}", about, font(9, color=QUIET), align("right", vertical="bottom", wrap=False), box=False)
        for cell in self.sheet[f"A{self.row}:{self.last}{self.row}"][0]:
            cell.border = Border(bottom=HEAVY)
        self.next()
        self.box = UNDER_TITLE

    def pairs(self, *pairs, height=22):
        """Labels with their fields beside them: `("A", "B:D", "姓名", "姓名", form, choice)`."""
        self.height(height)
        for label_at, value_at, label, field, *more in pairs:
            form, choice = (*more, *(TEXT, None)[len(more):])
            self.put(label_at, label, font(9.5, color=QUIET), align("center"), back=LABEL)
            self.put(value_at, "{{" + field + "}}", font(10.5), align(indent=1), form)
            if choice:
                first, _, last = value_at.partition(":")
                self.choice(f"{first}{self.row}", choice)
        self.next()

    def table(self, name, columns, height=20):
        """A heading row and the list row under it, tall enough to write in with a pen. Longer text makes a row taller
        when it is filled in; it never makes it lower."""
        self.height(20)
        for column in columns:
            self.put(column.at, column.heading, font(9.5, True, ACCENT), align("center"), back=BAND)
        self.next()
        self.height(height)
        for column in columns:
            place = align(column.side)
            if column.form != TEXT:
                # Smaller rather than ###, on a machine with wider digits.
                place = Alignment(column.side, "center", shrink_to_fit=True)
            cell = self.put(column.at, "{{#" + f"{name}.{column.field}" + "}}", font(column.size), place, column.form)
            if column.choice:
                self.choice(cell.coordinate, column.choice)
        self.next()

    def paper(self, landscape=False, scale=100, repeat=None, foot="", area=None):
        page = self.sheet
        page.page_setup.paperSize = 9
        page.page_setup.orientation = "landscape" if landscape else "portrait"
        page.page_setup.scale = scale
        page.page_margins.left = page.page_margins.right = 0.4
        page.page_margins.top, page.page_margins.bottom = 0.45, 0.7
        page.page_margins.header = page.page_margins.footer = 0.25
        page.print_options.horizontalCentered = True
        page.print_area = area or f"A1:{self.last}{self.row - 1}"
        if repeat:
            page.print_title_rows = repeat
        page.oddFooter.left.text, page.oddFooter.left.size, page.oddFooter.left.font = foot, 8, FACE
        page.oddFooter.right.text, page.oddFooter.right.size, page.oddFooter.right.font = "第 &P 页，共 &N 页", 8, FACE


def labelled(label, field, size, color):
    """A small label and a big field in one cell: an empty card says what to write there."""
    small, big = InlineFont(rFont=FACE, sz=9, color=QUIET), InlineFont(rFont=FACE, sz=size, b=True, color=color)
    return CellRichText(TextBlock(small, f"{label}　"), TextBlock(big, "{{" + field + "}}"))


def link(sheet, cell, target, text):
    cell = sheet[cell]
    cell.value = text
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{target}'!A1", display=text)
    cell.font = font(9, color=ACCENT, underline="single")
    cell.alignment = align("right", wrap=False)


# -- 客户服务卡 ----------------------------------------------------------------------------------------------------------


def card_sheet(book):
    sheet = book.create_sheet("客户服务卡")
    page = Page(sheet, [10.8, 8, 8, 20, 10.8, 9.4, 7.6, 7.8, 9.2, 10.8, 8.2, 11.2])
    sheet.column_dimensions["M"].width = 14

    # Head: what it is on the left; whose it is and how much it matters on the right.
    page.height(34)
    page.put("A:D", "客户服务卡", font(21, True, ACCENT), align(wrap=False), box=False)
    page.put("E:H", labelled("姓名", "姓名", 16, INK), font(16, True), align(wrap=False), box=False)
    page.put("I:K", labelled("编号", "客户编号", 19, ACCENT), font(19, True, ACCENT), align(wrap=False), box=False)
    # Framed, not filled: on an empty card the letter is written in by hand.
    page.box = Border(HEAVY, HEAVY, HEAVY, HEAVY)
    page.put("L", "{{评级}}", font(20, True, ACCENT), align("center", wrap=False))
    page.choice(f"L{page.row}", "评级", "A 优质 1–3 个月；B 重点 3–6 个月；C 潜在 6–12 个月；D 普通 1 年以上。改了就是手写的等级，优先于规则。")
    link(sheet, "M1", "索引卡", "← 返回索引卡")
    page.next()
    page.height(17)
    page.put("A:D", "服务专员　{{服务专员}}", font(9, color=QUIET), align(wrap=False), box=False)
    page.put("E:H", "{{专员电话}}　{{团队}}　{{营业部}}", font(9, color=QUIET), align(wrap=False), box=False)
    page.put("I:L", "资料截至 {{截止日期}}", font(9, color=QUIET), align("right", wrap=False), box=False)
    page.next()
    head_rows = f"1:{page.row - 1}"

    page.title("一　客户类型与基本资料", "评级来源：{{评级来源}}")
    left, middle, right = ("A", "B:D"), ("E", "F:H"), ("I", "J:L")
    page.pairs((*left, "群体", "群体", TEXT, "群体"), (*middle, "险种需求", "险种需求", TEXT, "险种需求"), (*right, "主要需求", "主要需求"))
    page.pairs((*left, "评级依据", "评级依据"), (*middle, "保障缺口", "保障缺口"), (*right, "拜访状态", "拜访状态"))
    state = f"J{page.row - 1}"
    page.pairs((*left, "性别", "性别", TEXT, "性别"), (*middle, "出生日期", "出生日期", DATE), (*right, "年龄", "年龄", COUNT))
    page.pairs((*left, "手机", "手机"), (*middle, "固定电话", "固定电话"), (*right, "微信", "微信"))
    page.pairs((*left, "证件号码", "证件号码"), (*middle, "婚姻状况", "婚姻状况", TEXT, "婚姻状况"), (*right, "健康状况", "健康状况"))
    page.pairs((*left, "职业", "职业"), (*middle, "工作单位", "工作单位"), (*right, "家庭年收入", "家庭年收入", MONEY))
    page.pairs(("A", "B:H", "家庭住址", "家庭住址"), (*right, "客户来源", "客户来源"))
    page.pairs((*left, "客户标签", "客户标签"), (*middle, "推荐人", "推荐人"), (*right, "免打扰", "免打扰", TEXT, "是否"))
    page.pairs((*left, "贷款需求", "贷款需求"), (*middle, "养老社区", "养老社区入住资格"), (*right, "体检权益", "健康体检权益"))
    sheet.conditional_formatting.add(state, FormulaRule([f'ISNUMBER(SEARCH("逾期",${state[0]}${state[1:]}))'], font=Font(bold=True, color="FFFFFF"), fill=PatternFill(bgColor="A4262C")))

    page.title("二　家庭成员", "共 {{家庭人数}} 人（含本人）")
    page.table("家庭成员", [
        Column("A", "姓名", "姓名", side="center"), Column("B", "关系", "与户主关系", choice="关系", side="center"),
        Column("C", "性别", "性别", choice="性别", side="center"), Column("D", "职业", "职业"),
        Column("E", "出生日期", "出生日期", DATE, side="center"), Column("F", "年龄", "年龄", COUNT, side="center"),
        Column("G:J", "健康状况", "健康状况"), Column("K:L", "手机", "手机"),
    ])

    page.title("三　在保保单（含其他公司）", "共 {{在保保单数}} 件")
    page.table("保单", [
        Column("A", "保险公司", "保险公司", size=9.5, side="center"), Column("B", "被保险人", "被保险人", side="center"), Column("C", "缴费方式", "缴费方式", choice="缴费方式", side="center", size=9.5),
        Column("D", "险种", "险种"), Column("E", "保额（元）", "保额", MONEY, side="right"), Column("F", "年交保费", "年交保费", MONEY, side="right"),
        Column("G", "缴费期", "缴费期", side="center", size=9.5), Column("H", "保障期限", "保障期限", side="center", size=9.5), Column("I", "受益人", "受益人", size=9.5, side="center"),
        Column("J", "应缴日", "应缴日", DATE, side="center"), Column("K", "状态", "保单状态", choice="保单状态", side="center", size=8.5), Column("L", "保单号", "保单号", size=8),
    ])
    page.height(6)
    page.next()
    page.table("保障合计", [
        Column("A", "每人合计", "姓名", side="center"), Column("B", "关系", "与户主关系", side="center"), Column("C", "在保件数", "在保保单数", COUNT, side="center"),
        Column("D", "还没有的保障", "保障缺口"), Column("E", "寿险保额", "寿险保额", MONEY, side="right"), Column("F", "重疾保额", "重疾保额", MONEY, side="right"),
        Column("G:H", "意外保额", "意外保额", MONEY, side="right"), Column("I", "医疗险", "有医疗险", side="center"), Column("J", "教育养老", "有年金", side="center"),
        Column("K:L", "年交保费（元）", "年交保费", MONEY, side="right"),
    ])

    page.title("四　已失效保单", "可复效 {{可复效保单数}} 件")
    page.table("已失效保单", [
        Column("A", "保险公司", "保险公司", size=9.5, side="center"), Column("B", "被保险人", "被保险人", side="center"), Column("C", "险种类别", "险种类别", side="center", size=9.5), Column("D", "险种", "险种"),
        Column("E", "保额（元）", "保额", MONEY, side="right"), Column("F", "年交保费", "年交保费", MONEY, side="right"),
        Column("G:H", "失效日", "失效日", DATE, side="center"), Column("I", "状态", "保单状态", side="center"),
        Column("J", "可复效至", "可复效至", DATE, side="center"), Column("K:L", "保单号", "保单号", size=8),
    ])

    # The back of the card: what happens from here on.
    sheet.row_breaks.append(Break(page.row - 1))
    page.title("五　拜访记录", "共 {{拜访次数}} 次，这里是最近的几次；拜访后 24 小时内填写")
    page.table("拜访", [
        Column("A", "拜访时间", "拜访时间", DATE, side="center"), Column("B", "方式", "拜访方式", choice="拜访方式", side="center"),
        Column("C", "主题", "拜访主题", choice="拜访主题", size=9.5, side="center"), Column("D", "内容", "拜访内容"), Column("E", "地点", "拜访地点", side="center"),
        Column("F:H", "客户反馈", "客户反馈"), Column("I", "需求变化", "拜访所得需求", size=9.5), Column("J", "约定下次", "约定下次拜访", DATE, side="center"),
        Column("K:L", "录入时间", "录入时间", MOMENT, side="center"),
    ], height=34)

    page.title("六　需求", "模糊的要追问：计划存多少？什么时候用？")
    page.table("需求", [
        Column("A", "提出日期", "提出日期", DATE, side="center"), Column("B", "类别", "需求类别", choice="需求类别", side="center"),
        Column("C", "来源", "需求来源", choice="需求来源", side="center", size=9.5), Column("D", "需求内容", "需求内容"),
        Column("E:J", "追问到的细节", "追问细节"), Column("K:L", "状态", "需求状态", choice="需求状态", side="center"),
    ], height=34)

    page.title("七　转介绍与增员")
    page.table("转介绍", [
        Column("A", "亲友姓名", "亲友姓名", side="center"), Column("B", "关系", "亲友关系", choice="关系", side="center"), Column("C:D", "电话", "亲友电话"),
        Column("E", "介绍日期", "介绍日期", DATE, side="center"), Column("F:I", "情况", "转介绍情况"), Column("J:L", "状态", "转介绍状态", choice="转介绍状态", side="center"),
    ])
    page.pairs(("A", "B:D", "增员意向", "增员意向", TEXT, "增员意向"), ("E", "F:L", "转介绍备注", "转介绍"))

    page.title("八　服务偏好与下一步")
    page.pairs((*left, "服务偏好", "服务偏好"), (*middle, "约定拜访", "下次拜访日期", DATE), (*right, "应访日期", "应访日期", DATE))
    page.pairs(("A", "B:L", "下一步", "下一步计划"), height=34)
    page.pairs(("A", "B:L", "已有保单", "已有保单"), height=24)
    page.pairs(("A", "B:L", "备注", "备注"), height=30)
    page.height(26)
    page.put("A:L", "专员签字　　　　　　　　　　　主管签阅　　　　　　　　　　　日期　　　　　　　　", font(9, color=QUIET), align("right", vertical="bottom", wrap=False), box=False)
    page.next()

    sheet.freeze_panes = "A3"
    page.paper(scale=78, repeat=head_rows, foot="客户服务卡　含个人信息，请妥善保管")
    return sheet


def index_sheet(book):
    sheet = book.create_sheet("索引卡")
    page = Page(sheet, [10.5, 10.5, 7, 8, 15, 26, 9.5, 11.5, 11.5, 11.5, 13])
    page.height(34)
    page.put("A:F", "索引卡　{{服务专员}}", font(19, True, ACCENT), align(wrap=False), box=False)
    page.put("G:K", "{{户数}} 户　A {{A户数}}　B {{B户数}}　C {{C户数}}　D {{D户数}}　未评级 {{未评级户数}}", font(10, True), align("right", wrap=False), box=False)
    page.next()
    page.height(18)
    page.put("A:F", "{{团队}}　{{营业部}}　{{索引说明}}", font(9, color=QUIET), align(wrap=False), box=False)
    page.put("G:K", "逾期 {{逾期户数}} 户　应访 {{应访户数}} 户　资料截至 {{截止日期}}", font(9, color=QUIET), align("right", wrap=False), box=False)
    page.next()
    page.table("索引", [
        Column("A", "客户编号", "客户编号", side="center", size=10), Column("B", "户主", "户主", size=10, side="center"), Column("C", "评级", "评级", side="center", size=10),
        Column("D", "群体", "群体", side="center"), Column("E", "险种需求", "险种需求"), Column("F", "主要需求", "主要需求"),
        Column("G", "在保件数", "在保保单数", COUNT, side="center"), Column("H", "年交保费", "在保年交保费", MONEY, side="right"),
        Column("I", "最近服务", "最近拜访日期", DATE, side="center"), Column("J", "应访日期", "应访日期", DATE, side="center"), Column("K", "拜访状态", "拜访状态", side="center"),
    ])
    first = page.row - 1
    sheet[f"A{first}"].font = font(10, True, ACCENT, underline="single")
    sheet[f"A{first}"].value = '=HYPERLINK("#\'{{#索引.客户编号}}\'!A1","{{#索引.客户编号}}")'
    sheet.conditional_formatting.add(f"K{first}", FormulaRule([f'ISNUMBER(SEARCH("逾期",$K{first}))'], font=Font(bold=True, color="A4262C")))
    sheet.conditional_formatting.add(f"C{first}", FormulaRule([f'OR($C{first}="A",$C{first}="B")'], font=Font(bold=True)))
    sheet.freeze_panes = f"B{first}"
    page.paper(landscape=True, scale=94, repeat=f"1:{first - 1}", foot="索引卡　含个人信息，请妥善保管")
    return sheet


CARD_HELP = [
    ("怎么填", None),
    ("客户编号", "户主姓氏的拼音首字母加四位数字，一个家庭一个编号，由程序给，永远不变。不要改。"),
    ("评级 A/B/C/D", "A 优质：1–3 个月可开发；B 重点：3–6 个月；C 潜在：6–12 个月；D 普通：1 年以上。自己改过的评级优先于规则。"),
    ("群体、险种需求", "从下拉里选；险种需求可以写几项，用顿号隔开。"),
    ("家庭成员", "配偶、子女、父母都写上，年龄、职业、健康状况尽量写全。空行不够就在下面插入行。"),
    ("在保保单", "其他公司的保单也写：保险公司、险种、被保险人、保额、保费、缴费期、保障期限、受益人。没有保单号可以空着。本公司保单以公司清单为准，不用改。"),
    ("已失效保单", "中止的两年内可以复效，列着“可复效至”。程序自动归档，不用填。"),
    ("拜访记录", "每次拜访后 24 小时内填一行：时间、方式、地点、主题、内容、客户反馈。录入时间填实际填写的时间，例如 2026-11-30 20:15。"),
    ("需求", "客户提到的每一件事一行。模糊的要追问细节，例如“想给孩子存教育金”：计划存多少、什么时候用。问清以后改状态。"),
    ("转介绍与增员", "客户推荐的亲友一人一行；对保险销售感兴趣的，写在增员意向。"),
    ("服务偏好、下一步", "喜欢线上沟通还是线下活动；下一步做什么；与客户约好的日期写在“约定拜访”，它优先于按评级推算的应访日期。"),
    ("怎么交回来", None),
    ("月底", "把整个文件存盘，放进营业部的“导入”文件夹。程序只取改过、加过的内容；删掉的行不会从卡库里删，只会提示。"),
    ("可以做", "加行、调行高列宽、排序、换颜色、写批注、复制工作表。"),
    ("请不要", "改工作表的名字和客户编号；把几户写在一张卡上。"),
]


def help_sheet(book, lines, name="填写说明"):
    sheet = book.create_sheet(name)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 18, 84
    sheet.sheet_view.showGridLines = False
    for row, (what, how) in enumerate(lines, 1):
        sheet.cell(row, 1, what).font = font(13 if how is None else 10, True, ACCENT)
        sheet.cell(row, 2, how).font = font(10)
        for cell in sheet[f"A{row}:B{row}"][0]:
            cell.alignment = align(vertical="top" if how else "bottom")
            if how:
                cell.border = Border(bottom=RULE)
        sheet.row_dimensions[row].height = 30 if how is None else 17 * -(-len(how) // 42) + 3
    sheet.page_setup.paperSize, sheet.page_setup.orientation = 9, "portrait"
    sheet.page_setup.scale = 85
    return sheet


def card_book():
    book = Workbook()
    book.remove(book.active)
    index_sheet(book)
    card_sheet(book)
    help_sheet(book, CARD_HELP)
    code_sheet(book)
    return book


# -- the blank forms ---------------------------------------------------------------------------------------------------

VISIT_HELP = [
    ("怎么填", None),
    ("一次拜访一行", "每次拜访后 24 小时内填写；填完存盘，月底放进营业部的“导入”文件夹。"),
    ("客户编号", "写了编号就一定对得上；没有编号的，写姓名和手机。"),
    ("拜访时间", "写日期，例如 2026-11-30；记得钟点更好：2026-11-30 15:30。"),
    ("方式、主题", "从下拉里选；选不到的直接写。"),
    ("客户反馈", "写客户的原话，例如“对健康险感兴趣”“担心保费压力”。"),
    ("需求变化", "家庭、收入、保障想法的变化，例如“新增子女”“希望增加癌症多次赔”。"),
    ("约定下次拜访", "与客户约好的日期，它优先于按评级推算的应访日期。"),
    ("录入时间", "实际填写的时间，例如 2026-11-30 20:15；用来看是不是在 24 小时内更新。"),
]


def visit_book():
    book = Workbook()
    book.remove(book.active)
    sheet = book.create_sheet("拜访记录")
    page = Page(sheet, [10, 10, 14, 12, 9, 12, 12, 34, 26, 18, 12, 17])
    page.height(32)
    page.put("A:H", "拜访记录", font(19, True, ACCENT), align(wrap=False), box=False)
    page.put("I:J", "服务专员　{{服务专员}}", font(10, color=QUIET), align(wrap=False), box=False)
    page.put("K:L", "{{团队}}", font(10, color=QUIET), align("right", wrap=False), box=False)
    page.next()
    page.table("拜访", [
        Column("A", "客户编号", "客户编号", side="center"), Column("B", "姓名", "姓名"), Column("C", "手机", "手机"), Column("D", "拜访时间", "拜访时间", DATE, side="center"),
        Column("E", "方式", "拜访方式", choice="拜访方式", side="center"), Column("F", "地点", "拜访地点"), Column("G", "主题", "拜访主题", choice="拜访主题"), Column("H", "内容", "拜访内容"),
        Column("I", "客户反馈", "客户反馈"), Column("J", "需求变化", "拜访所得需求"), Column("K", "约定下次拜访", "约定下次拜访", DATE, side="center"), Column("L", "录入时间", "录入时间", MOMENT, side="center"),
    ], height=34)
    sheet.freeze_panes = f"C{page.row - 1}"
    page.paper(landscape=True, scale=71, repeat=f"1:{page.row - 2}", foot="拜访记录　含个人信息，请妥善保管")
    help_sheet(book, VISIT_HELP)
    code_sheet(book)
    return book


FAMILY_HELP = [
    ("怎么填", None),
    ("一行一个人", "说明这个人和哪一位户主是一家，或者不是一家。它说了算，优先于保单和服务卡上的关系。"),
    ("户主编号", "户主的客户编号；没有编号的，写户主姓名和户主手机。"),
    ("与户主关系", "这个人是户主的什么人：户主王伟、成员李娜，写“妻子”。"),
    ("处理", "同户：并成一户，保留较小的编号；分户：不是一户，今后也不要并。"),
]


def family_book():
    book = Workbook()
    book.remove(book.active)
    sheet = book.create_sheet("家庭对照表")
    page = Page(sheet, [11, 11, 14, 11, 10, 14, 24, 9, 26])
    page.height(32)
    page.put("A:E", "家庭对照表", font(19, True, ACCENT), align(wrap=False), box=False)
    page.put("F:I", "谁和谁是一家，由营业部说了算", font(10, color=QUIET), align("right", wrap=False), box=False)
    page.next()
    page.table("家庭对照", [
        Column("A", "户主编号", "客户编号", side="center"), Column("B", "户主姓名", "户主姓名"), Column("C", "户主手机", "户主手机"), Column("D", "成员姓名", "成员姓名"),
        Column("E", "与户主关系", "与户主关系", choice="关系", side="center"), Column("F", "成员手机", "成员手机"), Column("G", "成员身份证号", "成员证件号码"),
        Column("H", "处理", "同户分户", choice="同户分户", side="center"), Column("I", "备注", "备注"),
    ])
    sheet.freeze_panes = f"A{page.row - 1}"
    page.paper(landscape=True, scale=96, repeat=f"1:{page.row - 2}", foot="家庭对照表　含个人信息，请妥善保管")
    help_sheet(book, FAMILY_HELP)
    code_sheet(book)
    return book


def save(book, name):
    """The same words give the same bytes: no creation stamp, no file times."""
    from io import BytesIO

    buffer = BytesIO()
    book.properties.creator = "fuwuka"
    book.save(buffer)
    with zipfile.ZipFile(buffer) as read, zipfile.ZipFile(HERE / name, "w", zipfile.ZIP_DEFLATED) as out:
        for info in read.infolist():
            data = read.read(info)
            if info.filename == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-01T00:00:00Z", data)
            if info.filename.startswith("xl/worksheets/sheet"):
                # A list row's height is a beginning, not fixed: it grows with what is written into it.
                data = re.sub(rb'(<row [^>]*?) customHeight="1"([^>]*>(?:(?!</row>).)*?\{\{#)', rb"\1\2", data)
            out.writestr(zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    save(card_book(), "客户服务卡.xlsx")
    save(visit_book(), "拜访记录.xlsx")
    save(family_book(), "家庭对照表.xlsx")
