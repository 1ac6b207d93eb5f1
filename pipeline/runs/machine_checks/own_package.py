"""The check that the package of a book has no difference from the book: what is delivered must come back unchanged.

Made-up entries with illegible, struck-through and wordy fields stand in a registry of its own; no person in it is real.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from hashlib import sha256
from pathlib import Path

import numpy as np

from pipeline.base.errors import HotichError
from pipeline.base.model import (
    EntryResult,
    FieldReading,
    FieldStatus,
    Ledger,
    PageKind,
    PageRef,
    PageResult,
    Quality,
)
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.delivery.deliverable import deliverable_book
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.export.workbook import write_workbook
from pipeline.delivery.reconcile import DifferenceKind, ReconcileDifference
from pipeline.delivery.registry_reconciliation import ReconciliationRun
from pipeline.delivery.workbook_reading import find_layout, open_workbook
from pipeline.registry import Registry, Verdict
from pipeline.runs.machine_checks.check import Check

YEAR = 2010
NAME = "Gói so với chính sổ"

UNUSUAL = "hai mươi, không rõ"

STATES: Mapping[FieldStatus, Callable[[FieldSpec], bool]] = {
    FieldStatus.ILLEGIBLE: lambda _spec: True,
    FieldStatus.STRUCK_THROUGH: lambda _spec: True,
    FieldStatus.READ: lambda spec: spec.value_kind.is_number,
}
"""The unusual states, each with the fields that take it; the last is a text where a number is asked."""


def own_package_check(schemas: Schemas) -> Check:
    """Check every record with a workbook: its package reconciled with its own book."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            compared = own_package_differences(schemas, Path(folder))
    except HotichError as error:
        return Check(NAME, "missing", "không so được", error.message)
    differing = sorted({column for _, columns in compared.values() for column in columns})
    if differing:
        advice = "Hãy báo người bảo trì: đối soát sẽ hỏi thừa."
        return Check(NAME, "missing", f"khác ở cột {', '.join(differing)}", advice)
    rows = sum(number for number, _ in compared.values())
    return Check(NAME, "ok", f"{rows} dòng của {len(compared)} loại sổ: 0 khác biệt")


def own_package_differences(schemas: Schemas, folder: Path) -> dict[str, tuple[int, list[str]]]:
    """Return by record the number of delivered rows and the columns that differ; ``*`` is a row without its entry.

    Args:
        folder: An empty folder.
    """
    forms = {form.record: form.id for form in schemas.forms.values() if form.layout != "cover"}
    records = sorted(
        record for record in {spec.record for spec in schemas.exports.values()} if record in forms
    )
    with Registry.open(f"sqlite:///{folder / 'registry.db'}", schemas) as registry:
        return {
            name: _compared(registry, schemas.record(name), forms[name], schemas, folder) for name in records
        }


def _compared(
    registry: Registry, record: RecordSpec, form: str, schemas: Schemas, folder: Path
) -> tuple[int, list[str]]:
    ledger = Ledger(form, "UBND xã Mẫu", "00000", f"01/{YEAR}", f"01.01.{YEAR}", f"31.12.{YEAR}")
    scan, cases = sha256(record.record.encode()).hexdigest(), list(_cases(record, schemas, ledger))
    book_id = registry.book_id(ledger, record.record)
    registry.store_scan(book_id, scan, f"{record.record}.pdf", 1, 1)
    registry.save_page(book_id, _page(PageRef(scan, 1), form, cases), "mau")
    for entry_id, case in zip(registry.entries(book_id), cases, strict=True):
        registry.decide(entry_id, list(case.values()), author="mau")
    package = deliverable_book(registry, book_id, schemas, PackageOptions())
    template = PackageOptions().template(record.record, schemas)
    file = folder / f"{record.record}.xlsx"
    write_workbook(file, template, [entry.cells for entry in package.entries], schemas)
    with open_workbook(file) as book:
        run = ReconciliationRun(registry, schemas, book, find_layout(book, schemas), [book_id])
        found = list(run.differences())
    delivered = {entry.entry_id for entry in package.entries}
    columns = []
    for one in found:
        if not isinstance(one, ReconcileDifference):
            columns.append(one.column)
        elif one.kind is not DifferenceKind.MISSING:
            columns += [difference.column for difference in one.fields] or ["*"]
        elif one.entry is not None and one.entry.entry_id in delivered:
            columns.append("*")
    return len(delivered), columns


def _cases(record: RecordSpec, schemas: Schemas, ledger: Ledger) -> Iterator[Mapping[str, Verdict]]:
    """Yield the verdicts on an entry by field: usual ones, then the optional fields in each unusual state."""
    key = frozenset(astuple(record.key_fields))
    for number, status in enumerate([None, *STATES], start=1):
        verdicts = {}
        for spec in record.fields:
            if status is None or spec.required or spec.ledger or spec.name in key or not STATES[status](spec):
                text = _usual_text(spec, schemas, ledger, number)
                known = FieldStatus.READ if text else FieldStatus.BLANK
            else:
                text, known = "" if status is FieldStatus.ILLEGIBLE else UNUSUAL, status
            verdicts[spec.name] = Verdict(spec.name, known, text)
        yield verdicts


def _usual_text(spec: FieldSpec, schemas: Schemas, ledger: Ledger, number: int) -> str:
    kind, vocabulary = spec.value_kind, schemas.vocabulary(spec)
    if spec.ledger:
        return str(getattr(ledger, spec.ledger) or "")
    if kind.is_entry_number:
        return f"{number:02}/{YEAR}"
    if kind.is_yearly:
        return ledger.volume
    if vocabulary is not None:
        return next(iter(vocabulary.labels.values()))
    if kind.is_date:
        return f"{number % 28 + 1:02}.03.{YEAR}"
    if kind.is_date_in_words:
        return "Ngày mồng năm tháng ba năm hai nghìn không trăm mười"
    if kind.is_identity_number:
        return f"{number:09}"
    if kind.is_time:
        return "08 giờ 15 phút"
    if kind.is_number:
        return str(number)
    return f"Nguyễn Thị Mẫu {number}"


def _page(ref: PageRef, form: str, cases: Sequence[Mapping[str, Verdict]]) -> PageResult:
    """Return a page on which the machine has read nothing."""
    entries = tuple(
        EntryResult(row, tuple(FieldReading(name, FieldStatus.UNREADABLE) for name in case), ())
        for row, case in enumerate(cases)
    )
    return PageResult(
        ref=ref, kind=PageKind.ENTRIES, form=form, size=(100, 100), matrix=np.eye(3), turn=0, skew=0.0,
        quality=Quality(100, 100, 0, 300), frame=None, labels=(), entries=entries, findings=(), timings={},
    )  # fmt: skip
