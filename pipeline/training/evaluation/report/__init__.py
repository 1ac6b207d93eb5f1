"""An evaluation as a page that opens by a double click, without a network.

It is one HTML file with the pictures of the worst readings. It shows names and writing of real people. It is
readable by its owner only, and keeps itself out of version control.
"""

from pipeline.training.evaluation.report.html_report import PAGE, EvaluationReport, write_report
from pipeline.training.evaluation.report.page_content import (
    ErrorTolerance,
    Misreading,
    kind_names,
    worst_misreadings,
)

__all__ = [
    "PAGE",
    "Misreading",
    "EvaluationReport",
    "ErrorTolerance",
    "kind_names",
    "worst_misreadings",
    "write_report",
]
