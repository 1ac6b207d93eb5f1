"""``ledger.toml`` of a book: what is read from it, and what is said when it is wrong."""

from __future__ import annotations

import os
import tempfile
import unicodedata
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.errors import LedgerError
from pipeline.base.model import BookSeries, Ledger
from pipeline.declarations.ledger import SERIES_NAMES, ledger_text, load_ledger

WHOLE = """
form = "birth-2006"
place = "UBND xã Bình Minh"
place_code = "31318"
volume = "01/2010"
opened_on = "4/1/2010"
closed_on = 2010-12-31
entries = 128
pages = 130
"""

LEAST = 'form = "birth-2006"\nplace = "UBND xã Bình Minh"\nplace_code = "31318"\nvolume = "01/2010"\n'


def book(folder: Path, text: str) -> Path:
    (folder / "ledger.toml").write_text(text, encoding="utf-8")
    return folder


def complaint(folder: Path) -> str:
    with pytest.raises(LedgerError) as caught:
        load_ledger(folder)
    return caught.value.message


def test_a_whole_ledger_is_read_and_its_days_are_written_alike(tmp_path: Path) -> None:
    ledger = load_ledger(book(tmp_path, WHOLE))
    assert ledger == Ledger(
        form="birth-2006",
        place="UBND xã Bình Minh",
        place_code="31318",
        volume="01/2010",
        opened_on="04.01.2010",
        closed_on="31.12.2010",
        entries=128,
        pages=130,
    )
    assert ledger.year == 2010


def test_what_the_cover_does_not_say_stays_open(tmp_path: Path) -> None:
    ledger = load_ledger(book(tmp_path, LEAST))
    assert (ledger.opened_on, ledger.closed_on, ledger.entries, ledger.pages) == ("", "", None, None)


def test_a_blank_day_of_closing_is_no_flaw(tmp_path: Path) -> None:
    assert load_ledger(book(tmp_path, LEAST + 'closed_on = ""\n')).closed_on == ""


@pytest.mark.parametrize("series", BookSeries)
def test_a_series_is_written_in_the_words_of_an_office_and_read_back(
    tmp_path: Path, series: BookSeries
) -> None:
    ledger = replace(load_ledger(book(tmp_path, WHOLE)), series=series)
    written = ledger_text(ledger)
    assert load_ledger(book(tmp_path, written)) == ledger
    assert ("series" in written) == (series is not BookSeries.ORDINARY)


@pytest.mark.parametrize(
    "said", ["Đăng ký lại", unicodedata.normalize("NFD", "đăng ký lại"), " ĐĂNG  KÝ LẠI "]
)
def test_a_series_is_known_however_it_is_typed(tmp_path: Path, said: str) -> None:
    assert load_ledger(book(tmp_path, LEAST + f'series = "{said}"\n')).series is BookSeries.AGAIN


@pytest.mark.parametrize("said", ['"dang ky lai"', '"late"', '""', "1"])
def test_a_series_that_no_office_has_is_refused_with_those_it_may_be(tmp_path: Path, said: str) -> None:
    told = complaint(book(tmp_path, LEAST + f"series = {said}\n"))
    assert "khóa “series” phải là một trong: " + ", ".join(SERIES_NAMES.values()) in told


def test_a_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "ledger.toml").write_text(LEAST, encoding="utf-8-sig")
    assert load_ledger(tmp_path).place_code == "31318"


def test_a_missing_file_says_which_keys_it_needs(tmp_path: Path) -> None:
    said = complaint(tmp_path)
    assert "Thiếu tệp" in said
    assert "form, place, place_code, volume" in said


@pytest.mark.parametrize("key", ["form", "place", "place_code", "volume"])
def test_a_missing_key_is_named_with_an_example(tmp_path: Path, key: str) -> None:
    text = "\n".join(line for line in LEAST.splitlines() if not line.startswith(f"{key} "))
    said = complaint(book(tmp_path, text))
    assert f"thiếu khóa “{key}”" in said
    assert f"Ví dụ: {key} = " in said


@pytest.mark.parametrize(
    ("wrong", "nearest"), [("volum", "volume"), ("opened", "opened_on"), ("entry", "entries")]
)
def test_an_unknown_key_names_the_nearest_one(tmp_path: Path, wrong: str, nearest: str) -> None:
    assert f"khóa lạ “{wrong}”. Có phải là “{nearest}”?" in complaint(
        book(tmp_path, LEAST + f'{wrong} = "x"\n')
    )


def test_a_misspelt_key_is_told_before_the_key_it_should_be(tmp_path: Path) -> None:
    said = complaint(book(tmp_path, LEAST.replace("place_code", "plase_code")))
    assert "khóa lạ “plase_code”. Có phải là “place_code”?" in said


