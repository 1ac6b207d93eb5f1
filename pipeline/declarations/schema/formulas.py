"""Check the printed formulas that guide to the values of acts in running text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from pipeline.base.errors import SchemaError
from pipeline.declarations.schema.form import Area, Form

FEWEST_LETTERS = 2
"""Letters that a formula has at least."""

OPENING_LETTERS = 8
"""Letters that the words have at least by which the beginning of an act is known: fewer stand anywhere."""

LONGEST = 120
"""Letters, blanks and signs that a formula has at most: a printed line."""


def check_formulas(form: Form, where: Path) -> None:
    """Check the printed formulas of a form.

    Args:
        form: The form.
        where: The file that declares it, to be named in what is wrong.

    Raises:
        SchemaError: Names the first flaw, and what to do.
    """
    for area in form.areas:
        _check_area(area, form, where)
    begins = [area for area in form.areas if area.begins_act]
    if len(begins) > 1:
        raise SchemaError(
            f"{where}: có {len(begins)} khoảng mở đầu một sự kiện (begins_act). "
            "Hãy chỉ để một khoảng: nơi in chữ đứng đầu mọi sự kiện."
        )


def _check_area(area: Area, form: Form, where: Path) -> None:
    guides = [words for words in (area.after, area.before) if words]
    if not guides and not area.begins_act:
        return
    what = f"{where}: khoảng “{area.field or area.after or area.before}”"
    if form.layout != "act":
        raise SchemaError(
            f"{what}: chữ in trước, sau giá trị (after, before, begins_act) chỉ dùng ở mẫu ghi thành văn. "
            'Hãy bỏ đi, hay chọn layout = "act".'
        )
    if area.signature:
        raise SchemaError(
            f"{what}: khoảng chữ ký không có chữ in trước, sau giá trị. Hãy bỏ after, before đi."
        )
    for words in guides:
        if _letters(words) < FEWEST_LETTERS or len(words) > LONGEST:
            raise SchemaError(
                f"{what}: “{words[:LONGEST]}” không dùng để dò được. Hãy chép từ {FEWEST_LETTERS} chữ cái trở lên, "
                "đúng như in trên trang, và không quá một dòng."
            )
    if len(guides) == 2 and guides[0].casefold() == guides[1].casefold():
        raise SchemaError(
            f"{what}: chữ in trước và sau giá trị giống nhau nên không biết giá trị ở đâu. Hãy chép thêm chữ bên cạnh."
        )
    if area.begins_act and max(map(_letters, guides), default=0) < OPENING_LETTERS:
        raise SchemaError(
            f"{what}: muốn biết mỗi sự kiện bắt đầu ở đâu thì cần chữ in đủ dài. Hãy chép vào after hay before "
            f"từ {OPENING_LETTERS} chữ cái của dòng in mở đầu một sự kiện, như “Năm một ngàn chín trăm”."
        )
    if not area.begins_act and not (area.field or area.fields):
        raise SchemaError(
            f"{what}: có chữ in dẫn tới giá trị mà chưa gắn trường. Hãy gắn trường, hay bỏ chữ in đi."
        )


def _letters(words: str) -> int:
    return sum(sign.isalnum() for sign in unicodedata.normalize("NFC", words))
