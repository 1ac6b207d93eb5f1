"""The pilot report as shown, and as the two files to send: a PDF of one page, and JSON."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.base.errors import StorageError
from pipeline.base.files import write_atomically
from pipeline.reports.columns import ReportColumn, bounds, counts, percents, shares, table_of, texts
from pipeline.reports.content import (
    ReportFigure,
    ReportSection,
    count_cell,
    decimal_cell,
    percent_cell,
    share_cell,
    text_cell,
)
from pipeline.reports.pilot import LEAST, PilotGroup, PilotReport, PilotSource

TEMPLATE = Path(__file__).parent / "templates" / "pilot.typ"
NAME = "ket-qua-thu"
"""The name of both files without ending."""

TITLE = "Kết quả thử hotich"

NOTE = (
    "Không có họ tên, nơi chốn, hình ảnh, tên sổ, tên đăng nhập hay chữ nào của sổ. Nhóm dưới "
    f"{LEAST} ô được gộp với nhóm khác. “Chắc không quá” là cận trên 95\u00a0%. Lần đọc đầu: máy đọc từng trang một "
    "mình; nay: sau khi xét cả quyển và học từ người đối chiếu."
)


def pilot_section(report: PilotReport) -> ReportSection:
    tables = (
        table_of("pilot-kinds", "Theo kiểu giá trị", report.kinds, _GROUP_COLUMNS),
        table_of("pilot-forms", "Theo mẫu sổ", report.forms, _GROUP_COLUMNS),
        table_of(
            "pilot-sources",
            "Sai trong ô máy tự nhận, theo cách nhận (kiểm tra mẫu)",
            report.sources,
            _SOURCE_COLUMNS,
        ),
    )
    return ReportSection("pilot", TITLE, _figures(report), (), tables, NOTE)


def _figures(report: PilotReport) -> tuple[ReportFigure, ...]:
    total, all_sources = report.total, report.sources[0]
    minutes = (
        ("Phút mỗi sự kiện, những sự kiện đầu", report.minutes_first, report.timed_first),
        ("Phút mỗi sự kiện, các sự kiện sau", report.minutes_later, report.timed_later),
    )
    return (
        ReportFigure(
            "Quyển sổ, trang", text_cell(f"{count_cell(report.books).text}, {count_cell(report.pages).text}")
        ),
        ReportFigure(
            "Sự kiện đã xong",
            count_cell(report.finished),
            f"trong {count_cell(report.entries).text} sự kiện",
        ),
        ReportFigure("Máy tự nhận, lần đọc đầu", share_cell(total.accepted_first, total.fields)),
        ReportFigure(
            "Máy tự nhận, nay",
            share_cell(total.accepted_now, total.fields),
            f"trong {count_cell(total.fields).text} ô",
        ),
        ReportFigure("Đọc đúng ô khó, lần đọc đầu", share_cell(total.right_first, total.decided)),
        ReportFigure(
            "Đọc đúng ô khó, nay",
            share_cell(total.right_now, total.decided),
            f"trong {count_cell(total.decided).text} ô người đã quyết định",
        ),
        ReportFigure(
            "Sai trong ô máy tự nhận",
            percent_cell(all_sources.error),
            f"chắc không quá {percent_cell(all_sources.upper).text}"
            if all_sources.checked
            else "chưa kiểm tra đủ",
        ),
        *(
            ReportFigure(
                label,
                decimal_cell(value),
                f"{count_cell(entries).text} sự kiện" if entries else "chưa đủ sự kiện",
            )
            for label, value, entries in minutes
        ),
        ReportFigure("Sổ có bản học nét chữ", count_cell(report.adapted)),
        ReportFigure("Ô đã rõ nhờ các sự kiện khác", count_cell(report.clear)),
        ReportFigure(
            "Phiên bản", text_cell(report.program), f"bộ đọc: {', '.join(report.readers) or 'không có'}"
        ),
    )


_GROUP_COLUMNS: tuple[ReportColumn[PilotGroup], ...] = (
    texts("Nhóm", lambda group: group.name),
    counts("Ô", lambda group: group.fields),
    shares("Máy tự nhận, đầu", lambda group: group.accepted_first, lambda group: group.fields),
    shares("Máy tự nhận, nay", lambda group: group.accepted_now, lambda group: group.fields),
    counts("Người quyết định", lambda group: group.decided),
    shares("Đọc đúng, đầu", lambda group: group.right_first, lambda group: group.decided),
    shares("Đọc đúng, nay", lambda group: group.right_now, lambda group: group.decided),
    bounds(
        "Đọc sai nay, chắc không quá",
        lambda group: group.decided - group.right_now,
        lambda group: group.decided,
    ),
)

_SOURCE_COLUMNS: tuple[ReportColumn[PilotSource], ...] = (
    texts("Nhận theo", lambda source: source.name),
    counts("Đã kiểm tra", lambda source: source.checked or None),
    counts("Sai", lambda source: source.wrong),
    percents("Tỉ lệ", lambda source: source.error),
    percents("Chắc không quá", lambda source: source.upper),
)


def pilot_json(report: PilotReport) -> bytes:
    return (json.dumps(report.as_json(), ensure_ascii=False, indent=1) + "\n").encode()


def pilot_document(report: PilotReport, at: datetime) -> bytes:
    """Return the PDF. Equal reports at equal moments give equal bytes."""
    import typst  # 90 MB of memory, only needed for a PDF

    section = pilot_section(report)
    content: dict[str, Any] = {
        "title": section.title,
        "note": section.note,
        "figures": [
            {"label": figure.label, "text": figure.cell.text, "note": figure.note}
            for figure in section.figures
        ],
        "tables": [
            {
                "title": table.title,
                "columns": [{"title": title, "number": is_number} for title, is_number in table.columns],
                "rows": [[cell.text for cell in row] for row in table.rows],
            }
            for table in section.tables
        ],
    }
    compiler = typst.Compiler(TEMPLATE, sys_inputs={"report": json.dumps(content, ensure_ascii=False)})
    pdf = compiler.compile(format="pdf", pdf_standards="a-2b", timestamp=int(at.timestamp()))
    assert isinstance(pdf, bytes)
    return pdf


def write_pilot(report: PilotReport, folder: Path, at: datetime) -> tuple[Path, ...]:
    """Write both files into a folder; existing files are replaced.

    Args:
        folder: The target folder; it is created.
        at: The moment stated in the PDF.

    Raises:
        StorageError: The disk cannot be written.
    """
    files = (
        (folder / f"{NAME}.pdf", pilot_document(report, at)),
        (folder / f"{NAME}.json", pilot_json(report)),
    )
    for path, content in files:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, content)
        except OSError as error:
            raise StorageError(
                f"Không ghi được {path}: {error.strerror}. Hãy kiểm tra ổ đĩa và quyền ghi rồi chạy lại."
            ) from None
    return tuple(path for path, _ in files)
