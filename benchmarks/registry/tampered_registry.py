"""A registry that has lived a little, who may write to it behind the program's back, and what the program does then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, make_url

from benchmarks.books.made_pages import made_page
from pipeline.base.model import (
    EntryResult,
    FieldReading,
    FieldStatus,
    Finding,
    Ledger,
    PageRef,
    PageResult,
    Severity,
    Writing,
)
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.registry import CrossEntryFinding, Link, LinkVerdict, Registry, RegistryPart, Verdict
from pipeline.registry.accounts.model import LoginRefused, Role
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.audit.model import FlawKind
from pipeline.registry.audit.seal import Seal
from pipeline.registry.errors import RowTampered
from pipeline.registry.publishing.model import PublishedState

SCAN = "b" * 64
LEDGER = Ledger(form="birth-2006", place="Xã Thử Nghiệm", place_code="00000", volume="01/2010")
ADDRESS = "127.0.0.1"


@dataclass
class Lived:
    """A registry with a history: where it is, its key, and what was handed out there."""

    url: str
    owner_url: str
    key: Path
    passwords: dict[str, str] = field(default_factory=dict)
    token: str = ""
    seal: Seal | None = None

    @property
    def on_postgresql(self) -> bool:
        return self.url.startswith("postgresql")

    def open(self) -> Registry:
        return Registry.open(self.url, audit_key=self.key)


Harm = Callable[["Outsider"], None]
Then = Callable[[Registry, Lived], None]


@dataclass(frozen=True)
class Tampering:
    """A tampering.

    Attributes:
        statements: SQL without triggers, or an act on the database.
        then: The program's next act.
        sealed: Whether the seal of last night is at hand.
        unreachable: Why no check can show the tampering; ``""``: it must be detected or refused.
        must_refuse: Whether detecting is too late: what ``then`` gives would have left the office.
    """

    name: str
    statements: tuple[str, ...] | Harm
    then: Then | None = None
    sealed: bool = False
    unreachable: str = ""
    must_refuse: bool = False


@dataclass(frozen=True)
class Outcome:
    """The result of a tampering: ``found`` (kinds of flaws), ``refused`` by the program when it went on."""

    tampering: Tampering
    found: tuple[FlawKind, ...]
    refused: bool
    checkable: bool

    @property
    def word(self) -> str:
        if self.tampering.must_refuse and not self.refused:
            return "fallen"
        if self.found or not self.checkable:
            return "found"
        if self.refused:
            return "refused"
        return "out of reach" if self.tampering.unreachable else "fallen"


class Outsider:
    """Another program, as the owner of the tables; every statement counts at once."""

    def __init__(self, place: Lived) -> None:
        address = make_url(place.owner_url)
        if place.on_postgresql:
            address = address.set(drivername="postgresql+psycopg")
        self.place, self.on_postgresql, self.key = place, place.on_postgresql, place.key
        self._engine = create_engine(address, isolation_level="AUTOCOMMIT")

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        with self._engine.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []

    @contextmanager
    def unguarded(self) -> Iterator[None]:
        """Without triggers, which come back as they were."""
        if self.on_postgresql:
            tables = inspect(self._engine).get_table_names()
            for table in tables:
                self.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            yield
            for table in tables:
                self.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
            return
        triggers = self.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        for name, _ in triggers:
            self.execute(f"DROP TRIGGER {name}")
        yield
        for _, statement in triggers:
            self.execute(statement)

    def put_back(self, table: str, key: str, where: str, act: Then) -> None:
        """Let the program change rows, then put their older state back, with the last digests that were right then."""
        of_rows = f"table_name = '{table}' AND row_id IN (SELECT {key} FROM kept)"
        self.execute(f"CREATE TABLE kept AS SELECT * FROM {table} WHERE {where}")
        self.execute(f"CREATE TABLE kept_digest AS SELECT * FROM row_digest WHERE {of_rows}")
        with self.place.open() as registry:
            act(registry, self.place)
        names = [one["name"] for one in inspect(self._engine).get_columns(table) if one["name"] != key]
        listed, older = ", ".join(names), ", ".join(f"kept.{name}" for name in names)
        with self.unguarded():
            self.execute(
                f"UPDATE {table} SET ({listed}) = (SELECT {older} FROM kept WHERE kept.{key} = {table}.{key}) "
                f"WHERE {key} IN (SELECT {key} FROM kept)"
            )
            self.execute(
                f"INSERT INTO {table} SELECT * FROM kept WHERE {key} NOT IN (SELECT {key} FROM {table})"
            )
            self.execute(f"DELETE FROM row_digest WHERE {of_rows}")
            self.execute("INSERT INTO row_digest SELECT * FROM kept_digest")
        for name in ("kept", "kept_digest"):
            self.execute(f"DROP TABLE {name}")

    def close(self) -> None:
        self._engine.dispose()


# --- a history ------------------------------------------------------------------------------------------------------


ORDER = AmendmentOrder("12/QĐ", "05.03.2026", "Điều 28")


def live(place: Lived) -> None:
    """Two entries read twice, decisions, an amendment, an approval, a finding, a link, accounts, wrong passwords."""
    with place.open() as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1000, 10)
        registry.save_failure(book, SCAN, "scan.pdf", 2, "timeout", "quá giờ")
        for run in ("một", "hai"):
            registry.save_page(book, _page(run), f"run {run}")
        first, two = registry.entries(book)
        registry.decide(first, [Verdict("child_native_place", FieldStatus.READ, "Thử Ba")], author="an")
        finding = Finding("K07", Severity.REVIEW, ("child_name",))
        registry.save_checks([CrossEntryFinding(book, 1, two, finding)], ["K07"])
        registry.save_links([Link("person", first, "child", two, "child", 0.5, {"name": "same"})])
        registry.decide_link(1, LinkVerdict.CONFIRMED, author="chi")
        registry.decide_link(1, LinkVerdict.REJECTED, author="chi", reason="bench")
        registry.withdraw(RegistryPart(book, SCAN, 1, 1), author="chi", reason="bench")
        registry.reinstate(1, author="chi", reason="bench")
        amended = registry.amend(first, "child_name", "Người Thử Ba", ORDER, author="an")
        registry.sign_amendment(first, amended, author="chi")
        registry.approve_book(book, registry.value_digest(book)[0], author="chi")
        registry.note_package(book, {first: "01/2010"}, "d" * 64)
        closed = replace(LEDGER, closed_on="31.12.2010")
        registry.correct_book(book, closed, "KS.2010.01", author="chi", reason="bench")
        accounts = registry.accounts()
        login, password = accounts.first_administrator() or ("", "")
        place.passwords[login] = password
        place.passwords["cuc"] = accounts.create("cuc", "Người Thử", Role.REVIEWER, ["00000"], by=login)
        place.token = accounts.authenticate("cuc", place.passwords["cuc"], ADDRESS).token
        for _ in range(2):
            with _refused():
                accounts.authenticate("admin", "sai", ADDRESS)
        place.seal = registry.audit().seal()


def _page(run: str) -> PageResult:
    def word(name: str, text: str, *, accepted: bool) -> FieldReading:
        return FieldReading(
            field=name, status=FieldStatus.READ, text=text, canonical=text, confidence=0.5, writing=Writing.HAND,
            engine="bench", box=None, lines=(), accepted=accepted,
        )  # fmt: skip

    doubtful = (Finding("READ-LOW", Severity.REVIEW, ("child_native_place",)),)
    entries = tuple(
        EntryResult(
            row,
            (
                word("child_native_place", f"Thử {run}", accepted=False),
                word("child_name", f"Người Thử {row}", accepted=True),
            ),
            doubtful,
        )
        for row in range(2)
    )
    return made_page(PageRef(SCAN, 1), *entries, form=LEDGER.form, timings={"decode": 0.1})


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except LoginRefused:
        return
    raise AssertionError("a wrong password let somebody in")


# --- what the program does afterwards -------------------------------------------------------------------------------


def logs_in(registry: Registry, place: Lived) -> None:
    registry.accounts().authenticate("cuc", place.passwords["cuc"], ADDRESS)


def uses_session(registry: Registry, place: Lived) -> None:
    if registry.accounts().session(place.token) is None:
        raise LoginRefused("no session")


def locks_account(registry: Registry, _: Lived) -> None:
    registry.accounts().deactivate("cuc", by="admin")


def ends_session(registry: Registry, place: Lived) -> None:
    registry.accounts().end(place.token)


def corrects_book(registry: Registry, _: Lived) -> None:
    registry.correct_book(1, replace(LEDGER, volume="02/2010"), "KS.2010.01", author="chi", reason="bench")


def reads_again(registry: Registry, _: Lived) -> None:
    registry.save_page(1, _page("ba"), "run ba")


def decides(registry: Registry, _: Lived) -> None:
    registry.decide(1, [Verdict("child_native_place", FieldStatus.READ, "Thử Năm")], author="an")


def checks(registry: Registry, _: Lived) -> None:
    registry.save_checks([], ["K07"])


def renews_key(registry: Registry, _: Lived) -> None:
    registry.audit().renew_key("console")


def sets_extract(registry: Registry, _: Lived) -> None:
    """Set an extract of the first entry; refused as tampered."""
    entry = registry.entry_to_print(1, DeliveryPolicy(), ApprovalPolicy())
    if entry.altered:
        raise RowTampered(entry.altered[0], (1,))


def answers_by_api(registry: Registry, _: Lived) -> None:
    """Give the first entry to another system; refused as tampered."""
    entry = registry.publishing().entry(None, 1, DeliveryPolicy(), ApprovalPolicy())
    if entry.state is PublishedState.ALTERED:
        raise RowTampered("entry", (1,))


def exports(registry: Registry, _: Lived) -> None:
    """Gather the first entry for a package; held back as tampered."""
    for entry, altered in registry.compared_entries(1):
        if entry.entry_id == 1 and altered:
            raise RowTampered(altered[0], (1,))


def adds_view(registry: Registry, _: Lived) -> None:
    registry.save_failure(1, SCAN, "scan.pdf", 3, "timeout", "quá giờ")
