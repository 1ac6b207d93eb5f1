"""Packages for the web application, and the reasons why a book gets none, each with the page that resolves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

from pipeline.declarations.office.delivery_rules import RULES_BY_NAME
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.export.package_values import ExportBlocker, WorkbookFault
from pipeline.delivery.package import LoadingOverride, PackageReport, export_book
from pipeline.delivery.package_sentences import CHECKS, WHY, entry_of
from pipeline.registry import Registry
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.web.package_queue import PackageMaker, PackageRefusal

MOST_PLACES = 50
"""Largest number of places in a list; the others are counted."""

MOST_FIELDS = 5
"""Largest number of fields named; above it only their number is shown."""

_SENTENCES = {
    "unsettled": "Chưa xuất được: còn {held} chỗ chưa xong. Hãy gỡ các chỗ này rồi xuất lại, hoặc xuất phần giao được.",
    "faults": "Chưa xuất được: kiểm tra trước khi tải lên thấy {blocking} lỗi. Hãy sửa các sự kiện này rồi xuất lại.",
    "empty": "Chưa xuất được: chưa có sự kiện nào xong.",
    "copy": "Sổ này là bản lưu kép, chỉ để đối chiếu: bàn giao quyển mà nó là bản lưu.",
    "unapproved": "Chưa xuất được: sổ chưa được phê duyệt, hay đã thay đổi từ lần phê duyệt trước.",
}


def package_refusal(
    report: PackageReport, book_id: int, labels: Mapping[str, str] = MappingProxyType({})
) -> PackageRefusal:
    """Return a refusal in words with links that resolve it; ``labels``: field labels by Ministry column."""
    blocking = [fault for fault in report.faults if fault.blocking]
    sentence = _SENTENCES[report.refused].format(held=len(report.blockers), blocking=len(blocking))
    if report.refused == "faults":
        places = [
            (_format_fault(report, fault, labels), _correction_url(report, fault)) for fault in blocking
        ]
    elif report.refused == "unapproved":
        places = [("Xem và phê duyệt sổ này", f"/books/{book_id}/approval")]
    else:
        places = list(_held_places(report, book_id, labels))
    if len(places) > MOST_PLACES:
        places = [*places[:MOST_PLACES], (f"… và {len(places) - MOST_PLACES} chỗ nữa", "")]
    may_overrule = any(blocker.codes == ("LOAD",) for blocker in report.blockers)
    return PackageRefusal(sentence, tuple(places), may_overrule)


def _format_fault(report: PackageReport, fault: WorkbookFault, labels: Mapping[str, str]) -> str:
    where = f", ô “{labels.get(fault.column, fault.column)}”" if fault.column else ""
    code = ", ".join(filter(None, (fault.check, fault.column, f"sự kiện {entry_of(report, fault)}")))
    return f"số {fault.number or '–'}{where}: {CHECKS[fault.check]} (mã: {code})"


def _correction_url(report: PackageReport, fault: WorkbookFault) -> str:
    """Return the address of the settled entry, where its fields are reopened; ``""`` if no entry is known."""
    entry_id = entry_of(report, fault)
    return f"/entries/{entry_id}?column={quote(fault.column)}" if entry_id.isdecimal() else ""


def _held_places(report: PackageReport, book_id: int, labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for blocker in report.blockers:
        code = f" (mã: sự kiện {blocker.entry_id})" if blocker.entry_id is not None else ""
        yield (
            f"{_place(blocker)}: {WHY[blocker.why]}{_details(blocker, labels)}{code}",
            _resolving_page(blocker, book_id),
        )


def _place(blocker: ExportBlocker) -> str:
    page = f" trang {blocker.page_no}" if blocker.page_no else ""
    number = f", số {blocker.number}" if blocker.number else ""
    return f"{blocker.scan}{page}{number}"


def _details(blocker: ExportBlocker, labels: Mapping[str, str]) -> str:
    """Return the details of a blocker in brackets: finding codes and the number of empty fields, or fault names."""
    fields = [labels.get(column, column) for column in blocker.fields]
    if blocker.why == "fault":
        details = [*(f"{CHECKS[code]}, {code}" for code in blocker.codes), *fields]
    elif blocker.why == "confirm":
        details = [*(RULES_BY_NAME[code].title for code in blocker.codes), *fields]
    else:
        details = [*blocker.codes, *(fields if len(fields) <= MOST_FIELDS else [f"{len(fields)} ô"])]
    return f" ({', '.join(details)})" if details else ""


def _resolving_page(blocker: ExportBlocker, book_id: int) -> str:
    """Return the address of the page on which a blocker is resolved."""
    settled = f"/entries/{blocker.entry_id}" if blocker.entry_id is not None else ""
    if settled and blocker.fields:
        settled = f"{settled}?column={quote(blocker.fields[0])}"
    lists = {
        "task": f"/reports/waiting?book={book_id}",
        "failure": "/tickets",
        "signature": f"/books/{book_id}/amendments",
    }
    return lists.get(blocker.why, settled)


def package_maker(registry: Registry, context: RunContext, workers: int | None) -> PackageMaker:
    """Return the maker of packages for the web application; it does what ``hotich export`` does."""

    def make(
        book_id: int,
        target: Path,
        on_copied: Callable[[int, int], None],
        *,
        partial: bool = False,
        despite: LoadingOverride | None = None,
    ) -> PackageRefusal | None:
        options = read_options(Workspace(context.workspace).package, Workspace(context.workspace).office)
        report = export_book(
            registry,
            context,
            book_id,
            target,
            options,
            partial=partial,
            despite=despite,
            workers=workers,
            on_copied=lambda at: on_copied(at.done, at.total),
        )
        if not report.refused:
            return None
        form = context.schemas.form(registry.known_book(book_id).ledger.form)
        fields = context.schemas.record(form.record).fields
        return package_refusal(report, book_id, {spec.column: spec.label for spec in fields})

    return make
