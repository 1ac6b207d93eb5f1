"""Learning of a book's hand from its confirmed lines, and rereading of its waiting pages.

Learning needs torch, and an adapter is used only if it passes the gate. Books are learnt in turn, under their locks.
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
from pipeline.registry.audit.recorded_files import FILE
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
"""Growth of a book's confirmed lines, as a share, from which it is learnt again."""

NO_TORCH, NO_READER, UNKNOWN, WITHDRAWN, OFF = "no-torch", "no-reader", "unknown", "withdrawn", "off"
NOTHING_NEW, LEARNT, REMOVED = "nothing-new", "learnt", "removed"
"""Outcomes: torch is not installed; no handwriting reader is installed; the registry does not know the book; it is
withdrawn; the office has switched learning off; too few lines were confirmed since the last attempt; a new adapter
was made; lines were removed during the learning. Other outcomes come from ``adaptation_of_book``."""

TRAINING = ("torch", "onnx", "fontTools")
"""Packages needed for learning."""

NOTED, FORGOTTEN, REFUSED, TAKEN_BACK = "hand-learnt", "hand-forgotten", "hand-refused", "hand-taken-back"
"""Audit actions, recorded before each act: a book's hand was learnt; its adapters were removed; pages of a lost adapter
are read again with the shipped reader."""

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
"""The sentence of each outcome for the office."""


@dataclass(frozen=True, slots=True)
class HandReport:
    """The outcome of learning a book's hand.

    Attributes:
        lines: Number of confirmed lines.
        version: Version of the adapter in use; 0: none.
        figures: Counts of the gate, if it was reached.
        rereading: Outcome of the rereading.
        taken_back: Number of pages read again with the shipped reader because their adapter is lost.
        unread: Number of pages of a lost adapter that could not be read again: their scan is lost or damaged.
        seconds: Processor time of the learning.
        foreign: Number of adapter files that were removed, as the audit does not hold them.
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
    foreign: int = 0

    @property
    def sentence(self) -> str:
        """The outcome in Vietnamese."""
        figures = self.figures
        text = SENTENCES[self.outcome].format(
            version=self.version,
            lines=self.lines,
            before=figures.errors_before if figures else 0,
            after=figures.errors_after if figures else 0,
            held=figures.lines if figures else 0,
        )
        again = self.rereading
        if again.pages:
            text += f"; đọc lại {again.pages} trang còn ô chờ, {again.accepted} trong {again.waiting} ô không còn chờ"
        if self.taken_back:
            text += f"; {self.taken_back} trang dựa vào bản học không còn đã được đọc lại như chưa học"
        if self.foreign:
            text += (
                f"; {self.foreign} tệp bản học không có trong nhật ký kiểm tra (bị sửa, chép từ nơi khác, hay có từ "
                "trước khi nhật ký ghi mã băm) nên đã bị bỏ"
            )
        if self.unread:
            text += f"; {self.unread} trang dựa vào bản học không còn chưa đọc lại được, hãy kiểm tra tệp ảnh"
        return text


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
    """Learn the hand of a book if enough new lines are confirmed, and read its waiting pages again.

    If the office has switched learning off (``LearningPolicy.hands``), only pages of a lost adapter are read again,
    with the shipped reader.

    Args:
        workers: Number of processes for rereading.
        pool: Makes workers other than local processes.
        options: Options of learning; by default the best of the trial, within the office's tolerances.
        shipped: The reader for the alignment of confirmed texts; by default the shipped reader.
        beat: Called with the finished share of the learning.

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
        if _is_withdrawn(registry, book_id):
            return HandReport(folder.name, WITHDRAWN)
        adapters = proven_adapters(registry, context.workspace, book_id)
        seconds = silence_seconds(context) + (options.seconds if options else LEARNING_SECONDS)
        with registry.lock_book(book_id, seconds) as turn:

            def beat_both(share: float) -> None:
                turn.beat()
                beat(share)

            if foreign := adapters.refuse_foreign():
                registry.note_learning(MACHINE, REFUSED, f"book:{book_id}", {"files": foreign})
            _forget_removed(registry, context, book_id, adapters)
            report = _learn(
                registry, context, book_id, folder.name, reader, adapters, options, shipped, beat_both
            )
            _forget_removed(registry, context, book_id, adapters)
            report = replace(report, foreign=foreign)
            adapter = adapters.newest(reader.fingerprint) if report.outcome != OFF else None
            orphans = pages_without_adapter(registry, book_id, adapters.fingerprints())
            if adapter is None and not orphans:
                return report
            back, lost, again = 0, 0, AdaptedRereading()
            with (pool or _local_pool(workers))(context, form, ledger) as readers:
                of_book = registry, context, book_id, form, ledger
                if orphans:
                    back, lost = take_back_readings(
                        *of_book, orphans, readers, turn.beat, partial(_note_taken_back, registry, book_id)
                    )
                if adapter is not None:
                    again = reread_waiting_pages(*of_book, adapter, readers, turn.beat)
            if again.pages or back:
                record_drift(registry, context, book_id, reader.fingerprint)
                check_unseen(registry, context, book_id)
    version = adapter.card.version if adapter is not None else 0
    return replace(report, version=version, rereading=again, taken_back=back, unread=lost)


