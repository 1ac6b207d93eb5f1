"""Flaws of a design, each at its element and in the words of the loader of ``schemas/forms``.

The loader names the first flaw of a whole file. Here it checks every element alone, in an otherwise empty form, then
the whole form; so a flaw is shown at its box. Flaws that the loader cannot know are checked as well: a field held by
two places, a rectangle without extent, the id of a shipped form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pipeline.base.errors import SchemaError
from pipeline.base.text.control_characters import control_character_flaw
from pipeline.declarations.schema import (
    Form,
    RecordSpec,
    Schemas,
    check_form,
    check_printing,
    validate_declaration,
)
from pipeline.form_design.design import Design, form_table
from pipeline.values import kinds

FEWEST_LABELS = 5
"""Smallest number of printed texts of a page form: with fewer the form is not matched reliably."""

HERE = Path("mau-so.toml")
"""The file name in the loader's messages, which is removed from them."""


@dataclass(frozen=True, slots=True)
class DesignFlaw:
    """A flaw of an element.

    Attributes:
        key: The key of the element; ``""``: the whole form.
        message: The flaw, in Vietnamese.
    """

    key: str
    message: str


def form_of_table(table: Mapping[str, Any], where: Path = HERE) -> Form:
    """Return the form declared by a TOML table.

    Raises:
        SchemaError: The table is not a form; names the key and the nearest known key.
    """
    return validate_declaration(Form, table, where)


def checked_form(design: Design, schemas: Schemas) -> Form:
    """Return the form of a design, accepted by the loader.

    Raises:
        SchemaError: The loader refuses it.
    """
    form = form_of_table(form_table(design))
    check_form(form, schemas, HERE)
    check_printing(form, {**schemas.forms, form.id: form}, HERE)
    return form


def design_flaws(design: Design, schemas: Schemas) -> tuple[DesignFlaw, ...]:
    """Return all flaws of a design, those of the whole form first."""
    record = schemas.records.get(design.record)
    if record is None:
        return (DesignFlaw("", "Chưa chọn loại sự kiện của mẫu sổ."),)
    flaws = list(_whole_flaws(design))
    for key, single in _single_element_designs(design):
        flaw = _loader_flaw(single, schemas)
        if flaw:
            flaws.append(DesignFlaw(key, flaw))
    flaws += _element_flaws(design)
    flaws += _double_bindings(design, record)
    if not flaws:
        flaw = _loader_flaw(design, schemas)
        if flaw:
            flaws.append(DesignFlaw("", flaw))
    return tuple(dict.fromkeys(flaws))


def held_fields(element: Any) -> tuple[str, ...]:
    fields = getattr(element, "fields", None)
    return (element.field,) if element.field else tuple(fields.values()) if fields else ()


def _loader_flaw(design: Design, schemas: Schemas) -> str:
    try:
        checked_form(design, schemas)
    except SchemaError as error:
        return _sentence(error.message)
    except ValidationError:
        return "Có giá trị không đúng dạng."
    return ""


def _sentence(message: str) -> str:
    text = message.replace(f"{HERE}: ", "").replace(str(HERE), "").strip()
    return text[:1].upper() + text[1:]


def _single_element_designs(design: Design) -> Iterator[tuple[str, Design]]:
    """Yield each element's key with a design of this element alone."""
    empty = design.model_copy(
        update={
            "cells": (),
            "areas": (),
            "checkboxes": (),
            "layout": "page",
            "table": None,
            "printing_of": "",
        }
    )
    first_kinds = {held_fields(cell): cell.kind for cell in reversed(design.cells) if cell.kind}
    for cell in design.cells:
        # a continuation line has the kind of its first line
        whole = cell if cell.kind else cell.model_copy(update={"kind": first_kinds.get(held_fields(cell))})
        yield cell.key, empty.model_copy(update={"cells": (whole,)})
    # only acts have printed words before and after a value
    layout = "act" if design.layout == "act" else "page"
    for area in design.areas:
        yield area.key, empty.model_copy(update={"areas": (area,), "layout": layout})
    for box in design.checkboxes:
        yield box.key, empty.model_copy(update={"checkboxes": (box,)})
    if design.table is not None:
        for column in design.table.columns:
            single_column = column.model_copy(update={"width": 1.0})
            grid = design.table.model_copy(update={"columns": (single_column,)})
            yield column.key, empty.model_copy(update={"layout": "table", "table": grid})


