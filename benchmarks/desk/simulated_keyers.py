"""People at the desk, drawn: what they type when they look at a field, and how often that is wrong.

Everything is drawn from the seed, the field and the person, so that the same people over the same fields make the same
slips whichever way the desk has them work.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from pipeline.base.model import FieldStatus
from pipeline.registry import Verdict
from pipeline.registry.tasks.model import FieldWork
from pipeline.registry.tasks.planted_values import altered_texts


@dataclass(frozen=True)
class Keyers:
    """How people are. ``wrong``: the share of fields that one of them, looking alone, types wrong. ``by_ink``: the
    share of those whose ink is to blame, so that whoever looks types the same wrong text; the other slips are a
    person's own. ``alike``: the share of own slips that are the likeliest one, which somebody else may make too.
    ``waved``: the share of wrong texts that a person lets through when they are shown one and asked to confirm it."""

    wrong: float
    by_ink: float = 0.0
    alike: float = 0.5
    waved: float = 0.0


@dataclass(frozen=True)
class FieldInk:
    """A field as it stands on paper (``truth``) and as it was read (``reading``)."""

    number: int
    truth: str
    reading: str

    @property
    def likeliest(self) -> str:
        """The wrong text that ink of this kind suggests: what the machine misread, if it did."""
        return self.reading if self.reading and self.reading != self.truth else misread(self.truth)


def misread(truth: str, slip: int = 0) -> str:
    """Return a wrong text for a field; slip 0 is the likeliest text. Of nothing there is none."""
    if truth[-1:].isdecimal():
        return f"{truth[:-1]}{(int(truth[-1]) + 1 + slip % 9) % 10}"
    wrong = tuple(altered_texts(truth)) or (f"{truth}x" if truth else "",)
    return wrong[slip % len(wrong)]


class SimulatedKeyer:
    """One of the people, with a hand of their own."""

    def __init__(self, keyers: Keyers, account_id: int, seed: int) -> None:
        self._keyers, self._account_id, self._seed = keyers, account_id, seed

    def word(self, ink: FieldInk, work: FieldWork) -> Verdict:
        """What they type into that field, given what the desk shows them."""
        text = self._typed(ink, _shown(work))
        return Verdict(work.field, FieldStatus.READ if text else FieldStatus.BLANK, text)

    def _typed(self, ink: FieldInk, shown: tuple[str, ...]) -> str:
        """Whoever sees something else than what they are shown looks again, unless they let it through."""
        seen = self._look(ink, 0)
        if not shown or seen in shown:
            return seen
        if ink.truth not in shown and self._draw("waved", ink) < self._keyers.waved:
            return shown[0]
        return self._look(ink, 1)

    def _look(self, ink: FieldInk, look: int) -> str:
        keyers = self._keyers
        if _share(f"{self._seed} ink {ink.number}") < keyers.wrong * keyers.by_ink:
            return ink.likeliest
        if self._draw(f"look {look}", ink) >= keyers.wrong * (1 - keyers.by_ink):
            return ink.truth
        alike = self._draw(f"alike {look}", ink) < keyers.alike
        return ink.likeliest if alike else misread(ink.truth, 1 + int(8 * self._draw(f"slip {look}", ink)))

    def _draw(self, what: str, ink: FieldInk) -> float:
        return _share(f"{self._seed} {self._account_id} {what} {ink.number}")


def _share(what: str) -> float:
    """A number in [0, 1) that is always the same for the same text."""
    return int.from_bytes(blake2b(what.encode(), digest_size=6).digest()) / 2**48


def _shown(work: FieldWork) -> tuple[str, ...]:
    """The texts that the desk puts before a person: two words that differ, a first word, or a likely reading."""
    if work.candidates:
        return tuple(candidate.text for candidate in work.candidates)
    if work.first is not None:
        return (work.first.text,)
    return (work.reading.text,) if work.reading and work.is_likely else ()
