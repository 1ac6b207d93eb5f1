"""The tables of ``context-hand``: what was measured beside what is wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import percent
from benchmarks.handwriting.books import HandOutcome
from benchmarks.handwriting.lines import LineReadings, Rate
from benchmarks.handwriting.scores import TOLERATED, WANTED, FieldFigures
from benchmarks.handwriting.targets import Target


@dataclass(frozen=True)
class BenchPart:
    """The results of a part of the measurement."""

    figures: dict[str, Any]
    targets: Sequence[Target] = ()


def show_targets(targets: Sequence[Target], console: Console) -> None:
    table = Table("Phép đo", "Kết quả", "Cần", "Đạt", title="Yêu cầu và kết quả")
    for target in targets:
        sign = "≤" if target.most else "≥"
        wanted = f"{sign} {target.shown(target.wanted)}"
        table.add_row(target.name, target.shown(target.value), wanted, target.told)
    console.print(table)


def show_lines(name: str, readings: LineReadings, console: Console) -> None:
    """Rates by witness, then by writer, the worst writer first."""
    table = Table("Mạng", "Giải mã", *RATES, title=f"Dòng thật: {name}")
    for (witness, prior), rate in readings.rates().items():
        table.add_row(witness, PRIORS[prior], *_rate_cells(rate))
    console.print(table)
    free, place = readings.by_writer("free"), readings.by_writer("place")
    table = Table("Người viết", *RATES, "… có từ điển", title=f"Theo người viết, không từ điển: {name}")
    for writer in sorted(free, key=lambda writer: -(free[writer].plain or 0.0)):
        table.add_row(writer, *_rate_cells(free[writer]), percent(place[writer].plain))
    console.print(table)


RATES = ("Dòng", "Lỗi ký tự (thô)", "Lỗi ký tự (bỏ hoa thường, dấu câu)", "Dòng đúng hẳn")
PRIORS: Mapping[str, str] = {"free": "không từ điển", "place": "địa danh"}


def _rate_cells(rate: Rate) -> tuple[str, ...]:
    return str(rate.lines), percent(rate.raw), percent(rate.plain), percent(rate.exact)


def show_fields(
    title: str,
    first: str,
    groups: Mapping[str, FieldFigures],
    console: Console,
    wants: Mapping[str, float] = WANTED,
) -> None:
    """One row a group; ``wants`` names what share of a group has to be right."""
    table = Table(
        first, "Ô", "Đúng từng ký tự", "Đúng giá trị", "Cần", "Lỗi ký tự", "Nhận thẳng", "Sai trong đó",
        "… nhiều nhất (95 %)", "ECE", "… chỉ do may rủi",
        title=title,
    )  # fmt: skip
    for name, group in groups.items():
        wanted = wants.get(name)
        table.add_row(
            name,
            str(group.fields),
            percent(group.exact),
            percent(group.right),
            ""
            if wanted is None
            else f"{percent(wanted)} {'đạt' if (group.right or 0) >= wanted else 'CHƯA'}",
            percent(group.cer),
            percent(group.accepted_share),
            f"{group.wrong} ({percent(group.error)})",
            percent(group.error_bound),
            *("–" if error is None else f"{error:.3f}" for error in (group.ece, group.ece_by_chance)),
        )
    console.print(table)


def show_left_out(figures: FieldFigures, console: Console) -> None:
    """The fields that some columns of the tables above do not count."""
    console.print(
        f"Ba cột “Đúng từng ký tự”, “Đúng giá trị”, “Lỗi ký tự” ở các bảng trên không tính {figures.struck} ô có giá "
        f"trị bị gạch đứng trước (người phải xem) và {figures.invented} ô để trống mà máy đọc ra chữ, trong số "
        f"{figures.fields} ô; các cột khác tính đủ."
    )


def show_curve(figures: FieldFigures, console: Console) -> None:
    """How much could be accepted at which error, had the threshold been chosen on these very fields."""
    table = Table(
        "Sai cho phép", "Phần ô nhận được", title="Đường cong nhận – sai (ngưỡng chọn trên chính các ô này)"
    )
    for tolerated in TOLERATED:
        table.add_row(percent(tolerated), percent(figures.reach(tolerated)))
    console.print(table)


def show_wrong(fields: Sequence[HandOutcome], console: Console) -> None:
    """Each handwritten field that was not read rightly."""
    for field in fields:
        predicted = field.outcome.predicted
        if field.counts and not field.outcome.right:
            mark = "NHẬN" if predicted.accepted else "    "
            console.print(
                f"  {mark} {field.entry.book} {field.outcome.column}: {field.outcome.truth!r} -> {predicted.text!r} "
                f"{predicted.status.value} {predicted.confidence:.3f}{' gạch' if field.struck else ''}",
                markup=False,
            )
