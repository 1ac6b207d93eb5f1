"""Are acts linked to the entries that they change, and are contradictions found?

    make bench-web     python -m benchmarks.registry.bench_web [--people 2000] [--misread 0.03] [--scale N]

Lives of made-up people of one commune over thirty years, as columns of values like those of the registry: births,
marriages, recognitions, adoptions, changes, divorces, deaths. Names come from a small stock, so that namesakes abound;
some earlier books are not there. ``--misread``: the share of values with one wrong letter or figure. Every act of whose
earlier entry the book is there should be suggested; a suggestion counts where its probability is at least one half.
Planted among them: silent margins, margins of unknown acts, wrong numbers, acts before their entries, second divorces;
a person confirms the right suggestions, and each contradiction should be told. ``--scale``: as many entries of a
province are linked for the time and memory that it takes; 0: not.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED
from benchmarks.figures import percent, report_figures, share
from pipeline.base.text.synthetic_words import GIVEN_MALE, SURNAMES
from pipeline.books.book_rules import comparable_people
from pipeline.books.book_rules.act_findings import (
    AGAIN,
    OTHER_NUMBER,
    SILENT,
    TOO_EARLY,
    UNKNOWN_ACT,
    ConfirmedAct,
    act_findings,
)
from pipeline.books.book_rules.act_links import COMPARED, Entries, act_links
from pipeline.books.book_rules.person_matching import COLUMNS
from pipeline.declarations import schema
from pipeline.declarations.schema import ActSpec

STOCKS = (SURNAMES[:14], ("Văn", "Thị", "Hữu", "Ngọc", "Minh", "Thanh"), GIVEN_MALE[:40])
"""Few names, so that namesakes abound."""
FIRST, YEARS = 1976, 30
UNREAD = 0.05
"""Share of earlier entries whose book is not there."""
PLANTED = 0.06
"""Share of acts of each kind with a planted contradiction."""


@dataclass
class Registry:
    """Entries as columns, and what is true of them.

    Attributes:
        true: The earlier entries of each act.
        planted: For each code the entries that it should be told of.
    """

    rng: np.random.Generator
    people: list[dict[str, Any]] = field(default_factory=list)
    named: list[tuple[int, str | None, str | None]] = field(default_factory=list)
    own: list[tuple[int, str, str]] = field(default_factory=list)
    noted: list[tuple[int, int, int, str]] = field(default_factory=list)
    true: dict[int, list[int]] = field(default_factory=dict)
    planted: dict[str, set[int]] = field(default_factory=dict)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    entries: int = 0

    def add(self, record: str, day: pd.Timestamp, notes: str | None, *people: Mapping[str, Any]) -> int:
        """Return the id of a new entry of some people."""
        self.entries += 1
        number = self.numbers[record, day.year] = self.numbers.get((record, day.year), 0) + 1
        place = {"entry_id": self.entries, "page_id": self.entries, "book_id": 1, "record": record}
        self.own.append((self.entries, f"{number}/{day.year}", told(day)))
        for person in people:
            row = dict.fromkeys(COLUMNS, None) | place | {"id_fields": "", "notes": notes}
            self.people.append(row | {"registered_on": told(day)} | dict(person))
        return self.entries

    def happens(self, chance: float) -> bool:
        return bool(self.rng.random() < chance)

    def later(self, day: pd.Timestamp, lowest: int, highest: int) -> pd.Timestamp:
        """Return a day so many years later."""
        return day + pd.Timedelta(days=int(self.rng.integers(lowest * 365, highest * 365 + 1)))


_Living = tuple[dict[str, Any], pd.Timestamp, int | None]
"""A person, their day of birth, the entry of their birth if its book is there."""


def told(day: pd.Timestamp) -> str:
    return f"{day.day:02}.{day.month:02}.{day.year}"


def drawn_registry(people: int, seed: int) -> Registry:
    """Return the entries of the lives of so many people."""
    made = Registry(np.random.default_rng(seed))
    men: list[_Living] = []
    women: list[_Living] = []
    for _ in range(people):
        male = made.happens(0.5)
        name = " ".join(str(made.rng.choice(stock)) for stock in STOCKS)
        born = pd.Timestamp(year=FIRST - 25 + int(made.rng.integers(0, YEARS)), month=1, day=1)
        born += pd.Timedelta(days=int(made.rng.integers(0, 365)))
        person = {"name": name, "sex": "1" if male else "2", "born_on": told(born)}
        birth = _birth(made, person, born)
        _acts_of_birth(made, person, born, birth)
        (men if male else women).append((person, born, birth))
    marriages: dict[int, int] = {}
    for husband, wife in zip(men, women, strict=False):
        if made.happens(0.6):
            marriages[id(husband[0])] = marriages[id(wife[0])] = _marriage(made, husband, wife)
    for living in (*men, *women):
        if made.happens(0.2):
            _death(made, living, marriages)
    return made


def _birth(made: Registry, person: dict[str, Any], born: pd.Timestamp) -> int | None:
    if made.happens(UNREAD):
        return None
    day = born + pd.Timedelta(days=int(made.rng.integers(1, 60)))
    return made.add("birth", day, "", person | {"role": "child", "event": "born"})


def _acts_of_birth(made: Registry, person: dict[str, Any], born: pd.Timestamp, birth: int | None) -> None:
    chance = float(made.rng.random())
    if chance < 0.1:
        act = _act(
            made, "change", person | {"role": "changed", "event": "party"}, made.later(born, 1, 40), birth
        )
        _name(made, act, birth)
        _note(made, birth, "correction")
    elif chance < 0.2:
        kind, role = ("parentage", "child") if chance < 0.15 else ("adoption", "adoptee")
        _act(made, kind, person | {"role": role, "event": "party"}, made.later(born, 1, 15), birth)
        _note(made, birth, kind)
    elif chance < 0.25 and birth is not None:
        made.people[-1]["notes"] = "?"
        made.noted.append((birth, birth, 1, "adoption"))
        made.planted.setdefault(UNKNOWN_ACT, set()).add(birth)


def _death(made: Registry, living: _Living, marriages: Mapping[int, int]) -> None:
    """Add the death of a person after their marriage, whose entry it points to like that of their birth."""
    person, born, birth = living
    marriage = marriages.get(id(person))
    day = made.later(born, 56, 75) if marriage else made.later(born, 1, 75)
    _act(made, "death", person | {"role": "deceased", "event": "died"}, day, birth, marriage)


def _act(made: Registry, record: str, person: dict[str, Any], day: pd.Timestamp, *earlier: int | None) -> int:
    act = made.add(record, day, "", person)
    made.true[act] = [one for one in earlier if one is not None]
    return act


def _name(made: Registry, act: int, earlier: int | None) -> None:
    """Let the act name the number and day of an earlier entry; some name another number."""
    if earlier is None:
        return
    _, number, day = made.own[earlier - 1]
    if made.happens(PLANTED):
        first, _, year = number.partition("/")
        number = f"{int(first) + 7}/{year}"
        made.planted.setdefault(OTHER_NUMBER, set()).add(act)
    made.named.append((act, number, day))


def _note(made: Registry, earlier: int | None, code: str) -> None:
    """Write the act into the margin of the earlier entry; some stay silent."""
    if earlier is None:
        return
    if made.happens(PLANTED):
        made.planted.setdefault(SILENT, set()).add(earlier)
        if made.happens(0.5):
            made.noted.append((earlier, earlier, 1, "guardianship"))  # it speaks of something else
            _write(made, earlier)
        return
    _write(made, earlier)
    made.noted.append((earlier, earlier, 1, code))


def _write(made: Registry, earlier: int) -> None:
    for row in made.people:
        if row["entry_id"] == earlier:
            row["notes"] = "có ghi chú"


def _marriage(made: Registry, husband: _Living, wife: _Living) -> int:
    day = made.later(max(husband[1], wife[1]), 20, 30)
    sides = [husband[0] | {"role": "husband", "event": "wed"}, wife[0] | {"role": "wife", "event": "wed"}]
    marriage = made.add("marriage", day, "", *sides)
    made.true[marriage] = [birth for _, _, birth in (husband, wife) if birth is not None]
    if not made.happens(0.2):
        return marriage
    for number in range(2 if made.happens(PLANTED) else 1):
        early = number == 0 and made.happens(PLANTED)
        when = day - pd.Timedelta(days=400) if early else made.later(day, 1, 20)
        parties = [
            wife[0] | {"role": "divorced", "event": "party"},
            husband[0] | {"role": "former_spouse", "event": "party"},
        ]
        divorce = made.add("noted_divorce", when, "", *({**one, "sex": None} for one in parties))
        made.true[divorce] = [marriage]
        if early:
            made.planted.setdefault(TOO_EARLY, set()).add(divorce)
        if number:
            made.planted.setdefault(AGAIN, set()).update({divorce, divorce - 1})
        _name(made, divorce, marriage)
    _note(made, marriage, "divorce")
    return marriage


def misread(made: Registry, wrong: float, seed: int) -> Entries:
    """Return the columns with a share of values in which one letter or figure is another."""
    rng = np.random.default_rng([seed, 1])

    def read(text: Any) -> Any:
        if not text or not isinstance(text, str) or rng.random() >= wrong:
            return text
        places = [at for at, letter in enumerate(text) if letter.isalnum()]
        at = int(rng.choice(places))
        other = str(rng.integers(0, 10)) if text[at].isdigit() else "aeiouhnt"[int(rng.integers(0, 8))]
        return text[:at] + other + text[at + 1 :]

    people = pd.DataFrame(made.people, columns=list(COLUMNS))
    for name in ("name", "born_on", "registered_on"):
        people[name] = [read(text) for text in people[name]]
    numbered = ["entry_id", "number", "registered_on"]
    named, own = pd.DataFrame(made.named, columns=numbered), pd.DataFrame(made.own, columns=numbered)
    for frame in (named, own):
        for name in numbered[1:]:
            frame[name] = [read(text) for text in frame[name]]
    return Entries(comparable_people(people), named, own)


def linked(made: Registry, entries: Entries, acts: Mapping[str, ActSpec]) -> dict[str, Any]:
    """Return how many links were found, offered and wrong, and which contradictions were told."""
    records = dict(zip(entries.people["entry_id"].tolist(), entries.people["record"].tolist(), strict=True))
    suggested = []
    for one in act_links(entries, acts):
        sides = (one.first[0], one.second[0])
        act = next(
            side
            for side in sides
            if side in made.true and records[sum(sides) - side] in acts[records[side]].earlier
        )
        suggested.append((act, sum(sides) - act, one))
    wanted = {(act, earlier) for act, true in made.true.items() for earlier in true}
    offered = {(act, earlier) for act, earlier, _ in suggested}
    likely = {(act, earlier) for act, earlier, one in suggested if one.probability >= 0.5}
    right = [one for one in suggested if (one[0], one[1]) in wanted]
    differing = {
        (act, earlier): [
            name for name in ("named_number", "named_day") if one.evidence.get(name) == "differs"
        ]
        for act, earlier, one in right
    }
    noted = pd.DataFrame(made.noted, columns=["entry_id", "page_id", "book_id", "act"])
    confirmed = [ConfirmedAct(act, earlier) for act, earlier, _ in right]
    told_of: dict[str, set[int]] = {}
    places = pd.Series({1: "00001"})
    for finding in act_findings(entries.people, noted, confirmed, differing, acts, places):
        told_of.setdefault(finding.code, set()).add(finding.entry_id or 0)
    return {
        "acts": len(made.true),
        "links": len(wanted),
        "offered": share(len(wanted & offered), len(wanted)),
        "found": share(len(wanted & likely), len(wanted)),
        "wrong": share(len(likely - wanted), len(likely)),
        "contradictions": {
            code: [len(planted & told_of.get(code, set())), len(planted)]
            for code, planted in sorted(made.planted.items())
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--misread", type=float, default=0.03)
    parser.add_argument("--scale", type=int, default=1_000_000, help="entries of the timed registry; 0: none")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    schemas = schema.load()
    acts = {name: record.act for name, record in schemas.records.items() if record.act is not None}
    made = drawn_registry(chosen.people, chosen.seed)
    parts = {
        "clean": linked(made, misread(made, 0.0, chosen.seed), acts),
        "misread": linked(made, misread(made, chosen.misread, chosen.seed), acts),
    }
    show(parts)
    figures: dict[str, Any] = {
        "seed": chosen.seed,
        "people": chosen.people,
        "misread_share": chosen.misread,
        **parts,
    }
    if chosen.scale:
        figures |= timed(chosen.scale, chosen.seed, acts)
    report_figures("web", figures)


def timed(entries: int, seed: int, acts: Mapping[str, ActSpec]) -> dict[str, Any]:
    """Return what linking a registry of about so many entries costs: copies of a commune, each of other days."""
    commune = misread(drawn_registry(4000, seed), 0.03, seed)
    once = int(commune.people["entry_id"].max())
    copies = -(-entries // once)
    parts: Sequence[Entries] = [_copy(commune, number, once) for number in range(copies)]
    whole = Entries(
        *(
            pd.concat([getattr(one, name) for one in parts], ignore_index=True)
            for name in ("people", "named", "own")
        )
    )
    del parts
    started = time.process_time()
    links = sum(1 for _ in act_links(whole, acts))
    spent = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    Console().print(f"{once * copies} việc: {spent:.0f} giây CPU, {peak:.2f} GB, {links} gợi ý")
    return {
        "scale_entries": once * copies,
        "scale_cpu_seconds": spent,
        "scale_peak_gb": peak,
        "scale_links": links,
    }


def _copy(commune: Entries, number: int, once: int) -> Entries:
    """Return the entries of another commune: the same lives with longer names, born some years earlier or later."""
    moved = commune.people[list(COMPARED)].assign(
        entry_id=commune.people["entry_id"] + number * once,
        bare=commune.people["bare"] + f" {number % 97}", name=commune.people["name"] + f" {number % 97}",
        born=commune.people["born"] + (number % 30) * 10_000 * (commune.people["born"] > 0),
        registered=commune.people["registered"] + (number % 30) * 10_000 * (commune.people["registered"] > 0),
    )  # fmt: skip
    named = commune.named.assign(entry_id=commune.named["entry_id"] + number * once)
    return Entries(moved, named, commune.own.assign(entry_id=commune.own["entry_id"] + number * once))


def show(parts: Mapping[str, Mapping[str, Any]]) -> None:
    table = Table("", "Nối", "Nêu", "Tìm thấy", "Sai", "Mâu thuẫn được nêu")
    for name, part in parts.items():
        told_of = ", ".join(f"{code} {found}/{of}" for code, (found, of) in part["contradictions"].items())
        rates = [percent(part[one]) for one in ("offered", "found", "wrong")]
        table.add_row(
            {"clean": "đọc đúng cả", "misread": "có chữ đọc sai"}[name], str(part["links"]), *rates, told_of
        )
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
