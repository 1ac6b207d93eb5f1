"""Supervisors' reports: what was counted becomes figures, tables and charts; a workbook and a PDF of them."""

from pipeline.reports.basis import SPAN
from pipeline.reports.content import Bars, Cell, Figure, Report, Section, Table
from pipeline.reports.plan import Plan, read_plan
from pipeline.reports.report import report

__all__ = [
    "SPAN",
    "Bars",
    "Cell",
    "Figure",
    "Plan",
    "Report",
    "Section",
    "Table",
    "read_plan",
    "report",
]
