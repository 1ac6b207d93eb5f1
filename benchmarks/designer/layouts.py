"""The forms to design: declared forms, hidden from the office, and undeclared layouts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.declarations.schema import Form, Schemas
from pipeline.training.synthetic_pages.reprint import draw_printing
from pipeline.training.synthetic_pages.synthesis_options import ReprintOptions

HIDDEN = ("marriage-2006", "birth-2016")
"""Forms that are designed while nobody has declared them."""

REPRINTS = ("death-2006", "birth-2006")
"""Forms that another printer has set in other words, types and places; the declared forms stay known."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A form to be designed.

    Attributes:
        form: The form as its pages are printed; the designer never sees it.
        hidden: The id of the declared form that is hidden meanwhile; ``""``: none.
    """

    name: str
    form: Form
    hidden: str = ""


def layouts(schemas: Schemas, seed: int, *, every: bool = False) -> tuple[Layout, ...]:
    """Return what is to be designed; ``every``: each form of a page of which a sheet was seen, hidden in turn."""
    pages = sorted(
        form.id for form in schemas.forms.values() if form.layout == "page" and form.evidence == "seen"
    )
    hidden = [Layout(f"{name} (ẩn)", schemas.form(name), name) for name in (pages if every else HIDDEN)]
    reprints = [Layout(f"{name}, nhà in khác", reprint(schemas.form(name), seed)) for name in REPRINTS]
    tables = [
        Layout("kết hôn, dạng bảng", marriage_table()),
        Layout("khai tử, dạng bảng", death_table()),
    ]
    return (*hidden, *reprints, *tables)


def reprint(form: Form, seed: int) -> Form:
    """Return the form as another printer sets it."""
    options = ReprintOptions(wordings=0.7, provincial=1.0, other_face=1.0)
    printed = draw_printing(np.random.default_rng(seed), form, options, "Tỉnh Thử").form
    return printed.model_copy(update={"id": f"{form.id}-in-lai"})


def marriage_table() -> Form:
    """Return a table of marriages of the years before 1989; made up for this measurement, seen nowhere."""
    person = (("Họ và tên", "name", 0.1), ("Năm sinh", "born_on", 0.065), ("Dân tộc", "ethnicity", 0.055),
              ("Nơi thường trú", "residence_place", 0.115))  # fmt: skip
    columns = [
        {"heading": "Số", "width": 0.045, "field": "entry_number"},
        {"heading": "Ngày đăng ký", "width": 0.075, "field": "registered_on"},
    ]
    for side, key in (("Bên nam", "husband"), ("Bên nữ", "wife")):
        columns += [
            {"heading": words, "group": side, "width": width, "field": f"{key}_{name}"}
            for words, name, width in person
        ]
    columns += [
        {"heading": "Người ký", "width": 0.09, "field": "signer_name"},
        {"heading": "Ghi chú", "width": 0.12, "field": "notes"},
    ]
    return _table("marriage", "kết hôn", columns, rows=10)


def death_table() -> Form:
    """Return a table of deaths of the years before 1989; made up for this measurement, seen nowhere."""
    columns = [
        {"heading": "Số", "width": 0.05, "field": "entry_number"},
        {"heading": "Ngày đăng ký", "width": 0.085, "field": "registered_on"},
        {"heading": "Họ và tên", "group": "Người chết", "width": 0.14, "field": "deceased_name"},
        {"heading": "Nam, nữ", "group": "Người chết", "width": 0.05, "field": "deceased_sex"},
        {"heading": "Năm sinh", "group": "Người chết", "width": 0.075, "field": "deceased_born_on"},
        {"heading": "Ngày chết", "group": "Người chết", "width": 0.085, "field": "deceased_died_on"},
        {"heading": "Nơi chết", "group": "Người chết", "width": 0.15, "field": "deceased_death_place"},
        {"heading": "Nguyên nhân", "group": "Người chết", "width": 0.11, "field": "deceased_death_cause"},
        {"heading": "Người khai", "width": 0.13, "field": "declarant_name"},
        {"heading": "Ghi chú", "width": 0.125, "field": "notes"},
    ]
    return _table("death", "khai tử", columns, rows=12)


def _table(record: str, words: str, columns: list[dict[str, Any]], rows: int) -> Form:
    return Form.model_validate(
        {
            "id": f"{record}-bang-thu",
            "record": record,
            "title": f"Sổ đăng ký {words} dạng bảng (dựng để đo)",
            "layout": "table",
            "evidence": "assumed",
            "years": [1976, 1988],
            "paper_mm": [420.0, 297.0],
            "frame": [0.04, 0.12, 0.96, 0.94],
            "left": 0.0,
            "right": 1.0,
            "text_size": 0.0165,
            "line": [
                {
                    "at": -0.05,
                    "cells": [{"label": f"SỔ ĐĂNG KÝ {words.upper()}", "style": "bold", "start": 0.38}],
                }
            ],
            "table": {"rows": rows, "top": 0.14, "bottom": 1.0, "column": columns},
        }
    )
