import re
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.values.kinds import COMPOSITES, KINDS


def parts(kind: str, text: str) -> dict[str, str]:
    """The roles that got any text."""
    return {role: part for role, part in COMPOSITES[kind].split(text).items() if part}


def test_an_identity_paper_is_cut_into_its_parts() -> None:
    assert parts("identity_paper", "CMND số 360118405 do CA Cần Thơ cấp ngày 12/3/1999") == {
        "type": "CMND",
        "number": "360118405",
        "issued_on": "12/3/1999",
        "issued_place": "CA Cần Thơ",
    }


@pytest.mark.parametrize(
    "text",
    [
        "CMND 360118405, cấp ngày 12/3/1999 tại CA Cần Thơ",
        "CMND: 360118405, ngày cấp: 12/3/1999, nơi cấp: CA Cần Thơ",
        "Số CMND 360118405 CA Cần Thơ cấp ngày 12/3/1999",
        "CMND số: 360118405, CA Cần Thơ cấp 12/3/1999",
        "CMND số 360118405 cấp ngày 12/3/1999 do CA Cần Thơ cấp",
    ],
)
def test_the_parts_of_a_paper_may_come_in_any_order(text: str) -> None:
    assert tuple(COMPOSITES["identity_paper"].split(text).values()) == (
        "CMND",
        "360118405",
        "12/3/1999",
        "CA Cần Thơ",
        "",
    )


def test_a_number_alone_is_the_number_of_the_paper() -> None:
    assert parts("identity_paper", "3 6 0  1 1 8  4 0 5") == {"number": "3 6 0  1 1 8  4 0 5"}


@pytest.mark.parametrize(
    "what",
    ["Giấy CMND", "Chứng minh nhân dân", "Thẻ CCCD", "Căn cước công dân", "Hộ chiếu", "Thẻ thường trú"],
)
def test_a_usual_paper_may_be_named_in_full_or_short(what: str) -> None:
    assert parts("identity_paper", f"{what} số 092085001234") == {"type": what, "number": "092085001234"}


def test_an_unusual_paper_is_named_among_the_others() -> None:
    assert parts("identity_paper", "Giấy phép lái xe số 123456") == {
        "number": "123456",
        "other": "Giấy phép lái xe",
    }


@pytest.mark.parametrize("text", ["Hộ khẩu", "CMND số 360118405 đã hết hạn", "CMND 360118405 và 360118406"])
def test_a_paper_that_cannot_be_cut_stays_whole(text: str) -> None:
    assert parts("identity_paper", text) == {"type": text}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "CMND số 35283758/ do Công an tỉnh Bạc Liêu cấp ngày 14/05/2014",
            ("CMND", "35283758/", "14/05/2014", "Công an tỉnh Bạc Liêu"),
        ),
        (
            "CCCD 094/49/71000, cấp ngày 14/12/20/8 tợi Công an Cần Thơ",
            ("CCCD", "094/49/71000", "14/12/20/8", "Công an Cần Thơ"),
        ),
        (
            "CMND 360118405 cấp ngày 221.2016 rại CA Cần Thơ",
            ("CMND", "360118405", "221.2016", "CA Cần Thơ"),
        ),
        (
            "CMND 360118405 cao ngày 24.01.2009 tại Công an tỉnh Hậu Giang",
            ("CMND", "360118405", "24.01.2009", "Công an tỉnh Hậu Giang"),
        ),
    ],
)
def test_a_misread_sign_does_not_put_a_whole_paper_into_one_field(text: str, told: tuple[str, ...]) -> None:
    cut = COMPOSITES["identity_paper"].split(text)
    assert tuple(cut[role] for role in ("type", "number", "issued_on", "issued_place")) == told
    assert KINDS["id_number"].parse(cut["number"]).canonical in ("", "360118405")


@pytest.mark.parametrize(
    "text",
    [
        "CMND 031234567 Hải Phòng cấp ngày 12/03/2010",
        "CMND 031234567 cấp ngày 12/3/2010 Hải Phòng",
        "CMND 031234567 Mai Sở Tư pháp cấp ngày 12/03/2010",
        "CMND 031234567 cấp cao ngày 12/3/2010",
        "CMND, CA Cần Thơ, số 360118405",
        "Giấy báo tử, do Công an xã A cấp, số 12 ngày 1/2/2016",
    ],
)
@pytest.mark.parametrize("kind", ["identity_paper", "death_notice"])
def test_no_word_is_dropped_or_taken_for_another_part(kind: str, text: str) -> None:
    assert parts(kind, text) == {"type": text}


def test_an_issuer_keeps_all_its_words() -> None:
    told = parts("identity_paper", "CMND 031234567 cấp ngày 12/3/2010 tại Hải Phòng")
    assert told["issued_place"] == "Hải Phòng"


@pytest.mark.parametrize("text", ["CMND 12/3/1999", "CMND 12/3/1999 tại CA Cần Thơ", "CMND 1/3/4"])
def test_a_date_is_no_misread_number(text: str) -> None:
    assert parts("identity_paper", text) == {"type": text}


def test_a_death_notice_is_cut_into_its_parts() -> None:
    assert parts("death_notice", "Giấy báo tử số 12 ngày 3/4/2011 do UBND xã Tân Thới cấp") == {
        "type": "Giấy báo tử",
        "number": "12",
        "issued_on": "3/4/2011",
        "issuer": "UBND xã Tân Thới",
    }


