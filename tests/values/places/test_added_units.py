from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.declarations.schema import default_folder
from pipeline.values.places import ResolutionState, Resolver, Validity, read_gazetteer

GOOD = """\
# nơi do cơ quan thêm
[[unit]]
code = "936-CU"
level = "commune"
type = "Xã"
name = "Vĩnh Thuận Bình"   # xã bịa
parent = "936"
since = "1981-05-01"
until = ["1999-01-01", "1999-12-31"]
source = "Sổ của xã"

[[alias]]
code = "31438"
name = "Tân Long Phụng Hiệp"

[[dated]]
code = "934"
name = "Phụng Hiệp"
since = ["1976-01-01", "1977-01-01"]
source = "Sổ của huyện"
"""


def resolver(tmp_path: Path, text: str) -> Resolver:
    office = tmp_path / "places.toml"
    office.write_text(text, encoding="utf-8")
    return Resolver(read_gazetteer(default_folder() / "places", office))


def test_an_office_adds_a_former_unit_with_its_own_code(tmp_path: Path) -> None:
    places = resolver(tmp_path, GOOD)

    found = places.resolve("xã Vĩnh Thuận Bình, huyện Long Mỹ, tỉnh Hậu Giang", (1988, 3, 1))

    assert (found.code, found.validity) == ("office:936-CU", Validity.POSSIBLE)
    assert [unit.title for unit in found.line] == ["Tỉnh Hậu Giang", "Huyện Long Mỹ", "Xã Vĩnh Thuận Bình"]
    later = places.resolve("xã Vĩnh Thuận Bình, huyện Long Mỹ, tỉnh Hậu Giang", (2008,))
    assert (later.state, later.validity) == (ResolutionState.NOT_THEN, Validity.NO_LONGER)


def test_a_file_saved_by_notepad_is_read(tmp_path: Path) -> None:
    text = "xã Tân Long Phụng Hiệp, huyện Phụng Hiệp, tỉnh Hậu Giang"

    assert resolver(tmp_path, "\ufeff" + GOOD).resolve(text, (2010,)).code == "2004:31438"


def test_an_office_adds_a_spelling(tmp_path: Path) -> None:
    text = "xã Tân Long Phụng Hiệp, huyện Phụng Hiệp, tỉnh Hậu Giang"

    assert resolver(tmp_path, "").resolve(text, (2010,)).code == ""
    assert resolver(tmp_path, GOOD).resolve(text, (2010,)).code == "2004:31438"


def test_an_office_says_since_when_a_unit_was_there(tmp_path: Path) -> None:
    text = "huyện Phụng Hiệp"

    assert resolver(tmp_path, "").resolve(text, (1970,)).state is ResolutionState.UNKNOWN
    assert resolver(tmp_path, GOOD).resolve(text, (1970,)).state is ResolutionState.NOT_THEN


def test_without_a_file_of_its_own_an_office_has_the_tables(tmp_path: Path) -> None:
    folder = default_folder() / "places"

    assert read_gazetteer(folder, tmp_path / "places.toml").fingerprint == read_gazetteer(folder).fingerprint


def test_the_fingerprint_follows_the_file(tmp_path: Path) -> None:
    assert resolver(tmp_path, "").gazetteer.fingerprint != resolver(tmp_path, GOOD).gazetteer.fingerprint


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('level = "commune"', 'level = "xa"', 4, "cấp “xa” không có"),
        ('type = "Xã"', 'type = "Huyện"', 5, "loại “Huyện” không có"),
        ('parent = "936"', 'parent = "9366"', 7, "không có đơn vị nào mã “9366”"),
        ('since = "1981-05-01"', 'since = "1981-13-01"', 8, "“1981-13-01” không phải một ngày"),
        ('since = "1981-05-01"', "since = 1981", 8, "“since” phải là một ngày"),
        (
            '["1999-01-01", "1999-12-31"]',
            '["1999-12-31", "1999-01-01"]',
            9,
            "sớm nhất đứng sau ngày muộn nhất",
        ),
        ('["1999-01-01", "1999-12-31"]', '"1980-01-01"', 9, "thôi có trước khi bắt đầu có"),
        ('source = "Sổ của xã"', 'sourc = "Sổ của xã"', 10, "Có phải là “source”?"),
        ('source = "Sổ của xã"\n', "", 2, "thiếu “source”"),
        ('code = "31438"', 'code = "99999"', 13, "không có đơn vị nào mã “99999”"),
        ('name = "Phụng Hiệp"', 'name = "Phụng Hịp"', 17, "mã “934” tên “Phụng Hịp”"),
        ('code = "936-CU"', 'code = "936"', 3, "mã “936” đã có"),
        ('code = "936-CU"', 'code = "mã mới"', 3, "chỉ được gồm chữ không dấu"),
        ("[[alias]]", "[[alais]]", 12, "Có phải là “alias”?"),
        ('name = "Tân Long Phụng Hiệp"', 'name = "Tân Long', 14, "cú pháp TOML"),
    ],
)
def test_every_flaw_is_reported_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    with pytest.raises(SchemaError) as error:
        resolver(tmp_path, GOOD.replace(old, new, 1))

    assert "places.toml" in error.value.message
    assert f"dòng {line}" in error.value.message
    assert said in error.value.message


def test_all_flaws_are_reported_at_once(tmp_path: Path) -> None:
    wrong = GOOD.replace('type = "Xã"', 'type = "Làng"').replace('code = "31438"', 'code = "1"')

    with pytest.raises(SchemaError) as error:
        resolver(tmp_path, wrong)

    assert [row.split(":")[0].rsplit(" ", 1)[1] for row in error.value.message.splitlines()] == ["5", "13"]


def test_rows_in_braces_have_lines_too(tmp_path: Path) -> None:
    text = 'alias = [\n  { code = "79", name = "Thành Hồ" },\n  { code = "x", name = "Y" },\n]\n'

    with pytest.raises(SchemaError, match="dòng 3"):
        resolver(tmp_path, text)
