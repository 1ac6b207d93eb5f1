"""The gate: harm does not pass, whatever it looks like, and a reader that is better does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.training.office_reader.gate import (
    CalibratedShare,
    GateOptions,
    GateVerdict,
    Refusal,
    ScoredLine,
    judge_reader,
)

KINDS, FORMS = ("name", "place", "date"), ("birth-2006", "death-2006")
QUICK = GateOptions(rounds=400)

Reads = Callable[[np.random.Generator, ScoredLine], int]


def office(reads: Reads, *, seed: int = 1, writers: int = 4, entries: int = 14) -> list[ScoredLine]:
    """Return lines of an office and drawn lines of other hands; ``reads`` gives the errors of the new reader."""
    rng = np.random.default_rng(seed)
    lines = []
    for writer in range(writers):
        for entry in range(entries):
            for number, kind in enumerate(KINDS):
                before = int(rng.binomial(14, 0.06 + 0.02 * writer))
                form = FORMS[writer % len(FORMS)]
                name = f"{writer}/{entry}"
                line = ScoredLine(f"{name}/{number}", name, f"book-{writer}", kind, form, 14, before, before)
                lines.append(_read(line, reads(rng, line)))
    for number in range(60):
        before = int(rng.binomial(14, 0.05))
        line = ScoredLine(f"drawn/{number}", f"drawn/{number}", "drawn", "text", "", 14, before, before)
        lines.append(_read(line, reads(rng, line)))
    return lines


def _read(line: ScoredLine, after: int) -> ScoredLine:
    return ScoredLine(
        line.key, line.entry, line.writer, line.kind, line.form, line.letters, line.before, after
    )


def better(rng: np.random.Generator, line: ScoredLine) -> int:
    return int(rng.binomial(line.before, 0.65)) + int(rng.random() < 0.02 and bool(line.form))


def judged(reads: Reads, **options: int) -> GateVerdict:
    return judge_reader(office(reads, **options), options=QUICK)


def whys(verdict: GateVerdict) -> set[Refusal]:
    return {objection.why for objection in verdict.objections}


def test_a_better_reader_passes_most_of_the_time() -> None:
    passed = [judged(better, seed=seed).passed for seed in range(20)]
    assert sum(passed) >= 15
    verdict = judged(better)
    assert 0.1 < verdict.overall.low < verdict.overall.gain < verdict.overall.high < 0.6


HARM: dict[str, tuple[Reads, Refusal]] = {
    "wrong labels": (lambda rng, line: line.before + int(rng.binomial(4, 0.3)), Refusal.NOT_BETTER),
    "truncated lines": (
        lambda rng, line: line.before + (2 if rng.random() < 0.5 else 0),
        Refusal.NOT_BETTER,
    ),
    "one writer only": (
        lambda rng, line: 0 if line.writer == "book-3" else line.before + int(rng.random() < 0.2),
        Refusal.WORSE_WRITER,
    ),
    "a kind unlearnt": (
        lambda rng, line: line.before + 2 if line.kind == "date" else int(rng.binomial(line.before, 0.2)),
        Refusal.WORSE_KIND,
    ),
    "a form unlearnt": (
        lambda rng, line: (
            line.before + 1 if line.form == "death-2006" else int(rng.binomial(line.before, 0.2))
        ),
        Refusal.WORSE_FORM,
    ),
    "other hands forgotten": (
        lambda rng, line: line.before + 1 if not line.form else int(rng.binomial(line.before, 0.5)),
        Refusal.WORSE_ELSEWHERE,
    ),
    "nothing learnt": (lambda _, line: line.before, Refusal.NOT_BETTER),
}


@pytest.mark.parametrize("harm", HARM)
def test_harm_never_passes_and_is_named(harm: str) -> None:
    reads, why = HARM[harm]
    for seed in range(20):
        verdict = judged(reads, seed=seed)
        assert why in whys(verdict), (harm, seed)


def test_chance_alone_passes_seldom() -> None:
    def other_errors(rng: np.random.Generator, line: ScoredLine) -> int:
        return int(rng.binomial(14, 0.06 + 0.02 * int(line.writer[-1]) if line.form else 0.05))

    assert sum(judged(other_errors, seed=seed).passed for seed in range(40)) <= 2


def test_too_little_to_judge_by_is_refused() -> None:
    assert Refusal.FEW_LINES in whys(judged(better, entries=3))
    assert Refusal.FEW_WRITERS in whys(judged(better, writers=1, entries=80))
    assert {Refusal.FEW_LINES, Refusal.FEW_WRITERS, Refusal.NOT_BETTER} <= whys(judge_reader([]))


def test_what_one_writer_taught_is_no_reader_of_an_office() -> None:
    lines = office(better)
    one = judge_reader(lines, taught={"book-1": 900, "book-2": 30}, options=QUICK)
    assert whys(one) == {Refusal.ONE_WRITER}
    assert judge_reader(lines, taught={"book-1": 600, "book-2": 400}, options=QUICK).passed


def share(accepted: int, wrong: int, *, refuted: bool = False) -> CalibratedShare:
    return CalibratedShare(1000, accepted, wrong, 0.01, 0.0004, refuted)


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (None, Refusal.NOT_CALIBRATED),
        (share(700, 9, refuted=True), Refusal.MORE_WRONG),
        (share(400, 0), Refusal.LESS_ACCEPTED),
    ],
)
def test_a_reader_whose_confidence_cannot_be_believed_is_refused(
    after: CalibratedShare | None, why: Refusal
) -> None:
    lines = office(better)
    shares = {"critical": (share(600, 0), after), "other": (share(600, 0), share(620, 0))}
    verdict = judge_reader(lines, shares, options=QUICK)
    assert [(objection.why, objection.group) for objection in verdict.objections] == [(why, "critical")]
