"""One table of keys: the same to people, to the manual and to the scripts, and one meaning a key on all pages."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from pipeline.web.desk.shortcuts import COLUMN, DATA_ENTRY, DESK, PAGE_LABELS, RECONCILIATION, SHORTCUTS
from pipeline.web.rendering import STATIC

ROOT = Path(__file__).parents[3]
MANUAL = ROOT / "docs" / "how-to" / "review.md"
TEMPLATES = STATIC.parent / "templates"
PAGES = {
    DESK: ("desk.html", "desk/field.html"),
    COLUMN: ("column.html", "desk/column.html"),
    RECONCILIATION: ("difference.html",),
    DATA_ENTRY: ("data-entry/page.html",),
}
"""The templates in which each page has its buttons."""

GESTURES = ("nút chính", "bấm vào", "kéo", "nút của trình duyệt", "lăn chuột")
"""What a mouse or a finger does where there is no button."""

NAMES_A_KEY = re.compile(
    r"""["'`](?:F\d+|Enter|Escape|Tab|Arrow\w+|Digit\d|(?:Ctrl|Alt|Shift)\+(?!\$))|Numpad"""
)

OF_NO_PAGE = {"desk/meanings.js", "desk/hold.js", "site.js", "forms/fields.js", "scanning/pages.js"}
"""Scripts that may name keys: the table itself, what knows which keys press a button by themselves, what closes the
menus of every page, the list below an input, in which Enter takes a choice and Escape none, and the wall of pages, a
list box in which arrows go from page to page and Enter opens one."""


def test_people_the_manual_and_the_scripts_are_told_the_same_of_every_key() -> None:
    script = (STATIC / "desk" / "meanings.js").read_text(encoding="utf-8")
    table = script[script.index("MEANINGS = {") : script.index("};")]
    told = {key: meaning for one in SHORTCUTS for key, meaning in one.meanings.items()}
    said = dict(re.findall(r'"([^"]+)": "([^"]+)"', table))
    choices = {f"Alt+{number}" for number in range(1, 10)}
    assert {key: meaning for key, meaning in told.items() if key not in choices} == said
    assert {told[key] for key in choices} == {"choose"}
    text = MANUAL.read_text(encoding="utf-8")
    rows = [
        f"| `{one.keys}` | {one.what} | {', '.join(PAGE_LABELS[page] for page in one.pages)} | {one.pointer} |"
        for one in SHORTCUTS
    ]
    assert [row for row in rows if row not in text] == []


def test_no_key_has_two_meanings() -> None:
    pressed = Counter(key for one in SHORTCUTS for key in one.meanings)
    assert [key for key, times in pressed.items() if times > 1] == []


def test_no_page_gives_a_key_a_meaning_of_its_own() -> None:
    scripts = [path for path in STATIC.rglob("*.js") if "vendor" not in path.parts]
    found = {
        str(path.relative_to(STATIC)): NAMES_A_KEY.findall(path.read_text(encoding="utf-8"))
        for path in scripts
    }
    assert NAMES_A_KEY.search('actions = { "F8": open, }')
    assert {name: keys for name, keys in found.items() if keys and name not in OF_NO_PAGE} == {}


@pytest.mark.parametrize("page", PAGES)
def test_every_key_has_a_button_or_a_gesture(page: str) -> None:
    text = " ".join((TEMPLATES / name).read_text(encoding="utf-8") for name in PAGES[page])
    words = re.sub(r"<[^>]*>", " ", text).casefold()
    wanting = [
        one.keys
        for one in SHORTCUTS
        if page in one.pages
        and not any(
            part.strip().startswith(GESTURES) or part.strip().casefold() in words
            for part in re.split("[,;]", one.pointer)
        )
    ]
    assert wanting == []


def test_no_key_is_a_single_letter_or_figure() -> None:
    assert [one.keys for one in SHORTCUTS if len(one.keys) == 1 and one.keys.isalnum()] == []
