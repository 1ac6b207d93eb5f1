"""Parse: from the lines that were read to the fields of an entry, each value parsed once, by its kind.

The lines of a region are joined to a text (the parts of a date by ``/``, those of a time by ``:``), a region that
several fields share is split, and every text is parsed by the kind of its field. What is wrong with a text by itself
travels with its reading (``FieldReading.problems``); the rules of the entry come in the next stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.base.model import Box, Evidence, FieldReading, FieldStatus, Hypothesis, Ledger, Writing
from pipeline.declarations.schema import RecordSpec, Schemas, Slot
from pipeline.digitize.hypotheses import (
    ParseCandidate,
    cap_evidence,
    combine_evidence,
    line_combinations,
    rank_hypotheses,
    resolve_repeated_dates,
    texts_of,
    weigh_by_grammar,
    weigh_reading,
)
from pipeline.digitize.regions import RecognizedField, RecognizedLine
from pipeline.values import kinds
from pipeline.values.kinds import Parsed
from pipeline.values.kinds.signer import is_of_place, with_whole_unit

PART_ORDER = ("hour", "minute", "day", "month", "year")

SURELY_READ = 0.8
"""How surely a shared region must have been read before what is not in its text counts as not written."""

MAIN_ROLE = {"signer": "name", "identity_paper": "number", "death_notice": "number", "moment": "date"}
"""The role that a shared region is there for, by its kind."""


def parse_entry(
    fields: Sequence[RecognizedField], record: RecordSpec, schemas: Schemas, ledger: Ledger
) -> tuple[FieldReading, ...]:
    """Return the fields of one entry, in the record's order.

    Args:
        fields: The regions of the entry with what was read in them.
        record: The record that the form holds.
        schemas: Where the lists of values are.
        ledger: The book; it fills the fields that the form has no region for, and completes an entry number by its
            year.

    Returns:
        One reading a field that the form or the ledger has. A field in two regions has the first that is not blank.
    """
    found: dict[str, FieldReading] = {}
    for field in fields:
        for reading in _EntryParser(record, schemas, ledger).readings(field):
            before = found.get(reading.field)
            if before is None or before.status is FieldStatus.BLANK:
                found[reading.field] = reading
    for spec in record.fields:
        if spec.ledger and spec.name not in found:
            text = str(getattr(ledger, spec.ledger))
            parsed = kinds.KINDS[spec.kind].parse(text)
            found[spec.name] = FieldReading(
                field=spec.name,
                status=FieldStatus.READ,
                text=text,
                canonical=parsed.canonical or text,
                confidence=1.0,
                writing=Writing.PRINT,
                engine="ledger",
                problems=parsed.problems,
            )
    parser = _EntryParser(record, schemas, ledger)
    for name, resolved in resolve_repeated_dates(found, record):
        found[name] = replace(resolved, problems=parser.parsed(resolved.text, name).problems)
    return tuple(found[spec.name] for spec in record.fields if spec.name in found)


def parse_text(text: str, name: str, record: RecordSpec, schemas: Schemas, ledger: Ledger) -> Parsed:
    """Return the canonical value of the text of a field, and what is wrong with it by itself."""
    return _EntryParser(record, schemas, ledger).parsed(text, name)


PUT = 0.5
"""The confidence that a text has at most which stands in the place of what was read."""


def put_text(
    reading: FieldReading, text: str, record: RecordSpec, schemas: Schemas, ledger: Ledger
) -> FieldReading:
    """Return a reading with another text in the place of what was read, which is not sure enough to be accepted.

    Args:
        reading: What was read.
        text: What stands in its place.
        record: The record that the form holds.
        schemas: Where the lists of values are.
        ledger: The book.
    """
    parsed = parse_text(text, reading.field, record, schemas, ledger)
    chance = min(reading.confidence, PUT)
    return replace(
        reading,
        text=text,
        canonical=parsed.canonical,
        problems=parsed.problems,
        confidence=chance,
        hypotheses=(Hypothesis(text, chance), Hypothesis(reading.text, chance)),
    )


def weigh_parsed(
    reading: FieldReading,
    weighed: Sequence[Hypothesis],
    record: RecordSpec,
    schemas: Schemas,
    ledger: Ledger,
) -> FieldReading:
    """Return a reading whose hypotheses were weighed as a whole.

    What was measured on the ink of its text says little of another text. Print has no evidence: it is as sure as it
    was, and no surer than its hypothesis is now. Other readings without evidence stay as they are.

    Args:
        reading: What was read.
        weighed: Its hypotheses as they are weighed now, best first.
        record: The record that the form holds.
        schemas: Where the lists of values are.
        ledger: The book.
    """
    if reading.status is not FieldStatus.READ or not weighed:
        return reading
    text = weighed[0].text
    if reading.evidence is None:
        is_weighed = reading.writing is Writing.PRINT and reading.hypotheses
        return _weighed_print(reading, weighed, record, schemas, ledger) if is_weighed else reading
    alone = next((one.chance for one in reading.hypotheses if one.text == text), 0.0)
    measured = reading.evidence if text == reading.text else cap_evidence(reading.evidence, alone)
    parser = _EntryParser(record, schemas, ledger)
    parsed = parser.parsed(text, reading.field)
    now = replace(reading, text=text, canonical=parsed.canonical, problems=parsed.problems)
    return parser.weighed(now, measured, {one.text: one.chance for one in weighed})


def _weighed_print(
    reading: FieldReading,
    weighed: Sequence[Hypothesis],
    record: RecordSpec,
    schemas: Schemas,
    ledger: Ledger,
) -> FieldReading:
    best = weighed[0]
    parsed = _EntryParser(record, schemas, ledger).parsed(best.text, reading.field)
    return replace(
        reading,
        text=best.text,
        canonical=parsed.canonical,
        problems=parsed.problems,
        confidence=min(reading.confidence, best.chance),
        hypotheses=tuple(weighed),
    )


class _EntryParser:
    """Parses the regions of one entry."""

    def __init__(self, record: RecordSpec, schemas: Schemas, ledger: Ledger) -> None:
        self._record, self._schemas, self._ledger = record, schemas, ledger

    def readings(self, field: RecognizedField) -> list[FieldReading]:
        """Return the fields of a region. Without a line all are blank, or unreadable where that is doubtful."""
        region = field.region
        names = region.slot.field_names
        boxes = tuple(line.box for line in field.lines)
        place = _union(boxes) or region.box
        if not field.lines and region.is_repeated:
            return [self._repeated(name, place) for name in names]
        if not field.lines and region.is_doubtful:
            return [
                FieldReading(name, FieldStatus.UNREADABLE, writing=Writing.HAND, box=place) for name in names
            ]
        if not field.lines:
            return [FieldReading(name, FieldStatus.BLANK, confidence=1.0, box=place) for name in names]
        lines, struck = _without_struck(field.lines)
        readings = [line.reading for line in lines]
        is_weighed = any(reading.hypotheses for reading in readings)
        candidates = weigh_by_grammar(
            [
                self._candidate(region.slot, lines, texts, chance)
                for texts, chance in line_combinations(readings)
            ]
        )
        blank = FieldReading(
            field="",
            status=FieldStatus.UNREADABLE,
            writing=field.writing,
            engine=next((reading.engine for reading in readings if reading.engine), ""),
            box=place,
            lines=boxes,
            struck=struck,
            is_cut_short=region.is_cut_short,
        )
        if not candidates[0].text:
            return [
                replace(
                    blank,
                    field=name,
                    hypotheses=rank_hypotheses(texts_of(candidates, name), "") if is_weighed else (),
                )
                for name in names
            ]
        confidence = min(reading.confidence for reading in readings)
        evidence = combine_evidence(readings) if field.writing is Writing.HAND else None
        result = []
        for name, text in candidates[0].values.items():
            texts = texts_of(candidates, name)
            parsed = self.parsed(text, name) if text else Parsed("")
            reading = replace(
                blank,
                field=name,
                status=_status(text, field, candidates[0], confidence, texts if evidence else {}),
                text=text,
                canonical=parsed.canonical,
                confidence=confidence,
                problems=parsed.problems,
            )
            if evidence:
                reading = self.weighed(reading, evidence, texts)
            elif is_weighed:
                reading = replace(reading, hypotheses=rank_hypotheses(texts, text))
            result.append(reading)
        return result

    def _repeated(self, name: str, place: Box) -> FieldReading:
        """Return the reading of a field of which a brace says that it is as above; a person decides what that is."""
        return FieldReading(
            name,
            FieldStatus.READ,
            text=kinds.AS_ABOVE,
            writing=Writing.HAND,
            box=place,
            problems=self.parsed(kinds.AS_ABOVE, name).problems,
        )

    def _candidate(
        self, slot: Slot, lines: Sequence[RecognizedLine], texts: Sequence[str], chance: float
    ) -> ParseCandidate:
        text = _joined(slot, [line.line.piece for line in lines], texts)
        if slot.kind not in kinds.COMPOSITES:
            return ParseCandidate(text, {slot.field_names[0]: text}, False, chance)
        kind = kinds.COMPOSITES[slot.kind]
        written = "\n".join(filter(None, texts)) if kind.by_line else text
        shares = kind.split(written, self._schemas.vocabularies.get(kind.vocabulary))
        if kind.name == "signer" and is_of_place(shares["name"], self._ledger.place):
            shares = {"name": text, "title": ""}
        elif kind.name == "signer":
            shares = with_whole_unit(shares, self._ledger.place)
        return ParseCandidate(text, *_split(slot, text, shares), chance)

    def parsed(self, text: str, name: str) -> Parsed:
        """Return the canonical value of a field's text and what is wrong with the text by itself."""
        spec = self._record.by_name[name]
        parsed = kinds.KINDS[spec.kind].parse(text, self._schemas.vocabulary(spec))
        if spec.kind == "entry_number" and parsed.canonical and "/" not in parsed.canonical:
            return parsed._replace(canonical=f"{parsed.canonical}/{self._ledger.year}")
        return parsed

    def weighed(self, reading: FieldReading, evidence: Evidence, texts: Mapping[str, float]) -> FieldReading:
        """Return the reading with its hypotheses and the evidence for its text."""
        canonicals = {text: self._canonical_of_hypothesis(text, reading) for text in texts if text}
        return weigh_reading(reading, evidence, texts, canonicals)

    def _canonical_of_hypothesis(self, text: str, reading: FieldReading) -> str:
        """Return the value under which the probabilities of texts add up.

        A date in words with misread letters adds to none.
        """
        if self._record.by_name[reading.field].kind == "date_words":
            return kinds.parse_strictly(text).canonical
        return reading.canonical if text == reading.text else self.parsed(text, reading.field).canonical


