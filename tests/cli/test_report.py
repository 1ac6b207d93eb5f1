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


def test_an_office_sends_its_figures_and_a_province_gathers_them(
    hotich: Hotich, tmp_path: Path, workspace: Path
) -> None:
    told = hotich("province", "send", "--out", tmp_path)
    assert told.exit_code == 0, told.output
    key = " ".join(told.stdout.split()).rpartition("province.toml: ")[2]
    row = f'[[office]]\nname = "Xã Thử"\nkey = "{key}"\nplaces = ["00001"]\n'
    (workspace / "province.toml").write_text(row, encoding="utf-8")
    gathered = hotich("province", "gather", tmp_path, "--out", tmp_path / "out")
    assert gathered.exit_code == 0, gathered.output
    assert "đã tính" in gathered.stdout
    assert len(list((tmp_path / "out").iterdir())) == 2
    (workspace / "province.toml").write_text(row.replace(key, "AAAA"), encoding="utf-8")
    assert hotich("province", "gather", tmp_path).exit_code == 11
