"""Spelling of print and fields of blanks that a design takes over from a similar declared form.

The labels of both are aligned in reading order, so that “Dân tộc” of the husband is not confused with that of the wife.
A blank gets the fields of the blank at its place in the alignment; continuation lines follow. All results are
proposals until a person has looked at them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.declarations.schema import Form, Schemas
from pipeline.form_design.design import (
    Design,
    DesignedCell,
    DesignedColumn,
    design_of_form,
)
from pipeline.form_design.flaws import held_fields
from pipeline.layout.locate.label_matching import fold_label

LEAST_ALIKE = 0.62
"""Smallest similarity, by edit distance of letters, of labels that count as equal."""

BOUND = ("field", "fields", "kind", "part", "printed", "stamped")

T = TypeVar("T", DesignedCell, DesignedColumn)


@dataclass(frozen=True, slots=True)
class SimilarForm:
    """A declared form, and the share 0..1 of a design's labels that it has in the same order."""

    form: Form
    likeness: float


def similar_forms(design: Design, schemas: Schemas) -> tuple[SimilarForm, ...]:
    """Return the declared forms of the same record and layout, the most similar first."""
    forms = [
        form
        for form in schemas.forms.values()
        if form.record == design.record and form.layout == design.layout
    ]
    similar = [
        SimilarForm(form, _likeness(design, design_of_form(form))) for form in forms if form.id != design.id
    ]
    return tuple(sorted(similar, key=lambda candidate: (-candidate.likeness, candidate.form.id)))


def with_known_spelling(design: Design, schemas: Schemas) -> Design:
    """Return the design with the labels' spelling of declared forms, since diacritics are most often misread."""
    known: dict[str, str] = {}
    for form in schemas.forms.values():
        texts = [label.text for label in form.labels]
        if form.table is not None:
            texts += [text for column in form.table.columns for text in (column.heading, column.group)]
        for text in texts:
            known.setdefault(_letters(text), text)

    def spelled(text: str) -> str:
        return known.get(_letters(text), text)

    update: dict[str, Any] = {
        "cells": tuple(cell.model_copy(update={"label": spelled(cell.label)}) for cell in design.cells),
        "areas": tuple(area.model_copy(update={"label": spelled(area.label)}) for area in design.areas),
        "checkboxes": tuple(
            box.model_copy(update={"label": spelled(box.label)}) for box in design.checkboxes
        ),
    }
    if design.table is not None:
        columns = tuple(
            column.model_copy(update={"heading": spelled(column.heading), "group": spelled(column.group)})
            for column in design.table.columns
        )
        update["table"] = design.table.model_copy(update={"columns": columns})
    return design.model_copy(update=update)


def borrow_fields(design: Design, form: Form) -> Design:
    """Return the design with the fields of a declared form; present bindings stay."""
    other = design_of_form(form)
    update: dict[str, Any] = {"cells": _borrowed_cells(design.cells, other.cells)}
    if design.table is not None and other.table is not None:
        columns = _borrowed_columns(design.table.columns, other.table.columns)
        update["table"] = design.table.model_copy(update={"columns": columns})
    taken = {name for cell in update["cells"] for name in held_fields(cell)}
    areas = []
    for area in design.areas:
        twin = next(
            (theirs for theirs in other.areas if area.label and _alike(area.label, theirs.label) >= 0.8),
            None,
        )
        if twin is not None and not held_fields(area) and not taken & set(held_fields(twin)):
            area = area.model_copy(
                update={name: getattr(twin, name) for name in ("field", "fields", "kind", "stamped")}
            )
        areas.append(area)
    boxes = []
    for box in design.checkboxes:
        same = next(
            (theirs for theirs in other.checkboxes if box.label and _alike(box.label, theirs.label) >= 0.8),
            None,
        )
        if same is not None and not box.field:
            box = box.model_copy(update={name: getattr(same, name) for name in ("field", "value", "coded")})
        boxes.append(box)
    return design.model_copy(update={**update, "areas": tuple(areas), "checkboxes": tuple(boxes)})


