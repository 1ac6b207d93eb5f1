"""``[approval]`` of ``office.toml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery_rules import ApprovalPolicy, read_approval


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("", ApprovalPolicy(book=False, amendments=True)),
        ("[approval]\nbook = true\n", ApprovalPolicy(book=True, amendments=True)),
        ("[approval]\namendments = false\n", ApprovalPolicy(book=False, amendments=False)),
    ],
)
def test_what_an_office_asks_for_reaches_the_export(
    tmp_path: Path, text: str, policy: ApprovalPolicy
) -> None:
    office = tmp_path / "office.toml"
    assert read_approval(office) == ApprovalPolicy()
    office.write_text(text, encoding="utf-8")
    assert read_approval(office) == policy
    assert read_options(tmp_path / "package.toml", office).approval == policy
    (tmp_path / "package.toml").write_text("[package]\n", encoding="utf-8")
    assert read_options(tmp_path / "package.toml", office).approval == policy


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("approval = true", "phải viết thành bảng"),
        ("[approval]\nbooks = true", "dòng 2: khóa lạ “books”"),
        ('[approval]\nbook = "yes"', "dòng 2: “book” chỉ có thể là true hoặc false"),
    ],
)
def test_a_flaw_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    office = tmp_path / "office.toml"
    office.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=told):
        read_approval(office)
