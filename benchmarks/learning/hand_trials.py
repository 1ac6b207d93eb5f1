"""What learning a hand gives, and what the gates before it let through: real pen lines, one network, its shipped words.

Gains: of each writer some lines are learnt and the others are read by the shipped network, by the adapted one and by a
control that took the same steps on drawn lines alone. Tries: ``learn_book`` is given lines of two writers, harmfully
planted or not, and what its gate says is held against lines of the same writers that it never saw. Harmful are lines
with the texts of others and lines of which the end is cut off; a network that learnt one writer alone is put before the
office's gate with the lines of all others. Good are hands unlike those trained on: the same lines leaning over
backwards. Every try has its own writers, seed and lines.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein
from rich.console import Console

from benchmarks.figures import percent, say, share
from benchmarks.handwriting.books import schemas_and_engines
from pipeline.learning.gate import GateOptions, ScoredLine, judge_reader
from pipeline.model import Crop, PageRef, Pixels
from pipeline.ocr.adapters import Adapter, AdapterCard, GateFigures, adapted_reader, add_differences
from pipeline.ocr.handwriting import HandwritingReader
from pipeline.ocr.models import OnnxNetwork
from pipeline.training.adaptation import AdaptOptions, adapt_network
from pipeline.training.adaptation_lesson import (
    BookLearning,
    ConfirmedLine,
    drawn_lines,
    shipped_network,
)
from pipeline.training.adaptation_of_book import learn_book
from pipeline.training.adaptation_weights import weight_differences
from pipeline.training.dataset import RealLine, comparable, dataset_line, real_lines
from pipeline.training.network import NETWORKS

LEARNT = 16
"""Lines of a writer that are learnt for the gains; for a try as many of each of two."""

LEAN = 0.8
"""How far a hand unlike those trained on leans back, columns a row."""

CUT = 0.45
"""Share of a line that is cut off at its end."""

DRAWN = 120
LINES_A_PAGE = 3
HARMS = ("labels", "cut", "one-writer")
WORDS = {
    "labels": "nhãn sai", "cut": "dòng bị cắt", "one-writer": "một người viết", "good": "nét chữ lạ, học đúng",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of real ink: its picture, what stands on it, who wrote it."""

    pixels: Pixels
    text: str
    writer: str

    @property
    def crop(self) -> Crop:
        return Crop(self.pixels, 300.0, "place")


