"""Supervisors' reports: counts become figures, tables and charts, and their workbook and PDF."""

from pipeline.base.charts import BarChart
from pipeline.reports.content import ManagementReport, ReportCell, ReportFigure, ReportSection, ReportTable
from pipeline.reports.data import SPAN, StoreCheck
from pipeline.reports.plan import WorkPlan, read_plan
from pipeline.reports.report import build_report

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
    "build_report",
    "read_plan",
]
