"""Lines of names, places, dates in words and other text, put together from free lists as ledgers hold them."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.declarations import schema
from pipeline.recognition.decoding.language_model import NUMBER
from pipeline.values.kinds import DATE_WORDS

PLACES, OTHER = 500_000, 60_000
"""How many lines."""

Words = tuple[str, ...]


@dataclass(frozen=True)
class Unit:
    """A commune with what it lies in, from below; ``levels``: the words of their levels."""

    names: tuple[str, ...]
    levels: tuple[str, ...]


def units_of(path: Path) -> tuple[Unit, ...]:
    """All communes of the list. A name that is only a number keeps its level word (``Phường 9``)."""
    found = []
    for province in json.loads(path.read_text(encoding="utf-8")).values():
        for district in province["quan-huyen"].values():
            for commune in district["xa-phuong"].values():
                levels = [
                    unit["name_with_type"].removesuffix(unit["name"]).strip()
                    for unit in (commune, district, province)
                ]
                names = tuple(" ".join(unit["name"].split()) for unit in (commune, district, province))
                found.append(Unit(names, tuple(level.lower() for level in levels)))  # type: ignore[arg-type]
    return tuple(found)


def units_since_2025() -> tuple[Unit, ...]:
    """The communes of the two levels that hold since 1 July 2025 (``schemas/places``)."""
    path = Path(schema.__file__).parents[3] / "schemas" / "places" / "units-2025.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    provinces = {row["code"]: row for row in rows if not row["parent"]}
    return tuple(
        Unit((row["name"], above["name"]), (row["type"].lower(), above["type"].lower()))
        for row in rows
        if (above := provinces.get(row["parent"])) is not None
    )


def places_since_2025(
    units: Sequence[Unit], people: Callable[[random.Random], Words], rng: random.Random
) -> Iterator[Words]:
    """Addresses in the new units, and as many in the old ones: people go on telling where they were born by those."""
    for new, old in zip(
        place_lines(units_since_2025(), people, rng), place_lines(units, people, rng), strict=True
    ):
        yield new
        yield old


SHORT = {
    "xã": ("xã", "x"), "phường": ("phường", "p", "f"), "thị trấn": ("thị trấn", "tt"), "huyện": ("huyện", "h"),
    "quận": ("quận", "q"), "thị xã": ("thị xã", "tx"), "thành phố": ("thành phố", "tp"), "tỉnh": ("tỉnh", "t"),
}  # fmt: skip
HAMLETS = (
    "thôn", "xóm", "ấp", "làng", "bản", "buôn", "khóm", "khu", "khu phố", "kp", "tổ", "tổ dân phố", "tdp", "đội", "số",
    "số nhà", "đường", "phố", "ngõ", "hẻm", "ngách", "kiệt", "tiểu khu", "tk", "khối", "lô", "chung cư", "cc", "ktt",
    "tập thể", "cụm", "đội sản xuất", "thôn văn hóa", "khu vực", "kv", "quốc lộ", "tỉnh lộ", "bệnh viện", "nhà hộ sinh",
)  # fmt: skip
HOUSES_OF_BIRTH = (
    "bệnh viện",
    "bệnh viện đa khoa",
    "bệnh viện phụ sản",
    "bệnh viện nhi đồng",
    "trạm y tế",
    "trung tâm y tế",
    "nhà bảo sanh",
    "nhà hộ sinh",
    "bv",
    "bvđk",
    "tại nhà",
    "cơ sở y tế",
)
FORMER_PROVINCES = (
    "Hà Tây", "Hà Bắc", "Hà Nam Ninh", "Nam Hà", "Hải Hưng", "Vĩnh Phú", "Bắc Thái", "Hà Tuyên",
    "Hoàng Liên Sơn", "Cao Lạng", "Hà Sơn Bình", "Nghệ Tĩnh", "Bình Trị Thiên", "Quảng Nam Đà Nẵng",
    "Nghĩa Bình", "Phú Khánh", "Thuận Hải", "Gia Lai Kon Tum", "Sông Bé", "Cửu Long", "Minh Hải", "Hậu Giang",
    "Cần Thơ", "Đắc Lắc", "Thừa Thiên", "Gia Định", "Chợ Lớn", "Biên Hòa", "Long Khánh", "Phước Tuy",
    "Bình Tuy", "Định Tường", "Gò Công", "Kiến Hòa", "Kiến Tường", "Vĩnh Bình", "Ba Xuyên", "Phong Dinh",
    "Chương Thiện", "An Xuyên", "Rạch Giá", "Sa Đéc", "Châu Đốc", "Mỹ Tho",
)  # fmt: skip
"""Provinces of before 1945 to 2008 that births are still told by."""

SIDES = (
    "đông", "tây", "nam", "bắc", "trung", "thượng", "hạ", "trong", "ngoài", "đoài", "nội", "ngoại", "giữa", "tiền",
    "hậu", "tân", "cũ", "mới", "a", "b", "c", "d",
)  # fmt: skip
PROVINCES_IN_SHORT = {
    "Hồ Chí Minh": ("hcm", "sài gòn"), "Hà Nội": ("hn",), "Bà Rịa - Vũng Tàu": ("br vt", "brvt", "vũng tàu"),
    "Thừa Thiên Huế": ("huế", "tt huế"), "Đà Nẵng": ("đn",),
}  # fmt: skip


def place_lines(
    units: Sequence[Unit], people: Callable[[random.Random], Words], rng: random.Random
) -> Iterator[Words]:
    """Addresses as clerks write them: level words there, shortened or left out, units left out from below or above."""
    pieces = [word for unit in units for word in unit.names[0].lower().split()]
    for number in range(PLACES):
        unit = units[number % len(units)] if number < 40 * len(units) else rng.choice(units)
        style = rng.random()
        words: list[str] = []
        draw = rng.random()
        if draw < 0.57:
            words += _hamlet(units, pieces, people, rng)
        elif draw < 0.62:
            words += rng.choice(HOUSES_OF_BIRTH).split()
        lowest = 0 if rng.random() < 0.93 else rng.choice((1, 1, 2))
        highest = 3 if rng.random() < 0.9 else 2
        lowest = min(lowest, len(unit.names) - 1)
        for name, level in list(zip(unit.names, unit.levels, strict=True))[lowest:highest]:
            if level == "tỉnh" and rng.random() < 0.03:
                name = rng.choice(FORMER_PROVINCES)
            words += _named(name, level, style, rng)
        yield tuple(words)


def _named(name: str, level: str, style: float, rng: random.Random) -> list[str]:
    spellings = SHORT.get(level, (level,))
    said: list[str] = []
    if (
        style > 0.72
        or name.isdigit()
        or (style > 0.45 and (level != "tỉnh" or style > 0.6) and rng.random() < 0.6)
    ):
        said = (spellings[0] if rng.random() < 0.75 else rng.choice(spellings)).split()
    if name in PROVINCES_IN_SHORT and rng.random() < 0.25:
        return [*said, *rng.choice(PROVINCES_IN_SHORT[name]).split()]
    return [*said, *name.lower().replace(" - ", " ").replace("-", " ").split()]


def _hamlet(
    units: Sequence[Unit], pieces: Sequence[str], people: Callable[[random.Random], Words], rng: random.Random
) -> list[str]:
    said = rng.choice(HAMLETS).split() if rng.random() < 0.75 else []
    draw = rng.random()
    if draw < 0.22:
        name = [NUMBER]
    elif draw < 0.50:
        name = rng.choice(units).names[0].lower().split()
    elif draw < 0.62:
        name = list(people(rng))
    elif draw < 0.86:
        name = [rng.choice(pieces), rng.choice(pieces)]
    else:
        name = [rng.choice(pieces)]
    if rng.random() < 0.15:
        name = [*name, rng.choice((NUMBER, *SIDES))]
    if rng.random() < 0.15:
        name = [NUMBER, *name]
    more = _hamlet(units, pieces, people, rng) if rng.random() < 0.15 else []
    return [*said, *name, *more]


def comparable_people(folder: Path) -> Callable[[random.Random], Words]:
    """Draws names: surname and syllables by their counts, or a given name of the lists."""

    def counts(name: str) -> tuple[list[str], list[float]]:
        rows = [
            line.split("\t")
            for line in (folder / name).read_text(encoding="utf-8").splitlines()
            if line.strip()
        ]
        return [row[0].lower() for row in rows], [float(row[1]) for row in rows]

    surnames, middles, lasts = (
        counts(f"{part}_counts.tsv") for part in ("surname", "middle_syllable", "given_last_syllable")
    )
    given = [
        line.strip().lower()
        for name in ("boy.txt", "girl.txt")
        for line in (folder / name).read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]

    def person(rng: random.Random) -> Words:
        surname = _drawn(surnames, rng)
        if rng.random() < 0.06:
            surname = f"{surname} {_drawn(surnames, rng)}"
        draw = rng.random()
        if draw < 0.35:
            rest = rng.choice(given)
            rest = f"thị {rest}" if rng.random() < 0.25 else rest
        elif draw < 0.5:
            rest = f"{rng.choice(('văn', 'thị', 'hữu', 'đức', 'công'))} {_drawn(lasts, rng)}"
        elif draw < 0.65:
            rest = f"{_drawn(middles, rng)} {_drawn(middles, rng)} {_drawn(lasts, rng)}"
        else:
            rest = f"{_drawn(middles, rng)} {_drawn(lasts, rng)}"
        return tuple(f"{surname} {rest}".split())

    return person


def _drawn(counted: tuple[list[str], list[float]], rng: random.Random) -> str:
    """One of the list; one in eight evenly, so that rare ones are heard of."""
    words, weights = counted
    return rng.choice(words) if rng.random() < 0.125 else rng.choices(words, weights)[0]


def date_lines(rng: random.Random) -> Iterator[Words]:
    """Dates in words in the spellings that clerks use."""
    for year in range(1900, 2041):
        for _ in range(120):
            said = DATE_WORDS.format(f"{rng.randint(1, 28):02d}.{rng.randint(1, 12):02d}.{year}").lower()
            for usual, other, often in (
                ("nghìn", "ngàn", 0.3), ("linh", "lẻ", 0.4), ("linh", "không", 0.2), ("bảy", "bẩy", 0.15),
                ("mươi lăm", "mươi nhăm", 0.1), ("hai mươi", "hăm", 0.05), ("ngày một", "ngày mồng một", 0.3),
                ("ngày hai ", "ngày mùng hai ", 0.3), ("tháng một ", "tháng giêng ", 0.1),
            ):  # fmt: skip
                if rng.random() < often:
                    said = said.replace(usual, other)
            if rng.random() < 0.15:
                said = said.removeprefix("ngày ")
            yield tuple(said.split())


PHRASES = Path(__file__).with_name("vietnamese_phrases.txt")
"""Offices, titles, papers, kinship, causes of death, trades and notes as they stand in ledgers, one a line; ``<số>`` is
any number or date in figures."""


def terms() -> list[Words]:
    """The terms of the code lists with their other names, in small letters."""
    named = (
        name
        for vocab in schema.load().vocabs.values()
        for term in vocab.terms
        for name in (term.label, *term.aliases)
    )
    words = (tuple(re.findall(r"[^\W\d_]+", name.lower())) for name in named)
    return [said for said in dict.fromkeys(words) if said]


def other_lines(
    units: Sequence[Unit], people: Callable[[random.Random], Words], rng: random.Random
) -> Iterator[Words]:
    """Phrases and the terms of the code lists, alone or beside a name, a number, a place."""
    phrases = [tuple(phrase.split()) for phrase in PHRASES.read_text(encoding="utf-8").splitlines()]
    phrases += terms()
    for _ in range(OTHER):
        said = rng.choice(phrases)
        draw = rng.random()
        if draw < 0.25:
            unit = rng.choice(units)
            level = rng.randrange(3)
            said = (*said, *unit.names[level].lower().split())
        elif draw < 0.4:
            said = (*said, NUMBER, *(rng.choice(phrases) if rng.random() < 0.5 else ()))
        elif draw < 0.5:
            said = (*said, *people(rng)) if rng.random() < 0.5 else (*people(rng), *said)
        yield said
