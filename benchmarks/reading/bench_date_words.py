"""Are dates in words read rightly, clean and misread? Wanted: 100 % of clean texts in every wording; with 15 % of
characters misread and marks lost at least 90 % right and no wrong date that is called sure, in 20,000 draws.

``right``: the likeliest date is the one written; ``given``: ``parse`` gives a date, mostly with a finding that letters
or marks are misread; ``sure``: one without a finding.
"""

from __future__ import annotations

import argparse
import datetime
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED
from benchmarks.figures import percent, report_figures
from benchmarks.reading.misreadings import FIGURES, HITS, MIXED, Misreading, one_letter_misread, without_marks
from pipeline.base.text.dates_in_words import Wording, date_in_words
from pipeline.values.kinds import DATE_WORDS, parse_strictly
from pipeline.values.kinds.calendar import PartialDate
from pipeline.values.kinds.misread import possible_dates

FIRST, LAST = datetime.date(1880, 1, 1), datetime.date(2030, 12, 31)
WORDINGS = tuple(Wording.every())
CASES = (str, str.capitalize, str.title, str.upper)

LOST = {"đủ dấu": (0.0, 0.0), "mất nửa số dấu": (0.0, 0.5), "mất hết dấu": (1.0, 0.0)}
"""Of each kind of misreading: (share of texts without any mark, share of marks that the others lose)."""

THE_MIXED = Misreading(unmarked=1 / 3, marks_lost=0.15)
"""The target's damage: every third text without any mark, the others without every seventh."""

COLUMNS = ("Đọc sai", "Dấu", "Lượt", "Đúng", "Cho ra ngày", "sai", "Không báo gì", "sai")


@dataclass
class Tally:
    """How a number of draws came out."""

    draws: int = 0
    right: int = 0
    given: int = 0
    wrong: int = 0
    sure: int = 0
    wrong_sure: int = 0

    def count(self, right: bool, given: str, sure: bool, truth: str) -> None:
        wrong = bool(given) and given != truth
        self.draws += 1
        self.right += right
        self.given += bool(given)
        self.wrong += wrong
        self.sure += bool(given) and sure
        self.wrong_sure += wrong and sure

    def figures(self) -> dict[str, Any]:
        shares = {name: getattr(self, name) / self.draws for name in ("right", "given", "sure")}
        return {"draws": self.draws, **shares, "wrong": self.wrong, "wrong_sure": self.wrong_sure}

    def cells(self) -> tuple[str, ...]:
        right, given, sure = (percent(each / self.draws) for each in (self.right, self.given, self.sure))
        return (str(self.draws), right, given, str(self.wrong), sure, str(self.wrong_sure))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=20_000, help="draws of the mixed misreading")
    parser.add_argument("--each", type=int, default=1_000, help="draws of every other kind")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--no-clean", action="store_true", help="leave out the clean texts")
    chosen = parser.parse_args()
    console = Console(width=140)
    clean = {} if chosen.no_clean else clean_texts()
    if clean:
        console.print(f"Chữ sạch, mọi cách viết: đúng {clean['right']} trong {clean['texts']}")
    table = Table(*COLUMNS, title="Ngày bằng chữ, đọc sai 15 % ký tự")
    mixed = misread_texts(THE_MIXED.read, chosen.draws, chosen.seed)
    table.add_row(MIXED, "một phần ba mất hết dấu", *mixed.cells(), style="bold")
    others = {}
    for hits in [name for name in HITS if name != FIGURES]:
        for name, (unmarked, marks_lost) in LOST.items():
            kind = Misreading(hits=hits, unmarked=unmarked, marks_lost=marks_lost)
            tally = misread_texts(kind.read, chosen.each, chosen.seed)
            table.add_row(hits, name, *tally.cells())
            others[f"{hits}, {name}"] = tally.figures()
    one_letter = misread_texts(one_letter_misread, 5 * chosen.each, chosen.seed)
    table.add_row("chỉ một chữ cái", "đủ dấu", *one_letter.cells())
    console.print(table)
    report_figures(
        "date-words",
        {
            "seed": chosen.seed,
            "clean": clean,
            "mixed": mixed.figures(),
            "kinds": others,
            "one_letter": one_letter.figures(),
            **speed(chosen.seed),
        },
    )


def clean_texts() -> dict[str, int]:
    """Every day with another wording each, and every wording with each day of a month, each month and each year; as
    written, in capitals, without marks."""
    texts = right = 0
    for date, text in _clean_texts():
        for form in (text, text.upper(), without_marks(text)):
            texts += 1
            right += parse_strictly(form).canonical == date.canonical
    return {"texts": texts, "right": right}


def _clean_texts() -> Iterator[tuple[PartialDate, str]]:
    day, number = FIRST, 0
    while day <= LAST:
        date = PartialDate(day.year, day.month, day.day)
        yield date, date_in_words(date.day, date.month, date.year, WORDINGS[number * 1009 % len(WORDINGS)])
        day, number = day + datetime.timedelta(1), number + 1
    for number, wording in enumerate(WORDINGS):
        slots = [PartialDate(2000, 1, day) for day in range(1, 32)]
        slots += [PartialDate(1955, month, 1) for month in range(1, 13)]
        slots += [PartialDate(year) for year in range(FIRST.year + number % 7, LAST.year + 1, 7)]
        for date in slots:
            yield date, date_in_words(date.day, date.month, date.year, wording)


def drawn(rng: random.Random) -> tuple[PartialDate, str]:
    """Any day, in any wording and case."""
    day = FIRST + datetime.timedelta(rng.randrange((LAST - FIRST).days + 1))
    date = PartialDate(day.year, day.month, day.day)
    return date, rng.choice(CASES)(date_in_words(date.day, date.month, date.year, rng.choice(WORDINGS)))


def misread_texts(misread: Callable[[str, random.Random], str], draws: int, seed: int) -> Tally:
    rng, tally = random.Random(seed), Tally()
    for _ in range(draws):
        date, text = drawn(rng)
        read = misread(text, rng)
        allowed = possible_dates(read).dates
        right = bool(allowed) and allowed[0].date == date
        parsed = DATE_WORDS.parse(read)
        tally.count(right, parsed.canonical, not parsed.problems, date.canonical)
    return tally


def speed(seed: int) -> dict[str, float]:
    """Seconds of this process for a text: clean and new, clean and seen before, misread and new."""
    rng = random.Random(seed + 1)
    clean = [drawn(rng)[1] for _ in range(2_000)]
    misread = [THE_MIXED.read(text, rng) for text in clean[:200]]
    parse_strictly.cache_clear()
    return {
        "clean_s": _seconds_each(clean),
        "cached_s": _seconds_each(clean),
        "misread_s": _seconds_each(misread),
    }


def _seconds_each(texts: list[str]) -> float:
    started = time.process_time()
    for text in texts:
        DATE_WORDS.parse(text)
    return (time.process_time() - started) / len(texts)


if __name__ == "__main__":
    main()
