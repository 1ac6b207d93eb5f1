"""Fits how much places near a book weigh against those of the country (``decoding/place_model.py``, ``WEIGHTS``).

    python -m benchmarks.fitting.fit_near_places [--books N] [--seed N]

The places are those that drawn books of every form would hold (their people, addresses and houses of birth; no page is
drawn), and as many books whose people come from anywhere in the country: a prior that is fitted on people who stay at
home would hold it against those who did not. The shares of the mixture are those that make the words of half the books
likeliest (expectation–maximization, each class of contexts by itself); on the other half the likelihood of a word is
compared with that of the country's words alone. The last line gives the weights.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import report_figures, say
from pipeline.declarations import schema
from pipeline.declarations.schema import Schemas
from pipeline.recognition.decoding import read_language
from pipeline.recognition.decoding.language_model import START
from pipeline.recognition.decoding.place_model import (
    CLASSES,
    RINGS,
    RingModel,
    context_class,
    ring_models,
    sound_of,
)
from pipeline.recognition.ocr.models import default_folder
from pipeline.training.synthetic_pages import SynthOptions
from pipeline.training.synthetic_pages.book import BookPlan, plan_book
from pipeline.training.synthetic_pages.people import Commune, happens, pick
from pipeline.values.places import Resolver
from pipeline.values.places.near_units import near_units

SEED = 61_051
ENTRIES = 30
ROUNDS = 200
PRIOR = 2.0
"""How many unseen words each part of a mixture is credited with, so that no word is ruled out."""

HOUSES = (
    "Trạm Y tế xã {0}", "TYT xã {0}", "Bệnh viện đa khoa huyện {1}, {2}", "BV đa khoa {1}", "BVĐK {2}", "Bệnh viện {2}",
    "Trạm y tế xã {0}, huyện {1}, {2}", "Nhà hộ sinh {1}",
)  # fmt: skip

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PlacedBook:
    """The lines of places of a book, and the units near it."""

    rings: tuple[RingModel, ...]
    lines: Sequence[str]
    near: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=12, help="books of each form, half of them at home")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    schemas = schema.load()
    books = list(placed_books(schemas, chosen.books, chosen.seed))
    language = read_language(default_folder() / "vietnamese-text")
    model = language.model("place")
    assert model is not None
    rows: list[Mapping[str, list[Floats]]] = [defaultdict(list), defaultdict(list)]
    held: dict[str, list[tuple[str, Floats]]] = {"near": [], "far": []}
    for number, book in enumerate(books):
        for context, word in tokens(book.lines):
            context_sounds = tuple(map(sound_of, context))
            name = context_class(book.rings, context_sounds)
            chances = np.array(
                [
                    np.exp(model.log_chance(context, word)),
                    *(ring.chance(context_sounds, sound_of(word)) for ring in book.rings),
                ]
            )
            if number // 2 % 2:
                held["near" if book.near else "far"].append((name, chances))
            else:
                rows[0][name].append(chances)
    weights = {name: fitted(np.array(rows[0][name])) for name in CLASSES}
    for name, shares in weights.items():
        say(f'    "{name}": ({", ".join(f"{share:.3f}" for share in shares)}),  # {len(rows[0][name])} từ')
    figures: dict[str, float] = {"books": len(books)}
    for where, seen in held.items():
        alone = float(np.mean([np.log(chances[0]) for _, chances in seen]))
        mixed = float(np.mean([np.log(np.dot(weights[name], chances)) for name, chances in seen]))
        say(f"{where}: {len(seen)} từ, cả nước {alone:.3f} nat một từ, có vùng quanh sổ {mixed:.3f}")
        figures |= {f"{where}_country": alone, f"{where}_mixed": mixed, f"{where}_words": len(seen)}
    report_figures("fit-near-places", figures)


def fitted(chances: Floats) -> Floats:
    """Return the shares of the country and of ``RINGS`` that make the words likeliest."""
    shares = np.full(1 + len(RINGS), 1.0 / (1 + len(RINGS)))
    for _ in range(ROUNDS if len(chances) else 0):
        parts = shares * chances
        parts /= parts.sum(axis=1, keepdims=True)
        shares = (parts.sum(axis=0) + PRIOR) / (len(chances) + PRIOR * len(shares))
    return shares


def tokens(lines: Sequence[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the words of lines, each with up to three before it, as the decoder asks for them."""
    for line in lines:
        words = [START, *line.split()]
        for place in range(1, len(words)):
            yield tuple(words[max(0, place - 3) : place]), words[place]


def placed_books(schemas: Schemas, books: int, seed: int) -> Iterator[PlacedBook]:
    """Yield books of the units of three levels; the people of every second book come from anywhere."""
    country = list(communes_of_the_country(schemas.places))
    for form in sorted(schemas.forms.values(), key=lambda form: form.id):
        if form.layout == "cover" or form.years[0] > 2020:
            continue
        for number in range(books):
            plan = plan_book(form, schemas, SynthOptions(entries=ENTRIES, seed=seed + number // 2, year=0))
            if plan.ledger.year >= 2025:
                continue
            near = near_units(schemas.places, plan.ledger.place, plan.ledger.place_code, plan.ledger.year)
            if near is None:
                say(f"không rõ nơi: {plan.ledger.year} {plan.ledger.place}")
                continue
            rng = np.random.default_rng([seed, number])
            lines = list(_lines(plan, rng, None if number % 2 == 0 else country))
            yield PlacedBook(ring_models(near), lines, number % 2 == 0)


def _lines(plan: BookPlan, rng: np.random.Generator, country: Sequence[Commune] | None) -> Iterator[str]:
    for page in plan.cases:
        for case in page:
            for person in case.people.values():
                home = person.home if country is None else pick(rng, country)
                if happens(rng, 0.2):
                    yield pick(rng, HOUSES).format(home.name, home.district, home.province)
                else:
                    yield pick(rng, plan.habits.dwelling(rng, home))


def communes_of_the_country(places: Resolver) -> Iterator[Commune]:
    """Yield the rural communes of the units of three levels."""
    from pipeline.values.places import DayRange, Level

    days = DayRange.of((2010,))
    for unit in places.gazetteer.units:
        if unit.level is Level.COMMUNE and unit.scheme == "2004" and unit.type == "Xã":
            line = places.gazetteer.line_of(unit, days)
            if len(line) == 3:
                province = line[0]
                kind = "TP" if province.type == "Thành phố" else "tỉnh"
                yield Commune(unit.name, line[1].name, kind, province.name, None)  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
