"""A field as the desk shows it: its picture, the choices on Alt+1 … Alt+9, and its findings."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import reduce
from math import ceil, floor

from pipeline.base.model import HANDWRITTEN, TO_COPY, UNSURE, Box, FieldStatus, Finding, Severity
from pipeline.declarations.schema import RecordSpec, Schemas, describe_details
from pipeline.registry import WHOLE_ENTRY, Verdict
from pipeline.registry.tasks.model import DeskTask, FieldWork
from pipeline.values.kinds import Parsed, Vocabulary
from pipeline.values.kinds.stamp import likely_stamp
from pipeline.web.desk.doubt_reasons import doubt_reasons
from pipeline.web.desk.expected_form import expected_form, is_doubted
from pipeline.web.desk.glance import OF_INK, is_sure, is_sure_blank
from pipeline.web.desk.typing_reasons import typing_reasons
from pipeline.web.pictures import PageSource, Pictures

STATUS_LABELS: Mapping[FieldStatus, str] = {
    FieldStatus.READ: "",
    FieldStatus.BLANK: "trống trên giấy",
    FieldStatus.ILLEGIBLE: "không đọc được",
    FieldStatus.STRUCK_THROUGH: "bị gạch bỏ",
    FieldStatus.UNREADABLE: "máy không đọc được",
    FieldStatus.NOT_ON_FORM: "mẫu sổ không có ô này",
}

WHOLE_LABELS = {True: "Cả sự kiện", False: "Cả trang"}
"""The label of work on a whole entry (True) or a whole page (False)."""

STAMPS = "stamp"
"""The vocabulary of the stamps that occur in the field of notes."""


@dataclass(frozen=True, slots=True)
class TextRun:
    """A run of letters in a text that is compared with another text.

    Attributes:
        text: The letters; empty where only the other text has letters.
        differs: Whether the other text differs here.
    """

    text: str
    differs: bool


def text_runs(text: str, other: str) -> tuple[TextRun, ...]:
    """Split ``text`` (NFC) into runs that equal ``other`` and runs that differ."""
    ours, theirs = (unicodedata.normalize("NFC", side) for side in (text, other))
    runs = [
        TextRun(ours[start:end], kind != "equal")
        for kind, start, end, _, _ in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    ]
    return tuple(runs)


MOST = 9
"""Alt+1 to Alt+9."""

MOST_HYPOTHESES = 5
"""Largest number of the reader's hypotheses among the choices."""

READ_TEXT = frozenset({FieldStatus.READ, FieldStatus.STRUCK_THROUGH})


@dataclass(frozen=True, slots=True)
class Choice:
    """A text that a person accepts with a single key.

    Attributes:
        number: The digit of its key, from 1.
        text_runs: The text, compared with the first choice (the first choice: with the second).
        origin: Who wrote or read the text; ``""``: a hypothesis of the machine.
    """

    number: int
    status: FieldStatus
    text: str
    text_runs: tuple[TextRun, ...]
    origin: str


def choices(work: FieldWork, stamps: Vocabulary | None = None) -> tuple[Choice, ...]:
    """Return the choices of a field, the likeliest first, without repetitions.

    A hypothesis that differs from a likelier text in case or punctuation alone is left out; a text that a person
    keyed never is.

    Args:
        stamps: The known stamps, for the field of notes; the stamp that resembles the reading comes first.
    """
    origins: dict[tuple[FieldStatus, str], str] = {}
    stamp = likely_stamp(work.reading.text, stamps) if stamps and work.reading else ""
    if stamp and not work.candidates and work.first is None:
        origins[FieldStatus.READ, stamp] = "con dấu"
    keys = {_comparison_key(text) for _, text in origins}
    for verdict, origin in _offered(work):
        if origin or verdict.status is not FieldStatus.READ or _comparison_key(verdict.text) not in keys:
            origins.setdefault((verdict.status, verdict.text), origin)
            keys.add(_comparison_key(verdict.text))
    offered = list(origins.items())[:MOST]
    texts = [text for (_, text), _ in offered if text]
    return tuple(
        Choice(number, status, text, text_runs(text, _other(text, texts)) if text else (), origin)
        for number, ((status, text), origin) in enumerate(offered, 1)
    )


