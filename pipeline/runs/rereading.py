"""A preview of the changes that a rereading would make after changes of models, forms, rules or options.

Nothing is written here. ``digitize_book`` does the real rereading; decisions stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.base.errors import AlteredScan, ScanError
from pipeline.base.model import Ledger, PageRef, PageResult
from pipeline.books.book_context.second_pass import shipped_fingerprint
from pipeline.books.book_identity import agreed_ledger
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Form
from pipeline.registry import Registry
from pipeline.registry.entries.model import LastReading
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import book_folders
from pipeline.runs.book_run import reading_fingerprint
from pipeline.runs.context_pass import kept_pages, pass_over
from pipeline.runs.template_learning import template_of_book
from pipeline.runs.workers import PageJob, Workers
from pipeline.scans.intake import ScanFile, folder_contents
from pipeline.scans.workspace import Workspace


@dataclass(frozen=True)
class RereadPreview:
    """The changes that a rereading of a book would make.

    Attributes:
        pages: Number of read pages.
        outdated: Number of pages to read again.
        sampled: Number of outdated pages read on trial; the following counts refer to them.
        fields: Number of compared fields.
        changed: Number of fields with another reading.
        accepted: Number of newly accepted fields.
        doubted: Number of fields no longer accepted.
        against: Number of decided fields with another reading than before: their tasks would open again.
        failed: Number of unreadable pages.
        changes: Changed fields by name.
    """

    folder: str
    pages: int = 0
    outdated: int = 0
    sampled: int = 0
    fields: int = 0
    changed: int = 0
    accepted: int = 0
    doubted: int = 0
    against: int = 0
    failed: int = 0
    changes: dict[str, int] = field(default_factory=dict)


def outlooks(
    root: Path, context: RunContext, *, sample: int = 0, workers: int = 1
) -> Iterator[RereadPreview]:
    """Yield a preview of each book in a folder.

    Args:
        sample: Number of outdated pages of each book to read on trial.
    """
    for folder in book_folders(root):
        yield outlook(folder, context, sample=sample, workers=workers)


def outlook(folder: Path, context: RunContext, *, sample: int = 0, workers: int = 1) -> RereadPreview:
    """Return the changes that a rereading of a book would make.

    Args:
        sample: Number of outdated pages to read on trial.

    Raises:
        LedgerError, SchemaError, RegistryError, StorageError: The book or the registry cannot be used.
    """
    ledger = load_ledger(folder)
    form = context.schemas.form(ledger.form)
    engines = context.make_engines()
    with context.open_registry() as registry:
        scans = {scan.sha256: scan for scan in folder_contents(folder, context.limits).scans}
        ledger = agreed_ledger(registry, folder, ledger, scans.keys)
        book_id = registry.find_book(ledger, folder.name)
        if book_id is None:
            return RereadPreview(folder.name)
        fingerprints = {
            sha256: reading_fingerprint(sha256, form, ledger, context.schemas, engines, context.options)
            for sha256 in scans
        }
        read = registry.fingerprints(book_id)
        outdated = [
            ref
            for ref, fingerprint in read.items()
            if fingerprints.get(ref.scan_sha256, first := shipped_fingerprint(fingerprint)) != first
        ]
        preview = RereadPreview(folder.name, len(read), len(outdated))
        chosen = _spread(sorted(outdated, key=lambda ref: (ref.scan_sha256, ref.page_no)), sample)
        if not chosen:
            return preview
        template, _ = template_of_book(registry, context.workspace, book_id, form).read()
        jobs = [PageJob(_stored(context, scans[ref.scan_sha256]), ref.page_no, template) for ref in chosen]
        with Workers(context, form, ledger, workers) as pool:
            answers = list(pool.read(jobs))
        if context.book_context:
            answers = _weighed(registry, context, book_id, form, ledger, answers)
        return _compared(preview, registry, book_id, answers)


def _weighed(
    registry: Registry,
    context: RunContext,
    book_id: int,
    form: Form,
    ledger: Ledger,
    answers: Sequence[tuple[PageJob, PageResult | ScanError]],
) -> list[tuple[PageJob, PageResult | ScanError]]:
    """Return the answers weighed in the context of the book, with the trial pages in place of the kept pages."""
    known = registry.fingerprints(book_id)
    new = {job.ref: answer for job, answer in answers if isinstance(answer, PageResult)}
    kept = kept_pages(registry, context, book_id, known)
    pages = [new.get(ref, page) for ref, page in kept.items()]
    pages += [page for ref, page in new.items() if ref not in kept]
    passed = pass_over(registry, context, book_id, form, ledger, pages)
    return [
        (job, passed.weighed(answer) if isinstance(answer, PageResult) else answer) for job, answer in answers
    ]


def _compared(
    preview: RereadPreview,
    registry: Registry,
    book_id: int,
    answers: Sequence[tuple[PageJob, PageResult | ScanError]],
) -> RereadPreview:
    counts: Counter[str] = Counter()
    changes: Counter[str] = Counter()
    for job, answer in answers:
        if isinstance(answer, ScanError):
            counts["failed"] += 1
            continue
        before = registry.last_readings(book_id, job.ref)
        after = {
            (entry.row, reading.field): LastReading(
                reading.status, reading.text, reading.canonical, reading.accepted, False
            )
            for entry in answer.entries
            for reading in entry.readings
        }
        nothing = LastReading("", "", "", False, False)
        for key in before.keys() | after.keys():
            old, new = before.get(key, nothing), after.get(key, nothing)
            counts["fields"] += 1
            counts["accepted"] += new.accepted and not old.accepted
            counts["doubted"] += old.accepted and not new.accepted
            if (old.status, old.text, old.canonical) != (new.status, new.text, new.canonical):
                counts["changed"] += 1
                counts["against"] += old.decided
                changes[key[1]] += 1
    return replace(
        preview,
        sampled=len(answers),
        fields=counts["fields"],
        changed=counts["changed"],
        accepted=counts["accepted"],
        doubted=counts["doubted"],
        against=counts["against"],
        failed=counts["failed"],
        changes=dict(changes.most_common()),
    )


def _stored(context: RunContext, scan: ScanFile) -> ScanFile:
    try:
        path = Workspace(context.workspace).stored(scan.sha256)
    except AlteredScan:
        return scan
    return scan if path is None else replace(scan, path=path)


def _spread(refs: Sequence[PageRef], sample: int) -> list[PageRef]:
    """Return ``sample`` pages, evenly spread over all."""
    count = min(sample, len(refs))
    return [refs[index * len(refs) // count] for index in range(count)]
