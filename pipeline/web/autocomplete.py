"""Suggestions for a text that is being typed: values of the book, names, places, terms of a code list.

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
"""The vocabulary whose terms are suggested for notes."""

SEPARATORS = ",;-–"
"""Separators between the units of a written place."""


class Autocomplete:
    """Suggests names by syllable frequency, places from the gazetteer and terms from the code lists.

    Args:
        models: The folder of models (by default the installation's); without its word data no name is suggested.
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
            text: The text typed so far; a letter without a diacritic matches the same letter with any diacritic.
            place_code: The registration place; its units and units near it come first.
            decided: Whole values of the field in the same book, the most frequent first; they precede all others.
        """
        text = unicodedata.normalize("NFC", text).lstrip()
        if not text.strip():
            return tuple(decided[:MOST])
        continuations = (value for value in decided if _begins(value, text))
        if spec.value_kind.is_name:
            suggestions = self._names(text)
        elif spec.value_kind.is_place:
            suggestions = self._places(text, place_code)
        else:
            suggestions = self._terms(spec, text)
        return _first(chain(continuations, suggestions), text)

    # --- terms ----------------------------------------------------------------------------------------------------

    def _terms(self, spec: FieldSpec, text: str) -> Iterator[str]:
        vocab = self._schemas.vocabs.get(spec.vocab or ("" if spec.name not in self._notes else STAMPS))
        for term in (*vocab.terms, *vocab.listed) if vocab else ():
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
        syllables: dict[str, list[str]] = {}
        for word in self._model.words if self._model else ():
            if is_syllable(word):
                syllables.setdefault(unaccented(word)[:1], []).append(word)
        return syllables

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
        """Return (bare letters, spelling, unit) of all names by their first two bare letters, larger units first."""
        units: dict[str, list[tuple[str, str, Unit]]] = {}
        for unit in sorted(self._schemas.places.gazetteer.units, key=lambda unit: -unit.level):
            for name in (unit.title, unit.name):
                bare = unaccented(name)
                units.setdefault(bare[:2], []).append((bare, name, unit))
        return units

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
        fitting.sort(key=lambda fit: (_distance(fit[1], near), len(fit[0])))
        own = (f"{name}{self._above(unit)}" for name, unit in fitting if unit.code in near)
        names = (name for name, _ in fitting)
        yield from (head + lead + _cased(name, last, text) for name in chain(own, names))

    def _above(self, unit: Unit) -> str:
        """Return the titles of all units above ``unit``, each after a comma."""
        above = next(
            (
                candidate
                for candidate in self._schemas.places.gazetteer.units
                if candidate.code == unit.parent and candidate.scheme == unit.scheme
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
    """Return 0 for the registration place and the units above it, 1 for a unit directly below these, else 2."""
    return 0 if unit.code in near else 1 if unit.parent in near else 2


def _first(words: Iterable[str], text: str) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for word in words:
        if word != text:
            kept.setdefault(word, None)
        if len(kept) == MOST:
            break
    return tuple(kept)


def _last_word(text: str) -> tuple[str, str]:
    """Split ``text`` into the part before the word in progress, and that word."""
    at = text.rfind(" ") + 1
    return text[:at], text[at:]


def _begins(word: str, typed: str) -> bool:
    """Return whether ``word`` continues ``typed``: the same letters, with the diacritics that were typed."""
    if not unaccented(word).startswith(unaccented(typed)):
        return False
    pairs = zip(unicodedata.normalize("NFC", word).casefold(), typed.casefold(), strict=False)
    return all(letter == typed or unaccented(typed) == typed for letter, typed in pairs)


def _cased(word: str, typed: str, text: str) -> str:
    """Return the word in capitals if all of ``text`` is, else with its first letter in the typed case."""
    if len(text) > 1 and text.isupper():
        return word.upper()
    return (word[0].upper() if typed[0].isupper() else word[0].lower()) + word[1:]
