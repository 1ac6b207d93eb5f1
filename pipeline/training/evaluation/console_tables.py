"""An evaluation as tables for a terminal, in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table

from pipeline.base.model import Writing
from pipeline.base.text.numbers import format_percent, with_comma
from pipeline.training.evaluation.confidence import GroupFigures
from pipeline.training.evaluation.evaluation import Evaluation
from pipeline.training.evaluation.field_scores import Score

_HEADINGS = (
    "số ô",
    "đúng hẳn",
    "đúng giá trị",
    "đúng (bỏ dấu câu, hoa thường)",
    "lỗi ký tự",
    "trống: chuẩn",
    "trống: đủ",
    "tự động chấp nhận",
    "sai trong đó",
    "cận trên",
    "ECE",
)


_WRITINGS = {
    Writing.HAND: "viết tay",
    Writing.PRINT: "chữ in",
    Writing.MARK: "dấu đánh",
    Writing.NONE: "không thấy, chưa đọc",
}


_VERSIONS = {"models": "mô hình", "rules": "khai báo", "options": "tùy chọn", "form": "mẫu sổ"}


def print_evaluation(evaluation: Evaluation, console: Console, kinds: Mapping[str, str]) -> None:
    """Print the figures by column, form, writing, kind, kind and form, and in total.

    Args:
        kinds: Names of kinds of value for the office.
    """
    console.print(
        f"Sự kiện khớp: {evaluation.matched}, thiếu: {evaluation.missing}, thừa: {evaluation.extra}. "
        f"Sai số độ tin cậy (ECE): {_percent(evaluation.calibration_error)}."
    )
    if evaluation.pages_per_minute is not None:
        speed = with_comma(f"{evaluation.pages_per_minute:.1f}")
        console.print(f"Tốc độ: {speed} trang/phút.")
    for name, version in evaluation.versions.items():
        console.print(f"{_VERSIONS.get(name, name)}: {version}", markup=False)
    by_column = [(evaluation.labels[column], score, None) for column, score in evaluation.by_column.items()]
    overall = ("Tất cả", evaluation.overall, evaluation.calibration_error)
    console.print(_table("Theo cột", "cột", [*by_column, overall]))
    forms = evaluation.figures_by(lambda o: o.form)
    if len(forms) > 1:
        console.print(_table("Theo mẫu sổ", "mẫu", _rows(forms)))
    writings = evaluation.figures_by(lambda o: _WRITINGS[o.predicted.writing])
    console.print(_table("Theo cách viết", "mực trong ô", _rows(writings)))
    by_kind = evaluation.figures_by(lambda o: kinds.get(o.kind_or_list, o.kind_or_list))
    console.print(_table("Theo kiểu giá trị", "kiểu", _rows(by_kind)))
    if len(forms) > 1:
        console.print(_crossed(evaluation.by_kind_and_form, list(forms), kinds))


Row = tuple[str, Score, float | None]


def _rows(groups: Mapping[str, GroupFigures]) -> list[Row]:
    return [(name, figures.score, figures.calibration_error) for name, figures in groups.items()]


def _table(title: str, first: str, rows: Iterable[Row]) -> Table:
    table = Table(title=title)
    table.add_column(first)
    for heading in _HEADINGS:
        table.add_column(heading, justify="right")
    for name, score, calibration_error in rows:
        table.add_row(
            name,
            str(score.fields),
            _percent(score.exact_share),
            _percent(score.right_share),
            _percent(score.alike_share),
            _percent(score.cer),
            _percent(score.blank_precision),
            _percent(score.blank_recall),
            _percent(score.accepted_share),
            _percent(score.accepted_error),
            _percent(score.accepted_error_bound),
            _percent(calibration_error),
        )
    return table


def _crossed(
    scores_by_kind: Mapping[str, Mapping[str, Score]], forms: Sequence[str], kinds: Mapping[str, str]
) -> Table:
    """Return a table with a row for each kind and a column for each form."""
    table = Table(title="Theo kiểu giá trị và mẫu sổ: đúng hẳn / số ô")
    table.add_column("kiểu")
    for form in forms:
        table.add_column(form, justify="right")
    for kind, by_form in scores_by_kind.items():
        scores = (by_form.get(form) for form in forms)
        table.add_row(
            kinds.get(kind, kind),
            *(
                "–" if score is None else f"{_percent(score.exact_share)} / {score.fields}"
                for score in scores
            ),
        )
    return table


def _percent(share: float | None) -> str:
    return format_percent(share, space=" ")
