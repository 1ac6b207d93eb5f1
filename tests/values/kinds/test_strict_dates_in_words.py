import datetime

import pytest

from pipeline.values.kinds import DATE_WORDS


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Ngày Hai Mươi Bảy Tháng Tám Năm Hai Nghìn Không Trăm Linh Tám", "27.08.2008"),
        ("ngày hai mươi bẩy tháng tám năm hai ngàn lẻ tám", "27.08.2008"),
        ("Ngày hăm mốt, tháng tư, năm một ngàn chín trăm năm tư.", "21.04.1954"),
        ("ngày băm mốt tháng mười hai năm một nghìn chín trăm bảy mươi lăm", "31.12.1975"),
        ("ngày ba mốt tháng mười năm một chín bảy lăm", "31.10.1975"),
        ("mồng một tháng ba năm hai nghìn", "01.03.2000"),
        ("ngày mùng mười tháng sáu năm hai nghìn không trăm mười", "10.06.2010"),
        ("ngày mười lăm tháng mười một năm hai nghìn không trăm hai mươi nhăm", "15.11.2025"),
        ("ngày năm tháng năm năm một chín năm năm", "05.05.1955"),
        ("ngày hai lăm tháng bảy năm một nghìn chín trăm tám hai", "25.07.1982"),
        ("tháng tám năm một nghìn chín trăm bốn mươi lăm", "08.1945"),
        ("năm một nghìn chín trăm linh hai", "1902"),
        ("một nghìn chín trăm bảy mươi lăm", "1975"),
        ("ngày hai mươi tháng hai năm hai không một chín", "20.02.2019"),
    ],
)
def test_the_spellings_of_clerks_are_read(text: str, canonical: str) -> None:
    assert DATE_WORDS.parse(text).canonical == canonical
    assert not DATE_WORDS.parse(text).problems


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("NGAY HAI MUOI BAY THANG TAM NAM HAI NGHIN", "27.08.2000"),
        ("ngày hai muoi lăm tháng tam năm một chín bay lam", "25.08.1975"),
    ],
)
def test_missing_marks_are_read_and_reported(text: str, canonical: str) -> None:
    assert DATE_WORDS.parse(text).canonical == canonical
    assert DATE_WORDS.parse(text).problems == ("MISREAD",)


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "ngày chín",
        "ngày chín tháng ba",
        "bảy lăm",
        "hai nghìn tám",
        "tháng năm một nghìn chín trăm",
        "ngày hai mươi năm tháng hai năm hai nghìn",
        "ngày ba mốt tháng tư năm hai nghìn",
        "ngày bốn mươi tháng hai năm hai nghìn",
        "ngày chín tháng mười ba năm hai nghìn",
        "ngày chín tháng ba năm hai nghìn khoảng",
        "ngày 9 tháng ba năm hai nghìn",
        "ngày chìn tháng ba năm hai nghìn",
        "ngày chín tháng ba năm một nghìn chín trăm bảy",
        "tháng tháng năm năm hai nghìn",
    ],
)
def test_nothing_is_returned_when_unsure(text: str) -> None:
    assert DATE_WORDS.parse(text).canonical == ""
    assert DATE_WORDS.parse(text).problems == ("D01",)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("ngày rằm tháng giêng năm hai nghìn lẻ tám", "15.01.2008"),
        ("ngày hăm ba tháng chạp năm một chín năm tư", "23.12.1954"),
    ],
)
def test_names_of_the_lunar_calendar_are_read_and_doubted(text: str, canonical: str) -> None:
    assert DATE_WORDS.parse(text).canonical == canonical
    assert DATE_WORDS.parse(text).problems == ("D09",)


def test_a_date_said_to_be_lunar_has_no_value() -> None:
    parsed = DATE_WORDS.parse("ngày chín tháng ba năm hai nghìn âm lịch")
    assert (parsed.canonical, parsed.problems) == ("", ("D09",))


def test_every_day_from_1880_to_2030_comes_back_from_words() -> None:
    day, last = datetime.date(1880, 1, 1), datetime.date(2030, 12, 31)
    wrong = []
    while day <= last:
        canonical = f"{day:%d.%m.%Y}"
        if DATE_WORDS.parse(DATE_WORDS.format(canonical)).canonical != canonical:
            wrong.append(canonical)
        day += datetime.timedelta(days=1)
    assert not wrong


def test_no_two_days_share_their_words() -> None:
    days = [datetime.date(1999, 1, 1) + datetime.timedelta(days=n) for n in range(4000)]
    assert len({DATE_WORDS.format(f"{day:%d.%m.%Y}") for day in days}) == len(days)


def test_words_are_spelt_as_usual() -> None:
    assert DATE_WORDS.format("21.04.1975") == (
        "Ngày hai mươi mốt tháng tư năm một nghìn chín trăm bảy mươi lăm"
    )
    assert DATE_WORDS.format("05.2008") == "Tháng năm năm hai nghìn không trăm linh tám"
    assert DATE_WORDS.format("2000") == "Năm hai nghìn"


def test_a_value_that_is_no_date_has_no_words() -> None:
    with pytest.raises(ValueError, match="canonical"):
        DATE_WORDS.format("31.02.2000")
