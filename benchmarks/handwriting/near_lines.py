"""What is gained and lost by knowing where a book is, on real lines of addresses.

    python -m benchmarks.handwriting.near_lines FOLDER [--lines N] [--seed N]

Every line whose label ends with a commune, its district and its province is read three times from one look of the
networks: without knowing where its book is; in a book of that very commune; and in a book of a commune elsewhere. Case
and punctuation do not count, as in the labels. Sure ones are those with a chance of at
least ``SURE``; no calibration is asked.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from benchmarks.figures import report_figures, say
from benchmarks.handwriting.books import schemas_and_engines
from benchmarks.handwriting.lines import AT_ONCE, chosen_lines
from benchmarks.handwriting.real_lines import plain
from pipeline.base.model import NearUnits
from pipeline.base.text.syllables import phonetic_key
from pipeline.recognition.decoding import decode_line
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.training.dataset import RealLine, real_lines
from pipeline.values.places import DayRange, Level, Resolver, Unit
from pipeline.values.places.near_units import near_units

SEED = 61_052
SURE = 0.5
YEAR = 2010
LEVELS = frozenset(
    (
        "xã",
        "x",
        "phường",
        "p",
        "huyện",
        "h",
        "quận",
        "q",
        "tỉnh",
        "t",
        "thị",
        "tt",
        "tx",
        "trấn",
        "thành",
        "phố",
        "tp",
    )
)
WAYS = ("country", "near", "elsewhere")


@dataclass(frozen=True)
class PlacedLine:
    """A line, the units around its own commune, and the units around another commune."""

    line: RealLine
    near: NearUnits
    elsewhere: NearUnits


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="folder with lines.tsv")
    parser.add_argument("--lines", type=int, default=120)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    schemas, engines = schemas_and_engines()
    if not isinstance(engines.hand, HandwritingReader):
        raise SystemExit("chưa cài mô hình đọc chữ viết tay")
    placed = placed_lines(chosen_lines(real_lines(chosen.folder), chosen.lines), schemas.places, chosen.seed)
    say(f"{len(placed)} dòng nêu đúng một xã")
    figures = {"lines": len(placed), **measured(placed, engines.hand)}
    report_figures("near-lines", figures)


def placed_lines(lines: Sequence[RealLine], places: Resolver, seed: int) -> list[PlacedLine]:
    """Return the lines that end with commune, district and province, each with a book there and a book elsewhere."""
    gazetteer, days = places.gazetteer, DayRange.of((YEAR,))
    communes: dict[tuple[str, ...], Unit] = {}
    for unit in gazetteer.units:
        if unit.level is Level.COMMUNE and unit.scheme == "2004":
            names = " ".join(above.name for above in reversed(gazetteer.line_of(unit, days)))
            communes.setdefault(_bare(names), unit)
    known = []
    for line in lines:
        words = _bare(line.text)
        for home in [communes[words[at:]] for at in range(len(words)) if words[at:] in communes][:1]:
            near = near_units(places, home.title, home.code, YEAR)
            if near is not None:
                known.append((line, near))
    others = np.roll(np.random.default_rng(seed).permutation(len(known)), 1)
    return [
        PlacedLine(line, near, known[int(other)][1])
        for (line, near), other in zip(known, others, strict=True)
    ]


def _bare(text: str) -> tuple[str, ...]:
    """Return the words of a text by sound, without the words of levels."""
    return tuple(phonetic_key(word) for word in plain(text).split() if word not in LEVELS)


def measured(placed: Sequence[PlacedLine], reader: HandwritingReader) -> dict[str, dict[str, float]]:
    """Exact lines, character errors and sure lines with the errors among them, by what is known of the book."""
    edits, exact, sure, wrong = (dict.fromkeys(WAYS, 0) for _ in range(4))
    letters = 0
    for start in range(0, len(placed), AT_ONCE):
        some = placed[start : start + AT_ONCE]
        for near_line, emissions in zip(
            some, reader.emissions([near_line.line.grey() for near_line in some]), strict=True
        ):
            truth = plain(near_line.line.text)
            letters += len(truth)
            for way, near in zip(WAYS, (None, near_line.near, near_line.elsewhere), strict=True):
                best = decode_line(emissions, reader.prior("place", near=near)).hypotheses[0]
                read = plain(best.text)
                edits[way] += Levenshtein.distance(truth, read)
                exact[way] += truth == read
                sure[way] += best.chance >= SURE
                wrong[way] += best.chance >= SURE and truth != read
        say(f"dòng {start + len(some)}/{len(placed)}")
    return {
        way: {
            "cer": edits[way] / max(letters, 1),
            "exact": exact[way] / max(len(placed), 1),
            "sure": sure[way],
            "sure_wrong": wrong[way],
        }
        for way in WAYS
    }


if __name__ == "__main__":
    main()
