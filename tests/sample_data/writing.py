"""Sheets as rows of cells, and the four ways to put them on disk. The same input gives the same bytes, always."""

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import xlwt
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

FIXED = datetime(2026, 11, 20, 9, 0, 0)


@dataclass
class Cell:
    """What is written, and, when that is not simply the truth: which kind of dirt, and the truth."""

    value: object
    kind: str = None
    truth: object = None
    fmt: str = None  # Excel number format


def plain(value):
    return value if isinstance(value, Cell) else Cell(value)


@dataclass
class Row:
    cells: list
    role: str = "data"  # title, meta, group, heading, data, sample, note, blank, total, footer, error, comment
    about: dict = field(default_factory=dict)  # household, person, policy …


class Sheet:
    """One sheet (or the only one of a csv). Rows count from 1, columns from `first_column`."""

    def __init__(self, file: str, name: str, headings: list, first_column=1):
        self.file, self.name, self.headings, self.first_column = file, name, headings, first_column
        self.rows = []

    def add(self, cells, role="data", **about) -> Row:
        row = Row([plain(c) for c in cells], role, about)
        self.rows.append(row)
        return row

    def add_dict(self, values: dict, role="data", **about) -> Row:
        unknown = set(values) - set(self.headings)
        assert not unknown, f"{self.file}: no column {unknown}"
        return self.add([values.get(h) for h in self.headings], role, **about)

    def address(self, row: int, column: int) -> str:
        """`row` and `column` from 0."""
        return f"{get_column_letter(column + self.first_column)}{row + 1}"


# -- csv and text ----------------------------------------------------------------------------------------------------


def as_text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value.year}/{value.month}/{value.day}"
    return str(value)


def write_delimited(path: Path, sheet: Sheet, encoding: str, delimiter=",", bom=b""):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    for row in sheet.rows:
        if row.role == "comment":
            out.write(as_text(row.cells[0].value) + "\r\n")
        else:
            writer.writerow([as_text(c.value) for c in row.cells])
    write_bytes(path, bom + out.getvalue().encode(encoding))


def write_bytes(path: Path, content: bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


# -- Excel 97 --------------------------------------------------------------------------------------------------------


def write_xls(path: Path, sheet: Sheet, merges=(), empty_sheets=()):
    """Everything as text, as the core system exports it. `merges`: (row, last row, column, last column), from 0."""
    book = xlwt.Workbook(encoding="utf-8")
    ws = book.add_sheet(sheet.name)
    title = xlwt.easyxf("font: bold on, height 320; align: horiz centre")
    heading = xlwt.easyxf("font: bold on; pattern: pattern solid, fore_colour gray25; borders: left thin, right thin, top thin, bottom thin")
    data = xlwt.easyxf("borders: left thin, right thin, top thin, bottom thin")
    bare = xlwt.easyxf("")
    styles = {"title": title, "heading": heading, "data": data}
    merged = {(m[0], m[2]): m for m in merges}
    for r, row in enumerate(sheet.rows):
        style = styles.get(row.role, bare)
        for c, cell in enumerate(row.cells):
            if cell.value is None:
                continue
            if (r, c) in merged:
                top, bottom, left, right = merged[r, c]
                ws.write_merge(top, bottom, left, right, as_text(cell.value), style)
            else:
                ws.write(r, c, as_text(cell.value), style)
    for name in empty_sheets:
        book.add_sheet(name)
    out = io.BytesIO()
    book.save(out)
    write_bytes(path, out.getvalue())


# -- xlsx ------------------------------------------------------------------------------------------------------------

HEADING_FILL = PatternFill("solid", fgColor="D9E1F2")
THIN = Side(style="thin", color="999999")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


def fill_sheet(ws, sheet: Sheet, merges=(), widths=None, hidden_columns=()):
    for r, row in enumerate(sheet.rows, 1):
        for c, cell in enumerate(row.cells, sheet.first_column):
            if cell.value is None:
                continue
            target = ws.cell(r, c, cell.value)
            if isinstance(cell.value, str) and target.data_type == "f":
                target.data_type = "s"  # text that begins with = stays text
            if cell.fmt:
                target.number_format = cell.fmt
            elif type(cell.value) is date:
                target.number_format = "yyyy/m/d"
            elif isinstance(cell.value, datetime):
                target.number_format = "yyyy/m/d h:mm"
            if row.role == "title":
                target.font, target.alignment = Font(bold=True, size=16), Alignment(horizontal="center")
            elif row.role in ("heading", "group"):
                target.font, target.fill, target.border = Font(bold=True), HEADING_FILL, BOX
                target.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    for area in merges:
        ws.merge_cells(area)
    for letter, width in (widths or {}).items():
        ws.column_dimensions[letter].width = width
    for letter in hidden_columns:
        ws.column_dimensions[letter].hidden = True


def save_xlsx(path: Path, book, author="内勤"):
    """openpyxl puts the clock into the properties and the zip entries; take it out again."""
    book.properties.creator = book.properties.lastModifiedBy = author
    book.properties.created = FIXED
    raw = io.BytesIO()
    book.save(raw)
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                stamp = f"{FIXED:%Y-%m-%dT%H:%M:%SZ}".encode()
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(name, FIXED.timetuple()[:6])
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            target.writestr(entry, content, compresslevel=9)
    write_bytes(path, out.getvalue())
