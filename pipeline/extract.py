"""From lines that were read to the fields of an entry: parts joined, shared blanks split, kinds parsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline import kinds
from pipeline.kinds import Vocabulary
from pipeline.model import (
    Box,
    Evidence,
    FieldReading,
    FieldStatus,
    Hypothesis,
    Ledger,
    LineReading,
    Writing,
)
from pipeline.schema import RecordSpec, Schemas, Slot

PART_ORDER = ("hour", "minute", "day", "month", "year")


@dataclass(frozen=True, slots=True)
class SlotInk:
    """What stands in one blank: the boxes of its inked lines in reading order, each with the number of the piece it
    stands on, what was read there (``None`` = not read yet), what kind of writing it is and whether any
    of it is struck through."""

    slot: Slot
    boxes: tuple[Box, ...]
    pieces: tuple[int, ...]
    writing: Writing
    readings: tuple[LineReading | None, ...] = ()
    place: Box | None = None
    struck: bool = False


def readings_of(
    inks: Sequence[SlotInk], record: RecordSpec, schemas: Schemas, ledger: Ledger
) -> tuple[FieldReading, ...]:
    """The fields of one entry in the record's order: those on the form, then those the ledger itself gives."""
    found: dict[str, FieldReading] = {}
    for ink in inks:
        for reading in _fields(ink, record, schemas, ledger):
            before = found.get(reading.field)
            if before is None or before.status is FieldStatus.BLANK:
                found[reading.field] = reading
    for spec in record.fields:
        if spec.ledger and spec.name not in found:
            text = str(getattr(ledger, spec.ledger))
            canonical = kinds.KINDS[spec.kind].parse(text).canonical
            found[spec.name] = FieldReading(
                spec.name, FieldStatus.READ, text, canonical or text, 1.0, Writing.PRINT, "ledger"
            )
    return tuple(found[spec.name] for spec in record.fields if spec.name in found)


def _fields(ink: SlotInk, record: RecordSpec, schemas: Schemas, ledger: Ledger) -> list[FieldReading]:
    slot = ink.slot
    place = _union(ink.boxes) or ink.place
    if not ink.boxes:
        return [FieldReading(name, FieldStatus.BLANK, confidence=1.0, box=place) for name in slot.field_names]
    engine = next((r.engine for r in ink.readings if r and r.engine), "")
    ways = _ways(ink)
    if not ways[0].text:
        return [
            FieldReading(
                name, FieldStatus.UNREADABLE, writing=ink.writing, engine=engine, box=place, lines=ink.boxes
            )
            for name in slot.field_names
        ]
    confidence = min((r.confidence for r in ink.readings if r), default=0.0)
    result = []
    for name, value in ways[0].values.items():
        canonical = _canonical(value, name, record, schemas, ledger) if value else ""
        known = ways[0].parted and ink.writing is Writing.PRINT and confidence >= CLEAR
        status = FieldStatus.READ if value else FieldStatus.BLANK if known else FieldStatus.UNREADABLE
        if value and ink.struck:
            status = FieldStatus.STRUCK_THROUGH
        reading = FieldReading(
            name, status, value, canonical, confidence, ink.writing, engine, place, ink.boxes
        )
        meant = {text: _canonical(text, name, record, schemas, ledger) for text in _told(ways, name) if text}
        result.append(_weighed(reading, ink.readings, _told(ways, name), meant))
    return result


# --- several ways to read a blank ---------------------------------------------------------------------------------

