"""An office that is attacked: a workspace with scans, books of two communes, people of every role, and its desk.

Everything is real: the registry is a file, passwords are hashed as everywhere, the desk is ``hotich serve`` in a
process of its own. No person in it exists.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from PIL import Image

from benchmarks.books.made_pages import made_page
from benchmarks.security.client import Client
from benchmarks.security.route_samples import TARGET, TOKEN
from benchmarks.servers.free_ports import free_port
from pipeline.base.model import (
    Box,
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
from pipeline.declarations import schema
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.model import CONSOLE, Account, Person, Role
from pipeline.registry.publishing.model import ApiScope
from pipeline.registry.reconciliation.model import FoundDifference
from pipeline.scans.workspace import Workspace

OWN, OTHER = "00001", "00002"
"""Registration places: that of the people who are attacked, and that of strangers."""

PASSWORD = "con mèo mà trèo cây cau"
OWN_NAME, OTHER_NAME = "Thử Bí Mật Một", "Thử Bí Mật Hai"
"""Names that stand in the books of either place and nowhere else: whoever reads one has seen into a book."""

GIVEN = ("An", "Bình", "Cúc", "Dũng", "Em", "Giang", "Hạnh", "Khánh", "Lan", "Minh", "Nga", "Oanh", "Phúc")
PAGES = 90
SETTLED_PAGES = 6
OPEN_FILES = 1024
START_SECONDS = 300.0
SIZE = (600, 800)
BOX = Box(40.0, 40.0, 200.0, 80.0)


@dataclass(frozen=True)
class OfficeBook:
    """A book of the office.

    Attributes:
        scans: The contents of its scans, a page each.
    """

    book_id: int
    folder: str
    scans: Sequence[str]


@dataclass(frozen=True)
class DatabaseBehind:
    """A connection around the program."""

    connection: Any
    on_postgresql: bool

    def execute(self, statement: str, values: Sequence[object] = ()) -> Any:
        """Run a statement with ``?`` for values, and return its cursor."""
        return self.connection.execute(
            statement.replace("?", "%s") if self.on_postgresql else statement, values
        )

    def texts(self) -> list[tuple[str, str]]:
        """Return the columns of texts and of JSON, each with its table before it."""
        if self.on_postgresql:
            of_text = "table_schema = 'public' AND data_type IN ('text', 'json')"
            listed = f"SELECT table_name, column_name FROM information_schema.columns WHERE {of_text}"  # noqa: S608
            return [(table, column) for table, column in self.execute(listed)]
        tables = [row[0] for row in self.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [(table, row[1]) for table in tables for row in self.execute(f"PRAGMA table_info({table})")]


@dataclass
class AttackedOffice:
    """The office.

    Attributes:
        root: The folder that holds everything.
        registry: Its registry, opened by this process beside the desk.
        waiting: The book of the own place whose entries wait for people.
        settled: The book of the own place in which nothing waits.
        foreign: The book of the other place.
        tokens: A session of each person, by login.
        url: Its database; ``""``: a file in its workspace.
        owner_url: The same as the owner of the database opens it.
    """

    root: Path
    registry: Registry
    waiting: OfficeBook
    settled: OfficeBook
    foreign: OfficeBook
    tokens: dict[str, str] = field(default_factory=dict)
    url: str = ""
    owner_url: str = ""

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.root / "workspace")

    @property
    def people(self) -> dict[str, Person]:
        """Everybody who has an account, by login."""
        return {account.person.login: account.person for account in self.registry.accounts().list()}

    def account(self, login: str) -> Account:
        """Return the account of that login."""
        return next(listed for listed in self.registry.accounts().list() if listed.person.login == login)

    def join(self, login: str, role: Role, place: str = OWN) -> str:
        """Make an account whose person has chosen ``PASSWORD`` and is logged in; return the login."""
        accounts = self.registry.accounts()
        first = accounts.create(login, "Người Thử", role, [place])
        session = accounts.authenticate(login, first, "127.0.0.1")
        self.tokens[login] = accounts.change_password(session, first, PASSWORD, "127.0.0.1").token
        return login

    @contextmanager
    def behind(self) -> Iterator[DatabaseBehind]:
        """The database as a person opens it who goes around the program."""
        if self.owner_url:
            with psycopg.connect(self.owner_url) as connection:
                yield DatabaseBehind(connection, on_postgresql=True)
            return
        with closing(sqlite3.connect(self.workspace.root / "hotich.db", timeout=30)) as database, database:
            yield DatabaseBehind(database, on_postgresql=False)

    def desk(self, **options: int) -> Desk:
        """Return a desk of this office that is not started yet."""
        return Desk(self.workspace.root, self.root, self.url, **options)


def login_of(role: Role, place: str) -> str:
    """Return the login of the person who has that role at that place."""
    return f"{role}.{place}"


@contextmanager
def attacked_office(root: Path, url: str = "", owner_url: str = "") -> Iterator[AttackedOffice]:
    """An office below ``root``, with a database of PostgreSQL where ``url`` names one."""
    workspace = Workspace(root / "workspace")
    workspace.root.mkdir(parents=True, mode=0o700)
    with Registry.open(url or workspace.registry_url, audit_key=workspace.audit_key) as registry:
        settled = _book(registry, workspace, root, _ledger(OWN, 1), OWN_NAME, range(1, SETTLED_PAGES + 1))
        others = range(SETTLED_PAGES + 1, SETTLED_PAGES + PAGES + 1)
        waiting = _book(registry, workspace, root, _ledger(OWN, 2), OWN_NAME, others)
        foreign = _book(registry, workspace, root, _ledger(OTHER, 1), OTHER_NAME, range(1, SETTLED_PAGES + 1))
        office = AttackedOffice(root, registry, waiting, settled, foreign, url=url, owner_url=owner_url)
        for role in Role:
            for place in (OWN, OTHER):
                office.join(login_of(role, place), role, place)
        office.join("khong.giu.viec", Role.REVIEWER)
        office.registry.accounts().create(TARGET, "Người Mẫu", Role.REVIEWER, [OWN])
        office.registry.publishing().create_token(TOKEN, [ApiScope.BOOKS], [OWN], 1, author=CONSOLE)
        yield office


class Desk:
    """``hotich serve`` of an office; use it as a context manager.

    Args:
        logs: The folder for its log.
        open_files: How many files and connections it may hold.
        url: Its database; ``""``: the file in the workspace.
        file_bytes: How large a file may become that it writes; no limit when 0.
    """

    def __init__(
        self,
        workspace: Path,
        logs: Path,
        url: str = "",
        open_files: int = OPEN_FILES,
        file_bytes: int = 0,
    ) -> None:
        self._url = url
        self.port = free_port()
        self.log = logs / f"desk-{self.port}.log"
        self._workspace, self._open_files, self._file_bytes = workspace, open_files, file_bytes
        self._process: subprocess.Popen[bytes] | None = None

    def client(self, token: str = "", address: str = "127.0.0.1") -> Client:
        """Return a client of this desk."""
        return Client(self.port, token, address)

    def __enter__(self) -> Desk:
        command = [sys.executable, "-m", "pipeline.cli", "serve", "--port", str(self.port)]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env={
                    **os.environ,
                    "HOTICH_WORKSPACE": str(self._workspace),
                    "HOTICH_BOOKS": str(self._workspace.parent / "so-da-quet"),
                    **({"HOTICH_REGISTRY_URL": self._url} if self._url else {}),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=self._limit,  # noqa: PLW1509 (no other thread holds a lock that the child needs)
            )
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            if self.client().get("/healthz").status == 200:
                return self
            time.sleep(0.2)
        raise RuntimeError(f"the desk does not answer: {self.log.read_text(errors='replace')[-500:]}")

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        self._process.kill()
        self._process.wait()

    def _limit(self) -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (self._open_files, self._open_files))
        if self._file_bytes:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self._file_bytes, self._file_bytes))


def copied_workspace(source: Workspace, target: Path) -> Workspace:
    """Copy a workspace at which nobody works."""
    shutil.copytree(source.root, target)
    return Workspace(target)


def draw_page(path: Path, seed: int) -> Path:
    """A page of a scanner: grey noise in coarse squares, with a frame."""
    squares = np.random.default_rng(seed).integers(150, 256, (SIZE[1] // 20, SIZE[0] // 20), np.uint8)
    pixels = np.kron(squares, np.ones((20, 20), np.uint8))
    pixels[20:24], pixels[-24:-20] = 0, 0
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, "PNG", dpi=(100, 100))
    return path


def waiting_difference(office: AttackedOffice) -> int:
    """Put a difference of a reconciliation into the queue and return its number."""
    queue = office.registry.reconciliations()
    entry_id = office.registry.entries(office.settled.book_id)[0]
    difference = FoundDifference(
        "fields",
        OWN,
        office.settled.book_id,
        entry_id,
        field="child_name",
        field_kind="changed",
        ours=OWN_NAME,
        theirs="Thử Khác",
    )
    queue.save("birth", "a.xlsx", "f" * 64, [difference], {}, author="an")
    person = office.people[login_of(Role.SUPERVISOR, OWN)]
    return max(waiting.id for waiting in queue.listed(person, 1, None))


def _ledger(place: str, volume: int) -> Ledger:
    return Ledger("birth-2006", f"UBND xã Thử {place}", place, f"{volume:02}/2010")


def _book(
    registry: Registry, workspace: Workspace, root: Path, ledger: Ledger, name: str, numbers: range
) -> OfficeBook:
    """Return a book with an entry a page; the entries of the first volume of the own place are settled."""
    certain = ledger == _ledger(OWN, 1)
    folder = f"KS.2010.{ledger.place_code}.{ledger.volume[:2]}"
    book_id = registry.book_id(ledger, folder)
    scans = []
    for number in numbers:
        drawn = draw_page(root / "books" / folder / f"quet-{number:03}.png", book_id * 1000 + number)
        stored = workspace.store(drawn)
        registry.store_scan(book_id, stored.sha256, drawn.name, drawn.stat().st_size, 1)
        registry.save_page(book_id, _page(stored.sha256, ledger, number, name, certain=certain), "f1")
        scans.append(stored.sha256)
    for number, entry_id in zip(numbers, registry.entries(book_id), strict=True) if certain else ():
        registry.decide(entry_id, _verdicts(_said(ledger, number, name)), author="thu")
    return OfficeBook(book_id, folder, scans)


def _page(scan: str, ledger: Ledger, number: int, name: str, *, certain: bool) -> PageResult:
    texts = _said(ledger, number, name)
    readings = tuple(
        FieldReading(
            spec.name, FieldStatus.READ, texts[spec.name], texts[spec.name], 0.9, Writing.HAND, "bench", box=BOX,
            lines=(BOX,), accepted=certain or spec.name != "child_name",
        )
        if spec.name in texts
        else FieldReading(spec.name, FieldStatus.BLANK, accepted=True)
        for spec in schema.load().record("birth").fields
    )  # fmt: skip
    doubts = () if certain else (Finding("READ-LOW", Severity.REVIEW, ("child_name",)),)
    return made_page(PageRef(scan, 1), EntryResult(0, readings, doubts), form=ledger.form, size=SIZE)


def _verdicts(texts: Mapping[str, str]) -> list[Verdict]:
    """What a person says of every field of a birth."""
    return [
        Verdict(
            spec.name, FieldStatus.READ if spec.name in texts else FieldStatus.BLANK, texts.get(spec.name, "")
        )
        for spec in schema.load().record("birth").fields
    ]


def _said(ledger: Ledger, number: int, name: str) -> Mapping[str, str]:
    """What stands on the page of that number."""
    return {
        "entry_number": f"{number:02}/2010",
        "volume_number": ledger.volume,
        "registered_on": f"{number % 28 + 1:02}.{number // 28 + 3:02}.2010",
        "registration_place": ledger.place,
        "child_name": f"{name} {GIVEN[number % len(GIVEN)]}",
        "child_sex": "1",
        "child_born_on": f"{number % 27 + 1:02}.02.2010",
    }
