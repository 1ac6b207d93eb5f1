"""Parse: from recognized lines to the fields of an entry; the kind of a field parses its value.

The lines of a region are joined to a text (the parts of a date by ``/``, the parts of a time by ``:``), a region that
several fields share is split, and every text is parsed by the kind of its field. Problems of a single text travel with
its reading (``FieldReading.problems``); the rules of the entry come in the next stage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.base.model import (
    Box,
    Evidence,
    FieldReading,
    FieldStatus,
    Hypothesis,
    KeptLine,
    KeptRegion,
    Ledger,
    Writing,
)
from pipeline.declarations.schema import RecordSpec, Schemas, Slot
from pipeline.digitize.hypotheses import (
    ParseCandidate,
    cap_evidence,
    combine_evidence,
    line_combinations,
    rank_hypotheses,
    texts_of,
    weigh_by_grammar,
    weigh_reading,
)
from pipeline.digitize.regions import CheckBoxGroup
from pipeline.values import kinds
from pipeline.values.kinds import Parsed, Vocabulary
from pipeline.values.kinds.signer import is_of_place, with_whole_unit

PART_ORDER = ("hour", "minute", "day", "month", "year")

SURELY_READ = 0.8
"""Least confidence in a shared region for its unnamed fields to be blank without a person."""

TICK_SHARE = 0.05
"""Least share of ink inside a ticked check box."""

SPECK = 0.01
"""Share of ink from which an unticked box is not surely empty."""


def parse_entry(
    regions: Sequence[tuple[Slot, KeptRegion]], record: RecordSpec, schemas: Schemas, ledger: Ledger
) -> tuple[FieldReading, ...]:
    """Return the fields of one entry, in the record's order.

    Args:
        regions: The slots and regions of the entry with what was read in them.
        ledger: The book; it fills fields without a region on the form, and its year completes an entry number.

    Returns:
        One reading for each field of the form or the ledger. A field in two regions has the first non-blank reading.
    """
    readings: dict[str, FieldReading] = {}
    for slot, region in regions:
        for reading in EntryParser(record, schemas, ledger).readings(slot, region):
            before = readings.get(reading.field)
            if before is None or before.status is FieldStatus.BLANK:
                readings[reading.field] = reading
    for spec in record.fields:
        if spec.ledger and spec.name not in readings:
            text = str(getattr(ledger, spec.ledger))
            parsed = kinds.KINDS[spec.kind].parse(text)
            readings[spec.name] = FieldReading(
                field=spec.name,
                status=FieldStatus.READ,
                text=text,
                canonical=parsed.canonical or text,
                confidence=1.0,
                writing=Writing.PRINT,
                engine="ledger",
                problems=parsed.problems,
            )
    return tuple(readings[spec.name] for spec in record.fields if spec.name in readings)


def parse_text(text: str, name: str, record: RecordSpec, schemas: Schemas, ledger: Ledger) -> Parsed:
    """Return the canonical value of a field's text, and the problems of the text by itself."""
    return EntryParser(record, schemas, ledger).parsed(text, name)


PUT = 0.5
"""Largest confidence in a text that replaces the text read."""


def put_text(
    reading: FieldReading, text: str, record: RecordSpec, schemas: Schemas, ledger: Ledger
) -> FieldReading:
    """Return a reading whose text is replaced; its confidence is too low for acceptance."""
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
    """Return a reading with new weights of its hypotheses.

    Evidence measured on the old text is capped for another text. Print has no evidence: it keeps its confidence, capped
    by the probability of its best hypothesis. Other readings without evidence stay unchanged.

    Args:
        weighed: The hypotheses with their new weights, best first.
    """
    if reading.status is not FieldStatus.READ or not weighed:
        return reading
    text = weighed[0].text
    if reading.evidence is None:
        is_weighed = reading.writing is Writing.PRINT and reading.hypotheses
        return _weighed_print(reading, weighed, record, schemas, ledger) if is_weighed else reading
    alone = next((hypothesis.chance for hypothesis in reading.hypotheses if hypothesis.text == text), 0.0)
    measured = reading.evidence if text == reading.text else cap_evidence(reading.evidence, alone)
    parser = EntryParser(record, schemas, ledger)
    parsed = parser.parsed(text, reading.field)
    now = replace(reading, text=text, canonical=parsed.canonical, problems=parsed.problems)
    return parser.weighed(now, measured, {hypothesis.text: hypothesis.chance for hypothesis in weighed})


def _weighed_print(
    reading: FieldReading,
    weighed: Sequence[Hypothesis],
    record: RecordSpec,
    schemas: Schemas,
    ledger: Ledger,
) -> FieldReading:
    best = weighed[0]
    parsed = EntryParser(record, schemas, ledger).parsed(best.text, reading.field)
    return replace(
        reading,
        text=best.text,
        canonical=parsed.canonical,
        problems=parsed.problems,
        confidence=min(reading.confidence, best.chance),
        hypotheses=tuple(weighed),
    )


