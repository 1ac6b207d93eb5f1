"""One application over a registry of its own, with a person of every role, of the own and of another commune."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.delivery.export.workbook import write_workbook
from pipeline.delivery.package import LoadingOverride
from pipeline.delivery.printing.office_printer import OfficePrinter
from pipeline.delivery.printing.offices import read_offices
from pipeline.registry import Registry
from pipeline.registry.accounts import passwords
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.reports import read_plan
from pipeline.scans.inbox.uploads import UploadDesk, UploadOptions
from pipeline.scans.intake import DEFAULT_LIMITS
from pipeline.scans.workspace import Workspace
from pipeline.web.app import create_app, new_site
from pipeline.web.context import ServerWork
from pipeline.web.package_queue import PackageQueue
from pipeline.web.supervising.office_desk import OfficeDesk
from pipeline.web.supervising.staff_file_desk import StaffFileDesk
from tests.module_cache import module_cache
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read
from tests.scans.inbox.desk import TameLooker
from tests.web.browser import Browser, one_event_loop
from tests.web.clock import Clock
from tests.web.form_desks import desk_with_draft
from tests.web.shared_parts import share

PAGES = 80
OWN, OTHER = LEDGER.place_code, "99999"
PASSWORD = "con mèo mà trèo cây cau"

share()


@pytest.fixture(scope="module", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Hashes that cost next to nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def event_loop_of_all_browsers() -> Iterator[None]:
    with one_event_loop():
        yield


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def desk_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with one book of the own commune, in which entries wait for people; nobody works in it."""
    path = tmp_path_factory.mktemp("desk") / "registry.db"
    with Registry.open(f"sqlite:///{path}", SCHEMAS) as opened:
        book_id = opened.book_id(LEDGER, "KS.2010.01")
        opened.store_scan(book_id, SCAN, "scan.pdf", 1000, PAGES)
        for page_no in range(1, PAGES + 1):
            doubtful = read("child_name", f"Thử Một {page_no}", accepted=False)
            opened.save_page(book_id, page(entry(doubtful), page_no=page_no), "f1")
    return path


@pytest.fixture(scope="module")
def desk_url(desk_database: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the module's own copy of ``desk_database`` lies."""
    path = tmp_path_factory.mktemp("desk") / "registry.db"
    shutil.copyfile(desk_database, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def registry(desk_url: str) -> Iterator[Registry]:
    with Registry.open(desk_url, SCHEMAS) as opened:
        yield opened


@pytest.fixture(scope="module")
def accounts(registry: Registry, clock: Clock) -> Accounts:
    return registry.accounts(clock)


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PackageQueue]:
    """Makes packages of nothing; that of the first book is there."""

    def make(
        book_id: int,
        target: Path,
        on_copied: Callable[[int, int], None],
        *,
        partial: bool = False,
        despite: LoadingOverride | None = None,
    ) -> None:
        (target / "goi").mkdir(parents=True)
        (target / "goi" / "manifest.json").write_text("{}", encoding="utf-8")
        write_workbook(target / "goi" / "goi.xlsx", "KS60", [], SCHEMAS)
        ZipFile(target / "goi" / "goi.zip", "w").close()

    with PackageQueue(tmp_path_factory.mktemp("packages"), make) as desk:
        desk.start(1)
        desk.wait()
        yield desk


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all books."""
    return tmp_path_factory.mktemp("books")


@pytest.fixture(scope="module")
def uploads(
    registry: Registry, books: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[UploadDesk]:
    """Takes scans into the books."""
    with UploadDesk(
        Workspace(tmp_path_factory.mktemp("workspace")),
        books,
        lambda book_id: registry.known_book(book_id).ledger,
        registry.book_with_scan,
        options=UploadOptions(free_bytes=0),
        inspector=TameLooker,
    ) as desk:
        yield desk


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> OfficeDesk:
    """Changes a plan with one row, for the own commune, and a file of issuing offices with none."""
    folder = tmp_path_factory.mktemp("plan")
    text = f'[[plan]]\nplace = "{OWN}"\nrecord = "birth"\nentries = 100\n'
    (folder / "plan.toml").write_text(text, encoding="utf-8")
    check = partial(read_plan, schemas=SCHEMAS)
    return OfficeDesk(
        plan=StaffFileDesk(folder / "plan.toml", folder / "history", check),
        offices=StaffFileDesk(folder / "print.toml", folder / "history-of-offices", read_offices),
    )


@pytest.fixture(scope="module")
def app(
    registry: Registry,
    clock: Clock,
    packages: PackageQueue,
    uploads: UploadDesk,
    planned: OfficeDesk,
    tmp_path_factory: pytest.TempPathFactory,
) -> FastAPI:
    nowhere = Workspace(tmp_path_factory.mktemp("printing"))
    printer = OfficePrinter(registry, nowhere, SCHEMAS, DEFAULT_LIMITS)
    work = ServerWork(packages=packages, printer=printer, uploads=uploads)
    forms = desk_with_draft(tmp_path_factory.mktemp("forms"), OWN)
    policies = OfficePolicies(review=ReviewPolicy(check="all", blind="critical"))
    site = new_site(registry, SCHEMAS, policies=policies, work=work, office=planned, now=clock, forms=forms)
    return create_app(site)


@pytest.fixture(scope="module")
def people(accounts: Accounts) -> dict[tuple[Role, str], str]:
    """The login of a person of each role for each commune; all of them chose ``PASSWORD``."""
    logins = {(role, place): f"{role}.{place}" for role in Role for place in (OWN, OTHER)}
    for (role, place), login in logins.items():
        join(accounts, login, role, place)
    return logins


def join(
    accounts: Accounts, login: str, role: Role, place: str | None = OWN, name: str = "Người Thử"
) -> None:
    """An account whose person has chosen ``PASSWORD``; without a place it is of all places."""
    first = accounts.create(login, name, role, None if place is None else [place])
    session = accounts.authenticate(login, first, "test")
    accounts.change_password(session, first, PASSWORD, "test")


def browser_of(app: FastAPI, accounts: Accounts, login: str) -> Browser:
    """A browser in which that person is in."""
    return Browser(app, token=accounts.authenticate(login, PASSWORD, "test").token)


@pytest.fixture
def chief(app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]) -> Browser:
    """The browser of a supervisor of the own commune."""
    return browser_of(app, accounts, people[Role.SUPERVISOR, OWN])


@module_cache
def _sessions_of(_accounts: Accounts) -> dict[str, str]:
    """The token of the session that each login is in by."""
    return {}


def browser_in(app: FastAPI, accounts: Accounts, login: str) -> Browser:
    """A browser in which that person is in by the session of their browser before, if it still holds."""
    tokens = _sessions_of(accounts)
    if login not in tokens or accounts.session(tokens[login], is_used=False) is None:
        tokens[login] = accounts.authenticate(login, PASSWORD, "test").token
    return Browser(app, token=tokens[login])
