"""Ink of a line picture that no letter of its reading explains.

The forced alignment of the reading gives each letter a step of the networks. Ink between two empty columns without a
letter's step was passed over::

    ink       ##  ###   ###
    letters    2    4            -> the third figure of 240 was not read
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from pipeline.recognition.decoding import Emission
from pipeline.recognition.decoding.forced_alignment import align_text
from pipeline.recognition.ocr.line_image import INKED, STRIDE, LineImage

SLACK = 2.0
"""Largest distance in steps between a letter's ink and its step."""

TALL, TALL_AREA, AREA = 0.4, 0.03125, 0.0625
"""Ink counts if it is at least so high, in heights of the picture, with the first area, in squares of that height, or
has the second area and half the height; signs and dots are smaller. Of 312 lines of real ink two have such ink; both
were misread."""


def has_unread_ink(picture: LineImage, emissions: Sequence[Emission], text: str) -> bool:
    """Return whether the picture has ink, as large as a letter, without a letter of the text.

    Args:
        picture: The upright picture of the line.
        emissions: The emissions of the line; those of other pictures of it are left out.
    """
    steps = -(-picture.shape[1] // STRIDE)
    aligned = align_text([emission for emission in emissions if len(emission.log_chances) == steps], text)
    if aligned is None:
        return False
    letters = np.array([place for place, letter in zip(aligned[0], text, strict=True) if letter != " "])
    return any(
        not ((letters > left / STRIDE - SLACK) & (letters < right / STRIDE + SLACK)).any()
        for left, right in _large_pieces(picture)
    )


def _large_pieces(picture: LineImage) -> Iterator[tuple[int, int]]:
    """Yield the first and the end column of each piece of ink, between empty columns, that may be a letter."""
    marks = picture > INKED
    inked = np.concatenate(([False], marks.any(axis=0), [False]))
    changes = np.flatnonzero(inked[1:] != inked[:-1])
    for left, right in zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True):
        rows = np.flatnonzero(marks[:, left:right].any(axis=1))
        area = float(marks[:, left:right].sum()) / len(picture) ** 2
        height = (rows[-1] - rows[0] + 1) / len(picture)
        if (height >= TALL and area >= TALL_AREA) or (height >= TALL / 2 and area >= AREA):
            yield left, right
