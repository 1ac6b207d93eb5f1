"""Real pen lines of a folder with ``lines.tsv``: each witness alone and all together, without a lexicon and with one,
and Tesseract ``vie`` on the same lines."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rapidfuzz.distance import Levenshtein

from benchmarks.figures import say, share
from benchmarks.handwriting.real_lines import plain
from pipeline.base.model import Pixels
from pipeline.declarations.schema import load
from pipeline.recognition.decoding import Emission, Prior, decode_line
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.training.dataset import RealLine
from pipeline.training.synthetic_pages.line_drawing import draw_line as drawn_line
from pipeline.training.synthetic_pages.pen_fonts import draw_hand_style
from pipeline.training.synthetic_pages.people import draw_commune, draw_person, geography_of_year

Texts = Sequence[str]

AT_ONCE = 48
"""Lines read at once."""


@dataclass(frozen=True)
class Rate:
    """Character errors of some lines: as they are, and after case and punctuation are dropped on both sides."""

    lines: int
    raw: float | None
    plain: float | None
    exact: float | None

    def as_dict(self) -> dict[str, Any]:
        return {"lines": self.lines, "cer_raw": self.raw, "cer": self.plain, "exact_lines": self.exact}


def rate_of(lines: Sequence[RealLine], texts: Texts) -> Rate:
    """``exact`` counts lines that are equal without case and punctuation, which the labels lack."""
    pairs = [(line.text, text) for line, text in zip(lines, texts, strict=True)]
    folded = [(plain(truth), plain(read)) for truth, read in pairs]
    return Rate(
        len(pairs),
        cer_of(pairs),
        cer_of(folded),
        share(sum(truth == read for truth, read in folded), len(folded)),
    )


def cer_of(pairs: Iterable[tuple[str, str]]) -> float | None:
    pairs = list(pairs)
    edits = sum(Levenshtein.distance(truth, read) for truth, read in pairs)
    return share(edits, sum(len(truth) for truth, _ in pairs))


@dataclass(frozen=True)
class LineReadings:
    """What was read of some lines: text by witness (``+`` joins several) and way of decoding (``free``, ``place``)."""

    lines: Sequence[RealLine]
    texts: Mapping[tuple[str, str], Texts]
    all_witnesses: str

    def rates(self) -> Mapping[tuple[str, str], Rate]:
        return {way: rate_of(self.lines, texts) for way, texts in self.texts.items()}

    def by_writer(self, prior: str) -> Mapping[str, Rate]:
        """The rates of all witnesses together, writer by writer."""
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(self.lines):
            numbers[line.writer].append(number)
        texts = self.texts[self.all_witnesses, prior]
        return {
            writer: rate_of([self.lines[n] for n in own_numbers], [texts[n] for n in own_numbers])
            for writer, own_numbers in sorted(numbers.items())
        }


def line_readings(lines: Sequence[RealLine], reader: HandwritingReader) -> LineReadings:
    """Every line read by each network alone (free), and by all together (free, and with what is known of places): by
    one look at every line, and as they read, with two looks at lines that lean far."""
    seen: list[Sequence[Emission]] = []
    for start in range(0, len(lines), AT_ONCE):
        say(f"dòng thật {start}/{len(lines)}")
        seen += reader.emissions([line.grey() for line in lines[start : start + AT_ONCE]])
    names = [f"{chr(ord('a') + number)}" for number in range(len(reader.networks))]
    ways: dict[tuple[str, str], Callable[[Sequence[Emission]], Sequence[Emission]]] = {
        (name, "free"): (lambda all_of, at=number: all_of[at : at + 1])  # type: ignore[misc]
        for number, name in enumerate(names)
    }
    together = "+".join(names)
    once = f"{together}, nhìn một lần"
    ways[once, "free"] = ways[once, "place"] = lambda all_of: all_of[: len(names)]
    ways[together, "free"] = ways[together, "place"] = lambda all_of: all_of
    priors: Mapping[str, Prior] = {"free": Prior(), "place": reader.prior("place")}
    texts = {}
    for (name, prior), chosen in ways.items():
        say(f"giải mã {name}, {prior}")
        texts[name, prior] = [_text(chosen(all_of), priors[prior]) for all_of in seen]
    return LineReadings(lines, texts, together)


def _text(emissions: Sequence[Emission], prior: Prior) -> str:
    hypotheses = decode_line(emissions, prior).hypotheses if emissions else ()
    return hypotheses[0].text if hypotheses else ""


def chosen_lines(lines: Sequence[RealLine], most: int) -> Sequence[RealLine]:
    """At most so many, evenly spread over the folder and therefore over its writers."""
    if len(lines) <= most:
        return lines
    return [lines[number * len(lines) // most] for number in range(most)]


def tesseract_texts(lines: Sequence[RealLine]) -> Texts:
    """Return the texts of Tesseract ``vie`` with its defaults, set to a line a picture."""
    say(f"Tesseract trên {len(lines)} dòng")
    command = ["tesseract", "{}", "stdout", "-l", "vie", "--psm", "7"]
    return [
        subprocess.run(
            [part.format(line.path) for part in command], check=True, capture_output=True, text=True
        ).stdout.strip()
        for line in lines
    ]


# --- speed: in a process of its own ---------------------------------------------------------------------------------


def speed(pictures: Sequence[Pixels]) -> dict[str, float]:
    """Lines a second with decoding, seconds to load the models, peak memory in MB, in a fresh process of one thread."""
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        for number, picture in enumerate(pictures):
            Image.fromarray(picture).save(Path(folder) / f"{number:04}.png", compress_level=1)
        command = [sys.executable, "-m", "benchmarks.handwriting.line_speed", folder]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    figures: dict[str, float] = json.loads(output.splitlines()[-1])
    return figures


def drawn_lines(pens: Sequence[str], number: int, seed: int) -> Sequence[Pixels]:
    """Return names and places in the hands of these pens, as crops of 300 dpi (255 = paper)."""
    rng = np.random.default_rng(seed)
    land = geography_of_year(load().places.gazetteer, 2010)
    pictures = []
    for place in range(number):
        hand, home = draw_hand_style(rng, pens), draw_commune(rng, land)
        text = home.short if place % 2 else draw_person(rng, home).name
        mask = drawn_line(text, hand, 300.0, rng).mask
        pictures.append(np.asarray(255 - mask, np.uint8))
    return pictures
