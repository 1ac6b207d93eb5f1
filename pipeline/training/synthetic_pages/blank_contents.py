"""The content of each blank for a case, as alternative wordings from the longest to the shortest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from pipeline.declarations.schema import FieldSpec, Slot
from pipeline.training.synthetic_pages.cases import SyntheticCase, date_of, label_mentions, party_key
from pipeline.training.synthetic_pages.clerk import Clerk, field_texts
from pipeline.training.synthetic_pages.people import draw_commune, draw_person, happens, pick
from pipeline.values.kinds import COMPOSITES, SIGNER, TEXT

Wording = tuple[tuple[str, str], ...]
"""The text of a blank in runs of (role, text); role "" is the text between the values."""

DITTO_MARKS = ("nt", "-nt-", "-//-", "//", "như trên", '"')


@dataclass(frozen=True, slots=True)
class BlankContent:
    """The content of a blank.

    Attributes:
        slot: The blank.
        alternatives: Wordings from long to short; without wordings the blank stays empty.
        parts: Text by part for a value with separate blanks (day, month, year).
        spread: ``even`` or ``groups`` (of three) for characters spaced along the leader.
        struck: A wrong value that is written first and struck out.
        ditto: The text repeated by a ditto mark.
        inserted: Whether the right value is written between the lines, above the struck value.
    """

    slot: Slot
    alternatives: tuple[Wording, ...] = ()
    parts: Mapping[str, str] | None = None
    spread: str = ""
    struck: str = ""
    ditto: str = ""
    inserted: bool = False


def compose_blank(rng: np.random.Generator, clerk: Clerk, facts: SyntheticCase, slot: Slot) -> BlankContent:
    """Return the content that a clerk writes into a blank."""
    specs = {role: clerk.record.by_name[name] for role, name in slot.roles.items()}
    if slot.printed:
        return BlankContent(slot, _single_wording(str(facts.page_no)))
    if not specs or _left_blank(rng, clerk, facts, specs):
        return BlankContent(slot)
    if len(specs) > 1 or slot.kind:
        return BlankContent(slot, _composed(rng, clerk, facts, slot, specs))
    spec = next(iter(specs.values()))
    if any(piece.part for piece in slot.pieces):
        return BlankContent(slot, parts=_parts(rng, clerk, facts, spec, slot))
    texts, kind = field_texts(rng, clerk, facts, spec), spec.value_kind
    struck = ""
    if (
        (kind.is_verbatim or kind.is_listed or kind.is_date)
        and not clerk.options.typed
        and happens(rng, clerk.options.struck)
    ):
        struck = _wrong(rng, clerk, facts, spec)
        struck = "" if struck in texts else struck
    # without a share nothing is drawn here, which keeps the random stream of earlier books
    inserted = bool(struck) and clerk.options.inserted > 0 and happens(rng, clerk.options.inserted)
    wordings = tuple(((("value", text),)) for text in texts if text)
    return BlankContent(slot, wordings, None, _spread(rng, clerk, spec), struck, inserted=inserted)


def _single_wording(text: str) -> tuple[Wording, ...]:
    return ((("value", text),),)


def _left_blank(
    rng: np.random.Generator, clerk: Clerk, facts: SyntheticCase, specs: Mapping[str, FieldSpec]
) -> bool:
    if any(party_key(spec.name) in facts.missing for spec in specs.values()):
        return True
    if any(label_mentions(spec.label, "ghi chú") and spec.value_kind is TEXT for spec in specs.values()):
        return not happens(rng, clerk.options.notes)
    kept = any(spec.required or spec.value_kind.is_name for spec in specs.values())
    return not kept and happens(rng, clerk.options.blank)


def _spread(rng: np.random.Generator, clerk: Clerk, spec: FieldSpec) -> str:
    if spec.value_kind.spread is None or not happens(rng, clerk.habits.spread):
        return ""
    return pick(rng, ("groups", "even")) if spec.value_kind.is_number else "even"


def _composed(
    rng: np.random.Generator, clerk: Clerk, facts: SyntheticCase, slot: Slot, specs: Mapping[str, FieldSpec]
) -> tuple[Wording, ...]:
    texts = {role: field_texts(rng, clerk, facts, spec) for role, spec in specs.items()}
    kind = COMPOSITES.get(slot.kind)
    writing_ways = clerk.habits.ways
    if kind is SIGNER and clerk.office and writing_ways and set(texts) == {"name", "title"}:
        month = facts.registered_on.month
        return clerk.office.signer_wordings(rng, writing_ways, texts["name"][0], month)
    template = _template(rng, slot, tuple(texts))
    if kind is not None and kind.types_by_digits and "type" in texts and "number" in texts:
        texts["type"] = (pick(rng, kind.types_by_digits[len(texts["number"][0])]),)
    steps = range(max(len(options) for options in texts.values()))
    shapes = [(template, step) for step in steps] + [
        ((kind.short_wording if kind else "") or template, steps[-1])
    ]
    return tuple(
        _filled(shape, {role: options[min(step, len(options) - 1)] for role, options in texts.items()})
        for shape, step in shapes
    )


def _template(rng: np.random.Generator, slot: Slot, roles: tuple[str, ...]) -> str:
    """Return the shape of the text; under a label that asks for a number it is mostly the number alone."""
    asks = slot.pieces[0].label if slot.pieces else ""
    if (
        label_mentions(asks, "số")
        and asks.lower().startswith("số")
        and "number" in roles
        and happens(rng, 0.85)
    ):
        return "{number}"
    known = COMPOSITES[slot.kind].wordings if slot.kind else ()
    return pick(rng, known) if known else ", ".join(f"{{{role}}}" for role in roles)


def _filled(template: str, values: Mapping[str, str]) -> Wording:
    """Return the runs of a template; a role without a value is dropped with the words before it."""
    runs: list[tuple[str, str]] = []
    for piece in template.replace("{", "\0{").replace("}", "}\0").split("\0"):
        role = piece[1:-1] if piece.startswith("{") else ""
        if role and role not in values:
            if runs and not runs[-1][0]:
                runs.pop()
        elif piece:
            runs.append((role, values[role] if role else piece))
    return tuple(runs)


def _parts(
    rng: np.random.Generator, clerk: Clerk, facts: SyntheticCase, spec: FieldSpec, slot: Slot
) -> Mapping[str, str]:
    """Return the text of each part of a value; a piece without a part takes the rest."""
    day, month, year = clerk.habits.day_parts(date_of(rng, spec, facts))
    known = {
        "day": day,
        "month": month,
        "year": year,
        "hour": str(facts.hour),
        "minute": f"{facts.minute:02}",
    }
    return {piece.part: known.get(piece.part, "") for piece in slot.pieces if piece.part}


def _wrong(rng: np.random.Generator, clerk: Clerk, facts: SyntheticCase, spec: FieldSpec) -> str:
    """Return a value of the same kind of another person."""
    home = draw_commune(rng, facts.home)
    other = replace(
        facts,
        registered_on=facts.registered_on - timedelta(days=int(rng.integers(1, 60))),
        happened_on=facts.happened_on - timedelta(days=int(rng.integers(1, 60))),
        people={key: draw_person(rng, home) for key in facts.people},
        born_on={key: day - timedelta(days=int(rng.integers(1, 900))) for key, day in facts.born_on.items()},
    )
    return field_texts(rng, clerk, other, spec)[-1]


def ditto_content(rng: np.random.Generator, slot: Slot, above: str) -> BlankContent:
    """Return a ditto mark that repeats the text ``above``."""
    return BlankContent(slot, _single_wording(pick(rng, DITTO_MARKS)), ditto=above)
