"""Real pen lines glued into drawn forms as places, read through the whole pipeline."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.figures import percent, say, share
from benchmarks.handwriting.books import TEST_PENS, HandBook, HandOutcome, all_read, fields_of
from benchmarks.handwriting.lines import cer_of
from benchmarks.handwriting.real_lines import cutouts_by_writer, plain
from benchmarks.handwriting.tables import BenchPart, show_wrong
from benchmarks.handwriting.targets import pasted_targets
from pipeline.declarations.schema import Schemas
from pipeline.training.dataset import real_lines
from pipeline.training.synthetic_pages import SynthOptions

FORMS_OF_2006 = ("birth-2006", "marriage-2006", "death-2006")


def measure_pasted_lines(
    folder: Path, chosen: argparse.Namespace, schemas: Schemas, console: Console
) -> BenchPart:
    """Each writer's lines in a form of 2006 whose other fields a test pen fills."""
    lines = real_lines(folder)
    say(f"cắt nét mực của {len(lines)} dòng")
    writers = cutouts_by_writer(lines)
    books = [
        HandBook(
            writer,
            FORMS_OF_2006[number % len(FORMS_OF_2006)],
            SynthOptions(
                seed=chosen.seed + 500 + number, entries=chosen.glued, pens=(TEST_PENS[number % len(TEST_PENS)],),
                scanner=chosen.scanner[number % len(chosen.scanner)], cover=False, blank=0.0, struck=0.0,
            ),
            tuple(cutouts),
        )
        for number, (writer, cutouts) in enumerate(sorted(writers.items()))
    ]  # fmt: skip
    texts = {line.text for line in lines}
    fields = [
        field
        for field in fields_of(all_read(books, chosen.jobs), schemas)
        if field.outcome.kind == "place" and any(text in field.outcome.truth for text in texts)
    ]
    rates = rates_of_places(fields)
    console.print(
        f"Dòng thật dán vào mẫu sổ ({folder.name}): {len(fields)} ô địa danh, lỗi ký tự {percent(rates['cer'])} "
        f"(thô {percent(rates['cer_raw'])}), đúng {percent(rates['exact'])}, nhận thẳng {percent(rates['accepted'])}, "
        f"sai trong đó {percent(rates['accepted_error'])}."
    )
    if chosen.wrong:
        show_wrong(fields, console)
    return BenchPart({**rates, "writers": len(writers)}, pasted_targets(folder.name, rates["cer"]))


def rates_of_places(fields: Sequence[HandOutcome]) -> dict[str, float | None]:
    """Character errors and what was accepted of glued lines, as real lines are compared."""
    rows = [
        (field.outcome.truth, field.outcome.predicted.text, field.outcome.predicted.accepted)
        for field in fields
    ]
    folded = [(plain(truth), plain(read)) for truth, read, _ in rows]
    alike = [truth == read for truth, read in folded]
    accepted = [right for right, (_, _, taken) in zip(alike, rows, strict=True) if taken]
    return {
        "fields": len(rows),
        "cer_raw": cer_of([(truth, read) for truth, read, _ in rows]),
        "cer": cer_of(folded),
        "exact": share(sum(alike), len(alike)),
        "accepted": share(len(accepted), len(rows)),
        "accepted_error": share(accepted.count(False), len(accepted)),
    }
