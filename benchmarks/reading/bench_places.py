"""Is a written place resolved to the right unit, and to no other? And how fast?

Communes of the tables are written as clerks write, with a day on which they surely were there; then with one flaw, and
with units of another time. Wanted: no wrong code where the text is as clerks write; at least 5,000 places a second that
were not asked before and 100,000 that were; tables there within 0.5 s and 60 MB.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.figures import report_figures
from benchmarks.reading.misreadings import without_marks
from pipeline.base.text.tones import ACUTE, DOT, GRAVE, HOOK, TILDE
from pipeline.declarations.schema import default_folder
from pipeline.values.places import DayRange, Level, ResolutionState, Resolver, Unit, Validity, read_gazetteer

DAYS = ((2019, 10, 6), (2020, 1, 1), (2024, 8, 1), (2025, 3, 1), (2025, 9, 1))
SHORT = {
    "Xã": "X.",
    "Phường": "P.",
    "Thị trấn": "TT.",
    "Huyện": "H.",
    "Quận": "Q.",
    "Thị xã": "TX.",
    "Thành phố": "TP.",
    "Tỉnh": "T.",
}
MARKS = (GRAVE, ACUTE, TILDE, HOOK, DOT)
CONFUSED = {
    "n": "u",
    "u": "n",
    "a": "o",
    "o": "a",
    "h": "k",
    "t": "l",
    "i": "l",
    "g": "y",
    "m": "n",
    "c": "e",
}

Line = Sequence[Unit]
"""Units each within the next, the smallest first."""


@dataclass(frozen=True)
class Written:
    """A text with its day and the unit that was meant."""

    text: str
    on: tuple[int, ...]
    meant: Unit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=4000, help="communes a way of writing")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    console = Console(width=140)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    resolver = Resolver(read_gazetteer(default_folder() / "places"))
    resolver.resolve("Cần Thơ")
    loading = time.process_time() - start
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024

    table = Table(
        "Cách ghi", "Nơi", "Đúng mã", "Còn nhiều nơi", "Không có mã", "Mã khác", title="Nơi ghi và mã"
    )
    rng = random.Random(chosen.seed)
    drawn = _drawn(resolver, rng, chosen.places)
    wrong = 0
    ways: dict[str, dict[str, int]] = {}
    for name, write in WAYS.items():
        counter = Counter(_outcome(resolver, Written(write(line, rng), on, line[0])) for line, on in drawn)
        ways[name] = dict(counter)
        table.add_row(name, str(len(drawn)), *_shares(counter, len(drawn)))
        wrong += counter["other"] if name not in FLAWED else 0
    console.print(table)
    then = _of_another_time(resolver, rng, chosen.places)
    caught = sum(resolver.existed(text, on) is False for text, on in then)
    console.print(f"Nơi không có vào ngày ấy: {caught} / {len(then)} bị nhận ra ({caught / len(then):.1%}).")
    sound = [(WAYS["đủ cấp"](line, rng), on) for line, on in drawn]
    false = sum(resolver.existed(text, on) is False for text, on in sound)
    console.print(f"Nơi có thật bị báo nhầm: {false} / {len(sound)}.")
    cold, warm = _speed(resolver, sound)
    console.print(
        f"Tốc độ (thời gian CPU, một nhân): lần đầu {cold:,.0f}, đã hỏi {warm:,.0f} nơi một giây. "
        f"Nạp bảng {loading:.2f} s, thêm {memory:.0f} MB."
    )
    console.print(f"Mã sai khi ghi như thường: {wrong}.")
    report_figures(
        "places",
        {
            "seed": chosen.seed,
            "places": len(drawn),
            "wrong_codes": wrong,
            "ways": ways,
            "of_another_time": [caught, len(then)],
            "false_alarms": [false, len(sound)],
            "places_a_second_new": cold,
            "places_a_second_seen": warm,
            "loading_seconds": loading,
            "memory_mb": memory,
        },
    )


def _drawn(resolver: Resolver, rng: random.Random, number: int) -> Sequence[tuple[Line, tuple[int, ...]]]:
    """Communes with a day on which they and all above them surely were there."""
    by_day = {}
    for on in DAYS:
        day = DayRange.of(on)
        by_day[on] = [
            u
            for u in resolver.gazetteer.units
            if u.level is Level.COMMUNE and u.span.at(day) is Validity.SURE
        ]
    drawn: list[tuple[Line, tuple[int, ...]]] = []
    while len(drawn) < number:
        on = rng.choice(DAYS)
        line = resolver.gazetteer.line_of(rng.choice(by_day[on]), DayRange.of(on))
        if all(unit.span.at(DayRange.of(on)) is Validity.SURE for unit in line):
            drawn.append((tuple(reversed(line)), on))
    return drawn


def _of_another_time(
    resolver: Resolver, rng: random.Random, number: int
) -> Sequence[tuple[str, tuple[int, ...]]]:
    """Units written whole, on days on which they surely were not there: before, or after."""
    cases: list[tuple[str, tuple[int, ...]]] = []
    communes = [unit for unit in resolver.gazetteer.units if unit.level is Level.COMMUNE]
    while len(cases) < number:
        line = resolver.gazetteer.line_of(rng.choice(communes), DayRange())
        on = (rng.randint(1976, 2026), rng.randint(1, 12), rng.randint(1, 28))
        if any(not unit.span.at(DayRange.of(on)).exists for unit in line):
            cases.append((_full(tuple(reversed(line)), rng), on))
    return cases


def _outcome(resolver: Resolver, written: Written) -> str:
    resolved = resolver.resolve(written.text, written.on)
    if resolved.state is ResolutionState.RESOLVED:
        return "right" if resolved.unit and resolved.unit.id == written.meant.id else "other"
    return "several" if resolved.state is ResolutionState.AMBIGUOUS else "none"


def _shares(outcomes: Counter[str], number: int) -> Sequence[str]:
    return [f"{outcomes[name] / number:.2%}" for name in ("right", "several", "none", "other")]


def _speed(resolver: Resolver, places: Sequence[tuple[str, tuple[int, ...]]]) -> tuple[float, float]:
    """Places a second that a resolver was never asked, and that it was."""
    fresh = Resolver(resolver.gazetteer)
    rates = []
    for rounds in (1, 20):
        start = time.process_time()
        for _ in range(rounds):
            for text, on in places:
                fresh.resolve(text, on)
        rates.append(rounds * len(places) / max(time.process_time() - start, 1e-9))
    return rates[0], rates[1]


def _full(line: Line, _: random.Random) -> str:
    return ", ".join(f"{unit.type.lower()} {unit.name}" for unit in line)


def _short(line: Line, rng: random.Random) -> str:
    sign = rng.choice((", ", " - ", " – "))
    return sign.join(f"{SHORT.get(unit.type, unit.type)} {unit.name}" for unit in line)


def _names(line: Line, rng: random.Random) -> str:
    return rng.choice((", ", " - ")).join(unit.name for unit in line)


def _without_district(line: Line, rng: random.Random) -> str:
    return _full([unit for unit in line if unit.level is not Level.DISTRICT], rng)


def _with_hamlet(line: Line, rng: random.Random) -> str:
    return f"{rng.choice(('ấp', 'thôn', 'khóm', 'tổ'))} {rng.randint(1, 12)}, {_full(line, rng)}"


def _capitals(line: Line, rng: random.Random) -> str:
    return _full(line, rng).upper()


def _tone_moved(line: Line, rng: random.Random) -> str:
    moved = {
        "òa": "oà",
        "óa": "oá",
        "ỏa": "oả",
        "ọa": "oạ",
        "ủy": "uỷ",
        "úy": "uý",
        "ùy": "uỳ",
        "ụy": "uỵ",
        "óe": "oé",
    }
    text = _full(line, rng)
    for first, second in moved.items():
        text = text.replace(first, second)
    return text


def _bare(line: Line, rng: random.Random) -> str:
    return without_marks(_full(line, rng))


def _mark_changed(line: Line, rng: random.Random) -> str:
    """One tone of the commune's name is another."""
    name = unicodedata.normalize("NFD", line[0].name)
    at = [i for i, c in enumerate(name) if c in MARKS]
    if at:
        i = rng.choice(at)
        name = name[:i] + rng.choice([c for c in MARKS if c != name[i]]) + name[i + 1 :]
    else:
        i = rng.choice([i for i, c in enumerate(name) if c.lower() in "aeiouy"] or [0])
        name = name[: i + 1] + rng.choice(MARKS) + name[i + 1 :]
    return _full(line, rng).replace(line[0].name, unicodedata.normalize("NFC", name), 1)


def _letter_misread(line: Line, rng: random.Random) -> str:
    """One letter of the commune's name is another that looks like it."""
    name = line[0].name
    at = [i for i, c in enumerate(name) if c in CONFUSED]
    if at:
        i = rng.choice(at)
        name = name[:i] + CONFUSED[name[i]] + name[i + 1 :]
    return _full(line, rng).replace(line[0].name, name, 1)


WAYS: Mapping[str, Callable[[Line, random.Random], str]] = {
    "đủ cấp": _full,
    "viết tắt": _short,
    "chỉ tên": _names,
    "thiếu huyện": _without_district,
    "có ấp, tổ": _with_hamlet,
    "chữ hoa": _capitals,
    "dấu thanh đặt khác": _tone_moved,
    "không dấu": _bare,
    "sai một dấu": _mark_changed,
    "sai một chữ cái": _letter_misread,
}  # fmt: skip
FLAWED = ("sai một dấu", "sai một chữ cái")
"""A flaw may make the name of another unit; nothing in the text shows it."""


if __name__ == "__main__":
    main()
