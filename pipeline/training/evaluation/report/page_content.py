"""The content of the report's page: groups of fields with verdicts and charts, then misreadings with their ink."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, log, log1p

from rapidfuzz.distance import Levenshtein

from pipeline.base.charts import (
    CurveSeries,
    ErrorCurveChart,
    PlotArea,
    ReliabilityChart,
    curve_series,
    error_curve_chart,
    reliability_chart,
)
from pipeline.base.model import FieldStatus, Hypothesis, Pixels, Writing
from pipeline.base.text.numbers import format_confidence, format_count, format_percent, format_small_percent
from pipeline.declarations.schema import Schemas
from pipeline.training.evaluation.confidence import CurvePoint, GroupFigures
from pipeline.training.evaluation.evaluation import Evaluation
from pipeline.training.evaluation.field_scores import SURE, FieldOutcome, Score, exceeds
from pipeline.values.kinds import KINDS

KIND_LABELS: Mapping[str, str] = {
    **{kind.name: kind.label[:1].upper() + kind.label[1:] for kind in KINDS.values()},
    "": "Cột ngoài khai báo",
}
WRITING_LABELS: Mapping[str, str] = {
    Writing.HAND.value: "Chữ viết tay",
    Writing.PRINT.value: "Chữ in, chữ máy",
    Writing.MARK.value: "Dấu đánh trong ô",
    Writing.NONE.value: "Không thấy mực, hoặc chưa đọc được",
}
STATUS_LABELS: Mapping[FieldStatus, str] = {
    FieldStatus.BLANK: "máy coi là để trống",
    FieldStatus.UNREADABLE: "máy chưa đọc được",
    FieldStatus.ILLEGIBLE: "máy coi là mờ, không đọc được",
    FieldStatus.STRUCK_THROUGH: "máy coi là bị gạch",
    FieldStatus.NOT_ON_FORM: "máy coi là mẫu không có",
    FieldStatus.READ: "máy đọc ra không chữ nào",
}


@dataclass(frozen=True, slots=True)
class DiffSpan:
    """A part of a text; ``differs``: the other text lacks it."""

    text: str
    differs: bool


def diff_spans(read: str, truth: str) -> tuple[tuple[DiffSpan, ...], tuple[DiffSpan, ...]]:
    """Return both texts (NFC) as spans of agreement and difference, by the fewest edits."""
    read, truth = unicodedata.normalize("NFC", read), unicodedata.normalize("NFC", truth)
    steps = Levenshtein.opcodes(read, truth)
    ours = [DiffSpan(read[s.src_start : s.src_end], s.tag != "equal") for s in steps]
    theirs = [DiffSpan(truth[s.dest_start : s.dest_end], s.tag != "equal") for s in steps]
    return _joined(ours), _joined(theirs)


def _joined(spans: list[DiffSpan]) -> tuple[DiffSpan, ...]:
    """Join neighbouring spans of the same type and drop empty spans."""
    joined: list[DiffSpan] = []
    for span in spans:
        if joined and joined[-1].differs == span.differs:
            joined[-1] = DiffSpan(joined[-1].text + span.text, span.differs)
        elif span.text:
            joined.append(span)
    return tuple(joined)


@dataclass(frozen=True)
class Misreading:
    """A wrong reading with its ink.

    Attributes:
        place: Place in the books.
        pictures: A picture for each line, RGB; empty if the field has no place on the page.
    """

    outcome: FieldOutcome
    place: str
    pictures: tuple[Pixels, ...] = ()


def worst_misreadings(
    outcomes: Iterable[FieldOutcome], most: int, most_of_a_kind: int
) -> tuple[FieldOutcome, ...]:
    """Return the most important wrong readings: accepted readings first, then by confidence.

    Args:
        most: Largest number in total.
        most_of_a_kind: Largest number of a kind; accepted readings are not limited.
    """
    wrong = sorted(
        (outcome for outcome in outcomes if not outcome.right),
        key=lambda o: (not o.predicted.accepted, -o.predicted.confidence),
    )
    taken: list[FieldOutcome] = []
    of_kind: Counter[str] = Counter()
    for outcome in wrong:
        if len(taken) < most and (outcome.predicted.accepted or of_kind[outcome.kind] < most_of_a_kind):
            of_kind[outcome.kind] += 1
            taken.append(outcome)
    return tuple(taken)


WIDE = PlotArea(760, 420, bottom=46, right=26)
SMALL = PlotArea(324, 236, left=46)
SQUARE = PlotArea(228, 236, left=42)
HYPOTHESES = 4
FEW = 50
LINE_HEIGHT = 84.0


@dataclass(frozen=True)
class ErrorTolerance:
    """The tolerated errors of the office.

    Attributes:
        tolerated: Tolerated error rate of accepted fields.
        tolerated_critical: Tolerated error rate of accepted critical fields.
        thresholds: Confidence threshold of each named group (``None``: no field is accepted).
    """

    tolerated: float
    tolerated_critical: float
    thresholds: tuple[tuple[str, float | None], ...] = ()


@dataclass(frozen=True)
class ToleranceVerdict:
    """Whether a group meets the tolerance; ``style``: a CSS class; ``reason``: a sentence."""

    style: str
    text: str
    reason: str


@dataclass(frozen=True)
class FieldGroup:
    """A named group of fields; ``verdict`` compares it with ``tolerated``. Charts are drawn on demand."""

    name: str
    figures: GroupFigures
    tolerated: float
    critical: bool

    @cached_property
    def verdict(self) -> ToleranceVerdict:
        return verdict_of(self.figures, self.tolerated)

    @cached_property
    def curve(self) -> ErrorCurveChart:
        return error_curve_chart(
            _series([("all", self.name, self.figures)], SMALL), [(self.tolerated, self.critical)], SMALL
        )

    @cached_property
    def reliability(self) -> ReliabilityChart:
        bins = [(held.fields, held.confidence, held.right) for held in self.figures.calibration]
        return reliability_chart(bins, SQUARE)

    @property
    def few(self) -> bool:
        """Whether the group is too small for meaningful charts."""
        return self.figures.score.fields < FEW


@dataclass(frozen=True)
class KindFormMatrix:
    """The accuracy of each kind of value on each form.

    Attributes:
        rows: Name of a kind and its score on each form; ``None`` if the form has no such field.
    """

    forms: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Score | None, ...]], ...]


@dataclass(frozen=True)
class LinePicture:
    """The picture of a line, scaled as all lines of its card.

    Attributes:
        name: File name.
        width: Displayed width in pixels.
        share: Displayed width as a share (0..1) of the card's width.
    """

    name: str
    width: float
    share: float


@dataclass(frozen=True)
class MisreadingCard:
    """A misreading as displayed."""

    label: str
    place: str
    lines: tuple[LinePicture, ...]
    outcome: FieldOutcome
    read: tuple[DiffSpan, ...]
    truth: tuple[DiffSpan, ...]
    state: str
    others: tuple[Hypothesis, ...]


@dataclass(frozen=True)
class EvaluationPage:
    """The data of the page."""

    evaluation: Evaluation
    books: tuple[str, ...]
    standard: ErrorTolerance
    sure: float
    overall: FieldGroup
    curve: ErrorCurveChart
    forms: tuple[FieldGroup, ...]
    writings: tuple[FieldGroup, ...]
    importances: tuple[FieldGroup, ...]
    kinds: tuple[FieldGroup, ...]
    kinds_on_forms: KindFormMatrix
    columns: tuple[FieldGroup, ...]
    cards: tuple[MisreadingCard, ...]
    wrong: int
    needed: int


def content_of(
    evaluation: Evaluation,
    books: tuple[str, ...],
    standard: ErrorTolerance,
    schemas: Schemas,
    misreadings: tuple[tuple[Misreading, tuple[str, ...]], ...],
) -> EvaluationPage:
    """Return the data of the page; ``misreadings`` come with the file names of their pictures."""
    grouped = _Groups(evaluation, standard)
    overall = grouped.group("Tất cả", evaluation.figures)
    titles = {form.id: form.title for form in schemas.forms.values()}
    return EvaluationPage(
        evaluation=evaluation,
        books=books,
        standard=standard,
        sure=SURE,
        overall=overall,
        curve=_main_curve(evaluation, standard),
        forms=grouped.by(lambda o: o.form, titles),
        writings=grouped.by(lambda o: o.predicted.writing.value, WRITING_LABELS),
        importances=grouped.by(lambda o: "Ô quan trọng" if o.critical else "Ô khác", {}),
        kinds=grouped.by(lambda o: o.kind_or_list, kind_names(schemas)),
        kinds_on_forms=_crossed(evaluation, kind_names(schemas), titles),
        columns=grouped.by(lambda o: o.column, evaluation.labels, order=list(evaluation.by_column)),
        cards=tuple(_card(misreading, pictures, titles) for misreading, pictures in misreadings),
        wrong=sum(not outcome.right for outcome in evaluation.outcomes),
        needed=needed(standard.tolerated),
    )


def needed(tolerated: float) -> int:
    """Return the number of accepted fields without errors that proves an error rate."""
    return ceil(log(1 - SURE) / log1p(-tolerated))


def verdict_of(figures: GroupFigures, tolerated: float) -> ToleranceVerdict:
    score = figures.score
    bound = score.accepted_error_bound
    if score.accepted_error is None or bound is None:
        return ToleranceVerdict("none", "chưa nhận ô nào", "Mọi ô đều chờ người xem.")
    if exceeds(score.accepted_wrong, score.accepted, tolerated):
        return ToleranceVerdict("bad", "vượt mức", "Nhiều ô sai hơn mức cho phép có thể giải thích.")
    if score.accepted_error > tolerated:
        return ToleranceVerdict(
            "warn",
            "trên mức, ít ô",
            "Tỉ lệ sai đo được cao hơn mức cho phép, nhưng còn ít ô nên chưa nói chắc được; cần đo thêm.",
        )
    if bound > tolerated:
        return ToleranceVerdict(
            "open",
            "chưa đủ ô",
            f"Đo được trong mức cho phép, nhưng còn ít ô: phải có ít nhất {format_count(needed(tolerated))} ô "
            "tự động chấp nhận mà không ô nào sai mới nói chắc được.",
        )
    return ToleranceVerdict("good", "đạt", "Cả cận trên của tỉ lệ sai cũng nằm trong mức cho phép.")


@dataclass(frozen=True)
class _Groups:
    evaluation: Evaluation
    standard: ErrorTolerance

    def by(
        self, key: Callable[[FieldOutcome], str], names: Mapping[str, str], order: list[str] | None = None
    ) -> tuple[FieldGroup, ...]:
        """Return a group for each key, in the given order, else largest first."""
        figures = self.evaluation.figures_by(key)
        keys = order or sorted(figures, key=lambda name: -figures[name].score.fields)
        return tuple(self.group(names.get(name, name), figures[name]) for name in keys)

    def group(self, name: str, figures: GroupFigures) -> FieldGroup:
        only_critical = figures.critical == figures.score.fields > 0
        tolerated = self.standard.tolerated_critical if only_critical else self.standard.tolerated
        return FieldGroup(name, figures, tolerated, only_critical)


def _main_curve(evaluation: Evaluation, standard: ErrorTolerance) -> ErrorCurveChart:
    writings = evaluation.figures_by(lambda o: o.predicted.writing.value)
    lines = [("all", "Tất cả", evaluation.figures)]
    split = [
        (key, WRITING_LABELS[key], writings[key]) for key in (Writing.PRINT, Writing.HAND) if key in writings
    ]
    if len(split) > 1:
        lines += split
    tolerated = [(standard.tolerated, False), (standard.tolerated_critical, True)]
    return error_curve_chart(_series(lines, WIDE), tolerated, WIDE)


def _series(groups: Iterable[tuple[str, str, GroupFigures]], area: PlotArea) -> list[CurveSeries]:
    """Return the curves of the groups (style, name, figures) that have a curve."""
    return [
        curve_series(
            style,
            name,
            [(point.coverage, point.error, point.error_bound) for point in figures.curve],
            area,
            _accepted(figures.accepted),
        )
        for style, name, figures in groups
        if figures.curve
    ]


def _accepted(point: CurvePoint | None) -> tuple[float, float, float, str] | None:
    if point is None:
        return None
    tooltip = (
        f"Hệ thống tự động chấp nhận {format_percent(point.coverage)} số ô có chữ ({format_count(point.taken)} ô, "
        f"độ tin cậy từ {format_confidence(point.confidence)}): sai {format_count(point.wrong)} ô "
        f"({format_small_percent(point.error)}), chắc không quá {format_small_percent(point.error_bound)}"
    )
    return point.coverage, point.error, point.error_bound, tooltip


def _crossed(evaluation: Evaluation, kinds: Mapping[str, str], titles: Mapping[str, str]) -> KindFormMatrix:
    """Return scores by kind and form, most fields first, as in their own tables."""
    scores, fields = evaluation.by_kind_and_form, Counter(outcome.form for outcome in evaluation.outcomes)
    forms = sorted(sorted(fields), key=lambda form: -fields[form])
    order = sorted(scores, key=lambda kind: -evaluation.by_kind[kind].fields)
    return KindFormMatrix(
        tuple(titles.get(form, form) for form in forms),
        tuple((kinds.get(kind, kind), tuple(scores[kind].get(form) for form in forms)) for kind in order),
    )


def kind_names(schemas: Schemas) -> Mapping[str, str]:
    """Return the office's names of kinds of value and of lists of terms."""
    lists = {f"choice:{vocab.vocab}": vocab.title for vocab in schemas.vocabs.values()}
    return {**KIND_LABELS, **lists}


def _card(misreading: Misreading, pictures: tuple[str, ...], titles: Mapping[str, str]) -> MisreadingCard:
    outcome = misreading.outcome
    predicted = outcome.predicted
    read, truth = diff_spans(predicted.text, outcome.truth)
    state = "" if predicted.status is FieldStatus.READ and predicted.text else STATUS_LABELS[predicted.status]
    title = titles.get(outcome.form, outcome.form)
    return MisreadingCard(
        label=outcome.spec.label if outcome.spec else outcome.column,
        place=f"{title} · {misreading.place}" if title else misreading.place,
        lines=_lines(misreading, pictures),
        outcome=outcome,
        read=read,
        truth=truth,
        state=state,
        others=tuple(h for h in predicted.hypotheses if h.text != predicted.text)[:HYPOTHESES],
    )


def _lines(misreading: Misreading, names: tuple[str, ...]) -> tuple[LinePicture, ...]:
    widths = [picture.shape[1] for picture in misreading.pictures]
    heights = [picture.shape[0] for picture in misreading.pictures]
    scale = LINE_HEIGHT / max(heights, default=1)
    return tuple(
        LinePicture(name, round(width * scale, 1), round(width / max(widths), 4))
        for name, width in zip(names, widths, strict=True)
    )
