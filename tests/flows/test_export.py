"""The export flow: Prefect gets counts and names of folders only."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows.export import export, overview, summary_of
from pipeline.delivery.export.package_folder import package_flaws
from pipeline.delivery.export.package_values import ExportBlocker, WorkbookFault
from pipeline.delivery.package import PackageReport
from tests.delivery.export.books import CLEAN, stored


def test_a_summary_holds_counts_and_no_number_of_an_entry() -> None:
    report = PackageReport(
        "a", Path("/out/1-KS.2010.01"), entries=3,
        blockers=(ExportBlocker("task", "a.pdf", 2, number="41/2010", entry_id=7),),
        faults=(WorkbookFault("LIST", 3, "nksDanToc", "42/2010"),),
    )  # fmt: skip
    summary = summary_of(report)
    assert (summary["folder"], summary["held"], summary["faults"]) == ("1-KS.2010.01", 1, {"LIST": 1})
    assert "41/2010" not in json.dumps(summary)
    told = overview([summary, summary | {"refused": "unsettled"}], ["b"])
    assert told == "Đã xuất 1/2 sổ, 3 sự kiện; 1 sổ chưa xuất được. Không có sổ: b."


@pytest.mark.slow
@pytest.mark.flows
@pytest.mark.usefixtures("prefect_server")
def test_the_flow_writes_what_is_settled_and_tells_counts_only(tmp_path: Path) -> None:
    from prefect.artifacts import Artifact

    few = replace(CLEAN, entries=1, dpi=120)
    done, waiting = stored(tmp_path, "death-2006", few), stored(tmp_path, "birth-2006", few, decided=False)
    first, second = export(str(tmp_path / "out"), workspace=str(tmp_path / "workspace"), workers=1)
    assert (first["book"], first["refused"], first["entries"]) == (done.folder.name, "", 1)
    assert (second["book"], second["refused"], second["folder"]) == (waiting.folder.name, "unsettled", "")
    (package,) = (tmp_path / "out").iterdir()
    assert package.name == first["folder"]
    assert not package_flaws(package)
    left: Any = Artifact.get("export-books")
    assert done.truth.entries[0].values["nktHoTen"] not in str(left.data) + str(left.description)
