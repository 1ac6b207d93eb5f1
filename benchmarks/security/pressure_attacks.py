"""Races between people, and clients that never finish what they ask, while somebody reviews."""

from __future__ import annotations

import secrets
import socket
import sqlite3
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from itertools import cycle
from typing import Any

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import AttackedOffice, Desk
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry.accounts.model import Role

RACES, SLOW = "tranh nhau", "khách chậm"
HALF_SENT = 1300
SAVES = 5
WANTED_SECONDS = 1.0
"""How long a reviewer may wait for a save, whatever others do."""
PATIENCE_SECONDS = 40.0
"""When every half-sent request must have been closed by the server."""
CONNECT_SECONDS = 0.1
LOG_BYTES = 1_000_000

HALVES: dict[str, Callable[[int], bytes]] = {
    "dòng đầu dở": lambda number: f"GET /login?{number} HT".encode(),
    "đầu thư dở": lambda number: f"GET /login?{number} HTTP/1.1\r\nHost: a\r\nX-A: ".encode(),
    "thân dở": lambda _: (
        b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        b"Content-Length: 900\r\n\r\ncsrf=0"
    ),
    "không gửi gì": lambda _: b"",
}


def attack_by_races(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Four people take four tasks at once; the same submission comes six times at once."""
    logins = [office.join(f"dua.{number}", Role.REVIEWER) for number in range(4)]
    clients = [desk.client(office.tokens[login], f"127.0.5.{at + 1}") for at, login in enumerate(logins)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda client: client.send("/desk/next", {}), clients))
    sitting = office.registry.desk(ReviewPolicy(check="all", blind="critical"))
    held = [[task.task_id for task in sitting.held(office.people[login])] for login in logins]
    given = [task for tasks in held for task in tasks]
    apart = len(given) == len(set(given)) and all(held)
    log.note(RACES, "bốn người lấy việc cùng lúc", held=apart, seen=[answer.status for answer in answers])
    task = sitting.held(office.people[logins[0]])[0]
    many = [desk.client(office.tokens[logins[0]], f"127.0.5.{number + 20}") for number in range(6)]
    body = _submission(task.version)
    before = _count(office, "submission")
    with ThreadPoolExecutor(6) as pool:
        statuses = [
            response.status
            for response in pool.map(lambda c: c.send(f"/desk/tasks/{task.task_id}/words", body), many)
        ]
    counted = _count(office, "submission") - before
    log.note(RACES, "một lần gửi đến sáu lần", held=counted == 1, seen=f"{statuses}, {counted} counted")
    others = [_submission(task.version) for _ in range(6)]
    before = _count(office, "submission")
    with ThreadPoolExecutor(6) as pool:
        sent = zip(many, others, strict=True)
        list(
            pool.map(
                lambda response: response[0].send(f"/desk/tasks/{task.task_id}/words", response[1]), sent
            )
        )
    counted = _count(office, "submission") - before
    log.note(RACES, "sáu lần gửi khác nhau vào việc đã gửi", held=counted == 0, seen=f"{counted} counted")
    for client in (*clients, *many):
        client.close()


def attack_slowly(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Send 1,300 requests by halves, of every kind, while a reviewer saves."""
    login = office.join("dang.ra.soat", Role.REVIEWER)
    quiet = _saves(office, desk, login)
    log.note(SLOW, "lúc yên", held=_in_time(quiet), seen=f"{max(quiet):.2f} s")
    size = desk.log.stat().st_size
    with _half_sent(desk) as opened:
        begun = time.monotonic()
        seconds = _saves(office, desk, login)
        seen = f"{statistics.median(seconds):.2f} s, at most {max(seconds):.2f} s"
        log.note(SLOW, "người rà soát vẫn lưu được", held=_in_time(seconds), seen=seen)
        left = _left_open(opened, begun + PATIENCE_SECONDS)
        for kind in HALVES:
            log.note(SLOW, f"{kind}: máy chủ đóng lại", held=not left[kind], seen=f"{left[kind]} still open")
    grown = desk.log.stat().st_size - size
    log.note(SLOW, "nhật ký không phình", held=grown < LOG_BYTES, seen=f"{grown} bytes")


def _saves(office: AttackedOffice, desk: Desk, login: str) -> list[float]:
    """Return the seconds of each save of a reviewer who works on; infinite for a save that was refused."""
    sitting, person = office.registry.desk(ReviewPolicy(check="all", blind="critical")), office.people[login]
    taken = []
    for _ in range(SAVES):
        held = sitting.held(person)
        task = held[0] if held else sitting.next_task(person)
        if task is None:
            raise RuntimeError("no task is left")
        client = desk.client(office.tokens[login], "127.0.5.99")
        begun = time.monotonic()
        answer = client.send(f"/desk/tasks/{task.task_id}/words", _submission(task.version))
        taken.append(time.monotonic() - begun if answer.status == 200 else float("inf"))
        client.close()
    return taken


def _in_time(seconds: list[float]) -> bool:
    """Return whether no save was refused and the usual save was quick; a busy core may make any single save wait."""
    return max(seconds) < float("inf") and statistics.median(seconds) < WANTED_SECONDS


def _submission(version: int) -> dict[str, Any]:
    word = {"field": "child_name", "status": "read", "text": "Thử Ba"}
    return {"version": version, "token": secrets.token_hex(16), "words": [word]}


@contextmanager
def _half_sent(desk: Desk) -> Iterator[list[tuple[str, socket.socket]]]:
    """Connections on which half a request was sent, each with its kind, and of which nothing is read."""
    made: list[tuple[str, socket.socket]] = []
    try:
        for number, kind in zip(range(HALF_SENT), cycle(HALVES)):
            connection = socket.socket()
            with suppress(OSError):
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                connection.settimeout(CONNECT_SECONDS)
                connection.bind((f"127.0.6.{number % 250 + 1}", 0))
                connection.connect(("127.0.0.1", desk.port))
                made.append((kind, connection))
                connection.sendall(HALVES[kind](number))
        yield made
    finally:
        for _, connection in made:
            connection.close()


def _left_open(connections: list[tuple[str, socket.socket]], until: float) -> Counter[str]:
    """How many connections of each kind the server has not closed by then."""
    left = connections
    while left and time.monotonic() < until:
        left = [(kind, connection) for kind, connection in left if not _is_closed(connection)]
        time.sleep(0.5)
    return Counter(kind for kind, _ in left)


def _is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while connection.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def _count(office: AttackedOffice, table: str) -> int:
    with closing(sqlite3.connect(office.workspace.root / "hotich.db")) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 (our own name)
