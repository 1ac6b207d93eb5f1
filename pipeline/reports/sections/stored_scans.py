"""Altered or missing scans in the store, by its last check."""

from __future__ import annotations

from datetime import date

from pipeline.reports.columns import ReportColumn, counts, table_of, texts
from pipeline.reports.content import ReportFigure, ReportSection, count_cell, day_cell
from pipeline.reports.data import ReportData, WrongScan, list_href

KEY = "store"
NO_BOOK = "chưa thuộc sổ nào"
MOST_FORGED = 20


def stored_scans(data: ReportData) -> ReportSection:
    """Return the books and scans, and the time of the last complete check."""
    columns: tuple[ReportColumn[WrongScan], ...] = (
        texts(
            "Sổ",
            lambda scan: scan.book or NO_BOOK,
            lambda scan: list_href("waiting", book=scan.book_id) if scan.book_id else "",
        ),
        texts("Nơi đăng ký", lambda scan: data.places.get(scan.place_code, scan.place_code)),
        texts("Bản quét", lambda scan: scan.scan),
        counts("Số trang", lambda scan: scan.pages),
        texts("Tình trạng", lambda scan: scan.what),
        texts("Mã SHA-256", lambda scan: f"{scan.sha256[:12]}…"),
    )
    table = table_of("store", "Bản quét sai hoặc thiếu trong kho", data.wrong_scans, columns)
    return ReportSection(
        KEY,
        "Kho bản quét",
        (wrong(data),),
        (),
        (table,) if table.rows else (),
        "Trang của các bản quét này không được hiện, đọc hay xuất. Hãy báo người quản trị lấy lại từ bản sao lưu "
        "(hotich audit verify --scans)."
        if table.rows
        else "",
    )


def wrong(data: ReportData) -> ReportFigure:
    """Return the number of wrong scans; unknown before the first check."""
    known = bool(data.wrong_scans or data.store.finished_at)
    return ReportFigure(
        "Bản quét sai hoặc thiếu",
        count_cell(len(data.wrong_scans) if known else None, f"/reports#{KEY}"),
        checked_sentence(data.store.finished_at),
    )


def checked_sentence(finished_at: str) -> str:
    """Return when every stored scan was last checked."""
    try:
        on = date.fromisoformat(finished_at[:10])
    except ValueError:
        return "cả kho chưa kiểm xong lần nào"
    return f"cả kho kiểm xong lần cuối ngày {day_cell(on).text}"


def alerts(data: ReportData) -> tuple[str, ...]:
    """Return the alerts above all figures: forged notices, loosened settings, unconfirmed acts, and wrong scans."""
    shown, more = data.forged_notices[:MOST_FORGED], len(data.forged_notices) - MOST_FORGED
    sentences = [f"Hãy chạy hotich audit verify: {one}." for one in shown]
    if more > 0:
        sentences.append(f"Hãy chạy hotich audit verify: còn {more} dòng như thế về tin báo.")
    sentences += [f"Thiết lập được nới lỏng: {line}." for line in data.loosened]
    sentences += [f"Tài khoản chưa có người thứ hai xác nhận: {act}." for act in data.unconfirmed]
    if data.wrong_scans:
        books = len({scan.book for scan in data.wrong_scans if scan.book})
        sentences.append(
            f"{count_cell(len(data.wrong_scans)).text} bản quét của {count_cell(books).text} sổ bị sửa hoặc thiếu "
            "trong kho: xem phần Kho bản quét."
        )
    return tuple(sentences)
