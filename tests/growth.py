"""How the time of a parser grows with its text: whoever sends a text must not choose how long everybody waits.

Times are processor seconds of the thread, compared with one another at double size; no time is compared with a clock.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

MOST_GROWTH = 2.5
"""Largest factor of the time at double size; a quadratic parser has 4."""

FLOOR = 0.05
"""Seconds below which a difference is noise."""

TRIES = 4
"""Measurements of a size before its growth counts; the shortest is the time of the parser."""


@dataclass(frozen=True)
class Grown:
    """A text that grows in its middle: ``head``, ``unit`` as often as there is room, ``tail``."""

    head: str
    unit: str
    tail: str

    def text(self, size: int) -> str:
        room = size - len(self.head.encode()) - len(self.tail.encode())
        return self.head + self.unit * max(1, room // len(self.unit.encode())) + self.tail


def too_steep(parse: Callable[[str], object], grown: Grown, largest: int, smallest: int = 1024) -> str:
    """Return how much too steeply the time of ``parse`` grows, or ``""``.

    Args:
        parse: Parses a text; refusals are its own to catch.
        largest: Size limit of the parser in bytes; growth is followed up to it.
    """
    size = smallest
    before = _seconds(parse, grown.text(size))
    while size < largest:
        size = min(2 * size, largest)
        now = _seconds(parse, grown.text(size))
        tries = 1
        while now > MOST_GROWTH * max(before, FLOOR) and tries < TRIES:
            before = max(before, _seconds(parse, grown.text(size // 2)))
            now = min(now, _seconds(parse, grown.text(size)))
            tries += 1
        if now > MOST_GROWTH * max(before, FLOOR):
            return f"{size} bytes: {now:.2f} s, half of them: {before:.2f} s"
        before = now
    return ""


def _seconds(parse: Callable[[str], object], text: str) -> float:
    gc.disable()
    try:
        began = time.thread_time()
        parse(text)
        return time.thread_time() - began
    finally:
        gc.enable()
