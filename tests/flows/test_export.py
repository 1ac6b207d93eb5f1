"""The export flow: what Prefect is told is counts and names of folders."""

from __future__ import annotations

import json
from pathlib import Path

from flows.export import overview, summary_of
from pipeline.batch import PackageReport
from pipeline.export.values import Fault, Held


def test_a_summary_holds_counts_and_no_number_of_an_entry() -> None:
    report = PackageReport(
        "a", Path("/out/1-KS.2010.01"), entries=3,
        held=(Held("task", "a.pdf", 2, number="41/2010", entry_id=7),),
        faults=(Fault("LIST", 3, "nksDanToc", "42/2010"),),
    )  # fmt: skip
    summary = summary_of(report)
    assert (summary["folder"], summary["held"], summary["faults"]) == ("1-KS.2010.01", 1, {"LIST": 1})
    assert "41/2010" not in json.dumps(summary)
    told = overview([summary, summary | {"refused": "unsettled"}], ["b"])
    assert told == "Đã xuất 1/2 sổ, 3 việc; 1 sổ chưa xuất được. Không có sổ: b."
