from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import Pixels
from pipeline.layout.imaging.ruling.written_rows import written_lines
from tests.layout.imaging.drawings import ink_of, paper, typed
from tests.layout.imaging.ruled_tables import HEIGHT, WIDTH, X, Y, table


def numbered(tops: list[int]) -> Pixels:
    """A table without level rules, a number written in its second column at each y."""
    picture = table(y=(Y[0], Y[-1]))
    for number, top in enumerate(tops):
        text = typed(str(570 + number), "LiberationSerif-Regular.ttf", 26)
        left = int(X[1]) + 8 + 6 * (number % 3)
        part = picture[top : top + text.shape[0], left : left + text.shape[1]]
        part[:] = np.minimum(part, text[:, : part.shape[1]])
    return picture


@settings(max_examples=10, deadline=None)
@given(steps=st.lists(st.integers(45, 130), min_size=2, max_size=6))
def test_rows_without_horizontal_rules_are_found_by_the_writing_in_their_first_column(
    steps: list[int],
) -> None:
    tops = [140 + sum(steps[:number]) for number in range(len(steps))]
    rows = written_lines(ink_of(numbered(tops)), X[1] + 3, X[2] - 3, 14)
    # the middle of figures that stand 1.4 em below the top of their picture, two thirds of an em tall
    assert rows == pytest.approx([top + 26 * (1.4 - 0.33) for top in tops], abs=4)


def test_rules_and_empty_columns_hold_no_written_lines() -> None:
    assert len(written_lines(ink_of(table()), X[1], X[2], 14)) == 0
    assert len(written_lines(ink_of(paper(WIDTH, HEIGHT)), 100, 300, 14)) == 0
    assert len(written_lines(ink_of(table()), 300, 305, 14)) == 0
