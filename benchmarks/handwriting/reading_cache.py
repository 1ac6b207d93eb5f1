"""What was read before is not read again: answers of the readers of print, and whole entries, kept as JSON in a folder.

Books for calibration are read anew whenever a network changes. The labels, the print and the figures on their pages are
then the same, and cost most of the time.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.handwriting.books import HandBook, ReadEntry
from pipeline.base.files import write_atomically
from pipeline.base.model import (
    Box,
    Crop,
    Evidence,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    LineReading,
    Pixels,
    Severity,
    Word,
    Writing,
)
from pipeline.recognition.decoding import Emission, Prior
from pipeline.recognition.ocr import Engines, OcrEngine, PrintReader
from pipeline.recognition.ocr.handwriting import FigureReader, HandwritingReader
from pipeline.training.evaluation import TrueEntry

SOURCES = (
    "recognition/decoding", "digitize", "layout/imaging", "values/kinds", "layout/locate", "base/model",
    "recognition/ocr", "values/places", "values/predicates", "training/synthetic_pages", "base/text",
)  # fmt: skip
"""Rooms whose code decides how a drawn page is read."""


@dataclass(frozen=True)
class KeptLabels:
    """A reader of print that remembers pages."""

    reader: PrintReader
    folder: Path

    @property
    def fingerprint(self) -> str:
        return self.reader.fingerprint

    def words(self, grey: Pixels, dpi: float) -> tuple[Word, ...]:
        kept = _kept(
            self.folder, (self.fingerprint, f"{dpi:.6g}", grey), lambda: self.reader.words(grey, dpi)
        )
        return tuple(_word(word) for word in kept)


@dataclass(frozen=True)
class KeptLines:
    """A reader of lines that remembers them."""

    reader: OcrEngine
    folder: Path

    @property
    def name(self) -> str:
        return self.reader.name

    @property
    def fingerprint(self) -> str:
        return self.reader.fingerprint

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        return tuple(self._read(crop) for crop in crops)

    def _read(self, crop: Crop) -> LineReading:
        key = (self.fingerprint, f"{crop.dpi:.6g} {crop.kind}", crop.pixels)
        (kept,) = _kept(self.folder, key, lambda: self.reader.read([crop]))
        words = tuple(_word(word) for word in kept["words"])
        return LineReading(kept["text"], kept["confidence"], kept["engine"], words)


@dataclass(frozen=True)
class KeptFigures:
    """A reader of figures that remembers what it saw in lines of handwriting."""

    reader: FigureReader
    folder: Path

    @property
    def name(self) -> str:
        return self.reader.name

    @property
    def fingerprint(self) -> str:
        return self.reader.fingerprint

    def emissions(self, lines: Sequence[Pixels]) -> tuple[Emission, ...]:
        return tuple(
            seen[0]
            for seen in _kept_emissions(
                self.folder,
                self.fingerprint,
                lines,
                lambda new: [(seen,) for seen in self.reader.emissions(new)],
            )
        )


@dataclass(frozen=True)
class KeptHand(HandwritingReader):
    """A reader of handwriting whose networks remember what they saw: decoding again runs none of them.

    Attributes:
        folder: Where the emissions of each line are kept, as half floats.
        ink_alone: Whether no knowledge of a field weighs in its lines.
    """

    folder: Path = Path()
    ink_alone: bool = False

    def emissions(self, lines: Sequence[Pixels]) -> tuple[tuple[Emission, ...], ...]:
        networks = "-".join(network.fingerprint for network in self.networks)
        return tuple(_kept_emissions(self.folder, networks, lines, super().emissions))

    def _prior_of(self, crop: Crop) -> Prior:
        return Prior() if self.ink_alone else super()._prior_of(crop)


def with_kept_ink(engines: Engines, folder: Path, *, ink_alone: bool = False) -> Engines:
    """Return the engines; those for print and handwriting remember what they saw in ``folder``."""
    hand = engines.hand
    assert isinstance(hand, HandwritingReader)
    figures = KeptFigures(hand.figures, folder / "figures") if hand.figures else None
    parts = {part.name: getattr(hand, part.name) for part in fields(hand)}
    kept = KeptHand(**{**parts, "figures": figures}, folder=folder / "hand", ink_alone=ink_alone)
    return replace(with_memory(engines, folder / "print"), hand=kept)


def _kept_emissions(
    folder: Path,
    reader: str,
    lines: Sequence[Pixels],
    see: Callable[[Sequence[Pixels]], Sequence[Sequence[Emission]]],
) -> list[tuple[Emission, ...]]:
    """What a reader saw in each line before, or sees now."""
    paths = [folder / mark[:2] / f"{mark}.npz" for line in lines if (mark := _mark_of(reader, line))]
    new = [number for number, path in enumerate(paths) if not path.exists()]
    for number, seen in zip(new, see([lines[number] for number in new]) if new else (), strict=True):
        packed = io.BytesIO()
        arrays: dict[str, Any] = {
            str(place): emission.log_chances.astype(np.float16) for place, emission in enumerate(seen)
        }
        np.savez_compressed(packed, letters=np.array([emission.letters for emission in seen]), **arrays)
        write_atomically(paths[number], packed.getvalue(), durable=False)
    return [_emissions_at(path) for path in paths]


def _emissions_at(path: Path) -> tuple[Emission, ...]:
    with np.load(path) as kept:
        letters = [str(text) for text in kept["letters"]]
        return tuple(
            Emission(kept[str(place)].astype(np.float32), text) for place, text in enumerate(letters)
        )


def _mark_of(reader: str, line: Pixels) -> str:
    return hashlib.sha256(f"{reader} {line.shape}".encode() + line.tobytes()).hexdigest()


def with_memory(engines: Engines, folder: Path) -> Engines:
    """Return the same engines; the engines for print remember their readings in ``folder``."""
    digits = KeptLines(engines.digits, folder) if engines.digits else None
    return replace(
        engines,
        labels=KeptLabels(engines.labels, folder),
        print=KeptLines(engines.print, folder),
        digits=digits,
    )


def _kept(folder: Path, key: tuple[str, str, Pixels], make: Callable[[], Iterable[Any]]) -> Any:
    """What was answered to that question before, or is answered now, as JSON holds it."""
    reader, question, pixels = key
    mark = _mark_of(f"{reader} {question}", pixels)
    path = folder / mark[:2] / f"{mark}.json"
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    made = [
        {
            name: value for name, value in asdict(read).items() if name != "emissions"
        }  # readers of print have none
        for read in make()
    ]
    write_atomically(path, json.dumps(made, ensure_ascii=False), durable=False)
    return made


def _word(kept: Mapping[str, Any]) -> Word:
    return Word(kept["text"], Box(**kept["box"]), kept["confidence"])


# --- entries --------------------------------------------------------------------------------------------------------


def entries_path(folder: Path, book: HandBook, engines: Engines, code: str) -> Path:
    """Return the file of the entries of a book, read with these engines and this code."""
    options = f"{book.hand} {book.form} {book.options!r} {[cutting.text for cutting in book.cutouts]}"
    options += f" {book.strokes.fingerprint}" if book.strokes else ""
    mark = hashlib.sha256(f"{options} {engines.fingerprint} {code}".encode()).hexdigest()[:16]
    return folder / f"{book.name}-{mark}.json"


def code_mark() -> str:
    """Changes with the code that draws and reads pages, and with the declarations."""
    root = Path(__file__).resolve().parents[2]
    files = [
        path
        for room in SOURCES
        for place in (root / "pipeline" / room, root / "pipeline" / f"{room}.py")
        for path in (sorted(place.rglob("*.py")) if place.is_dir() else [place] if place.exists() else [])
    ]
    files += sorted((root / "schemas").rglob("*.toml"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def keep(path: Path, entries: Sequence[ReadEntry]) -> None:
    write_atomically(path, json.dumps([asdict(entry) for entry in entries], ensure_ascii=False))


def kept_entries(path: Path) -> tuple[ReadEntry, ...]:
    """The entries kept in a file."""
    return tuple(_entry(kept) for kept in json.loads(path.read_text(encoding="utf-8")))


def _entry(kept: dict[str, Any]) -> ReadEntry:
    kept_truth = kept["truth"]
    truth = TrueEntry(
        kept_truth["values"],
        kept_truth["page"],
        kept_truth["row"],
        {},
        tuple(kept_truth["struck"]),
        tuple(kept_truth["by_hand"]),
    )
    return ReadEntry(
        **{
            **kept,
            "place": tuple(kept["place"]),
            "truth": truth,
            "readings": tuple(_reading(reading) for reading in kept["readings"]),
            "findings": tuple(_finding(finding) for finding in kept["findings"]),
        }
    )


def _reading(kept: dict[str, Any]) -> FieldReading:
    return FieldReading(
        **{
            **kept,
            "status": FieldStatus(kept["status"]),
            "writing": Writing(kept["writing"]),
            "box": Box(**kept["box"]) if kept["box"] else None,
            "lines": tuple(Box(**box) for box in kept["lines"]),
            "hypotheses": tuple(Hypothesis(**hypothesis) for hypothesis in kept["hypotheses"]),
            "evidence": Evidence(**kept["evidence"]) if kept["evidence"] else None,
        }
    )


def _finding(kept: dict[str, Any]) -> Finding:
    return Finding(kept["code"], Severity(kept["severity"]), tuple(kept["fields"]), kept["details"])
