"""``hotich learn``: decided lines are gathered, shipped networks are trained further, and the gate judges the result.

No version is taken into use here: a version that passes waits for a supervisor.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.base.errors import CalibrationError, SchemaError, SetupError
from pipeline.base.files import make_folder, storage_errors
from pipeline.base.model import Pixels
from pipeline.digitize.engines import HAND_NETWORK, default_engines
from pipeline.recognition import calibration
from pipeline.recognition.ocr import Engines
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.models import WEIGHTS, ModelCard, default_folder, read_cards
from pipeline.registry import Registry
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.training.office_reader.calibration_samples import recalibrated, samples_of_books, shares_of
from pipeline.training.office_reader.decided_lines import DecidedLine, DecidedLines, decided_lines_since
from pipeline.training.office_reader.gate import GateOptions, judge_reader
from pipeline.training.office_reader.line_scores import compared_lines, drawn_scores
from pipeline.training.office_reader.line_store import LinePart, LineStore, part_of
from pipeline.training.office_reader.reader_proposal import ReaderProposal, write_changed_lines, write_taught
from pipeline.training.office_reader.versions import CALIBRATION, ReaderVersion, ReaderVersions

if TYPE_CHECKING:
    from pipeline.training.network import NetworkOptions

log = logging.getLogger(__name__)

GUARD_FONTS = ("patrick-hand", "mali", "shantell-sans", "fuzzy-bubbles")
"""Folders of fonts unused in training; the gate reads lines drawn with them."""


@dataclass(frozen=True)
class LearningOptions:
    """Options of ``hotich learn``.

    Attributes:
        minutes: CPU minutes of training, over all networks.
        least: Least number of lines to learn.
        pages: Largest number of decided pages to read again for the calibration.
        drawn: Number of drawn lines of other hands for the gate.
        networks: Possible shapes of the shipped networks; empty: those of the product.
        replay: Number of drawn lines in use at a time.
    """

    minutes: float = 60.0
    least: int = 300
    pages: int = 80
    drawn: int = 120
    gate: GateOptions = field(default_factory=GateOptions)
    networks: tuple[NetworkOptions, ...] = ()
    replay: int = 4000


@dataclass(frozen=True)
class GatheredLines:
    """The decided lines of all books.

    Attributes:
        left_out: Number of unusable decisions by reason, in newly gathered books.
    """

    lines: tuple[DecidedLine, ...]
    left_out: Mapping[str, int]

    def of(self, part: LinePart) -> tuple[DecidedLine, ...]:
        """Return the lines of a part."""
        return tuple(line for line in self.lines if part_of(line.entry) is part)


def gather_lines(
    registry: Registry, context: RunContext, hand: HandwritingReader, say: Callable[[str], None]
) -> GatheredLines:
    """Bring the stored lines of all books up to date and return them.

    Args:
        hand: The shipped networks for the alignment of texts.
        say: Takes progress, in Vietnamese.
    """
    store = LineStore(Workspace(context.workspace).learning)
    left_out: Counter[str] = Counter()
    books = _books(registry, context)
    store.keep_only(books)
    for book_id in books:
        try:
            gathered = decided_lines_since(store.mark(book_id), registry, context, book_id, hand)
        except SchemaError:
            say(f"Sổ số {book_id}: mẫu sổ không còn được khai báo nên không dạy gì.")
            gathered = DecidedLines()
        if gathered is not None:
            left_out.update(gathered.left_out)
            kept = store.keep(book_id, gathered)
            say(f"Sổ số {book_id}: {kept} dòng có người xác nhận.")
    return GatheredLines(store.lines(), dict(left_out))


def _books(registry: Registry, context: RunContext) -> list[int]:
    return sorted(row.book_id for record in context.schemas.records for row in registry.book_rows(record))


def learn(
    context: RunContext,
    models: Path | None,
    options: LearningOptions,
    command: str,
    say: Callable[[str], None],
) -> ReaderVersion:
    """Train a version of the office's reader on its decided lines and store it with the verdict of the gate.

    Args:
        context: The run context with the present engines.
        models: Folder of the shipped models; ``None``: the default.
        command: The command line for the cards.
        say: Takes progress, in Vietnamese.

    Raises:
        CalibrationError: There are too few lines, or another training is running.
        SetupError: Torch or a model is missing.
    """
    from pipeline.training.dataset import dataset_line
    from pipeline.training.network import NETWORKS
    from pipeline.training.office_network import OFFICE_LOOP, OfficePlan, train_office_network

    versions = ReaderVersions(Workspace(context.workspace).models)
    held_against = versions.in_use
    shipped, in_use = default_engines(models), context.make_engines()
    hand = _hand(shipped)
    with _alone(context), context.open_registry() as registry:
        gathered = gather_lines(registry, context, hand, say)
        books = _books(registry, context)
        learnt = gathered.of(LinePart.LEARNT)
        _refuse_too_few(learnt, gathered, options)
        parents = _parents(models)
        work = _work_folder(context, learnt, parents, options)
        folder = versions.next_folder()
        minutes = options.minutes / len(parents)
        lines = [dataset_line(line.pixels, line.text, False, line.writer) for line in learnt]
        for card in parents:
            train_office_network(
                OfficePlan(
                    parent=(models or default_folder()) / card.name / WEIGHTS,
                    folder=folder / f"{card.name}-{folder.name}",
                    work=work,
                    lines=lines,
                    about=_about(learnt),
                    drawn=options.replay,
                    networks=options.networks or tuple(NETWORKS.values()),
                    loop=replace(OFFICE_LOOP, minutes=minutes, every=min(OFFICE_LOOP.every, minutes / 4)),
                ),
                command,
                say,
            )
        folder.chmod(0o700)
        proposal = _judged(registry, context, books, gathered, in_use, models, folder, options, say)
        write_taught(
            folder, [line.entry for line in learnt], [login for line in learnt for login in line.deciders]
        )
        version = versions.propose(
            folder, proposal.as_json(), passed=proposal.verdict.passed, lines=len(learnt), before=held_against
        )
        shutil.rmtree(work, ignore_errors=True)
    return version


@contextmanager
def _alone(context: RunContext) -> Iterator[None]:
    """Lock the training folder, so that a single training runs at a time."""
    folder = Workspace(context.workspace).training
    with storage_errors(folder):
        make_folder(folder)
        folder.chmod(0o700)
        with (folder / ".lock").open("w") as lock:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                raise CalibrationError(
                    "Một lệnh hotich learn khác đang dạy bộ đọc. Hãy đợi lệnh ấy xong."
                ) from None
            yield


def _judged(
    registry: Registry,
    context: RunContext,
    books: Sequence[int],
    gathered: GatheredLines,
    in_use: Engines,
    models: Path | None,
    folder: Path,
    options: LearningOptions,
    say: Callable[[str], None],
) -> ReaderProposal:
    """Compare the new reader with the present reader on held-out lines."""
    engines = default_engines(models, folder)
    before, after = _hand(in_use), _hand(engines)
    frozen, learnt = gathered.of(LinePart.FROZEN), gathered.of(LinePart.LEARNT)
    say(f"So bộ đọc mới với bộ đọc đang dùng trên {len(frozen)} dòng để riêng.")
    compared = compared_lines(frozen, before, after, context.schemas)
    samples = samples_of_books(registry, context, books, in_use, engines, pages=options.pages)
    known = context.options.routing.for_reader(in_use.hand_fingerprint)
    new_calibration, refitted = recalibrated(samples, known.calibration, engines.hand_fingerprint)
    if new_calibration is not None:
        calibration.save(new_calibration, folder / CALIBRATION)
    verdict = judge_reader(
        [*(line.scored for line in compared), *drawn_scores(guard_lines(options.drawn), before, after)],
        shares_of(samples, known.calibration, new_calibration, known)
        if known.calibration is not None
        else None,
        Counter(line.writer for line in learnt),
        options.gate,
    )
    removed = LineStore(
        Workspace(context.workspace).learning
    ).removed  # lines may be removed during the training
    write_changed_lines(folder, [line for line in compared if not removed.covers(line.line)])
    return ReaderProposal(
        verdict=verdict,
        lines=len(learnt),
        frozen=len(frozen),
        changed=sum(line.is_read_otherwise for line in compared),
        books=len({line.book_id for line in learnt}),
        minutes=options.minutes,
        refitted=refitted,
        left_out=gathered.left_out,
    )


def guard_lines(count: int) -> tuple[tuple[Pixels, str, str], ...]:
    """Return drawn lines in hands unused in training: picture, text and pen of each."""
    from pipeline.training.synthetic_lines.fonts import FontSet, measure_font
    from pipeline.training.synthetic_lines.lines import synthetic_line
    from pipeline.training.synthetic_pages.pen_fonts import PEN_FOLDER

    files = [file for name in GUARD_FONTS for file in sorted((PEN_FOLDER / name).glob("*.ttf"))]
    pens = [FontSet((measure_font(file),)) for file in files]
    if not pens or not count:
        return ()
    drawn = []
    for number in range(count):
        line = synthetic_line(np.random.default_rng((7, number)), pens[number % len(pens)])
        drawn.append((line.grey, line.text, f"drawn-{number % len(pens)}"))
    return tuple(drawn)


def _hand(engines: Engines) -> HandwritingReader:
    if not isinstance(engines.hand, HandwritingReader):
        raise SetupError("Chưa cài bộ đọc chữ viết tay nên không có gì để dạy thêm. Hãy cài lại phần mềm.")
    return engines.hand


def _parents(models: Path | None) -> tuple[ModelCard, ...]:
    return tuple(card for card in read_cards(models) if card.engine == HAND_NETWORK)


def _refuse_too_few(learnt: Sequence[DecidedLine], gathered: GatheredLines, options: LearningOptions) -> None:
    frozen = len(gathered.of(LinePart.FROZEN))
    writers = len({line.writer for line in learnt})
    if len(learnt) >= options.least and frozen >= options.gate.lines and writers >= options.gate.writers:
        return
    raise CalibrationError(
        f"Mới có {len(learnt)} dòng để học của {writers} quyển sổ và {frozen} dòng để riêng cho việc thử. Cần ít nhất "
        f"{options.least} dòng để học, {options.gate.lines} dòng để thử, của {options.gate.writers} quyển sổ trở lên. "
        "Hãy rà soát thêm rồi chạy lại; bộ đọc đang dùng không thay đổi."
    )


def _work_folder(
    context: RunContext, lines: Sequence[DecidedLine], parents: Sequence[ModelCard], options: LearningOptions
) -> Path:
    """Return the folder of a training: the same for the same lines, so that an interrupted one goes on."""
    inputs = repr(
        ([(line.key, line.text) for line in lines], [card.files for card in parents], options.minutes)
    )
    works = Workspace(context.workspace).training
    own = works / hashlib.sha256(inputs.encode()).hexdigest()[:16]
    for other in works.glob("*"):
        if other != own:
            shutil.rmtree(other, ignore_errors=True)
    own.mkdir(parents=True, exist_ok=True)
    return own


def _about(lines: Sequence[DecidedLine]) -> str:
    """Return what a card says of the lines: counts, never a name."""
    kinds = Counter(line.kind for line in lines)
    forms = Counter(line.form for line in lines)
    books = len({line.book_id for line in lines})
    entries = len({line.entry for line in lines})
    by_kind = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    by_form = ", ".join(f"{form} {count}" for form, count in sorted(forms.items()))
    return (
        f"{len(lines)} lines that people of one office decided on, of {entries} entries in {books} books "
        f"(by kind: {by_kind}; by form: {by_form}), each aligned to its confirmed text."
    )