def _without_struck(lines: Sequence[RecognizedLine]) -> tuple[Sequence[RecognizedLine], str]:
    """Return the lines that are not struck out, and the text of those that are.

    Where all are struck out all stay, as nothing was written in their place.
    """
    kept = [line for line in lines if not line.line.is_struck]
    if not kept or len(kept) == len(lines):
        return lines, ""
    return kept, " ".join(line.reading.text for line in lines if line.line.is_struck and line.reading.text)


def _status(
    text: str,
    field: RecognizedField,
    candidate: ParseCandidate,
    confidence: float,
    texts: Mapping[str, float],
) -> FieldStatus:
    """Return the status of a field whose region has ink.

    Args:
        text: What the field says; ``""`` where the region is known to say nothing of it, or may be.
        field: The region with its lines.
        candidate: The likeliest candidate for the region's text.
        confidence: The least of its lines, 0..1.
        texts: The probability of each text of the field, where hypotheses were weighed.
    """
    if text:
        is_struck = any(line.line.is_struck for line in field.lines)
        return FieldStatus.STRUCK_THROUGH if is_struck else FieldStatus.READ
    sure = confidence if field.writing is Writing.PRINT else 0.0
    if texts:
        sure = texts.get("", 0.0)
    return FieldStatus.BLANK if candidate.is_split and sure >= SURELY_READ else FieldStatus.UNREADABLE


