"""What the two gates of learning say of readers that learnt from harmful lines, and of readers that learnt well.

Real pen lines, one network, letter by letter without words, few short steps: the gates judge what is read, however it
was learnt. The office's gate (``learning.gate``) is asked of lines of several writers that nothing was learnt from, and
of drawn lines in hands that no training knows; the gate of a book (``training.adaptation_gate``) of lines of two
writers. What the reader that ships makes of a line is read once.

Harmful are lines with the texts of others (``labels``), lines of which the end is cut off (``cut``), lines of which a
third each is right, bears another's text and is cut (``mixed``), and one writer alone (``one-writer``, of whom the gate
is not told). Good are right lines of hands that the networks read badly: each writer's lines lean far back by a degree
of its own. Every try has its own writers, seed and lines.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.figures import say
from benchmarks.learning.hand_trials import DRAWN, Line, adapted, errors_of, leaning, trial_bed
from pipeline.learning.gate import GateOptions, ScoredLine, judge_reader
from pipeline.learning.learning_run import guard_lines
from pipeline.learning.line_scores import drawn_scores
from pipeline.model import PageRef, Pixels
from pipeline.ocr.adapters import adapted_reader
from pipeline.ocr.handwriting import HandwritingReader
from pipeline.training.adaptation import AdaptOptions
from pipeline.training.adaptation_lesson import BookLearning, ConfirmedLine
from pipeline.training.adaptation_of_book import learn_book
from pipeline.training.dataset import comparable

HARMS = {"office": ("labels", "cut", "mixed", "one-writer"), "book": ("labels", "cut", "mixed")}
"""Kinds of harm put before each gate."""

GOOD = "good"

LEANS = (1.3, 1.6)
"""How far good hands lean back, columns a row."""

CUT = 0.45
"""Share of a line that is cut off at its end."""

LEARNT, JUDGED = 8, 11
"""Lines of each of ``WRITERS`` writers that are learnt and judged before the office's gate; the others tell its truth."""

WRITERS = 8

OF_BOOK = 16
"""Lines of each of two writers that a book has."""

GUARDED = 24
"""Drawn lines of other hands that the office's gate reads."""

LINES_A_PAGE = 3


