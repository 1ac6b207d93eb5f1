"""Straight pages made from a declared form without drawing: its words, dots and rules, and writing that differs."""

from __future__ import annotations

import numpy as np

from pipeline.base.model import Box, Word
from pipeline.declarations.schema import Form, Label
from pipeline.form_design.specimen import StraightPage
from pipeline.layout.locate.label_matching import DESCENDERS

WIDTH, MARGIN = 1100, 60
WRITTEN = ("Trần", "Văn", "Thử", "Lê", "Mẫu", "Kinh", "2009", "17", "xã", "Nam")


def page_of_form(form: Form, rng: np.random.Generator, *, inner: bool = True) -> StraightPage:
    """A page on which the form is printed and its blanks are written on.

    Args:
        form: The form.
        rng: What is written, and how far things lie off their places.
        inner: Whether its rules are seen.
    """
    left, top, right, bottom = form.frame
    aspect = (right - left) * form.paper_mm[0] / ((bottom - top) * form.paper_mm[1])
    height = round(WIDTH / aspect)
    frame = Box(MARGIN, 3 * MARGIN, MARGIN + WIDTH, 3 * MARGIN + height)
    letter = form.text_size * height
    grey = np.full((height + 5 * MARGIN, WIDTH + 2 * MARGIN), 255, np.uint8)
    x_rules, y_rules = [0.0, 1.0], [0.0, 1.0]
    if inner:
        x_rules += list(form.rules)
    if form.table is not None:
        x_rules += np.cumsum([column.width for column in form.table.columns])[:-1].tolist()
        y_rules += np.linspace(form.table.top, form.table.bottom, form.table.rows + 1).tolist()
    for u in x_rules:
        at = round(frame.left + u * frame.width)
        grey[round(frame.top) : round(frame.bottom), at - 1 : at + 2] = 0
    for v in y_rules:
        at = round(frame.top + v * frame.height)
        grey[at - 1 : at + 2, round(frame.left) : round(frame.right)] = 0
    words = [word for label in form.labels for word in _printed(label, frame, letter, rng)]
    dots = []
    for slot in form.slots:
        for piece in slot.pieces if not slot.printed else ():
            begin, end = (frame.left + u * frame.width for u in (piece.u0, piece.u1))
            y = frame.top + piece.v * frame.height
            row = np.arange(begin + 3, end - 2, 0.22 * letter)
            written_to = begin + rng.uniform(0.1, 0.7) * (end - begin)
            hidden = (row < written_to) & (rng.random(len(row)) < 0.8)
            dots += [(x, y + rng.normal(0, 0.3)) for x in row[~hidden]]
            words += _written(begin + rng.uniform(2, 1.5 * letter), written_to, y, letter, rng)
    return StraightPage(
        grey=grey,
        ink=np.where(grey < 128, np.uint8(255), np.uint8(0)),
        matrix=np.eye(3),
        frame=frame,
        has_frame=True,
        words=tuple(words),
        dots=np.array(dots).reshape(-1, 2),
        upright=np.sort(np.array([frame.left + u * frame.width for u in x_rules])),
        level=np.sort(np.unique([frame.top + v * frame.height for v in y_rules])),
        letter=letter,
        paper_mm=form.paper_mm,
        turn=0,
        mm_pixels=WIDTH / ((right - left) * form.paper_mm[0]),
    )


def _printed(label: Label, frame: Box, letter: float, rng: np.random.Generator) -> list[Word]:
    """The words of a label side by side, each as wide as its share of the letters."""
    start, end = frame.left + label.u0 * frame.width, frame.left + label.u1 * frame.width
    step = (end - start - 2) / (len(label.text) + 0.3)
    found, at = [], 0
    for text in label.text.split():
        x = start + at * step + rng.normal(0, 0.4)
        base = frame.top + label.v * frame.height
        deep = 0.22 * letter if DESCENDERS & set(text.rstrip(":").lower()) else 0.0
        found.append(Word(text, Box(x, base - 0.72 * letter, x + len(text) * step, base + deep), 0.93))
        at += len(text) + 1
    return found


def _written(begin: float, end: float, y: float, letter: float, rng: np.random.Generator) -> list[Word]:
    found = []
    while begin < end:
        text = str(rng.choice(WRITTEN))
        wide = 0.6 * letter * len(text)
        found.append(
            Word(text, Box(begin, y - 1.1 * letter, begin + wide, y + 0.2 * letter), rng.uniform(0.2, 0.9))
        )
        begin += wide + rng.uniform(0.3, 0.9) * letter
    return found
