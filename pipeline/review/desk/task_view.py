"""A task as its template takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from pipeline.model import Box, FieldStatus, Severity
from pipeline.registry import WHOLE_ENTRY, Verdict
from pipeline.registry.desk.values import DeskTask, FieldWork, Stage
from pipeline.review.desk.choices import READ_TEXT, Choice, choices
from pipeline.review.desk.findings import Told, told
from pipeline.review.desk.ink import Ink, ink_of
from pipeline.review.pictures import Pictures, Sheet
from pipeline.schema import RecordSpec, Schemas

STAGE_WORDS: Mapping[Stage, str] = {
    Stage.REVIEW: "Rà soát",
    Stage.CHECK: "Kiểm tra",
    Stage.THIRD: "Người thứ ba",
    Stage.SUPERVISOR: "Câu hỏi cho người phụ trách",
    Stage.RESCAN: "Chờ quét lại",
    Stage.SETTLED: "Xong",
}

STATUS_WORDS: Mapping[FieldStatus, str] = {
    FieldStatus.READ: "",
    FieldStatus.BLANK: "trống trên giấy",
    FieldStatus.ILLEGIBLE: "không đọc được",
    FieldStatus.STRUCK_THROUGH: "bị gạch bỏ",
    FieldStatus.UNREADABLE: "máy không đọc được",
    FieldStatus.NOT_ON_FORM: "mẫu sổ không có ô này",
}

WHOLE_LABELS = {True: "Cả mục", False: "Cả trang"}
"""What the work on an entry, or on a page, as a whole is called."""

WRITTEN_KINDS = frozenset({"choice", "name", "place"})
"""Kinds of which the known words are offered while somebody types."""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field in work. ``prefilled``: what stands in the input at first (never of a blind field); ``whole``: there is
    nothing to write, only to have seen; ``completed``: known words are offered while typing."""

    name: str
    label: str
    whole: bool
    blind: bool
    critical: bool
    completed: bool
    prefilled: str
    ink: Ink | None
    choices: tuple[Choice, ...]
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task to be shown. ``size``: (width, height) of the straight page, that boxes speak of; ``page_key``: equal for
    tasks on one page; ``others``: label and value of what is known besides; ``findings``: those that name no field in
    work."""

    task: DeskTask
    record: RecordSpec
    stage: str
    fields: tuple[FieldView, ...]
    findings: tuple[Told, ...]
    others: tuple[tuple[str, str], ...]
    size: tuple[int, int] | None
    page_key: str
    page_url: str


def task_view(task: DeskTask, sheet: Sheet, schemas: Schemas, pictures: Pictures) -> TaskView:
    """``task`` made ready; ``sheet``: its page."""
    record = schemas.record(task.record)
    shown = _shown(task)
    in_work = {work.field for work in task.fields}
    findings = [finding for finding in task.findings if finding.severity is not Severity.INFO]

    def about(work: FieldWork) -> tuple[Told, ...]:
        named = (one for one in findings if work.field in one.fields)
        return tuple(told(finding, record, schemas, shown) for finding in named)

    return TaskView(
        task=task,
        record=record,
        stage=STAGE_WORDS[task.stage],
        fields=tuple(_field(work, task, record, about(work), sheet, pictures) for work in task.fields),
        findings=tuple(
            told(finding, record, schemas, shown)
            for finding in findings
            if not in_work.intersection(finding.fields)
        ),
        others=tuple(
            (spec.label, task.values[spec.name] or STATUS_WORDS[FieldStatus.BLANK])
            for spec in record.fields
            if spec.name not in in_work and task.values.get(spec.name) is not None
        ),
        size=sheet.straightening.size if sheet.straightening else None,
        page_key=f"{task.ref.scan_sha256[:16]}-{task.ref.page_no}",
        page_url=f"/pictures/tasks/{task.task_id}/page",
    )


def boxes_of(task: DeskTask) -> tuple[Box, ...]:
    """Where the ink of each field in work stands, all of its lines together."""
    return tuple(box for work in task.fields if (box := box_of(work)) is not None)


def box_of(work: FieldWork) -> Box | None:
    """Where the ink of a field stands; ``None``: it has no place on the page."""
    boxes = [*work.lines, *([work.box] if work.box else [])]
    return reduce(Box.union, boxes) if boxes else None


def _field(
    work: FieldWork,
    task: DeskTask,
    record: RecordSpec,
    findings: tuple[Told, ...],
    sheet: Sheet,
    pictures: Pictures,
) -> FieldView:
    whole = work.field == WHOLE_ENTRY
    spec = None if whole else record.by_name[work.field]
    box = box_of(work)
    return FieldView(
        name=work.field,
        label=spec.label if spec else WHOLE_LABELS[task.entry_id is not None],
        whole=whole,
        blind=work.blind,
        critical=bool(spec and spec.critical),
        completed=bool(spec and spec.kind in WRITTEN_KINDS),
        prefilled="" if whole else prefilled(work),
        ink=ink_of(task.task_id, box, sheet, pictures) if box else None,
        choices=() if whole else choices(work),
        findings=findings,
    )


def prefilled(work: FieldWork) -> str:
    """What stands in the input at first: what the person before wrote, else what the machine read; nothing where the
    field is blind, where words differ or where nothing was read."""
    if work.blind or work.candidates:
        return ""
    if work.first is not None:
        return work.first.text
    reading = work.reading
    return reading.text if reading is not None and reading.status is FieldStatus.READ else ""


def _shown(task: DeskTask) -> Mapping[str, str]:
    """The text of each field that this person may see: of those in work what was read, of others what is in force."""
    shown = {name: value for name, value in task.values.items() if value}
    for work in task.fields:
        said = _said(work)
        if said is not None:
            shown[work.field] = said.text if said.status in READ_TEXT else STATUS_WORDS[said.status]
    return shown


def _said(work: FieldWork) -> Verdict | None:
    if work.blind:
        return None
    if work.first is not None:
        return work.first
    return Verdict(work.field, work.reading.status, work.reading.text) if work.reading else None
