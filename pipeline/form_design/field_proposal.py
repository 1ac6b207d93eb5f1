"""Fields proposed for all places of an unknown form: blanks and columns, free areas, check boxes, the page number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rapidfuzz.distance import Levenshtein

from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.form_design.borrowing import with_known_spelling
from pipeline.form_design.design import (
    Design,
    DesignedArea,
    DesignedCell,
    DesignedCheckBox,
    design_of_form,
    form_of_design,
)
from pipeline.form_design.flaws import held_fields
from pipeline.form_design.known_labels import KnownLabels, known_labels
from pipeline.form_design.label_fields import CLEAR, bind_by_labels
from pipeline.layout.locate.label_matching import fold_label

PAGE_NUMBER_LABELS, NUMBER_WIDTH = frozenset({"trang", "trangso", "sotrang", "tr", "trso"}), 0.04
"""Labels before a page number, letters alone; the number's width as a share of the frame's width."""

FEWEST_LETTERS = 5
"""Smallest number of letters of a check box's label that is compared with the beginning of a term."""


def propose_fields(design: Design, schemas: Schemas) -> Design:
    """Return a proposed design with the spelling of known print, and the fields that its labels announce.

    Elements whose field is uncertain, and print that no form of the register has, are marked as doubtful.
    """
    record = schemas.record(design.record)
    known = known_labels(record, schemas)
    design = _with_page_number(with_known_spelling(design, schemas), record)
    design = bind_by_labels(design, known)
    design = _with_area_fields(design, record, schemas)
    design = _with_box_values(design, record, schemas)
    return _with_unknown_print(design, known)


def _with_page_number(design: Design, record: RecordSpec) -> Design:
    """Return the design with a blank for the page number after a label outside the frame that announces it."""
    if record.book is None or any(record.book.page in held_fields(cell) for cell in design.cells):
        return design
    result = list(design.cells)
    for number, cell in enumerate(result):
        if cell.start is None or cell.from_ is not None or 0 <= cell.at <= 1:
            continue
        if fold_label(cell.label) in PAGE_NUMBER_LABELS:
            left = round(
                cell.start
                + form_of_design(design).print_width(f"{cell.label.rstrip(':')}:", cell.style)
                + 0.004,
                4,
            )
            blank = {
                "doubtful": True,  # where the label ends is estimated
                "from_": left,
                "to": round(left + NUMBER_WIDTH, 4),
                "field": record.book.page,
                "printed": True,
            }
            result[number] = cell.model_copy(update=blank)
            break
    return design.model_copy(update={"cells": tuple(result)})


def _with_area_fields(design: Design, record: RecordSpec, schemas: Schemas) -> Design:
    """Return the design with fields for areas whose caption announces one on the declared forms."""
    captions: dict[str, list[DesignedArea]] = {}
    for form in schemas.forms.values():
        if form.layout == "page":
            known = design_of_form(form)
            for area in known.areas:
                fitting = not set(held_fields(area)) - set(record.by_name)
                if fitting and (caption := fold_label(_caption(area, known))):
                    captions.setdefault(caption, []).append(area)
    taken = {name for element in design.elements() for name in held_fields(element)}
    areas = []
    for area in design.areas:
        text = fold_label(_caption(area, design))
        nearest = max(captions, key=lambda one: Levenshtein.normalized_similarity(one, text), default="")
        likeness = Levenshtein.normalized_similarity(nearest, text) if text else 0.0
        twins = captions[nearest] if likeness >= CLEAR else []
        twin = next((one for one in twins if held_fields(one) and not taken & set(held_fields(one))), None)
        if twin is not None and not held_fields(area):
            bound = {
                name: getattr(twin, name) for name in ("field", "fields", "kind", "stamped", "signature")
            }
            area = area.model_copy(update={**bound, "doubtful": not all(held_fields(one) for one in twins)})
            taken |= set(held_fields(area))
        areas.append(area)
    return design.model_copy(update={"areas": tuple(areas)})


