"""What waits for people, and since when."""

from __future__ import annotations

from itertools import pairwise

from pipeline.charts import BarChart, BarSegment, ChartBar
from pipeline.registry.tallies import AGES
from pipeline.reports.basis import ReportData, list_href
from pipeline.reports.content import ReportFigure, ReportSection, ReportTable
from pipeline.reports.wording import STAGES, age, number, words

AGE_WORDS = (
    f"dưới {AGES[0]} ngày",
    *(f"{low}–{high} ngày" for low, high in pairwise(AGES)),
    f"trên {AGES[-1]} ngày",
)


def queue(basis: ReportData) -> ReportSection:
    """Open tasks by stage and age."""
    at = basis.tallies.at
    order = list(STAGES)
    waiting = sorted(basis.tallies.waiting, key=lambda one: order.index(one.stage))
    rows = tuple(
        (
            words(STAGES[one.stage], list_href("waiting", stage=one.stage)),
            number(one.tasks),
            *(number(count) for count in one.by_age),
            age(one.oldest_at, at),
        )
        for one in waiting
    )
    total = (
        words("Tất cả"),
        number(sum(one.tasks for one in waiting)),
        *(number(sum(one.by_age[place] for one in waiting)) for place in range(len(AGE_WORDS))),
        age(min((one.oldest_at for one in waiting), default=None), at),
    )
    columns = (("Bước", False), ("Đang chờ", True), *((name, True) for name in AGE_WORDS), ("Lâu nhất", True))
    sorts = tuple((name, f"age-{place}") for place, name in enumerate(AGE_WORDS))
    bars = tuple(
        ChartBar(
            STAGES[one.stage],
            tuple(
                BarSegment(
                    place, count, f"{STAGES[one.stage]}, {AGE_WORDS[place]}: {number(count).text} việc"
                )
                for place, count in enumerate(one.by_age)
            ),
        )
        for one in waiting
    )
    return ReportSection(
        "queue",
        "Việc đang chờ người",
        (waits(basis), oldest(basis)),
        (BarChart("Việc đang chờ, theo bước và thời gian đã chờ", sorts, bars, "việc", "queue"),),
        (ReportTable("queue", "Theo bước", columns, rows, total, href=list_href("waiting")),),
        "Một việc ở đây là một việc hộ tịch, hoặc một trang phải xem cả trang.",
    )


def waits(basis: ReportData) -> ReportFigure:
    waiting = sum(one.tasks for one in basis.tallies.waiting)
    return ReportFigure(
        "Đang chờ người", number(waiting, list_href("waiting")), "kể cả trang phải xem cả trang"
    )


def oldest(basis: ReportData) -> ReportFigure:
    since = min((one.oldest_at for one in basis.tallies.waiting), default=None)
    return ReportFigure("Việc chờ lâu nhất", age(since, basis.tallies.at, list_href("waiting")))