def _comparison_key(text: str) -> str:
    """Return a text in lower case with its punctuation collapsed to spaces, as a key of equal hypotheses."""
    letters = unicodedata.normalize("NFC", text).casefold()
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())


def _other(text: str, texts: list[str]) -> str:
    """Return the text to compare with: the first text, or the second for the first text."""
    return next((other for other in (texts if text == texts[0] else texts[:1]) if other != text), text)


def _offered(work: FieldWork) -> Iterator[tuple[Verdict, str]]:
    for number, candidate in enumerate(work.candidates, 1):
        yield candidate, f"cách ghi {number}"
    if work.first is not None:
        yield work.first, "người trước ghi"
    if work.likely:
        yield Verdict(work.field, FieldStatus.READ, work.likely), "đã ghi ở trang khác của sổ"
    yield from _read(work)
    for offer in work.offers:
        yield Verdict(work.field, FieldStatus.READ, offer.text), offer.reason
    if work.decided is not None:
        yield work.decided, "đã quyết định trước đây"
    if work.mine is not None:
        yield work.mine, "bạn đã ghi"


def _read(work: FieldWork) -> Iterator[tuple[Verdict, str]]:
    """Yield the machine's reading, then its other hypotheses."""
    reading = work.reading
    if reading is None:
        return
    if reading.status is FieldStatus.BLANK:
        yield Verdict(work.field, FieldStatus.BLANK), "máy"
    elif reading.text and reading.status in READ_TEXT:
        yield Verdict(work.field, reading.status, reading.text), "máy đọc"
    for hypothesis in reading.hypotheses[:MOST_HYPOTHESES]:
        if hypothesis.text:
            yield Verdict(work.field, FieldStatus.READ, hypothesis.text), ""


@dataclass(frozen=True, slots=True)
class FieldPicture:
    """The picture of a field.

    Attributes:
        box: (left, top, right, bottom) on the rectified page.
    """

    url: str
    width: int
    height: int
    box: tuple[int, int, int, int]


def field_picture(
    task_id: int, box: Box, sheet: PageSource, pictures: Pictures, *, of: str = "ink"
) -> FieldPicture:
    """Return the address and the size in pixels of the picture of ``box`` on the page of a task, or of its copy."""
    left, top, right, bottom = whole = whole_pixels(box)
    width, height = pictures.snippet_frame(sheet, Box(*whole)).size
    return FieldPicture(f"/pictures/tasks/{task_id}/{of}/{left}/{top}/{right}/{bottom}", width, height, whole)


def whole_pixels(box: Box) -> tuple[int, int, int, int]:
    """Return the smallest box of whole pixels around ``box``; an address holds no fractions or negative numbers."""
    left, top = max(0, floor(box.left)), max(0, floor(box.top))
    return left, top, max(left + 1, ceil(box.right)), max(top + 1, ceil(box.bottom))


