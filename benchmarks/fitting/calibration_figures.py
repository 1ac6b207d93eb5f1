"""What a calibration is fitted on, and what it is worth for hands that it never saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.figures import percent, share
from benchmarks.handwriting.books import HandBook, HandOutcome, ReadEntry, ReadHandBook, fields_of
from benchmarks.handwriting.real_lines import FOLDED, plain
from pipeline.base.model import FieldStatus
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition.calibration import (
    Calibration,
    RiskBound,
    Sample,
    calibration_features,
    fit_calibration,
)
from pipeline.recognition.calibration.risk import upper_bound


@dataclass(frozen=True)
class Labelled:
    """A sample with the field it comes from."""

    sample: Sample
    field: HandOutcome

    @property
    def hand(self) -> str:
        """The pen font; of glued lines their writer."""
        return self.sample.hand


def labelled_fields(read: Sequence[ReadHandBook], schemas: Schemas) -> list[Labelled]:
    """Every field of which there are grounds, with whether it was read rightly."""
    fields_with_grounds = []
    for book in read:
        record = schemas.record(schemas.form(book.book.form).record)
        features = {
            entry.place: calibration_features(entry.readings, entry.findings, record)
            for entry in book.entries
        }
        for field in fields_of([book], schemas):
            entry, spec = field.entry, field.outcome.spec
            known = features[entry.place].get(spec.name) if spec else None
            if spec and known:
                name = entry_name(book.book, entry)
                if (
                    entry.real and spec.value_kind.is_place
                ):  # glued in: what stands around it is of another hand
                    known = replace(known, neighbour_clarity=known.evidence.optical)
                sample = Sample(
                    known, _right(field, spec, schemas), spec.critical, entry.book, name, _hand(field)
                )
                fields_with_grounds.append(Labelled(sample, field))
    return fields_with_grounds


def entry_name(book: HandBook, entry: ReadEntry) -> str:
    """Return the name of the group that goes to the fit or to the bound, never to both.

    A group is an entry, all pages with the same real lines (each line stands on two), or all pages in a writer's ink.
    """
    if entry.strokes:
        return entry.hand
    if book.cutouts:
        return f"{book.hand}: {' | '.join(cutting.text for cutting in book.cutouts)}"
    return f"{entry.book}/{entry.place[0]}/{entry.place[1]}"


def _hand(field: HandOutcome) -> str:
    entry = field.entry
    glued = entry.real and field.outcome.kind == "place"
    return entry.hand if glued or entry.strokes else entry.pen


def _right(field: HandOutcome, spec: FieldSpec, schemas: Schemas) -> bool:
    outcome = field.outcome
    entry = field.entry
    if outcome.right or not outcome.truth or outcome.predicted.status is not FieldStatus.READ:
        return outcome.right
    if (entry.strokes and outcome.kind in FOLDED) or (entry.real and outcome.kind == "place"):
        return plain(outcome.truth) == plain(outcome.predicted.text)
    if not spec.value_kind.is_listed:
        return False
    term, read = (
        spec.value_kind.parse(text, schemas.vocabulary(spec)).canonical
        for text in (outcome.truth, outcome.predicted.text)
    )
    return term != "" and term == read


@dataclass(frozen=True)
class Stranger:
    """How a calibration that never saw a hand judges its fields.

    Accepted fields, wrong ones among them, and the expected calibration error over all its fields.
    """

    fields: int
    accepted: int
    wrong: int
    ece: float

    def as_dict(self) -> dict[str, Any]:
        return {
            "fields": self.fields,
            "accepted": share(self.accepted, self.fields),
            "accepted_wrong": self.wrong,
            "accepted_error": share(self.wrong, self.accepted),
            "accepted_error_bound": upper_bound(self.accepted, self.wrong, 0.05) if self.accepted else None,
            "ece": self.ece,
        }


def strangers_of(labelled: Sequence[Labelled], part: float) -> Mapping[str, Stranger]:
    """Return the figures of each hand under a calibration fitted on the other hands."""
    strangers = {}
    for hand in sorted({labelled_field.hand for labelled_field in labelled}):
        own = [labelled_field.sample for labelled_field in labelled if labelled_field.hand == hand]
        others = [labelled_field.sample for labelled_field in labelled if labelled_field.hand != hand]
        strangers[hand] = _stranger(own, fit_calibration(others, share=part))
    return strangers


def _stranger(samples: Sequence[Sample], calibration: Calibration) -> Stranger:
    options = RoutingOptions(calibration=calibration)
    least = {critical: options.bound(critical=critical) for critical in (True, False)}
    chances = calibration.chances_right([sample.features for sample in samples])
    accepted = [
        sample.right
        for sample, chance in zip(samples, chances, strict=True)
        if sample.features.eligible
        and calibration.knows(sample.features.kind)
        and _reached(chance, least[sample.critical])
    ]
    return Stranger(len(samples), len(accepted), accepted.count(False), _ece(samples, chances))


def _reached(chance: float, bound: RiskBound | None) -> bool:
    return bound is not None and bound.threshold is not None and chance >= bound.threshold


def _ece(samples: Sequence[Sample], chances: Sequence[float]) -> float:
    bins = np.minimum((np.array(chances) * 10).astype(int), 9)
    right = np.array([sample.right for sample in samples], float)
    gaps = [abs(np.mean(np.array(chances)[bins == held]) - right[bins == held].mean()) * (bins == held).mean()
            for held in np.unique(bins)]  # fmt: skip
    return float(sum(gaps))


def bounds_of(calibration: Calibration) -> dict[str, Any]:
    """The default bounds as the product takes them."""
    options = RoutingOptions(calibration=calibration)
    bounds = {}
    for name, critical in (("critical", True), ("other", False)):
        bound = options.bound(critical=critical)
        assert bound is not None
        bounds[name] = {
            "tolerated": bound.tolerated, "threshold": bound.threshold, "fields": bound.fields,
            "accepted": bound.accepted, "wrong": bound.wrong, "upper": bound.upper, "needed": bound.needed,
        }  # fmt: skip
    return bounds


def show(figures: Mapping[str, Any], strangers: Mapping[str, Stranger], console: Console) -> None:
    table = Table(
        "Nhóm", "Cho phép", "Ngưỡng", "Ô", "Nhận", "Sai", "Sai nhiều nhất", "Cần nhận", title="Giới hạn sai"
    )
    for name in ("critical", "other"):
        bound = figures[name]
        least = "–" if bound["threshold"] is None else f"{bound['threshold']:.4f}"
        counts = (str(bound[key]) for key in ("fields", "accepted", "wrong"))
        table.add_row(
            name, percent(bound["tolerated"]), least, *counts, percent(bound["upper"]), str(bound["needed"])
        )
    console.print(table)
    table = Table(
        "Nét chữ",
        "Ô",
        "Nhận",
        "Sai trong đó",
        "Nhiều nhất (95 %)",
        "ECE",
        title="Hiệu chuẩn không biết nét chữ này",
    )
    for hand, stranger in strangers.items():
        numbers = stranger.as_dict()
        wrong = f"{stranger.wrong} ({percent(numbers['accepted_error'])})"
        bound = percent(numbers["accepted_error_bound"])
        table.add_row(
            hand, str(stranger.fields), percent(numbers["accepted"]), wrong, bound, f"{stranger.ece:.3f}"
        )
    console.print(table)


def show_surest_wrong(labelled: Sequence[Labelled], calibration: Calibration, console: Console) -> None:
    """The hundred surest readings that are wrong."""
    chances = calibration.chances_right([labelled_field.sample.features for labelled_field in labelled])
    wrong = [
        (c, labelled_field)
        for c, labelled_field in zip(chances, labelled, strict=True)
        if not labelled_field.sample.right
    ]
    for chance, labelled_field in sorted(wrong, key=lambda pair: -pair[0])[:100]:
        field, features = labelled_field.field.outcome, labelled_field.sample.features
        doubt = "" if features.eligible else " (nghi)"
        console.print(
            f"  {chance:.5f}{doubt} {labelled_field.hand} {field.book} {field.column}: {field.truth!r} -> "
            f"{field.predicted.text!r}",
            markup=False,
        )
