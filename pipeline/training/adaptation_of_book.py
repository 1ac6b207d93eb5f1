"""The adapter of a book: its reader learns the confirmed lines, and lines held back decide whether it reads with that.

The lines are parted into folds by their pages. For each fold a reader learns the others and reads it, through the very
file of weights that an office's machine would read with. Where the gate is passed, one more learns all lines.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from itertools import count
from typing import Any, Literal

import numpy as np
import torch

from pipeline.errors import SetupError
from pipeline.model import Crop, PageRef
from pipeline.ocr.adapters import Adapter, AdapterCard, GateFigures, adapted_reader, add_differences
from pipeline.ocr.handwriting import HandwritingReader
from pipeline.ocr.models import OnnxNetwork, proven_weights
from pipeline.training.adaptation import AdaptOptions, adapt_network
from pipeline.training.adaptation_gate import GateResult, HeldLine, Verdict, pass_gate
from pipeline.training.adaptation_weights import weight_differences
from pipeline.training.batches import Mixture, batches
from pipeline.training.dataset import DatasetLine, dataset_line
from pipeline.training.network import NETWORKS, CtcNetwork, NetworkOptions
from pipeline.training.shipped_weights import load_shipped_network
from pipeline.training.synthesis.fonts import FontSet
from pipeline.training.synthesis.lines import synthetic_line

log = logging.getLogger(__name__)

LEAST_LINES = 24
"""Confirmed lines from which a book is learnt."""

MOST_LINES = 600
"""Confirmed lines of which a book is learnt at most, the last ones."""

PROBED = 3
"""Steps by which it is seen how long one takes, after as many that are slow because they are the first."""

FEWEST_STEPS = 30
"""Steps below which nothing worth keeping is learnt."""

TRAINING_SHARE = 0.85
"""Share of the time that steps may take; the rest is for reading what is held back."""

READ_AT_ONCE = 32
"""Lines that are read at once."""

Outcome = Verdict | Literal["few-lines", "one-page", "time"]
"""What came of learning a book: as the gate says, or why it was not asked."""


@dataclass(frozen=True, slots=True)
class ConfirmedLine:
    """A line of ink with the text that people confirmed.

    Attributes:
        crop: The line as a reader gets it.
        text: What stands on it; case and signs are as people typed them.
        page: The page that it is on.
    """

    crop: Crop
    text: str
    page: PageRef


@dataclass(frozen=True, slots=True)
class BookLearning:
    """How a book is learnt.

    Attributes:
        adapt: How networks are adapted.
        folds: Into how many parts the lines are parted for the gate.
        least_lines: Lines from which a book is learnt.
        drawn: Drawn lines that are read between those of the book.
        seconds: Time of the processor in which it has to be done.
        tolerated: The share of errors that the office tolerates among accepted fields.
        tolerated_critical: That share among critical ones.
        shapes: The shape of each network by its name; one that is not named is tried as all that are known.
    """

    adapt: AdaptOptions = field(default_factory=AdaptOptions)
    folds: int = 3
    least_lines: int = LEAST_LINES
    drawn: int = 240
    seconds: float = 300.0
    tolerated: float = 0.004
    tolerated_critical: float = 0.001
    shapes: Mapping[str, NetworkOptions] = field(default_factory=lambda: NETWORKS)


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came of learning a book.

    Attributes:
        outcome: Whether there is an adapter, or why not.
        lines: Lines that were learnt from.
        adapter: The adapter, where the gate was passed.
        figures: What the gate counted, where it was asked.
        seconds: Time of the processor.
    """

    outcome: Outcome
    lines: int
    adapter: Adapter | None = None
    figures: GateFigures | None = None
    seconds: float = 0.0


class _OutOfTime(Exception):
    pass


