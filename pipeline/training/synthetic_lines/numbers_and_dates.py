"""Dates, numbers and times as clerks write them, in digits and in words."""

from __future__ import annotations

import numpy as np

from pipeline.base.text import training_words as words
from pipeline.base.text.dates_in_words import Wording, date_in_words, number_in_words, year_in_words
from pipeline.training.synthetic_pages.people import happens, pick


def draw_year(rng: np.random.Generator) -> int:
    """Return a year, mostly a plausible year of a ledger."""
    return int(rng.integers(1880, 2030)) if happens(rng, 0.85) else int(rng.integers(1000, 3000))


def draw_digit_date(rng: np.random.Generator) -> str:
    """Return a date in digits."""
    day, month, in_year = int(rng.integers(1, 32)), int(rng.integers(1, 13)), draw_year(rng)
    padded = happens(rng, 0.5)
    short = f"{in_year % 100:02}" if happens(rng, 0.15) else str(in_year)
    parts = [f"{day:02}" if padded else str(day), f"{month:02}" if padded else str(month), short]
    sign = pick(rng, ("/", "/", "/", "-", "-", ".", ".", " / ", " - ", "/ ", ". ", " ", ":", ","))
    shape = rng.random()
    if shape < 0.1:
        return f"{pick(rng, ('ngày', 'Ngày'))} {parts[0]} tháng {parts[1]} năm {parts[2]}"
    if shape < 0.18:
        return sign.join(parts[1:])
    if shape < 0.23:
        return "".join(parts)
    return sign.join(parts)


def draw_number(rng: np.random.Generator) -> str:
    """Return a single number: a part of a date, an entry number, a year, an hour."""
    kind = rng.random()
    if kind < 0.3:
        return f"{rng.integers(0, 32):02}" if happens(rng, 0.6) else str(rng.integers(0, 32))
    if kind < 0.5:
        return str(draw_year(rng))
    if kind < 0.65:
        return f"{rng.integers(0, 1000):0{int(rng.integers(1, 5))}}"
    return "".join(str(rng.integers(0, 10)) for _ in range(int(rng.integers(1, 8))))


def draw_numbering(rng: np.random.Generator) -> str:
    """Return the number of an entry, a volume or a paper."""
    number = f"{rng.integers(1, 500):0{int(rng.integers(1, 4))}}"
    in_year = draw_year(rng)
    tail = pick(rng, words.NUMBER_TAILS)
    lead = pick(rng, words.NUMBER_LEADS)
    return pick(
        rng,
        (
            f"{lead}{number}/{in_year}{tail}",
            f"{lead}{number}{tail}",
            f"{number}/{in_year}",
            f"0{rng.integers(1, 9)}/{in_year}",
            f"{number}-{in_year}",
        ),
    )


def draw_id_number(rng: np.random.Generator) -> str:
    """Return the number of an identity paper."""
    length = int(rng.choice([9, 12, 8, 10], p=[0.5, 0.4, 0.05, 0.05]))
    digits = ("0" if length == 12 else "") + "".join(str(rng.integers(0, 10)) for _ in range(length))
    digits = digits[:length]
    if happens(rng, 0.3):
        sign = pick(rng, (" ", ".", " ", "-"))
        digits = sign.join(digits[at : at + 3] for at in range(0, length, 3))
    return f"{pick(rng, ('', '', '', '', '', 'CMND ', 'CCCD ', 'số ', 'Số ', 'CM số ', 'B'))}{digits}"


def draw_time(rng: np.random.Generator) -> str:
    """Return a time, sometimes with a date."""
    hour, minute = int(rng.integers(0, 25)), int(rng.integers(0, 60))
    shape = pick(rng, words.TIMES)
    text = shape.format(h=hour, m=minute, part=pick(rng, ("sáng", "chiều", "tối", "đêm", "khuya", "rưỡi")))
    return (
        f"{text}{pick(rng, (', ngày ', ' ngày ', ' - ', ', '))}{draw_digit_date(rng)}"
        if happens(rng, 0.2)
        else text
    )


def draw_word_date(rng: np.random.Generator) -> str:
    """Return a date in words, or a part of it."""
    wording = Wording(
        zero=pick(rng, ("linh", "lẻ")), thousand=pick(rng, ("nghìn", "ngàn", "ngàn")),
        early=pick(rng, ("", "", "mồng", "mùng")), four=pick(rng, ("bốn", "tư")),
        fourth_month="tư",
    )  # fmt: skip
    day, month, in_year = int(rng.integers(1, 32)), int(rng.integers(1, 13)), draw_year(rng)
    whole = _other_words(rng, date_in_words(day, month, in_year, wording).capitalize())
    kind = rng.random()
    if kind < 0.25:
        whole = _other_words(rng, f"{'Năm ' if happens(rng, 0.6) else ''}{year_in_words(in_year, wording)}")
    elif kind < 0.35:
        whole = f"{pick(rng, ('ngày', 'Ngày', 'tháng', 'tuổi'))} {_other_words(rng, number_in_words(day, wording))}"
    elif kind < 0.42:
        digits = [number_in_words(int(digit), wording) for digit in str(in_year)]
        whole = f"năm {' '.join(digits)}"
    if happens(rng, 0.1):
        whole = whole.replace(" tháng", ", tháng").replace(" năm", ", năm", 1)
    whole = " ".join(word.capitalize() for word in whole.split()) if happens(rng, 0.2) else whole
    return cut_short(rng, whole) if happens(rng, 0.7) else whole


_OTHER_WORDS = (
    ("tháng một", ("tháng giêng", "tháng Giêng", "tháng một")),
    ("tháng mười hai", ("tháng chạp", "tháng mười hai")),
    ("hai mươi mốt", ("hăm mốt", "hai mốt")),
    ("hai mươi ", ("hăm ", "hai mươi ", "hai mươi ")),
    ("mươi lăm", ("mươi nhăm", "lăm", "mươi lăm")),
    ("bảy", ("bẩy", "bảy", "bảy")),
    ("ba mươi mốt", ("băm mốt", "ba mốt")),
    ("ngày mười lăm", ("ngày rằm", "ngày mười lăm")),
    ("mươi", ("mươi", "mươi", "mươi", "mười")),
    (" trăm", (" trăm", " trăm", " Trăm")),
)


def _other_words(rng: np.random.Generator, text: str) -> str:
    """Replace number words by synonyms."""
    for usual, others in _OTHER_WORDS:
        if usual in text and happens(rng, 0.4):
            text = text.replace(usual, pick(rng, others))
    return text


def cut_short(rng: np.random.Generator, text: str) -> str:
    """Return some neighbouring words: most lines hold only a part of a long value."""
    parts = text.split(" ")
    most = int(rng.integers(2, 15))
    if len(parts) <= most:
        return text
    start = int(rng.integers(0, len(parts) - most + 1)) if happens(rng, 0.5) else 0
    return " ".join(parts[start : start + most])
