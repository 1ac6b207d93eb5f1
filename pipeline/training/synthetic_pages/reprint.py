"""Another printer's sheets of a declared form: other line heights, margins, typefaces, wordings and colours.

The sheet keeps the blanks of the form and their order; the places and sizes of the print differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.base.print_fonts import PRINT_FACES, print_font
from pipeline.declarations.schema import Form
from pipeline.training.synthetic_pages.people import happens, pick
from pipeline.training.synthetic_pages.sheet import PRINT_INK
from pipeline.training.synthetic_pages.synthesis_options import ReprintOptions

Place = Callable[[float], float]
"""Maps a declared u or v to a printed one."""

RULE_INKS = ((120, 34, 40), (24, 92, 60), (32, 58, 130))
"""Second colours of forms: red brown, green, blue."""

WORDINGS: Mapping[str, Sequence[str]] = {
    "Trang": ("Trang số:", "Trang:", "Tr."),
    "Trang số:": ("Trang", "Tr. số:"),
    "Số:": ("Số đăng ký:", "SỐ:", "Số"),
    "Quyển:": ("Quyển số:", "QUYỂN:"),
    "Họ và tên:": ("Họ, tên:", "Họ tên:", "Họ và tên"),
    "Họ, chữ đệm, tên:": ("Họ và tên:", "Họ, tên đệm, tên:"),
    "Giới tính:": ("Giới tính", "Nam, nữ:"),
    "Ngày, tháng, năm sinh:": ("Ngày tháng năm sinh:", "Sinh ngày:", "Ngày, tháng, năm sinh"),
    "ghi bằng chữ:": ("bằng chữ:", "(ghi bằng chữ)", "Ghi bằng chữ:"),
    "Nơi sinh:": ("Sinh tại:", "Nơi sinh"),
    "Nơi chết:": ("Chết tại:", "Nơi chết"),
    "Dân tộc:": ("Dân tộc", "DÂN TỘC:"),
    "Quốc tịch:": ("Quốc tịch", "QUỐC TỊCH:"),
    "Quê quán:": ("Nguyên quán:", "Quê quán"),
    "Họ và tên cha:": ("Họ tên cha:", "Cha:"),
    "Họ và tên mẹ:": ("Họ tên mẹ:", "Mẹ:"),
    "Họ và tên chồng:": ("Họ tên chồng:", "CHỒNG:"),
    "Họ và tên vợ:": ("Họ tên vợ:", "VỢ:"),
    "Nơi thường trú/tạm trú:": ("Nơi ĐKTT, tạm trú:", "Thường trú/tạm trú:"),
    "Số Giấy CMND/Hộ chiếu:": ("Giấy CMND/Hộ chiếu số:", "Số CMND/Hộ chiếu:"),
    "Nguyên nhân chết:": ("Nguyên nhân:", "Lý do chết:"),
    "Quan hệ với người được khai sinh:": ("Quan hệ với trẻ:", "Quan hệ với người được đăng ký:"),
    "Quan hệ với người đã chết:": ("Quan hệ với người chết:",),
    "Họ tên, chức vụ, người ký Giấy khai sinh:": ("Họ tên, chức vụ người ký:", "Người ký Giấy khai sinh:"),
    "Họ tên, chức vụ, người ký Giấy chứng tử:": ("Họ tên, chức vụ người ký:", "Người ký Giấy chứng tử:"),
    "Họ tên, chức vụ, người ký Giấy chứng nhận kết hôn:": ("Họ tên, chức vụ người ký Giấy chứng nhận:",),
    "Cán bộ Tư pháp hộ tịch/": ("CÁN BỘ TƯ PHÁP - HỘ TỊCH/",),
    "Cán bộ Tư pháp hộ tịch": ("CÁN BỘ TƯ PHÁP - HỘ TỊCH", "Cán bộ hộ tịch"),
    "Người thực hiện": ("NGƯỜI THỰC HIỆN",),
    "Ghi chú:": ("GHI CHÚ", "Ghi chú", "Phần ghi chú:"),
    "Ghi chú": ("GHI CHÚ", "Ghi chú:"),
    "Đăng ký ngày": ("Đăng ký, ngày", "Ngày đăng ký:"),
}
"""Alternative wordings of labels."""

LOWEST = 0.985
"""Largest v of print inside the frame."""

LEAST_GAP, FOOT_ROOM = 0.05, 0.02
"""Least space between the last blank and the foot, and space below the last line of the foot."""

NARROWEST_BLANK = 0.06
"""Least width of a blank before a longer label, as a share of the frame's width."""


