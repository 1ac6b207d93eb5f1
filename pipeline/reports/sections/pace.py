"""How fast machine and people work, and when the rest will be done."""

from __future__ import annotations

from pipeline.charts import BarChart, BarSegment, ChartBar
from pipeline.reports.basis import ReportData, WorkDay, list_href
from pipeline.reports.content import ReportCell, ReportFigure, ReportSection, ReportTable
from pipeline.reports.forecast import SURE, Forecast, forecast
from pipeline.reports.wording import day, decimal, number, words


def pace(basis: ReportData) -> ReportSection:
    """Pages and entries an hour, day by day."""
    days = basis.days
    machine, people = sum(one.machine_hours for one in days), sum(one.people_hours for one in days)
    pages, words_said = sum(one.pages for one in days), sum(one.words for one in days)
    closed, straight = sum(one.closed for one in days), sum(one.straight for one in days)
    running = f"{number(machine).text} giờ máy chạy"
    working = f"{number(people).text} giờ có người làm"
    figures = (
        ReportFigure(
            "Trang mỗi giờ máy chạy",
            decimal(_rate(pages, machine), 1, basis.during("days")),
            f"{number(pages).text} trang, {running}",
        ),
        ReportFigure(
            "Việc máy nhận thẳng mỗi giờ chạy",
            decimal(_rate(straight, machine), 1, basis.during("days")),
            f"{number(straight).text} việc, {running}",
        ),
        ReportFigure(
            "Việc người làm xong mỗi giờ",
            decimal(_rate(closed, people), 1, basis.during("days")),
            f"{number(closed).text} việc, {working}, mọi người cộng lại",
        ),
        ReportFigure(
            "Ô người gõ mỗi giờ",
            decimal(_rate(words_said, people), 1, basis.during("days")),
            f"{number(words_said).text} ô, {working}, mọi người cộng lại",
        ),
    )
    charts = (
        _by_day("Trang máy đọc mỗi ngày", days, (("Trang", "pages"),), "trang"),
        _by_day(
            "Việc xong mỗi ngày", days, (("Máy nhận thẳng", "straight"), ("Người làm xong", "closed")), "việc"
        ),
    )
    return ReportSection("pace", "Tốc độ", figures, charts, (day_table(basis),))


def day_table(basis: ReportData) -> ReportTable:
    """One row a day on which anything happened, the last one first."""
    columns = (
        ("Ngày", False),
        ("Trang đọc", True),
        ("Giờ máy chạy", True),
        ("Trang mỗi giờ", True),
        ("Việc nhận thẳng", True),
        ("Việc người làm xong", True),
        ("Giờ có người làm", True),
        ("Việc mỗi giờ", True),
        ("Ô đã gõ", True),
    )
    rows = tuple(
        (
            day(one.on),
            number(one.pages),
            number(one.machine_hours),
            decimal(_rate(one.pages, one.machine_hours)),
            number(one.straight),
            number(one.closed),
            number(one.people_hours),
            decimal(_rate(one.closed, one.people_hours)),
            number(one.words),
        )
        for one in reversed(basis.days)
        if not one.is_idle
    )
    return ReportTable("days", "Theo ngày", columns, rows, href=basis.during("days"), shown=14)


def ending(basis: ReportData) -> ReportSection:
    """When the rest will be done."""
    found = expected(basis)
    left = ReportFigure("Việc còn phải làm", number(basis.all_to_do - basis.all_done, list_href("books")))
    if found is None:
        return ReportSection("ending", "Dự kiến xong", (left, end(basis)), note=_why_none(basis))
    due = min((row.due for row in basis.plan.rows if row.due), default=None)
    figures = [
        left,
        ReportFigure(
            "Mỗi ngày xong",
            decimal(found.a_day, 1, basis.during("days")),
            f"trung bình {found.days} ngày qua, kể cả ngày nghỉ",
        ),
        end(basis),
        ReportFigure("Sớm nhất", day(found.early, basis.during("days"))),
        ReportFigure("Muộn nhất", _latest(basis, found)),
    ]
    if due is not None:
        figures.append(ReportFigure("Hạn gần nhất trong kế hoạch", day(due, list_href("books"))))
    return ReportSection(
        "ending",
        "Dự kiến xong",
        tuple(figures),
        note=f"Nếu mọi việc cứ như {found.days} ngày qua thì ngày xong nằm trong khoảng này với xác suất "
        f"{round(100 * SURE)}\u00a0%. Ít ngày làm việc, hay ngày nhiều ngày ít, thì khoảng rộng.",
    )


def expected(basis: ReportData) -> Forecast | None:
    """The forecast over the days that are over, from the first one on which anything was done."""
    done = [one.done for one in basis.days if one.on < basis.today]
    while done and done[0] == 0:
        done.pop(0)
    return forecast(basis.all_to_do - basis.all_done, done, basis.today)


def end(basis: ReportData) -> ReportFigure:
    found = expected(basis)
    if found is None:
        return ReportFigure("Dự kiến xong", words(""), _why_none(basis))
    return ReportFigure(
        "Dự kiến xong",
        day(found.likely, basis.during("days")),
        f"từ {day(found.early).text} đến {_latest(basis, found).text}",
    )


def _latest(basis: ReportData, found: Forecast) -> ReportCell:
    return (
        words("chưa nói được", basis.during("days"))
        if found.late is None
        else day(found.late, basis.during("days"))
    )


def _why_none(basis: ReportData) -> str:
    if basis.all_done >= basis.all_to_do:
        return "Không còn việc nào phải làm."
    return "Chưa đủ ngày làm việc để ước đoán."


def _rate(amount: int, hours: int) -> float | None:
    return amount / hours if hours else None


def _by_day(title: str, days: tuple[WorkDay, ...], sorts: tuple[tuple[str, str], ...], unit: str) -> BarChart:
    bars = tuple(
        ChartBar(
            f"{one.on:%d/%m}",
            tuple(
                BarSegment(
                    at, getattr(one, name), f"{day(one.on).text}: {number(getattr(one, name)).text} {unit}"
                )
                for at, (_, name) in enumerate(sorts)
            ),
        )
        for one in days
    )
    return BarChart(title, sorts, bars, unit, "days", across=False)