def proven_adapters(registry: Registry, workspace: Path, book_id: int) -> BookAdapters:
    """Return the adapters of a book, of which only the files in the audit are read."""

    def is_recorded(digest: str) -> bool:
        return digest in registry.recorded_files(f"book:{book_id}", NOTED, FORGOTTEN)

    return BookAdapters(Workspace(workspace).adapters(book_id), is_recorded)


LEARNING_SECONDS = 600.0
"""Limit of processor time for learning a book."""


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
    """Learn a book if an attempt is worthwhile; store the outcome, and keep an adapter that passes the gate."""
    if not context.learning.hands:
        return HandReport(name, OFF)
    if not registry.has_decisions(book_id):
        return HandReport(name, "few-lines")
    if any(util.find_spec(package) is None for package in TRAINING):
        return HandReport(name, NO_TORCH)
    from pipeline.training.adaptation_lesson import BookLearning, ConfirmedLine
    from pipeline.training.adaptation_of_book import learn_book

    last, removed = adapters.last_attempt(), _removed(context)
    lines = confirmed_lines(registry, context, book_id, shipped or _shipped_reader())
    mark = _mark(lines)
    if last is not None and last.reader == reader.fingerprint and not _is_more(lines, mark, last):
        return HandReport(name, NOTHING_NEW, len(lines))
    routing = context.options.routing
    chosen = options or BookLearning(
        seconds=LEARNING_SECONDS, tolerated=routing.tolerated, tolerated_critical=routing.tolerated_critical
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
        counts = _adapter_counts(learnt.adapter)
        adapters.keep(
            learnt.adapter,
            lambda digest: registry.note_learning(
                MACHINE, NOTED, f"book:{book_id}", {**counts, FILE: digest}
            ),
        )
    adapters.note(LearningAttempt(learnt.outcome, mark, len(lines), reader.fingerprint, made_at, removed))
    outcome = LEARNT if learnt.adapter is not None else learnt.outcome
    version = learnt.adapter.card.version if learnt.adapter is not None else 0
    return HandReport(name, outcome, len(lines), version, learnt.figures, seconds=learnt.seconds)


def _note_taken_back(registry: Registry, book_id: int, pages: int) -> None:
    registry.note_learning(MACHINE, TAKEN_BACK, f"book:{book_id}", {"pages": pages})


def _forget_removed(registry: Registry, context: RunContext, book_id: int, adapters: BookAdapters) -> None:
    """Remove the adapters of a book if people removed lines since, or if that is unknown."""
    last = adapters.last_attempt()
    removed = _removed(context)
    if last.removed != removed if last is not None else removed and not adapters.is_empty():
        registry.note_learning(MACHINE, FORGOTTEN, f"book:{book_id}")
        adapters.forget()


def confirmed_lines(
    registry: Registry, context: RunContext, book_id: int, shipped: HandwritingReader
) -> tuple[DecidedLine, ...]:
    """Return the confirmed lines of a book in the workspace, brought up to date.

    Args:
        shipped: The reader for the alignment of texts.
    """
    store = LineStore(Workspace(context.workspace).learning)
    lines = decided_lines_since(store.mark(book_id), registry, context, book_id, shipped)
    if lines is not None:
        store.keep(book_id, lines)
    return tuple(line for line in store.lines() if line.book_id == book_id)


def _is_withdrawn(registry: Registry, book_id: int) -> bool:
    try:
        registry.refuse_withdrawn(RegistryPart(book_id))
    except Withdrawn:
        return True
    return False


def _is_more(lines: Sequence[DecidedLine], mark: str, last: LearningAttempt) -> bool:
    """Return whether enough new lines are confirmed for another attempt; after a timeout, always."""
    if last.outcome == "time":
        return True
    return mark != last.mark and len(lines) >= (1 + NEW_SHARE) * last.lines


def _adapter_counts(adapter: Adapter) -> dict[str, str | int]:
    """Return the audit detail of an adapter: counts only."""
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
    """Return a hash of all lines that people excluded from learning; ``""``: none."""
    removed = LineStore(Workspace(context.workspace).learning).removed
    names = "\n".join([*sorted(removed.logins), "", *sorted(removed.entries)])
    return hashlib.sha256(names.encode()).hexdigest()[:16] if names.strip() else ""


def _mark(lines: Sequence[DecidedLine]) -> str:
    """Return a hash of the lines and their texts."""
    texts = "\n".join(sorted(f"{line.key} {line.text}" for line in lines))
    return hashlib.sha256(texts.encode()).hexdigest()[:16]


def _shipped_reader() -> HandwritingReader:
    hand = default_engines().hand
    assert isinstance(hand, HandwritingReader)
    return hand


def _local_pool(processes: int) -> PoolOf:
    return lambda context, form, ledger: Workers(context, form, ledger, processes)
