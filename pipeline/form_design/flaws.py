"""What is wrong with a design, each flaw at its element and in the words of the loader of ``schemas/forms``.

The loader names the first flaw of a whole file. Here it is asked about every element by itself, in a form that has
nothing else, then about the whole; so a flaw is shown at the box concerned. What the loader cannot know of an edited
form is asked besides: a field that two places would hold, a rectangle without extent, an id of the program's own forms.
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
"""How many printed texts a form of a page has at least: fewer are not found again on another page for sure."""

HERE = Path("mau-so.toml")
"""The file that flaws would name; it is taken out of their words."""


@dataclass(frozen=True, slots=True)
class DesignFlaw:
    """What is wrong with an element.

    Attributes:
        key: The key of the element; ``""``: the form as a whole.
        message: What is wrong, in Vietnamese.
    """

    key: str
    message: str


def form_of_table(table: Mapping[str, Any], where: Path = HERE) -> Form:
    """Return the form that a table of TOML declares.

    Raises:
        SchemaError: It declares none; names the key and the nearest known one.
    """
    return validate_declaration(Form, table, where)


def checked_form(design: Design, schemas: Schemas) -> Form:
    """Return the form of a design, as the loader accepts it.

    Raises:
        SchemaError: The loader refuses it.
    """
    form = form_of_table(form_table(design))
    check_form(form, schemas, HERE)
    check_printing(form, {**schemas.forms, form.id: form}, HERE)
    return form


def design_flaws(design: Design, schemas: Schemas) -> tuple[DesignFlaw, ...]:
    """Return everything that is wrong with a design, those of the form as a whole first."""
    record = schemas.records.get(design.record)
    if record is None:
        return (DesignFlaw("", "Chưa chọn loại sự kiện của mẫu sổ."),)
    found = list(_of_whole(design))
    for key, alone in _alone(design):
        flaw = _loader_flaw(alone, schemas)
        if flaw:
            found.append(DesignFlaw(key, flaw))
    found += _of_elements(design)
    found += _held_twice(design, record)
    if not found:
        flaw = _loader_flaw(design, schemas)
        if flaw:
            found.append(DesignFlaw("", flaw))
    return tuple(dict.fromkeys(found))


def held_fields(element: Any) -> tuple[str, ...]:
    """Return the fields that an element of a design holds."""
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


def _alone(design: Design) -> Iterator[tuple[str, Design]]:
    """Yield each element's key with a design that has nothing else."""
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
        # a further line says nothing of the kind: the first one does
        whole = cell if cell.kind else cell.model_copy(update={"kind": first_kinds.get(held_fields(cell))})
        yield cell.key, empty.model_copy(update={"cells": (whole,)})
    # printed words before and behind a value are of acts alone
    layout = "act" if design.layout == "act" else "page"
    for area in design.areas:
        yield area.key, empty.model_copy(update={"areas": (area,), "layout": layout})
    for box in design.checkboxes:
        yield box.key, empty.model_copy(update={"checkboxes": (box,)})
    if design.table is not None:
        for column in design.table.columns:
            one = column.model_copy(update={"width": 1.0})
            grid = design.table.model_copy(update={"columns": (one,)})
            yield column.key, empty.model_copy(update={"layout": "table", "table": grid})


def _of_whole(design: Design) -> Iterator[DesignFlaw]:
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


def _of_elements(design: Design) -> Iterator[DesignFlaw]:
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
    yield from _of_rectangles(design)


def _of_rectangles(design: Design) -> Iterator[DesignFlaw]:
    boxes = [(one.key, one.box) for one in design.areas] + [
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


def _held_twice(design: Design, record: RecordSpec) -> Iterator[DesignFlaw]:
    """Yield the places that hold a field which an earlier place of another kind holds already."""
    holders: dict[str, tuple[str, tuple[str, ...]]] = {}
    places: list[tuple[str, str, tuple[str, ...]]] = [
        ("cell", cell.key, held_fields(cell))
        for cell in sorted(design.cells, key=lambda one: (one.at, one.from_ or 0.0))
    ]
    places += [(f"area {area.key}", area.key, held_fields(area)) for area in design.areas]
    if design.table is not None:
        places += [
            (f"column {column.key}", column.key, held_fields(column)) for column in design.table.columns
        ]
    for sort, key, fields in places:
        for name in fields:
            before = holders.setdefault(name, (sort, fields))
            if before != (sort, fields):
                label = record.by_name[name].label if name in record.by_name else name
                yield DesignFlaw(key, f"Trường “{label}” đã gắn với một chỗ khác. Mỗi trường chỉ ở một chỗ.")


def composite_roles() -> dict[str, tuple[str, ...]]:
    """Return the roles of each composite kind."""
    return {name: tuple(kind.roles) for name, kind in kinds.COMPOSITES.items()}
