"""Dates on paper without a canonical form: lunar dates, years of two digits, approximate dates.

They are parsed here and never completed; their delivery is decided by ``pipeline.delivery_rules``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.base.text.tones import folded, unaccented
from pipeline.values.kinds.calendar import PartialDate, parse_canonical, partial_date
from pipeline.values.kinds.date import Age, DateKind, is_lunar, parse_age
from pipeline.values.kinds.number import parse_roman

STEMS = ("giap", "at", "binh", "dinh", "mau", "ky", "canh", "tan", "nham", "quy")
"""The ten stems, without diacritics; year 4 of our era has the first."""

BRANCHES = ("ty", "suu", "dan", "mao", "thin", "ty", "ngo", "mui", "than", "dau", "tuat", "hoi")
"""The twelve branches, without diacritics: the first (Tý) and the sixth (Tỵ) differ only in their tone."""


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A day of the lunar calendar as written.

    Attributes:
        day: Day of the month, 1 to 30.
        month: Month, 1 to 12.
        is_leap: Whether it is a leap month.
        year: The year in digits; None if missing.
        stem: Index of the year's stem; None if missing.
        branches: Possible indexes of its branch; two if the tone is missing that distinguishes Tý from Tỵ.
    """

    day: int
    month: int
    is_leap: bool = False
    year: int | None = None
    stem: int | None = None
    branches: tuple[int, ...] = ()


_LUNAR_WORDS = re.compile(r"\(?\s*(?:\bam\s+lich\b|\ba\.?\s?l\b\.?)\s*\)?")
_DAY_WORDS = re.compile(r"\b(?:ngay|mong|mung|thang|nam)\b")
_NAMES = (
    (re.compile(r"\bram\b"), "15"),
    (re.compile(r"(?<=thang)\s+gieng\b"), " 1"),
    (re.compile(r"(?<=thang)\s+chap\b"), " 12"),
)
_LUNAR_DATE = re.compile(
    r"(?P<day>\d{1,2})[\s/.–-]+(?P<month>\d{1,2})(?P<leap>\s*nhuan)?(?:[\s/.–-]*(?P<year>[12]\d{3}))?"
    r"(?:[\s/.,–-]*\(?\s*(?P<stem>[a-z]+)\s+(?P<branch>[a-z]+)\s*\)?)?",
    re.ASCII,
)


def parse_lunar(text: str) -> LunarDate | None:
    """Return the day of a lunar date in digits, None if the whole text is no such date."""
    if not is_lunar(text):
        return None
    written = _LUNAR_WORDS.sub(" ", unaccented(text))
    for name, figure in _NAMES:
        written = name.sub(figure, written)
    match = _LUNAR_DATE.fullmatch(_DAY_WORDS.sub(" ", written).strip(" .,;:()/–-"))
    if match is None:
        return None
    day, month = int(match["day"]), int(match["month"])
    year = match["year"] and int(match["year"])
    stem: int | None = None
    branches: tuple[int, ...] = ()
    if match["stem"]:
        spelled = {"ki": "ky", "qui": "quy"}.get(match["stem"], match["stem"])
        branch_indexes = branches_of(match["branch"], text)
        if spelled not in STEMS or not branch_indexes:
            return None
        stem, branches = STEMS.index(spelled), branch_indexes
    if not (1 <= day <= 30 and 1 <= month <= 12):
        return None
    return LunarDate(day, month, match["leap"] is not None, year or None, stem, branches)


def branches_of(branch: str, text: str) -> tuple[int, ...]:
    """Return the indexes of the branches that a word without marks may name, in a text with its marks."""
    if branch in ("ty", "ti"):
        letters = folded(text)
        marked = {0: ("tý", "tí"), 5: ("tỵ", "tị")}
        sure = tuple(i for i, words in marked.items() if any(word in letters.split() for word in words))
        return sure if len(sure) == 1 else (0, 5)
    named = {"meo": "mao"}.get(branch, branch)
    return tuple(index for index, known in enumerate(BRANCHES) if known == named)