@pytest.mark.parametrize(
    "day", ["12.3.1999", "12-3-1999", "1 2 / 3 / 1 9 9 9", "12 tháng 3 năm 1999", "3/1999", "1999"]
)
def test_a_paper_may_be_dated_in_any_way(day: str) -> None:
    assert parts("identity_paper", f"CMND 360118405 cấp ngày {day} tại CA Cần Thơ") == {
        "type": "CMND",
        "number": "360118405",
        "issued_on": day,
        "issued_place": "CA Cần Thơ",
    }


def test_a_speck_read_as_a_comma_does_not_end_what_the_paper_is() -> None:
    assert parts("death_notice", "Bản án hoặc quyết, định tuyên bố chết số 165/2017 ngày 28/4/2011") == {
        "type": "Bản án hoặc quyết, định tuyên bố chết",
        "number": "165/2017",
        "issued_on": "28/4/2011",
    }


def test_a_notice_may_be_somebodys() -> None:
    assert parts("death_notice", "Giấy báo tử số 05/2010 ngày 3/4/2010 của Bệnh viện đa khoa X") == {
        "type": "Giấy báo tử",
        "number": "05/2010",
        "issued_on": "3/4/2010",
        "issuer": "Bệnh viện đa khoa X",
    }


@pytest.mark.parametrize(
    ("text", "time", "date"),
    [
        ("02 giờ 30 phút ngày 5/6/2010", "02 giờ 30 phút", "5/6/2010"),
        ("lúc 14 giờ, ngày 5 tháng 6 năm 2010", "14 giờ", "ngày 5 tháng 6 năm 2010"),
        ("2h30, 5/6/2010", "2h30", "5/6/2010"),
        ("ngày 5/6/2010 lúc 2 giờ", "2 giờ", "5/6/2010"),
        ("5/6/2010", "", "5/6/2010"),
        ("02 giờ 3O phút ngày 5/6/2O10", "02 giờ 3O phút", "5/6/2O10"),
        ("không rõ", "không rõ", ""),
    ],
)
def test_a_moment_is_a_time_and_a_date(text: str, time: str, date: str) -> None:
    assert COMPOSITES["moment"].split(text) == {"time": time, "date": date}


CONNECTING = {
    "signer": COMPOSITES["signer"].connecting,
    "identity_paper": COMPOSITES["identity_paper"].connecting,
    "death_notice": COMPOSITES["identity_paper"].connecting,
    "moment": COMPOSITES["moment"].connecting,
}
_pieces = st.sampled_from(
    [
        "Nguyễn Văn A",
        "Trần B",
        "Chủ tịch",
        "PCT",
        "UBND xã X",
        ",",
        ":",
        "-",
        "(",
        ")",
        "CMND",
        "Hộ chiếu",
        "Giấy báo tử",
        "số",
        "360118405",
        "12/GBT",
        "B1234567",
        "do",
        "cấp",
        "tại",
        "ngày",
        "nơi cấp",
        "12/3/1999",
        "ngày 3 tháng 4 năm 2011",
        "CA Cần Thơ",
        "02 giờ 30 phút",
        "2h30",
        "lúc",
        "vào lúc",
        "hồi",
        "1952",
        "xyz",
    ]
)


@pytest.mark.parametrize("kind", COMPOSITES)
@given(text=st.lists(_pieces, max_size=9).map(" ".join) | st.text())
@settings(max_examples=300)
def test_a_composite_drops_nothing_but_connecting_words(kind: str, text: str) -> None:
    written = unicodedata.normalize("NFC", text)
    parts = [unicodedata.normalize("NFC", part).strip() for part in COMPOSITES[kind].split(text).values()]
    rests = _rests(written, sorted(parts, key=len, reverse=True))
    assert any(not re.sub(r"[\s,;:.()-]", "", _without_connecting(kind, rest)) for rest in rests)


def _rests(text: str, parts: list[str]) -> Iterator[str]:
    """What may be left of a text without its parts: one that stands in it twice is taken at either end."""
    if not parts:
        yield text
    elif parts[0] in text:
        before, _, after = text.partition(parts[0]) if parts[0] else (text, "", "")
        yield from _rests(f"{before} {after}", parts[1:])
        if parts[0] and parts[0] in after:
            before, _, after = text.rpartition(parts[0])
            yield from _rests(f"{before} {after}", parts[1:])


def _without_connecting(kind: str, text: str) -> str:
    for word in sorted(CONNECTING[kind], key=len, reverse=True):
        text = re.sub(re.escape(word), " ", text, flags=re.IGNORECASE)
    return text


@pytest.mark.parametrize(
    ("text", "number", "issued_on", "issuer"),
    [
        (
            "CCCD 092099615413 cấp ngày 15-4-2016 tai Công an tỉnh Sóc Trăng",
            "092099615413", "15-4-2016", "Công an tỉnh Sóc Trăng",
        ),
        (
            "Giấy CMND số 350334451 dp Công an tỉnh Hậu Giang câp ngáy 06/02/2012",
            "350334451", "06/02/2012", "Công an tỉnh Hậu Giang",
        ),
        ("CMND 350334451 cap ngay 06/02/2012", "350334451", "06/02/2012", ""),
    ],
)  # fmt: skip
def test_connecting_words_may_be_misread(text: str, number: str, issued_on: str, issuer: str) -> None:
    parts = COMPOSITES["identity_paper"].split(text)
    assert (parts["number"], parts["issued_on"], parts["issued_place"]) == (number, issued_on, issuer)
