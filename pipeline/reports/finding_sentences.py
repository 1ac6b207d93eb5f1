"""Findings, reasons and hypotheses in words, with the places of findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.base.files import printable
from pipeline.base.model import Hypothesis, PageKind
from pipeline.base.text.numbers import with_comma
from pipeline.declarations import schema
from pipeline.declarations.schema import Schemas
from pipeline.registry import BookSummary, CrossEntryFinding, Registry


def finding_sentence(code: str, schemas: Schemas) -> str:
    """Return the sentence of a finding; the code if it is undeclared."""
    spec = schemas.findings.get(code)
    return spec.sentence if spec else code


def format_reasons(counted: Mapping[str, int], schemas: Schemas, most: int = 12) -> Iterator[str]:
    """Yield a line for each reason, the most frequent first, at most ``most``."""
    if counted:
        yield "Lý do cần rà soát:"
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    for code, times in ordered[:most]:
        yield f"  {times:>5} × [{code}] {finding_sentence(code, schemas)}"
    if len(ordered) > most:
        yield f"  … và {len(ordered) - most} lý do khác (hotich queue)"


def format_summary(summary: BookSummary) -> tuple[str, ...]:
    """Return the state of all books as Vietnamese sentences."""
    pages = sum(summary.pages.values())
    entries = summary.pages.get(PageKind.ENTRIES.value, 0)
    covers = summary.pages.get(PageKind.COVER.value, 0)
    other = pages - entries - covers
    scanned = (
        f"{summary.books} sổ, {summary.scans} bản quét, {pages} trang: {entries} trang ghi sự kiện hộ tịch"
    )
    waiting = f"{summary.review} chờ rà soát; {summary.page_tasks} trang chờ xem cả trang"
    done = f"{summary.accepted} nhận ngay, {summary.decided} người đã xem"
    lines = [
        f"{scanned}, {covers} bìa, {other} trang khác.",
        f"{summary.entries} sự kiện: {done}, {waiting}.",
    ]
    if summary.uncoded:
        boxes = ", ".join(f"“{words}” ({times} sự kiện)" for words, times in summary.uncoded.items())
        lines.append(
            f"Chưa xuất được vì ô in sẵn chưa có mã: {boxes}. Hãy đặt mã ở trang Quy tắc, phần “Mục và cách viết "
            "của cơ quan” (trong tệp: [[term]] của office.toml)."
        )
    return tuple(lines)


SHOWN = 3
"""Number of hypotheses shown for a field."""


def format_hypotheses(hypotheses: Sequence[Hypothesis]) -> str:
    """Return the texts with their probabilities in the given order: ``Nam 0,93 | Năm 0,05``."""
    return " | ".join(f"{reading.text} {with_comma(f'{reading.chance:.2f}')}" for reading in hypotheses)


@dataclass(frozen=True)
class FindingPlace:
    """The place of an entry or a page.

    Attributes:
        page_no: The page in the scan, from 1.
        number: The number of the entry; ``""`` for a page.
    """

    book: str
    scan: str
    page_no: int
    number: str = ""

    @property
    def in_words(self) -> str:
        number = f", số {self.number}" if self.number else ""
        return f"{printable(self.book)}, {printable(self.scan)} trang {self.page_no}{number}"


class FindingPlaces:
    """The places of findings, for messages. Reads the registry's columns once."""

    def __init__(self, registry: Registry) -> None:
        entries, pages, books = registry.series_columns()
        names = dict(zip(books["book_id"].tolist(), books["folder_name"].tolist(), strict=True))
        self._pages = {
            page: FindingPlace(names[book], scan, number)
            for page, book, scan, number in zip(
                *(pages[column].tolist() for column in ("page_id", "book_id", "scan", "page_no")), strict=True
            )
        }
        self._entries = {
            entry: (page, number or "")
            for entry, page, number in zip(
                *(entries[column].tolist() for column in ("entry_id", "page_id", "number")), strict=True
            )
        }

    def of_entry(self, entry_id: int) -> FindingPlace | None:
        page_id, number = self._entries.get(entry_id, (None, ""))
        page = self._pages.get(page_id) if page_id is not None else None
        return FindingPlace(page.book, page.scan, page.page_no, number) if page else None

    def of_finding(self, finding: CrossEntryFinding) -> FindingPlace | None:
        entry_id = finding.entry_id
        return self._pages.get(finding.page_id) if entry_id is None else self.of_entry(entry_id)


def describe_details(finding: CrossEntryFinding, places: FindingPlaces | None = None) -> str:
    """Return the details of a finding in words; other entries are named only if ``places`` is given."""
    parts = [*schema.describe_details(finding.finding)]
    if places and (others := finding.finding.details.get("others")):
        parts += [f"cùng với {place.in_words}" for place in _each(others, places)]
    return "; ".join(parts)


def by_task(findings: Iterable[CrossEntryFinding]) -> dict[tuple[int, int | None], list[CrossEntryFinding]]:
    """Return findings by page and entry, the key of tasks."""
    grouped: dict[tuple[int, int | None], list[CrossEntryFinding]] = {}
    for finding in findings:
        grouped.setdefault((finding.page_id, finding.entry_id), []).append(finding)
    return grouped


def _each(ids: str, places: FindingPlaces) -> Iterable[FindingPlace]:
    return filter(None, (places.of_entry(int(entry_id)) for entry_id in ids.split()))
