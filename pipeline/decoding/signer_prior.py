"""Who signed, and as what, on one line: ``Nguyễn Văn A, Phó Chủ tịch``. Which part holds the name is not known."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.decoding.priors import LIMIT, Prior
from pipeline.kinds.office import TITLE

NO_TITLE = -1.0
"""A part behind a sign that is no title as the registers know them; a name beside it would stand in a field of its
own."""

_PARTING = ",;:–—"
_DASHES = ("-", "–", "—")


@dataclass(frozen=True, slots=True)
class SignerPrior:
    """Every part between signs is a name or a title: its words weigh what they weigh in the likelier of both."""

    name: Prior
    title: Prior
    terms: tuple[str, ...] = ()
    letters: str = ""

    def word(self, before: tuple[str, ...], word: str) -> float:
        behind = _of_this_part(before, word)
        return max(self.name.word(behind, word), self.title.word(behind, word))

    def whole(self, text: str) -> float:
        parts = parted(text)
        evenness = sum(min(self.name.whole(part), self.title.whole(part)) for part in parts)
        strange = len(parts) > 1 and not any(TITLE.match(part) for part in parts)
        return max(-LIMIT, evenness + (NO_TITLE if strange else 0.0))

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        known = (*self.name.near(before, word, after), *self.title.near(before, word, after))
        return tuple(dict.fromkeys(known))

    def support(self, text: str) -> float:
        words = text.split()
        known = (max(self.name.support(word), self.title.support(word)) for word in words)
        return sum(known) / len(words) if words else 0.0


def parted(text: str) -> tuple[str, ...]:
    """The parts between signs, without these: ``Trần B (PCT)`` is ``Trần B`` and ``PCT``."""
    parts: list[list[str]] = [[]]
    for word in text.split():
        if word in _DASHES or word.startswith("("):
            parts.append([])
        if word not in _DASHES:
            parts[-1].append(word.strip(f"(){_PARTING}"))
        if word[-1] in _PARTING:
            parts.append([])
    return tuple(said for part in parts if (said := " ".join(filter(None, part))))


def _of_this_part(before: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Those of the words before a word that stand in its part."""
    if word.startswith("("):
        return ()
    for place in reversed(range(len(before))):
        if before[place] and (before[place] in _DASHES or before[place][-1] in _PARTING):
            return before[place + 1 :]
        if before[place].startswith("("):
            return before[place:]
    return before
