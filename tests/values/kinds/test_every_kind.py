"""Laws that all kinds keep."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.values.kinds import COMPOSITES, KINDS, Vocabulary

VOCABULARY = Vocabulary(
    (("1", "Nam", ()), ("2", "Nữ", ("Gái",)), ("3", "Không xác định", ())), uncoded=("Chưa rõ",)
)

_days = st.dates(datetime.date(1000, 1, 1), datetime.date(2999, 12, 31)).map(
    lambda d: f"{d:%d.%m}.{d.year:04d}"
)
_dates = st.one_of(_days, _days.map(lambda d: d[3:]), _days.map(lambda d: d[6:]))
_numbers = st.tuples(st.integers(1, 999_999), st.none() | st.integers(1000, 2999)).map(
    lambda pair: f"{pair[0]:02d}" + (f"/{pair[1]}" if pair[1] else "")
)
_words = st.lists(
    st.sampled_from(["Nguyễn", "TRẦN", "Văn", "Thị", "Bé", "Hòa", "Thuý", "Danh", "Khoa", "Ân", "Ý"]),
    min_size=2,
    max_size=5,
)
_texts = _words.map(" ".join)

CANONICAL = {
    "text": _texts,
    "name": _texts,
    "place": _texts,
    "date": _dates,
    "date_words": _dates,
    "time": st.one_of(
        st.integers(0, 23).map("{:02d}".format),
        st.times().map(lambda t: f"{t.hour:02d}:{t.minute:02d}"),
    ),
    "entry_number": _numbers,
    "volume": _numbers,
    "number": st.integers(0, 10**9).map(str),
    "id_number": st.from_regex(r"[0-9]{9}|[0-9]{12}|[A-Z][0-9]{7}", fullmatch=True),
    "choice": st.sampled_from(["1", "2", "3", "Chưa rõ"]),
}


def test_every_kind_is_held_to_the_laws() -> None:
    assert set(CANONICAL) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=60)
def test_what_is_formatted_parses_to_the_same_value(kind: str, data: st.DataObject) -> None:
    value = data.draw(CANONICAL[kind])
    assert KINDS[kind].parse(KINDS[kind].format(value, VOCABULARY), VOCABULARY).canonical == value


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text() | st.text("0123456789/.:-– ngày tháng năm giờ số", max_size=30))
@settings(max_examples=60)
def test_no_text_crashes_a_kind_and_none_becomes_a_value_it_cannot_write(kind: str, text: str) -> None:
    parsed = KINDS[kind].parse(text, VOCABULARY)
    if parsed.canonical:
        assert KINDS[kind].parse(KINDS[kind].format(parsed.canonical, VOCABULARY), VOCABULARY).canonical
    elif any(c.isalnum() for c in text):
        assert parsed.problems


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_text_is_nothing_and_no_problem(kind: str) -> None:
    assert KINDS[kind].parse("") == KINDS[kind].parse("  \n")
    assert KINDS[kind].parse("").canonical == ""
    assert not KINDS[kind].parse("").problems


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("text", "name", "place")])
def test_what_is_not_canonical_is_not_written(kind: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        KINDS[kind].format("không phải", VOCABULARY)


@pytest.mark.parametrize("kind", COMPOSITES)
@given(text=st.text())
@settings(max_examples=60)
def test_no_text_crashes_a_composite(kind: str, text: str) -> None:
    assert tuple(COMPOSITES[kind].split(text)) == COMPOSITES[kind].roles
