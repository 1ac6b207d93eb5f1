"""Autocomplete words for what somebody is typing: values of the book, names, places, terms of a list.

They are offered, never filled in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path

from pipeline.base.text.syllables import is_syllable
from pipeline.base.text.tones import unaccented
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.recognition.decoding.language_model import START, WordModel, read_language
from pipeline.recognition.ocr.models import default_folder
from pipeline.values.places import Unit

MOST = 7
LANGUAGE = "vietnamese-text"
NAMES = "name"
STAMPS = "stamp"
"""The list whose terms are suggested for notes."""

SEPARATORS = ",;-–"
"""Signs between the units of a written place."""


class Autocomplete:
    """Suggests names from counts of their syllables, places from the gazetteer, terms from the code lists.

    Args:
        schemas: The declarations, with the gazetteer and the code lists.
        models: The folder of models (by default the installation's); without its word data no names are offered.
    """

    def __init__(self, schemas: Schemas, models: Path | None = None) -> None:
        self._schemas = schemas
        self._models = models
        books = (record.book for record in schemas.records.values())
        self._notes = frozenset(book.notes for book in books if book is not None)

    def suggest(
        self, spec: FieldSpec, text: str, place_code: str = "", decided: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Return up to ``MOST`` texts that continue ``text``, the likeliest first.

        Args:
            spec: The field that is being keyed.
            text: What was typed so far; a letter without a mark matches the same letter with any mark.
            place_code: The registration place; units near it come before others.
            decided: Whole values of the field in the same book, the commonest first; they come before all others.
        """
        text = unicodedata.normalize("NFC", text).lstrip()
        if not text.strip():
            return tuple(decided[:MOST])
        whole = (value for value in decided if _begins(value, text))
        if spec.kind == "name":
            found = self._names(text)
        elif spec.kind == "place":
            found = self._places(text, place_code)
        else:
            found = self._terms(spec, text)
        return _first(chain(whole, found), text)

    # --- terms ----------------------------------------------------------------------------------------------------

    def _terms(self, spec: FieldSpec, text: str) -> Iterator[str]:
        vocab = self._schemas.vocabs.get(spec.vocab or ("" if spec.name not in self._notes else STAMPS))
        for term in vocab.terms if vocab else ():
            yield from (word for word in (term.label, *term.aliases) if _begins(word, text))

    # --- names ----------------------------------------------------------------------------------------------------

    @cached_property
    def _model(self) -> WordModel | None:
        try:
            return read_language((self._models or default_folder()) / LANGUAGE).models.get(NAMES)
        except (OSError, ValueError):
            return None

    @cached_property
    def _syllables(self) -> Mapping[str, Sequence[str]]:
        """Return the syllables of names by their first bare letter."""
        found: dict[str, list[str]] = {}
        for word in self._model.words if self._model else ():
            if is_syllable(word):
                found.setdefault(unaccented(word)[:1], []).append(word)
        return found

    def _names(self, text: str) -> Iterator[str]:
        model, (head, last) = self._model, _last_word(text)
        if model is None or not last:
            return
        before = (START, *head.split())
        fitting = [word for word in self._syllables.get(unaccented(last)[:1], ()) if _begins(word, last)]
        fitting.sort(key=lambda word: -model.log_chance(before, word))
        yield from (head + _cased(word, last, text) for word in fitting)

    # --- places ---------------------------------------------------------------------------------------------------

    @cached_property
    def _units(self) -> Mapping[str, Sequence[tuple[str, str, Unit]]]:
        """Return (bare letters, spelling, unit) of all names and titles by their first two bare letters.

        Larger units come first.
        """
        found: dict[str, list[tuple[str, str, Unit]]] = {}
        for unit in sorted(self._schemas.places.gazetteer.units, key=lambda unit: -unit.level):
            for name in (unit.title, unit.name):
                bare = unaccented(name)
                found.setdefault(bare[:2], []).append((bare, name, unit))
        return found

    def _places(self, text: str, place_code: str) -> Iterator[str]:
        at = max(text.rfind(sign) for sign in SEPARATORS) + 1
        head, last = text[:at], text[at:]
        lead = last[: len(last) - len(last.lstrip())]
        last = last.lstrip()
        if len(last) < 2:
            return
        near, begun = self._near(place_code), unaccented(last)
        alike = (entry for entry in self._units.get(begun[:2], ()) if entry[0].startswith(begun))
        fitting = [(name, unit) for _, name, unit in alike if _begins(name, last)]
        fitting.sort(key=lambda found: (_distance(found[1], near), len(found[0])))
        own = (f"{name}{self._above(unit)}" for name, unit in fitting if unit.code in near)
        names = (name for name, _ in fitting)
        yield from (head + lead + _cased(name, last, text) for name in chain(own, names))

    def _above(self, unit: Unit) -> str:
        """Return the titles of all units above one, each after a comma."""
        above = next(
            (
                one
                for one in self._schemas.places.gazetteer.units
                if one.code == unit.parent and one.scheme == unit.scheme
            ),
            None,
        )
        return f", {above.title}{self._above(above)}" if above else ""

    def _near(self, place_code: str) -> frozenset[str]:
        """Return the codes of a registration place and of all units above it."""
        near = {place_code} if place_code else set()
        for unit in reversed(self._schemas.places.gazetteer.units):
            if unit.code in near and unit.parent:
                near.add(unit.parent)
        return frozenset(near)


def _distance(unit: Unit, near: frozenset[str]) -> int:
    """Return 0 for a unit over the registration place or that itself, 1 for one right below these, else 2."""
    return 0 if unit.code in near else 1 if unit.parent in near else 2


def _first(found: Iterable[str], text: str) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for word in found:
        if word != text:
            kept.setdefault(word, None)
        if len(kept) == MOST:
            break
    return tuple(kept)


def _last_word(text: str) -> tuple[str, str]:
    """Split ``text`` into what comes before the word that is being typed, and that word."""
    at = text.rfind(" ") + 1
    return text[:at], text[at:]


def _begins(word: str, typed: str) -> bool:
    """Return whether ``word`` continues ``typed``: the same letters, and the same mark where a typed letter has one."""
    if not unaccented(word).startswith(unaccented(typed)):
        return False
    pairs = zip(unicodedata.normalize("NFC", word).casefold(), typed.casefold(), strict=False)
    return all(letter == own or unaccented(own) == own for letter, own in pairs)


def _cased(word: str, typed: str, text: str) -> str:
    """Return the word in capitals where all of the text is, else with its first letter in the case that was typed."""
    if len(text) > 1 and text.isupper():
        return word.upper()
    return (word[0].upper() if typed[0].isupper() else word[0].lower()) + word[1:]
