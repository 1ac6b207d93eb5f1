"""An evaluation as tables for a terminal, in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from pipeline.evaluation.evaluation import Evaluation
from pipeline.evaluation.score import Score

_HEADINGS = (
    "số ô",
    "đúng hẳn",
    "đúng (bỏ qua dấu câu, hoa thường)",
    "lỗi ký tự",
    "trống: chuẩn",
    "trống: đủ",
    "nhận thẳng",
    "sai trong đó",
)


def print_evaluation(evaluation: Evaluation, labels: Mapping[str, str], console: Console) -> None:
    """Print the figures by column (``labels`` name columns for people), by kind, and of the whole book."""
    console.print(
        f"Việc khớp: {evaluation.matched}, thiếu: {evaluation.missing}, thừa: {evaluation.extra}. "
        f"Sai số độ tin cậy (ECE): {_percent(evaluation.calibration_error)}."
    )
    if evaluation.pages_per_minute is not None:
        speed = f"{evaluation.pages_per_minute:.1f}".replace(".", ",")
        console.print(f"Tốc độ: {speed} trang/phút.")
    for name, version in evaluation.versions.items():
        console.print(f"{name}: {version}", markup=False)
    by_column = [(labels.get(column, column), score) for column, score in evaluation.by_column.items()]
    console.print(_table("Theo cột", "cột", [*by_column, ("Tất cả", evaluation.overall)]))
    console.print(_table("Theo kiểu giá trị", "kiểu", evaluation.by_kind.items()))


def _table(title: str, first: str, scores: Iterable[tuple[str, Score]]) -> Table:
    table = Table(title=title)
    table.add_column(first)
    for heading in _HEADINGS:
        table.add_column(heading, justify="right")
    for name, score in scores:
        table.add_row(
            name,
            str(score.fields),
            _percent(score.exact_share),
            _percent(score.alike_share),
            _percent(score.cer),
            _percent(score.blank_precision),
            _percent(score.blank_recall),
            _percent(score.accepted_share),
            _percent(score.accepted_error),
        )
    return table


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %".replace(".", ",")
