"""The design proposed from specimen pages: their print and their blanks.

A proposal counts only after a person has looked at it. The machine is good at positions; fields come from the declared
form with the most similar labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from pipeline.declarations.schema import Rectangle
from pipeline.form_design.areas import find_areas
from pipeline.form_design.check_boxes import find_check_boxes
from pipeline.form_design.design import Design, DesignedCell, DesignedCheckBox
from pipeline.form_design.leaders import Leader, find_shared_leaders, join_leaders
from pipeline.form_design.printed_text import (
    PrintedLabel,
    PrintedWord,
    find_printed_words,
    join_labels,
    letter_shares,
)
from pipeline.form_design.ruled_table import find_table, inner_rules, is_table
from pipeline.form_design.specimen import StraightPage
from pipeline.layout.locate.label_matching import fold_label

SAME_LINE = 0.45
"""Largest distance, in letter heights, between the baseline of a label and the level of its leader."""

BEFORE_LEADER = 6.0
"""Largest gap, in letter heights, between a label and its leader's first visible dots, as writing may hide dots."""

HIDDEN = 0.4
"""Gap between a label and the first visible dots, in letter heights, from which hidden dots are assumed."""

NEAR_MARGIN = 3.0
"""Largest distance, in letter heights, of a leader's end from the margin of the lines to count as reaching it."""

LETTER_OF_CAPITAL, FEWEST_HEADINGS = 1.35, 3
"""Ratio of letter height to a word's height above its baseline, and the smallest number of headings that show it."""

TEXT_SIZE_OF_LETTER = 0.93
"""The declared text size of a form as a share of the letter height measured on a page."""


@dataclass(frozen=True, slots=True)
class FormIdentity:
    """The data of a form that a person enters before its pages are examined.

    Attributes:
        years: The first and the last year of its books.
    """

    id: str
    record: str
    title: str = ""
    years: tuple[int, int] = (1976, 2005)
    province: str = ""


def propose_design(
    pages: Sequence[StraightPage],
    identity: FormIdentity,
    layout: Literal["", "page", "table", "act"] = "",
    familiar: frozenset[str] = frozenset(),
) -> Design:
    """Return the design proposed from specimen pages of a book; the fields of its blanks are unbound.

    Args:
        pages: The specimens, at least one.
        layout: The layout if a person has chosen it; else the rules decide.
        familiar: The letters of words that declared forms print.
    """
    letter_u, letter_v = letter_shares(pages)
    rules = inner_rules(pages)
    common: dict[str, Any] = {
        "id": identity.id,
        "record": identity.record,
        "title": identity.title,
        "years": identity.years,
        "province": identity.province,
        "paper_mm": _paper(pages),
        "frame": _frame(pages),
        "text_size": round(TEXT_SIZE_OF_LETTER * letter_v, 4),
    }
    if layout == "act":
        return Design(**common, layout="act", left=0.0, right=1.0)
    leaders = find_shared_leaders(pages)
    words = find_printed_words(pages, leaders, familiar)
    leaders = join_leaders(leaders, [(word.u0, word.u1, word.baseline) for word in words], letter_v, rules)
    if layout == "table" or (not layout and is_table(pages)):
        table = find_table(pages, words)
        labels = join_labels(
            [word for word in words if not 0 <= word.baseline <= 1], (letter_u, letter_v), leaders
        )
        common |= {"text_size": round(TEXT_SIZE_OF_LETTER * _print_size(words, letter_v), 4)}
        return Design(**common, layout="table", left=0.0, right=1.0, cells=_label_cells(labels), table=table)
    boxes = [box for box in find_check_boxes(pages) if not _is_in_word(box, words)]
    labels = join_labels(_without_boxes(words, boxes), (letter_u, letter_v), leaders, rules)
    left, right = _margins(leaders, rules)
    cells, loose = _cells(labels, leaders, (letter_u, letter_v), rules, (left, right))
    checkboxes, loose = _check_boxes(boxes, loose, (letter_u, letter_v))
    areas, loose = find_areas(loose, labels, leaders, rules, letter_v)
    all_cells = sorted(
        (*cells, *_label_cells(loose)), key=lambda cell: (cell.at, cell.start or cell.from_ or 0.0)
    )
    numbered = tuple(cell.model_copy(update={"key": f"c{n}"}) for n, cell in enumerate(all_cells, start=1))
    return Design(
        **common,
        layout="page",
        rules=tuple(round(rule, 4) for rule in rules),
        left=left,
        right=right,
        cells=numbered,
        areas=areas,
        checkboxes=checkboxes,
    )


def _print_size(words: Sequence[PrintedWord], usual: float) -> float:
    """Return the height of printed letters in a table's headings, as other words of its pages are mostly written."""
    high = [word.baseline - word.v0 for word in words if len(fold_label(word.text)) > 2]
    return LETTER_OF_CAPITAL * float(np.median(high)) if len(high) >= FEWEST_HEADINGS else usual


def _paper(pages: Sequence[StraightPage]) -> tuple[float, float]:
    return (
        float(np.median([page.paper_mm[0] for page in pages])),
        float(np.median([page.paper_mm[1] for page in pages])),
    )


def _frame(pages: Sequence[StraightPage]) -> Rectangle:
    """Return the printed frame as shares of the paper: size from its pixels, position assumed near the middle."""
    width_mm, height_mm = _paper(pages)
    sizes = [
        (page.frame.width / page.mm_pixels / width_mm, page.frame.height / page.mm_pixels / height_mm)
        for page in pages
    ]
    wide = min(0.98, float(np.median([size[0] for size in sizes])))
    high = min(0.98, float(np.median([size[1] for size in sizes])))
    left, top = (1 - wide) / 2, (1 - high) * 0.65
    return round(left, 4), round(top, 4), round(left + wide, 4), round(top + high, 4)


