"""The export of a book: workbook, PDFs, check and manifest, written together or not at all."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pipeline
from pipeline.base.errors import PackageRefused, ScanError, SecurityError, SetupError
from pipeline.base.files import sha256_of_file
from pipeline.base.signing_key import signing_key
from pipeline.books.book_checks import check_books
from pipeline.delivery.deliverable import DeliverableBook, deliverable_book, without_altered, without_faults
from pipeline.delivery.entry_pdfs import CopyPlan, CopyRules, CopySignature, CopyWorkers
from pipeline.delivery.export.export_options import BookNames, PackageOptions
from pipeline.delivery.export.package_folder import (
    MANIFEST,
    DetachedSigner,
    whole_folder,
    write_manifest,
)
from pipeline.delivery.export.package_values import ExportBlocker, FieldTally, WorkbookFault
from pipeline.delivery.export.preupload import count_by_check, preupload_faults
from pipeline.delivery.export.workbook import write_workbook
from pipeline.delivery.signing.office_certificate import office_signer, signing_files
from pipeline.registry import Registry, RegistryPart, WithdrawnDelivery
from pipeline.registry.approvals.model import BookApproval
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace

_logger = logging.getLogger(__name__)

LAYERS = ".layers.json"
"""Suffix of the file with both layers of the fields that delivery rules changed."""

Hashes = dict[str, str]
"""SHA-256 by name; a file in the archive is named ``archive.zip/name.pdf``."""


@dataclass(frozen=True)
class PackageProgress:
    """Number of copied entries of the book ``folder``: ``done`` of ``total``."""

    folder: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class LoadingOverride:
    """A person's word that a package is written although its rehearsal of loading fails."""

    author: str
    reason: str


OnCopied = Callable[[PackageProgress], None]


@dataclass(frozen=True)
class PackageReport:
    """The outcome of the export of a book.

    Attributes:
        folder: The package folder; ``None`` if nothing was written.
        refused: Reason of a refusal: ``unsettled`` (see ``blockers``), ``faults``, ``empty``, ``copy`` (of a ledger
            kept twice) or ``unapproved``; ``""``: written.
        entries: Number of settled entries.
        blockers: Entries and pages held back.
        faults: Faults found by the check of the workbook.
        entry_ids: The entry of each row of the workbook, from its row 2 on.
        loose: Pages outside all PDFs, as scan and page number.
        filled: Number of filled fields by length.
        pdf_bytes: Total size of the PDFs.
        dropped: Number of entries by column with values that the template has no column for.
        empty: The template's columns in which no entry of the book has a value.
        withdrawn: Withdrawn entries that an earlier package contains.
        layered: Number of changed fields by name of the delivery rule.
        despite: Whether it was written although its rehearsal of loading fails.
        note: Remark about the workbook's columns where they are not confirmed as the Ministry's.
    """

    book: str
    folder: Path | None = None
    refused: str = ""
    entries: int = 0
    blockers: tuple[ExportBlocker, ...] = ()
    faults: tuple[WorkbookFault, ...] = ()
    entry_ids: tuple[int, ...] = ()
    loose: tuple[tuple[str, int], ...] = ()
    filled: FieldTally = field(default_factory=FieldTally)
    pdf_bytes: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    withdrawn: tuple[WithdrawnDelivery, ...] = ()
    layered: Mapping[str, int] = field(default_factory=dict)
    despite: bool = False
    note: str = ""


