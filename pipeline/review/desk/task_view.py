"""A review task as its template takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.model import FieldStatus, Severity
from pipeline.registry import Verdict
from pipeline.registry.model.desk import DeskTask, FieldWork
from pipeline.review.desk.field_view import (
    READ_TEXT,
    STATUS_LABELS,
    FieldView,
    FindingView,
    field_view,
    finding_view,
)
from pipeline.review.pictures import PageSource, Pictures
from pipeline.schema import RecordSpec, Schemas
from pipeline.stages import STAGE_LABELS


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task to be shown.

    Attributes:
        findings: Findings that name none of the fields to be keyed.
        others: Label and value of the entry's other fields.
        size: (width, height) in pixels of the rectified page, to which boxes refer.
        page_key: Equal for tasks on the same page.
    """

    task: DeskTask
    record: RecordSpec
    stage: str
    fields: tuple[FieldView, ...]
    findings: tuple[FindingView, ...]
    others: tuple[tuple[str, str], ...]
    size: tuple[int, int] | None
    page_key: str
    page_url: str


def task_view(task: DeskTask, sheet: PageSource, schemas: Schemas, pictures: Pictures) -> TaskView:
    """Return ``task`` ready for its template. ``sheet``: the page of the task."""
    record = schemas.record(task.record)
    shown = _visible_texts(task)
    in_work = {work.field for work in task.fields}
    findings = [finding for finding in task.findings if finding.severity is not Severity.INFO]

    def about(work: FieldWork) -> tuple[FindingView, ...]:
        named = (finding for finding in findings if work.field in finding.fields)
        return tuple(finding_view(finding, record, schemas, shown) for finding in named)

    return TaskView(
        task=task,
        record=record,
        stage=STAGE_LABELS[task.stage],
        fields=tuple(field_view(work, task, record, about(work), sheet, pictures) for work in task.fields),
        findings=tuple(
            finding_view(finding, record, schemas, shown)
            for finding in findings
            if not in_work.intersection(finding.fields)
        ),
        others=tuple(
            (spec.label, task.values[spec.name] or STATUS_LABELS[FieldStatus.BLANK])
            for spec in record.fields
            if spec.name not in in_work and task.values.get(spec.name) is not None
        ),
        size=sheet.straightening.size if sheet.straightening else None,
        page_key=f"{task.ref.scan_sha256[:16]}-{task.ref.page_no}",
        page_url=f"/pictures/tasks/{task.task_id}/page",
    )


def _visible_texts(task: DeskTask) -> Mapping[str, str]:
    """Return the text of each field that this person may see.

    For fields to be keyed it is what was read or keyed before, for other fields the effective value.
    """
    shown = {name: value for name, value in task.values.items() if value}
    for work in task.fields:
        verdict = _known_verdict(work)
        if verdict is not None:
            shown[work.field] = verdict.text if verdict.status in READ_TEXT else STATUS_LABELS[verdict.status]
    return shown


def _known_verdict(work: FieldWork) -> Verdict | None:
    if work.blind:
        return None
    if work.first is not None:
        return work.first
    return Verdict(work.field, work.reading.status, work.reading.text) if work.reading else None
