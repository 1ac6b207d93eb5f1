"""The design that specimen pages propose: what is printed on them, and where its blanks are.

Nothing that is proposed counts before a person has looked at it; places are what the machine is good at, and the
fields are taken from the declared form whose labels are most alike.
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
"""How far, in letters, the baseline of a label may lie from the level of its leader."""

BEFORE_LEADER = 6.0
"""How far, in letters, behind a label the first dots of its leader are seen at most: writing may hide those before."""

HIDDEN = 0.4
"""From which distance on, in letters, between a label and the first dots that are seen others are hidden."""

NEAR_MARGIN = 3.0
"""How far, in letters, from the margin of the lines the first or last dots of one are that reaches up to it."""

LETTER_OF_CAPITAL, FEWEST_HEADINGS = 1.35, 3
"""Height of printed letters over that of the words above their baseline, and from how many of these it is known."""

TEXT_SIZE_OF_LETTER = 0.93
"""The size of printed letters that a form declares, as a share of the height measured on a page."""


@dataclass(frozen=True, slots=True)
class FormIdentity:
    """What a person says of a form before its pages are looked at.

    Attributes:
        years: The first and the last year of its books.
    """

    id: str
    record: str
    title: str = ""
    years: tuple[int, int] = (1976, 2005)
    province: str = ""


def propose_design(
    pages: Sequence[StraightPage], identity: FormIdentity, layout: Literal["", "page", "table", "act"] = ""
) -> Design:
    """Return what specimen pages of one book propose; the fields of its blanks are not bound.

    Args:
        pages: The specimens, at least one.
        layout: Its layout, where a person has said it; else the rules decide.
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
    words = find_printed_words(pages, leaders)
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
    every = sorted((*cells, *_label_cells(loose)), key=lambda one: (one.at, one.start or one.from_ or 0.0))
    numbered = tuple(cell.model_copy(update={"key": f"c{n}"}) for n, cell in enumerate(every, start=1))
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
    """Return the height of printed letters in the headings of a table: what is clear on its pages is mostly written."""
    high = [word.baseline - word.v0 for word in words if len(fold_label(word.text)) > 2]
    return LETTER_OF_CAPITAL * float(np.median(high)) if len(high) >= FEWEST_HEADINGS else usual


def _paper(pages: Sequence[StraightPage]) -> tuple[float, float]:
    return (
        float(np.median([page.paper_mm[0] for page in pages])),
        float(np.median([page.paper_mm[1] for page in pages])),
    )


def _frame(pages: Sequence[StraightPage]) -> Rectangle:
    """Return the printed frame as shares of the paper: its size by its pixels, in the middle where that is not told."""
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
    left = float(np.percentile([one.u0 for one in inside], 5))
    right = float(np.percentile([one.u1 for one in inside], 90))
    return round(max(0.0, left), 4), round(min(1.0, right), 4)


def _cells(
    labels: Sequence[PrintedLabel],
    leaders: Sequence[Leader],
    letter: tuple[float, float],
    rules: Sequence[float],
    margins: tuple[float, float],
) -> tuple[list[DesignedCell], list[PrintedLabel]]:
    """Return the blanks with the labels in front of them, and the labels that have none."""
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
        said = {
            "key": f"p{len(cells) + 1}",
            "at": round(leader.v, 4),
            "label": label.text[:300] if label else "",
            "start": round(label.u0, 4) if label else None,
            "from": round(begin, 4),
            "to": round(max(end, begin + letter[0]), 4),
            "proposed": True,
        }
        cells.append(DesignedCell.model_validate(said))
    return cells, [label for number, label in enumerate(labels) if number not in taken]


def _blank_ends(
    leader: Leader,
    label: PrintedLabel | None,
    labels: Sequence[PrintedLabel],
    letter: tuple[float, float],
    margins: tuple[float, float],
) -> tuple[float, float]:
    """Return where a blank begins and ends: behind its label, at the margins of the lines where its dots are near."""
    begin, end = leader.u0 - 0.08 * letter[0], leader.u1 + 0.06 * letter[0]
    beside = [one for one in labels if one is not label and abs(one.v - leader.v) < SAME_LINE * letter[1]]
    if label is not None:
        begin = label.u1 if begin - label.u1 > HIDDEN * letter[0] else max(begin, label.u1)
    elif 0 < begin - margins[0] < NEAR_MARGIN * letter[0] and not any(one.u0 < begin for one in beside):
        begin = margins[0]
    if 0 < margins[1] - end < NEAR_MARGIN * letter[0] and not any(
        end < one.u0 < margins[1] for one in beside
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
    """Return whether a square is a letter: a word of several letters lies around it."""
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(
        len(fold_label(word.text)) > 1
        and word.u0 <= middle[0] <= word.u1
        and word.v0 <= middle[1] <= word.baseline
        and word.u1 - word.u0 > 1.3 * (box[2] - box[0])
        for word in words
    )


def _without_boxes(words: Sequence[PrintedWord], boxes: Sequence[Rectangle]) -> list[PrintedWord]:
    """Return the words without what was read of check boxes."""

    def is_box(word: PrintedWord) -> bool:
        middle = (word.u0 + word.u1) / 2, (word.v0 + word.baseline) / 2
        return any(box[0] <= middle[0] <= box[2] and box[1] <= middle[1] <= box[3] for box in boxes)

    return [word for word in words if not is_box(word)]


def _check_boxes(
    boxes: Sequence[Rectangle], labels: Sequence[PrintedLabel], letter: tuple[float, float]
) -> tuple[tuple[DesignedCheckBox, ...], list[PrintedLabel]]:
    """Return the check boxes with the labels beside them, and the labels that are left."""
    left = list(labels)
    found: list[DesignedCheckBox] = []
    for box in boxes:
        middle = (box[1] + box[3]) / 2
        beside = [label for label in left if abs(label.v - 0.35 * letter[1] - middle) < 0.8 * letter[1]]
        near = min(
            beside, key=lambda label: min(abs(box[0] - label.u1), abs(label.u0 - box[2])), default=None
        )
        if near is not None:
            left.remove(near)
        found.append(
            DesignedCheckBox(
                key=f"b{len(found) + 1}",
                label=near.text if near else "",
                at=(round(near.u0, 4), round(near.v, 4)) if near else (round(box[0], 4), round(box[3], 4)),
                box=box,
                proposed=True,
            )
        )
    return tuple(found), left
