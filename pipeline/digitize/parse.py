"""From lines that were read to the fields of an entry: parts joined, shared blanks split, kinds parsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline import kinds
from pipeline.digitize.hypotheses import (
    ParseCandidate,
    combine_evidence,
    line_combinations,
    rank_hypotheses,
    resolve_repeated_dates,
    texts_of,
    weigh_by_grammar,
    weigh_reading,
)
from pipeline.kinds import Vocabulary
from pipeline.model import Box, FieldReading, FieldStatus, Ledger, LineReading, Writing
from pipeline.schema import RecordSpec, Schemas, Slot

UNREAD = LineReading("", 0.0, "")

PART_ORDER = ("hour", "minute", "day", "month", "year")


@dataclass(frozen=True, slots=True)
class SlotInk:
    """What stands in one blank: the boxes of its inked lines in reading order, each with the number of the piece it
    stands on, what was read there (``None`` = not read yet), what kind of writing it is and which of its lines are
    ``struck`` through; ``doubtful``: something else may stand there, so that without a line it is not called blank."""

    slot: Slot
    boxes: tuple[Box, ...]
    pieces: tuple[int, ...]
    writing: Writing
    readings: tuple[LineReading | None, ...] = ()
    place: Box | None = None
    struck: tuple[bool, ...] = ()
    doubtful: bool = False


def parse_entry(
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
    found |= dict(resolve_repeated_dates(found, record))
    return tuple(found[spec.name] for spec in record.fields if spec.name in found)


def _fields(ink: SlotInk, record: RecordSpec, schemas: Schemas, ledger: Ledger) -> list[FieldReading]:
    slot = ink.slot
    place = _union(ink.boxes) or ink.place
    if not ink.boxes and ink.doubtful:
        return [
            FieldReading(name, FieldStatus.UNREADABLE, writing=Writing.HAND, box=place)
            for name in slot.field_names
        ]
    if not ink.boxes:
        return [FieldReading(name, FieldStatus.BLANK, confidence=1.0, box=place) for name in slot.field_names]
    boxes = ink.boxes
    struck, ink = _what_holds(ink)
    engine = next((r.engine for r in ink.readings if r and r.engine), "")
    ways = weigh_by_grammar(
        [_way(ink, texts, chance) for texts, chance in line_combinations([r or UNREAD for r in ink.readings])]
    )
    several = any(line.hypotheses for line in ink.readings if line)
    if not ways[0].text:
        return [
            FieldReading(
                name,
                FieldStatus.UNREADABLE,
                writing=ink.writing,
                engine=engine,
                box=place,
                lines=boxes,
                hypotheses=rank_hypotheses(texts_of(ways, name), "") if several else (),
                struck=struck,
            )
            for name in slot.field_names
        ]
    evidence = combine_evidence([r or UNREAD for r in ink.readings]) if ink.writing is Writing.HAND else None
    result = []
    for name, value in ways[0].values.items():
        canonical = _canonical(value, name, record, schemas, ledger) if value else ""
        told = texts_of(ways, name)
        status = _status(value, ink, ways[0], told if evidence else {})
        confidence = min((r.confidence for r in ink.readings if r), default=0.0)
        reading = FieldReading(
            name, status, value, canonical, confidence, ink.writing, engine, place, boxes, struck=struck
        )
        if evidence:
            meant = {text: _meaning(text, name, record, schemas, ledger) for text in told if text}
            reading = weigh_reading(reading, evidence, told, meant)
        elif several:
            reading = replace(reading, hypotheses=rank_hypotheses(told, value))
        result.append(reading)
    return result


def _what_holds(ink: SlotInk) -> tuple[str, SlotInk]:
    """What was read on the struck lines of a blank in which others are not struck, and the blank without them; a blank
    that is struck all over stays whole, as nothing was written in its place."""
    if all(ink.struck) or not any(ink.struck):
        return "", ink
    kept = [number for number, struck in enumerate(ink.struck) if not struck]
    gone = [
        reading.text for reading, struck in zip(ink.readings, ink.struck, strict=True) if struck and reading
    ]
    return " ".join(filter(None, gone)), replace(
        ink,
        boxes=tuple(ink.boxes[number] for number in kept),
        pieces=tuple(ink.pieces[number] for number in kept),
        readings=tuple(ink.readings[number] for number in kept),
    )


def _way(ink: SlotInk, texts: Sequence[str], chance: float) -> ParseCandidate:
    slot = ink.slot
    text = _joined(slot, ink.pieces, texts)
    if slot.kind in kinds.COMPOSITES:
        return ParseCandidate(text, *_shares(slot, text), chance)
    return ParseCandidate(text, {slot.field_names[0]: text}, False, chance)


def _status(value: str, ink: SlotInk, way: ParseCandidate, told: Mapping[str, float]) -> FieldStatus:
    """What is known of a field by its value; without one, whether its blank is known to say nothing of it. ``told``:
    the chance of each value, where several were weighed."""
    if value:
        return FieldStatus.STRUCK_THROUGH if any(ink.struck) else FieldStatus.READ
    sure = min((r.confidence for r in ink.readings if r), default=0.0)
    if told:
        sure = told.get("", 0.0)
    elif ink.writing is not Writing.PRINT:
        sure = 0.0
    return FieldStatus.BLANK if way.is_split and sure >= CLEAR else FieldStatus.UNREADABLE


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


def _meaning(text: str, name: str, record: RecordSpec, schemas: Schemas, ledger: Ledger) -> str:
    """The canonical form by which texts speak for one another; a date in words with misread letters speaks for none."""
    if record.by_name[name].kind == "date_words":
        return kinds.parse_strictly(text).canonical
    return _canonical(text, name, record, schemas, ledger)


def _union(boxes: Sequence[Box]) -> Box | None:
    result: Box | None = None
    for box in boxes:
        result = box if result is None else result.union(box)
    return result


def parse_check_boxes(
    field: str,
    ticked: Mapping[str, float],
    box: Box | None,
    vocab: Vocabulary | None,
    *,
    seen: bool = True,
) -> FieldReading:
    """The field behind a group of check boxes: ``ticked`` maps the printed value of each box to its share of ink;
    ``seen``: whether the boxes themselves are seen on the page.

    None ticked is blank, if the boxes are seen and none holds so much as a speck; more than one is not decided here:
    the texts of all stand in the reading, which then does not parse, so that a person looks.
    """
    chosen = [value for value, share in ticked.items() if share > TICK_SHARE]
    if not chosen and (not seen or max(ticked.values(), default=0.0) > SPECK):
        return FieldReading(field, FieldStatus.UNREADABLE, writing=Writing.HAND, box=box)
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

SPECK = 0.01
"""From this share on a box that does not count as ticked does not count as surely empty either."""
