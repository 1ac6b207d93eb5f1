"""A review task prepared for its template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.base.model import BY_ENTRY, STAMPED, FieldStatus, Severity
from pipeline.base.stages import STAGE_LABELS
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.registry import Verdict
from pipeline.registry.tasks.model import DeskTask, FieldWork, KnownEntry, ReturnReason
from pipeline.web.desk.field_view import (
    READ_TEXT,
    STATUS_LABELS,
    USUAL,
    FieldView,
    FindingView,
    field_view,
    finding_view,
)
from pipeline.web.desk.live_rules import TypedField, live_codes
from pipeline.web.desk.shared_blanks import DeskGroup, field_groups, glanced
from pipeline.web.pictures import PageSource, Pictures

RETURN_SENTENCES: Mapping[ReturnReason, str] = {
    ReturnReason.ASKED_AGAIN: "Sự kiện này đã xong, nay người phụ trách hay mẫu kiểm tra của lô cho đọc lại từ giấy.",
    ReturnReason.DOUBTED: "Sự kiện này đã xong, nay máy so cả quyển thì thấy điều nghi ngờ ghi ở ô dưới đây.",
    ReturnReason.READ_OTHERWISE: "Nhiệm vụ này được mở lại: máy vừa đọc khác với lúc có người quyết định. "
    "Quyết định cũ vẫn còn hiệu lực cho đến khi bạn lưu.",
    ReturnReason.UNSURE: "Sự kiện này đã xong, nay chỉ còn ô dưới đây chờ lại: sổ vừa được đọc hay cân lại thì máy "
    "không còn chắc ô ấy, hoặc ô được rút ra để kiểm tra máy, hoặc có người hoàn tác.",
}


@dataclass(frozen=True, slots=True)
class TaskView:
    """A review task prepared for its template.

    Attributes:
        findings: Findings about none of the fields to be keyed, except those that only give the reason for the review.
        others: Label and value of the entry's other fields.
        size: (width, height) in pixels of the rectified page, to which boxes refer.
        live: Codes of the findings that live rules check.
        page_key: Equal for tasks on the same page.
        mark: The fingerprint of the page's rectification; ``""`` where nothing was read.
    """

    task: DeskTask
    record: RecordSpec
    stage: str
    fields: tuple[FieldView, ...]
    findings: tuple[FindingView, ...]
    others: tuple[tuple[str, str], ...]
    size: tuple[int, int] | None
    live: frozenset[str]
    page_key: str
    page_url: str
    mark: str

    @property
    def returned(self) -> str:
        """Why the task is asked again after it was finished, in words; ``""`` for other tasks."""
        return RETURN_SENTENCES[self.task.returned] if self.task.returned else ""

    @property
    def glance(self) -> tuple[DeskGroup, ...]:
        """The fields that are confirmed together."""
        return field_groups(glanced(self.fields))

    @property
    def groups(self) -> tuple[DeskGroup, ...]:
        """The other fields as they are shown: those of a shared blank together."""
        together = glanced(self.fields)
        return field_groups([field for field in self.fields if field not in together])


def task_view(
    task: DeskTask, sheet: PageSource, schemas: Schemas, pictures: Pictures, copy: PageSource | None = None
) -> TaskView:
    """Return ``task`` prepared for its template.

    Args:
        sheet: The page of the task.
        copy: The page with the same entry in the second copy of the ledger.
    """
    record = schemas.record(task.record)
    order = paper_order(task.form, schemas)
    shown = visible_texts(task, record, schemas)
    in_work = {work.field for work in task.fields}
    findings = [finding for finding in task.findings if finding.severity is not Severity.INFO]

    def about(work: FieldWork) -> tuple[FindingView, ...]:
        informing = [finding for finding in task.findings if finding.code in (BY_ENTRY, STAMPED)]
        named = (finding for finding in (*findings, *informing) if work.field in finding.fields)
        return tuple(finding_view(finding, record, schemas, shown) for finding in named)

    return TaskView(
        task=task,
        record=record,
        stage=STAGE_LABELS[task.stage],
        fields=tuple(
            field_view(work, task, record, about(work), sheet, pictures, schemas, copy)
            for work in sorted(task.fields, key=lambda work: order.get(work.field, len(order)))
        ),
        findings=tuple(
            dict.fromkeys(
                finding_view(finding, record, schemas, shown)
                for finding in findings
                if not in_work.intersection(finding.fields) and finding.code not in USUAL
            )
        ),
        others=tuple(
            (spec.label, _value_in_words(spec, task.values[spec.name], schemas))
            for spec in sorted(record.fields, key=lambda spec: order.get(spec.name, len(order)))
            if spec.name not in in_work and task.values.get(spec.name) is not None
        ),
        live=live_codes(record, schemas),
        size=sheet.straightening.size if sheet.straightening else None,
        page_key=f"{task.ref.scan_sha256[:16]}-{task.ref.page_no}",
        page_url=f"/pictures/tasks/{task.task_id}/page",
        mark=sheet.straightening.mark if sheet.straightening else "",
    )


@dataclass(frozen=True, slots=True)
class TypedView:
    """A field while a person types in it."""

    name: str
    doubted: bool
    findings: tuple[FindingView, ...]


def typed_views(
    checked: Mapping[str, TypedField], words: Sequence[Verdict], entry: KnownEntry, schemas: Schemas
) -> tuple[TypedView, ...]:
    """Return the findings about typed fields, in words; the values shown beside them are typed or known values."""
    record = schemas.record(entry.record)
    shown = {reading.field: reading.text for reading in entry.readings if reading.status in READ_TEXT}
    shown |= {word.field: word.text or STATUS_LABELS[word.status] for word in words}
    return tuple(
        TypedView(
            name,
            field.doubted,
            tuple(finding_view(finding, record, schemas, shown) for finding in field.findings),
        )
        for name, field in checked.items()
    )


def paper_order(form_id: str, schemas: Schemas) -> Mapping[str, int]:
    """Return the position of each field on the paper of a form, from the first line to the last."""
    form = schemas.forms.get(form_id)
    names = [name for slot in form.slots for name in slot.field_names] if form else []
    return {name: position for position, name in enumerate(dict.fromkeys(names))}


def _value_in_words(spec: FieldSpec, value: str | None, schemas: Schemas) -> str:
    """Return a value in words: the term of a code list, not its code."""
    if not value:
        return STATUS_LABELS[FieldStatus.BLANK]
    vocab = schemas.vocabs.get(spec.vocab or "")
    terms = vocab.terms if vocab is not None else ()
    return next((term.label for term in terms if term.code == value), value)


def visible_texts(task: DeskTask, record: RecordSpec, schemas: Schemas) -> Mapping[str, str]:
    """Return the text of each field that the person may see.

    For a field to be keyed it is the text read or keyed before, for other fields the effective value in words.
    """
    shown = {
        name: _value_in_words(record.by_name[name], value, schemas) if name in record.by_name else value
        for name, value in task.values.items()
        if value
    }
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
