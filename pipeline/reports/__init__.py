"""Supervisors' reports: what was counted becomes figures, tables and charts; a workbook and a PDF of them."""

from pipeline.base.charts import BarChart
from pipeline.reports.content import ManagementReport, ReportCell, ReportFigure, ReportSection, ReportTable
from pipeline.reports.data import SPAN, StoreCheck
from pipeline.reports.plan import WorkPlan, read_plan
from pipeline.reports.report import report

__all__ = [
    "SPAN",
    "BarChart",
    "ReportCell",
    "ReportFigure",
    "StoreCheck",
    "WorkPlan",
    "ManagementReport",
    "ReportSection",
    "ReportTable",
    "read_plan",
    "report",
]
