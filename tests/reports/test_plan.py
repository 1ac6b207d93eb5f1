from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.reports import read_plan
from tests.registry.pages import SCHEMAS

GOOD = """
[[plan]]
place = "00001"
record = "birth"
from = 2006
to = 2015
entries = 1000
due = 2027-03-31

[[plan]]
place = "00001"
record = "birth"
from = 2016
entries = 50
"""


def test_without_a_file_nothing_is_planned(tmp_path: Path) -> None:
    assert read_plan(tmp_path / "plan.toml", SCHEMAS).rows == ()


def test_rows_are_read_as_they_are_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(GOOD, encoding="utf-8")
    plan = read_plan(path, SCHEMAS)
    assert [(row.place, row.years, row.entries, row.due is None) for row in plan.rows] == [
        ("00001", "2006–2015", 1000, False),
        ("00001", "2016–", 50, True),
    ]
    assert plan.restricted_to(frozenset({"00002"})).rows == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[plan]]\nplace = "1"\nrecord = "brith"\nentries = 1', "dòng 3: không có loại sự kiện “brith”"),
        (
            '[[plan]]\nplace = "1"\nrecord = "birth"\nentries = 0',
            "dòng 4: “entries” phải là một số lớn hơn 0",
        ),
        ('[[plan]]\nplace = "1"\nrecord = "birth"', "dòng 1: thiếu “entries”"),
        (
            '[[plan]]\nplaec = "1"\nplace = "1"\nrecord = "birth"\nentries = 1',
            "khóa lạ “plaec”. Có phải là “place”?",
        ),
        ('[[plan]]\nplace = "1"\nrecord = "birth"\nentries = 1\nfrom = 2010\nto = 2009', "không được sau"),
        ('[[plan]]\nplace = "1"\nrecord = "birth"\nentries = 1\ndue = "mai"', "“due” phải là một ngày"),
        ("[[plna]]\nx = 1", "bảng lạ “plna”. Có phải là “plan”?"),
        (GOOD.replace("2016", "2015"), "trùng nơi, loại sự kiện và năm"),
    ],
)
def test_every_mistake_is_reported_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError) as raised:
        read_plan(path, SCHEMAS)
    assert told in raised.value.message
