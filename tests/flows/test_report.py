"""The nightly report as a task: both files, by their names only."""

from __future__ import annotations

from pathlib import Path

from flows.report import write_report


def test_the_task_writes_both_files_and_tells_their_names(tmp_path: Path) -> None:
    names = write_report.fn(None, str(tmp_path / "work"), 56)
    assert [Path(name).suffix for name in names] == [".xlsx", ".pdf"]
    assert sorted(path.name for path in (tmp_path / "work" / "reports").iterdir()) == sorted(names)
