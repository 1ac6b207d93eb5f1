import unicodedata

import pytest

from pipeline.values.kinds import KINDS, Vocabulary, is_ditto

SEX = Vocabulary((("1", "Nam", ()), ("2", "Nữ", ("Gái",))), finding="L03")


@pytest.mark.parametrize("written", ["Nữ", "NỮ", "  nữ ", unicodedata.normalize("NFD", "Nữ"), "gái"])
def test_a_term_is_found_whatever_its_case_form_and_spaces(written: str) -> None:
    assert KINDS["choice"].parse(written, SEX).canonical == "2"


@pytest.mark.parametrize("written", ["Nu", "Nữ.", "Na", "Không rõ"])
def test_a_near_miss_is_no_term(written: str) -> None:
    assert KINDS["choice"].parse(written, SEX).canonical == ""
    assert KINDS["choice"].parse(written, SEX).problems == ("L03",)


def test_without_a_code_list_nothing_is_a_term() -> None:
    assert KINDS["choice"].parse("Nam").problems == ("NOT-IN-LIST",)


def test_a_spelling_that_two_terms_share_is_neither() -> None:
    groups = Vocabulary((("23", "Khơ Me", ("Thổ",)), ("43", "Thổ", ())))
    assert KINDS["choice"].parse("Thổ", groups).problems == ("NOT-IN-LIST",)


def test_a_printed_box_that_the_list_has_no_code_for_keeps_its_words() -> None:
    marriages = Vocabulary((("1", "Kết hôn lần đầu", ()),), uncoded=("Ghi chú kết hôn",))
    assert KINDS["choice"].parse("ghi chú  kết hôn", marriages) == ("Ghi chú kết hôn", ("UNCODED",))
    assert KINDS["choice"].format("Ghi chú kết hôn", marriages) == "Ghi chú kết hôn"
    assert KINDS["choice"].parse("Ghi chú", marriages) == ("", ("NOT-IN-LIST",))


def test_nothing_written_is_nothing_and_no_problem() -> None:
    assert KINDS["choice"].parse("  ", SEX) == KINDS["choice"].parse("", SEX)
    assert not KINDS["choice"].parse("", SEX).problems


@pytest.mark.parametrize("written", ["NGUYỄN VĂN A", "Trần Thị Bé", "Tôn Nữ Thị Hòa", "Thạch Sơn"])
def test_a_plain_name_is_kept_as_written(written: str) -> None:
    assert KINDS["name"].parse(written).canonical == written
    assert not KINDS["name"].parse(written).problems


@pytest.mark.parametrize("written", ["Ng. Văn Bé", "Ng~ Thị Bé", "N.V. Bé", "Trần Th. Bé", "Trần T Bé"])
def test_an_abbreviation_is_kept_and_doubted(written: str) -> None:
    assert KINDS["name"].parse(written).canonical == written
    assert "L06" in KINDS["name"].parse(written).problems


@pytest.mark.parametrize("written", ["Bé", "John Smith"])
def test_a_name_of_an_odd_shape_is_kept_and_doubted(written: str) -> None:
    assert KINDS["name"].parse(written).canonical == written
    assert KINDS["name"].parse(written).problems == ("L05",)


@pytest.mark.parametrize("written", ["Trần 8ảy", "Trần / Bé", "Chủ tịch UBND xã", "PCT Trần Bé"])
def test_digits_signs_and_titles_make_no_name(written: str) -> None:
    assert KINDS["name"].parse(written).canonical == ""
    assert KINDS["name"].parse(written).problems == ("L05",)


def test_the_place_of_the_tone_is_the_writers() -> None:
    assert KINDS["name"].parse("Trần Thuý Hoà").canonical == "Trần Thuý Hoà"


@pytest.mark.parametrize(
    "mark", ["nt", "NT", "n.t.", "như trên", '"', "″", "-//-", "- // -", "//", ",,", "— ″ —", "(nt)"]
)
def test_ditto_marks_are_known(mark: str) -> None:
    assert is_ditto(mark)
    for kind in ("text", "place", "name"):
        assert KINDS[kind].parse(mark).canonical == ""
        assert KINDS[kind].parse(mark).problems == ("L07",)


@pytest.mark.parametrize("written", ["", "Kinh", "-", "/", "Nt Bé", "như", "như trên núi"])
def test_other_texts_are_no_ditto_marks(written: str) -> None:
    assert not is_ditto(written)


def test_a_place_keeps_its_old_names() -> None:
    assert KINDS["place"].parse("Xã  Nhơn Ái, huyện Châu Thành").canonical == "Xã Nhơn Ái, huyện Châu Thành"


@pytest.mark.parametrize("written", ["Phan Văn Bộ", "Trương Thị Chúc", "Như Thị Trường", "Ban Văn Viên"])
def test_a_word_that_offices_have_too_makes_no_office_of_a_name(written: str) -> None:
    assert KINDS["name"].parse(written) == (written, ())


def test_a_text_without_a_telling_word_is_no_office() -> None:
    for office in (
        "Chủ tịch",
        "Phó Chủ tịch",
        "PCT",
        "KT. CT",
        "UV",
        "UVUB",
        "Ủy ban",
        "Hộ tịch",
        "Tư pháp",
        "Cán bộ",
    ):
        assert KINDS["name"].parse(f"Trần Hải {office}").canonical == "", office


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("Trần Văn Hải", ()),
        ("Trần Ng. Hải", ("L06",)),
        ("Trần Jimmy Hải", ("L05",)),
        ("Trần 2 Hải", ("L05",)),
    ],
)
def test_one_word_makes_a_name_doubtful_wherever_it_is(written: str, problems: tuple[str, ...]) -> None:
    assert KINDS["name"].parse(written).problems == problems
    assert KINDS["name"].parse(" ".join(reversed(written.split()))).problems == problems
