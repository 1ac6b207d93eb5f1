"""What the machine proposes for forms that nobody declared: the fields of all places, without a person.

Each declared form of a register is left out of the known ones in turn. A blank sheet of it, and some that are written
on, are proposed by the labels of the other forms. A place is right where it holds the right fields and covers at least
half of what it and the true place cover together; a place with a field that is not right is wrong, surely or marked as
doubtful.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from pipeline.base.model import Box, PageImage, PageRef
from pipeline.declarations.schema import Form, FormShelf, Schemas
from pipeline.digitize import Engines
from pipeline.form_design.design import Design, design_of_form
from pipeline.form_design.field_proposal import propose_fields
from pipeline.form_design.flaws import held_fields
from pipeline.form_design.known_labels import familiar_words
from pipeline.form_design.label_fields import likeness_of_records
from pipeline.form_design.proposal import FormIdentity, propose_design
from pipeline.form_design.specimen import StraightPage, straighten_page
from pipeline.form_design.specimen_alignment import align_pages
from pipeline.layout.imaging.geometry import warp
from pipeline.training.synthetic_pages import SCANNER_LEVELS, SynthOptions, draw_book
from pipeline.training.synthetic_pages.book import plan_book
from pipeline.training.synthetic_pages.form_printing import print_form
from pipeline.training.synthetic_pages.scanning import scan_sheet
from pipeline.training.synthetic_pages.sheet import PaperSheet

WANTED_RIGHT, WANTED_WRONG = 0.9, 0.02
COVERED = 0.5
MAIN = ("birth", "marriage", "death")
"""The registers for which the shares are wanted, where a form of a page is unknown."""

FILLED = 4
DPI = 200


@dataclass(frozen=True)
class Place:
    """A place for a value: its fields, the part or the ticked value, and its box on the first specimen."""

    fields: tuple[str, ...]
    part: str
    box: Box
    is_doubtful: bool = False


def measure_proposals(schemas: Schemas, engines: Engines, seed: int, only: str = "") -> dict[str, Any]:
    """Return for each declared form what is proposed for its sheets while it is unknown."""
    figures: dict[str, Any] = {}
    for form in schemas.forms.values():
        if form.layout in ("page", "table") and only in form.id:
            known = replace(
                schemas,
                forms=FormShelf({name: one for name, one in schemas.forms.items() if name != form.id}),
            )
            for sort, specimens in _specimens(form, schemas, engines, seed).items():
                figures[f"{form.id}, {sort}"] = _scored(form, specimens, known)
    return figures


def proposal_summary(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the shares of the main registers' pages, and of all other forms."""
    main = [one for one in figures.values() if one["record"] in MAIN and one["layout"] == "page"]
    others = [one for one in figures.values() if one not in main]
    return {
        "main": _shares(main),
        "others": _shares(others),
        "wanted_right": WANTED_RIGHT,
        "wanted_wrong": WANTED_WRONG,
        "forms": dict(figures),
    }


def _shares(figures: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = ("places", "right", "wrong", "surely_wrong", "accepted_at_once")
    sums = {name: sum(one[name] for one in figures) for name in names}
    places = max(1, sums["places"])
    return {
        "places": sums["places"],
        **{name: sums[name] / places for name in names[1:]},
        "kinds": len(figures),
        "right_kinds": sum(one["is_right_kind"] for one in figures),
    }


def _specimens(
    form: Form, schemas: Schemas, engines: Engines, seed: int
) -> dict[str, list[tuple[StraightPage, PaperSheet, Any]]]:
    """Return a blank sheet, and sheets that are written on, each with its drawing and the matrix of its scan."""
    rows = form.table.rows if form.table else 1
    options = SynthOptions(
        seed=seed, entries=FILLED * rows, blank=0.15, dpi=DPI, cover=False, scanner=SCANNER_LEVELS["normal"]
    )
    empty = plan_book(form, schemas, options).sheet(DPI)
    print_form(empty)
    blank = scan_sheet(empty.pixels, None, DPI, options.scanning, np.random.default_rng(seed))
    drawn = [(empty, blank), *((page.page.sheet, page.scan) for page in draw_book(form, schemas, options))]
    pages = [
        (
            straighten_page(PageImage(PageRef("0" * 64, 1), scan.pixels, float(DPI)), engines.labels),
            sheet,
            scan.matrix,
        )
        for sheet, scan in drawn
    ]
    return {"trống": pages[:1], "đã ghi": pages[1:]}


def _scored(
    form: Form, specimens: list[tuple[StraightPage, PaperSheet, Any]], known: Schemas
) -> dict[str, Any]:
    pages = align_pages([page for page, _, _ in specimens])
    identity = FormIdentity("mau-an", form.record)
    layout: Literal["page", "table"] = "table" if form.layout == "table" else "page"
    design = propose_design(pages, identity, layout, familiar_words(known))
    kinds = likeness_of_records(design, known)
    _, sheet, scanned = specimens[0]
    onto = pages[0].matrix @ scanned
    truth = [
        replace(place, box=_moved(_on_sheet(place.box, sheet), onto))
        for place in _places(design_of_form(form))
    ]
    found = [
        replace(place, box=_on_page(place.box, pages[0])) for place in _places(propose_fields(design, known))
    ]
    right = [place for place in truth if any(_is_right(one, place) for one in found)]
    wrong = [one for one in found if not any(_is_right(one, place) for place in truth)]
    return {
        "record": form.record,
        "layout": form.layout,
        "places": len(truth),
        "right": len(right),
        "wrong": len(wrong),
        "surely_wrong": sum(not one.is_doubtful for one in wrong),
        "accepted_at_once": sum(not one.is_doubtful for one in found),
        "missed": [place.fields[0] for place in truth if place not in right],
        "is_right_kind": max(kinds, key=lambda name: kinds[name]) == form.record,
    }


def _is_right(found: Place, true: Place) -> bool:
    if (found.fields, found.part) != (true.fields, true.part):
        return False
    both = found.box.intersection(true.box).area
    return both >= COVERED * (found.box.area + true.box.area - both)


def _places(design: Design) -> Iterator[Place]:
    """Yield the places of a design that hold a field, in shares of the frame."""
    for cell in design.cells:
        if cell.from_ is not None and cell.to is not None and held_fields(cell):
            box = Box(cell.from_, cell.at - design.text_size, cell.to, cell.at + 0.3 * design.text_size)
            yield Place(held_fields(cell), cell.part or "", box, cell.doubtful)
    for area in design.areas:
        if held_fields(area):
            yield Place(held_fields(area), "", Box(*area.box), area.doubtful)
    for tick in design.checkboxes:
        if tick.field:
            yield Place((tick.field,), tick.value, Box(*tick.box), tick.doubtful)
    if design.table is not None:
        left = 0.0
        for column in design.table.columns:
            if held_fields(column):
                box = Box(left, design.table.top, left + column.width, design.table.bottom)
                yield Place(held_fields(column), "", box, column.doubtful)
            left += column.width


def _on_sheet(box: Box, sheet: PaperSheet) -> Box:
    return Box(sheet.x(box.left), sheet.y(box.top), sheet.x(box.right), sheet.y(box.bottom))


def _on_page(box: Box, page: StraightPage) -> Box:
    return Box(page.x(box.left), page.y(box.top), page.x(box.right), page.y(box.bottom))


def _moved(box: Box, matrix: Any) -> Box:
    corners = np.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    )
    moved = warp.transform_points(matrix, corners)
    (left, top), (right, bottom) = moved.min(axis=0), moved.max(axis=0)
    return Box(float(left), float(top), float(right), float(bottom))
