"""The report as a PDF, set by Typst from ``templates/report.typ``.

The figures go in as JSON and are only ever text there: nothing in a name can become markup. The letters are those of
Liberation Sans, which the installation brings for the forms anyway; the file is PDF/A-2b, tagged.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pipeline.charts import COLOURS, bar_chart_svg
from pipeline.localtime import format_moment
from pipeline.reports.content import ManagementReport, ReportCell, ReportSection, ReportTable
from pipeline.reports.wording import day

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
STANDARD: Literal["a-2b"] = "a-2b"


def document_of(report: ManagementReport) -> bytes:
    """The file. The same report gives the same bytes."""
    import typst  # 90 MB of memory: only for who wants a PDF

    told = json.dumps(_told(report), ensure_ascii=False)
    compiler = typst.Compiler(TEMPLATE, sys_inputs={"report": told})
    made = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=int(report.at.timestamp()))
    assert isinstance(made, bytes)
    return made


def _told(report: ManagementReport) -> dict[str, Any]:
    return {
        "at": format_moment(report.at),
        "since": day(report.since).text,
        "scope": report.scope,
        "sections": [_section(one) for one in report.sections],
    }


def _section(section: ReportSection) -> dict[str, Any]:
    return {
        "title": section.title,
        "note": section.note,
        "figures": [{"label": one.label, "text": one.cell.text, "note": one.note} for one in section.figures],
        "charts": [
            {
                "title": one.title,
                "svg": str(bar_chart_svg(one)),
                "sorts": [{"name": name, "colour": COLOURS[style]} for name, style in one.sorts],
            }
            for one in section.charts
            if one.most
        ],
        "tables": [_table(one) for one in section.tables],
    }


def _table(table: ReportTable) -> dict[str, Any]:
    return {
        "title": table.title,
        "note": table.note,
        "columns": [{"title": title, "number": is_number} for title, is_number in table.columns],
        "rows": [_row(row) for row in table.first_rows],
        "total": _row(table.total),
        "left": table.left_out,
    }


def _row(cells: tuple[ReportCell, ...]) -> list[str]:
    return [cell.text for cell in cells]
