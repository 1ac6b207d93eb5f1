"""Who signed, and as what: names and titles in every order, on one line or two."""

import pytest

from pipeline.declarations import schema
from pipeline.values.kinds import COMPOSITES
from pipeline.values.kinds.signer import with_whole_unit

SIGNER = COMPOSITES["signer"]
TITLES = schema.load().vocabularies[SIGNER.vocabulary]


def told(text: str) -> tuple[str, str]:
    """The name and the title."""
    found = SIGNER.split(text, TITLES)
    return found["name"], found["title"]


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("Nguyễn Văn A, Chủ tịch UBND xã", "Nguyễn Văn A", "Chủ tịch UBND xã"),
        ("Nguyễn Văn A - Phó Chủ tịch", "Nguyễn Văn A", "Phó Chủ tịch"),
        ("Nguyễn Văn A (Chủ tịch)", "Nguyễn Văn A", "Chủ tịch"),
        ("Nguyễn Văn A (Chủ tịch", "Nguyễn Văn A", "Chủ tịch"),
        ("Nguyễn Văn A, Chủ tịch)", "Nguyễn Văn A", "Chủ tịch"),
        ("Nguyễn Văn A, Chủ tịch (đã ký)", "Nguyễn Văn A", "Chủ tịch (đã ký)"),
        ("Nguyễn Văn A Chủ tịch UBND xã Tân Thới", "Nguyễn Văn A", "Chủ tịch UBND xã Tân Thới"),
        ("Nguyễn Văn A-CT", "Nguyễn Văn A", "CT"),
        ("PCT. Đỗ T. Bích Diệu", "Đỗ T. Bích Diệu", "PCT."),
        ("TM. UBND xã P. Chủ tịch; Lê Thị\nKim Huệ", "Lê Thị Kim Huệ", "TM. UBND xã P. Chủ tịch"),
        ("Nguyễn Văn An. Chủ tịch", "Nguyễn Văn An", "Chủ tịch"),
        ("Nguyễn Văn A – PCT. UBND xã Tân Thới", "Nguyễn Văn A", "PCT. UBND xã Tân Thới"),
        ("Lê Văn Phường - Phó Chủ tịch", "Lê Văn Phường", "Phó Chủ tịch"),
        ("NGUYỄN VĂN A - CHỦ TỊCH", "NGUYỄN VĂN A", "CHỦ TỊCH"),
    ],
)
def test_a_title_may_follow_the_name(text: str, name: str, title: str) -> None:
    assert told(text) == (name, title)


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("PCT: Trần Văn B", "Trần Văn B", "PCT"),
        ("CT Trần Văn B", "Trần Văn B", "CT"),
        ("CT. Trần Văn B", "Trần Văn B", "CT."),
        ("P.CT Trần Văn B", "Trần Văn B", "P.CT"),
        ("CT-Trần Văn B", "Trần Văn B", "CT"),
        ("Chủ tịch Trần Văn B", "Trần Văn B", "Chủ tịch"),
        ("Chủ tịch UBND xã Tân Thới: Trần Văn B", "Trần Văn B", "Chủ tịch UBND xã Tân Thới"),
        ("Chủ tịch UBND xã - Trần Văn B", "Trần Văn B", "Chủ tịch UBND xã"),
        ("Chủ tịch UBND xã Trần Văn B", "Trần Văn B", "Chủ tịch UBND xã"),
        ("KT. CHỦ TỊCH, PHÓ CHỦ TỊCH: Trần Văn B", "Trần Văn B", "KT. CHỦ TỊCH, PHÓ CHỦ TỊCH"),
        ("KT CT PCT Trần Văn B", "Trần Văn B", "KT CT PCT"),
        ("TM. UBND Trần Văn B", "Trần Văn B", "TM. UBND"),
        ("TM. UBND Chủ tịch Trần Văn B", "Trần Văn B", "TM. UBND Chủ tịch"),
        ("TM. UBND xã Tân Thới, Chủ tịch Trần Văn B", "Trần Văn B", "TM. UBND xã Tân Thới, Chủ tịch"),
        ("CB TP-HT Trần Văn B", "Trần Văn B", "CB TP-HT"),
        ("CBTP - HT: Trần Văn B", "Trần Văn B", "CBTP - HT"),
        ("Công chức TP-HT Trần Văn B", "Trần Văn B", "Công chức TP-HT"),
        ("Cán bộ Tư pháp hộ tịch Trần Văn B", "Trần Văn B", "Cán bộ Tư pháp hộ tịch"),
        ("Trưởng phòng Tư pháp Trần Văn B", "Trần Văn B", "Trưởng phòng Tư pháp"),
        ("UV UBND Trần Văn B", "Trần Văn B", "UV UBND"),
    ],
)
def test_a_title_may_come_first(text: str, name: str, title: str) -> None:
    assert told(text) == (name, title)


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("Chủ tịch UBND xã\nTrần Văn B", "Trần Văn B", "Chủ tịch UBND xã"),
        ("CT UBND xã\nTrần Văn B", "Trần Văn B", "CT UBND xã"),
        ("TM. UBND xã Tân Thới\nTrần Văn B", "Trần Văn B", "TM. UBND xã Tân Thới"),
        ("Trần Văn B\nChủ tịch UBND xã", "Trần Văn B", "Chủ tịch UBND xã"),
        ("Trần Văn\nB - Chủ tịch UBND xã", "Trần Văn B", "Chủ tịch UBND xã"),
        ("Trần Văn B - Chủ tịch\nUBND xã Tân Thới", "Trần Văn B", "Chủ tịch UBND xã Tân Thới"),
        ("KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH\nTrần Văn B", "Trần Văn B", "KT. CHỦ TỊCH PHÓ CHỦ TỊCH"),
    ],
)
def test_the_two_may_stand_on_two_lines(text: str, name: str, title: str) -> None:
    assert told(text) == (name, title)


