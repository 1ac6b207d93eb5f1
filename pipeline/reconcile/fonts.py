"""Which cells of a file were typed with a font of before Unicode (``pipeline.text.legacy_fonts``).

A font shows in many words together. A row is judged by all its words, when no letter of it is beyond one byte: rows of
several sources stand in one file. A column is judged by all its words, when no cell of it has such a letter: Excel has
a font for each column. What neither tells is left as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pipeline.text.legacy_fonts import LegacyFont, converted, recognised

LEAST_WORDS = 3
"""So many different words must tell the font of a row."""

MOST_TEXTS = 50_000
"""Different texts of a column that are looked at."""


_BEYOND = re.compile("[\u0100-\U0010ffff]")


def has_high_letters(text: str) -> bool:
    """Whether the text may have been typed with such a font."""
    return not text.isascii()


def font_of_row(texts: Iterable[str]) -> LegacyFont | None:
    """The font that a whole row was typed with."""
    joined = "\n".join(texts)
    if joined.isascii() or _BEYOND.search(joined):
        return None
    found = recognised(joined.split("\n"))
    return found.font if found is not None and found.words >= LEAST_WORDS else None


class ColumnFonts:
    """Collects what tells the fonts of columns, by their positions. A column is ``open`` as long as it may have one."""

    def __init__(self, positions: Iterable[int]) -> None:
        self._texts: dict[int, set[str]] = {at: set() for at in positions}
        self.open = tuple(self._texts)

    def see(self, texts: Sequence[str]) -> None:
        """A row whose own words do not tell its font."""
        for at in self.open:
            text = texts[at]
            if text.isascii():
                continue
            if _BEYOND.search(text):
                del self._texts[at]
                self.open = tuple(self._texts)
            elif len(self._texts[at]) < MOST_TEXTS:
                self._texts[at].add(text)

    def found(self) -> Mapping[int, LegacyFont]:
        """The font of each column that has one."""
        judged = {at: recognised(texts) for at, texts in self._texts.items() if texts}
        return {at: one.font for at, one in judged.items() if one is not None and one.words >= LEAST_WORDS}


def in_unicode(text: str, font: LegacyFont) -> str:
    """The text converted, where it has letters that need it."""
    return converted(text, font) if has_high_letters(text) else text
