"""The ink of one slot of a form, before it is known whether any is left over next to it: dark, stamped, check boxes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.base.model import Box
from pipeline.declarations.schema import Form, Slot
from pipeline.digitize.rectify import RectifiedPage, area_box
from pipeline.digitize.regions import CheckBoxGroup, TextLine
from pipeline.digitize.residual_ink import ResidualInk
from pipeline.layout.imaging.ink import cleanup
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents
from pipeline.layout.locate.handwriting_lines import (
    centred_in,
    cluster_boxes,
    find_handwriting_lines,
)


@dataclass(frozen=True, slots=True)
class SlotInk:
    """The ink of one slot, before it is known whether any is left over next to it."""

    slot: Slot
    lines: tuple[TextLine, ...]
    box: Box
    is_touched: bool = False
    is_cut_short: bool = False


OUTLINE = 0.05
"""The least share of a check box and what is close around it that is ink where the box is printed."""


def residual_ink_of(
    page: RectifiedPage, found: Sequence[SlotInk], components: ConnectedComponents
) -> ResidualInk:
    lines = [line for one in found for line in one.lines]
    return ResidualInk(
        page,
        (components, [line.components for line in lines if not line.is_red]),
        (page.red_components, [line.components for line in lines if line.is_red]),
    )


def stamp_place(slot: Slot, box: Box, letter: float) -> Box:
    """Return where the stamp of a region may be: that of a name lies up to a letter above or below its line."""
    return box.grown(0, 0.0 if slot.area else letter)


def stamped_lines(stamps: ConnectedComponents, place: Box, letter: float) -> list[TextLine]:
    """Return the lines of name stamps and boxed stamps in a place.

    Components that hang together over more height than a stamp's (a round seal and what is in it) are left out.
    """
    left, top, right, bottom = stamps.boxes.T.astype(float)
    inside = centred_in(place, stamps.boxes) & (stamps.area > 0.01 * letter**2)
    chosen = np.nonzero(inside)[0]
    lines = []
    for group in cluster_boxes(stamps.boxes[chosen], 0.7 * letter):
        members = chosen[group]
        high = bottom[members].max() - top[members].min()
        wide = right[members].max() - left[members].min()
        letters = members[(bottom - top)[members] < 1.6 * letter]
        if high > 3.6 * letter or wide < 1.5 * high or len(letters) < 4:
            continue
        found = find_handwriting_lines(place, stamps.boxes, stamps.area, letters, letter)
        lines += [TextLine(piece, box, components, is_red=True) for piece, box, components in found]
    return lines


def check_boxes(page: RectifiedPage, form: Form) -> Iterator[CheckBoxGroup]:
    """Yield the check boxes of a form by the field they belong to, with the share of ink in each."""
    shares: dict[str, dict[str, float]] = {}
    places: dict[str, Box] = {}
    unseen: set[str] = set()
    for box in form.boxes:
        place = area_box(page.fit, box.box)
        shares.setdefault(box.field, {})[box.value] = cleanup.filled_share(
            page.ink, place, 0.22 * place.height
        )
        if cleanup.filled_share(page.all_ink, place, -0.25 * place.height) < OUTLINE:
            unseen.add(box.field)
        # a tick runs past its box
        place = place.grown(0.7 * place.width, 0.7 * place.height)
        places[box.field] = places[box.field].union(place) if box.field in places else place
    for name, of_boxes in shares.items():
        yield CheckBoxGroup(name, of_boxes, places[name], name not in unseen)
