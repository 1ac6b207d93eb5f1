"""A ruled table drawn on clean paper."""

from __future__ import annotations

from pipeline.base.model import Pixels
from tests.layout.imaging.drawings import paper, rule

WIDTH, HEIGHT = 1400, 1000
X = (90.0, 150.0, 320.0, 410.0, 700.0, 980.0, 1290.0)
Y = (120.0, 240.0, 420.0, 600.0, 900.0)


def table(x: tuple[float, ...] = X, y: tuple[float, ...] = Y) -> Pixels:
    """A table with vertical rules at ``x`` and horizontal rules at ``y`` on clean paper."""
    picture = paper(WIDTH, HEIGHT)
    for at in x:
        rule(picture, (at, y[0]), (at, y[-1]))
    for at in y:
        rule(picture, (x[0], at), (x[-1], at))
    return picture
