import pytest

from pipeline.values.kinds import ENTRY_NUMBER, KINDS


@pytest.mark.parametrize(
    ("text", "canonical"),
    [("41", "41"), ("041", "41"), ("7", "07"), ("41/2010", "41/2010"), ("4 1 / 2 0 1 0", "41/2010"),
     ("Số: 41", "41"), ("…41…", "41")],
)  # fmt: skip
def test_an_entry_number_is_read_as_far_as_written(text: str, canonical: str) -> None:
    assert ENTRY_NUMBER.parse(text).canonical == canonical


@pytest.mark.parametrize("text", ["41/10", "41a", "0", "bốn mốt", "41/2010/KS", "-3", "/2010"])
def test_what_is_no_entry_number_is_not_guessed(text: str) -> None:
    assert ENTRY_NUMBER.parse(text).canonical == ""
    assert ENTRY_NUMBER.parse(text).problems == ("K01",)


def test_a_volume_has_its_own_finding() -> None:
    assert KINDS["volume"].parse("Quyển số: 1/2010").canonical == "01/2010"
    assert KINDS["volume"].parse("I/2010").problems == ("K02",)


def test_a_page_number_loses_its_zeros_and_nothing_else() -> None:
    assert KINDS["number"].parse("0 1 2").canonical == "12"
    assert KINDS["number"].parse("000").canonical == "0"
    assert KINDS["number"].parse("12a").problems == ("K11",)
    assert KINDS["number"].parse("²").problems == ("K11",)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("3 6 0  1 1 8  4 0 5", "360118405"),
        ("360.118.405", "360118405"),
        ("092 085 001 234", "092085001234"),
        ("b1234567", "B1234567"),
    ],
)
def test_an_id_number_is_read_spaced_out(text: str, canonical: str) -> None:
    assert KINDS["id_number"].parse(text).canonical == canonical
    assert not KINDS["id_number"].parse(text).problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [("36011840", "I04"), ("36O118405", "I04"), ("09208500123", "I01"), ("không có", "I04")],
)
def test_a_wrong_count_of_digits_is_no_id_number(text: str, problem: str) -> None:
    assert KINDS["id_number"].parse(text).canonical == ""
    assert KINDS["id_number"].parse(text).problems == (problem,)


def test_a_personal_number_of_an_unknown_province_is_kept_and_doubted() -> None:
    assert KINDS["id_number"].parse("003085001234").canonical == "003085001234"
    assert KINDS["id_number"].parse("003085001234").problems == ("I01",)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("02 giờ 30 phút", "02:30"),
        ("2h30", "02:30"),
        ("0 2 : 3 0", "02:30"),
        ("14 giờ", "14"),
        ("lúc 14 giờ 5 phút", "14:05"),
    ],
)
def test_a_time_is_as_exact_as_its_ink(text: str, canonical: str) -> None:
    assert KINDS["time"].parse(text).canonical == canonical


@pytest.mark.parametrize("text", ["25 giờ", "2 giờ 60 phút", "2 giờ chiều", "sáng", "2:", "không rõ"])
def test_what_is_no_time_of_day_is_doubted(text: str) -> None:
    assert KINDS["time"].parse(text).canonical == ""
    assert KINDS["time"].parse(text).problems == ("D08",)
