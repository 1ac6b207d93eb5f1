"""A settled entry as its page shows it to whoever may open it again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.model import FieldReading, FieldStatus
from pipeline.registry.values import StoredEntry
from pipeline.reports.content import told_place
from pipeline.review.desk.task_view import STATUS_WORDS
from pipeline.schema import RecordSpec

MACHINE = "máy"


@dataclass(frozen=True, slots=True)
class FieldRow:
    """``written``: what stands on paper by the last word on it; ``value``: what goes out where it reads otherwise, else
    ``""``; ``author``: whose word it is (``""``: nobody's yet); ``asked``: the link that led here means this field;
    ``is_read``: it was read from the page, so it can be once more."""

    name: str
    column: str
    label: str
    written: str
    value: str
    author: str
    amended: str
    asked: bool
    is_read: bool


@dataclass(frozen=True, slots=True)
class EntryView:
    """``rows``: the fields that are settled; ``waiting``: how many are not."""

    entry_id: int
    title: str
    where: str
    rows: tuple[FieldRow, ...]
    waiting: int
    page: str


def entry_view(entry: StoredEntry, waiting: Collection[str], record: RecordSpec, asked: str) -> EntryView:
    """``waiting``: fields that wait for people; ``asked``: the Ministry's column that is to be looked at, ``""``: none.
    Fields that wait are left out, for the same person may be asked to key them blind; and such as nothing is known of:
    there is no word of them to put into question."""
    readings = {reading.field: reading for reading in entry.readings}
    rows = []
    for spec in record.fields:
        written, author = _said(entry, spec.name, readings.get(spec.name))
        value = entry.values.get(spec.name)
        amendment = entry.amendments.get(spec.name)
        if spec.name in waiting or (value is None and spec.name not in entry.decisions):
            continue
        other = value if value not in (None, "", written) else ""
        amended = amendment.value or "(trống)" if amendment else ""
        reading = readings.get(spec.name)
        rows.append(
            FieldRow(
                name=spec.name,
                column=spec.column,
                label=spec.label,
                written=written,
                value=other or "",
                author=author,
                amended=amended,
                asked=spec.column == asked,
                is_read=spec.name in entry.decisions or (reading is not None and reading.box is not None),
            )
        )
    number = "" if "entry_number" in waiting else entry.values.get("entry_number") or ""
    return EntryView(
        entry.entry_id,
        f"{record.title} số {number}" if number else record.title,
        ", ".join(filter(None, (f"{entry.scan} trang {entry.ref.page_no}", told_place(entry.row)))),
        tuple(rows),
        len(waiting),
        f"/pictures/entries/{entry.entry_id}/page",
    )


def _said(entry: StoredEntry, field: str, reading: FieldReading | None) -> tuple[str, str]:
    """The last word on a field, and whose it is."""
    decision = entry.decisions.get(field)
    if decision is not None:
        return _told(decision.status, decision.text), decision.author
    return (_told(reading.status, reading.text), MACHINE) if reading is not None else ("", "")


def _told(status: FieldStatus, text: str) -> str:
    return text or f"({STATUS_WORDS[status]})"
