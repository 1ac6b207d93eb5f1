from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.declarations.sampling import QualityLevels, SamplingPolicy, read


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "office.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_word_the_defaults_hold(tmp_path: Path) -> None:
    assert read(tmp_path / "office.toml") == SamplingPolicy()
    assert read(written(tmp_path, '[review]\ncheck = "all"')) == SamplingPolicy()


def test_percentages_become_shares_and_rounds_follow_the_preset(tmp_path: Path) -> None:
    policy = read(written(tmp_path, '[sampling]\npreset = "two-rounds"\nrejectable = 4\nfields = "all"'))
    assert (policy.quality, policy.fields) == (QualityLevels(rejectable=0.04), "all")
    assert [policy.plan(200, turn).sample for turn in (1, 2, 3)] == [200, 60, 60]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[sampling]\npreset = "x"', "dòng 2: “preset” chỉ có thể là statistical"),
        ("[sampling]\nacceptable = 0", "“acceptable” phải là số phần trăm"),
        ("[sampling]\nacceptable = 6", "“acceptable” phải nhỏ hơn “rejectable”"),
        ("[sampling]\nrejctable = 6", "khóa lạ “rejctable”. Có phải là “rejectable”?"),
    ],
)
def test_every_slip_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SchemaError) as raised:
        read(written(tmp_path, text))
    assert told in raised.value.message