def learn_book(
    reader: HandwritingReader,
    lines: Sequence[ConfirmedLine],
    *,
    book: int,
    version: int,
    made_at: str,
    options: BookLearning = BookLearning(),
    beat: Callable[[float], None] = lambda _share: None,
) -> Learnt:
    """Return what a reader learns of the hand of a book, and whether it reads it better for it.

    Args:
        reader: The reader as it ships.
        lines: Confirmed lines of the book, in its order.
        book: The book in the registry.
        version: The number of the adapter, if there comes one.
        made_at: When, ISO 8601.
        options: How the book is learnt.
        beat: Called with the share that is done.

    Raises:
        SetupError: A network is missing or damaged, or of a shape that cannot be trained.
    """
    started = time.process_time()
    chosen = lines[-MOST_LINES:]
    if len(chosen) < options.least_lines:
        return Learnt("few-lines", len(chosen))
    folds = _folds(chosen, options.folds)
    if len(set(folds)) < 2:
        return Learnt("one-page", len(chosen))
    lesson = _Lesson(reader, options, started + options.seconds, beat, len(set(folds)) + 1)
    try:
        lesson.fit_to_time(chosen)
        held: list[HeldLine] = []
        for fold in sorted(set(folds)):
            apart = [line for line, its in zip(chosen, folds, strict=True) if its == fold]
            others = [line for line, its in zip(chosen, folds, strict=True) if its != fold]
            adapter = lesson.adapter(others, _blank_card(reader, book))
            held += _held_lines(reader, adapted_reader(reader, adapter), apart)
        result = pass_gate(held, tolerated=options.tolerated, tolerated_critical=options.tolerated_critical)
        found = None
        if result.verdict == "better":
            card = _card(reader, chosen, result, book=book, version=version, made_at=made_at)
            found = lesson.adapter(chosen, card)
    except _OutOfTime:
        return Learnt("time", len(chosen), seconds=time.process_time() - started)
    log.info("book %d: %s on %d lines, %s", book, result.verdict, len(chosen), result.figures)
    return Learnt(result.verdict, len(chosen), found, result.figures, time.process_time() - started)


def _folds(lines: Sequence[ConfirmedLine], folds: int) -> list[int]:
    """Return the fold of each line: pages go to that which has the fewest lines so far."""
    sizes = [0] * folds
    found: dict[PageRef, int] = {}
    for ref, many in Counter(line.page for line in lines).items():
        found[ref] = int(np.argmin(sizes))
        sizes[found[ref]] += many
    return [found[line.page] for line in lines]


def _blank_card(reader: HandwritingReader, book: int) -> AdapterCard:
    """Return the card of an adapter that reads lines held back and is kept nowhere."""
    nothing = GateFigures(
        lines=0, letters=0, errors_before=0, errors_after=0, chance=1.0, sure=0, sure_wrong=0
    )
    return AdapterCard(
        book=book, version=0, parent=reader.fingerprint, made_at="", lines=0, pages=0, trust="proposal",
        gate=nothing, results={},
    )  # fmt: skip


def _card(
    reader: HandwritingReader,
    lines: Sequence[ConfirmedLine],
    result: GateResult,
    *,
    book: int,
    version: int,
    made_at: str,
) -> AdapterCard:
    return AdapterCard(
        book=book,
        version=version,
        parent=reader.fingerprint,
        made_at=made_at,
        lines=len(lines),
        pages=len({line.page for line in lines}),
        trust=result.trust,
        gate=result.figures,
        results={},
    )