def _whole_flaws(design: Design) -> Iterator[DesignFlaw]:
    left, top, right, bottom = design.frame
    if not (left < right and top < bottom):
        yield DesignFlaw("", "Khung in không có bề rộng hoặc bề cao. Hãy vẽ lại khung.")
    if design.years[0] > design.years[1]:
        yield DesignFlaw("", "Năm đầu phải không sau năm cuối.")
    if not design.title.strip():
        yield DesignFlaw("", "Chưa ghi tên mẫu sổ.")
    for name in ("title", "note", "province", "printer"):
        hidden = control_character_flaw(getattr(design, name))
        if hidden:
            yield DesignFlaw("", f"Phần mô tả mẫu {hidden}.")
    labels = sum(bool(cell.label.strip()) for cell in design.cells) + sum(
        bool(area.label) for area in design.areas
    )
    if design.layout not in ("table", "act") and labels < FEWEST_LABELS:
        yield DesignFlaw(
            "", f"Mới có {labels} chữ in. Cần ít nhất {FEWEST_LABELS} để máy nhận ra trang của mẫu này."
        )
    if design.layout != "cover" and not any(held_fields(element) for element in design.elements()):
        yield DesignFlaw("", "Chưa gắn chỗ trống nào với trường nào.")
    if design.table is not None and design.table.top >= design.table.bottom:
        yield DesignFlaw("", "Dòng đầu của bảng phải bắt đầu phía trên chỗ dòng cuối kết thúc.")


def _element_flaws(design: Design) -> Iterator[DesignFlaw]:
    for element in design.elements():
        for name in ("label", "heading", "group", "value", "after", "before"):
            hidden = control_character_flaw(getattr(element, name, ""))
            if hidden:
                yield DesignFlaw(element.key, f"Chữ in {hidden}.")
    for cell in design.cells:
        if not cell.label.strip() and cell.from_ is None:
            yield DesignFlaw(cell.key, "Ô này không có chữ in mà cũng không có chỗ trống. Hãy xóa đi.")
        if cell.part is not None and not cell.field:
            yield DesignFlaw(cell.key, "Đã chọn phần (ngày, tháng, năm) mà chưa gắn trường.")
    yield from _rectangle_flaws(design)


def _rectangle_flaws(design: Design) -> Iterator[DesignFlaw]:
    boxes = [(area.key, area.box) for area in design.areas] + [
        (checkbox.key, checkbox.box) for checkbox in design.checkboxes
    ]
    for key, (left, top, right, bottom) in boxes:
        if not (left < right and top < bottom):
            yield DesignFlaw(key, "Khoảng này không có bề rộng hoặc bề cao. Hãy vẽ lại.")
    for area in design.areas:
        if area.signature and held_fields(area):
            yield DesignFlaw(area.key, "Khoảng chữ ký không bao giờ được đọc, nên không gắn với trường nào.")
    for box in design.checkboxes:
        if box.field and not box.value.strip():
            yield DesignFlaw(box.key, "Ô đánh dấu đã gắn trường thì cần giá trị mà dấu cho trường ấy.")


def _double_bindings(design: Design, record: RecordSpec) -> Iterator[DesignFlaw]:
    """Yield the places whose field is already held by a place of another kind."""
    holders: dict[str, tuple[str, tuple[str, ...]]] = {}
    places: list[tuple[str, str, tuple[str, ...]]] = [
        ("cell", cell.key, held_fields(cell))
        for cell in sorted(design.cells, key=lambda cell: (cell.at, cell.from_ or 0.0))
    ]
    places += [(f"area {area.key}", area.key, held_fields(area)) for area in design.areas]
    if design.table is not None:
        places += [(f"column {col.key}", col.key, held_fields(col)) for col in design.table.columns]
    for sort, key, fields in places:
        for name in fields:
            before = holders.setdefault(name, (sort, fields))
            if before != (sort, fields):
                label = record.by_name[name].label if name in record.by_name else name
                yield DesignFlaw(key, f"Trường “{label}” đã gắn với một chỗ khác. Mỗi trường chỉ ở một chỗ.")


def composite_roles() -> dict[str, tuple[str, ...]]:
    return {name: tuple(kind.roles) for name, kind in kinds.COMPOSITES.items()}
