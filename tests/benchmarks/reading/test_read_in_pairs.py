"""Two programs are asked for the pages of a book in turn, and their answers are kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.reading import read_in_pairs

READER = """
import json, os, sys
name = os.environ["PYTHONPATH"].split(os.pathsep)[0].rsplit("/", 1)[-1]
print(json.dumps({"cpu": 1.0, "memory": {"now": 100.0, "peak": 100.0}, "pages": 3}), flush=True)
for number, _ in zip(range(1, PAGES), sys.stdin):
    with open("../asked", "a") as asked:
        asked.write(f"{name}{number} ")
    reading = {"row": 0, "field": "place", "status": "read", "text": name, "accepted": True}
    told = {"scan": "a.pdf", "page_no": number, "cpu": 0.5, "stages": {"hand": 0.5}, "wall": 1.0}
    print(json.dumps(told | {"memory": {"now": 200.0, "peak": 300.0}, "read": [reading]}), flush=True)
"""


@pytest.fixture
def roots(tmp_path: Path) -> dict[str, Path]:
    roots = {name: tmp_path / name for name in ("before", "now")}
    for root in roots.values():
        root.mkdir()
    return roots


def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    path = tmp_path / "reader.py"
    path.write_text(READER.replace("PAGES", str(pages + 1)), encoding="utf-8")
    monkeypatch.setattr(read_in_pairs, "READER", path)


def test_pages_are_read_in_turn_and_who_begins_changes(
    tmp_path: Path, roots: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader(tmp_path, monkeypatch, 3)
    told = read_in_pairs.read_in_pairs([tmp_path / "book"], roots)
    assert (tmp_path / "asked").read_text().split() == [
        "before1",
        "now1",
        "now2",
        "before2",
        "before3",
        "now3",
    ]
    for name in roots:
        (book,) = told[name]
        assert [page for _, _, page in book.pages] == [1, 2, 3]
        assert {page.read[0, "place"]["text"] for page in book.pages.values()} == {name}


def test_a_program_that_stops_ends_the_measurement(
    tmp_path: Path, roots: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    reader(tmp_path, monkeypatch, 1)
    with pytest.raises(SystemExit, match="book"):
        read_in_pairs.read_in_pairs([tmp_path / "book"], roots)
