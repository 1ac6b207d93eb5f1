"""Made-up births in the Ministry's columns, book after book."""

from __future__ import annotations

import random
from datetime import date, timedelta

from pipeline.base.text import synthetic_words as words

ENTRIES_A_BOOK = 500
BOOKS_A_PLACE = 10
FIRST_YEAR = 2006

Cells = dict[str, str]
"""By column of the Ministry."""


def births(count: int, seed: int) -> list[Cells]:
    """So many entries, in books of ``ENTRIES_A_BOOK``, in their order."""
    rng = random.Random(seed)
    return [birth(rng, at) for at in range(count)]


def birth(rng: random.Random, at: int) -> Cells:
    """The entry that stands there among all."""
    book, number = divmod(at, ENTRIES_A_BOOK)
    place, volume = divmod(book, BOOKS_A_PLACE)
    year = FIRST_YEAR + volume
    registered = date(year, 1, 1) + timedelta(days=number * 364 // ENTRIES_A_BOOK)
    born = registered - timedelta(days=rng.randrange(3, 59))
    male = rng.random() < 0.5
    father, mother = name(rng, male=True), name(rng, male=False)
    home = f"ấp {rng.randrange(1, 9)}, {place_name(place)}, huyện Thử Nghiệm"
    return {
        "so": f"{number + 1:02}/{year}",
        "quyenSo": f"01/{year}",
        "trangSo": str(number + 1),
        "ngayDangKy": registered.strftime("%d.%m.%Y"),
        "loaiDangKy": "1",
        "noiDangKy": place_name(place),
        "nguoiKy": name(rng, male=True),
        "chucVuNguoiKy": "Phó Chủ tịch",
        "nksHoTen": name(rng, male=male),
        "nksGioiTinh": "1" if male else "2",
        "nksNgaySinh": born.strftime("%d.%m.%Y"),
        "nksNoiSinh": "Bệnh viện đa khoa huyện Thử Nghiệm",
        "nksQueQuan": home,
        "nksDanToc": "Kinh",
        "nksQuocTich": "Việt Nam",
        "meHoTen": mother,
        "meNgaySinh": str(year - rng.randrange(19, 40)),
        "meDanToc": "Kinh",
        "meQuocTich": "Việt Nam",
        "meNoiCuTru": home,
        "chaHoTen": father,
        "chaNgaySinh": str(year - rng.randrange(20, 45)),
        "chaDanToc": "Kinh",
        "chaQuocTich": "Việt Nam",
        "chaNoiCuTru": home,
        "nycHoTen": father,
        "nycQuanHe": "Cha",
        "nycSoGiayToTuyThan": f"36{rng.randrange(10**7):07}",
    }


def place_name(place: int) -> str:
    return f"Xã Thử Nghiệm {place + 1}"


def name(rng: random.Random, *, male: bool) -> str:
    middles = words.MIDDLES_MALE if male else words.MIDDLES_FEMALE
    given = words.GIVEN_MALE if male else words.GIVEN_FEMALE
    second = words.GIVEN_FEMALE if rng.random() < 0.5 else words.GIVEN_MALE
    return f"{rng.choice(words.SURNAMES)} {rng.choice(middles)} {rng.choice(second)} {rng.choice(given)}"


def day_of(text: str) -> date:
    """Return the day that a cell holds in the Ministry's spelling."""
    day, month, year = map(int, text.split("."))
    return date(year, month, day)
