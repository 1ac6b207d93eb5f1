"""A calibration, and how it is made of samples: fitted on the entries of one half, its risk bounded on the other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from pipeline.calibration.chance import ChanceModel, chance_model, fold_of
from pipeline.calibration.drift import DriftAlarm, Usual, drift_alarm, usual_of
from pipeline.calibration.grounds import Grounds, Sample
from pipeline.calibration.risk import DELTA, Curve, RiskBound, curve_of, risk_bound


@dataclass(frozen=True, repr=False)
class Calibration:
    """``reader``: fingerprint of the reader whose evidence it speaks of; ``samples``, ``held`` and ``books``: on how
    many it was fitted, on how many others its risk was bounded, of how many books."""

    reader: str
    model: ChanceModel
    critical: Curve
    other: Curve
    usual: Usual
    samples: int
    held: int
    books: int

    def chances_right(self, grounds: Sequence[Grounds]) -> tuple[float, ...]:
        """For each the chance 0..1 that the registry would hold what is on paper."""
        return tuple(float(chance) for chance in self.model.chances(grounds))

    def knows(self, kind: str) -> bool:
        """Whether fields of that kind (``kind_of``) were among those fitted on; nothing is proven of any other."""
        return kind in self.model.by_kind

    def chance_right(self, grounds: Grounds) -> float:
        """The same for one."""
        return self.chances_right([grounds])[0]

    def bound(self, *, critical: bool, tolerated: float, delta: float = DELTA) -> RiskBound:
        """From which chance on fields of that group may be accepted at ``tolerated`` errors (a share)."""
        return risk_bound(self.critical if critical else self.other, tolerated, delta)

    def drift(self, grounds: Sequence[Grounds]) -> DriftAlarm | None:
        """What is unusual about the handwritten fields of one book, if anything is."""
        return drift_alarm(grounds, self.chances_right(grounds), self.usual)

    @property
    def fingerprint(self) -> str:
        """Changes with any number of it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return f"Calibration({self.fingerprint})"


def halves(samples: Sequence[Sample], share: float = 0.5) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """The samples to fit on, about ``share`` of the entries, and those to bound the risk on; no entry is in both."""
    parts = 1000
    fitting = [fold_of(sample.entry, parts, "half ") < share * parts for sample in samples]
    return (
        tuple(sample for sample, mine in zip(samples, fitting, strict=True) if mine),
        tuple(sample for sample, mine in zip(samples, fitting, strict=True) if not mine),
    )


def fitted(
    samples: Sequence[Sample],
    *,
    reader: str = "",
    before: Calibration | None = None,
    share: float = 0.5,
) -> Calibration:
    """The calibration that ``samples`` ask for. ``before``: what they add to, for chances; a bound has to be proven on
    the samples alone. ``share`` of the entries is fitted on, the rest bounds the risk. ``ValueError`` for none."""
    fitting, held = halves(samples, share)
    if not fitting or not held:
        raise ValueError("no samples to fit on, or none to bound the risk on")
    model = chance_model(fitting, before.model if before else None)
    sure = model.chances([sample.grounds for sample in held]).tolist()
    return Calibration(
        reader,
        model,
        _curve(held, sure, model, critical=True),
        _curve(held, sure, model, critical=False),
        _usual(samples, model),
        samples=len(fitting),
        held=len(held),
        books=len({sample.book for sample in samples}),
    )


def _usual(samples: Sequence[Sample], model: ChanceModel) -> Usual:
    """How all samples look, book by book; a kind that the model does not know counts among all."""
    known = model.by_kind
    grounds = [s.grounds if s.grounds.kind in known else replace(s.grounds, kind="") for s in samples]
    return usual_of(grounds, model.chances(grounds).tolist(), [sample.book for sample in samples])


def _curve(held: Sequence[Sample], sure: Sequence[float], model: ChanceModel, *, critical: bool) -> Curve:
    known = model.by_kind
    group = [(s, c) for s, c in zip(held, sure, strict=True) if s.critical is critical]
    eligible = [(s, c) for s, c in group if s.grounds.eligible and s.grounds.kind in known]
    return curve_of(
        [chance for _, chance in eligible],
        [sample.right for sample, _ in eligible],
        len(group),
        [sample.hand or sample.book for sample, _ in eligible],
    )
