"""What ``hotich learn`` gives an office: the network goes on learning decided lines of several hands.

Seventeen lines of each writer of a folder of real pen lines stand for what people decided; the network is trained on
them as ``hotich learn`` trains it (``training.office_network``), for so many minutes of the processor. The other lines
are read by both readers as the product does, with words and what a place may be, and put before the office's gate with
drawn lines in hands that no training knows.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.figures import percent, say
from benchmarks.learning.hand_trials import Line, errors_of, trial_bed
from pipeline.recognition.ocr.models import OnnxNetwork, load_network, read_cards
from pipeline.training.dataset import comparable, dataset_line
from pipeline.training.office_network import OFFICE_LOOP, OfficePlan, train_office_network
from pipeline.training.office_reader.gate import GateVerdict, ScoredLine, judge_reader
from pipeline.training.office_reader.learning_run import guard_lines
from pipeline.training.office_reader.line_scores import drawn_scores

LEARNT = 17
"""Lines of each writer that are learnt; the others are for the gate."""

DRAWN, GUARDED = 1000, 60
"""Drawn lines that are learnt between those of the office, and those that the gate reads."""


def office_figures(chosen: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Return what an office's reader gains, by writer, and what the gate says of it; and show it.

    Args:
        chosen: ``lines`` and ``office``.
    """
    reader, writers = trial_bed(chosen.lines)
    (network,) = reader.networks
    assert isinstance(network, OnnxNetwork)
    learnt = [line for some in writers.values() for line in some[:LEARNT]]
    asked = [line for some in writers.values() for line in some[LEARNT:]]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "models" / f"{network.name}-office"
        plan = OfficePlan(
            parent=network.path,
            folder=folder,
            work=Path(temporary) / "work",
            lines=[dataset_line(line.pixels, line.text, False, line.writer) for line in learnt],
            about=f"{len(learnt)} lines of {len(writers)} writers",
            drawn=DRAWN,
            loop=replace(OFFICE_LOOP, minutes=chosen.office, every=chosen.office / 2),
        )
        train_office_network(plan, "bench-learning", say)
        (card,) = read_cards(folder.parent)
        after = replace(reader, networks=(load_network(card, folder.parent),))
        scored = _scored(asked, errors_of(reader, asked), errors_of(after, asked))
        verdict = judge_reader(
            [*scored, *drawn_scores(guard_lines(GUARDED), reader, after)],
            None,
            dict.fromkeys(writers, LEARNT),
        )
    figures = _told(scored, verdict) | {"learnt": len(learnt), "minutes": chosen.office}
    _show(figures, console)
    return figures


def _scored(lines: Sequence[Line], before: Sequence[int], after: Sequence[int]) -> list[ScoredLine]:
    return [
        ScoredLine(
            str(at), str(at), line.writer, line.kind, "birth-2006", len(comparable(line.text)), old, new
        )
        for at, (line, old, new) in enumerate(zip(lines, before, after, strict=True))
    ]


def _told(lines: Sequence[ScoredLine], verdict: GateVerdict) -> dict[str, Any]:
    """Return wrong letters before and after, in all and by writer, and what the gate says."""
    writers: dict[str, dict[str, int]] = defaultdict(lambda: {"letters": 0, "before": 0, "after": 0})
    for line in lines:
        figures = writers[line.writer]
        figures["letters"] += line.letters
        figures["before"] += line.before
        figures["after"] += line.after
    elsewhere = verdict.elsewhere
    return {
        "lines": len(lines),
        "letters": sum(line.letters for line in lines),
        "before": sum(line.before for line in lines),
        "after": sum(line.after for line in lines),
        "gain": verdict.overall.gain,
        "gain_at_least": verdict.overall.low,
        "writers": {name: writers[name] for name in sorted(writers)},
        "writers_worse": sum(writer["after"] > 1.05 * writer["before"] for writer in writers.values()),
        "elsewhere_before": elsewhere.before if elsewhere else None,
        "elsewhere_after": elsewhere.after if elsewhere else None,
        "through": verdict.passed,
        "objections": [
            f"{objection.why.value} {objection.group}".strip() for objection in verdict.objections
        ],
    }


def _show(figures: Mapping[str, Any], console: Console) -> None:
    for name, writer in figures["writers"].items():
        console.print(f"{name}: {writer['before']} → {writer['after']} chữ sai trong {writer['letters']}")
    rates = [percent(figures[moment] / figures["letters"]) for moment in ("before", "after")]
    outcome = "qua cổng" if figures["through"] else f"không qua: {', '.join(figures['objections'])}"
    console.print(
        f"tất cả: {rates[0]} → {rates[1]}; {figures['writers_worse']} người viết kém đi quá 5 %; {outcome}"
    )
