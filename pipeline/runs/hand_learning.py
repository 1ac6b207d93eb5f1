"""The hand of a book is learnt from what people confirmed in it, and its waiting pages are read again with that.

Nothing is learnt without torch, and nothing is used that the gate does not let through. One book at a time, under the
lock of the book.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.base.localtime import iso_time
from pipeline.books.book_identity import agreed_ledger
from pipeline.declarations.ledger import load_ledger
from pipeline.digitize.engines import default_engines
from pipeline.recognition.ocr.adapters import Adapter, GateFigures
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.registry import Registry, RegistryPart, Withdrawn
from pipeline.registry.database.audit.trail import MACHINE
from pipeline.run_context import RunContext
from pipeline.runs.adapted_rereading import (
    AdaptedRereading,
    pages_without_adapter,
    reread_waiting_pages,
    take_back_readings,
)
from pipeline.runs.book_adapters import BookAdapters, LearningAttempt
from pipeline.runs.book_reading import PoolOf, silence_seconds
from pipeline.runs.handwriting_calibration import record_drift
from pipeline.runs.unseen_values import check_unseen
from pipeline.runs.workers import Workers
from pipeline.scans.intake import folder_contents
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.decided_lines import DecidedLine, decided_lines_since
from pipeline.training.office_reader.line_scores import line_crop
from pipeline.training.office_reader.line_store import LineStore

if TYPE_CHECKING:
    from pipeline.training.adaptation_lesson import BookLearning

_logger = logging.getLogger(__name__)

NEW_SHARE = 0.25
"""By what share the confirmed lines of a book have to have grown for it to be learnt again."""

NO_TORCH, NO_READER, UNKNOWN, WITHDRAWN, OFF = "no-torch", "no-reader", "unknown", "withdrawn", "off"
NOTHING_NEW, LEARNT, REMOVED = "nothing-new", "learnt", "removed"
"""What came of it: torch is not installed; no reader of handwriting is; the registry does not know the book; it is
withdrawn; the office wants no hand learnt; too little was confirmed since the last attempt; there is a new adapter;
lines were removed while they were learnt. Other outcomes are those of ``adaptation_of_book``."""

TRAINING = ("torch", "onnx", "fontTools")
"""Packages without which nothing is learnt."""

NOTED, FORGOTTEN, TAKEN_BACK = "hand-learnt", "hand-forgotten", "hand-taken-back"
"""What the audit says before each is done: a book's hand was learnt; what was learnt of it was removed; pages that rest
on what is gone are read again as the reader ships."""

SENTENCES = {
    LEARNT: "đã học nét chữ của sổ, bản số {version}: lỗi chữ từ {before} xuống {after} trên {held} dòng giữ lại",
    "no-gain": "học thử không đọc đúng hơn, nên giữ nguyên bộ đọc",
    "chance": "học thử chưa chắc đọc đúng hơn, nên giữ nguyên bộ đọc",
    "kind-worse": "học thử làm một loại giá trị đọc sai hơn, nên giữ nguyên bộ đọc",
    "few-lines": "chưa đủ dòng đã đối chiếu để học nét chữ ({lines} dòng)",
    "one-page": "các dòng đã đối chiếu đều ở một trang, chưa đủ để học nét chữ",
    "time": "học nét chữ chưa xong trong thời gian cho phép; đêm sau thử lại",
    NO_TORCH: "máy này chưa cài phần học (pip install 'hotich[train]'), nên chưa học nét chữ",
    OFF: "cơ quan đã tắt việc học nét chữ",
    NO_READER: "chưa cài bộ đọc chữ viết tay",
    UNKNOWN: "sổ chưa được đọc",
    WITHDRAWN: "sổ đã thu hồi",
    REMOVED: "có dòng được gỡ trong lúc học nên kết quả bị bỏ; đêm sau học lại",
    NOTHING_NEW: "chưa có thêm nhiều dòng đối chiếu từ lần học trước",
}
"""What the office is told of each outcome."""


@dataclass(frozen=True, slots=True)
class HandReport:
    """What came of learning the hand of a book.

    Attributes:
        folder: The name of the book's folder.
        outcome: What came of it.
        lines: Confirmed lines that there were.
        version: The number of the adapter that the book is read with; 0 for none.
        figures: What the gate counted, where it was asked.
        rereading: What reading again did.
        taken_back: Pages that were read again as the reader ships, since what they rested on is gone.
        unread: Pages that rest on what is gone and could not be read again: their scan is lost or damaged.
        seconds: Time of the processor that learning took.
    """

    folder: str
    outcome: str
    lines: int = 0
    version: int = 0
    figures: GateFigures | None = None
    rereading: AdaptedRereading = field(default_factory=AdaptedRereading)
    taken_back: int = 0
    unread: int = 0
    seconds: float = 0.0

    @property
    def sentence(self) -> str:
        """What came of it, in Vietnamese."""
        figures = self.figures
        told = SENTENCES[self.outcome].format(
            version=self.version,
            lines=self.lines,
            before=figures.errors_before if figures else 0,
            after=figures.errors_after if figures else 0,
            held=figures.lines if figures else 0,
        )
        again = self.rereading
        if again.pages:
            told += f"; đọc lại {again.pages} trang còn ô chờ, {again.accepted} trong {again.waiting} ô không còn chờ"
        if self.taken_back:
            told += f"; {self.taken_back} trang dựa vào bản học không còn đã được đọc lại như chưa học"
        if self.unread:
            told += f"; {self.unread} trang dựa vào bản học không còn chưa đọc lại được, hãy kiểm tra tệp ảnh"
        return told


def learn_hand(
    folder: Path,
    context: RunContext,
    *,
    workers: int = 1,
    pool: PoolOf | None = None,
    options: BookLearning | None = None,
    shipped: HandwritingReader | None = None,
    beat: Callable[[float], None] = lambda _share: None,
) -> HandReport:
    """Learn the hand of a book where enough was confirmed since the last time, and read what waits again with it.

    Where the office has switched that off (``LearningPolicy.hands``) neither is done; what rests on an adapter that is
    gone is read again as the reader ships all the same.

    Args:
        folder: The book.
        context: What the run works with.
        workers: Processes that read pages again.
        pool: Makes other workers than processes of this machine.
        options: How the book is learnt; by default as the trial found best, within the office's tolerances.
        shipped: The reader that confirmed texts are aligned with; by default the one that came with the program.
        beat: Called with the share of learning that is done.

    Raises:
        LedgerError, SchemaError, BookBusy, RegistryError, StorageError, SetupError: As ``digitize_book``.
    """
    reader = context.make_engines().hand
    if not isinstance(reader, HandwritingReader):
        return HandReport(folder.name, NO_READER)
    ledger = load_ledger(folder)
    form = context.schemas.form(ledger.form)
    with context.open_registry() as registry:
        ledger = agreed_ledger(
            registry,
            folder,
            ledger,
            lambda: [scan.sha256 for scan in folder_contents(folder, context.limits).scans],
        )
        book_id = registry.find_book(ledger, folder.name)
        if book_id is None:
            return HandReport(folder.name, UNKNOWN)
        if _is_gone(registry, book_id):
            return HandReport(folder.name, WITHDRAWN)
        adapters = BookAdapters(Workspace(context.workspace).adapters(book_id))
        seconds = silence_seconds(context) + (options.seconds if options else LEARNING_SECONDS)
        with registry.lock_book(book_id, seconds) as turn:

            def alive(share: float) -> None:
                turn.beat()
                beat(share)

            _forget_removed(registry, context, book_id, adapters)
            report = _learn(
                registry, context, book_id, folder.name, reader, adapters, options, shipped, alive
            )
            _forget_removed(registry, context, book_id, adapters)
            adapter = adapters.newest(reader.fingerprint) if report.outcome != OFF else None
            orphans = pages_without_adapter(registry, book_id, adapters.fingerprints())
            if adapter is None and not orphans:
                return report
            back, lost, again = 0, 0, AdaptedRereading()
            with (pool or _local_pool(workers))(context, form, ledger) as readers:
                whole = registry, context, book_id, form, ledger
                if orphans:
                    back, lost = take_back_readings(
                        *whole, orphans, readers, turn.beat, partial(_note_taken_back, registry, book_id)
                    )
                if adapter is not None:
                    again = reread_waiting_pages(*whole, adapter, readers, turn.beat)
            if again.pages or back:
                record_drift(registry, context, book_id, reader.fingerprint)
                check_unseen(registry, context, book_id)
    version = adapter.card.version if adapter is not None else 0
    return replace(report, version=version, rereading=again, taken_back=back, unread=lost)


LEARNING_SECONDS = 300.0
"""Time of the processor that learning one book may take."""


def _learn(
    registry: Registry,
    context: RunContext,
    book_id: int,
    name: str,
    reader: HandwritingReader,
    adapters: BookAdapters,
    options: BookLearning | None,
    shipped: HandwritingReader | None,
    beat: Callable[[float], None],
) -> HandReport:
    """Learn a book where it is worth trying; note what came of it, and keep what the gate lets through."""
    if not context.learning.hands:
        return HandReport(name, OFF)
    if not registry.has_decisions(book_id):
        return HandReport(name, "few-lines")
    if any(util.find_spec(package) is None for package in TRAINING):
        return HandReport(name, NO_TORCH)
    from pipeline.training.adaptation_lesson import BookLearning, ConfirmedLine
    from pipeline.training.adaptation_of_book import learn_book

    last, removed = adapters.last_attempt(), _removed(context)
    lines = confirmed_lines(registry, context, book_id, shipped or _came_along())
    mark = _mark(lines)
    if last is not None and last.reader == reader.fingerprint and not _is_more(lines, mark, last):
        return HandReport(name, NOTHING_NEW, len(lines))
    routing = context.options.routing
    chosen = options or BookLearning(
        seconds=LEARNING_SECONDS,
        tolerated=routing.tolerated,
        tolerated_critical=routing.tolerated_critical,
    )
    made_at = iso_time(time.time())
    learnt = learn_book(
        reader,
        [ConfirmedLine(line_crop(line, context.schemas), line.text, line.ref) for line in lines],
        book=book_id,
        version=adapters.next_version(),
        made_at=made_at,
        options=chosen,
        beat=beat,
    )
    if removed != _removed(context):
        return HandReport(name, REMOVED, len(lines), seconds=learnt.seconds)
    if learnt.adapter is not None:
        registry.note_learning(MACHINE, NOTED, f"book:{book_id}", _told(learnt.adapter))
        adapters.keep(learnt.adapter)
    adapters.note(LearningAttempt(learnt.outcome, mark, len(lines), reader.fingerprint, made_at, removed))
    outcome = LEARNT if learnt.adapter is not None else learnt.outcome
    version = learnt.adapter.card.version if learnt.adapter is not None else 0
    return HandReport(name, outcome, len(lines), version, learnt.figures, seconds=learnt.seconds)


def _note_taken_back(registry: Registry, book_id: int, pages: int) -> None:
    registry.note_learning(MACHINE, TAKEN_BACK, f"book:{book_id}", {"pages": pages})


def _forget_removed(registry: Registry, context: RunContext, book_id: int, adapters: BookAdapters) -> None:
    """Remove what was learnt of a book where people removed lines since, or where that cannot be told."""
    last = adapters.last_attempt()
    removed = _removed(context)
    if last.removed != removed if last is not None else removed and not adapters.is_empty():
        registry.note_learning(MACHINE, FORGOTTEN, f"book:{book_id}")
        adapters.forget()


def confirmed_lines(
    registry: Registry, context: RunContext, book_id: int, shipped: HandwritingReader
) -> tuple[DecidedLine, ...]:
    """Return the lines of a book that people confirmed, as the workspace keeps them, brought up to date.

    Args:
        registry: Where the decisions are.
        context: Where scans and kept lines are.
        book_id: The book.
        shipped: The reader that texts are aligned with.
    """
    store = LineStore(Workspace(context.workspace).learning)
    found = decided_lines_since(store.mark(book_id), registry, context, book_id, shipped)
    if found is not None:
        store.keep(book_id, found)
    return tuple(line for line in store.lines() if line.book_id == book_id)


def _is_gone(registry: Registry, book_id: int) -> bool:
    try:
        registry.refuse_withdrawn(RegistryPart(book_id))
    except Withdrawn:
        return True
    return False


def _is_more(lines: Sequence[DecidedLine], mark: str, last: LearningAttempt) -> bool:
    """Return whether enough is confirmed since the last attempt to try again; or anything, where time ran out."""
    if last.outcome == "time":
        return True
    return mark != last.mark and len(lines) >= (1 + NEW_SHARE) * last.lines


def _told(adapter: Adapter) -> dict[str, str | int]:
    """Return what the audit says of an adapter: counts only."""
    card, gate = adapter.card, adapter.card.gate
    return {
        "version": card.version,
        "lines": card.lines,
        "held": gate.lines,
        "before": gate.errors_before,
        "after": gate.errors_after,
        "trust": card.trust,
    }


def _removed(context: RunContext) -> str:
    """Return a hash of what people removed from all that is learnt from; ``""`` for nothing."""
    removed = LineStore(Workspace(context.workspace).learning).removed
    told = "\n".join([*sorted(removed.logins), "", *sorted(removed.entries)])
    return hashlib.sha256(told.encode()).hexdigest()[:16] if told.strip() else ""


def _mark(lines: Sequence[DecidedLine]) -> str:
    """Return a hash of which lines these are and what stands on them."""
    told = "\n".join(sorted(f"{line.key} {line.text}" for line in lines))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _came_along() -> HandwritingReader:
    hand = default_engines().hand
    assert isinstance(hand, HandwritingReader)
    return hand


def _local_pool(processes: int) -> PoolOf:
    return lambda context, form, ledger: Workers(context, form, ledger, processes)
