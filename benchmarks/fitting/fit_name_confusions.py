"""Counts which letters the handwriting networks take for which others (``registry/search/confusions.toml``).

    python -m benchmarks.fitting.fit_name_confusions [--names N] [--lines FOLDER] [--out FILE] [--held-out FILE]

Names of synthetic people are drawn with pens that nothing was trained on and read by each network alone and by all
together, free of any prior; so are real lines of a folder with ``lines.tsv``. Every hypothesis is aligned with the
truth without marks, and what differs is counted with the hypothesis' probability, in blocks of up to two letters on
either side: so a letter that was nearly misread counts too. The calibration pens and every other writer give the
table; the test pens and the other writers give the misreadings that ``make bench-search`` plants.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from benchmarks.figures import report_figures, say
from benchmarks.handwriting.books import CALIBRATION_PENS, TEST_PENS, schemas_and_engines
from pipeline.base.model import Pixels
from pipeline.base.text.tones import unaccented
from pipeline.declarations import schema
from pipeline.recognition.decoding import Prior, decode_line
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.training.dataset import real_lines
from pipeline.training.synthetic_pages.line_drawing import draw_line
from pipeline.training.synthetic_pages.pen_fonts import draw_hand_style
from pipeline.training.synthetic_pages.people import draw_commune, draw_person, geography_of_year

SEED = 68_001
AT_ONCE = 48
LEAST = 0.05
"""What counts for less is left out."""

LONGEST = 2
"""Letters of a block on either side; a longer difference comes from a lost line rather than from its letters."""

TABLE = Path("pipeline/registry/search/confusions.toml")
HELD_OUT = Path("benchmarks/search/misreadings.json")

HEAD = """\
# How often the handwriting networks read some letters (left) as others (right), without marks; an empty side: letters
# that were added or lost. Written by `python -m benchmarks.fitting.fit_name_confusions`; see docs/adr/0068.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=600, help="drawn names of each half")
    parser.add_argument("--lines", type=Path, help="folder with lines.tsv")
    parser.add_argument("--out", type=Path, default=TABLE)
    parser.add_argument("--held-out", type=Path, default=HELD_OUT)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    reader = schemas_and_engines()[1].hand
    if not isinstance(reader, HandwritingReader):
        raise SystemExit("the handwriting networks are not installed")
    halves = []
    for half, pens in enumerate((CALIBRATION_PENS, TEST_PENS)):
        lines = [*_drawn(pens, chosen.names, chosen.seed + half), *_real(chosen.lines, half)]
        counts, letters = counted(read_lines(reader, lines))
        halves.append((counts, letters, len(lines)))
        say(f"{len(lines)} dòng, {letters:.0f} chữ, {sum(counts.values()):.0f} chỗ khác")
    (table, letters, _), (others, other_letters, _) = halves
    chosen.out.write_text(_toml(table, letters), encoding="utf-8")
    model = {"letters": round(other_letters), "counts": {_key(pair): count for pair, count in others.items()}}
    chosen.held_out.parent.mkdir(parents=True, exist_ok=True)
    chosen.held_out.write_text(json.dumps(model, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    report_figures(
        "name-confusions",
        {
            "lines": halves[0][2],
            "letters": letters,
            "differences": sum(table.values()),
            "held_out_lines": halves[1][2],
            "held_out_letters": other_letters,
            "held_out_differences": sum(others.values()),
        },
    )


def _drawn(pens: Sequence[str], number: int, seed: int) -> Iterable[tuple[Pixels, str]]:
    """Return names of synthetic people in the hands of these pens, as crops of 300 dpi (255 = paper)."""
    rng = np.random.default_rng(seed)
    land = geography_of_year(schema.load().places.gazetteer, 2010)
    for _ in range(number):
        hand, name = draw_hand_style(rng, pens), draw_person(rng, draw_commune(rng, land)).name
        yield np.asarray(255 - draw_line(name, hand, 300.0, rng).mask, np.uint8), name


def _real(folder: Path | None, half: int) -> Iterable[tuple[Pixels, str]]:
    """Real lines of every other writer."""
    lines = real_lines(folder) if folder else ()
    writers = sorted({line.writer for line in lines})
    half_of_writers = set(writers[half::2])
    return [(line.grey(), line.text) for line in lines if line.writer in half_of_writers]


def read_lines(
    reader: HandwritingReader, lines: Sequence[tuple[Pixels, str]]
) -> Iterable[tuple[str, str, float]]:
    """Yield truth, hypothesis and its share of each line, by each network alone and by all together."""
    free = Prior()
    networks = len(reader.networks)
    for start in range(0, len(lines), AT_ONCE):
        say(f"dòng {start}/{len(lines)}")
        some = lines[start : start + AT_ONCE]
        for (_, truth), seen in zip(some, reader.emissions([picture for picture, _ in some]), strict=True):
            ways = [seen, *(seen[at : at + 1] for at in range(networks))] if seen else []
            for way in ways:
                for hypothesis in decode_line(way, free).hypotheses:
                    yield truth, hypothesis.text, hypothesis.chance / len(ways)


def counted(readings: Iterable[tuple[str, str, float]]) -> tuple[dict[tuple[str, str], float], float]:
    """Return how often which letters were read as which others, and how many letters there are."""
    weights: defaultdict[tuple[str, str], float] = defaultdict(float)
    letters = 0.0
    for truth, read, share in readings:
        truth, read = (_letters(unaccented(text)) for text in (truth, read))
        letters += len(truth) * share
        for opcode in Levenshtein.opcodes(truth, read):
            left, right = truth[opcode.src_start : opcode.src_end], read[opcode.dest_start : opcode.dest_end]
            if opcode.tag != "equal" and len(left) <= LONGEST and len(right) <= LONGEST:
                weights[left, right] += share
    kept = {pair: round(count, 2) for pair, count in weights.items() if count >= LEAST}
    return dict(sorted(kept.items(), key=lambda pair: (-pair[1], pair[0]))), letters


def _letters(text: str) -> str:
    return " ".join("".join(c if c.isalpha() else " " for c in text).split())


def _key(pair: tuple[str, str]) -> str:
    return f"{pair[0]}>{pair[1]}"


def _toml(counts: Mapping[tuple[str, str], float], letters: float) -> str:
    rows = (f'"{_key(pair)}" = {count}' for pair, count in counts.items())
    return "\n".join((f"{HEAD}letters = {letters:.0f}", "", "[counts]", *rows, ""))


if __name__ == "__main__":
    main()
