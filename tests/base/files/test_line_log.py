from pathlib import Path

from pipeline.base.files import append_line, complete_lines


def test_lines_are_read_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "new" / "log.jsonl"
    assert complete_lines(path) == []
    append_line(path, "một")
    append_line(path, "hai")
    assert complete_lines(path) == ["một", "hai"]


def test_a_torn_line_is_not_read_and_cut_off_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    append_line(path, "một")
    with path.open("a", encoding="utf-8") as file:
        file.write("to" * 5_000)
    assert complete_lines(path) == ["một"]
    append_line(path, "hai")
    assert complete_lines(path) == ["một", "hai"]
