"""How many wrong fields leave the reviewers' desk? Drawn people work off planted fields until nothing waits, in each
way that an office may choose: some thousands through the real desk on SQLite, and many more by the rules of the desk
alone (when a field is settled, who sees what), without a database.

Wanted: keyed blind by two, at most 0.046 wrong fields a thousand where one person alone makes 0.37 (Paulsen, Overgaard
and Lauritsen 2012, "Quality of data entry using single entry, double entry and automated forms processing", PLoS ONE).
What two people make of it hangs on how often the ink deceives both alike, which nobody has measured on ledgers: so it
is drawn in several ways. Bounds are Clopper and Pearson's exact one-sided ones.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED
from benchmarks.books.made_pages import made_page
from benchmarks.desk.simulated_keyers import FieldInk, Keyers, SimulatedKeyer, misread
from benchmarks.figures import report_figures
from pipeline.base.model import (
    EntryResult,
    FieldReading,
    FieldStatus,
    Ledger,
    PageRef,
    PageResult,
    Writing,
)
from pipeline.base.stages import Stage
from pipeline.declarations import schema
from pipeline.declarations.office.review import ReviewPolicy, Way
from pipeline.declarations.schema import Schemas
from pipeline.registry import Registry
from pipeline.registry.accounts import model
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.consensus import KeyedValue, consensus_of
from pipeline.registry.tasks.model import DeskTask
from pipeline.registry.tasks.visibility import work_of
from pipeline.training.evaluation.field_scores import upper_bound

BOUND = 0.046 / 1000
SINGLE_BAR = 0.37 / 1000

SCENES = {
    "0,37 ‰, lỗi của riêng từng người": Keyers(SINGLE_BAR),
    "0,37 ‰, một phần tám do nét mực": Keyers(SINGLE_BAR, by_ink=1 / 8),
    "0,37 ‰, ba phần mười chỗ sai cứ thế mà nhận": Keyers(SINGLE_BAR, waved=0.3),
    "2 %, lỗi của riêng từng người": Keyers(0.02),
    "2 %, một nửa do nét mực": Keyers(0.02, by_ink=0.5),
}

WAYS = {
    "một người": ReviewPolicy(check="none", blind="none"),
    "người thứ hai xem lại": ReviewPolicy(check="all", blind="none"),
    "người thứ hai gõ độc lập": ReviewPolicy(check="all", blind="all"),
    "cả hai gõ độc lập": ReviewPolicy(check="all", blind="all", blind_first=True),
}

PEOPLE = 5
MISREAD = 0.2
"""Share of fields that the machine has read wrong."""

COLUMNS = (
    "Người gõ",
    "Cách làm",
    "Ô",
    "Lượt gõ mỗi ô",
    "Tới người thứ ba",
    "Sai",
    "‰",
    "nhiều nhất ‰ (95 %)",
)


@dataclass
class KeyerTally:
    """The result of a scene under a way of review."""

    fields: int = 0
    words: int = 0
    thirds: int = 0
    wrong: int = 0
    seconds: float = 0.0

    def figures(self) -> dict[str, Any]:
        bound = upper_bound(self.wrong, self.fields)
        return {**asdict(self), "share": self.wrong / self.fields, "upper": bound}

    def cells(self) -> tuple[str, ...]:
        figures = self.figures()
        return (
            str(self.fields),
            f"{self.words / self.fields:.3f}",
            f"{1000 * self.thirds / self.fields:.2f} ‰",
            str(self.wrong),
            f"{1000 * figures['share']:.3f}",
            f"{1000 * figures['upper']:.3f}",
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--fields", type=int, default=2_000, help="fields of every scene and way, at the real desk"
    )
    parser.add_argument("--many", type=int, default=200_000, help="the same by the rules alone")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    console = Console(width=160)
    schemas = schema.load()
    figures = []
    for title, work, fields in (
        ("Qua bàn rà soát thật (SQLite)", work_at_desk, chosen.fields),
        ("Chỉ theo luật của bàn rà soát", work_by_rules, chosen.many),
    ):
        table = Table("Người gõ", "Cách làm", *COLUMNS, title=f"Sai còn lại: {title}")
        for scene, keyers in SCENES.items():
            for way, policy in WAYS.items():
                tally = work(schemas, keyers, policy, fields, chosen.seed)
                table.add_row(scene, way, *tally.cells())
                figures.append({"desk": work is work_at_desk, "scene": scene, "way": way, **tally.figures()})
        console.print(table)
    report_figures("keyers", {"seed": chosen.seed, "bound": BOUND, "runs": figures})


def work_at_desk(
    schemas: Schemas, keyers: Keyers, policy: ReviewPolicy, fields: int, seed: int
) -> KeyerTally:
    """A book with about so many planted fields, worked off at a desk of its own."""
    names = tuple(schemas.record("birth").by_name)
    pages = -(-fields // len(names))
    inks = list(_inks(pages * len(names), seed))
    people = {number: SimulatedKeyer(keyers, number, seed) for number in range(1, PEOPLE + 1)}
    with (
        tempfile.TemporaryDirectory() as folder,
        Registry.open(f"sqlite:///{folder}/registry.db", schemas) as registry,
    ):
        plant(registry, names, inks)
        begun = time.perf_counter()
        tally = _work(registry.desk(policy), people, names, inks)
        tally.seconds = round(time.perf_counter() - begun, 1)
        assert not registry.queue(limit=1)
        for page_no, entry_id in enumerate(registry.entries()):
            decisions = registry.entry(entry_id).decisions
            for at, name in enumerate(names):
                tally.fields += 1
                tally.wrong += decisions[name].text != inks[page_no * len(names) + at].truth
    return tally


def work_by_rules(
    schemas: Schemas, keyers: Keyers, policy: ReviewPolicy, fields: int, seed: int
) -> KeyerTally:
    """The same of single fields: whoever comes next of the people says a word, as long as the field is not settled."""
    people = {number: SimulatedKeyer(keyers, number, seed) for number in range(1, PEOPLE + 1)}
    (name, spec), *_ = schemas.record("birth").by_name.items()
    tally, begun = KeyerTally(), time.perf_counter()
    for ink in _inks(fields, seed):
        consensus = consensus_of(policy.way(spec) or Way.CHECKED, ())
        for turn in range(PEOPLE):
            number = 1 + (ink.number + turn) % PEOPLE
            work = work_of(name, consensus, policy, _reading(name, ink), None, None, is_shared=False)
            word = KeyedValue(turn, number, "", people[number].word(ink, work))
            tally.words += 1
            tally.thirds += consensus.stage is Stage.THIRD
            consensus = consensus_of(consensus.way, [*consensus.words, word])
            if consensus.settled is not None:
                break
        assert consensus.settled is not None
        tally.fields += 1
        tally.wrong += consensus.settled.verdict.text != ink.truth
    tally.seconds = round(time.perf_counter() - begun, 1)
    return tally


def plant(registry: Registry, names: tuple[str, ...], inks: list[FieldInk]) -> None:
    """Return pages of an entry each, all of whose fields wait for people."""
    ledger = Ledger(form="birth-2006", place="Xã Thử Nghiệm", place_code="00000", volume="01/2010")
    book = registry.book_id(ledger, "KS.2010.01")
    pages = len(inks) // len(names)
    registry.store_scan(book, "0" * 64, "scan.pdf", 1, pages)
    for page in range(pages):
        readings = tuple(
            _reading(name, ink) for name, ink in zip(names, inks[page * len(names) :], strict=False)
        )
        registry.save_page(book, _page(page + 1, EntryResult(0, readings, ())), "bench")


def _work(
    desk: Desk, people: dict[int, SimulatedKeyer], names: tuple[str, ...], inks: list[FieldInk]
) -> KeyerTally:
    """People take turns until nothing is left for any of them."""
    tally, idle = KeyerTally(), 0
    while idle < len(people):
        for number, person in people.items():
            who = model.Person(number, f"nguoi-{number}", "", model.Role.CHECKER, None)
            task = desk.next_task(who)
            idle = 0 if task else idle + 1
            if task is not None:
                _key(desk, who, person, task, names, inks, tally)
    return tally


def _key(
    desk: Desk,
    who: model.Person,
    person: SimulatedKeyer,
    task: DeskTask,
    names: tuple[str, ...],
    inks: list[FieldInk],
    tally: KeyerTally,
) -> None:
    first = (task.ref.page_no - 1) * len(names)
    words = [person.word(inks[first + names.index(work.field)], work) for work in task.fields]
    desk.key(who, task.task_id, task.version, words, token=f"{who.account_id}-{task.task_id}-{task.version}")
    tally.words += len(words)
    tally.thirds += sum(bool(work.candidates) for work in task.fields)


def _inks(number: int, seed: int) -> Iterator[FieldInk]:
    drawn = np.random.default_rng(seed).random(number)
    for at in range(number):
        truth = f"{at:07d}"
        yield FieldInk(at, truth, misread(truth) if drawn[at] < MISREAD else truth)


def _reading(name: str, ink: FieldInk) -> FieldReading:
    return FieldReading(name, FieldStatus.READ, ink.reading, "", 0.5, Writing.HAND, "bench")


def _page(page_no: int, entry: EntryResult) -> PageResult:
    return made_page(PageRef("0" * 64, page_no), entry)


if __name__ == "__main__":
    main()
