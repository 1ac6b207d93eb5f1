"""With real strokes a book says what the strokes spell, in the writer's own pieces, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.base.text.tones import folded
from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.training.synthetic_pages import InkPiece, OfficeOptions, SynthOptions, WriterInk, write_book
from pipeline.training.synthetic_pages.people import draw_commune, geography_of_year
from pipeline.training.synthetic_pages.spelled_values import SpelledPlace, SpelledWords
from pipeline.training.synthetic_pages.writer_ink import EM
from pipeline.values.places import Level

SCHEMAS = schema.load()
OPTIONS = SynthOptions(
    seed=5, entries=4, dpi=120, cover=False, blank=0.0, no_father=0.0, struck=0.0, notes=0.0
)
SPREAD = 10.0
RNG = np.random.default_rng(1)


def piece(width: int, height: int = 30, below: int = 0) -> InkPiece:
    """A filled box that hangs so far below the leader."""
    return InkPiece(np.full((height, width), 255, np.uint8), float(height - below))


def ink(words: str) -> WriterInk:
    """A writer whose words are boxes, ten pixels wide for each letter."""
    spelled = {word: (piece(10 * len(word)),) for word in words.lower().split()}
    figures = {digit: (piece(12),) for digit in "0123456789"}
    return WriterInk("w001", spelled, figures, SPREAD, 3.0, 15.0)


HAND = ink(
    "Nguyễn Trần Lê Hồ Thị Văn Minh Ngọc Bình Mai Châu Thành Phong Điền Cần Thơ Mỹ Khánh Ấp Xã Huyện Nam Kinh"
)


@pytest.mark.parametrize("text", ["Nguyễn THỊ mai", "12/3/1998", "Mỹ Khánh, Phong Điền - Cần Thơ.", "Ấp 5"])
def test_words_are_spelled_whole_in_any_case_and_figures_one_by_one(text: str) -> None:
    assert HAND.spells(text)


@pytest.mark.parametrize("text", ["", "Nguyễn Thị Lan", "Nguyên", "7h30", "(Mai)"])
def test_a_text_with_anything_that_was_not_cut_out_is_not_spelled(text: str) -> None:
    assert not HAND.spells(text)


def drawn(text: str, em: float = EM * SPREAD, **how: Any) -> tuple[np.ndarray, tuple[float, float], float]:
    patch = HAND.draw(text, em, 300, RNG, **{"squeeze": 1.0, "drift": 0.0, "gaps": (), **how})
    return patch.mask > 127, patch.origin, patch.advance


def test_a_line_is_the_writers_pieces_on_one_leader() -> None:
    mask, origin, advance = drawn("Mai Minh")
    assert mask.sum() == pytest.approx((30 + 40) * 30, rel=0.15)
    rows, columns = np.nonzero(mask)
    assert rows.max() + 1 == pytest.approx(origin[1], abs=4)
    assert columns.min() == pytest.approx(origin[0], abs=2)
    assert advance == pytest.approx(HAND.width("Mai Minh", EM * SPREAD), rel=0.1)


def test_size_width_and_gaps_follow_the_layout() -> None:
    usual, *_ = drawn("12/05/2008")
    for how, wider, taller in (
        ({"em": 2 * EM * SPREAD}, 2.0, 2.0),
        ({"squeeze": 0.75}, 0.75, 1.0),
        ({"gaps": (20.0,) * 10}, 2.2, 1.0),
    ):
        mask, *_ = drawn("12/05/2008", **how)
        spans = [np.ptp(np.flatnonzero(m.any(axis=axis))) for m in (mask, usual) for axis in (0, 1)]
        assert spans[0] / spans[2] == pytest.approx(wider, rel=0.2)
        assert spans[1] / spans[3] == pytest.approx(taller, rel=0.25)


def test_a_writers_mark_changes_with_a_pixel() -> None:
    other = ink("Mai")
    other.words["mai"][0].mask[3, 3] = 0
    assert ink("Mai").fingerprint == ink("Mai").fingerprint != other.fingerprint


def entries(
    folder: Path, name: str, strokes: WriterInk | None = HAND, **options: Any
) -> list[dict[str, Any]]:
    how = replace(OPTIONS, **options)
    book = write_book(folder, SCHEMAS.form(name), SCHEMAS, how, (), strokes)
    found: list[dict[str, Any]] = json.loads((book / "truth.json").read_text(encoding="utf-8"))["entries"]
    return found


@pytest.mark.parametrize("name", ["birth-2006", "marriage-2006", "death-2006", "birth-2016", "death-2016"])
def test_whatever_is_written_by_hand_is_spelled_and_the_rest_is_blank(tmp_path: Path, name: str) -> None:
    record = SCHEMAS.record(SCHEMAS.form(name).record)
    kinds = set()
    for entry in entries(tmp_path / "book", name):
        for field in entry["_by_hand"]:
            text = entry[record.by_name[field].column].replace(":", "/")
            assert HAND.spells(text.removesuffix(f"/{entry_year(entry)}") or text), (field, text)
            kinds.add(record.by_name[field].kind)
    assert kinds >= {"name", "date", "entry_number", "place"}


def entry_year(entry: dict[str, Any]) -> str:
    return str(entry["so"]).rpartition("/")[2]


def test_places_are_real_units_of_the_gazetteer(tmp_path: Path) -> None:
    provinces = {unit.name for unit in SCHEMAS.places.gazetteer.units if unit.level is Level.PROVINCE}
    for entry in entries(tmp_path / "book", "birth-2006"):
        place = entry["nksQueQuan"].replace(" - ", ", ")
        if ", " in place:
            province = place.rpartition(", ")[2].removeprefix("tỉnh ").removeprefix("thành phố ")
            assert province in provinces


def test_a_parent_who_declares_keeps_the_name(tmp_path: Path) -> None:
    same = 0
    for entry in entries(tmp_path / "book", "birth-2006", entries=8):
        same += entry["nycHoTen"] in (entry["meHoTen"], entry["chaHoTen"])
        assert entry["nksHoTen"]
    assert same


def test_a_writer_without_surnames_leaves_names_blank(tmp_path: Path) -> None:
    for entry in entries(tmp_path / "book", "birth-2006", ink("Ấp Cần Thơ")):
        assert not entry["nksHoTen"]
        assert entry["nksNgaySinh"]


def test_the_same_strokes_give_the_same_pages(tmp_path: Path) -> None:
    form = SCHEMAS.form("death-2006")
    books = [
        write_book(tmp_path / name, form, SCHEMAS, replace(OPTIONS, entries=1), (), ink("Mai Minh Lê Hồ"))
        for name in ("one", "two")
    ]
    first, second = ({path.name: path.read_bytes() for path in book.iterdir()} for book in books)
    assert first == second


OFFICE_HAND = ink(
    "Nguyễn Trần Lê Hồ Thị Văn Minh Ngọc Bình Mỹ Khánh Nhơn Ái Phong Điền Cần Thơ Ấp Kinh Nam Chủ tịch PCT CT"
)


def test_the_book_of_an_office_names_few_places_and_its_own_commune_most(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    office = OfficeOptions(overflow=0.0)
    found = entries(folder, "birth-2006", OFFICE_HAND, entries=12, office=office, stamped=0.0, year=2010)
    commune = load_ledger(folder).place.split(",")[0].removeprefix("UBND xã ")
    places = [entry["nksQueQuan"] for entry in found if entry["nksQueQuan"]]
    assert commune in ("Mỹ Khánh", "Nhơn Ái")
    assert sum(folded(commune) in folded(text) for text in places) >= len(places) / 3


def test_an_officer_of_strokes_keeps_the_name_and_bears_a_title_that_is_spelled(tmp_path: Path) -> None:
    found = entries(
        tmp_path / "book",
        "birth-2006",
        OFFICE_HAND,
        entries=12,
        office=OfficeOptions(signers=1, overflow=0.0),
    )
    assert len({entry["nguoiKy"] for entry in found}) == 1
    titles = {entry["chucVuNguoiKy"] for entry in found} - {""}
    assert titles
    assert all(OFFICE_HAND.spells(title) for title in titles)


def test_people_move_about_a_home_that_only_the_strokes_know() -> None:
    rng = np.random.default_rng(1)
    place = SpelledPlace(("An Bình", "Lâm Hoa", "Mỹ An"), (), "00001", "tỉnh")
    words = SpelledWords(ink("an"), (), (), (), [place], (), ", ")
    gazetteer = SCHEMAS.places.gazetteer
    _, home = words.at_home(draw_commune(rng, geography_of_year(gazetteer, 2010)), rng)
    moved = {draw_commune(rng, home).province for _ in range(40)}
    assert "Mỹ An" in moved
    assert len(moved) > 1
