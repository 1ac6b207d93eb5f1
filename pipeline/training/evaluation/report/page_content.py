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

KIND_LABELS: Mapping[str, str] = {
    "text": "Chữ tự do",
    "name": "Họ tên",
    "date": "Ngày",
    "date_words": "Ngày bằng chữ",
    "time": "Giờ",
    "entry_number": "Số đăng ký",
    "volume": "Quyển số",
    "number": "Con số",
    "id_number": "Số giấy tờ",
    "choice": "Danh mục",
    "place": "Địa danh, địa chỉ",
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
    """Some letters of a text; ``differs``: the other text does not have them here."""

    text: str
    differs: bool


def diff_spans(read: str, truth: str) -> tuple[tuple[DiffSpan, ...], tuple[DiffSpan, ...]]:
    """Return both texts (NFC), cut where they agree and where not, by the fewest edits."""
    read, truth = unicodedata.normalize("NFC", read), unicodedata.normalize("NFC", truth)
    steps = Levenshtein.opcodes(read, truth)
    ours = [DiffSpan(read[s.src_start : s.src_end], s.tag != "equal") for s in steps]
    theirs = [DiffSpan(truth[s.dest_start : s.dest_end], s.tag != "equal") for s in steps]
    return _joined(ours), _joined(theirs)


def _joined(spans: list[DiffSpan]) -> tuple[DiffSpan, ...]:
    """Join neighbours of the same sort and drop empty ones."""
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
        outcome: The field.
        place: Where in the books it is.
        pictures: One a line, RGB; none where the field has no place on the page.
    """

    outcome: FieldOutcome
    place: str
    pictures: tuple[Pixels, ...] = ()


def worst_misreadings(
    outcomes: Iterable[FieldOutcome], most: int, most_of_a_kind: int
) -> tuple[FieldOutcome, ...]:
    """Return the wrong readings that most need to be seen: accepted ones first, then the surest.

    Args:
        outcomes: Scored fields.
        most: How many in all.
        most_of_a_kind: How many of a kind; accepted ones are not limited by it.
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
    """What the office asks for.

    Attributes:
        tolerated: The share of errors tolerated among accepted fields.
        tolerated_critical: The same among critical ones.
        thresholds: From which confidence fields are accepted, named for people (``None``: no field is).
    """

    tolerated: float
    tolerated_critical: float
    thresholds: tuple[tuple[str, float | None], ...] = ()


@dataclass(frozen=True)
class ToleranceVerdict:
    """Whether a group keeps to what is tolerated; ``style`` is a CSS class, ``told`` says why in a sentence."""

    style: str
    text: str
    told: str


@dataclass(frozen=True)
class FieldGroup:
    """Some fields under one name. ``verdict`` measures them by ``tolerated``. Only charts that are shown are drawn."""

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
        """Whether charts of it say little."""
        return self.figures.score.fields < FEW


@dataclass(frozen=True)
class KindFormMatrix:
    """How right each kind of value is on each form.

    Attributes:
        forms: The forms' names.
        rows: A kind's name and its score on each form; ``None`` where the form has no such field.
    """

    forms: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Score | None, ...]], ...]


@dataclass(frozen=True)
class LinePicture:
    """The picture of one line, on a scale that all lines of a card share.

    Attributes:
        name: The name of its file.
        width: Its shown width in pixels.
        share: Its shown width as a share (0..1) of the card's.
    """

    name: str
    width: float
    share: float


@dataclass(frozen=True)
class MisreadingCard:
    """One misreading as it is shown."""

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
    """Everything but the words of the page itself."""

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
    """``misreadings`` come with the names of their pictures' files."""
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
    """How many accepted fields without one error prove a share of errors."""
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
        """One group a key, in the given order of keys, else the largest first."""
        found = self.evaluation.figures_by(key)
        keys = order or sorted(found, key=lambda name: -found[name].score.fields)
        return tuple(self.group(names.get(name, name), found[name]) for name in keys)

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
    """Return the curve of every group (style, name, figures) that has one."""
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
    """Kinds and forms with the most fields first, as in their own tables."""
    found, fields = evaluation.by_kind_and_form, Counter(outcome.form for outcome in evaluation.outcomes)
    forms = sorted(sorted(fields), key=lambda form: -fields[form])
    order = sorted(found, key=lambda kind: -evaluation.by_kind[kind].fields)
    return KindFormMatrix(
        tuple(titles.get(form, form) for form in forms),
        tuple((kinds.get(kind, kind), tuple(found[kind].get(form) for form in forms)) for kind in order),
    )


def kind_names(schemas: Schemas) -> Mapping[str, str]:
    """Return what an office calls each kind of value, and each list of terms."""
    lists = {f"choice:{vocab.vocab}": vocab.title for vocab in schemas.vocabs.values()}
    return {**KIND_LABELS, **lists}


def _card(misreading: Misreading, pictures: tuple[str, ...], titles: Mapping[str, str]) -> MisreadingCard:
    outcome = misreading.outcome
    said = outcome.predicted
    read, truth = diff_spans(said.text, outcome.truth)
    state = "" if said.status is FieldStatus.READ and said.text else STATUS_LABELS[said.status]
    title = titles.get(outcome.form, outcome.form)
    return MisreadingCard(
        label=outcome.spec.label if outcome.spec else outcome.column,
        place=f"{title} · {misreading.place}" if title else misreading.place,
        lines=_lines(misreading, pictures),
        outcome=outcome,
        read=read,
        truth=truth,
        state=state,
        others=tuple(h for h in said.hypotheses if h.text != said.text)[:HYPOTHESES],
    )


def _lines(misreading: Misreading, names: tuple[str, ...]) -> tuple[LinePicture, ...]:
    widths = [picture.shape[1] for picture in misreading.pictures]
    heights = [picture.shape[0] for picture in misreading.pictures]
    scale = LINE_HEIGHT / max(heights, default=1)
    return tuple(
        LinePicture(name, round(width * scale, 1), round(width / max(widths), 4))
        for name, width in zip(names, widths, strict=True)
    )
