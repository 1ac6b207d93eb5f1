"""What learning a hand gives: real pen lines, one network, its shipped words.

Of each writer some lines are learnt and the others are read by the shipped network, by the adapted one and by a control
that took the same steps on drawn lines alone; then the same lines leaning over backwards, as of a hand unlike those
trained on. ``gate_trials`` puts such readers before the gates.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rapidfuzz.distance import Levenshtein
from rich.console import Console

from benchmarks.figures import percent, say, share
from benchmarks.handwriting.books import schemas_and_engines
from pipeline.base.model import Crop, Pixels
from pipeline.recognition.ocr.adapters import (
    Adapter,
    AdapterCard,
    GateFigures,
    adapted_reader,
    add_differences,
)
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.models import OnnxNetwork
from pipeline.training.adaptation import AdaptOptions, adapt_network
from pipeline.training.adaptation_lesson import drawn_lines, shipped_network
from pipeline.training.adaptation_weights import weight_differences
from pipeline.training.dataset import comparable, dataset_line, real_lines
from pipeline.training.network import NETWORKS

LEARNT = 16
"""Lines of a writer that are learnt."""

LEAN = 0.8
"""How far a hand unlike the hands of the training leans back, columns a row."""

DRAWN = 120


@dataclass(frozen=True)
class Line:
    """A line of real ink: its picture, what stands on it, who wrote it, the kind of its value."""

    pixels: Pixels
    text: str
    writer: str
    kind: str = "place"

    @property
    def crop(self) -> Crop:
        return Crop(self.pixels, 300.0, self.kind)


def trial_bed(lines: Path | None) -> tuple[HandwritingReader, dict[str, list[Line]]]:
    """Return the reader that ships with its first network, and the lines of each writer.

    Args:
        lines: Folder of real pen lines.
    """
    if lines is None:
        raise SystemExit("cần dòng viết tay thật: --lines THƯ_MỤC (thư mục có lines.tsv)")
    engines = schemas_and_engines()[1]
    if not isinstance(engines.hand, HandwritingReader):
        raise SystemExit("chưa cài bộ đọc chữ viết tay")
    reader = replace(engines.hand, networks=engines.hand.networks[:1], figures=None)
    writers: dict[str, list[Line]] = defaultdict(list)
    for line in real_lines(lines):
        writers[line.writer].append(Line(line.grey(), line.text, line.writer))
    return reader, dict(writers)


def hand_figures(chosen: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Return what learning gives of so many hands, and show it.

    Args:
        chosen: ``lines``, ``hands`` and ``steps``.
    """
    reader, writers = trial_bed(chosen.lines)
    gains = _gains(reader, writers, chosen.hands, AdaptOptions(steps=chosen.steps))
    _show_gains(gains, console)
    return gains


def _gains(
    reader: HandwritingReader, writers: Mapping[str, Sequence[Line]], hands: int, adapt: AdaptOptions
) -> dict[str, Any]:
    """Return wrong letters of lines that nothing was learnt from, by writer; and of the same hands leaning back."""
    by_writer: dict[str, Any] = {}
    for name in sorted(writers)[:hands]:
        for lean in (0.0, LEAN):
            lines = [replace(line, pixels=leaning(line.pixels, lean)) for line in writers[name]]
            learnt, asked = lines[:LEARNT], lines[LEARNT:]
            figures = {"letters": sum(len(comparable(line.text)) for line in asked)}
            for kind, after in (
                ("shipped", reader),
                ("adapted", adapted(reader, learnt, adapt)),
                ("control", adapted(reader, [], adapt)),
            ):
                figures[kind] = sum(errors_of(after, asked))
            by_writer[f"{name}-leaning" if lean else name] = figures
            say(f"học nét chữ {name}{' ngả' if lean else ''}: {figures}")
    return by_writer


def adapted(reader: HandwritingReader, lines: Sequence[Line], options: AdaptOptions) -> HandwritingReader:
    """Return the reader after that many steps on some lines; without lines, on drawn lines alone."""
    (network,) = (network for network in reader.networks if isinstance(network, OnnxNetwork))
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
        Levenshtein.distance(comparable(line.text), comparable(text.text))
        for line, text in zip(lines, read, strict=True)
    ]


def leaning(pixels: Pixels, lean: float) -> Pixels:
    """Return a line whose strokes lean back by so many columns a row; the same for 0."""
    if not lean:
        return pixels
    height, width = pixels.shape
    moved = np.array([[1.0, lean, 0.0], [0.0, 1.0, 0.0]])
    grown = width + int(lean * height)
    paper = int(np.percentile(pixels, 75))
    return np.asarray(cv2.warpAffine(pixels, moved, (grown, height), borderValue=paper), np.uint8)


def _show_gains(hands: Mapping[str, Mapping[str, int]], console: Console) -> None:
    for name, hand in hands.items():
        rates = [percent(share(hand[state], hand["letters"])) for state in ("shipped", "adapted", "control")]
        console.print(f"{name}: lỗi chữ {rates[0]}, học nét chữ {rates[1]}, đối chứng {rates[2]}")
