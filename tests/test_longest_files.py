from __future__ import annotations

from tests.longest_files import LONGEST_FIRST, TESTS


def test_every_file_that_is_to_begin_is_there_once() -> None:
    assert len(set(LONGEST_FIRST)) == len(LONGEST_FIRST)
    assert [name for name in LONGEST_FIRST if not (TESTS / name).is_file()] == []
