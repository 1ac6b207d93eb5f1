"""An evaluation as an HTML page that opens offline.

It is a single HTML file with pictures of the worst readings. It shows names and handwriting of real people; it is
readable only by its owner and excludes itself from version control.
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
