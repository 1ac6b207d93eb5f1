"""What a clerk writes into each blank of a form for one case, as alternatives from the longest to the shortest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from pipeline.declarations.schema import FieldSpec, Slot
from pipeline.training.synthetic_pages.cases import SyntheticCase, date_of, label_mentions, party_key
from pipeline.training.synthetic_pages.clerk import Clerk, field_texts
from pipeline.training.synthetic_pages.people import draw_commune, draw_person, happens, pick

Wording = tuple[tuple[str, str], ...]
"""The text of a blank in runs of (role, text); role "" is the text between the values."""

DITTO_MARKS = ("nt", "-nt-", "-//-", "//", "như trên", '"')

TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "signer": ("{name}, {title}", "{name} - {title}", "{name} ({title})"),
    "identity_paper": (
        "{type} số {number} do {issued_place} cấp ngày {issued_on}",
        "{type} số {number}, {issued_place} cấp ngày {issued_on}",
        "{type} {number} cấp ngày {issued_on} tại {issued_place}",
    ),
    "death_notice": (
        "{type} số {number} ngày {issued_on} do {issuer} cấp",
        "{type} số {number} ngày {issued_on} của {issuer}",
    ),
    "moment": ("{time}, ngày {date}", "{time} ngày {date}"),
}  # fmt: skip
"""How clerks put several values into one blank, by composite kind."""

SHORT_TEMPLATES: Mapping[str, str] = {
    "identity_paper": "{type} {number}",
    "death_notice": "{type} số {number}",
}
"""What is left where the blank is too short for all."""

PAPER_TYPES: Mapping[int, tuple[str, ...]] = {
    9: ("CMND", "CMND", "Giấy CMND", "Chứng minh nhân dân"),
    12: ("CCCD", "Căn cước công dân", "Thẻ CCCD"),
}
"""What clerks call a paper whose number has so many digits."""


@dataclass(frozen=True, slots=True)
class BlankContent:
    """What goes into one blank.

    Attributes:
        slot: The blank.
        alternatives: Wordings from long to short; none means that the blank stays empty.
        parts: Part to text for a value whose blanks lie apart (day, month, year).
        spread: ``even`` or ``groups`` (of three) where characters are written apart along the leader.
        struck: A wrong value that is written first and struck out.
        ditto: What a ditto mark repeats.
        inserted: Whether the right value goes between the lines, above the struck one.
    """

    slot: Slot
    alternatives: tuple[Wording, ...] = ()
    parts: Mapping[str, str] | None = None
    spread: str = ""
    struck: str = ""
    ditto: str = ""
    inserted: bool = False


def compose_blank(rng: np.random.Generator, clerk: Clerk, facts: SyntheticCase, slot: Slot) -> BlankContent:
    """Return what a clerk writes into a blank."""
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
    texts = field_texts(rng, clerk, facts, spec)
    struck = ""
    if (
        spec.kind in ("name", "date", "text", "choice", "place")
        and not clerk.options.typed
        and happens(rng, clerk.options.struck)
    ):
        struck = _wrong(rng, clerk, facts, spec)
        struck = "" if struck in texts else struck
    # without a share of its own nothing is drawn by chance here: books drawn before look as they did
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
    if any(label_mentions(spec.label, "ghi chú") and spec.kind == "text" for spec in specs.values()):
        return not happens(rng, clerk.options.notes)
    kept = any(spec.required or spec.kind == "name" for spec in specs.values())
    return not kept and happens(rng, clerk.options.blank)


def _spread(rng: np.random.Generator, clerk: Clerk, spec: FieldSpec) -> str:
    if spec.kind not in ("date", "id_number") or not happens(rng, clerk.habits.spread):
        return ""
    return pick(rng, ("groups", "even")) if spec.kind == "id_number" else "even"


def _composed(
    rng: np.random.Generator, clerk: Clerk, facts: SyntheticCase, slot: Slot, specs: Mapping[str, FieldSpec]
) -> tuple[Wording, ...]:
    texts = {role: field_texts(rng, clerk, facts, spec) for role, spec in specs.items()}
    kind = slot.kind
    ways = clerk.habits.ways
    if kind == "signer" and clerk.office and ways and set(texts) == {"name", "title"}:
        month = facts.registered_on.month
        return clerk.office.signer_wordings(rng, ways, texts["name"][0], month)
    template = _template(rng, kind, slot, tuple(texts))
    if kind == "identity_paper" and "type" in texts and "number" in texts:
        texts["type"] = (pick(rng, PAPER_TYPES[len(texts["number"][0])]),)
    steps = range(max(len(options) for options in texts.values()))
    shapes = [(template, step) for step in steps] + [(SHORT_TEMPLATES.get(kind, template), steps[-1])]
    return tuple(
        _filled(shape, {role: options[min(step, len(options) - 1)] for role, options in texts.items()})
        for shape, step in shapes
    )


def _template(rng: np.random.Generator, kind: str, slot: Slot, roles: tuple[str, ...]) -> str:
    """Return the shape of the text; under a label that asks for a number it is mostly the number alone."""
    asks = slot.pieces[0].label if slot.pieces else ""
    if (
        label_mentions(asks, "số")
        and asks.lower().startswith("số")
        and "number" in roles
        and happens(rng, 0.85)
    ):
        return "{number}"
    known = TEMPLATES.get(kind, ())
    return pick(rng, known) if known else ", ".join(f"{{{role}}}" for role in roles)


def _filled(template: str, values: Mapping[str, str]) -> Wording:
    """Return the runs of a template; a role without a value drops out with the words before it."""
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
    """Return the text of each part of a value; a piece without a part takes the rest of it."""
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
    """Return a value of the same kind that belongs to somebody else."""
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
