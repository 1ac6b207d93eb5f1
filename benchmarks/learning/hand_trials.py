"""What learning a hand gives, the whole way: learnt as at night, put before the gate, read on lines that it never saw.

The hands are a register of a single clerk and the writers of a folder of real lines that the reader reads worst. Of
each so many lines are confirmed; others are read before and after. A writer with too few lines for both has them all
confirmed: then the lines held back by the gate speak. ``gate_trials`` puts planted readers before the gates.
"""

from __future__ import annotations

import argparse
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cv2
import numpy as np
from PIL import Image
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from benchmarks.figures import say
from benchmarks.handwriting.books import schemas_and_engines
from pipeline.base.model import Crop, PageRef, Pixels
from pipeline.recognition.ocr.adapters import adapted_reader
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.training.adaptation_lesson import LEAST_LINES, BookLearning, ConfirmedLine
from pipeline.training.adaptation_of_book import learn_book
from pipeline.training.dataset import comparable, real_lines
from pipeline.training.network import LETTERS

CONFIRMED, UNSEEN = 96, 122
"""Lines of a hand that are confirmed, and lines after them that are read before and after."""

PAGES, SOME_PAGE = 3, PageRef("0" * 64, 1)
"""Pages on which the confirmed lines stand."""


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
    """Return what learning gives the hands that are read worst, and show it.

    Args:
        chosen: ``lines``, ``hands`` (their number), ``registers`` (folder of real register pages, or None) and
            ``seconds`` (processor time of learning a hand).
    """
    reader = schemas_and_engines()[1].hand
    if not isinstance(reader, HandwritingReader):
        raise SystemExit("chưa cài bộ đọc chữ viết tay")
    options = BookLearning(seconds=chosen.seconds)
    figures = {name: _figures_of(name, reader, lines, options) for name, lines in _hands(reader, chosen)}
    _show(figures, console)
    return {"hands": figures, **sums_of(list(figures.values()))}


def _hands(reader: HandwritingReader, chosen: argparse.Namespace) -> Iterator[tuple[str, list[Line]]]:
    """Yield a register of a single clerk, then the worst-read writers of a folder of real lines."""
    if chosen.registers:
        yield "lyon", last_page_unseen(list(lyon_lines(chosen.registers)))
    shares = {}
    writers = trial_bed(chosen.lines)[1]
    for name, lines in writers.items():
        if len(lines) >= LEAST_LINES:
            shares[name] = sum(errors_of(reader, lines)) / _letters(lines)
    for name in sorted(shares, key=lambda name: -shares[name])[: chosen.hands]:
        yield name, writers[name]


def last_page_unseen(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a clerk in the order in which they are taken: none of the last page is confirmed."""
    pages: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        pages[line.writer].append(line)
    *first, last = pages.values()
    each = CONFIRMED // len(first)
    return [*(line for page in first for line in page[:each]), *last, *first[-1][2 * each :]]


def lyon_lines(registers: Path) -> Iterator[Line]:
    """Yield the lines of the pages of one clerk (``benchmarks.imaging.real_pages``) that the reader has letters for.

    Args:
        registers: Folder with ``lyon_birth_index_tables``: pictures and their transcriptions in ALTO.
    """
    letters = set(comparable(LETTERS)) | {" "}
    for path in sorted(registers.glob("lyon_birth_index_tables/*.xml")):
        with Image.open(path.with_suffix(".png")) as picture:
            page = np.asarray(picture.convert("L"))
        for element in ElementTree.parse(path).getroot().iter():
            if element.tag.rpartition("}")[2] != "TextLine":
                continue
            texts = [part.attrib["CONTENT"] for part in element.iter() if "CONTENT" in part.attrib]
            outlines = [part.attrib["POINTS"] for part in element.iter() if "POINTS" in part.attrib]
            text = unicodedata.normalize("NFC", " ".join(texts)).strip()
            if text and outlines and letters.issuperset(comparable(text)):
                yield Line(_within(page, outlines[0]), text, path.stem, "text")


def _within(page: Pixels, outline: str) -> Pixels:
    """Return what is within an outline (``x y x y …``) on paper of one grey."""
    points = np.array(outline.replace(",", " ").split(), np.float64).reshape(-1, 2).astype(np.int32)
    (left, top), (right, bottom) = points.min(axis=0).clip(0), points.max(axis=0)
    line = page[top : bottom + 1, left : right + 1]
    inside = np.zeros(line.shape, np.uint8)
    cv2.fillPoly(inside, [points - [left, top]], 1)
    return np.where(inside, line, np.uint8(np.percentile(line, 80)))


def _figures_of(
    name: str, reader: HandwritingReader, lines: Sequence[Line], options: BookLearning
) -> dict[str, Any]:
    """Return what the gate says of a hand, and what is read on lines that were not confirmed, before and after."""
    learnt, unseen = lines[:CONFIRMED], lines[CONFIRMED : CONFIRMED + UNSEEN]
    pages = [replace(SOME_PAGE, page_no=1 + number * PAGES // len(learnt)) for number in range(len(learnt))]
    confirmed = [ConfirmedLine(line.crop, line.text, page) for line, page in zip(learnt, pages, strict=True)]
    result = learn_book(reader, confirmed, book=1, version=1, made_at="", options=options)
    after = adapted_reader(reader, result.adapter) if result.adapter else reader
    wrong_before, wrong_after = errors_of(reader, unseen), errors_of(after, unseen)
    figures: dict[str, Any] = {
        "outcome": result.outcome,
        "lines": len(learnt),
        "held": result.figures.model_dump() if result.figures else None,
        "unseen_lines": len(unseen),
        "unseen_letters": _letters(unseen),
        "unseen_before": sum(wrong_before),
        "unseen_after": sum(wrong_after),
        "unseen_right_before": wrong_before.count(0),
        "unseen_right_after": wrong_after.count(0),
        "trust": result.adapter.card.trust if result.adapter else None,
        "moved": result.adapter.card.moved if result.adapter else None,
        "seconds": round(result.seconds),
    }
    say(f"học nét chữ {name}: {figures}")
    return figures


def sums_of(hands: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures of the hands that the gate lets through: on lines that were not confirmed, else held back."""
    through = [hand for hand in hands if hand["outcome"] == "better"]
    counted = [
        (hand["unseen_before"], hand["unseen_after"])
        if hand["unseen_lines"]
        else (hand["held"]["errors_before"], hand["held"]["errors_after"])
        for hand in through
    ]
    return {
        "tried": len(hands),
        "through": len(through),
        "through_worse": sum(after > before for before, after in counted),
        "before": sum(before for before, _ in counted),
        "after": sum(after for _, after in counted),
    }


def _letters(lines: Sequence[Line]) -> int:
    return sum(len(comparable(line.text)) for line in lines)


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


def _show(hands: Mapping[str, Mapping[str, Any]], console: Console) -> None:
    table = Table(
        "Nét chữ", "Cửa", "Chữ sai của dòng giữ lại", "Chữ sai của dòng chưa học", "Giây", title="Học nét chữ"
    )
    for name, hand in hands.items():
        held = hand["held"]
        table.add_row(
            name,
            hand["outcome"],
            f"{held['errors_before']} → {held['errors_after']} trong {held['letters']}" if held else "–",
            f"{hand['unseen_before']} → {hand['unseen_after']} trong {hand['unseen_letters']}",
            str(hand["seconds"]),
        )
    console.print(table)