def test_a_key_unlike_any_other_lists_them_all(tmp_path: Path) -> None:
    assert "Các khóa được dùng: form, place" in complaint(book(tmp_path, LEAST + 'zzz = "x"\n'))


@pytest.mark.parametrize(
    "volume", ['"2010"', '"01-2010"', '"01/10"', '"1/5005"', "2010", '""', '"01/2010/2"']
)
def test_a_volume_is_a_number_and_the_year_of_opening(tmp_path: Path, volume: str) -> None:
    said = complaint(book(tmp_path, LEAST.replace('"01/2010"', volume)))
    assert "khóa “volume” phải có dạng quyển/năm" in said


@pytest.mark.parametrize(
    "day", ['"31/2/2010"', '"2010"', '"3/2010"', '"hôm qua"', "12", "2010-01-04T08:00:00"]
)
def test_a_day_must_exist_and_be_whole(tmp_path: Path, day: str) -> None:
    assert "khóa “opened_on” phải là một ngày" in complaint(book(tmp_path, LEAST + f"opened_on = {day}\n"))


@pytest.mark.parametrize("count", ['"128"', "-1", "1.5", "true"])
def test_a_count_is_a_whole_number(tmp_path: Path, count: str) -> None:
    assert "khóa “entries” phải là số nguyên" in complaint(book(tmp_path, LEAST + f"entries = {count}\n"))


def test_a_place_code_without_quotes_is_told_because_it_would_lose_its_zero(tmp_path: Path) -> None:
    said = complaint(book(tmp_path, LEAST.replace('"31318"', "31318")))
    assert "khóa “place_code” phải viết trong dấu nháy kép" in said


def test_an_empty_place_is_told(tmp_path: Path) -> None:
    said = complaint(book(tmp_path, LEAST.replace('"UBND xã Bình Minh"', '"  "')))
    assert "khóa “place” không được để trống" in said


def test_broken_toml_and_foreign_encodings_are_told(tmp_path: Path) -> None:
    assert "sai cú pháp TOML" in complaint(book(tmp_path, "form = "))
    (tmp_path / "ledger.toml").write_bytes(LEAST.encode("utf-16"))
    assert "không phải chữ UTF-8" in complaint(tmp_path)


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "ledger.toml").mkdir()
    assert "không phải là một tệp thường" in complaint(tmp_path)


@pytest.mark.parametrize(
    ("place", "font"),
    [("UBND x· B×nh Thñy", "TCVN3 (ABC)"), ("UBND xaõ Bình Thuûy", "VNI-Windows")],
)
def test_text_of_a_font_before_unicode_is_told_and_shown_as_it_was_meant(
    tmp_path: Path, place: str, font: str
) -> None:
    told = complaint(book(tmp_path, LEAST.replace("UBND xã Bình Minh", place)))
    assert font in told
    assert "“UBND xã Bình Thủy”" in told


@pytest.mark.parametrize(
    "text",
    [
        LEAST + "entries = " + "[" * 60_000,
        LEAST + "entries = " + "9" * 5_000,
        LEAST + f"entries = {2**63}\n",
        LEAST + "pages = 100001\n",
        LEAST + ".".join("a" * 20_000) + " = 1\n",
        LEAST + "# " + "x" * (64 << 10),
        LEAST.replace("UBND xã Bình Minh", "Bình Minh " * 21),
        LEAST.replace("01/2010", "0" * 60_000),
        LEAST + "opened_on = '" + "1" * 60_000 + "'\n",
        "a" * 60_000 + " = 1\n",
    ],
)
def test_what_no_cover_can_say_is_refused_and_shortly_told(tmp_path: Path, text: str) -> None:
    assert len(complaint(book(tmp_path, text))) < 500


@pytest.mark.parametrize("hidden", ["\\u0000", "\\u001b[2J", "\u202e", "\u2066", "\u200b", "\ufeff"])
def test_characters_that_nobody_sees_are_refused_by_name(tmp_path: Path, hidden: str) -> None:
    told = complaint(book(tmp_path, LEAST.replace("Bình", f"Bì{hidden}nh")))

    assert "ký tự ẩn (U+" in told
    assert told.isprintable()


def test_a_place_typed_in_decomposed_letters_passes(tmp_path: Path) -> None:
    place = unicodedata.normalize("NFD", "UBND xã Bình Minh")

    assert load_ledger(book(tmp_path, LEAST.replace("UBND xã Bình Minh", place))).place == place


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "ledger.toml")

    assert "không phải là một tệp thường" in complaint(tmp_path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "ledger.toml").symlink_to("/dev/zero")

    assert "liên kết" in complaint(tmp_path)


@given(
    st.binary(max_size=300)
    | st.text(max_size=300).map(lambda text: (LEAST + text).encode("utf-8", "replace"))
)
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_a_ledger_or_a_named_error(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ledger.toml").write_bytes(content)
        with suppress(LedgerError):
            load_ledger(Path(folder))
