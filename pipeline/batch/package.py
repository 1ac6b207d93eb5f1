"""The package of a book: workbook, PDFs, check, manifest; all of it or nothing."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pipeline
from pipeline.batch.book_checks import check_books
from pipeline.batch.deliverable import DeliverableBook, deliverable
from pipeline.batch.entry_pdfs import Copiers, CopyPlan, CopyRules
from pipeline.errors import PackageRefused, ScanError
from pipeline.export.options import BookNames, PackageOptions
from pipeline.export.package_folder import MANIFEST, signing_key, whole_folder, write_manifest
from pipeline.export.package_values import ExportBlocker, FieldTally, WorkbookFault
from pipeline.export.preupload import counted, preupload_faults
from pipeline.export.workbook import write_workbook
from pipeline.files import sha256_of_file
from pipeline.registry import Registry
from pipeline.run_context import RunContext
from pipeline.workspace import Workspace

Hashes = dict[str, str]
"""SHA-256 by name; a file in the archive is named ``archive.zip/name.pdf``."""


@dataclass(frozen=True)
class PackageProgress:
    """``done`` of the ``total`` entries of the book ``folder`` are copied."""

    folder: str
    done: int
    total: int


OnCopied = Callable[[PackageProgress], None]


@dataclass(frozen=True)
class PackageReport:
    """What became of a book. ``folder``: the package; None when nothing was written, and then ``refused`` says why:
    ``unsettled`` (see ``held``), ``faults`` or ``empty``. ``entry_ids``: of the entry in each row of the workbook, from
    its row 2 on. ``loose``: pages in no PDF, as scan and page number. ``pdf_bytes``: of all PDFs. ``dropped``: columns
    with values that the template has no place for, and how many entries have one."""

    book: str
    folder: Path | None = None
    refused: str = ""
    entries: int = 0
    held: tuple[ExportBlocker, ...] = ()
    faults: tuple[WorkbookFault, ...] = ()
    entry_ids: tuple[int, ...] = ()
    loose: tuple[tuple[str, int], ...] = ()
    filled: FieldTally = field(default_factory=FieldTally)
    pdf_bytes: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)


def export_book(
    registry: Registry,
    context: RunContext,
    book_id: int,
    target: Path,
    options: PackageOptions,
    *,
    partial: bool = False,
    workers: int | None = None,
    on_copied: OnCopied | None = None,
) -> PackageReport:
    """Write the package of a book into a new folder under ``target``, or nothing.

    The book is checked as a whole first, so that it is judged as it is now. ``partial``: entries that are not settled
    are left out and named in the manifest; else one of them keeps the whole book back. Raises ``StorageError`` when
    the disk refuses or the package is there already, ``PackageRefused`` when a page cannot be copied.
    """
    check_books(registry, context.schemas, [book_id])
    found = deliverable(registry, book_id, context.schemas, options)
    package = _Package(registry, context, found, options, on_copied)
    if found.held and not partial:
        return package.report(refused="unsettled")
    if not found.entries:
        return package.report(refused="empty")
    return package.written(target, workers or len(os.sched_getaffinity(0)))


class _Faulty(Exception):
    """The finished workbook has faults that block."""


class _Package:
    """One book on its way out."""

    def __init__(
        self,
        registry: Registry,
        context: RunContext,
        found: DeliverableBook,
        options: PackageOptions,
        on_copied: OnCopied | None,
    ) -> None:
        self._registry, self._context, self._found, self._options = registry, context, found, options
        self._on_copied = on_copied or (lambda _: None)
        self._names: BookNames = found.names(context.schemas, options)
        self._export = options.template(found.book.record)
        self._faults: tuple[WorkbookFault, ...] = ()
        self._made_at = datetime.now(UTC).replace(microsecond=0)
        self._filled = FieldTally()
        columns = context.schemas.columns(self._export)
        for entry in found.entries:
            self._filled.count(entry.cells, columns)
        self._dropped = _dropped((entry.cells for entry in found.entries), columns)

    def written(self, target: Path, workers: int) -> PackageReport:
        folder, name = target / self._names.book, self._names.book
        plan = self._plan()
        try:
            with whole_folder(folder) as work:
                self._write_workbook(work / f"{name}.xlsx")
                hashes, size = self._write_copies(work / f"{name}.zip", plan, workers)
                for path in (work / f"{name}.xlsx", work / f"{name}.zip"):
                    hashes[path.name] = sha256_of_file(path)
                workspace = Workspace(self._context.workspace)
                write_manifest(work, self._manifest(hashes), signing_key(workspace.package_key))
                manifest = sha256_of_file(work / MANIFEST)
        except _Faulty:
            return self.report(refused="faults")
        self._registry.note_package(self._found.book.book_id, len(self._found.entries), manifest)
        return self.report(folder=folder, pdf_bytes=size)

    def report(self, **more: Any) -> PackageReport:
        scans = self._found.book.scans
        return PackageReport(
            book=self._found.book.folder_name,
            entries=len(self._found.entries),
            held=self._found.held,
            faults=self._faults,
            entry_ids=tuple(entry.entry_id for entry in self._found.entries),
            loose=tuple((scans[ref.scan_sha256], ref.page_no) for ref in self._found.loose),
            filled=self._filled,
            dropped=self._dropped,
            **more,
        )

    def _plan(self) -> CopyPlan:
        workspace = Workspace(self._context.workspace)
        schemas = self._context.schemas
        return CopyPlan(self._registry, workspace, schemas, self._found, self._names, self._options.attached)

    def _write_workbook(self, path: Path) -> None:
        """The workbook, read back and checked."""
        entries, schemas = self._found.entries, self._context.schemas
        write_workbook(path, self._export, (entry.cells for entry in entries), schemas)
        volume = self._found.book.ledger.volume
        unsettled = {(volume, one.number) for one in self._found.held if one.number}
        meant = [entry.cells for entry in entries]
        self._faults = preupload_faults(path, self._export, schemas, unsettled, meant)
        if any(fault.blocking for fault in self._faults):
            raise _Faulty

    def _write_copies(self, path: Path, plan: CopyPlan, workers: int) -> tuple[Hashes, int]:
        """The archive of the PDFs; their hashes, and their bytes together."""
        rules = CopyRules(
            self._options.copies, self._context.limits, self._made_at, self._context.page_seconds
        )
        hashes: Hashes = {}
        size = done = 0
        book, total = self._found.book.folder_name, len(self._found.entries)
        with zipfile.ZipFile(path, "w") as archive, Copiers(rules, workers) as copiers:
            for job, answer in copiers.files(plan.jobs()):
                if isinstance(answer, ScanError):
                    raise PackageRefused(
                        f"Không chép được trang của “{job.copies[0].name}”: {answer.message} Chưa có gói nào được ghi."
                    )
                for copy, file in zip(job.copies, answer, strict=True):
                    member = zipfile.ZipInfo(f"{copy.name}.pdf", self._made_at.timetuple()[:6])
                    archive.writestr(member, file)
                    hashes[f"{path.name}/{member.filename}"] = hashlib.sha256(file).hexdigest()
                    size += len(file)
                done += job.entries
                self._on_copied(PackageProgress(book, done, total))
        return hashes, size

    def _manifest(self, hashes: Hashes) -> Mapping[str, Any]:
        """What the package is and what it was made of. No person's name, no value of a field."""
        book, ledger = self._found.book, self._found.book.ledger
        scans = book.scans
        return {
            "made_at": self._made_at.isoformat(),
            "hotich": pipeline.__version__,
            "book": {
                "kind": self._names.facts.prefix,
                "place_code": ledger.place_code,
                "volume": ledger.volume,
                "form": ledger.form,
                "closing_entries": ledger.entries,
            },
            "template": self._export,
            "declarations": self._context.schemas.fingerprint,
            "readers": dict(self._found.readers),
            "counts": {
                "entries": len(self._found.entries),
                "pdfs": sum("/" in name for name in hashes),
                "fields_under_16": self._filled.short,
                "fields_from_16": self._filled.long,
                "not_settled": len(self._found.held),
                "warnings": counted(self._faults),
                "dropped": dict(self._dropped),
            },
            "complete": not self._found.held,
            "amended": [
                {
                    "number": entry.number,
                    "column": one.column,
                    "kind": one.kind,
                    "decision": one.decision_number,
                    "decided_on": one.decided_on,
                    "paper": one.paper is not None,
                }
                for entry in self._found.entries
                for one in entry.amended
            ],
            "not_settled": [
                {"why": one.why, "scan": one.scan, "page": one.page_no, "row": one.row, "number": one.number}
                for one in self._found.held
            ],
            "pages_without_entry": [
                {"scan": scans[ref.scan_sha256], "page": ref.page_no} for ref in self._found.loose
            ],
            "files": hashes,
        }


def _dropped(rows: Iterable[Mapping[str, str]], columns: Collection[str]) -> Mapping[str, int]:
    """How often a column holds something that the template has no place for, by column."""
    kept = frozenset(columns)
    return dict(Counter(name for cells in rows for name, text in cells.items() if text and name not in kept))
