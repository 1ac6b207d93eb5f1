"""Printed formulas stand in forms of acts alone, long enough to be found; what is wrong is said with what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.base.errors import SchemaError
from pipeline.declarations.schema import Form, Schemas, check_form

BOX = [0.2, 0.1, 0.9, 0.5]
OPENING = {"box": BOX, "after": "Năm một ngàn chín trăm", "begins_act": True}
NAME = {"box": BOX, "field": "child_name", "after": "tên là", "before": "con của ông"}


def form_of(*areas: dict[str, Any], layout: str = "act") -> Form:
    return Form.model_validate(
        {
            "id": "birth-act", "record": "birth", "title": "Khai sinh ghi thành văn", "layout": layout,
            "evidence": "seen", "years": (1955, 1975),
            "paper_mm": (210.0, 297.0), "frame": (0.1, 0.1, 0.9, 0.9), "area": areas,
        }
    )  # fmt: skip


def test_an_act_has_words_around_its_values_and_words_that_begin_it(schemas: Schemas) -> None:
    form = form_of(OPENING, NAME)
    check_form(form, schemas, Path("a.toml"))
    opening, name = form.slots
    assert (opening.begins_act, opening.after, opening.field_names) == (True, "Năm một ngàn chín trăm", ())
    assert (name.after, name.before, name.field_names) == ("tên là", "con của ông", ("child_name",))
    check_form(form_of({**OPENING, "field": "registered_on"}), schemas, Path("a.toml"))


@pytest.mark.parametrize(
    ("areas", "said"),
    [
        ([{**NAME, "field": None}], "chưa gắn trường"),
        ([{**NAME, "field": None, "signature": True}], "chữ ký"),
        ([{**NAME, "after": "…"}], "từ 2 chữ cái"),
        ([{**NAME, "after": "tên là " * 40}], "một dòng"),
        ([{**NAME, "before": "Tên là"}], "giống nhau"),
        ([{**NAME, "begins_act": True}, {**OPENING}], "chỉ để một khoảng"),
        ([{"box": BOX, "field": "child_name", "begins_act": True}], "Năm một ngàn chín trăm"),
        ([{**OPENING, "after": "Số:"}], "từ 8 chữ cái"),
    ],
)
def test_words_that_cannot_guide_are_refused(
    areas: list[dict[str, Any]], said: str, schemas: Schemas
) -> None:
    with pytest.raises(SchemaError, match=said) as refused:
        check_form(form_of(*areas), schemas, Path("a.toml"))
    assert "Hãy" in str(refused.value)


def test_only_forms_of_acts_have_them(schemas: Schemas) -> None:
    with pytest.raises(SchemaError, match=r"chỉ dùng ở mẫu ghi thành văn.*Hãy"):
        check_form(form_of(NAME, layout="page"), schemas, Path("a.toml"))
