"""A date in figures as a network, with the same slots as one in words. Its words are numbers (``9``, ``09``); the last
two figures of a year go on from the first two without a space (``GLUE``)."""

from __future__ import annotations

from functools import cache

from pipeline.kinds.misread.evidence import FULL, MONTH_ONLY, YEAR_ONLY
from pipeline.kinds.misread.network import GLUE, Network, Sketch

_NO_DAY = 3.0
_NO_MONTH = 4.0
"""What it costs (nats) that a date lacks its day, its month."""

_MOST = {"day": 31, "month": 12}
_ABOVE = 40


@cache
def figures_network() -> Network:
    sketch = Sketch()
    for shape, source, target, cost in (
        (FULL, "first", "day?", 0.0),
        (MONTH_ONLY, "first", "month?", _NO_DAY),
        (YEAR_ONLY, "first", "year?", _NO_MONTH),
    ):
        sketch.value("shape", shape, source, target, cost=cost)
    for slot, start, end in (("day", "day?", "month?"), ("month", "month?", "year?")):
        for number in range(100):
            value = number if 1 <= number <= _MOST[slot] else _ABOVE
            for written in {str(number), f"{number:02}"}:
                sketch.value(slot, value, start, end, written)
    for number in range(100):
        sketch.value("head", number, "year?", "tail?", f"{number:02}")
        sketch.value("tail", number, "tail?", "last", f"{GLUE}{number:02}")
    return Network(sketch, "first", "last")
