"""The figures of a report, over counts that one can add up by hand."""

from __future__ import annotations

from dataclasses import replace

from pipeline.base.charts import BarChart
from pipeline.registry.statistics.model import Statistics
from pipeline.reports import ManagementReport, ReportSection, ReportTable, WorkPlan
from pipeline.reports.data import ReportData, StoreCheck
from tests.registry.pages import SCHEMAS
from tests.reports.counts import BOOKS, PLAN, TALLIES, made


def section(report: ManagementReport, key: str) -> ReportSection:
    return next(one for one in report.sections if one.key == key)


def figures(report: ManagementReport, key: str) -> dict[str, str]:
    return {one.label: one.cell.text for one in section(report, key).figures}


def table(report: ManagementReport, key: str) -> ReportTable:
    return next(one for part in report.sections for one in part.tables if one.key == key)


def texts(rows: ReportTable) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows.rows]


def test_the_target_is_the_plan_and_beyond_it_the_closing_notes_or_the_entries_found() -> None:
    report = made()
    assert figures(report, "progress") == {
        "Sự kiện đã xong": "208",
        "Sự kiện còn phải làm": "1.402",
        "Hệ thống tự động chấp nhận": "72,6\u00a0%",
    }
    assert [row[:9] for row in texts(table(report, "places"))] == [
        ["Xã Thử Một (00001)", "1", "1.000", "188", "120", "28", "40", "148", "14,8\u00a0%"],
        ["Xã Thử Hai (00002)", "2", "110", "60", "60", "0", "0", "60", "54,5\u00a0%"],
        ["00003", "0", "500", "0", "0", "0", "0", "0", "0,0\u00a0%"],
    ]
    assert [cell.value for cell in table(report, "places").total][1:4] == [3, 1610, 248]


def test_a_year_that_the_plan_names_only_with_others_has_no_target() -> None:
    years = texts(table(made(), "years"))
    assert [row[:3] for row in years] == [["2010", "1", "–"], ["2012", "2", "–"]]
    assert [row[:3] for row in texts(table(made(plan=WorkPlan()), "years"))] == [
        ["2010", "1", "200"],
        ["2012", "2", "110"],
    ]


def test_a_store_that_was_never_looked_through_is_not_called_sound() -> None:
    assert figures(made(), "store") == {"Bản quét sai hoặc thiếu": "–"}
    sound = made(store=StoreCheck("2026-11-24T19:05:00Z"))
    assert figures(sound, "store") == {"Bản quét sai hoặc thiếu": "0"}
    (told,) = section(sound, "store").figures
    assert told.note == "cả kho kiểm xong lần cuối ngày 24/11/2026"
    assert sound.alerts == ()


def test_rows_of_the_plan_show_what_each_day_must_bring() -> None:
    (first, second) = texts(table(made(), "plan"))
    assert first[2:] == ["2006–2015", "1.000", "148", "14,8\u00a0%", "31/03/2027", "7"]
    assert second[2:] == ["mọi năm", "500", "0", "0,0\u00a0%", "–", "–"]


def test_rates_are_by_the_hours_in_which_anything_happened() -> None:
    told = figures(made(), "pace")
    assert told == {
        "Trang mỗi giờ máy chạy": "60,0",
        "Sự kiện hệ thống tự động chấp nhận mỗi giờ chạy": "5,0",
        "Sự kiện người làm xong mỗi giờ": "3,0",
        "Ô người gõ mỗi giờ": "40,0",
    }


def test_days_are_days_of_the_office() -> None:
    evening = TALLIES.at.replace(hour=18)
    late = replace(TALLIES, at=evening, hours=(replace(TALLIES.hours[0], at=evening),))
    data = ReportData(late, PLAN, SCHEMAS)
    assert [f"{one.on}" for one in data.days if one.pages] == ["2026-11-26"]


def test_the_end_is_reported_with_its_interval() -> None:
    told = figures(made(), "ending")
    assert told["Sự kiện còn phải làm"] == "1.402"
    assert told["Mỗi ngày xong"] == "9,3"
    assert told["Hạn gần nhất trong kế hoạch"] == "31/03/2027"
    assert {"Sớm nhất", "Dự kiến xong", "Muộn nhất"} <= told.keys()


def test_what_entries_cost_tells_what_is_left_to_do_and_left_wrong() -> None:
    report = made()
    told = figures(report, "effort")
    assert told["Phút một sự kiện"] == "1,7", "2,800 seconds of 28 entries"
    assert told["Phím một sự kiện"] == "42,9"
    assert told["Còn phải làm (giờ người)"] == "1,1", "40 waiting entries of 100 seconds"
    (row,) = texts(table(report, "effort"))
    assert [row[0], row[2], *row[4:]] == [
        "KS.2010.01",
        "28",
        "1,7",
        "40",
        "1,1",
        "0,08\u00a0%",
        "0,10\u00a0%",
        "0,20\u00a0%",
        "0,20\u00a0%",
    ]
    assert texts(table(report, "planted")) == [
        ["Chữ thử", "Rà soát", "40", "4", "10,0\u00a0%", "19,0\u00a0%"],
        ["Ô xong hỏi lại", "Kiểm tra", "20", "1", "5,00\u00a0%", "0,20\u00a0%"],
    ]
    assert told["Chữ thử bị nhận nhầm"] == "10,0\u00a0%"
    (chart,) = section(report, "effort").charts
    assert isinstance(chart, BarChart)
    assert [round(bar.amount) for bar in chart.bars] == [100]


