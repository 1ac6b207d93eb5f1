"""``hotich statistics`` as a user runs it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Hotich


def test_a_form_is_told_and_written_and_slips_are_named(hotich: Hotich, tmp_path: Path) -> None:
    told = hotich("statistics", "22a", "--from", "2010-01-01", "--to", "2010-12-31")
    assert told.exit_code == 0, told.output
    assert "Sổ không ghi tình trạng sức khỏe của trẻ." in told.stdout
    written = hotich("statistics", "13a", "--out", tmp_path / "out")
    assert written.stdout.count("Đã ghi") == 2
    assert "14a" in hotich("statistics", "14").output
    assert (
        "không có ngày nào"
        in hotich("statistics", "13a", "--from", "2011-01-01", "--to", "2010-01-01").output
    )
    assert "99999" in hotich("statistics", "13a", "--unit", "99999").output