_SHORT_YEAR = re.compile(
    r"(?:ngay)?\s*(?P<day>\d{1,2})\s*(?:[/.–-]|thang)\s*(?P<month>\d{1,2})\s*(?:[/.–-]|nam)\s*'?(?P<year>\d{2})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class ShortYearDate:
    """A day with the last two digits of its year."""

    day: int
    month: int
    year: int


def parse_short_year(text: str) -> ShortYearDate | None:
    """Return the date in a text such as ``05/3/07``, None for any other text."""
    match = _SHORT_YEAR.fullmatch(unaccented(text).strip(" .…_·,;:()"))
    if match is None:
        return None
    day, month, year = (int(match[part]) for part in ("day", "month", "year"))
    return ShortYearDate(day, month, year) if 1 <= day <= 31 and 1 <= month <= 12 else None


_ABOUT = re.compile(r"(?:vao\s+)?(?:khoang|chung|do|tam|uoc)(?:\s+(?:nam|vao|thang|chung))*\s+|~\s*")


def parse_approximate(text: str) -> PartialDate | None:
    """Return the date in an approximation such as ``khoảng 1930``, None without an ``about`` or a date."""
    written = unaccented(text).strip(" .…_·,;:()")
    match = _ABOUT.match(written)
    if match is None:
        return None
    return parse_canonical(DateKind().parse(written[match.end() :]).canonical)


def parse_approximate_age(text: str) -> Age | None:
    """Return the age in an approximation such as ``khoảng 40 tuổi``, None for any other text."""
    written = unaccented(text).strip(" .…_·,;:()")
    match = _ABOUT.match(written)
    return None if match is None else parse_age(written[match.end() :])


_FRENCH_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
    "decembre",
)  # fmt: skip
_FRENCH = re.compile(rf"\b({'|'.join(_FRENCH_MONTHS)})\b")
_FOREIGN_DAY = re.compile(
    r"(?:le\s+)?(?:(?P<day>\d{1,2})(?:er)?\s+)?#(?P<month>\d{1,2})\s+(?P<year>\d{4})", re.ASCII
)
_ROMAN_MONTH = re.compile(r"(?<=[\s/.–-])[ivx]+(?=\s*[/.–-]\s*\d)|^[ivx]+(?=\s*[/.–-]\s*\d)")
_HOUR = re.compile(r"^(?:luc|vao luc|hoi)\b.*?\bngay\s*(?=\d)")
_BARE_YEAR = re.compile(r"(thang\s+(?:gieng|chap|\d{1,2}))\s+(?=[12]\d{3}$)")
_A_YEAR = re.compile(r"(?<!\d)(1[6-9]\d\d|20\d\d)(?!\d)", re.ASCII)
_DAY_AND_MONTH = re.compile(
    r"(?:ngay)?\s*(?P<day>\d{1,2})\s*(?:[/.–-]|thang)\s*(?P<month>\d{1,2})[\s/.–-]*", re.ASCII
)
_MONTH_AND_SHORT_YEAR = re.compile(
    r"(?:thang)?\s*(?P<month>0?[1-9]|1[0-2])\s*(?:[/.–-]|nam)\s*'?(?P<year>\d\d)", re.ASCII
)


def parse_foreign_month(text: str) -> PartialDate | None:
    """Return the date in a text with a French or Roman month, with an hour before it, or without ``năm``."""
    written = _HOUR.sub("", unaccented(text).strip(" .…_·,;:()"))
    french = _FRENCH.sub(lambda name: f"#{_FRENCH_MONTHS.index(name[1]) + 1}", written)
    match = _FOREIGN_DAY.fullmatch(french)
    if match is not None:
        day = int(match["day"]) if match["day"] else None
        return partial_date(int(match["year"]), int(match["month"]), day)
    written = _ROMAN_MONTH.sub(lambda letters: str(parse_roman(letters[0]) or letters[0]), written)
    return parse_canonical(DateKind().parse(_BARE_YEAR.sub(r"\1 năm ", written)).canonical)


def names_month(text: str) -> bool:
    """Return whether a text calls its month giêng or chạp, which may be a lunar month."""
    return re.search(r"\bthang\s+(?:gieng|chap)\b", unaccented(text)) is not None


def year_in_text(text: str) -> int | None:
    """Return the only year of four digits in a text: ``../../1965``, ``sanh năm 1945``; None for several or none."""
    years = set(_A_YEAR.findall(text))
    return int(years.pop()) if len(years) == 1 else None


def parse_month_and_short_year(text: str) -> int | None:
    """Return the last two digits of the year in a text such as ``10/84``, None for any other text."""
    match = _MONTH_AND_SHORT_YEAR.fullmatch(unaccented(text).strip(" .…_·,;:()"))
    return None if match is None else int(match["year"])


def parse_day_and_month(text: str) -> tuple[int, int] | None:
    """Return day and month of a date without its year, such as ``6/1``."""
    match = _DAY_AND_MONTH.fullmatch(unaccented(text).strip(" .…_·,;:()"))
    return None if match is None else (int(match["day"]), int(match["month"]))


_REIGNS = {
    "gia long": 1802, "minh mang": 1820, "minh menh": 1820, "thieu tri": 1841, "tu duc": 1848, "kien phuc": 1884,
    "ham nghi": 1885, "dong khanh": 1886, "thanh thai": 1889, "duy tan": 1907, "khai dinh": 1916, "bao dai": 1926,
}  # fmt: skip
"""The first year of each reign of the last dynasty."""
_REIGN = re.compile(
    rf"(?:nam\s+)?(?P<reign>{'|'.join(_REIGNS)})\s*,?\s*(?:nam\s+)?(?:thu\s+)?(?:(?P<year>\d{{1,2}})|nguyen nien)"
    r"(?:\s+nam)?",
    re.ASCII,
)
_CYCLE = re.compile(r"(?:(?:sinh|sanh|tuoi|nam)\s+)*(?P<stem>[a-z]+)\s+(?P<branch>[a-z]+)", re.ASCII)


def parse_reign(text: str) -> tuple[str, int] | None:
    """Return the rest of a text (without marks) and the year of a reign in it: ``Bảo Đại thứ 10`` is 1935."""
    written = unaccented(text)
    match = _REIGN.search(written)
    if match is None or match["year"] == "0":
        return None
    year = _REIGNS[match["reign"]] + (int(match["year"]) if match["year"] else 1) - 1
    return f"{written[: match.start()]} {written[match.end() :]}".strip(" .,;:()"), year


def parse_cycle_year(text: str) -> LunarDate | None:
    """Return stem and branch of a year without a day (``năm Canh Tý``), as a lunar date of the first day."""
    match = _CYCLE.fullmatch(unaccented(text).strip(" .,;:()"))
    if match is None:
        return None
    stem = {"ki": "ky", "qui": "quy"}.get(match["stem"], match["stem"])
    branches = branches_of(match["branch"], text)
    return LunarDate(1, 1, stem=STEMS.index(stem), branches=branches) if stem in STEMS and branches else None