def export_book(
    registry: Registry,
    context: RunContext,
    book_id: int,
    target: Path,
    options: PackageOptions,
    *,
    partial: bool = False,
    despite: LoadingOverride | None = None,
    workers: int | None = None,
    on_copied: OnCopied | None = None,
) -> PackageReport:
    """Write the package of a book into a new folder under ``target``, or nothing.

    The whole book is checked first, in its present state, with the scans of its entries: a missing or altered scan
    holds its entries back.

    Args:
        options: The office's settings of packages.
        partial: Leave out unsettled entries and list them in the manifest; otherwise an unsettled entry blocks the
            whole book.
        despite: Deliver also what the model of the shared software refuses; the manifest and the audit log say who
            wanted it.
        workers: Number of processes, by default one a core.
        on_copied: Called after the entries of a page are copied.

    Raises:
        StorageError: The disk refuses the write.
        PackageRefused: The package exists, or a page cannot be copied.
        Withdrawn: The book is withdrawn.
    """
    registry.refuse_withdrawn(RegistryPart(book_id))
    check_books(registry, context.schemas, [book_id])
    approval = registry.book_approval(book_id) if options.approval.book else None
    book = without_altered(
        deliverable_book(registry, book_id, context.schemas, options), Workspace(context.workspace), options
    )
    if despite is not None and not (despite.author.strip() and despite.reason.strip()):
        raise PackageRefused("Hãy ghi ai cho xuất dù phần mềm dùng chung sẽ từ chối, và vì sao.")
    book = without_faults(book, context.schemas, options, despite_loading=despite is not None)
    package = _Package(registry, context, book, options, on_copied, despite)
    if book.book.ledger.copy_of:
        return package.refuse("copy")
    if book.blockers and not partial:
        return package.refuse("unsettled")
    if not book.entries:
        return package.refuse("empty")
    if options.approval.book and (approval is None or registry.book_approval(book_id) != approval):
        return package.refuse("unapproved")
    return package.write(target, workers or len(os.sched_getaffinity(0)), approval)


class _WorkbookRefused(Exception):
    """The finished workbook has blocking faults."""


class _ApprovalEnded(Exception):
    """The approval of the book ended during the copying of its pages."""