def _borrowed_cells(
    cells: Sequence[DesignedCell], others: Sequence[DesignedCell]
) -> tuple[DesignedCell, ...]:
    order = sorted(range(len(cells)), key=lambda n: (round(cells[n].at, 2), _begin(cells[n])))
    labelled = [n for n in order if cells[n].label]
    other_labelled = [n for n, cell in enumerate(others) if cell.label]
    pairs = _aligned([cells[n].label for n in labelled], [others[n].label for n in other_labelled])
    result = list(cells)
    taken = {name for cell in cells for name in held_fields(cell)}
    for here, there in pairs:
        own, twin = labelled[here], other_labelled[there]
        if result[own].from_ is None or others[twin].from_ is None or held_fields(result[own]):
            continue
        if taken & set(held_fields(others[twin])) and not others[twin].part:
            continue
        result[own] = _bound(result[own], others[twin])
        taken |= set(held_fields(others[twin]))
        _follow(result, order, own, others, twin)
    return tuple(result)


def _follow(
    result: list[DesignedCell], order: Sequence[int], own: int, others: Sequence[DesignedCell], twin: int
) -> None:
    """Bind the unlabelled blanks below a bound blank as long as the form has such lines as well."""
    place = order.index(own)
    for step in range(1, 4):
        if place + step >= len(order) or twin + step >= len(others):
            return
        here, there = result[order[place + step]], others[twin + step]
        if here.label or here.from_ is None or held_fields(here) or there.label:
            return
        if held_fields(there) != held_fields(others[twin]):
            return
        result[order[place + step]] = _bound(here, there)


def _borrowed_columns(
    columns: Sequence[DesignedColumn], others: Sequence[DesignedColumn]
) -> tuple[DesignedColumn, ...]:
    pairs = _aligned([_whole_heading(col) for col in columns], [_whole_heading(other) for other in others])
    result = list(columns)
    for here, there in pairs:
        if not held_fields(result[here]):
            twin = others[there]
            result[here] = result[here].model_copy(
                update={name: getattr(twin, name) for name in ("field", "fields", "kind")}
            )
    return tuple(result)


def _whole_heading(column: DesignedColumn) -> str:
    return f"{column.group} {column.heading}".strip()


def _bound(cell: DesignedCell, twin: DesignedCell) -> DesignedCell:
    return cell.model_copy(update={name: getattr(twin, name) for name in BOUND})


def _begin(cell: DesignedCell) -> float:
    return next((u for u in (cell.start, cell.from_) if u is not None), 0.0)


def _likeness(design: Design, other: Design) -> float:
    texts, others = _texts(design), _texts(other)
    if not texts or not others:
        return 0.0
    pairs = _aligned(texts, others)
    return 2 * sum(_alike(texts[here], others[there]) for here, there in pairs) / (len(texts) + len(others))


def _texts(design: Design) -> list[str]:
    if design.table is not None:
        return [_whole_heading(column) for column in design.table.columns]
    return [
        cell.label
        for cell in sorted(design.cells, key=lambda other: (round(other.at, 2), _begin(other)))
        if cell.label
    ]


def _aligned(texts: Sequence[str], other_texts: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of labels in the best order-preserving alignment.

    Source:
        Needleman and Wunsch (1970), without gap costs.
    """
    alike = np.array([[_alike(text, other) for other in other_texts] for text in texts]).reshape(
        len(texts), len(other_texts)
    )
    alike[alike < LEAST_ALIKE] = -np.inf
    best = np.zeros((len(texts) + 1, len(other_texts) + 1))
    for here in range(len(texts) - 1, -1, -1):
        for there in range(len(other_texts) - 1, -1, -1):
            both = alike[here, there] + best[here + 1, there + 1]
            best[here, there] = max(both, best[here + 1, there], best[here, there + 1])
    pairs, here, there = [], 0, 0
    while here < len(texts) and there < len(other_texts):
        if best[here, there] == alike[here, there] + best[here + 1, there + 1]:
            pairs.append((here, there))
            here, there = here + 1, there + 1
        elif best[here, there] == best[here + 1, there]:
            here += 1
        else:
            there += 1
    return pairs


def _alike(text: str, other: str) -> float:
    return float(Levenshtein.normalized_similarity(fold_label(text), fold_label(other)))


def _letters(text: str) -> str:
    """Return the letters of a label without diacritics, with its case and a final colon."""
    return f"{fold_label(text)}|{text.isupper()}|{text.rstrip().endswith(':')}"