def _split(slot: Slot, text: str, shares: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """Return the text of each field of a shared region, and whether the text really splits into its ``shares``.

    A text that does not split stays whole in the region's main field, and of the others nothing is known: they are not
    called blank.
    """
    filled = [role for role, value in shares.items() if value]
    main = MAIN_ROLE.get(slot.kind)
    is_whole = sum(c.isdigit() for c in text) >= 4 or slot.kind == "signer"
    if len(filled) == 1 and main in slot.roles and is_whole:
        whole = {field: text if role == main else "" for role, field in slot.roles.items()}
        return whole, filled[0] == main != "name"
    return {field: shares.get(role, "") for role, field in slot.roles.items()}, len(filled) > 1


def _joined(slot: Slot, pieces: Sequence[int], texts: Sequence[str]) -> str:
    """Return the text of a region: lines joined by a space, the parts of a date or a time by their sign."""
    if not slot.pieces or not any(piece.part for piece in slot.pieces):
        return _joined_lines([text for text in texts if text])
    parts: dict[str, str] = {}
    for piece, text in zip(pieces, texts, strict=True):
        part = slot.pieces[piece].part or "rest"
        parts[part] = f"{parts.get(part, '')} {text}".strip()
    sign = ":" if "hour" in {piece.part for piece in slot.pieces} else "/"
    ordered = [parts[part] for part in PART_ORDER if parts.get(part)]
    rest = [parts["rest"]] if parts.get("rest") else []
    return " ".join([sign.join(ordered), *rest]).strip()


def _joined_lines(texts: Sequence[str]) -> str:
    """Return the lines of one value joined by a space.

    A figure that goes on behind a sign at a line's end is not torn apart.
    """
    joined = ""
    for text in texts:
        is_torn = joined[-1:] in {"/", "-", "."} and joined[-2:-1].isdigit() and text[:1].isdigit()
        joined = f"{joined}{text}" if is_torn or not joined else f"{joined} {text}"
    return joined


def _union(boxes: Sequence[Box]) -> Box | None:
    result: Box | None = None
    for box in boxes:
        result = box if result is None else result.union(box)
    return result
