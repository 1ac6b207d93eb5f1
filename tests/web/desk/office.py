"""A whole office for tests: people, a clock that one turns, and the application on a port of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import uvicorn

from pipeline.base.model import Ledger
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.scans.inbox.uploads import UploadDesk, UploadOptions
from pipeline.scans.intake import page_of
from pipeline.scans.workspace import Workspace
from pipeline.web.app import create_app, new_site
from pipeline.web.context import ServerWork
from pipeline.web.desk.redrawn_regions import ReadsRegions, RedrawnRegions
from pipeline.web.form_design.form_desk import NO_FORM_DESK
from pipeline.web.pictures import Pictures
from pipeline.web.server import SHUTDOWN_SECONDS
from pipeline.web.supervising.office_desk import NO_OFFICE_DESK
from tests.competing import WAIT_SECONDS
from tests.registry.pages import LEDGER, SCHEMAS
from tests.scans.inbox.desk import TameLooker

PASSWORD = "con mèo mà trèo cây cau"
SINGLE = ReviewPolicy(check="none", blind="none")
DOUBLE = ReviewPolicy(check="all", blind="all")


class Clock:
    """The time, which stands still until somebody turns it on."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self._now

    def pass_minutes(self, minutes: float) -> None:
        self._now += timedelta(minutes=minutes)


class Office:
    """An office with one registration place of its own in a registry that others use too. ``url`` of the application;
    ``clock``: its time; ``regions`` reads what people draw."""

    def __init__(self, registry: Registry, workspace: Workspace, place: str) -> None:
        self.registry, self.workspace, self.place = registry, workspace, place
        self.clock = Clock()
        self.policy = SINGLE
        self.url = ""
        self.books = workspace.root / "books" / place
        self.piece_bytes = 1 << 20
        self.desk = NO_OFFICE_DESK
        self.regions: ReadsRegions | None = None
        self.forms = NO_FORM_DESK

    @property
    def ledger(self) -> Ledger:
        return replace(LEDGER, place_code=self.place)

    def login(self, name: str) -> str:
        """What the person of that name logs in with."""
        return f"{name}.{self.place}"

    def hire(self, name: str, role: Role) -> None:
        """An account whose person has chosen ``PASSWORD``."""
        accounts = self.registry.accounts(self.clock)
        first = accounts.create(self.login(name), f"Người Thử {name}", role, [self.place])
        session = accounts.authenticate(self.login(name), first, "test")
        accounts.change_password(session, first, PASSWORD, "test")

    def session(self, name: str) -> str:
        """The token of a session in which the person of that name is logged in."""
        return self.registry.accounts(self.clock).authenticate(self.login(name), PASSWORD, "test").token

    def person(self, name: str) -> Person:
        accounts = self.registry.accounts(self.clock).list()
        return next(one.person for one in accounts if one.person.login == self.login(name))

    @contextmanager
    def open(self, policy: ReviewPolicy = SINGLE) -> Iterator[str]:
        """The application on a port of its own."""
        self.policy = policy
        listener = socket.create_server(("127.0.0.1", 0))
        with (
            Pictures(self.workspace, decode=page_of) as pictures,
            UploadDesk(
                self.workspace,
                self.books,
                lambda book_id: self.registry.known_book(book_id).ledger,
                self.registry.book_with_scan,
                options=UploadOptions(free_bytes=0, piece_bytes=self.piece_bytes),
                inspector=TameLooker,
            ) as uploads,
        ):
            site = new_site(
                self.registry,
                SCHEMAS,
                policies=OfficePolicies(review=policy),
                work=ServerWork(pictures=pictures, uploads=uploads, regions=RedrawnRegions(self.regions)),
                now=self.clock,
                office=self.desk,
                forms=self.forms,
            )
            app = create_app(site)
            server = uvicorn.Server(
                uvicorn.Config(
                    app, access_log=False, log_config=None, timeout_graceful_shutdown=SHUTDOWN_SECONDS
                )
            )
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            try:
                yield self.url
            finally:
                server.should_exit = True
                thread.join(WAIT_SECONDS)
                listener.close()
                assert not thread.is_alive()
