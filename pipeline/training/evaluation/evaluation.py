"""The figures of a book, or of several books together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from pipeline.declarations.schema import RecordSpec
from pipeline.training.evaluation.confidence import CalibrationBin, CurvePoint, GroupFigures, figures_of
from pipeline.training.evaluation.field_scores import FieldOutcome, Score, outcomes_of, score_of
from pipeline.training.evaluation.text_alignment import BookPrediction, align_entries
from pipeline.training.evaluation.truth import BookTruth


@dataclass(frozen=True)
class Evaluation:
    """All fields of the truth with their predictions, and the derived figures.

    Attributes:
        outcomes: The scored fields.
        matched, missing, extra: Entries with a prediction, without one, and predicted without being on paper.
        pages_per_minute: Speed of reading, if measured.
        versions: Versions of everything that read the books.
    """

    outcomes: tuple[FieldOutcome, ...]
    matched: int
    missing: int
    extra: int
    pages_per_minute: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def figures(self) -> GroupFigures:
        return figures_of(self.outcomes)

    @property
    def overall(self) -> Score:
        return self.figures.score

    @property
    def curve(self) -> tuple[CurvePoint, ...]:
        return self.figures.curve

    @property
    def calibration(self) -> tuple[CalibrationBin, ...]:
        return self.figures.calibration

    @property
    def calibration_error(self) -> float | None:
        return self.figures.calibration_error

    @cached_property
    def by_column(self) -> Mapping[str, Score]:
        """The score of each column, in the order of the records."""
        columns = dict.fromkeys(outcome.column for outcome in self.outcomes)
        return {column: score_of(o for o in self.outcomes if o.column == column) for column in columns}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The label of each column; records may label a shared column differently."""
        names_by_column: dict[str, dict[str, None]] = {}
        for outcome in self.outcomes:
            names_by_column.setdefault(outcome.column, {})[
                outcome.spec.label if outcome.spec else outcome.column
            ] = None
        return {column: " / ".join(names) for column, names in names_by_column.items()}

    @cached_property
    def by_kind(self) -> Mapping[str, Score]:
        """The score of each kind; lists of choices count separately (``choice:sex``)."""
        kinds = _grouped(self.outcomes, lambda o: o.kind_or_list)
        return {kind: score_of(outcomes) for kind, outcomes in kinds.items()}

    @cached_property
    def by_kind_and_form(self) -> Mapping[str, Mapping[str, Score]]:
        """The score by kind as in ``by_kind``, then by form; forms without such fields are absent."""
        kinds = _grouped(self.outcomes, lambda o: o.kind_or_list)
        return {
            kind: {form: score_of(of_form) for form, of_form in _grouped(outcomes, lambda o: o.form).items()}
            for kind, outcomes in kinds.items()
        }

    def figures_by(self, group: Callable[[FieldOutcome], str]) -> Mapping[str, GroupFigures]:
        """Return the figures of each group, in the order of names."""
        return {name: figures_of(outcomes) for name, outcomes in _grouped(self.outcomes, group).items()}

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON data, without texts of fields."""
        return {
            "entries": {"matched": self.matched, "missing": self.missing, "extra": self.extra},
            "overall": self.overall.as_dict(),
            "by_column": {column: score.as_dict() for column, score in self.by_column.items()},
            "by_kind": _as_dicts(self.figures_by(lambda o: o.kind_or_list)),
            "by_kind_and_form": {
                kind: {form: score.as_dict() for form, score in forms.items()}
                for kind, forms in self.by_kind_and_form.items()
            },
            "by_writing": _as_dicts(self.figures_by(lambda o: o.predicted.writing.value)),
            "by_form": _as_dicts(self.figures_by(lambda o: o.form)),
            "coverage_error_curve": [asdict(point) for point in self.curve],
            "calibration": {
                "error": self.calibration_error,
                "bins": [asdict(held) for held in self.calibration],
            },
            "pages_per_minute": self.pages_per_minute,
            "versions": dict(self.versions),
        }


def evaluate(
    truth: BookTruth,
    prediction: BookPrediction,
    record: RecordSpec,
    *,
    book: str = "",
    form: str = "",
    pages_per_minute: float | None = None,
    versions: Mapping[str, str] | None = None,
) -> Evaluation:
    """Score a book; columns are in the record's order, fields of missing entries count as unread.

    Args:
        book: Stored in each outcome.
        form: Stored in each outcome.
    """
    alignment = align_entries(truth.entries, prediction.entries, record.key_columns.number)
    return Evaluation(
        outcomes=outcomes_of(alignment, record, book, form),
        matched=len(alignment.pairs),
        missing=len(alignment.missing),
        extra=len(alignment.extra),
        pages_per_minute=pages_per_minute,
        versions=versions or {},
    )


def pooled(evaluations: Sequence[Evaluation], *, pages_per_minute: float | None = None) -> Evaluation:
    """Return the joint evaluation of several books; differing versions are all listed.

    Args:
        evaluations: One a book.
        pages_per_minute: Speed over all books.
    """
    versions: dict[str, dict[str, None]] = {}
    for evaluation in evaluations:
        for name, version in evaluation.versions.items():
            versions.setdefault(name, {})[version] = None
    return Evaluation(
        outcomes=tuple(outcome for evaluation in evaluations for outcome in evaluation.outcomes),
        matched=sum(evaluation.matched for evaluation in evaluations),
        missing=sum(evaluation.missing for evaluation in evaluations),
        extra=sum(evaluation.extra for evaluation in evaluations),
        pages_per_minute=pages_per_minute,
        versions={name: "; ".join(values) for name, values in versions.items()},
    )


def _grouped(
    outcomes: Iterable[FieldOutcome], group: Callable[[FieldOutcome], str]
) -> Mapping[str, Sequence[FieldOutcome]]:
    """Return the outcomes of each group, in the order of names."""
    groups: dict[str, list[FieldOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault(group(outcome), []).append(outcome)
    return {name: groups[name] for name in sorted(groups)}


def _as_dicts(figures: Mapping[str, GroupFigures]) -> dict[str, Any]:
    return {name: group.as_dict() for name, group in figures.items()}