MOST_WAYS = 8
"""How many ways to read a whole blank are kept."""


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to read all lines of a blank: its ``text``, the ``values`` of its fields, whether they really came apart,
    and its ``chance``."""

    text: str
    values: Mapping[str, str]
    parted: bool
    chance: float


def _ways(ink: SlotInk) -> tuple[_Way, ...]:
    """The likeliest ways to read a blank, best first: of each line one of its hypotheses, the chances multiplied. Of
    lines that were read in one way only there is one."""
    found: list[tuple[tuple[str, ...], float]] = [((), 1.0)]
    for reading in ink.readings:
        told = reading.hypotheses if reading else ()
        choices = [(one.text, one.chance) for one in told] or [(reading.text if reading else "", 1.0)]
        longer = [((*texts, text), chance * more) for texts, chance in found for text, more in choices]
        found = sorted(longer, key=lambda way: -way[1])[:MOST_WAYS]
    return tuple(_way(ink, texts, chance) for texts, chance in found)


def _way(ink: SlotInk, texts: Sequence[str], chance: float) -> _Way:
    slot = ink.slot
    text = _joined(slot, ink.pieces, texts)
    if slot.kind in kinds.COMPOSITES:
        return _Way(text, *_shares(slot, text), chance)
    return _Way(text, {slot.field_names[0]: text}, False, chance)


def _told(ways: Sequence[_Way], name: str) -> dict[str, float]:
    """The texts that a field may have, and the chance of each."""
    told: dict[str, float] = {}
    for way in ways:
        told[way.values[name]] = told.get(way.values[name], 0.0) + way.chance
    return told


def _weighed(
    reading: FieldReading,
    lines: Sequence[LineReading | None],
    told: Mapping[str, float],
    meant: Mapping[str, str],
) -> FieldReading:
    """The reading with its hypotheses and evidence, where every line has some. ``told``: the chance of each text,
    ``meant``: its canonical form. Texts that mean the same speak for one another."""
    evidences = [line.evidence for line in lines if line and line.evidence]
    if not evidences or len(evidences) < len(lines):
        return reading
    others = sorted((text for text in told if text and text != reading.text), key=lambda text: -told[text])
    texts = [reading.text, *others] if reading.text else others
    hypotheses = tuple(Hypothesis(text, told[text]) for text in texts)
    if not reading.text:
        return replace(reading, hypotheses=hypotheses)
    chances: dict[str, float] = {}
    for text in texts:
        meaning = meant[text] or text
        chances[meaning] = chances.get(meaning, 0.0) + told[text]
    chance = chances.pop(meant[reading.text] or reading.text)
    evidence = Evidence(
        chance=min(1.0, chance),
        margin=max(0.0, chance - max(chances.values(), default=0.0)),
        optical=_mean([one.optical for one in evidences], lines),
        weakest=min(one.weakest for one in evidences),
        agreement=min(one.agreement for one in evidences),
        support=_mean([one.support for one in evidences], lines),
    )
    return replace(reading, confidence=evidence.chance, hypotheses=hypotheses, evidence=evidence)


def _mean(shares: Sequence[float], lines: Sequence[LineReading | None]) -> float:
    """The mean over the lines of a blank, each by the length of its text."""
    weights = [max(1, len(line.text)) if line else 1 for line in lines]
    total = sum(share * weight for share, weight in zip(shares, weights, strict=True))
    return total / sum(weights)


def _shares(slot: Slot, text: str) -> tuple[dict[str, str], bool]:
    """The fields of a shared blank, and whether the text really came apart. What did not come apart stays whole in the
    blank's main field, and of the others nothing is known: they are not called blank."""
    shares = kinds.COMPOSITES[slot.kind].split(text)
    filled = [role for role, value in shares.items() if value]
    if len(filled) == 1 and MAIN_ROLE.get(slot.kind) in slot.roles:
        main = MAIN_ROLE[slot.kind]
        if sum(c.isdigit() for c in text) >= 4 or slot.kind == "signer":
            return {field: text if role == main else "" for role, field in slot.roles.items()}, filled[
                0
            ] == main != "name"
    return {field: shares.get(role, "") for role, field in slot.roles.items()}, len(filled) > 1


CLEAR = 0.8
"""How surely a shared blank must have been read before what is not in its text counts as not written."""

MAIN_ROLE = {"signer": "name", "identity_paper": "number", "death_notice": "number", "moment": "date"}
"""The role that a shared blank is there for, by its kind."""


def _joined(slot: Slot, pieces: Sequence[int], texts: Sequence[str]) -> str:
    """Lines joined by a space; the parts of a date or a time by the sign that stands between them."""
    if not slot.pieces or not any(piece.part for piece in slot.pieces):
        return _wrapped([text for text in texts if text])
    parts: dict[str, str] = {}
    for piece, text in zip(pieces, texts, strict=True):
        part = slot.pieces[piece].part or "rest"
        parts[part] = f"{parts.get(part, '')} {text}".strip()
    sign = ":" if "hour" in {piece.part for piece in slot.pieces} else "/"
    ordered = [parts[part] for part in PART_ORDER if parts.get(part)]
    rest = [parts["rest"]] if parts.get("rest") else []
    return " ".join([sign.join(ordered), *rest]).strip()


def _wrapped(texts: Sequence[str]) -> str:
    """Lines of one value joined by a space; a figure that goes on behind a sign at a line's end is not torn apart."""
    joined = ""
    for text in texts:
        torn = joined[-1:] in {"/", "-", "."} and joined[-2:-1].isdigit() and text[:1].isdigit()
        joined = f"{joined}{text}" if torn or not joined else f"{joined} {text}"
    return joined


def _canonical(text: str, name: str, record: RecordSpec, schemas: Schemas, ledger: Ledger) -> str:
    spec = record.by_name[name]
    canonical = kinds.KINDS[spec.kind].parse(text, schemas.vocabulary(spec)).canonical
    if spec.kind == "entry_number" and canonical and "/" not in canonical:
        return f"{canonical}/{ledger.year}"
    return canonical


def _union(boxes: Sequence[Box]) -> Box | None:
    result: Box | None = None
    for box in boxes:
        result = box if result is None else result.union(box)
    return result


def tick_reading(
    field: str, ticked: Mapping[str, float], box: Box | None, vocab: Vocabulary | None
) -> FieldReading:
    """The field behind a group of check boxes: ``ticked`` maps the printed value of each box to its share of ink.

    None ticked is blank; more than one is not decided here: the texts of all stand in the reading, which then does not
    parse, so that a person looks.
    """
    chosen = [value for value, share in ticked.items() if share > TICK_SHARE]
    if not chosen:
        return FieldReading(field, FieldStatus.BLANK, confidence=1.0, box=box)
    text = "; ".join(chosen)
    parsed = kinds.KINDS["choice"].parse(text, vocab).canonical if len(chosen) == 1 else ""
    clear = min(abs(share - TICK_SHARE) / TICK_SHARE for share in ticked.values())
    return FieldReading(
        field,
        FieldStatus.READ,
        text,
        parsed,
        min(0.99, clear),
        Writing.MARK,
        "marks",
        box,
        (box,) if box else (),
    )


TICK_SHARE = 0.05
"""Share of a check box's inside that has to be ink for it to count as ticked."""
