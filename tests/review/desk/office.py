"""A whole office for tests: people, a clock that one turns, and the application on a port of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import uvicorn

from pipeline.intake import page_of
from pipeline.registry import Registry
from pipeline.registry.accounts import Role
from pipeline.review import Pictures, create_app
from pipeline.review_policy import BookPolicy, ReviewPolicy
from pipeline.workspace import Workspace
from tests.registry.pages import SCHEMAS

PASSWORD = "con mèo mà trèo cây cau"
SINGLE = ReviewPolicy(BookPolicy(check="none", blind="none"))
DOUBLE = ReviewPolicy(BookPolicy(check="all", blind="all"))


class Clock:
    """The time, which stands still until somebody turns it on."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 2, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self._now

    def pass_minutes(self, minutes: float) -> None:
        self._now += timedelta(minutes=minutes)


class Office:
    """``url`` of the application; ``registry``, ``workspace`` behind it."""

    def __init__(self, registry: Registry, workspace: Workspace, clock: Clock) -> None:
        self.registry, self.workspace, self.clock = registry, workspace, clock
        self.url = ""

    def hire(self, login: str, role: Role, name: str = "Người Thử") -> str:
        """An account whose person has chosen ``PASSWORD``; returns its login."""
        accounts = self.registry.accounts(self.clock)
        first = accounts.create(login, name, role, None)
        session = accounts.authenticate(login, first, "test")
        accounts.change_password(session, first, PASSWORD, "test")
        return login

    @contextmanager
    def open(self, policy: ReviewPolicy = SINGLE) -> Iterator[str]:
        """The application on a port of its own."""
        listener = socket.create_server(("127.0.0.1", 0))
        with Pictures(self.workspace, decode=page_of) as pictures:
            app = create_app(self.registry, SCHEMAS, policy=policy, pictures=pictures, now=self.clock)
            server = uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
            thread.start()
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            try:
                yield self.url
            finally:
                server.should_exit = True
                thread.join()
                listener.close()
