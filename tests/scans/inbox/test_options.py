from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError, SetupError
from pipeline.scans.inbox import read_options

TWO = 'books = "so"\n[[scanner]]\nname = "may-1"\ninbox = "hop/1"\n[[scanner]]\nname = "may-2"\ninbox = "hop/2"\n'


def _file(folder: Path, text: str) -> Path:
    path = folder / "intake.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_several_scanners_have_an_inbox_each(tmp_path: Path) -> None:
    options = read_options(_file(tmp_path, TWO), tmp_path / "workspace")
    assert [(one.name, one.inbox) for one in options.scanners] == [
        ("may-1", tmp_path / "hop" / "1"),
        ("may-2", tmp_path / "hop" / "2"),
    ]
    assert options.books == tmp_path / "so"
    assert (options.still_seconds, options.patience_seconds) == (10, 600)


def test_without_the_file_one_is_told_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="Hãy tạo tệp"):
        read_options(tmp_path / "intake.toml", tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            TWO.replace("hop/2", "hop/1/trong"),
            "dòng 7: thư mục tiếp nhận .* và thư mục tiếp nhận .* nằm trong nhau",
        ),
        (TWO.replace("hop/2", "hop/1"), "nằm trong nhau"),
        (TWO.replace("hop/2", "so/a"), "thư mục các sổ"),
        (TWO.replace("hop/2", "workspace/intake"), "thư mục làm việc"),
        (TWO.replace("may-2", "may-1"), "dòng 6: máy quét “may-1” đã khai"),
        (TWO.replace("may-2", "Máy ../2"), "dòng 6: “name” phải là tên"),
        ('books = "so"\n', "thiếu máy quét"),
        (TWO.replace("books", "boks"), "khóa lạ “boks”"),
        ("still_seconds = -1\n" + TWO, "dòng 1: “still_seconds”"),
    ],
)
def test_a_slip_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        read_options(_file(tmp_path, text), tmp_path / "workspace")


def test_folders_that_meet_through_a_link_overlap(tmp_path: Path) -> None:
    (tmp_path / "hop" / "1").mkdir(parents=True)
    (tmp_path / "hop" / "2").symlink_to(tmp_path / "hop" / "1")
    with pytest.raises(SchemaError, match="nằm trong nhau"):
        read_options(_file(tmp_path, TWO), tmp_path / "workspace")
