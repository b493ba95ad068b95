"""Files that are no lists at all: every office folder has some."""

from writing import write_bytes

EMPTY = "新建 Microsoft Excel 工作表.xlsx"
PHOTO = "客户照片.xlsx"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010101006000600000ffdb004300") + b"\x08" * 64 + bytes.fromhex("ffd9")


def make(out, truth):
    write_bytes(out / EMPTY, b"")
    write_bytes(out / PHOTO, JPEG)
    truth.file_fact(EMPTY, "empty_file", bytes=0)
    truth.file_fact(PHOTO, "jpeg_named_xlsx", bytes=len(JPEG))