class _Lesson:
    """Adapts the networks of a reader, within a time limit.

    Args:
        reader: The reader as it ships.
        options: How a book is learnt.
        until: When it has to be done, by the time of this process.
        beat: Called with the share that is done.
        rounds: How many times all networks are adapted.
    """

    def __init__(
        self,
        reader: HandwritingReader,
        options: BookLearning,
        until: float,
        beat: Callable[[float], None],
        rounds: int,
    ) -> None:
        torch.set_num_threads(1)
        self._until, self._beat = until, beat
        self._drawn = drawn_lines(options.drawn)
        self._parents = [
            (network, *shipped_network(network, options.shapes, self._drawn))
            for network in reader.networks
            if isinstance(network, OnnxNetwork)
        ]
        if not self._parents:
            raise SetupError("Bộ đọc chữ viết tay không có mạng nào học thêm được.")
        self._rounds = rounds * len(self._parents)
        self._adapt = options.adapt
        self._done = count(1)

    def fit_to_time(self, lines: Sequence[ConfirmedLine]) -> None:
        """Take as many steps as there is time for. Raises ``_OutOfTime`` where these are too few."""
        each = 0.0
        for _, _, parent in self._parents:
            ends: list[float] = []

            def watch(_step: int, _network: CtcNetwork, ends: list[float] = ends) -> bool:
                ends.append(time.process_time())
                return True

            adapt_network(
                parent, _own(lines), self._drawn, replace(self._adapt, steps=2 * PROBED), watch=watch
            )
            each += (ends[-1] - ends[PROBED - 1]) / PROBED / len(self._parents)
        possible = int(
            TRAINING_SHARE * (self._until - time.process_time()) / (max(each, 1e-6) * self._rounds)
        )
        if possible < min(FEWEST_STEPS, self._adapt.steps):
            raise _OutOfTime
        self._adapt = replace(self._adapt, steps=min(self._adapt.steps, possible))

    def adapter(self, lines: Sequence[ConfirmedLine], card: AdapterCard) -> Adapter:
        """Return an adapter that learnt some lines. Raises ``_OutOfTime``."""
        own = _own(lines)
        differences: dict[str, Mapping[str, Any]] = {}
        results = {}
        for network, model, parent in self._parents:
            adapted = adapt_network(parent, own, self._drawn, self._adapt, watch=self._watch)
            differences[network.name] = weight_differences(model, parent, adapted)
            results[network.name] = sha256(add_differences(model, differences[network.name])).hexdigest()
        return Adapter(card.model_copy(update={"results": results}), differences)

    def _watch(self, _step: int, _network: CtcNetwork) -> bool:
        if time.process_time() > self._until:
            raise _OutOfTime
        self._beat(next(self._done) / (self._rounds * self._adapt.steps))
        return True


def _own(lines: Sequence[ConfirmedLine]) -> list[DatasetLine]:
    return [dataset_line(line.crop.pixels, line.text, full_label=False) for line in lines]


def shipped_network(
    network: OnnxNetwork, shapes: Mapping[str, NetworkOptions], drawn: Sequence[DatasetLine]
) -> tuple[bytes, CtcNetwork]:
    """Return the model of a network that ships, and the network to train on.

    Args:
        network: The network.
        shapes: The shapes that it may have.
        drawn: Drawn lines, for what its norms start from.

    Raises:
        SetupError: It is missing, damaged, or has none of these shapes.
    """
    model = proven_weights(network.path, network.sha256)
    rng = np.random.default_rng(3)
    lines = torch.from_numpy(next(batches(drawn, (), (), Mixture(0.0), min(24, len(drawn) // 4), rng)).lines)
    for shape in shapes.values():
        try:
            found = load_shipped_network(network.path, shape, lines)
        except SetupError:
            continue
        return model, found.eval()
    raise SetupError(f"Mô hình “{network.name}” không thuộc kiểu mạng nào học thêm được.")


@cache
def drawn_lines(many: int) -> tuple[DatasetLine, ...]:
    """Return drawn lines of the pens that come with the program, always the same ones."""
    pens, rng = FontSet.find(), np.random.default_rng(77)
    drawn = (synthetic_line(rng, pens) for _ in range(many))
    return tuple(dataset_line(line.grey, line.text, full_label=True) for line in drawn)


def _held_lines(
    before: HandwritingReader, after: HandwritingReader, lines: Sequence[ConfirmedLine]
) -> Iterator[HeldLine]:
    """Yield lines that nothing was learnt from, as both readers read them."""
    for start in range(0, len(lines), READ_AT_ONCE):
        some = lines[start : start + READ_AT_ONCE]
        crops = [replace(line.crop, follows=False) for line in some]
        for line, old, new in zip(some, before.read(crops), after.read(crops), strict=True):
            yield HeldLine(line.crop.kind, line.text, old.text, new.text, old.confidence, new.confidence)
