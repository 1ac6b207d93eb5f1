"""The gate before a new reader: may it take the place of the one in use?

It is a function of what both read on the same lines, of which the new one has learnt nothing. Lines of one entry are
not independent of one another (one hand, one pen, one day), so entries are drawn again as a whole.

Source:
    The cluster bootstrap of Field and Welsh, "Bootstrapping clustered data" (J. R. Statist. Soc. B 69, 2007), paired as
    in Koehn, "Statistical significance tests for machine translation evaluation" (EMNLP 2004).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Refusal(StrEnum):
    """Why the gate stays shut."""

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
    """A line as the reader in use and the new one read it.

    Attributes:
        key: Its name, unique over all books.
        entry: Its entry.
        writer: Who wrote it, as far as is known.
        kind: Kind of its value.
        form: Form of its book; ``""`` for a drawn line of another hand, of which no office knows.
        letters: Letters of the confirmed text.
        before: Wrong letters of the reader in use.
        after: Wrong letters of the new reader.
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
    """What is asked of a new reader.

    Attributes:
        lines: The fewest lines of decided values that it is tried on.
        writers: The fewest writers among them.
        one_writer: The largest share of what was taught that may be one writer's.
        group: The fewest lines of a kind or form that are judged by themselves.
        doubt: How often a reader that is no better may pass as better; likewise for "worse".
        worse: The share by which the errors of a writer may grow, and those on drawn lines of other hands.
        rounds: Rounds of the bootstrap.
        seed: Seed of the bootstrap.
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
    """How two readers compare on a group of lines.

    Attributes:
        lines: Lines.
        letters: Letters of the confirmed texts.
        before: Share of wrong letters of the reader in use.
        after: Share of wrong letters of the new reader.
        gain: The fall of errors, as a share of those before.
        low: What the gain is at least, but for ``GateOptions.doubt``.
        high: What the gain is at most, but for ``GateOptions.doubt``.
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
    """What a reader and its calibration accept among fields that neither has learnt from.

    Attributes:
        fields: Fields.
        accepted: How many are accepted without a person.
        wrong: How many of those are wrong.
        upper: What the share of wrong ones is at most, as proven on these fields.
        tolerated: The share that the office tolerates.
        refuted: Whether more was wrong than that lets one expect.
    """

    fields: int
    accepted: int
    wrong: int
    upper: float
    tolerated: float
    refuted: bool


@dataclass(frozen=True, slots=True)
class Objection:
    """One reason to refuse: why, of which group (a kind, a form, a writer, a group of fields), with which figures."""

    why: Refusal
    group: str = ""
    before: float = 0.0
    after: float = 0.0


@dataclass(frozen=True)
class GateVerdict:
    """What the gate says.

    Attributes:
        objections: Why the new reader is refused; none where it passes.
        overall: On all decided lines.
        by_writer: On the lines of each writer.
        by_kind: On the lines of each kind.
        by_form: On the lines of each form.
        elsewhere: On drawn lines of other hands, None without any.
        shares: What is accepted, by group of fields: of the reader in use and of the new one.
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
"""By group of fields what the reader in use accepts, and what the new one does; None where nothing is calibrated."""


def judge_reader(
    lines: Sequence[ScoredLine],
    shares: CalibratedShares | None = None,
    taught: Mapping[str, int] | None = None,
    options: GateOptions = GateOptions(),
) -> GateVerdict:
    """Return whether a new reader may take the place of the one in use.

    Args:
        lines: Lines that the new reader has not learnt from, as both read them.
        shares: What both accept of fields that neither reader nor calibration has learnt from; None where nothing is
            said of it.
        taught: How many lines of each writer the new reader has learnt from; None where nothing is said of it.
        options: What is asked.
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
    """Return how both readers compare on some lines."""
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
    """Return the gain in each round of the bootstrap, which draws entries with all their lines."""
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
    found: dict[str, list[ScoredLine]] = {}
    for line in lines:
        found.setdefault(group(line), []).append(line)
    return {name: compare(some, options) for name, some in sorted(found.items())}


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
    for name, one in groups.items():
        if one.lines >= options.group and one.high < 0:
            yield Objection(why, name, one.before, one.after)


def _about_writers(lines: Sequence[ScoredLine], options: GateOptions) -> Iterable[Objection]:
    writers: dict[str, list[ScoredLine]] = {}
    for line in lines:
        writers.setdefault(line.writer, []).append(line)
    for name, some in sorted(writers.items()):
        if _is_worse(some, options):
            letters = max(1, sum(line.letters for line in some))
            before, after = sum(line.before for line in some), sum(line.after for line in some)
            yield Objection(Refusal.WORSE_WRITER, name, before / letters, after / letters)


def _about_elsewhere(drawn: Sequence[ScoredLine], options: GateOptions) -> Iterable[Objection]:
    if drawn and _is_worse(drawn, options):
        letters = max(1, sum(line.letters for line in drawn))
        before, after = sum(line.before for line in drawn), sum(line.after for line in drawn)
        yield Objection(Refusal.WORSE_ELSEWHERE, "", before / letters, after / letters)


def _is_worse(lines: Sequence[ScoredLine], options: GateOptions) -> bool:
    """Return whether errors grew by more than is let pass; one letter more is chance."""
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
