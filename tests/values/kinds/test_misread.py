"""Dates whose letters are misread: what they allow, and that no wrong one is ever called sure."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.reading.bench_date_words import THE_MIXED, drawn
from benchmarks.reading.misreadings import HITS, Misreading
from pipeline.base.text.dates_in_words import SPELLINGS
from pipeline.values.kinds import DATE_WORDS, parse_strictly
from pipeline.values.kinds.calendar import PartialDate
from pipeline.values.kinds.misread import NO_DATES, possible_dates


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ngày hal mươi bảy tháng tám năm hai nghìn không trăm linh tám", "27.08.2008"),
        ("Ngày hai mươi bảy thảng tám năm hai nghìn không trăm linh tám", "27.08.2008"),
        ("ngày hai mươi bảy tháng tám năm hai nghìm không trăm linh tám", "27.08.2008"),
        ("ngảy hai mươi bảy tháng tám năm hai nghìn không trăm linh tám", "27.08.2008"),
        ("NGÀY CHÍN THÁNG MƯỜI NĂM MỘT NGHÌN CHlN TRĂM SÁU MƯƠI HAI", "09.10.1962"),
    ],
)
def test_a_single_misread_letter_hides_no_date_and_is_reported(text: str, canonical: str) -> None:
    assert DATE_WORDS.parse(text).canonical == canonical
    assert DATE_WORDS.parse(text).problems == ("MISREAD",)
    assert parse_strictly(text).problems == ("D01",)


@pytest.mark.parametrize(
    "text",
    [
        "ngày hai mươi tàm tháng hai năm hai nghìn",  # lăm or tám?
        "ngày hai mươi bấ tháng hai năm hai nghìn",  # ba or bảy?
        "ngày mười hai tháng hai mười năm hai nghìn",
        "ngày ba mốt thảng tư năm hai nghìn",  # no such day
        "ngày bốn mươi thảng hai năm hai nghìn",
        "ngày chín thảng mười ba năm hai nghìn",
        "ngày chín tháng ba năm hai nghì",  # cut off: hai nghìn …?
        "y hai mươi bảy tháng tám năm hai nghìn không trăm linh tám",
        "ngày hai mươi bảy thảng tám năm bảy nghìn không trăm linh tám",
    ],
)
def test_a_date_is_not_sure_when_another_is_near(text: str) -> None:
    assert DATE_WORDS.parse(text).canonical == ""


def _words_of(seed: int) -> tuple[random.Random, list[str]]:
    rng = random.Random(seed)
    return rng, drawn(rng)[1].lower().split()


@given(st.integers(0, 10**6), st.sampled_from(["lost", "doubled", "strange before", "strange behind"]))
@settings(max_examples=60)
def test_a_text_that_lost_or_gained_a_word_says_no_other_date(seed: int, what: str) -> None:
    rng, words = _words_of(seed)
    at = rng.randrange(len(words))
    changed = {
        "lost": words[:at] + words[at + 1 :],
        "doubled": words[: at + 1] + words[at:],
        "strange before": ["xã", *words],
        "strange behind": [*words, "khoảng"],
    }[what]
    assert DATE_WORDS.parse(" ".join(changed)) == parse_strictly(" ".join(changed))


@pytest.mark.parametrize("hits", [None, *sorted(HITS)])
def test_no_wrong_date_is_sure_however_the_letters_are_misread(hits: str | None) -> None:
    kind = THE_MIXED if hits is None else Misreading(hits=hits, unmarked=0.3, marks_lost=0.3)
    rng = random.Random(4)
    right, draws = 0, 60
    for _ in range(draws):
        date, text = drawn(rng)
        read = kind.read(text, rng)
        dates = possible_dates(read).dates
        right += bool(dates) and dates[0].date == date
        assert DATE_WORDS.parse(read).canonical in ("", date.canonical), read
    assert right >= draws * (0.85 if hits is None else 0.5)


def test_the_dates_are_ranked_and_their_chances_are_chances() -> None:
    dates = possible_dates("ngày hai muơi lam tháng tam năm một nghin chín trăm bảy mươi lam").dates
    assert dates[0].date == PartialDate(1975, 8, 25)
    chances = [each.chance for each in dates]
    assert chances == sorted(chances, reverse=True)
    assert 0.99 < sum(chances) <= 1.0 + 1e-9
    assert {PartialDate(1975, 8, 28), PartialDate(1978, 8, 25)} <= {each.date for each in dates[:6]}


@given(st.text(max_size=200))
@settings(max_examples=80)
def test_no_text_crashes_a_reader(text: str) -> None:
    possible_dates(text)
    DATE_WORDS.parse(text)


@given(
    st.lists(
        st.sampled_from(
            [*SPELLINGS, "Nguyễn", "Thị", "ấp", "xã", "bệnh", "viện", "tuổi", "giờ", "9", "1952"]
        ),
        max_size=14,
    ).map(" ".join)
)
@settings(max_examples=80)
def test_words_in_no_order_are_no_date(text: str) -> None:
    assert DATE_WORDS.parse(text) == parse_strictly(text)


@given(st.text(st.sampled_from("abcdefghiklmnopqrstuvxyăâđêôơưáàảãạ  "), max_size=90))
@settings(max_examples=80)
def test_letters_in_no_order_are_no_date(text: str) -> None:
    assert DATE_WORDS.parse(text).canonical == ""


@pytest.mark.parametrize("text", ["", "  ", "abc", "Nguyễn Văn Thử Nghiệm, ấp Ba, xã Tân Lập", "x" * 500])
def test_what_is_no_date_allows_none(text: str) -> None:
    assert possible_dates(text) is NO_DATES
