"""``hotich pilot`` as a user runs it: refused where too little was checked or the book is not known."""

from __future__ import annotations

from tests.cli.conftest import Hotich


def test_a_book_that_is_not_known_is_named(hotich: Hotich) -> None:
    told = hotich("pilot", "KS.2010.77")
    assert told.exit_code == 5
    assert "KS.2010.77" in told.output