USUAL = frozenset({HANDWRITTEN, UNSURE, TO_COPY})
"""Codes of findings that nearly every field at the desk carries."""


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding in words.

    Attributes:
        values: Label and text of the fields that disagree.
        serious: Whether the finding blocks the export.
        usual: Whether the finding only gives the reason for the review.
        usual: Whether it only says why a person looks at the field at all.
    """

    code: str
    sentence: str
    look_at: str
    details: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    serious: bool
    usual: bool


def finding_view(
    finding: Finding, record: RecordSpec, schemas: Schemas, shown: Mapping[str, str]
) -> FindingView:
    """Put ``finding`` into words. ``shown``: the text of each field that the person may see."""
    spec = schemas.findings.get(finding.code)
    values = tuple(
        (record.by_name[name].label, shown[name])
        for name in finding.fields
        if name in record.by_name and shown.get(name)
    )
    return FindingView(
        finding.code,
        spec.sentence if spec else finding.code,
        spec.look_at if spec else "",
        describe_details(finding),
        values,
        finding.severity is Severity.BLOCK,
        finding.code in USUAL,
    )


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field to be keyed.

    Attributes:
        whole: The work concerns the whole entry or page: nothing is keyed, it is only looked at.
        completed: Whether suggestions are offered while the person types.
        derived: Whether the value may follow from other fields, so that it is requested when the field comes up.
        prefilled: The initial text of the input; empty for a blind field.
        expected: The expected form of a value.
        doubted: The initial text does not have the expected form.
        reasons: Why the machine is unsure.
        inked: Whether the machine saw ink in the field; then a person who calls it blank must confirm.
        sure: Whether the person only has to confirm the field.
        blank: Whether to confirm it means that it is blank.
        unwritten: Whether no line of writing was found in its place.
        closely: Whether its ink wants a close look, as strokes of it may have been missed.
        copied: The ink of the field in the second copy of the ledger.
    """

    name: str
    label: str
    whole: bool
    blind: bool
    critical: bool
    completed: bool
    derived: bool
    prefilled: str
    ink: FieldPicture | None
    choices: tuple[Choice, ...]
    findings: tuple[FindingView, ...]
    expected: str = ""
    doubted: bool = False
    reasons: tuple[str, ...] = ()
    inked: bool = False
    sure: bool = False
    blank: bool = False
    unwritten: bool = False
    closely: bool = False
    copied: FieldPicture | None = None


def boxes_of(task: DeskTask) -> tuple[Box, ...]:
    """Return the boxes of the task's fields on the rectified page, each around all lines of a field."""
    return tuple(box for work in task.fields if (box := box_of(work)) is not None)


def box_of(work: FieldWork) -> Box | None:
    """Return the box of a field on the rectified page; None where the field has no place of its own."""
    boxes = [*work.lines, *([work.box] if work.box else [])]
    return reduce(Box.union, boxes) if boxes else None


def field_view(
    work: FieldWork,
    task: DeskTask,
    record: RecordSpec,
    findings: tuple[FindingView, ...],
    sheet: PageSource,
    pictures: Pictures,
    schemas: Schemas,
    copy: PageSource | None = None,
) -> FieldView:
    whole = work.field == WHOLE_ENTRY
    spec = None if whole else record.by_name[work.field]
    box = box_of(work)
    text = work.initial.text if work.initial and not whole else ""
    reasons = (*typing_reasons(work), *doubt_reasons(work, {finding.code for finding in findings}))
    is_note = record.book is not None and work.field == record.book.notes
    doubted = spec is not None and is_doubted(spec, Verdict(work.field, FieldStatus.READ, text), schemas)
    warned = not all(finding.usual or finding.code in OF_INK for finding in findings)
    parsed = spec.value_kind.parse(text, schemas.vocabulary(spec)) if spec else Parsed("")
    plain = bool(parsed.canonical) and not parsed.problems
    sure = not whole and is_sure(work, plain=plain, warned=warned)
    there = task.copied.boxes.get(work.field) if task.copied and not sure else None
    return FieldView(
        name=work.field,
        label=spec.label if spec else WHOLE_LABELS[task.entry_id is not None],
        whole=whole,
        blind=work.blind,
        critical=bool(spec and spec.critical),
        completed=is_note or bool(spec and (spec.value_kind.is_verbatim or spec.value_kind.is_listed)),
        derived=work.field in {derivation.field for derivation in record.derivations},
        prefilled=text,
        ink=field_picture(task.task_id, box, sheet, pictures) if box else None,
        choices=() if whole else choices(work, schemas.vocabularies.get(STAMPS) if is_note else None),
        findings=tuple(finding for finding in findings if not (reasons and finding.usual)),
        expected=expected_form(spec, schemas) if spec else "",
        doubted=doubted,
        reasons=reasons,
        inked=work.inked,
        sure=sure,
        blank=is_sure_blank(work),
        unwritten=not work.lines and not text,
        closely=any(finding.code in OF_INK for finding in findings),
        copied=field_picture(task.task_id, there, copy, pictures, of="copy/ink") if there and copy else None,
    )
