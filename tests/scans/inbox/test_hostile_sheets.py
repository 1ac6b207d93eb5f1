"""What a printed sheet says is bounded: a bad one costs its own pages their book, and nothing else."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.errors import LedgerError, StorageError
from pipeline.base.localtime import iso_date
from pipeline.base.model import Ledger
from pipeline.declarations.ledger import LONGEST_TEXT
from pipeline.layout.imaging.qr_codes import draw_qr_code, read_qr_codes
from pipeline.scans.inbox import manifest
from pipeline.scans.inbox.separator_sheet import (
    LONGEST_CODE,
    PREFIX,
    SeparatorSheet,
    separator_sheet_on,
    separator_text,
)
from tests.scans.inbox.desk import Desk
from tests.scans.inbox.test_assignment import BOOK_A, in_books, pile, reasons, sheet_pixels

SAID = json.loads(separator_text(BOOK_A).removeprefix(PREFIX))


def code(**said: object) -> str:
    return PREFIX + json.dumps({**SAID, **said}, ensure_ascii=False)


HOSTILE = {
    "nested": PREFIX + "[" * 1_400,
    "nested and closed": PREFIX + '{"folder":' + "[" * 700 + "]" * 700 + "}",
    "entries beyond 63 bits": code(entries=2**63),
    "entries of 2000 digits": PREFIX + json.dumps(SAID)[:-1] + ',"entries":' + "9" * 1_300 + "}",
    "entries that are no number": PREFIX + json.dumps(SAID)[:-1] + ',"entries":NaN}',
    "more pages than a book has": code(pages=10**9),
    "a list for a place": code(place=["UBND"]),
    "a truth value for pages": code(pages=True),
    "too long": code(place="a" * LONGEST_CODE),
    "turned around": code(place="UBND xã \u202egnàl"),
    "an end of text": code(place="UBND\0xã"),
    "a terminal": code(place="\x1b]0;x\x07"),
    "another folder": code(folder="../../etc"),
    "a hidden folder": code(folder=".ssh"),
    "no folder": PREFIX + "{}",
    "no table": PREFIX + "7",
    "nothing": PREFIX,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_code_is_a_named_error(text: str) -> None:
    with pytest.raises(LedgerError) as caught:
        separator_sheet_on([text])
    assert len(caught.value.message) < 500
    assert caught.value.message.isprintable()


def test_the_largest_sheet_of_an_office_is_far_below_the_bound() -> None:
    longest = Ledger(
        "b" * 40,
        "UBND " + "ộ" * (LONGEST_TEXT - 5),
        "1" * 20,
        "999/2010",
        "04.01.2010",
        "31.12.2010",
        9999,
        9999,
    )
    text = separator_text(SeparatorSheet("KS." + "9" * 90, longest))

    assert len(text) < LONGEST_CODE
    assert separator_sheet_on(read_qr_codes(draw_qr_code(text).repeat(4, 0).repeat(4, 1))) is not None


@given(
    st.text(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(SAID)), inner),
    ).map(json.dumps)
)
@settings(deadline=None, max_examples=500)
def test_any_code_is_a_sheet_or_a_named_error(text: str) -> None:
    with suppress(LedgerError):
        separator_sheet_on([PREFIX + text])


def test_intake_goes_on_round_after_round_beside_hostile_sheets(desk: Desk) -> None:
    """The pages behind a bad sheet wait for a person, by name; those behind the next good one are in their book."""
    bad = [
        draw_qr_code(HOSTILE[name]).repeat(6, 0).repeat(6, 1) for name in ("nested", "entries beyond 63 bits")
    ]
    pile(desk.inbox() / "1.pdf", bad[0], 1, bad[1], 2, sheet_pixels(BOOK_A), 3)
    pile(desk.inbox() / "2.pdf", 4)

    desk.settled()
    again = desk.round(60)

    assert again.problem == ""
    assert [pages for _, pages in in_books(desk)[BOOK_A.folder]] == [1, 1]
    assert any("không đọc được" in reason for reason in reasons(desk))


def test_a_manifest_that_somebody_nested_is_named(desk: Desk) -> None:
    path: Path = desk.folders.manifest("may-1", iso_date(desk.now))
    path.parent.mkdir(parents=True)
    path.write_text('{"row": ' + "[" * 100_000 + "\n", encoding="ascii")

    with pytest.raises(StorageError, match="dòng 1"):
        manifest.read_manifest(path)
