"""The margin around a line ends where a label's print begins; its ink does not."""

from __future__ import annotations

import pytest

from pipeline.base.model import Box
from pipeline.digitize.recognize import with_margin

MARGIN = 6.0
INK = Box(300, 400, 700, 450)


@pytest.mark.parametrize(
    ("label", "wanted"),
    [
        (Box(350, 368, 450, 405.5), Box(294, 396.5, 706, 456)),
        (Box(350, 380, 450, 417.5), Box(294, 400, 706, 456)),
        (Box(350, 340, 450, 377.5), Box(294, 394, 706, 456)),
        (Box(350, 453, 450, 490.5), Box(294, 394, 706, 453)),
        (Box(180, 410, 298, 447.5), Box(298, 394, 706, 456)),
        (Box(180, 410, 304, 447.5), Box(300, 394, 706, 456)),
        (Box(702, 410, 800, 447.5), Box(294, 394, 702, 456)),
        (Box(100, 368, 200, 405.5), Box(294, 394, 706, 456)),
    ],
    ids=["above", "reached", "far above", "below", "before", "touched", "behind", "not over it"],
)
def test_the_margin_ends_at_the_print_of_a_label(label: Box, wanted: Box) -> None:
    assert with_margin(INK, [label], MARGIN) == wanted


def test_no_ink_is_left_out_wherever_labels_stand() -> None:
    for left in range(200, 760, 20):
        for top in range(340, 480, 10):
            label = Box(left, top, left + 90, top + 37.5)
            assert with_margin(INK, [label], MARGIN).intersection(INK) == INK
