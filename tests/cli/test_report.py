"""``hotich report`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Hotich


def test_the_report_is_told_and_written_and_a_slip_in_the_plan_is_named(
    hotich: Hotich, tmp_path: Path, workspace: Path
) -> None:
    told = hotich("report")
    assert told.exit_code == 0, told.output
    assert "Sự kiện đã xong: 0" in told.stdout
    written = hotich("report", "--out", tmp_path / "out", "--place", "00001")
    assert written.stdout.count("Đã ghi") == 2
    sections = json.loads(hotich("report", "--json", "--people").stdout)["sections"]
    assert [one["key"] for one in sections][:2] == ["summary", "progress"]
    by_unit = json.loads(hotich("report", "--by-unit", "--json").stdout)
    assert [one["key"] for one in by_unit["sections"]] == ["communes", "places"]
    nobody = hotich("report", "--unit", "31120")
    assert "Không quyển sổ nào nay thuộc đơn vị có mã 31120" in " ".join(nobody.output.split())
    workspace.mkdir(exist_ok=True)
    (workspace / "plan.toml").write_text(
        '[[plan]]\nplace = "1"\nrecord = "brith"\nentries = 1\n', encoding="utf-8"
    )
    slip = hotich("report")
    assert slip.exit_code != 0
    assert "dòng 3" in slip.output
