"""Who signed, and as what, on one line: ``Nguyễn Văn A, Phó Chủ tịch``. Which part is the name is not known."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.decoding.priors import LIMIT, Prior
from pipeline.kinds.office import OFFICE, TITLE

_PARTING = ",;:/-–—"
_AROUND = f"() {_PARTING}"

NO_TITLE = -1.0
"""Several parts, none of which is a title or an office as the registers know them."""

_BEGUN = frozenset(("phó", "quyền", "trưởng", "kt", "tm", "tl", "tuq"))
"""What a title begins with whose rest may stand on the next line."""

_REMEMBERED = 20_000
"""Weights of words that are kept for the next lines."""


@dataclass(frozen=True)
class SignerPrior:
    """Parts between signs are names or titles: each word weighs what it weighs in the likelier of both, behind the
    words of its own part."""

    name: Prior
    title: Prior
    terms: tuple[str, ...] = ()
    letters: str = ""
    _said: dict[tuple[tuple[str, ...], str], float] = field(default_factory=dict, compare=False, repr=False)

    def word(self, before: tuple[str, ...], word: str) -> float:
        said = self._said.get((before, word))
        if said is None:
            behind = _of_its_part(before, word)
            said = max(self.name.word(behind, word), self.title.word(behind, word))
            if len(self._said) > _REMEMBERED:
                self._said.clear()
            self._said[before, word] = said
        return said

    def whole(self, text: str) -> float:
        parts = parted(text)
        weight = sum(max(self.name.whole(part), self.title.whole(part)) for part in parts)
        if len(parts) > 1 and not any(map(_is_title, parts)):
            weight += NO_TITLE
        return max(-LIMIT, weight)

    def near(self, before: str, word: str, after: str) -> tuple[str, ...]:
        before = "".join(_of_its_part((before,), word))
        after = "".join(_of_its_part((word,), after)) and after
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
        if word.startswith("("):
            parts.append([])
        parts[-1].append(word.strip(_AROUND))
        if _ends_part(word):
            parts.append([])
    return tuple(said for part in parts if (said := " ".join(filter(None, part))))


def _is_title(part: str) -> bool:
    begun = part.split(maxsplit=1)[0].strip(f".{_AROUND}").casefold() in _BEGUN
    return begun or TITLE.match(part) is not None or OFFICE.search(part) is not None


def _of_its_part(before: tuple[str, ...], word: str) -> tuple[str, ...]:
    """Those of the words before a word that stand in its part."""
    if word.startswith("("):
        return ()
    for place in reversed(range(len(before))):
        if _ends_part(before[place]):
            return before[place + 1 :]
        if before[place].startswith("("):
            return before[place:]
    return before


def _ends_part(word: str) -> bool:
    return word.endswith((")", *_PARTING))