@pytest.mark.parametrize("title", ["Phó Chủ tịch", "TM. UBND xã", "CT", "CB TP-HT"])
def test_a_title_alone_has_no_name(title: str) -> None:
    assert told(title) == ("", title)


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("Chú tịch UBND xã - Trần Văn B", "Trần Văn B", "Chú tịch UBND xã"),
        ("Trần Văn B, Phỏ Chủ tich", "Trần Văn B", "Phỏ Chủ tich"),
    ],
)
def test_a_title_may_have_lost_its_marks(text: str, name: str, title: str) -> None:
    assert told(text) == (name, title)


@pytest.mark.parametrize(
    ("text", "name", "title"),
    [
        ("Trần Văn B - LA UBND XÃ", "Trần Văn B", "LA UBND XÃ"),
        ("Trần Văn B, GT UBND xã", "Trần Văn B", "GT UBND xã"),
        ("TRẦN VĂN B\nLA UBND XÃ", "TRẦN VĂN B", "LA UBND XÃ"),
        ("TRẦN VĂN B UBND XÃ", "TRẦN VĂN B", "UBND XÃ"),
        ("Trần Văn\nBa UBND xã", "Trần Văn Ba", "UBND xã"),
        ("LA UBND XÃ\nTRẦN VĂN B", "TRẦN VĂN B", "LA UBND XÃ"),
        ("- LA UBND xã Trần Văn B", "Trần Văn B", "LA UBND xã"),
        ("Trần Văn B, Chú Kịch UBND xã", "Trần Văn B", "Chú Kịch UBND xã"),
        ("Trần Văn B\nPhó Chủ lịch", "Trần Văn B", "Phó Chủ lịch"),
    ],
)
def test_a_title_whose_rank_is_misread_is_no_part_of_the_name(text: str, name: str, title: str) -> None:
    assert told(text) == (name, title)


@pytest.mark.parametrize("on_behalf", ["KT.", "K.T", "K/T", "T/M", "T.M", "TL.", "T/L", "TUQ.", "T.U.Q"])
@pytest.mark.parametrize("gap", ["\n", " ", ": "])
def test_who_signs_on_behalf_of_whom_is_part_of_the_title(on_behalf: str, gap: str) -> None:
    assert told(f"{on_behalf} Chủ tịch{gap}Trần Văn B") == ("Trần Văn B", f"{on_behalf} Chủ tịch")