@dataclass(frozen=True)
class Printing:
    """The sheets of a book by a printer.

    Attributes:
        form: The declared form with the places, sizes and wordings of the printer.
        face: Typeface, a key of ``pipeline.base.print_fonts.PRINT_FACES``.
        rule_ink: Colour of frame, rules and leaders.
        double: Whether the frame is double.
    """

    form: Form
    face: str = "serif"
    rule_ink: tuple[int, int, int] = PRINT_INK
    double: bool = False


def draw_printing(
    rng: np.random.Generator, form: Form, options: ReprintOptions | None, province: str
) -> Printing:
    """Draw the printing of a book's sheets; tables, and forms without options, are printed as declared."""
    if options is None or form.layout != "page":
        return Printing(form)
    face = pick(rng, tuple(PRINT_FACES)[1:]) if happens(rng, options.other_face) else "serif"
    coloured, provincial = happens(rng, options.coloured), happens(rng, options.provincial)
    data = form.model_dump(by_alias=True)
    data["frame"] = _frame(rng, form, options.margins)
    data["text_size"] = form.text_size * _signed(rng, options.type_size)
    across = _across(rng, form)
    down = _down(rng, form, _signed(rng, options.line_height))
    data["rules"] = [across(rule) for rule in form.rules]
    data["left"], data["right"] = across(form.left), across(form.right)
    measure = _measure(data, face)
    data["line"] = [_line(rng, line, across, down, measure, options.wordings) for line in data["line"]]
    for area in data["area"]:
        u0, v0, u1, v1 = area["box"]
        area["box"] = (across(u0), down(v0), across(u1), v1 if v1 >= LOWEST else down(v1))
        area["at"] = (across(area["at"][0]), down(area["at"][1]))
        area["label"] = _worded(rng, area["label"], options.wordings)
    for box in data["checkbox"]:
        u0, v0, u1, v1 = box["box"]
        moved = down(box["at"][1]) - box["at"][1]
        box["box"] = (across(u0), v0 + moved, across(u1), v1 + moved)
        box["at"] = (across(box["at"][0]), box["at"][1] + moved)
    if provincial:
        data["line"].insert(0, _heading(province, data["text_size"]))
    printed = Form.model_validate(data)
    return Printing(printed, face, pick(rng, RULE_INKS) if coloured else PRINT_INK, provincial)


def _signed(rng: np.random.Generator, part: float) -> float:
    """Return a factor between 1 - part and 1 + part, mostly away from 1."""
    return 1 + float(pick(rng, (-1, 1))) * float(rng.uniform(0.3, 1.0)) * part


def _frame(rng: np.random.Generator, form: Form, margins: float) -> tuple[float, float, float, float]:
    """Return a smaller frame at a random place in the declared frame, with room above for the heading."""
    left, top, right, bottom = form.frame
    wide, tall = (1 - float(rng.uniform(0.2, 1.0)) * margins for _ in range(2))
    x = left + (right - left) * (1 - wide) * float(rng.uniform(0, 1))
    y = top + (bottom - top) * (1 - tall) * float(rng.uniform(0, 1))
    return x, y, x + (right - left) * wide, y + (bottom - top) * tall


def _across(rng: np.random.Generator, form: Form) -> Place:
    """Return the mapping of u for a moved vertical rule."""
    if len(form.rules) != 1:
        return lambda u: u
    (rule,) = form.rules
    moved = rule * float(rng.uniform(0.95, 1.04))
    return lambda u: float(np.interp(u, (0.0, rule, 1.0), (0.0, moved, 1.0))) if 0 <= u <= 1 else u