def _caption(area: DesignedArea, design: Design) -> str:
    """Return the label of an area, or the printed text right above it."""
    if area.label:
        return area.label
    left, top, right, _ = area.box
    above = [
        cell
        for cell in design.cells
        if cell.label
        and cell.start is not None
        and left - 0.02 <= cell.start < right
        and 0 <= top - cell.at < 2.5 * design.text_size
    ]
    return max(above, key=lambda cell: cell.at).label if above else ""


def _with_box_values(design: Design, record: RecordSpec, schemas: Schemas) -> Design:
    """Return the design with fields and values for check boxes, by the declared forms and the lists of choices."""
    known = tuple(_known_boxes(record, schemas))
    ticked = {box.field for form in schemas.forms.values() for box in form.boxes}
    boxes = []
    for box in design.checkboxes:
        text = fold_label(box.label)
        likeness = [(Levenshtein.normalized_similarity(text, label), twin) for label, twin in known]
        best, twin = max(likeness, key=lambda one: one[0], default=(0.0, None))
        if best < CLEAR and len(text) >= FEWEST_LETTERS:  # a label that goes on in the next line
            begun = [other for label, other in known if label.startswith(text)]
            best, twin = (
                (CLEAR, begun[0]) if len({(one.field, one.value) for one in begun}) == 1 else (best, twin)
            )
        if twin is not None and best >= CLEAR and not box.field and text:
            meanings = {(other.field, other.value) for alike, other in likeness if alike >= best}
            bound = {name: getattr(twin, name) for name in ("field", "value", "coded")}
            box = box.model_copy(update={**bound, "doubtful": len(meanings) > 1 or twin.field not in ticked})
        boxes.append(box)
    return design.model_copy(update={"checkboxes": tuple(boxes)})


def _known_boxes(record: RecordSpec, schemas: Schemas) -> Iterator[tuple[str, DesignedCheckBox]]:
    """Yield labels of check boxes with what they mean: those of the register's forms, then words that it declares."""
    for form in schemas.forms.values():
        if form.record == record.record:
            for box in design_of_form(form).checkboxes:
                if box.field:
                    yield fold_label(box.label), box
    words = [
        (word, spec.name, True)
        for spec in record.fields
        if spec.name != record.derived_fields.get("noted_kind")
        for term in (schemas.vocabs[spec.vocab].terms if spec.vocab else ())
        for word in (term.label, *term.aliases)
    ]
    unknown = record.unknown_parent
    words += [(unknown.words, unknown.field, False)] if unknown is not None else []
    words += [(one.words, one.field, False) for one in record.ambiguous_boxes]
    for word, name, coded in words:
        fields = {"field": name, "value": word, "coded": coded}
        known = {"key": "b", "label": word, "at": (0, 0), "box": (0, 0, 1, 1), **fields}
        yield fold_label(word), DesignedCheckBox.model_validate(known)


def _with_unknown_print(design: Design, known: KnownLabels) -> Design:
    """Return the design with doubt at blanks without a field, and at print that no form of the register has."""

    def doubted(cell: DesignedCell) -> DesignedCell:
        is_known = fold_label(cell.label) in known.texts
        is_doubtful = cell.from_ is not None if not held_fields(cell) else cell.doubtful
        return cell.model_copy(update={"doubtful": is_doubtful or not (is_known or held_fields(cell))})

    update: dict[str, Any] = {"cells": tuple(doubted(cell) for cell in design.cells)}
    update["checkboxes"] = tuple(
        box if box.field else box.model_copy(update={"doubtful": True}) for box in design.checkboxes
    )
    if design.table is not None:
        columns = tuple(
            column if held_fields(column) else column.model_copy(update={"doubtful": True})
            for column in design.table.columns
        )
        update["table"] = design.table.model_copy(update={"columns": columns})
    return design.model_copy(update=update)
