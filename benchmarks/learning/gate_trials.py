"""What the two gates of learning say of readers that learnt from harmful lines, and of readers that learnt well.

A gate judges what is read, however it was learnt: so that many tries are affordable, the network sees each line of real
ink once (``last_layer``), and every try trains its last layer alone and reads by the best path. The office's gate
(``office_reader.gate``, with its options as they ship) is asked of lines of ten writers that nothing was learnt from
and of drawn lines in hands that no training knows; the gate of a book (``training.adaptation_gate``) of the lines of
two writers, held back in turn as ``adaptation_of_book`` does.

Harmful are lines with the texts of others (``labels``), lines of which the end is cut off (``cut``), lines of which a
third each is right, bears another's text and is cut (``mixed``), and one writer alone (``one-writer``, of whom the gate
is not told). Good are right lines of hands that the networks read badly: each writer's lines lean far back by a degree
of its own. ``known`` are right lines of hands as they are on paper, which the networks read well already. Every try has
its own writers, seed and lines; lines that no gate saw tell what a reader is worth.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.figures import say
from benchmarks.learning.hand_trials import Line, leaning, trial_bed
from benchmarks.learning.last_layer import LastLayer, SeenLine, Sight
from pipeline.recognition.ocr.models import OnnxNetwork
from pipeline.training.adaptation_gate import HeldLine, choose_share, pass_gate
from pipeline.training.adaptation_lesson import BookLearning, drawn_lines
from pipeline.training.dataset import comparable
from pipeline.training.office_reader.gate import ScoredLine, judge_reader
from pipeline.training.office_reader.learning_run import guard_lines

HARMS = {"office": ("labels", "cut", "mixed", "one-writer"), "book": ("labels", "cut", "mixed")}
"""Kinds of harm put before each gate."""

GOOD, KNOWN = "good", "known"

LEANS = (1.2, 1.5)
"""How far good hands lean back, columns a row."""

CUT = 0.45
"""Share of a line that is cut off at its end."""

HANDS = 12
"""Writers whose lines are used."""

WRITERS, LEARNT, JUDGED = 10, 6, 15
"""Writers of an office, and how many lines of each are learnt and judged; no gate sees the others."""

OF_BOOK = 16
"""Lines of each of two writers that a book has."""

DRAWN, GUARDED = 60, 30
"""Drawn lines that are read between the learnt lines, and drawn lines of hands that no training knows."""

LINES_A_PAGE, FOLDS = 3, 2


@dataclass(frozen=True)
class Bed:
    """All lines as the network sees them.

    Attributes:
        plain: The lines of each writer as they are on paper.
        leaning: The same lines leaning back, by a degree of each writer.
        drawn: Drawn lines of the pens that come with the program.
        guards: Drawn lines in hands that no training knows.
    """

    plain: Mapping[str, Sequence[SeenLine]]
    leaning: Mapping[str, Sequence[SeenLine]]
    drawn: Sequence[SeenLine]
    guards: Sequence[SeenLine]
    shipped: LastLayer

    @classmethod
    def of(cls, sight: Sight, writers: Mapping[str, Sequence[Line]], seed: int) -> Bed:
        """Return the lines of some writers as a network sees them."""
        rng = np.random.default_rng((seed, len(writers)))
        leans = {name: float(rng.uniform(*LEANS)) for name in sorted(writers)}

        def seen(name: str, change: Any) -> list[SeenLine]:
            return [sight.seen(change(line.pixels), line.text, name) for line in writers[name]]

        return cls(
            plain={name: seen(name, lambda pixels: pixels) for name in writers},
            leaning={
                name: seen(name, lambda pixels, by=leans[name]: leaning(pixels, by)) for name in writers
            },
            drawn=[sight.seen_ink(line) for line in drawn_lines(DRAWN)],
            guards=[sight.seen(pixels, text, pen) for pixels, text, pen in guard_lines(GUARDED)],
            shipped=sight.last_layer,
        )


@dataclass(frozen=True)
class GateTrials:
    """Puts tries before a gate. Each stands for itself, so what was tried is kept and another run goes on.

    Attributes:
        make_bed: Returns all lines.
        steps: Steps of each training.
        kept: The file of what was tried.
    """

    make_bed: Callable[[], Bed]
    steps: int
    seed: int
    kept: Path

    @cached_property
    def bed(self) -> Bed:
        return self.make_bed()

    def tries(self, gate: str, many: int, minutes: float) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the verdicts of a gate on trials of each sort, in turn, with their kind.

        Args:
            gate: ``office`` or ``book``.
            many: The number of good trials and of harmful trials; a third as many trials of known hands.
            minutes: The processor time after which no trial begins.
        """
        known = _kept(self.kept)
        for number in range(many):
            harm = HARMS[gate][number % len(HARMS[gate])]
            for sort, kind in enumerate((GOOD, harm, *([KNOWN] if number % 3 == 0 else []))):
                trial = known.get((gate, kind, number))
                if trial is None:
                    if time.process_time() > 60 * minutes:
                        return
                    rng = np.random.default_rng((self.seed, number, sort, gate == "office"))
                    trial = (self._office if gate == "office" else self._book)(kind, rng)
                    self.kept.parent.mkdir(parents=True, exist_ok=True)
                    with self.kept.open("a", encoding="utf-8") as file:
                        file.write(json.dumps([gate, kind, number, trial]) + "\n")
                    say(f"cổng {gate}, {kind} {number + 1}/{many}: {trial}")
                yield kind, trial

    def _office(self, kind: str, rng: np.random.Generator) -> dict[str, Any]:
        chosen = [str(writer) for writer in rng.choice(sorted(self.bed.plain), WRITERS, replace=False)]
        orders = {name: rng.permutation(len(self.bed.plain[name])) for name in chosen}
        parts = [
            {name: order[start:end].tolist() for name, order in orders.items()}
            for start, end in ((0, LEARNT), (LEARNT, LEARNT + JUDGED), (LEARNT + JUDGED, None))
        ]
        if kind == "one-writer":
            parts[0] = {chosen[0]: parts[0][chosen[0]] + parts[2].pop(chosen[0])}
        learnt = self._planted(parts[0], kind, rng)
        judged, unseen = (self._lines(part, kind) for part in parts[1:])
        after = self.bed.shipped.taught(learnt, self.bed.drawn, self.steps, rng)
        lines = [*self._scored(judged, after, "birth-2006"), *self._scored(self.bed.guards, after, "")]
        verdict = judge_reader(lines)
        return {
            "outcome": ", ".join(dict.fromkeys(objection.why.value for objection in verdict.objections)),
            "through": verdict.passed,
            "letters": verdict.overall.letters,
            "before": sum(line.before for line in lines if line.form),
            "after": sum(line.after for line in lines if line.form),
            **self._truth(unseen, after),
        }

    def _book(self, kind: str, rng: np.random.Generator) -> dict[str, Any]:
        chosen = [str(writer) for writer in rng.choice(sorted(self.bed.plain), 2, replace=False)]
        orders = {name: rng.permutation(len(self.bed.plain[name])).tolist() for name in chosen}
        learnt = self._planted({name: order[:OF_BOOK] for name, order in orders.items()}, kind, rng)
        unseen = self._lines({name: order[OF_BOOK:] for name, order in orders.items()}, kind)
        options = BookLearning(folds=FOLDS)
        folds = [at // LINES_A_PAGE % options.folds for at in range(len(learnt))]
        trials = []
        for fold in range(options.folds):
            others = [line for line, its in zip(learnt, folds, strict=True) if its != fold]
            apart = [line for line, its in zip(learnt, folds, strict=True) if its == fold]
            whole = self.bed.shipped.taught(others, self.bed.drawn, self.steps, rng)
            trials.append(
                {share: self._held(apart, self.bed.shipped.moved(whole, share)) for share in options.shares}
            )
        share, held = choose_share(trials)
        gate = pass_gate(held, tolerated=options.tolerated, tolerated_critical=options.tolerated_critical)
        trial: dict[str, Any] = {
            "outcome": gate.verdict,
            "through": gate.verdict == "better",
            "trust": gate.trust,
            "letters": gate.figures.letters,
            "before": gate.figures.errors_before,
            "after": gate.figures.errors_after,
        }
        if kind not in (GOOD, KNOWN) and not trial["through"]:
            return trial
        whole = self.bed.shipped.taught(learnt, self.bed.drawn, self.steps, rng)
        return trial | self._truth(unseen, self.bed.shipped.moved(whole, share))

    def _lines(self, part: Mapping[str, Sequence[int]], kind: str) -> list[SeenLine]:
        source = self.bed.leaning if kind == GOOD else self.bed.plain
        return [source[name][at] for name, some in part.items() for at in some]

    def _planted(
        self, part: Mapping[str, Sequence[int]], kind: str, rng: np.random.Generator
    ) -> list[SeenLine]:
        """Return the lines that a try learns, with its harm."""
        return planted(self._lines(part, kind), kind, rng)

    def _scored(self, lines: Sequence[SeenLine], after: LastLayer, form: str) -> list[ScoredLine]:
        return [
            ScoredLine(
                str(at), str(at), line.writer, "text", form, len(comparable(line.text)),
                self.bed.shipped.errors(line), after.errors(line),
            )
            for at, line in enumerate(lines)
        ]  # fmt: skip

    def _held(self, lines: Sequence[SeenLine], after: LastLayer) -> list[HeldLine]:
        held = []
        for line in lines:
            (old, sure_before), (new, sure_after) = self.bed.shipped.read(line), after.read(line)
            held.append(HeldLine("text", line.text, old, new, sure_before, sure_after))
        return held

    def _truth(self, unseen: Sequence[SeenLine], after: LastLayer) -> dict[str, int]:
        """Return the wrong letters before and after of lines that no gate saw."""
        return {
            "unseen_before": sum(self.bed.shipped.errors(line) for line in unseen),
            "unseen_after": sum(after.errors(line) for line in unseen),
        }


def planted(lines: Sequence[SeenLine], kind: str, rng: np.random.Generator) -> list[SeenLine]:
    """Return lines with a harm, or as they are where the kind plants none.

    Args:
        kind: ``labels``: each with the text of another; ``cut``: each without its end; ``mixed``: a third of each, and
            a third as they are.
    """
    if kind == "labels":
        shift = int(rng.integers(1, len(lines)))
        return [replace(line, text=lines[(at + shift) % len(lines)].text) for at, line in enumerate(lines)]
    if kind == "cut":
        return [_cut(line) for line in lines]
    altered = list(lines)
    if kind == "mixed":
        others, ends, _ = np.array_split(rng.permutation(len(lines)), 3)
        for at, other in zip(others, np.roll(others, 1), strict=True):
            altered[at] = replace(lines[at], text=lines[other].text)
        for at in ends:
            altered[at] = _cut(lines[at])
    return altered


def _cut(line: SeenLine) -> SeenLine:
    return replace(line, steps=line.steps[: int((1 - CUT) * len(line.steps))])


def gate_figures(chosen: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Return the verdicts of both gates on that many trials of each sort, and show them.

    Args:
        chosen: ``lines``, ``tries``, ``minutes``, ``steps``, ``seed`` and ``kept``.
    """
    reader, writers = trial_bed(chosen.lines)
    network = reader.networks[0]
    assert isinstance(network, OnnxNetwork)

    def bed() -> Bed:
        some = {name: writers[name] for name in sorted(writers)[:HANDS]}
        return Bed.of(Sight.of(network), some, chosen.seed)

    name = f"gate-tries-{network.fingerprint}-{chosen.steps}-{chosen.seed}.jsonl"
    trials = GateTrials(bed, chosen.steps, chosen.seed, chosen.kept / name)
    figures: dict[str, Any] = {"steps": chosen.steps}
    for gate in HARMS:
        figures[gate] = sums = told_of(list(trials.tries(gate, chosen.tries, chosen.minutes)))
        console.print(
            f"cổng {gate}: {sums['harmful_through']} trong {sums['harmful']} lần học hại được qua "
            f"({sums['harmful_through_worse']} lần đọc kém đi), {sums['good_through']} trong {sums['good']} lần học "
            f"tốt được qua ({sums['good_kept_out']} lần tốt thật bị giữ lại), nét chữ đã quen "
            f"{sums['known_through']} trong {sums['known']} lần"
        )
    return figures


def _kept(path: Path) -> dict[tuple[str, str, int], dict[str, Any]]:
    """Return what was tried before, by gate, kind and number."""
    if not path.is_file():
        return {}
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {(gate, kind, number): trial for gate, kind, number, trial in rows}


def told_of(kinds: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return the figures of a gate: of each kind how many trials there were and went through, and each of them.

    A rejected trial counts as good only where its reader makes at least a twentieth fewer errors on lines that no gate
    saw; an accepted trial is worse where it makes more.

    Args:
        kinds: Each trial with its kind.
    """
    by_kind: dict[str, list[Mapping[str, Any]]] = {}
    for kind, trial in kinds:
        by_kind.setdefault(kind, []).append(trial)
    sorts = {"good": by_kind.get(GOOD, []), "known": by_kind.get(KNOWN, [])}
    sorts["harmful"] = [trial for kind, trial in kinds if kind not in (GOOD, KNOWN)]
    figures: dict[str, Any] = {}
    for sort, some in sorts.items():
        figures[sort] = len(some)
        figures[f"{sort}_through"] = sum(trial_figures["through"] for trial_figures in some)
        figures[f"{sort}_through_worse"] = sum(
            trial_figures["through"] and trial_figures["unseen_after"] > trial_figures["unseen_before"]
            for trial_figures in some
        )
        figures[f"{sort}_kept_out"] = sum(
            not trial_figures["through"]
            and trial_figures.get("unseen_after", math.inf) < 0.95 * trial_figures.get("unseen_before", 0)
            for trial_figures in some
        )
    figures["tries"] = {kind: list(some) for kind, some in by_kind.items()}
    return figures