@pytest.mark.parametrize("name", ["Trần Văn Thử", "TRẦN VĂN THỬ", "Lê Thị Ban", "LÊ THỊ TƯ"])
@pytest.mark.parametrize(
    "title", ["Chủ tịch UBND xã", "CT UBND xã", "TM. UBND xã", "KT. CT, PCT", "P. CHỦ TỊCH"]
)
def test_name_and_title_are_parted_in_both_orders_with_every_sign(name: str, title: str) -> None:
    for sign in (", ", " - ", "\n", ",\n", "; "):
        assert told(f"{name}{sign}{title}") == (name, title)
    for sign in ("\n", ": ", " - ", ": \n"):
        assert told(f"{title}{sign}{name}") == (name, title)


@pytest.mark.parametrize(
    "text",
    [
        "Trần Văn B",
        "Trần Văn\nChâu Tích Nhân",
        "Chủ tịch UBND xã Tân Thới Trần Văn B",
        "Chủ tịch UBND xã Tân Phú Thạnh",
        "Trần Thị Uy Viên",
        "Huỳnh Công Chức",
        "đã ký",
    ],
)
def test_what_cannot_be_cut_stays_whole(text: str) -> None:
    assert told(text) == (text, "")


def test_without_a_list_the_usual_titles_are_known() -> None:
    assert SIGNER.split("Trần Văn B, PCT") == {"name": "Trần Văn B", "title": "PCT"}
    assert SIGNER.split("CB TP-HT Trần Văn B") == {"name": "CB TP-HT Trần Văn B", "title": ""}


@pytest.mark.parametrize(
    ("written", "name", "title"),
    [
        ("Phó Chủ tịch Nguyễn\nTấn Phát", "Nguyễn Tấn Phát", "Phó Chủ tịch"),
        ("PCT Lê\nVăn Ba", "Lê Văn Ba", "PCT"),
        ("P. Chủ tịch LÊ\nVĂN BA", "LÊ VĂN BA", "P. Chủ tịch"),
    ],
)
def test_a_name_that_begins_behind_the_title_is_not_cut_at_the_end_of_the_line(
    written: str, name: str, title: str
) -> None:
    assert told(written) == (name, title)


@pytest.mark.parametrize(
    "written", ["PCT UBND xã Tân\nThạnh Thạch Kim Hằng", "Chủ tịch UBND xã Châu T.\nThanh Hương"]
)
def test_what_may_be_the_name_of_a_unit_is_not_cut_at_the_end_of_the_line(written: str) -> None:
    assert told(written) == (written, "")


@pytest.mark.parametrize(
    ("title", "name", "whole", "person"),
    [
        ("PCT UBND xã Bình", "Ninh Nguyễn Tấn Phát", "PCT UBND xã Bình Ninh", "Nguyễn Tấn Phát"),
        ("PCT. xã", "Binh Ninh Lê Thị Thử", "PCT. xã Binh Ninh", "Lê Thị Thử"),
        ("PCT UBND xã Bình", "Nguyễn Tấn Phát", "PCT UBND xã Bình", "Nguyễn Tấn Phát"),
        ("PCT", "Ninh Văn Thử", "PCT", "Ninh Văn Thử"),
        ("PCT UBND xã Bình", "Ninh Thử", "PCT UBND xã Bình", "Ninh Thử"),
        ("PCT UBND xã Bình Ninh", "Ninh Văn Thử", "PCT UBND xã Bình Ninh", "Ninh Văn Thử"),
        ("", "Ninh Văn Thử", "", "Ninh Văn Thử"),
    ],
)
def test_the_end_of_the_offices_own_unit_is_no_surname(
    title: str, name: str, whole: str, person: str
) -> None:
    place = "UBND xã Bình Ninh, huyện Chợ Gạo, tỉnh Tiền Giang"
    assert with_whole_unit({"name": name, "title": title}, place) == {"name": person, "title": whole}
