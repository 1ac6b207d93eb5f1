"""Kinds of value: parsing from paper, problems, and canonical writing.

``schemas/`` names the kind of a field or slot by a key of ``KINDS`` or ``COMPOSITES``. A new kind is a subclass of
``Kind`` or ``CompositeKind`` with its traits, and an instance in these lists; otherwise only the synthetic clerk
(``pipeline.training.synthetic_pages.clerk``) may have to learn its writing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.values.kinds.comparison import compared_form
from pipeline.values.kinds.composites import DeathNoticeKind, IdentityPaperKind, MomentKind
from pipeline.values.kinds.date import DateKind
from pipeline.values.kinds.date_words import DateWordsKind, parse_strictly
from pipeline.values.kinds.kind import (
    AS_ABOVE,
    UNCODED,
    CompositeKind,
    Kind,
    Parsed,
    Vocabulary,
    is_ditto,
    taken_literally,
)
from pipeline.values.kinds.name import NameKind
from pipeline.values.kinds.number import EntryNumberKind, IdNumberKind, NumberKind, VolumeKind
from pipeline.values.kinds.signer import SURNAMES, SignerKind, is_usual_title
from pipeline.values.kinds.text import ChoiceKind, PlaceKind, TextKind
from pipeline.values.kinds.time import TimeKind

__all__ = [
    "AS_ABOVE",
    "CHOICE",
    "COMPOSITES",
    "DATE",
    "DATE_WORDS",
    "ENTRY_NUMBER",
    "KINDS",
    "NAME",
    "NUMBER",
    "SIGNER",
    "SURNAMES",
    "TEXT",
    "UNCODED",
    "CompositeKind",
    "Kind",
    "Parsed",
    "Vocabulary",
    "compared_form",
    "is_ditto",
    "is_usual_title",
    "kinds_with",
    "parse_strictly",
    "taken_literally",
]

TEXT, NAME, NUMBER, CHOICE = TextKind(), NameKind(), NumberKind(), ChoiceKind()
DATE, DATE_WORDS, ENTRY_NUMBER = DateKind(), DateWordsKind(), EntryNumberKind()
SIGNER = SignerKind()

_KINDS: tuple[Kind, ...] = (
    NAME,
    DATE,
    PlaceKind(),
    CHOICE,
    IdNumberKind(),
    NUMBER,
    TimeKind(),
    TEXT,
    ENTRY_NUMBER,
    VolumeKind(),
    DATE_WORDS,
)
"""The kinds in the order in which people choose among them."""

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}

_COMPOSITES: tuple[CompositeKind, ...] = (SIGNER, IdentityPaperKind(), DeathNoticeKind(), MomentKind())

COMPOSITES: Mapping[str, CompositeKind] = {kind.name: kind for kind in _COMPOSITES}


def kinds_with(trait: Callable[[Kind], bool]) -> frozenset[str]:
    """Return the names of the kinds that have a trait."""
    return frozenset(kind.name for kind in KINDS.values() if trait(kind))
