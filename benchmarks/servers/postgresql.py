"""A PostgreSQL server of the tests' own, in a temporary folder: made by the first test that wants it, gone at the end.

All processes of one run share it (``pytest -n``): the one that starts the run names the folder in the environment and
stops the server; whichever needs it first starts it. Nothing else on the machine is touched: no service, no port, only
a socket in that folder. A server refuses to run as root, so root starts it as an ordinary user.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.servers.reused_databases import NewDatabase
from pipeline.declarations import schema
from pipeline.registry import Registry
from pipeline.registry.database.roles import role_sql

FOLDER = "HOTICH_TESTS_POSTGRESQL"
OWNER = "hotich"
WORKER = "hotich_worker"
"""Who hotich works as in the tests: the role of ``pipeline.registry.database.roles``."""
TEMPLATE = "hotich_template"
"""A database with all tables and no rows, which the databases of single tests are copies of."""

ALWAYS = {
    "listen_addresses": "",
    "max_connections": "150",
    "lc_messages": "C",
    "log_error_verbosity": "terse",
}
IN_TESTS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "autovacuum": "off",
}
"""Nothing of a test's database has to outlive the test."""
MUST_LOG_IN = "must_log_in"
"""Members of this role need their password; all others come in without a password."""

GUARD = """
cat >/dev/null
lives() { kill -0 "$1" && ! grep -q '^State:.Z' "/proc/$1/status"; }
pid=$(head -n 1 "$1/data/postmaster.pid") && kill -QUIT "$pid" && while lives "$pid"; do sleep 0.05; done
rm -rf "$1"
"""
"""Waits until the process that started it is gone or has done, then stops the server in the folder and removes all."""

_numbers = itertools.count()


class Cluster:
    """The server in ``folder``. Its databases belong to ``hotich``, who may do all; tests work as another account."""

    def __init__(self, folder: Path, settings: Mapping[str, str] = IN_TESTS) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self._settings = {**ALWAYS, **settings}
        self._emptied: list[tuple[str, NewDatabase]] = []

    def url(self, database: str, user: str = WORKER, password: str = "") -> str:
        login = f"{user}:{password}" if password else user
        return f"postgresql://{login}@/{database}?host={self.folder}"

    def connect(self, database: str, user: str = OWNER) -> psycopg.Connection[Any]:
        """Open a plain connection of another program; every statement counts at once."""
        return psycopg.connect(host=str(self.folder), dbname=database, user=user, autocommit=True)

    def execute(self, statement: str, *names: str) -> None:
        """Run a statement on the server as a whole; ``{}`` is replaced by ``names``."""
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def running(self) -> bool:
        return (self.data / "postmaster.pid").exists()

    def start(self) -> None:
        """Make the cluster if it does not exist, and start it; a new cluster gets its accounts and its template."""
        new = not self.data.exists()
        if new:
            self._make()
        options = " ".join(f"-c {name}={value!r}" for name, value in self._settings.items())
        options += f" -c unix_socket_directories={str(self.folder)!r}"
        self._run(
            "pg_ctl", "-D", str(self.data), "-l", str(self.log), "-w", "-t", "120", "-o", options, "start"
        )
        if new:
            self._fill()

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop")

    @contextmanager
    def database(self, template: str = TEMPLATE) -> Iterator[str]:
        """Make a database and return its name: with all tables and no rows, or quite empty (``template0``)."""
        name = self._create(template)
        try:
            yield name
        finally:
            self._drop(name)

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """Return a database with all tables and no rows: a new database, or an earlier one that was emptied again."""
        name, new = self._emptied.pop() if self._emptied else self._new_database()
        try:
            yield name
        finally:
            try:
                with self.connect(name) as connection:
                    emptied = new.restore(connection)
            except psycopg.Error:
                emptied = False
            if emptied:
                self._emptied.append((name, new))
            else:
                self._drop(name)

    def _new_database(self) -> tuple[str, NewDatabase]:
        name = self._create(TEMPLATE)
        with self.connect(name) as connection:
            return name, NewDatabase.of(connection)

    def _create(self, template: str) -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self.execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def _drop(self, name: str) -> None:
        self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _make(self) -> None:
        password = ["--auth=trust", f"--username={OWNER}", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        self._run("initdb", "-D", str(self.data), *password)
        rules = f"local all +{MUST_LOG_IN} scram-sha-256\nlocal all all trust\n"
        (self.data / "pg_hba.conf").write_text(rules, encoding="utf-8")

    def _fill(self) -> None:
        self.execute("CREATE ROLE {}", MUST_LOG_IN)
        self.execute("CREATE ROLE {} LOGIN", WORKER)
        self.execute("CREATE DATABASE {} TEMPLATE template0", TEMPLATE)
        Registry.open(self.url(TEMPLATE, OWNER)).close()
        with self.connect(TEMPLATE) as connection:
            connection.execute(role_sql(schema.load(), WORKER).encode())

    def _run(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile() as log:
            done = subprocess.run(
                [_binary(program), *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, check=False, cwd=self.folder,
                **_as_whom(),
            )  # fmt: skip
            log.seek(0)
            assert done.returncode == 0, log.read().decode(errors="replace")


@cache
def started() -> Cluster:
    """Return the server of this test run; the first call starts it."""
    cluster = Cluster(Path(os.environ[FOLDER]))
    with (cluster.folder / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not cluster.running():
            cluster.start()
    return cluster


@contextmanager
def server(settings: Mapping[str, str]) -> Iterator[Cluster]:
    """Yield a server apart from that of the tests: for measurements, on a disk that counts."""
    with new_folder() as folder:
        cluster = Cluster(folder, settings)
        cluster.start()
        yield cluster


@contextmanager
def kept_server(settings: Mapping[str, str], folder: Path) -> Iterator[Cluster]:
    """Yield the server whose files stay in ``folder``; it is made when there is none."""
    folder.mkdir(parents=True, exist_ok=True)
    _give_to_server(folder)
    cluster = Cluster(folder, settings)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def new_folder() -> Iterator[Path]:
    """Return a folder for a server that is not started yet. However this process ends, both are gone then."""
    folder = Path(
        tempfile.mkdtemp(prefix="hotich-pg-")
    )  # short: the path of a socket has 107 letters at most
    _give_to_server(folder)
    guard = subprocess.Popen(
        ["sh", "-c", GUARD, "sh", str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield folder
    finally:
        guard.communicate()


def _give_to_server(folder: Path) -> None:
    if os.geteuid() == 0:
        user = pwd.getpwnam(_server_user())
        os.chown(folder, user.pw_uid, user.pw_gid)


def _server_user() -> str:
    """Return the account that Debian's package makes for servers, else nobody."""
    users = {user.pw_name for user in pwd.getpwall()}
    return "postgres" if "postgres" in users else "nobody"


def _as_whom() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam(_server_user())
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _binary(program: str) -> str:
    """Return the newest program installed; Debian keeps them out of PATH."""
    programs: Sequence[Path] = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: int(path.parts[4])
    )
    path = str(programs[-1]) if programs else shutil.which(program)
    assert path, f"{program} is not installed; scripts/test-packages.sh installs it"
    return path