def _margins(leaders: Sequence[Leader], rules: Sequence[float]) -> tuple[float, float]:
    inside = [leader for leader in leaders if 0 < leader.v < 1]
    if not inside:
        return 0.031, rules[0] - 0.01 if rules else 0.97
    left = float(np.percentile([leader.u0 for leader in inside], 5))
    right = float(np.percentile([leader.u1 for leader in inside], 90))
    return round(max(0.0, left), 4), round(min(1.0, right), 4)


def _cells(
    labels: Sequence[PrintedLabel],
    leaders: Sequence[Leader],
    letter: tuple[float, float],
    rules: Sequence[float],
    margins: tuple[float, float],
) -> tuple[list[DesignedCell], list[PrintedLabel]]:
    """Return the blanks with the labels in front of them, and the labels without blanks."""
    taken: set[int] = set()
    cells: list[DesignedCell] = []
    for leader in leaders:
        ends = [
            (leader.u0 - label.u1, number)
            for number, label in enumerate(labels)
            if number not in taken
            and abs(label.v - leader.v) < SAME_LINE * letter[1]
            and -0.8 * letter[0] < leader.u0 - label.u1 < BEFORE_LEADER * letter[0]
            and not any(label.u1 < rule < leader.u0 for rule in rules)
            and not any(
                other is not leader
                and abs(other.v - leader.v) < SAME_LINE * letter[1]
                and label.u1 < other.u1 <= leader.u0
                for other in leaders
            )
        ]
        number = min(ends)[1] if ends else None
        label = labels[number] if number is not None else None
        if number is not None:
            taken.add(number)
        begin, end = _blank_ends(leader, label, labels, letter, margins)
        fields = {
            "key": f"p{len(cells) + 1}",
            "at": round(leader.v, 4),
            "label": label.text[:300] if label else "",
            "start": round(label.u0, 4) if label else None,
            "from": round(begin, 4),
            "to": round(max(end, begin + letter[0]), 4),
            "proposed": True,
        }
        cells.append(DesignedCell.model_validate(fields))
    return cells, [label for number, label in enumerate(labels) if number not in taken]


def _blank_ends(
    leader: Leader,
    label: PrintedLabel | None,
    labels: Sequence[PrintedLabel],
    letter: tuple[float, float],
    margins: tuple[float, float],
) -> tuple[float, float]:
    """Return where a blank begins and ends: after its label, and at the margins if its dots come close."""
    begin, end = leader.u0 - 0.08 * letter[0], leader.u1 + 0.06 * letter[0]
    beside = [
        other for other in labels if other is not label and abs(other.v - leader.v) < SAME_LINE * letter[1]
    ]
    if label is not None:
        begin = label.u1 if begin - label.u1 > HIDDEN * letter[0] else max(begin, label.u1)
    elif 0 < begin - margins[0] < NEAR_MARGIN * letter[0] and not any(other.u0 < begin for other in beside):
        begin = margins[0]
    if 0 < margins[1] - end < NEAR_MARGIN * letter[0] and not any(
        end < other.u0 < margins[1] for other in beside
    ):
        end = margins[1]
    return begin, end


def _label_cells(labels: Sequence[PrintedLabel]) -> tuple[DesignedCell, ...]:
    return tuple(
        DesignedCell(
            key=f"h{n}", at=round(label.v, 4), label=label.text[:300], start=round(label.u0, 4), proposed=True
        )
        for n, label in enumerate(labels, start=1)
    )


def _is_in_word(box: Rectangle, words: Sequence[PrintedWord]) -> bool:
    """Return whether a square is a letter inside a word of several letters."""
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(
        len(fold_label(word.text)) > 1
        and word.u0 <= middle[0] <= word.u1
        and word.v0 <= middle[1] <= word.baseline
        and word.u1 - word.u0 > 1.3 * (box[2] - box[0])
        for word in words
    )


def _without_boxes(words: Sequence[PrintedWord], boxes: Sequence[Rectangle]) -> list[PrintedWord]:

    def is_box(word: PrintedWord) -> bool:
        middle = (word.u0 + word.u1) / 2, (word.v0 + word.baseline) / 2
        return any(box[0] <= middle[0] <= box[2] and box[1] <= middle[1] <= box[3] for box in boxes)

    return [word for word in words if not is_box(word)]


def _check_boxes(
    boxes: Sequence[Rectangle], labels: Sequence[PrintedLabel], letter: tuple[float, float]
) -> tuple[tuple[DesignedCheckBox, ...], list[PrintedLabel]]:
    """Return the check boxes with the labels beside them, and the remaining labels."""
    remaining = list(labels)
    checkboxes: list[DesignedCheckBox] = []
    for box in boxes:
        middle = (box[1] + box[3]) / 2
        beside = [label for label in remaining if abs(label.v - 0.35 * letter[1] - middle) < 0.8 * letter[1]]
        near = min(
            beside, key=lambda label: min(abs(box[0] - label.u1), abs(label.u0 - box[2])), default=None
        )
        if near is not None:
            remaining.remove(near)
        checkboxes.append(
            DesignedCheckBox(
                key=f"b{len(checkboxes) + 1}",
                label=near.text if near else "",
                at=(round(near.u0, 4), round(near.v, 4)) if near else (round(box[0], 4), round(box[3], 4)),
                box=box,
                proposed=True,
            )
        )
    return tuple(checkboxes), remaining
