"""``[learning]`` of ``office.toml``."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.declarations.learning_policy import LearningPolicy, read_learning
from pipeline.settings import Settings


@pytest.mark.parametrize(
    ("text", "hands"), [("", True), ("[learning]\n", True), ("[learning]\nhands = false\n", False)]
)
def test_what_an_office_lets_the_machine_learn_reaches_the_run(
    tmp_path: Path, text: str, hands: bool
) -> None:
    office = tmp_path / "office.toml"
    assert read_learning(office) == LearningPolicy(hands=True)
    office.write_text(text, encoding="utf-8")
    assert Settings().run_context(tmp_path).learning == LearningPolicy(hands=hands)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("learning = true", "phải viết thành bảng"),
        ("[learning]\nhand = false", "dòng 2: khóa lạ “hand”"),
        ('[learning]\nhands = "no"', "dòng 2: “hands” chỉ có thể là true hoặc false"),
    ],
)
def test_a_flaw_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    office = tmp_path / "office.toml"
    office.write_text(text, encoding="utf-8")
    with pytest.raises(SchemaError, match=told):
        read_learning(office)