class _Package:
    """The export of a book."""

    def __init__(
        self,
        registry: Registry,
        context: RunContext,
        book: DeliverableBook,
        options: PackageOptions,
        on_copied: OnCopied | None,
        despite: LoadingOverride | None,
    ) -> None:
        self._despite = despite
        self._registry, self._context, self._book, self._options = registry, context, book, options
        self._on_copied = on_copied or (lambda _: None)
        self._names: BookNames = book.names(context.schemas, options)
        self._export = options.template(book.book.record, context.schemas)
        self._faults: tuple[WorkbookFault, ...] = ()
        self._made_at = datetime.now(UTC).replace(microsecond=0)
        self._filled = FieldTally()
        self._signer = self._office_signer()
        columns = context.schemas.columns(self._export)
        for entry in book.entries:
            self._filled.count(entry.cells, columns)
        numbers = {entry.number for entry in book.entries}
        self._withdrawn = tuple(
            delivery
            for delivery in registry.withdrawn_deliveries(book.book.book_id)
            if delivery.number not in numbers
        )
        layered = Counter(delivery.rule for entry in book.entries for delivery in entry.layered)
        self._layered = dict(layered.most_common())
        self._dropped = _dropped((entry.cells for entry in book.entries), columns)
        leading = len(context.schemas.exports[self._export].leading)
        self._empty = _empty([entry.cells for entry in book.entries], columns[leading:])

    def write(self, target: Path, workers: int, approval: BookApproval | None) -> PackageReport:
        """Write all files; a refused package leaves no files.

        Args:
            approval: The approval that must still hold after the copying; ``None``: no approval is required.
        """
        folder, name = target / self._names.book, self._names.book
        plan = self._plan()
        try:
            with whole_folder(folder) as work:
                self._write_workbook(work / f"{name}.xlsx")
                hashes, size = self._write_copies(work / f"{name}.zip", plan, workers)
                if self._layered:
                    self._write_layers(work / f"{name}{LAYERS}")
                for path in sorted(work.iterdir()):
                    hashes[path.name] = sha256_of_file(path)
                self._refuse_ended(approval)
                workspace = Workspace(self._context.workspace)
                manifest_content = self._manifest(hashes, approval)
                write_manifest(work, manifest_content, signing_key(workspace.package_key), self._signer)
                manifest = sha256_of_file(work / MANIFEST)
        except _WorkbookRefused:
            return self.refuse("faults")
        except SetupError as error:  # the certificate went, or the server of time stamps gives no answer
            raise PackageRefused(error.message) from None
        except _ApprovalEnded:
            return self.refuse("unapproved")
        numbers = {entry.entry_id: entry.number for entry in self._book.entries}
        by = self._despite.author if self._despite is not None and self._is_overruled() else ""
        self._registry.note_package(self._book.book.book_id, numbers, manifest, by)
        _logger.info(
            "book %d: package of %d entries, %d PDF bytes, warnings %s",
            self._book.book.book_id,
            len(self._book.entries),
            size,
            count_by_check(self._faults),
        )
        return self._report(folder=folder, pdf_bytes=size)

    def _office_signer(self) -> DetachedSigner | None:
        """Return the signer with the certificate of the office.

        Raises:
            PackageRefused: The certificate cannot sign.
        """
        try:
            return office_signer(Workspace(self._context.workspace), self._options.signing)
        except (SetupError, SecurityError) as error:
            raise PackageRefused(error.message) from None

    def _copy_signature(self) -> CopySignature | None:
        """Return the files from which each process that makes PDFs loads the certificate; ``None`` if there is none."""
        files = signing_files(Workspace(self._context.workspace), self._options.signing)
        if self._signer is None or files is None:
            return None
        return CopySignature(files, self._options.signing.timestamp_url)

    def _is_overruled(self) -> bool:
        """Return whether rows go out that the model of the shared software refuses."""
        return any(fault.check == "LOAD" and fault.blocking for fault in self._faults)

    def _refuse_ended(self, approval: BookApproval | None) -> None:
        """Raise if the book was withdrawn, or its approval ended, since its values were read."""
        book_id = self._book.book.book_id
        self._registry.refuse_withdrawn(RegistryPart(book_id))
        if approval is not None and self._registry.book_approval(book_id) != approval:
            raise _ApprovalEnded

    def refuse(self, why: str) -> PackageReport:
        """Return the report of a refusal."""
        _logger.warning(
            "book %d: no package (%s); blockers %s, codes %s, faults %s",
            self._book.book.book_id,
            why,
            dict(Counter(blocker.why for blocker in self._book.blockers)),
            dict(Counter(code for blocker in self._book.blockers for code in blocker.codes)),
            count_by_check(self._faults),
        )
        return self._report(refused=why)

    def _report(self, **more: Any) -> PackageReport:
        scans = self._book.book.scans
        return PackageReport(
            book=self._book.book.folder_name,
            entries=len(self._book.entries),
            blockers=self._book.blockers,
            faults=self._faults,
            entry_ids=tuple(entry.entry_id for entry in self._book.entries),
            loose=tuple((scans[ref.scan_sha256], ref.page_no) for ref in self._book.loose),
            filled=self._filled,
            dropped=self._dropped,
            empty=self._empty,
            withdrawn=self._withdrawn,
            layered=self._layered,
            despite=self._is_overruled() and "folder" in more,
            note=self._context.schemas.exports[self._export].note,
            **more,
        )

    def _plan(self) -> CopyPlan:
        workspace = Workspace(self._context.workspace)
        schemas = self._context.schemas
        return CopyPlan(self._registry, workspace, schemas, self._book, self._names, self._options.attached)

    def _write_workbook(self, path: Path) -> None:
        """Write the workbook, read it back and check it."""
        entries, schemas = self._book.entries, self._context.schemas
        write_workbook(path, self._export, (entry.cells for entry in entries), schemas)
        volume = self._book.book.ledger.volume
        unsettled = {(volume, blocker.number) for blocker in self._book.blockers if blocker.number}
        expected = [entry.cells for entry in entries]
        self._faults = preupload_faults(
            path, self._export, schemas, unsettled, expected, self._options.province
        )
        if any(fault.blocking and (fault.check != "LOAD" or self._despite is None) for fault in self._faults):
            raise _WorkbookRefused

    def _write_copies(self, path: Path, plan: CopyPlan, workers: int) -> tuple[Hashes, int]:
        """Write the archive of the PDFs; return their hashes and their total size in bytes."""
        rules = CopyRules(
            self._options.copies,
            self._context.limits,
            self._made_at,
            self._context.page_seconds,
            self._copy_signature(),
        )
        hashes: Hashes = {}
        size = done = 0
        book, total = self._book.book.folder_name, len(self._book.entries)
        with zipfile.ZipFile(path, "w") as archive, CopyWorkers(rules, workers) as copiers:
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

    def _write_layers(self, path: Path) -> None:
        """Write the written and the delivered value of each field that a delivery rule changed."""
        rows = [
            {"number": entry.number, **asdict(column)}
            for entry in self._book.entries
            for column in entry.layered
        ]
        data = json.dumps({"layers": rows}, ensure_ascii=False, indent=1) + "\n"
        path.write_text(data, encoding="utf-8")

    def _manifest(self, hashes: Hashes, approval: BookApproval | None) -> Mapping[str, Any]:
        """Return content and origin of the package, without values of fields and without names but staff's logins."""
        book, ledger = self._book.book, self._book.book.ledger
        scans = book.scans
        return {
            "made_at": self._made_at.isoformat(),
            "hotich": pipeline.__version__,
            "book": {
                "kind": self._names.facts.prefix,
                "place_code": ledger.place_code,
                "volume": ledger.volume,
                "series": ledger.series.value,
                "form": ledger.form,
                "closing_entries": ledger.entries,
            },
            "template": self._export,
            "template_columns": self._context.schemas.exports[self._export].evidence,
            "declarations": self._context.schemas.fingerprint,
            "readers": dict(self._book.readers),
            "counts": {
                "entries": len(self._book.entries),
                "pdfs": sum("/" in name for name in hashes),
                "fields_under_16": self._filled.short,
                "fields_from_16": self._filled.long,
                "not_settled": len(self._book.blockers),
                "warnings": count_by_check(self._faults),
                "dropped": dict(self._dropped),
            },
            "empty_columns": list(self._empty),
            "pdf_signature": {"certificate_sha256": self._signer.fingerprint} if self._signer else {},
            "complete": not self._book.blockers,
            "amended": [
                {
                    "number": entry.number,
                    "column": item.column,
                    "kind": item.kind,
                    "decision": item.decision_number,
                    "decided_on": item.decided_on,
                    "paper": item.paper is not None,
                    "noted_by": item.author,
                    "signed_by": item.signed_by,
                }
                for entry in self._book.entries
                for item in entry.amended
            ],
            "approval": {
                **self._options.approval.model_dump(),
                "approved_by": "" if approval is None else approval.author,
                "approved_at": "" if approval is None else approval.approved_at.isoformat(),
            },
            "loading": {
                "refused": dict(Counter(f.rule for f in self._faults if f.check == "LOAD" and f.blocking)),
                "despite": self._despite.reason if self._despite is not None and self._is_overruled() else "",
                "by": self._despite.author if self._despite is not None and self._is_overruled() else "",
            },
            "delivery": {"rules": dict(self._options.delivery.choices), "fields": dict(self._layered)},
            "layered": [
                {
                    "number": entry.number,
                    "column": item.column,
                    "rule": item.rule,
                    "confirmed": item.confirmed,
                }
                for entry in self._book.entries
                for item in entry.layered
            ],
            "not_settled": [
                {
                    "why": item.why,
                    "scan": item.scan,
                    "page": item.page_no,
                    "row": item.row,
                    "number": item.number,
                }
                for item in self._book.blockers
            ],
            "withdrawn": [
                {
                    "number": item.number,
                    "manifest": item.manifest_sha256,
                    "delivered_at": item.delivered_at.replace(microsecond=0).isoformat(),
                }
                for item in self._withdrawn
            ],
            "pages_without_entry": [
                {"scan": scans[ref.scan_sha256], "page": ref.page_no} for ref in self._book.loose
            ],
            "files": hashes,
        }


def _dropped(rows: Iterable[Mapping[str, str]], columns: Collection[str]) -> Mapping[str, int]:
    """Return the number of filled cells by column for columns outside the template."""
    kept = frozenset(columns)
    return dict(Counter(name for cells in rows for name, text in cells.items() if text and name not in kept))


def _empty(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns without any filled cell."""
    return tuple(column for column in columns if not any(cells.get(column) for cells in rows))
