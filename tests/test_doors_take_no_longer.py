"""What is parsed in the process of the desk takes time that grows with its length, whatever its text is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.errors import HotichError, ReconcileError
from pipeline.base.files.bounded import MOST_BYTES
from pipeline.declarations.ledger import load_ledger
from pipeline.delivery.workbook_reading import open_workbook
from pipeline.delivery.workbook_reading.upload_bounds import check_sent_workbook
from pipeline.form_design.draft import DraftRefused
from pipeline.scans.inbox.separator_sheet import LONGEST_CODE, PREFIX, separator_sheet_on
from pipeline.values.kinds import KINDS
from pipeline.web.form_design import own_forms
from tests.delivery.workbook_reading.test_workbook_reader import with_part
from tests.growth import Grown, too_steep

PARTS = ("sheet1.xml", "sharedStrings.xml", "styles.xml", "/workbook.xml", "workbook.xml.rels")
PART_BYTES = 1 << 20
"""Size up to which parts of a workbook grow here: four pieces as the reader takes them. Whole parts are larger."""


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[int, Callable[[str], None]]]:
    """The largest text that a door takes in bytes, and what parses it."""
    folder = tmp_path_factory.mktemp("book")

    def form_file(text: str) -> None:
        with suppress(DraftRefused):
            own_forms.design_of_file(text.encode())

    def ledger(text: str) -> None:
        Path(folder / "ledger.toml").write_text(text, encoding="utf-8")
        with suppress(HotichError):
            load_ledger(folder)

    def separator_sheet(text: str) -> None:
        with suppress(HotichError):
            separator_sheet_on([PREFIX + text])

    def typed_text(text: str) -> None:
        for kind in KINDS.values():
            kind.parse(text)

    def part(ending: str) -> Callable[[str], None]:
        def workbook(text: str) -> None:
            path = with_part(folder / "a.xlsx", ending, [text.encode()])
            with suppress(ReconcileError):
                check_sent_workbook(path)
            with suppress(ReconcileError), open_workbook(path) as book:
                for sheet in book.sheets:
                    for _ in book.rows(sheet):
                        pass

        return workbook

    return {
        **{ending: (PART_BYTES, part(ending)) for ending in PARTS},
        "form file": (own_forms.MOST_BYTES, form_file),
        "ledger.toml": (MOST_BYTES, ledger),
        "separator sheet": (LONGEST_CODE, separator_sheet),
        "typed text": (1000, typed_text),
    }


FORM = """id = "x-1"
record = "birth"
evidence = "seen"
title = "x"
layout = "page"
years = [2006, 2025]
paper_mm = [210.0, 297.0]
frame = [0.03, 0.07, 0.96, 0.97]
left = 0.031
right = 0.721
text_size = 0.0165
"""
CELL = '{ label = "Số:", start = 0.02, field = "entry_number", from = 0.044, to = 0.169 }'
ROWS = [
    ("form file", Grown('a = "', '\\"', "")),
    ("ledger.toml", Grown('a = "', '\\"', "")),
    ("separator sheet", Grown('{"', '\\"', "")),
    ("form file", Grown(f"{FORM}line = [{{ at = 0.1, cells = [\n", f"{CELL},\n", "]}]\n")),
    ("form file", Grown(f"{FORM}line = [\n", f"{{ at = 0.1, cells = [{CELL}] }},\n", "]\n")),
    ("form file", Grown(f"{FORM}rules = [\n", "0.1,", "]\n")),
    ("form file", Grown(FORM, "[[line]]\nat = 0.1\n", "")),
    ("ledger.toml", Grown("", "a", " = 1\n")),
    ("ledger.toml", Grown('place = "', "á", '"\n')),
    (
        "sheet1.xml",
        Grown("<worksheet><sheetData><row>", "<c t='str'><v>a</v></c>", "</row></sheetData></worksheet>"),
    ),
    (
        "sheet1.xml",
        Grown("<worksheet><sheetData>", "<row><c t='s'><v>0</v></c></row>", "</sheetData></worksheet>"),
    ),
    (
        "sheet1.xml",
        Grown("<worksheet><sheetData><row><c t='str'><v>", "_x", "</v></c></row></sheetData></worksheet>"),
    ),
    ("sheet1.xml", Grown("<worksheet>", "<row>", "")),
    ("sheet1.xml", Grown("<worksheet ", "a", "='1'/>")),
    ("sheet1.xml", Grown("<worksheet a='", "&amp;", "'/>")),
    ("sheet1.xml", Grown("<worksheet><!--", "- ", "--></worksheet>")),
    ("sheet1.xml", Grown("<worksheet><mergeCells>", "<mergeCell ref='A1:B2'/>", "</mergeCells></worksheet>")),
    ("sharedStrings.xml", Grown("<sst>", "<si><t>a</t></si>", "</sst>")),
    ("sharedStrings.xml", Grown("<sst>", "<si><rPh><t>a</t></rPh><r><t>_x0041_</t></r></si>", "</sst>")),
    ("styles.xml", Grown("<styleSheet><cellXfs>", "<xf numFmtId='14'/>", "</cellXfs></styleSheet>")),
    (
        "styles.xml",
        Grown(
            "<styleSheet><numFmts><numFmt numFmtId='200' formatCode='", "&quot;", "'/></numFmts></styleSheet>"
        ),
    ),
    ("/workbook.xml", Grown("<workbook><sheets>", "<sheet name='a' r:id='rId1'/>", "</sheets></workbook>")),
    (
        "workbook.xml.rels",
        Grown("<Relationships>", "<Relationship Id='a' Target='../'/>", "</Relationships>"),
    ),
    (
        "workbook.xml.rels",
        Grown("<Relationships><Relationship Id='a' Target='", "../", "'/></Relationships>"),
    ),
]


@pytest.mark.parametrize(("door", "grown"), ROWS)
def test_a_long_file_of_a_known_shape_takes_no_longer_than_its_length(
    doors: Mapping[str, tuple[int, Callable[[str], None]]], door: str, grown: Grown
) -> None:
    largest, parse = doors[door]
    assert not too_steep(parse, grown, largest, min(1024, largest // 8))


_WORDS = st.lists(
    st.sampled_from(
        [
            *" \n\t.,;:/-–…()[]{}\"'\\=#0159aáNđ",
            "ngày ",
            "tháng",
            "năm ",
            "số ",
            "xã ",
            "tỉnh ",
            "tuổi",
            "am lich",
        ]
    ),
    max_size=5,
).map("".join)
_TOML = st.lists(
    st.sampled_from([
        *"\n =.[]{},#_+-:0159aá", '"', "'", '"""', "\'\'\'", "\\\\", '\\"', "[[a]]\n", "a.b.c = 1\n", "{a = ",
        "2010-01-01", "0x", "1e9", "nan", f"line = [{CELL}]\n",
    ]),
    max_size=5,
).map("".join)  # fmt: skip
_XML = st.lists(
    st.sampled_from([
        *"<>&;=' aá1", "/>", "</", "&amp;", "&#97;", "&a;", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "_x0041_",
        "<!DOCTYPE a [", "<!ENTITY a 'b'>", "<row>", "</row>", "<c t='s'><v>0</v></c>", "<si><t>a</t></si>", "<a>",
        "<xf numFmtId='14'/>", "<numFmt formatCode='[$-", "yy", "xmlns:a='b'", "<a b='", "'/>", "</a>",
    ]),
    max_size=5,
).map("".join)  # fmt: skip
_SHEETS = [
    ("<worksheet><sheetData><row>", "</row></sheetData></worksheet>"),
    ("<worksheet><sheetData><row><c t='str'><v>", "</v></c></row></sheetData></worksheet>"),
    ("<sst>", "</sst>"),
    ("<styleSheet><cellXfs>", "</cellXfs></styleSheet>"),
    ("<workbook><sheets>", "</sheets></workbook>"),
    ("<Relationships>", "</Relationships>"),
]
DRAWN = {
    "separator sheet": (_WORDS, [("", "")]),
    "typed text": (_WORDS, [("", "")]),
    "form file": (_TOML, [("", ""), (FORM, "")]),
    "ledger.toml": (_TOML, [("", ""), ('place = "', '"\n')]),
    **{part: (_XML, [("", ""), *_SHEETS]) for part in PARTS},
}
"""What texts of a door are drawn from, and what stands around them."""

FEWEST, MOST = 10, 300
"""Drawn texts of each door in every run of the tests, and with ``--hypothesis-profile explore``."""


@pytest.mark.parametrize("door", DRAWN)
def test_no_drawn_text_takes_longer_than_its_length(
    doors: Mapping[str, tuple[int, Callable[[str], None]]], door: str
) -> None:
    largest, parse = doors[door]
    words, around = DRAWN[door]

    @settings(deadline=None, max_examples=MOST if settings().max_examples >= MOST else FEWEST)
    @given(st.sampled_from(around), words, words.filter(bool), words)
    def check(ends: tuple[str, str], head: str, unit: str, tail: str) -> None:
        grown = Grown(ends[0] + head, unit, tail + ends[1])
        assert not too_steep(parse, grown, largest, largest // 8)

    check()


def test_a_form_file_of_tables_alone_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(_text: str) -> dict[str, object]:
        raise AssertionError

    monkeypatch.setattr(own_forms, "parse_toml", parsed)
    with pytest.raises(DraftRefused, match="bảng, danh sách"):
        own_forms.design_of_file(b"[[line]]\n" * (own_forms.MOST_BRACKETS + 1))
