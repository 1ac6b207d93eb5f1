"""Files that the staff write are opened and parsed within bounds; what is wrong is named with its line."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.errors import SchemaError
from pipeline.base.staff_toml import MOST_BYTES, StaffFile


def complaint(path: Path) -> str:
    with pytest.raises(SchemaError) as caught:
        StaffFile(path).refuse_flaws()
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a = " + "[" * 60_000, "quá sâu"),
        ("a = " + "9" * 5_000, "số quá lớn"),
        (f"a = {2**63}", "số quá lớn"),
        ("#" * (MOST_BYTES + 1), "1024 KB"),
        ("a = 1\nb = [{c = 'UBND \u202e xã'}]", "dòng 2: “b” có ký tự điều khiển hoặc ký tự ẩn (U+202E)"),
        ('"a\\u0000" = 1', "U+0000"),
    ],
)
def test_what_goes_beyond_the_bounds_is_named(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")

    assert told in complaint(path)


def test_pipes_and_links_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "link.toml").symlink_to("/dev/zero")

    assert "tệp thường" in complaint(tmp_path / "pipe.toml")
    assert "liên kết" in complaint(tmp_path / "link.toml")


def test_lines_and_tabs_pass(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text("a = '''\n\tmột\nhai'''\n", encoding="utf-8")

    file = StaffFile(path)
    file.refuse_flaws()

    assert file.table == {"a": "\tmột\nhai"}


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "office.toml"
        path.write_bytes(content)
        with suppress(SchemaError):
            StaffFile(path).refuse_flaws()
