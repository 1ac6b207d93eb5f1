"""The gate of a new reader: may it replace the present reader?

It is a function of the readings of both on the same lines, held out from the new reader's learning. Lines of an entry
are not independent (one hand, one pen, one day), so the bootstrap draws whole entries.

Source:
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Refusal(StrEnum):
    """Reasons to refuse a new reader."""

    FEW_LINES = "few-lines"
    FEW_WRITERS = "few-writers"
    ONE_WRITER = "one-writer"
    NOT_BETTER = "not-better"
    WORSE_KIND = "worse-kind"
    WORSE_FORM = "worse-form"
    WORSE_WRITER = "worse-writer"
    WORSE_ELSEWHERE = "worse-elsewhere"
    NOT_CALIBRATED = "not-calibrated"
    LESS_ACCEPTED = "less-accepted"
    MORE_WRONG = "more-wrong"


@dataclass(frozen=True, slots=True)
class ScoredLine:
    """A line as read by the present and by the new reader.

    Attributes:
        key: Key of the line, unique over all books.
        writer: The assumed writer.
        form: Form of its book; ``""`` for a drawn line of another hand, unrelated to the office.
        letters: Number of letters in the confirmed text.
        before: Letter errors of the present reader.
        after: Letter errors of the new reader.
    """

    key: str
    entry: str
    writer: str
    kind: str
    form: str
    letters: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class GateOptions:
    """The requirements on a new reader.

    Attributes:
        lines: Least number of test lines.
        writers: Least number of writers among them.
        one_writer: Largest share of a single writer in the learnt lines.
        group: Least number of lines of a kind or form for a test of its own.
        doubt: Significance level of "better" and of "worse".
        worse: Largest tolerated growth of the errors of a writer, and on drawn lines of other hands, as a share.
        rounds: Number of bootstrap rounds.
    """

    lines: int = 150
    writers: int = 2
    one_writer: float = 0.8
    group: int = 8
    doubt: float = 0.05
    worse: float = 0.05
    rounds: int = 2000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class ReaderComparison:
    """The comparison of two readers on a group of lines.

    Attributes:
        letters: Number of letters in the confirmed texts.
        before: Letter error rate of the present reader.
        after: Letter error rate of the new reader.
        gain: Reduction of the errors, as a share of the errors before.
        low: Lower bound of the gain at the level ``GateOptions.doubt``.
        high: Upper bound of the gain at the level ``GateOptions.doubt``.
    """

    lines: int
    letters: int
    before: float
    after: float
    gain: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CalibratedShare:
    """The accepted fields of a reader with its calibration, among fields held out from both.

    Attributes:
        accepted: Number of fields accepted without a person.
        wrong: Number of wrong accepted fields.
        upper: Proven upper bound of their error rate.
        tolerated: Tolerated error rate of the office.
        refuted: Whether the errors refute the tolerated rate.
    """

    fields: int
    accepted: int
    wrong: int
    upper: float
    tolerated: float
    refuted: bool


@dataclass(frozen=True, slots=True)
class Objection:
    """A reason to refuse: the reason, the group concerned (a kind, form, writer or group of fields), the figures."""

    why: Refusal
    group: str = ""
    before: float = 0.0
    after: float = 0.0


@dataclass(frozen=True)
class GateVerdict:
    """The verdict of the gate.

    Attributes:
        objections: Reasons to refuse the new reader; empty if it passes.
        overall: Comparison on all decided lines.
        elsewhere: Comparison on drawn lines of other hands; ``None`` without such lines.
        shares: Accepted fields by group: of the present and of the new reader.
    """

    objections: tuple[Objection, ...]
    overall: ReaderComparison
    by_writer: dict[str, ReaderComparison] = field(default_factory=dict)
    by_kind: dict[str, ReaderComparison] = field(default_factory=dict)
    by_form: dict[str, ReaderComparison] = field(default_factory=dict)
    elsewhere: ReaderComparison | None = None
    shares: dict[str, tuple[CalibratedShare | None, CalibratedShare | None]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.objections


CalibratedShares = Mapping[str, tuple[CalibratedShare | None, CalibratedShare | None]]
"""Accepted fields of the present and of the new reader by group of fields; ``None`` without a calibration."""


def judge_reader(
    lines: Sequence[ScoredLine],
    shares: CalibratedShares | None = None,
    taught: Mapping[str, int] | None = None,
    options: GateOptions = GateOptions(),
) -> GateVerdict:
    """Decide whether a new reader may replace the present reader.

    Args:
        lines: Lines held out from the new reader's learning, as read by both.
        shares: Accepted fields of both among fields held out from reader and calibration; ``None``: not tested.
        taught: Number of learnt lines by writer; ``None``: not tested.
    """
    decided = [line for line in lines if line.form]
    drawn = [line for line in lines if not line.form]
    overall = compare(decided, options)
    by_writer = _grouped(decided, lambda line: line.writer, options)
    by_kind = _grouped(decided, lambda line: line.kind, options)
    by_form = _grouped(decided, lambda line: line.form, options)
    elsewhere = compare(drawn, options) if drawn else None
    objections = [
        *_about_size(decided, by_writer, options),
        *_about_teaching(taught, options),
        *([] if overall.low > 0 else [Objection(Refusal.NOT_BETTER, "", overall.before, overall.after)]),
        *_about_groups(Refusal.WORSE_KIND, by_kind, options),
        *_about_groups(Refusal.WORSE_FORM, by_form, options),
        *_about_writers(decided, options),
        *_about_elsewhere(drawn, options),
        *_about_shares(shares),
    ]
    return GateVerdict(tuple(objections), overall, by_writer, by_kind, by_form, elsewhere, dict(shares or {}))


def compare(lines: Sequence[ScoredLine], options: GateOptions = GateOptions()) -> ReaderComparison:
    """Compare both readers on lines."""
    letters = sum(line.letters for line in lines)
    before, after = (sum(line.before for line in lines), sum(line.after for line in lines))
    gains = _drawn_gains(lines, options)
    low, high = np.quantile(gains, (options.doubt, 1 - options.doubt)) if len(gains) else (0.0, 0.0)
    return ReaderComparison(
        lines=len(lines),
        letters=letters,
        before=before / max(1, letters),
        after=after / max(1, letters),
        gain=_gain(before, after),
        low=float(low),
        high=float(high),
    )


def _gain(before: float, after: float) -> float:
    return (before - after) / max(1.0, before)


def _drawn_gains(lines: Sequence[ScoredLine], options: GateOptions) -> NDArray[np.float64]:
    """Return the gain in each bootstrap round, which draws whole entries."""
    entries: dict[str, list[int]] = {}
    for line in lines:
        errors = entries.setdefault(line.entry, [0, 0])
        errors[0] += line.before
        errors[1] += line.after
    if not entries:
        return np.zeros(0)
    counts = np.array(list(entries.values()), np.float64)
    rng = np.random.default_rng(options.seed)
    times = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), options.rounds)
    before, after = (times @ counts).T
    return np.asarray((before - after) / np.maximum(1.0, before), np.float64)


def _grouped(
    lines: Sequence[ScoredLine], group: Callable[[ScoredLine], str], options: GateOptions
) -> dict[str, ReaderComparison]:
    groups: dict[str, list[ScoredLine]] = {}
    for line in lines:
        groups.setdefault(group(line), []).append(line)
    return {name: compare(members, options) for name, members in sorted(groups.items())}


def _about_size(
    lines: Sequence[ScoredLine], by_writer: dict[str, ReaderComparison], options: GateOptions
) -> Iterable[Objection]:
    if len(lines) < options.lines:
        yield Objection(Refusal.FEW_LINES, before=options.lines, after=len(lines))
    if len(by_writer) < options.writers:
        yield Objection(Refusal.FEW_WRITERS, before=options.writers, after=len(by_writer))


def _about_teaching(taught: Mapping[str, int] | None, options: GateOptions) -> Iterable[Objection]:
    if taught is None:
        return
    writer, most = max(taught.items(), key=lambda pair: pair[1], default=("", 0))
    share = most / max(1, sum(taught.values()))
    if share > options.one_writer:
        yield Objection(Refusal.ONE_WRITER, writer, options.one_writer, share)


def _about_groups(
    why: Refusal, groups: dict[str, ReaderComparison], options: GateOptions
) -> Iterable[Objection]:
    for name, comparison in groups.items():
        if comparison.lines >= options.group and comparison.high < 0:
            yield Objection(why, name, comparison.before, comparison.after)


def _about_writers(lines: Sequence[ScoredLine], options: GateOptions) -> Iterable[Objection]:
    writers: dict[str, list[ScoredLine]] = {}
    for line in lines:
        writers.setdefault(line.writer, []).append(line)
    for name, of_writer in sorted(writers.items()):
        if _is_worse(of_writer, options):
            letters = max(1, sum(line.letters for line in of_writer))
            before, after = sum(line.before for line in of_writer), sum(line.after for line in of_writer)
            yield Objection(Refusal.WORSE_WRITER, name, before / letters, after / letters)


def _about_elsewhere(drawn: Sequence[ScoredLine], options: GateOptions) -> Iterable[Objection]:
    if drawn and _is_worse(drawn, options):
        letters = max(1, sum(line.letters for line in drawn))
        before, after = sum(line.before for line in drawn), sum(line.after for line in drawn)
        yield Objection(Refusal.WORSE_ELSEWHERE, "", before / letters, after / letters)


def _is_worse(lines: Sequence[ScoredLine], options: GateOptions) -> bool:
    """Return whether errors grew beyond the tolerance; a single further error is chance."""
    before, after = sum(line.before for line in lines), sum(line.after for line in lines)
    return after - before > max(1.0, options.worse * before)


def _about_shares(shares: CalibratedShares | None) -> Iterable[Objection]:
    for group, (before, after) in (shares or {}).items():
        if after is None:
            yield Objection(Refusal.NOT_CALIBRATED, group)
            continue
        if after.refuted:
            yield Objection(Refusal.MORE_WRONG, group, after.tolerated, after.wrong / max(1, after.accepted))
        elif before is not None and before.accepted and after.accepted < 0.9 * before.accepted:
            yield Objection(Refusal.LESS_ACCEPTED, group, before.accepted, after.accepted)