def trial_figures(chosen: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Return the figures of gains and tries that were asked for, and show them.

    Args:
        chosen: ``lines``, ``hands``, ``tries``, ``steps`` and ``seed``.
        console: Where they are shown.
    """
    if chosen.lines is None:
        raise SystemExit("cần dòng viết tay thật: --lines THƯ_MỤC (thư mục có lines.tsv)")
    engines = schemas_and_engines()[1]
    if not isinstance(engines.hand, HandwritingReader):
        raise SystemExit("chưa cài bộ đọc chữ viết tay")
    reader = replace(engines.hand, networks=engines.hand.networks[:1], figures=None)
    by_writer: dict[str, list[RealLine]] = defaultdict(list)
    for line in real_lines(chosen.lines):
        by_writer[line.writer].append(line)
    writers = {
        name: [Line(line.grey(), line.text, name) for line in some] for name, some in by_writer.items()
    }
    adapt = AdaptOptions(steps=chosen.steps)
    found: dict[str, Any] = {}
    if chosen.hands:
        found["hands"] = _gains(reader, writers, chosen.hands, adapt)
        _show_gains(found["hands"], console)
    if chosen.tries:
        found["tries"] = _tries(reader, writers, chosen.tries, adapt, chosen.seed)
        _show_tries(found["tries"], console)
    return found


def _gains(
    reader: HandwritingReader, writers: Mapping[str, Sequence[Line]], hands: int, adapt: AdaptOptions
) -> dict[str, Any]:
    """Return wrong letters of lines that nothing was learnt from, by writer; and of the same hands leaning back."""
    found: dict[str, Any] = {}
    for name in sorted(writers)[:hands]:
        for lean in (0.0, LEAN):
            lines = [replace(line, pixels=leaning(line.pixels, lean)) for line in writers[name]]
            learnt, asked = lines[:LEARNT], lines[LEARNT:]
            told = {"letters": sum(len(comparable(line.text)) for line in asked)}
            for kind, after in (
                ("shipped", reader),
                ("adapted", adapted(reader, learnt, adapt)),
                ("control", adapted(reader, [], adapt)),
            ):
                told[kind] = sum(errors_of(after, asked))
            found[f"{name}-leaning" if lean else name] = told
            say(f"học nét chữ {name}{' ngả' if lean else ''}: {told}")
    return found


def adapted(reader: HandwritingReader, lines: Sequence[Line], options: AdaptOptions) -> HandwritingReader:
    """Return the reader after so many steps on some lines; on drawn ones alone where there are none."""
    (network,) = (one for one in reader.networks if isinstance(one, OnnxNetwork))
    drawn = drawn_lines(DRAWN)
    model, parent = shipped_network(network, NETWORKS, drawn)
    own = [dataset_line(line.pixels, line.text, full_label=False) for line in lines]
    learnt = adapt_network(parent, own or drawn, drawn, replace(options, own=options.own if lines else 0.0))
    differences = weight_differences(model, parent, learnt)
    result = hashlib.sha256(add_differences(model, differences)).hexdigest()
    nothing = GateFigures(
        lines=0, letters=0, errors_before=0, errors_after=0, chance=1.0, sure=0, sure_wrong=0
    )
    card = AdapterCard(
        book=1, version=0, parent=reader.fingerprint, made_at="", lines=len(lines), pages=1, trust="proposal",
        gate=nothing, results={network.name: result},
    )  # fmt: skip
    return adapted_reader(reader, Adapter(card, {network.name: differences}))


def errors_of(reader: HandwritingReader, lines: Sequence[Line]) -> list[int]:
    """Return how many letters of each line are read wrongly, case and punctuation aside."""
    read = reader.read([line.crop for line in lines])
    return [
        Levenshtein.distance(comparable(line.text), comparable(one.text))
        for line, one in zip(lines, read, strict=True)
    ]


def _tries(
    reader: HandwritingReader,
    writers: Mapping[str, Sequence[Line]],
    tries: int,
    adapt: AdaptOptions,
    seed: int,
) -> dict[str, Any]:
    """Return what the gates said of so many tries of each kind, and what the networks they judged are worth."""
    names = sorted(writers)
    found: dict[str, list[dict[str, Any]]] = {}
    for kind in (*HARMS, "good"):
        for number in range(tries):
            rng = np.random.default_rng((seed, number, (*HARMS, "good").index(kind)))
            pair = [str(one) for one in rng.choice(names, 2, replace=False)]
            options = replace(adapt, seed=int(rng.integers(1, 1 << 30)))
            if kind == "one-writer":
                told = _one_writer(reader, writers, pair[0], options)
            else:
                told = _book(reader, [writers[name] for name in pair], kind, options, rng)
            found.setdefault(kind, []).append(told)
            say(f"cổng, {WORDS[kind]} {number + 1}/{tries}: {told}")
    return {kind: {"tries": len(some), **_told(kind, some), "each": some} for kind, some in found.items()}


def _told(kind: str, some: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    through = [one for one in some if one["through"]]
    return {
        "through": len(through),
        "through_worse": sum(one["after"] > one["before"] for one in through),
        "better_refused": sum(not one["through"] and one["after"] < 0.9 * one["before"] for one in some)
        if kind == "good"
        else None,
    }


def _book(
    reader: HandwritingReader,
    pair: Sequence[Sequence[Line]],
    kind: str,
    options: AdaptOptions,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Return what the gate of a book says of a try, and what the network that learnt it all reads of other lines."""
    lean = LEAN if kind == "good" else 0.0
    chosen = [[replace(line, pixels=leaning(line.pixels, lean)) for line in lines] for lines in pair]
    learnt = [line for lines in chosen for line in lines[:LEARNT]]
    asked = [line for lines in chosen for line in lines[LEARNT:]]
    learnt = planted(learnt, kind, rng)
    lines = [
        ConfirmedLine(line.crop, line.text, PageRef("a" * 64, 1 + number // LINES_A_PAGE))
        for number, line in enumerate(learnt)
    ]
    said = learn_book(
        reader,
        lines,
        book=1,
        version=1,
        made_at="",
        options=BookLearning(adapt=options, folds=2, drawn=DRAWN),
    )
    after = adapted(reader, learnt, options)
    return {
        "outcome": said.outcome,
        "through": said.adapter is not None,
        "before": sum(errors_of(reader, asked)),
        "after": sum(errors_of(after, asked)),
    }


def _one_writer(
    reader: HandwritingReader, writers: Mapping[str, Sequence[Line]], writer: str, options: AdaptOptions
) -> dict[str, Any]:
    """Return what the office's gate says of a network that learnt one writer: with and without knowing that."""
    after = adapted(reader, writers[writer][:LEARNT], options)
    frozen = [line for name, some in writers.items() for line in some[LEARNT:]]
    before, now = errors_of(reader, frozen), errors_of(after, frozen)
    scored = [
        ScoredLine(str(at), str(at), line.writer, "place", "birth-2006", len(comparable(line.text)), old, new)
        for at, (line, old, new) in enumerate(zip(frozen, before, now, strict=True))
    ]
    told = judge_reader(scored, None, {writer: LEARNT}, GateOptions())
    untold = judge_reader(scored, None, None, GateOptions())
    return {
        "outcome": ", ".join(dict.fromkeys(one.why.value for one in told.objections)),
        "through": told.passed,
        "through_untold": untold.passed,
        "before": sum(before),
        "after": sum(now),
    }


def planted(lines: Sequence[Line], kind: str, rng: np.random.Generator) -> list[Line]:
    """Return lines with a harm: ``labels``, each with the text of another, or ``cut``; the same for any other kind."""
    if kind == "labels":
        shift = int(rng.integers(1, len(lines)))
        others = [*lines[shift:], *lines[:shift]]
        return [replace(line, text=other.text) for line, other in zip(lines, others, strict=True)]
    return [replace(line, pixels=_cut(line.pixels)) for line in lines] if kind == "cut" else list(lines)


def leaning(pixels: Pixels, lean: float) -> Pixels:
    """Return a line whose strokes lean back by so many columns a row; the same for 0."""
    if not lean:
        return pixels
    height, width = pixels.shape
    moved = np.array([[1.0, lean, 0.0], [0.0, 1.0, 0.0]])
    grown = width + int(lean * height)
    paper = int(np.percentile(pixels, 75))
    return np.asarray(cv2.warpAffine(pixels, moved, (grown, height), borderValue=paper), np.uint8)


def _cut(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(pixels[:, : int((1 - CUT) * pixels.shape[1])])


def _show_gains(hands: Mapping[str, Mapping[str, int]], console: Console) -> None:
    for name, told in hands.items():
        rates = [percent(share(told[one], told["letters"])) for one in ("shipped", "adapted", "control")]
        console.print(f"{name}: lỗi chữ {rates[0]}, học nét chữ {rates[1]}, đối chứng {rates[2]}")


def _show_tries(tries: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    for kind, told in tries.items():
        console.print(
            f"{WORDS[kind]}: {told['through']} trong {told['tries']} lần qua cổng, "
            f"trong đó {told['through_worse']} đọc kém đi"
        )
