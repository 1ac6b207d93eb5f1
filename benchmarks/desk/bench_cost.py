"""How many keys and seconds does an entry cost in all steps together, and how many wrong values stay in force?

    make bench-cost LINES="FOLDER …"

Books in real ink as ``bench-clerk`` draws them, read and weighed as books are, then worked off on SQLite through the
real desk by drawn people until nothing waits, in three flows: as before the program chose (the first person sees the
reading, a second one looks at each field and types critical ones blind), everything typed twice without seeing
anything, and the ways that the program chooses. The same people over the same pages make the same slips in each flow.
Each book is copied, with people who slip elsewhere, and many more copies are worked off by the rules of the desk alone:
a thousandth of values shows in no forty pages. Keys and seconds are of the keystroke-level model; bounds are Clopper
and Pearson's.

How careless people are is stated (``SCENES``) and unknown to the program: hidden checks and corrected values tell it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pickle
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.context.bench_clerk import pages_of, toned
from benchmarks.context.clerk_books import ClerkBook, add_book_arguments, drawn_books
from benchmarks.desk.keystroke_model import ACCEPT, ASKED, CHOOSE, STATUS, DeskAction, typed
from benchmarks.desk.simulated_keyers import FieldInk, Keyers, SimulatedKeyer
from benchmarks.figures import BENCH_OUT, report_figures, say, share
from benchmarks.handwriting.books import tools
from benchmarks.handwriting.reading_cache import with_kept_ink
from benchmarks.handwriting.real_lines import FOLDED
from pipeline.base.errors import SetupError
from pipeline.base.model import FieldReading, FieldStatus, Ledger, PageRef, PageResult
from pipeline.base.stages import Stage
from pipeline.books.book_context.second_pass import second_pass
from pipeline.declarations.office.review import ReviewPolicy, Way
from pipeline.declarations.schema import FieldSpec, Schemas
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.cheapest_ways import Carefulness, Doubt, cheapest, price_within
from pipeline.registry.tasks.consensus import KeyedValue, consensus_of
from pipeline.registry.tasks.model import DeskTask, FieldWork
from pipeline.registry.tasks.planted_values import is_drawn, wrong_text
from pipeline.registry.tasks.visibility import work_of
from pipeline.registry.tasks.way_choice import PLAINLY_RIGHT, way_after
from pipeline.registry.tasks.way_plans import (
    LAST_PLANTED,
    LAST_TYPED,
    SURE,
    doubt_of,
    mistyped,
    overlooked,
    times_worse,
    worsened,
)
from pipeline.training.evaluation import BookTruth, load_truth
from pipeline.training.evaluation.field_scores import upper_bound
from pipeline.values.kinds.comparison import compared_form
from pipeline.web.desk.field_view import choices

PEOPLE = 5

FLOWS = {
    "trước đây": ReviewPolicy(check="all", blind="critical"),
    "gõ hai lần hết": ReviewPolicy(check="all", blind="all", blind_first=True),
    "phần mềm chọn": ReviewPolicy(),
}

SCENES = {
    "như dự kiến": Keyers(0.001, by_ink=1 / 8, alike=0.3, waved=0.1),
    "cẩu thả gấp đôi": Keyers(0.002, by_ink=1 / 8, alike=0.3, waved=0.2),
    "cẩu thả gấp bốn": Keyers(0.004, by_ink=1 / 8, alike=0.3, waved=0.4),
}
"""What people are like: in a thousand values typed from the ink one is wrong; of ten wrong values shown they confirm
one. The program assumes two and two until it knows better: it never assumes less than two wrong of a thousand typed."""

BOUNDS = {True: ReviewPolicy().most_wrong_critical / 1000, False: ReviewPolicy().most_wrong / 1000}


@dataclass(frozen=True)
class ReadBook:
    """A book as read; ``truth`` has what is on paper by page, row and field, where that is known."""

    name: str
    ledger: Ledger
    pages: Sequence[PageResult]
    truth: Mapping[tuple[int, int, str], str]


@dataclass
class CostTally:
    """What a flow cost and what it left."""

    entries: int = 0
    actions: list[DeskAction] = field(default_factory=list)
    settled: Counter[str] = field(default_factory=Counter)
    fields: Counter[bool] = field(default_factory=Counter)
    wrong: Counter[bool] = field(default_factory=Counter)
    accepted: int = 0
    accepted_wrong: int = 0
    waiting: int = 0
    seconds: float = 0.0

    def figures(self) -> dict[str, Any]:
        keys = sum(action.keys for action in self.actions)
        return {
            "entries": self.entries,
            "keys": keys / self.entries,
            "seconds": sum(action.seconds(0.0) for action in self.actions) / self.entries,
            "acts": Counter(action.name for action in self.actions),
            "settled": {way: count / sum(self.settled.values()) for way, count in self.settled.items()},
            "accepted": self.accepted,
            "accepted_wrong": self.accepted_wrong,
            "waiting": self.waiting,
            **{
                name: {
                    "of": self.fields[critical],
                    "wrong": self.wrong[critical],
                    "share": share(self.wrong[critical], self.fields[critical]),
                    "upper": upper_bound(self.wrong[critical], self.fields[critical]),
                    "allowed": BOUNDS[critical],
                }
                for name, critical in (("critical", True), ("others", False))
            },
            "computed": round(self.seconds, 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_book_arguments(parser)
    parser.add_argument("--copies", type=int, default=2, help="copies of each book at the real desk")
    parser.add_argument("--many", type=int, default=50, help="copies of each book by the rules alone")
    parser.add_argument("--scene", action="append", choices=tuple(SCENES), help="only these people")
    parser.add_argument("--flow", action="append", choices=tuple(FLOWS), help="only these flows")
    chosen = parser.parse_args()
    os.environ.update({"OMP_THREAD_LIMIT": "1", "OMP_NUM_THREADS": "1"})
    if not chosen.lines:
        say("không đo: cần dòng viết tay thật, make bench-cost LINES=THƯ_MỤC (thư mục có lines.tsv)")
        return
    try:
        books = list(read_books(chosen))
    except SetupError as error:
        raise SystemExit(str(error)) from None
    schemas = tools()[0].schemas
    runs = []
    for scene in chosen.scene or SCENES:
        for flow in chosen.flow or FLOWS:
            say(f"{scene}: {flow}")
            setting = books, schemas, FLOWS[flow], SCENES[scene]
            for is_desk, work, copies in (
                (True, worked_off, chosen.copies),
                (False, worked_by_rules, chosen.many),
            ):
                if copies:
                    tally = work(*setting, copies, chosen.seed)
                    runs.append({"desk": is_desk, "scene": scene, "flow": flow, **tally.figures()})
    show(runs)
    report_figures("cost", {"seed": chosen.seed, "books": len(books), "copies": chosen.copies, "runs": runs})


# --- the books ------------------------------------------------------------------------------------------------------


def read_books(chosen: argparse.Namespace) -> Iterator[ReadBook]:
    """Yield the books of ``bench-clerk``, read and weighed as books; what was read is kept beside them."""
    context, engines = tools()
    kept = with_kept_ink(engines, chosen.kept / "seen", ink_alone=False)
    folder = BENCH_OUT / "cost"
    folder.mkdir(parents=True, exist_ok=True)
    for book in drawn_books(chosen):
        path = folder / f"{book.folder.name}.pickle"
        if not path.is_file():
            path.write_bytes(pickle.dumps(pages_of(book, context, kept, True)))
        kept_pages = pickle.loads(path.read_bytes())  # noqa: S301 (its own)
        pages = [page for page in kept_pages if page is not None]
        passed = second_pass(pages, {}, book.form, book.ledger, context.schemas, context.options)
        truth = load_truth(book.folder / "truth.json")
        yield read_book(book, [passed.weighed(page) for page in pages], truth, context.schemas)


def read_book(book: ClerkBook, pages: Sequence[PageResult], truth: BookTruth, schemas: Schemas) -> ReadBook:
    """Return a book with the text that people who look closely type in each field."""
    on_paper = {}
    for entry in truth.entries:
        values = {
            spec.name: entry.values[spec.column]
            for spec in book.record.fields
            if spec.column and entry.values.get(spec.column) is not None
        }
        page = pages[entry.page or 0]
        for found in page.entries:
            for reading in found.readings:
                if found.row == (entry.row or 0) and reading.field in values:
                    spec = book.record.by_name[reading.field]
                    place = (entry.page or 0, found.row, reading.field)
                    on_paper[place] = _as_typed(values[reading.field], reading, spec, book.ledger, schemas)
    return ReadBook(book.folder.name, book.ledger, pages, on_paper)


def _as_typed(truth: str, reading: FieldReading, spec: FieldSpec, ledger: Ledger, schemas: Schemas) -> str:
    """Return what is on paper; the reading where only what labels of real ink do not tell differs."""
    if reading.status is not FieldStatus.READ or not truth:
        return truth
    said = reading.text
    if spec.value_kind.is_entry_number and "/" not in said:
        said = f"{said}/{ledger.year}"
    vocabulary = schemas.vocabulary(spec)
    forms = [spec.value_kind.parse(text, vocabulary).canonical for text in (truth, said)]
    same = bool(forms[0]) and forms[0] == forms[1] and not spec.value_kind.is_verbatim
    if spec.kind in FOLDED and toned(truth) == toned(said):
        same = True
    return reading.text if same else truth


# --- the work -------------------------------------------------------------------------------------------------------


def worked_off(
    books: Sequence[ReadBook], schemas: Schemas, policy: ReviewPolicy, keyers: Keyers, copies: int, seed: int
) -> CostTally:
    """Return what it costs people to work copies of books off."""
    people = {number: SimulatedKeyer(keyers, number, seed) for number in range(1, PEOPLE + 1)}
    begun = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        Registry.open(f"sqlite:///{folder}/registry.db", schemas) as registry,
    ):
        inks = plant(registry, books, copies)
        tally = _work(registry.desk(policy), people, inks)
        _judge(registry, schemas, inks, tally)
    tally.seconds = time.perf_counter() - begun
    return tally


def worked_by_rules(
    books: Sequence[ReadBook], schemas: Schemas, policy: ReviewPolicy, keyers: Keyers, copies: int, seed: int
) -> CostTally:
    """Return the same of many copies by the rules of the desk alone, field by field, without a database.

    The price of a book is computed once, with what planted texts have told of people so far.
    """
    office = RulesOffice(schemas, policy, {n: SimulatedKeyer(keyers, n, seed) for n in range(1, PEOPLE + 1)})
    begun, number = time.perf_counter(), 0
    for _ in range(copies):
        for book in books:
            number = office.work_off(book, number)
    office.tally.seconds = time.perf_counter() - begun
    return office.tally


class RulesOffice:
    """People who work books off by the rules of the desk alone."""

    def __init__(self, schemas: Schemas, policy: ReviewPolicy, people: Mapping[int, SimulatedKeyer]) -> None:
        self._schemas, self._policy, self._people = schemas, policy, people
        self._answers: dict[Stage, list[bool]] = {Stage.REVIEW: [], Stage.CHECK: []}
        self._differing: list[bool] = []
        self._corrected: list[bool] = []
        self._found: dict[tuple[str, bool], list[tuple[float, bool]]] = defaultdict(list)
        self.tally = CostTally()

    def work_off(self, book: ReadBook, number: int) -> int:
        """Work a book off whose fields are numbered from ``number``; return the next number."""
        record = self._schemas.record(self._schemas.form(book.ledger.form).record)
        first, again = (overlooked(self._answers[stage]) for stage in (Stage.REVIEW, Stage.CHECK))
        wrong_typed = mistyped(self._differing[-LAST_PLANTED:], self._corrected[-LAST_TYPED:], again)
        people = Carefulness(first, again, wrong_typed)
        fields = [
            (page_no, entry, reading)
            for page_no, page in enumerate(book.pages)
            for entry in page.entries
            for reading in entry.readings
        ]
        worse = {sure: times_worse(self._found[book.name, sure]) for sure in (True, False)}
        known = {
            at: doubt_of(reading, entry.findings)
            for at, (_, entry, reading) in enumerate(fields)
            if not reading.accepted and reading.status is not FieldStatus.NOT_ON_FORM
        }
        doubts = {at: worsened(doubt, worse) for at, doubt in known.items()}
        prices = {
            critical: price_within(group, people, bound * len(group))
            for critical, bound in BOUNDS.items()
            for group in [
                [
                    doubt
                    for at, doubt in doubts.items()
                    if record.by_name[fields[at][2].field].critical == critical
                ]
            ]
        }
        for at, (page_no, entry, reading) in enumerate(fields):
            spec = record.by_name[reading.field]
            truth = book.truth.get((page_no, entry.row, reading.field), reading.text)
            ink = FieldInk(number + at, truth, reading.text)
            if at in doubts:
                way = self._policy.way(spec) or cheapest(doubts[at], people, prices[spec.critical]).way
                self._settle(spec, reading, ink, way, known[at])
                if reading.status is FieldStatus.READ and known[at].wrong < 1:
                    found = known[at].wrong, reading.text == truth
                    self._found[book.name, known[at].wrong <= SURE].append(found)
            else:
                self.tally.accepted += 1
                self.tally.accepted_wrong += reading.text != truth
        self.tally.entries += sum(len(page.entries) for page in book.pages)
        return number + len(fields)

    def _settle(self, spec: FieldSpec, reading: FieldReading, ink: FieldInk, way: Way, doubt: Doubt) -> None:
        """Ask one person after another until the field is settled."""
        consensus, is_chosen = consensus_of(way, ()), self._policy.way(spec) is None
        for turn in range(PEOPLE):
            account_id = 1 + (ink.number + turn) % PEOPLE
            work = work_of(spec.name, consensus, self._policy, reading, None, None, is_shared=False)
            if is_chosen and self._planted_and_missed(spec, work, ink, account_id, doubt):
                self.tally.actions.append(ACCEPT)
            verdict = self._people[account_id].word(ink, work)
            self.tally.actions.append(action_of(work, verdict))
            if not consensus.words:
                way = way_after(way, reading, verdict, lambda text: self._compared(spec, text))
            said = KeyedValue(turn, account_id, "", verdict, self._compared(spec, verdict.text))
            if consensus.stage is Stage.CHECK and way is Way.KEYED_CHECKED:
                self._corrected.append(said.compared != consensus.words[0].compared)
            stage, consensus = consensus.stage, consensus_of(way, [*consensus.words, said])
            if consensus.settled is not None:
                self.tally.settled[_way_of(stage, work)] += 1
                self.tally.fields[spec.critical] += 1
                self.tally.wrong[spec.critical] += consensus.settled.verdict.text != ink.truth
                if is_chosen and stage is Stage.REVIEW and verdict.status is FieldStatus.READ:
                    self._ask_again(spec, reading, ink, consensus.settled)
                return
        self.tally.waiting += 1

    def _ask_again(self, spec: FieldSpec, reading: FieldReading, ink: FieldInk, settled: KeyedValue) -> None:
        """Have somebody else type a settled field once more, if it is drawn."""
        if not is_drawn(f"{ink.number} {Stage.SETTLED}", self._policy.planted):
            return
        untouched = consensus_of(Way.BLIND_TWICE, ())
        work = work_of(spec.name, untouched, self._policy, reading, None, None, is_shared=False)
        verdict = self._people[1 + settled.account_id % PEOPLE].word(ink, work)
        self.tally.actions.append(action_of(work, verdict))
        self._differing.append(self._compared(spec, verdict.text) != settled.compared)

    def _planted_and_missed(
        self, spec: FieldSpec, work: FieldWork, ink: FieldInk, account_id: int, doubt: Doubt
    ) -> bool:
        """Return whether a text is planted for this person and they confirm it.

        Who notices it types the value over it, which costs them what it costs to correct a value; that is counted here.
        """
        stage = Stage.CHECK if work.first is not None else Stage.REVIEW
        right = work.first.text if work.first is not None else work.reading.text if work.reading else ""
        place = f"{ink.number} {stage}"
        if work.blind or work.candidates or not right or not is_drawn(place, self._policy.planted):
            return False
        if work.first is None and (doubt.wrong > PLAINLY_RIGHT or not work.is_likely):
            return False

        def is_plausible(other: str) -> bool:
            parsed = spec.value_kind.parse(other, self._schemas.vocabulary(spec)).canonical
            return bool(parsed) and self._compared(spec, other) != self._compared(spec, right)

        wrong = wrong_text(right, place, is_plausible)
        if not wrong:
            return False
        planted = replace(work, first=Verdict(work.field, FieldStatus.READ, wrong))
        verdict = self._people[account_id].word(ink, planted)
        missed = verdict.text == wrong
        self._answers[stage] = [*self._answers[stage], missed][-LAST_PLANTED:]
        if not missed:
            self.tally.actions.append(action_of(planted, verdict))
        return missed

    def _compared(self, spec: FieldSpec, text: str) -> str:
        return compared_form(spec.value_kind, text, self._schemas.vocabulary(spec))


Inks = dict[tuple[str, int], dict[str, FieldInk]]
"""Fields of an entry by name, by SHA-256 of its scan and row."""


def plant(registry: Registry, books: Sequence[ReadBook], copies: int) -> Inks:
    """Save copies of books; return the fields of their entries."""
    inks: Inks = {}
    number = 0
    for copy in range(copies):
        for book in books:
            ledger = replace(book.ledger, volume=f"{copy + 1:02}/{book.ledger.year}")
            book_id = registry.book_id(ledger, f"{book.name}-{copy}")
            for page_no, page in enumerate(book.pages):
                sha256 = hashlib.sha256(f"{book.name} {copy} {page_no}".encode()).hexdigest()
                registry.store_scan(book_id, sha256, f"{page_no:03}.jpg", 1, 1)
                registry.save_page(book_id, replace(page, ref=PageRef(sha256, 1)), "bench")
                for entry in page.entries:
                    fields = inks.setdefault((sha256, entry.row), {})
                    for reading in entry.readings:
                        truth = book.truth.get((page_no, entry.row, reading.field), reading.text)
                        fields[reading.field] = FieldInk(number, truth, reading.text)
                        number += 1
    return inks


def _work(desk: Desk, people: Mapping[int, SimulatedKeyer], inks: Inks) -> CostTally:
    """People take turns until nothing is left for any of them."""
    tally, idle = CostTally(), 0
    while idle < len(people):
        for number, keyer in people.items():
            who = Person(number, f"nguoi-{number}", "", Role.CHECKER, None)
            task = desk.next_task(who)
            idle = 0 if task else idle + 1
            while task is not None:
                task = _key(desk, who, keyer, task, inks[task.ref.scan_sha256, task.row], tally)
    return tally


def _key(
    desk: Desk,
    who: Person,
    keyer: SimulatedKeyer,
    task: DeskTask,
    inks: Mapping[str, FieldInk],
    tally: CostTally,
) -> DeskTask | None:
    """Key all fields of a task; return the task as long as fields of it wait for the same person."""
    words = []
    for work in task.fields:
        word = Verdict("", FieldStatus.READ) if not work.field else keyer.word(inks[work.field], work)
        tally.actions.append(action_of(work, word))
        words.append(word)
    token = f"{who.account_id}-{task.task_id}-{task.version}"
    outcome = desk.key(who, task.task_id, task.version, words, token=token)
    shown = {work.field: work for work in task.fields}
    for name in outcome.settled:
        tally.settled[_way_of(task.stage, shown[name])] += bool(name)
    return desk.task(who, task.task_id) if outcome.waiting else None


def _way_of(stage: Stage, work: FieldWork) -> str:
    """Return in words how a field was settled."""
    if stage is Stage.THIRD:
        return "người thứ ba"
    if stage is Stage.CHECK:
        return "hai người, người sau gõ" if work.blind else "hai người, người sau xem"
    return "một người gõ" if work.way is Way.KEYED else "một người xem"


def action_of(work: FieldWork, word: Verdict) -> DeskAction:
    """Return the shortest way to a value at the desk."""
    if not work.field:
        return ACCEPT
    if word.status is not FieldStatus.READ:
        return ASKED if work.inked else STATUS
    if work.initial is not None and work.initial.text == word.text:
        return ACCEPT
    if any((choice.status, choice.text) == (word.status, word.text) for choice in choices(work)):
        return CHOOSE
    return typed(word.text)


def _judge(registry: Registry, schemas: Schemas, inks: Inks, tally: CostTally) -> None:
    """Count the wrong values in force."""
    for entry_id in registry.entries():
        entry = registry.entry(entry_id)
        fields, record = inks[entry.ref.scan_sha256, entry.row], schemas.record(entry.record)
        tally.entries += 1
        for name, ink in fields.items():
            decided = entry.decisions.get(name)
            if decided is not None:
                critical = record.by_name[name].critical
                tally.fields[critical] += 1
                tally.wrong[critical] += decided.text != ink.truth
            elif name in entry.values:
                tally.accepted += 1
                tally.accepted_wrong += ink.reading != ink.truth
    tally.waiting = len(registry.queue(limit=None))


def show(runs: Sequence[Mapping[str, Any]]) -> None:
    """Print the runs, those at the real desk and those by its rules each as a table."""
    for is_desk, title in ((True, "Qua bàn rà soát thật (SQLite)"), (False, "Chỉ theo luật của bàn rà soát")):
        if some := [run for run in runs if run["desk"] is is_desk]:
            _show(some, f"Một sự kiện tốn bao nhiêu, mọi bước cộng lại: {title}")


def _show(runs: Sequence[Mapping[str, Any]], title: str) -> None:
    columns = (
        "Người",
        "Cách làm",
        "Phím",
        "Giây",
        "Ô quan trọng sai",
        "‰",
        "Ô khác sai",
        "‰",
        "Xong nhờ",
    )
    table = Table(*columns, title=title)
    for run in runs:
        cells = []
        for name in ("critical", "others"):
            group = run[name]
            cells += [
                f"{group['wrong']} / {group['of']}",
                f"{1000 * group['share']:.2f} ({1000 * group['upper']:.2f}, {1000 * group['allowed']:.0f})",
            ]
        ways = "; ".join(f"{way} {100 * part:.0f} %" for way, part in sorted(run["settled"].items()))
        table.add_row(run["scene"], run["flow"], f"{run['keys']:.1f}", f"{run['seconds']:.0f}", *cells, ways)
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
