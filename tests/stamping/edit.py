#!/usr/bin/env python3
"""Edits book.xlsx as people do, with openpyxl and LibreOffice: `edit.py` writes edited.xlsx and saved.xlsx.

book.xlsx is what the program made of openpyxl.xlsx: the cards W0001 to W0004 of these tests, with as many policies and
visits as their number says and half as many relatives. What is done here is what tests/read_back.rs expects to read.
"""
import datetime, os

import openpyxl
from openpyxl.cell.cell import MergedCell

from make import with_libreoffice

HERE = os.path.dirname(os.path.abspath(__file__))


def rows(sheet, first, last, columns):
    return [[sheet.cell(row, column).value for column in columns] for row in range(first, last + 1)]


def put(sheet, first, columns, values):
    for row, cells in enumerate(values, first):
        for column, value in zip(columns, cells):
            sheet.cell(row, column).value = value


def main():
    book = openpyxl.load_workbook(os.path.join(HERE, "book.xlsx"), rich_text=True)
    one, two, three, four = (book[f"W000{number}"] for number in range(1, 5))

    # A visit written in, the income changed, a note in the margin.
    one.insert_rows(16, 2)
    one["A16"].value, one["A16"].number_format = datetime.date(2026, 7, 8), "yyyy-mm-dd"
    one["B16"].value, one["C16"].value, one["C17"].value = "电话", "续期提醒", "反馈：下月再约"
    one["B3"].value = 350000
    one["K5"].value = "客户说下月搬家"

    # Rows put in above, columns widened, labels worded differently, a row for a relative cleared.
    two.insert_rows(1, 2)
    two["A1"].value = "营业部存档"
    for letter in "ABCDEFGH":
        two.column_dimensions[letter].width = 25
    two["A5"].value, two["A8"].value = "家庭年收入（元）", "保单号码"
    for column in range(1, 9):
        if not isinstance(two.cell(14, column), MergedCell):
            two.cell(14, column).value = None

    # A policy deleted with its row, the others sorted the other way round with all that stands beside them.
    three.delete_rows(8)
    put(three, 7, range(1, 10), list(reversed(rows(three, 7, 8, range(1, 10)))))

    # Copied as a whole, then the copy edited; in the original policies sorted without the hidden column, a column put in.
    copy = book.copy_worksheet(four)
    copy.title = "W0004 (2)"
    copy["D2"].value = "王大明"
    put(four, 7, range(1, 8), list(reversed(rows(four, 7, 10, range(1, 8)))))
    four.insert_cols(3)
    four["C8"].value = "已核对"

    edited = os.path.join(HERE, "edited.xlsx")
    book.save(edited)
    with_libreoffice(edited, os.path.join(HERE, "saved.xlsx"))


if __name__ == "__main__":
    main()