@dataclass
class GateTrials:
    """Puts tries before a gate.

    Attributes:
        reader: The reader that ships, with one network and without words.
        writers: The lines of each writer.
        adapt: How networks are adapted.
        seed: Seed of all tries.
    """

    reader: HandwritingReader
    writers: Mapping[str, Sequence[Line]]
    adapt: AdaptOptions
    seed: int
    _read: dict[int, int] = field(default_factory=dict, repr=False)

    def tries(self, gate: str, many: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what a gate said of so many good tries and as many harmful ones, in turn, with their kind.

        Args:
            gate: ``office`` or ``book``.
            many: How many of each.
        """
        for number in range(many):
            for kind in (GOOD, HARMS[gate][number % len(HARMS[gate])]):
                told = (self._office if gate == "office" else self._book)(kind, number)
                say(f"cổng {gate}, {kind} {number + 1}/{many}: {told}")
                yield kind, told

    def _drawn(self, gate: str, kind: str, number: int) -> np.random.Generator:
        return np.random.default_rng((self.seed, number, kind == GOOD, gate == "office"))

    def _office(self, kind: str, number: int) -> dict[str, Any]:
        rng = self._drawn("office", kind, number)
        chosen = sorted(str(one) for one in rng.choice(sorted(self.writers), WRITERS, replace=False))
        hands = [self._lines(name, kind, rng) for name in chosen]
        if kind == "one-writer":
            learnt = hands[0][: 2 * LEARNT]
            judged = [line for lines in hands for line in lines[2 * LEARNT :]]
            unseen: list[Line] = []
        else:
            learnt = planted([line for lines in hands for line in lines[:LEARNT]], kind, rng)
            judged = [line for lines in hands for line in lines[LEARNT : LEARNT + JUDGED]]
            unseen = [line for lines in hands for line in lines[LEARNT + JUDGED :]]
        after = adapted(self.reader, learnt, replace(self.adapt, seed=int(rng.integers(1, 1 << 30))))
        lines = [
            *_scored(judged, self._before(judged, kind), errors_of(after, judged)),
            *drawn_scores(guard_lines(GUARDED), self.reader, after),
        ]
        verdict = judge_reader(lines, None, None, GateOptions(lines=len(judged)))
        told = {
            "outcome": ", ".join(dict.fromkeys(one.why.value for one in verdict.objections)),
            "through": verdict.passed,
            "letters": sum(line.letters for line in lines if line.form),
            "before": sum(line.before for line in lines if line.form),
            "after": sum(line.after for line in lines if line.form),
        }
        return told | (self._truth(after, unseen) if verdict.passed != (kind != GOOD) and unseen else {})

    def _book(self, kind: str, number: int) -> dict[str, Any]:
        rng = self._drawn("book", kind, number)
        names = [str(one) for one in rng.choice(sorted(self.writers), 2, replace=False)]
        hands = [self._lines(name, kind, rng) for name in names]
        learnt = planted([line for lines in hands for line in lines[:OF_BOOK]], kind, rng)
        unseen = [line for lines in hands for line in lines[OF_BOOK:]]
        options = replace(self.adapt, seed=int(rng.integers(1, 1 << 30)))
        said = learn_book(
            self.reader,
            [
                ConfirmedLine(line.crop, line.text, PageRef("a" * 64, 1 + at // LINES_A_PAGE))
                for at, line in enumerate(learnt)
            ],
            book=1, version=1, made_at="", options=BookLearning(adapt=options, folds=2, drawn=DRAWN),
        )  # fmt: skip
        told: dict[str, Any] = {"outcome": said.outcome, "through": said.adapter is not None}
        if said.figures is not None:
            told |= {
                "letters": said.figures.letters,
                "before": said.figures.errors_before,
                "after": said.figures.errors_after,
            }
        if said.adapter is not None:
            return told | self._truth(adapted_reader(self.reader, said.adapter), unseen)
        return told | (self._truth(adapted(self.reader, learnt, options), unseen) if kind == GOOD else {})

    def _lines(self, writer: str, kind: str, rng: np.random.Generator) -> list[Line]:
        """Return the lines of a writer in an order of the try's own; leaning back where the try is good."""
        some = [self.writers[writer][int(at)] for at in rng.permutation(len(self.writers[writer]))]
        lean = float(rng.uniform(*LEANS))
        return [replace(line, pixels=leaning(line.pixels, lean)) for line in some] if kind == GOOD else some

    def _before(self, lines: Sequence[Line], kind: str) -> list[int]:
        """Return the wrong letters of the reader that ships; a line as it is on paper is read once."""
        if kind == GOOD:
            return errors_of(self.reader, lines)
        new = [line for line in lines if id(line) not in self._read]
        self._read |= {id(line): wrong for line, wrong in zip(new, errors_of(self.reader, new), strict=True)}
        return [self._read[id(line)] for line in lines]

    def _truth(self, after: HandwritingReader, unseen: Sequence[Line]) -> dict[str, int]:
        """Return the wrong letters before and after of lines that no gate saw."""
        return {
            "unseen_before": sum(errors_of(self.reader, unseen)),
            "unseen_after": sum(errors_of(after, unseen)),
        }


def _scored(lines: Sequence[Line], before: Sequence[int], after: Sequence[int]) -> list[ScoredLine]:
    return [
        ScoredLine(
            str(at), str(at), line.writer, line.kind, "birth-2006", len(comparable(line.text)), old, new
        )
        for at, (line, old, new) in enumerate(zip(lines, before, after, strict=True))
    ]


def planted(lines: Sequence[Line], kind: str, rng: np.random.Generator) -> list[Line]:
    """Return lines with a harm, or as they are where the kind plants none.

    Args:
        lines: The lines.
        kind: ``labels``: each with the text of another; ``cut``: each without its end; ``mixed``: a third of each, and
            a third as they are.
        rng: Random stream.
    """
    if kind == "labels":
        shift = int(rng.integers(1, len(lines)))
        others = [*lines[shift:], *lines[:shift]]
        return [replace(line, text=other.text) for line, other in zip(lines, others, strict=True)]
    if kind == "cut":
        return [replace(line, pixels=_cut(line.pixels)) for line in lines]
    if kind == "mixed":
        order = rng.permutation(len(lines))
        found = list(lines)
        for harm, some in zip(("labels", "cut"), np.array_split(order, 3), strict=False):
            for at, line in zip(some, planted([lines[one] for one in some], harm, rng), strict=True):
                found[at] = line
        return found
    return list(lines)


def _cut(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(pixels[:, : int((1 - CUT) * pixels.shape[1])])


def gate_figures(chosen: argparse.Namespace, console: Console) -> dict[str, Any]:
    """Return what a gate said of so many tries, and show it.

    Args:
        chosen: ``lines``, ``gate``, ``tries``, ``minutes``, ``steps``, ``size`` and ``seed``.
        console: Where it is shown.
    """
    reader, writers = trial_bed(chosen.lines)
    trials = GateTrials(
        replace(reader, words=None),
        {name: [replace(line, kind="text") for line in lines] for name, lines in writers.items()},
        AdaptOptions(steps=chosen.steps, size=chosen.size),
        chosen.seed,
    )
    found: list[tuple[str, dict[str, Any]]] = []
    for told in trials.tries(chosen.gate, chosen.tries):
        found.append(told)
        if time.process_time() > 60 * chosen.minutes:
            break
    figures = told_of(found) | {"seconds": round(time.process_time())}
    console.print(
        f"cổng {chosen.gate}: {figures['harmful_through']} trong {figures['harmful']} lần học hại được qua, "
        f"{figures['good_through']} trong {figures['good']} lần học tốt được qua "
        f"({figures['good_kept_out']} lần tốt thật bị giữ lại)"
    )
    return figures


def told_of(kinds: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return what a gate said in all: of each kind how many tries there were and went through, and each of them.

    A good try that is kept out counts as such only where its reader makes at least a twentieth fewer errors on lines
    that the gate did not see; a harmful one that goes through is worse where it makes more.
    """
    found: dict[str, list[Mapping[str, Any]]] = {}
    for kind, told in kinds:
        found.setdefault(kind, []).append(told)
    harmful = [told for kind, told in kinds if kind != GOOD]
    good = [told for kind, told in kinds if kind == GOOD]
    return {
        "harmful": len(harmful),
        "harmful_through": sum(told["through"] for told in harmful),
        "harmful_through_worse": sum(
            told["through"]
            and told.get("unseen_after", told["after"]) > told.get("unseen_before", told["before"])
            for told in harmful
        ),
        "good": len(good),
        "good_through": sum(told["through"] for told in good),
        "good_kept_out": sum(
            not told["through"] and told["unseen_after"] < 0.95 * told["unseen_before"] for told in good
        ),
        "kinds": {
            kind: {"tries": len(some), "through": sum(one["through"] for one in some), "each": some}
            for kind, some in found.items()
        },
    }
