"""How one clerk writes values: the shape of dates and numbers, capitals, words for numbers, short forms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from pipeline.synth.people import Commune, Person, chance, pick
from pipeline.text.dates_in_words import Wording, date_in_words


@dataclass(frozen=True, slots=True)
class Habits:
    """One clerk's ways; shares are 0..1."""

    separator: str
    padded: bool
    capitals: float
    spread: float
    abbreviates: float
    wording: Wording
    titled_words: bool

    @classmethod
    def drawn(cls, rng: np.random.Generator, typed: bool = False) -> Habits:
        return cls(
            separator=pick(rng, ("/", "/", "/", "-", ".")),
            padded=chance(rng, 0.5),
            capitals=float(pick(rng, (0.1, 0.5, 1.0))),
            spread=0.0 if typed else float(pick(rng, (0.0, 0.3, 0.7))),
            abbreviates=float(pick(rng, (0.0, 0.0, 0.08))),
            wording=Wording(
                zero=pick(rng, ("linh", "lẻ", "lẻ")),
                thousand=pick(rng, ("nghìn", "ngàn")),
                early=pick(rng, ("", "", "mồng", "mùng")),
                four=pick(rng, ("bốn", "tư")),
                fourth_month="tư",
            ),
            titled_words=chance(rng, 0.3),
        )

    def day(self, day: date) -> str:
        return self.separator.join(self.day_parts(day))

    def day_parts(self, day: date) -> tuple[str, str, str]:
        if self.padded:
            return f"{day.day:02}", f"{day.month:02}", str(day.year)
        return str(day.day), str(day.month), str(day.year)

    def day_in_words(self, day: date) -> str:
        text = date_in_words(day.day, day.month, day.year, self.wording).capitalize()
        return " ".join(word.capitalize() for word in text.split()) if self.titled_words else text

    def name(self, rng: np.random.Generator, person: Person) -> str:
        text = person.name
        if chance(rng, self.abbreviates):
            return text.replace("Nguyễn ", "Ng. ", 1).replace(" Thị ", " T. ", 1)
        return text.upper() if chance(rng, self.capitals) else text

    def dwelling(self, rng: np.random.Generator, home: Commune) -> tuple[str, ...]:
        """An address, the longest form first."""
        named = f"{home.name.split()[0]} {pick(rng, ('Lợi', 'Hòa', 'Phú'))}"
        hamlet = f"Ấp {pick(rng, (str(rng.integers(1, 12)), named))}"
        return (
            f"{hamlet}, {home.full}",
            f"{hamlet}, {home.short}",
            home.full[0].upper() + home.full[1:],
            home.short,
            f"{home.name}, {home.district or home.province}",
        )
