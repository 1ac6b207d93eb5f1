"""Kinds of value: how each is read from paper, what can be wrong with it, and how it is written.

``schemas/`` names the kind of a field or slot by a key of ``KINDS`` or ``COMPOSITES``. A new kind is a subclass of
``Kind`` or ``CompositeKind`` and an instance in these lists.
"""

from __future__ import annotations

from collections.abc import Mapping

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
    "COMPOSITES",
    "DATE",
    "DATE_WORDS",
    "ENTRY_NUMBER",
    "KINDS",
    "SURNAMES",
    "UNCODED",
    "CompositeKind",
    "Kind",
    "Parsed",
    "Vocabulary",
    "compared_form",
    "is_ditto",
    "taken_literally",
    "is_usual_title",
    "parse_strictly",
]

DATE, DATE_WORDS, ENTRY_NUMBER = DateKind(), DateWordsKind(), EntryNumberKind()

_KINDS: tuple[Kind, ...] = (
    TextKind(),
    NameKind(),
    DATE,
    DATE_WORDS,
    TimeKind(),
    ENTRY_NUMBER,
    VolumeKind(),
    NumberKind(),
    IdNumberKind(),
    ChoiceKind(),
    PlaceKind(),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}

_COMPOSITES: tuple[CompositeKind, ...] = (SignerKind(), IdentityPaperKind(), DeathNoticeKind(), MomentKind())

COMPOSITES: Mapping[str, CompositeKind] = {kind.name: kind for kind in _COMPOSITES}