def test_waiting_tasks_are_counted_by_age_and_stage() -> None:
    report = made()
    assert texts(table(report, "queue"))[0] == [
        "Rà soát",
        "31",
        "10",
        "8",
        "6",
        "4",
        "2",
        "1",
        "33,0\u00a0ngày",
    ]
    assert table(report, "queue").total[1].value == 40
    assert figures(report, "queue")["Nhiệm vụ chờ lâu nhất"] == "33,0\u00a0ngày"


def test_errors_come_with_their_bound_and_agreement_is_of_all_people_together() -> None:
    report = made()
    assert figures(report, "quality") == {
        "Kết quả nhập lần 1 bị người thứ hai sửa": "1,20\u00a0%",
        "Hai người giống nhau": "98,6\u00a0%",
    }
    assert (
        table(report, "second").total[5].text == "2,35\u00a0%"
    )  # 6 of 500: the 0.95 quantile of beta(7, 494)


def test_differences_of_form_stand_beside_the_errors_and_in_no_rate() -> None:
    total = table(made(), "second").total
    assert [cell.text for cell in total[2:7]] == ["500", "6", "1,20\u00a0%", "2,35\u00a0%", "37"]


def test_persons_are_in_a_report_only_when_asked_for() -> None:
    assert [row[0] for row in texts(table(made(), "people"))] == [
        "Người Thử An (an)", "Người Thử Bình (binh)",
    ]  # fmt: skip
    without = made(replace(TALLIES, people=None))
    assert "people" not in {one.key for part in without.sections for one in part.tables}


def test_missing_pages_are_counted_by_their_printed_numbers_and_by_the_closing_note() -> None:
    report = made()
    assert figures(report, "scanning") == {
        "Trang phải quét lại": "1,20\u00a0%",
        "Trang thiếu giữa chừng": "5",
        "Trang chưa thấy": "10",
        "Trang chưa đọc được": "2",
    }
    (row,) = texts(table(report, "missing"))
    assert row[2:] == ["200", "188", "10", "5", "41–44, 90"]


def test_a_book_that_misses_no_page_is_not_listed_among_those_that_do() -> None:
    whole = replace(BOOKS[1], failed=1, tickets=2)
    report = made(replace(TALLIES, books=(BOOKS[0], whole)))
    assert [row[0] for row in texts(table(report, "missing"))] == ["KS.2010.01"]
    assert texts(table(report, "unread"))[1] == ["KH.2012.01", "Xã Thử Hai (00002)", "1", "2"]


def test_each_scanner_has_its_share_of_pages_to_scan_again() -> None:
    report = made()
    assert texts(table(report, "scanners")) == [
        ["may-1", "200", "1", "0,50\u00a0%"],
        ["may-2", "40", "2", "5,00\u00a0%"],
        ["không qua thư mục tiếp nhận", "10", "0", "0,0\u00a0%"],
    ]
    without = made(replace(TALLIES, scanners=TALLIES.scanners[2:]))
    assert "scanners" not in {one.key for part in without.sections for one in part.tables}


def test_an_empty_office_has_a_report_too() -> None:
    report = made(Statistics(TALLIES.at, TALLIES.since), WorkPlan())
    assert figures(report, "summary")["Sự kiện đã xong"] == "0"
    assert figures(report, "summary")["Hệ thống tự động chấp nhận"] == "–"


def test_without_checked_fields_no_error_rate_is_given() -> None:
    notes = {one.label: one.note for one in section(made(replace(TALLIES, second=())), "summary").figures}
    assert notes["Sự kiện sai khi lấy mẫu"] == "chưa sự kiện nào được xem"
    assert notes["Kết quả nhập lần 1 bị người thứ hai sửa"] == "chưa ô nào được xem"


def test_every_figure_of_the_summary_is_in_its_section_too_and_leads_to_its_list() -> None:
    report = made()
    everywhere = [one for part in report.sections[1:] for one in part.figures]
    for one in section(report, "summary").figures:
        assert one.cell.href.startswith(("/reports/", "/tickets", "/lots"))
        assert one in everywhere


def test_bars_add_up_to_the_numbers_of_their_table() -> None:
    report = made()
    (chart,) = section(report, "progress").charts
    assert isinstance(chart, BarChart)
    for bar, row in zip(chart.bars, table(report, "places").rows, strict=True):
        assert sum(part.amount for part in bar.segments) == row[2].value


def test_books_of_unusual_handwriting_are_listed_and_none_where_nothing_is_known() -> None:
    plain, other, _ = BOOKS
    unlike = replace(other, unusual="nhiều chữ lạ khác thường", unseen=1200)
    report = made(replace(TALLIES, books=(plain, unlike)))
    rows = table(report, "unlike")
    assert texts(rows) == [["KH.2012.01", "Xã Thử Hai (00002)", "nhiều chữ lạ khác thường", "1.200"]]
    assert "hotich calibrate" in rows.note
    assert figures(report, "summary")["Sổ có chữ viết lạ"] == "1"
    without = made()
    assert "unlike" not in {one.key for part in without.sections for one in part.tables}
    assert "Sổ có chữ viết lạ" not in figures(without, "summary")