def _down(rng: np.random.Generator, form: Form, factor: float) -> Place:
    """Return the mapping of v for another line height, with slightly varied gaps.

    Print above and below the frame moves too. The foot, below the last blank outside the officers', keeps its own
    heights and moves as a whole.
    """
    blanks = [
        line.at for line in form.lines if any(c.from_ is not None and not c.stamped for c in line.cells)
    ]
    last = max(v for v in blanks if 0 < v < 1)
    foot = [line.at for line in form.lines if last < line.at < 1]
    gap = min(min(foot) - last, LEAST_GAP) if foot else 0.0
    tall = max(foot) + FOOT_ROOM - min(foot) if foot else 0.0
    factor = min(factor, (LOWEST - tall - gap) / last)
    knots = np.linspace(0, last, 8)
    gaps = np.diff(knots) * rng.uniform(0.95, 1.05, len(knots) - 1)
    places = np.concatenate([[0.0], np.cumsum(gaps)]) * (factor * last / gaps.sum())
    highest = last * factor + gap - min(foot) if foot else last * factor - last
    lowest = max(highest, min(highest + 0.06, LOWEST - (max(foot) + FOOT_ROOM))) if foot else highest
    shift = float(rng.uniform(highest, lowest))
    above, below = (float(rng.uniform(0.75, 1.3)) for _ in range(2))

    def down(v: float) -> float:
        if v < 0:
            return v * above
        if v > 1:
            return 1 + (v - 1) * below
        return float(np.interp(v, knots, places)) if v <= last else min(v + shift, LOWEST)

    return down


def _measure(data: Mapping[str, Any], face: str) -> Callable[[str, str], float]:
    """Return a function for the printed width of a label, as a share of the frame's width."""
    left, top, right, bottom = data["frame"]
    width, height = data["paper_mm"]
    ratio = (bottom - top) * height / ((right - left) * width)

    def measure(text: str, style: str) -> float:
        em = data["text_size"] * (0.86 if style == "small" else 1.0)
        return float(print_font(style, 100, face).getlength(text) / 100 * em * ratio)

    return measure


def _line(
    rng: np.random.Generator, line: Mapping[str, Any], across: Place, down: Place,
    measure: Callable[[str, str], float], wordings: float,
) -> dict[str, Any]:  # fmt: skip
    """Return a line with moved and reworded cells, with blanks that begin after their labels."""
    cells = []
    end = across(0.031)
    for cell in line["cells"]:
        moved = dict(cell)
        start = end if cell["start"] is None else across(cell["start"])
        if cell["start"] is not None:
            moved["start"] = start
        if cell["to"] is not None:
            moved["to"] = across(cell["to"])
        if cell["from"] is not None:
            moved["from"] = across(cell["from"])
            if cell["label"]:
                label = _worded(rng, cell["label"], wordings)
                begin = start + measure(label, cell["style"]) + 0.008
                if moved["to"] - begin < NARROWEST_BLANK and label != cell["label"]:
                    label = cell["label"]
                    begin = start + measure(label, cell["style"]) + 0.008
                if moved["to"] - begin >= min(NARROWEST_BLANK, moved["to"] - moved["from"]):
                    moved["label"], moved["from"] = label, begin
        elif cell["label"]:
            moved["label"] = _worded(rng, cell["label"], wordings)
        end = moved["to"] if moved["to"] is not None else start + measure(moved["label"], cell["style"])
        cells.append(moved)
    return {"at": down(line["at"]), "cells": cells}


def _worded(rng: np.random.Generator, label: str, share: float) -> str:
    return pick(rng, WORDINGS[label]) if label in WORDINGS and happens(rng, share) else label


def _heading(province: str, text_size: float) -> dict[str, Any]:
    """Return the line above the frame that names the province that ordered the print."""
    return {
        "at": -0.05 - text_size,
        "cells": [{"label": f"Sở Tư pháp {province} in", "style": "small", "start": 0.02}],
    }