class EntryParser:
    """Parses the regions of one entry."""

    def __init__(self, record: RecordSpec, schemas: Schemas, ledger: Ledger) -> None:
        self._record, self._schemas, self._ledger = record, schemas, ledger

    def readings(self, slot: Slot, region: KeptRegion) -> list[FieldReading]:
        """Return the readings of a region's fields, without a line all blank, or unreadable if it is doubtful."""
        names = slot.field_names
        boxes = tuple(line.box for line in region.lines)
        place = _union(boxes) or region.box
        if not region.lines and region.is_repeated:
            return [self._repeated(name, place) for name in names]
        if not region.lines and region.is_doubtful:
            return [
                FieldReading(name, FieldStatus.UNREADABLE, writing=Writing.HAND, box=place) for name in names
            ]
        if not region.lines:
            return [FieldReading(name, FieldStatus.BLANK, confidence=1.0, box=place) for name in names]
        lines, struck = without_struck(region.lines)
        readings = [line.reading for line in lines]
        is_weighed = any(reading.hypotheses for reading in readings)
        candidates = weigh_by_grammar(
            [self.candidate(slot, lines, texts, chance) for texts, chance in line_combinations(readings)]
        )
        blank = FieldReading(
            field="",
            status=FieldStatus.UNREADABLE,
            writing=region.writing,
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
        superseded = _superseded(slot, candidates[0])
        confidence = min(reading.confidence for reading in readings)
        evidence = combine_evidence(readings) if region.writing is Writing.HAND else None
        result = []
        for name, text in candidates[0].values.items():
            texts = texts_of(candidates, name)
            parsed = self.parsed(text, name) if text else Parsed("")
            reading = replace(
                blank,
                field=name,
                status=_status(text, region, candidates[0], confidence, texts if evidence else {}),
                text=text,
                canonical=parsed.canonical,
                confidence=confidence,
                problems=parsed.problems,
            )
            if evidence:
                reading = self.weighed(reading, evidence, texts)
                if reading.status is FieldStatus.BLANK and reading.confidence < SURELY_READ:
                    # without evidence nothing accepts it: the shared line itself is not surely read
                    reading = replace(reading, evidence=None)
            elif is_weighed:
                reading = replace(reading, hypotheses=rank_hypotheses(texts, text))
            if reading.status is FieldStatus.BLANK and name in superseded:
                reading = FieldReading(name, FieldStatus.BLANK, confidence=1.0, box=place)
            result.append(reading)
        return result

    def _repeated(self, name: str, place: Box) -> FieldReading:
        """Return the reading of a field that a brace repeats from above; a person decides the value."""
        return FieldReading(
            name,
            FieldStatus.READ,
            text=kinds.AS_ABOVE,
            writing=Writing.HAND,
            box=place,
            problems=self.parsed(kinds.AS_ABOVE, name).problems,
        )

    def candidate(
        self, slot: Slot, lines: Sequence[KeptLine], texts: Sequence[str], chance: float
    ) -> ParseCandidate:
        """Return the candidate for a region's text that the texts of its lines make."""
        text = _joined(slot, [line.piece for line in lines], texts)
        if slot.kind not in kinds.COMPOSITES:
            return ParseCandidate(text, {slot.field_names[0]: text}, False, chance)
        kind = kinds.COMPOSITES[slot.kind]
        written = "\n".join(filter(None, texts)) if kind.by_line else text
        shares = kind.split(written, self._schemas.vocabularies.get(kind.vocabulary))
        if kind is kinds.SIGNER and is_of_place(shares["name"], self._ledger.place):
            shares = {"name": text, "title": ""}
        elif kind is kinds.SIGNER:
            shares = with_whole_unit(shares, self._ledger.place)
        return ParseCandidate(text, *_split(slot, text, shares), chance)

    def parsed(self, text: str, name: str) -> Parsed:
        """Return the canonical value of a field's text and the problems of the text by itself."""
        spec = self._record.by_name[name]
        parsed = spec.value_kind.parse(text, self._schemas.vocabulary(spec))
        if spec.value_kind.is_entry_number and parsed.canonical and "/" not in parsed.canonical:
            return parsed._replace(canonical=f"{parsed.canonical}/{self._ledger.year}")
        return parsed

    def weighed(self, reading: FieldReading, evidence: Evidence, texts: Mapping[str, float]) -> FieldReading:
        """Return the reading with its hypotheses and the evidence for its text."""
        canonicals = {text: self.canonical_of_hypothesis(text, reading) for text in texts if text}
        return weigh_reading(reading, evidence, texts, canonicals)

    def canonical_of_hypothesis(self, text: str, reading: FieldReading) -> str:
        """Return the value under which the probabilities of texts add up, ``""`` for a date in misread words."""
        if self._record.by_name[reading.field].value_kind.is_date_in_words:
            return kinds.parse_strictly(text).canonical
        return reading.canonical if text == reading.text else self.parsed(text, reading.field).canonical


def without_struck(lines: Sequence[KeptLine]) -> tuple[Sequence[KeptLine], str]:
    """Return the lines that are not struck out, and the text of the struck-out lines.

    If all lines are struck out, all are returned: nothing replaces them.
    """
    kept = [line for line in lines if not line.is_struck]
    if not kept or len(kept) == len(lines):
        return lines, ""
    return kept, " ".join(line.reading.text for line in lines if line.is_struck and line.reading.text)


def _status(
    text: str,
    region: KeptRegion,
    candidate: ParseCandidate,
    confidence: float,
    texts: Mapping[str, float],
) -> FieldStatus:
    """Return the status of a field whose region has ink.

    Args:
        text: The text of the field; ``""`` if the region does not, or may not, name the field.
        candidate: The likeliest candidate for the region's text.
        confidence: The least confidence of its lines, 0..1.
        texts: The probability of each text of the field, empty without weighed hypotheses.
    """
    if text:
        is_struck = any(line.is_struck for line in region.lines)
        return FieldStatus.STRUCK_THROUGH if is_struck else FieldStatus.READ
    if texts:
        others = max((chance for other, chance in texts.items() if other), default=0.0)
        is_blank = texts.get("", 0.0) > others
    else:
        is_blank = region.writing is Writing.PRINT and confidence >= SURELY_READ
    return FieldStatus.BLANK if candidate.is_split and is_blank else FieldStatus.UNREADABLE


def _split(slot: Slot, text: str, shares: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """Return the text of each field of a shared region, and whether the text really splits into its ``shares``.

    A text that does not split stays whole in the region's main field; the other fields are unknown and not blank.
    """
    filled = [role for role, value in shares.items() if value]
    main = kinds.COMPOSITES[slot.kind].main_role
    is_signer = slot.kind == kinds.SIGNER.name
    is_whole = sum(c.isdigit() for c in text) >= 4 or is_signer
    if len(filled) == 1 and main in slot.roles and is_whole:
        whole = {field: text if role == main else "" for role, field in slot.roles.items()}
        return whole, filled[0] == main and not is_signer
    return {field: shares.get(role, "") for role, field in slot.roles.items()}, len(filled) > 1


def _superseded(slot: Slot, candidate: ParseCandidate) -> frozenset[str]:
    """Return the fields in whose place a candidate names another field of the same region: its ink is not theirs."""
    in_place_of = kinds.COMPOSITES[slot.kind].in_place_of if slot.kind in kinds.COMPOSITES else {}
    fields = slot.roles
    return frozenset(
        fields[other]
        for named, other in in_place_of.items()
        if other in fields and named in fields and candidate.values[fields[named]]
    )


def _joined(slot: Slot, pieces: Sequence[int], texts: Sequence[str]) -> str:
    """Return the text of a region: lines joined by a space, the parts of a date or a time joined by their sign."""
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
    """Return the lines of one value joined by a space; a number that continues after a line break gets no space."""
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


def parse_check_boxes(group: CheckBoxGroup, vocabulary: Vocabulary | None) -> FieldReading:
    """Return the reading of a field with check boxes.

    Without a tick the field is blank if the boxes are visible and free of specks. With several ticks the reading has
    the texts of all ticked boxes and no canonical value, so that a person decides.
    """
    chosen = [value for value, share in group.shares.items() if share > TICK_SHARE]
    if not chosen and (not group.is_seen or max(group.shares.values(), default=0.0) > SPECK):
        return FieldReading(group.field, FieldStatus.UNREADABLE, writing=Writing.HAND, box=group.box)
    if not chosen:
        return FieldReading(group.field, FieldStatus.BLANK, confidence=1.0, box=group.box)
    text = "; ".join(chosen)
    parsed = kinds.CHOICE.parse(text, vocabulary)
    margin = min(abs(share - TICK_SHARE) / TICK_SHARE for share in group.shares.values())
    return FieldReading(
        field=group.field,
        status=FieldStatus.READ,
        text=text,
        canonical=parsed.canonical if len(chosen) == 1 else "",
        confidence=min(0.99, margin),
        writing=Writing.MARK,
        engine="marks",
        box=group.box,
        lines=(group.box,),
        problems=parsed.problems,
    )
