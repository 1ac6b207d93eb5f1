"""Races between people, and clients that never finish what they ask, while somebody reviews."""

from __future__ import annotations

import secrets
import socket
import statistics
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from io import BytesIO
from itertools import cycle
from typing import Any

from benchmarks.figures import say
from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import OWN, AttackedOffice, Desk
from benchmarks.security.client import Answer, Client
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry.accounts.model import Role
from pipeline.web.form_design import own_forms

RACES, SLOW, WORST = "tranh nhau", "khách chậm", "đầu vào nặng nhất"
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


HEALTH_SECONDS = 0.1
"""How long the desk may take to say that it lives, whatever texts it parses."""
WORST_SECONDS = 6.0
SENDERS = 4
PART_BYTES = 8 << 20
BODY_BYTES = 256 * 1024

_CELL = b'{ label = "S", start = 0.02, field = "entry_number", from = 0.044, to = 0.169 },\n'
_BYTES = {"Content-Type": "application/octet-stream", "Accept": "application/json"}


def _workbook(head: bytes, unit: bytes, tail: bytes, strings: bytes = b"") -> bytes:
    """Return a workbook of a single long sheet, or with many shared strings like ``strings``."""
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr(
            "xl/workbook.xml",
            '<workbook><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        file.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        times = 1 if strings else PART_BYTES // len(unit)
        file.writestr("xl/worksheets/sheet1.xml", head + unit * times + tail)
        if strings:
            file.writestr(
                "xl/sharedStrings.xml", b"<sst>" + strings * (PART_BYTES // len(strings)) + b"</sst>"
            )
    return content.getvalue()


_SHEET, _SHEET_END = b"<worksheet><sheetData><row>", b"</row></sheetData></worksheet>"
_FORM_FILES = f"/forms/import?place={OWN}"
WORST_INPUTS: dict[str, tuple[str, Callable[[int], bytes], dict[str, str]]] = {
    "tệp mẫu, dấu nháy không đóng": (_FORM_FILES, lambda size: b'a = "' + b'\\"' * (size // 2 - 5), _BYTES),
    "tệp mẫu, nhiều ô": (
        _FORM_FILES,
        lambda size: b"line = [" + _CELL * (size // len(_CELL) - 1) + b"]",
        _BYTES,
    ),
    "tệp mẫu, nhiều bảng": (
        _FORM_FILES,
        lambda size: (b"[[line]]\n" * (own_forms.MOST_BRACKETS // 2)).ljust(size, b"#"),
        _BYTES,
    ),
    "JSON, nhiều chuỗi": (
        "/column/words",
        lambda _: b'{"a":[' + b'"\\"",' * (BODY_BYTES // 5 - 4) + b'""]}',
        {"Content-Type": "application/json", "Accept": "application/json"},
    ),
    "JSON, nhiều ô thiếu": (
        "/column/words",
        lambda _: b'{"token":"a","words":[' + b"{}," * (BODY_BYTES // 3 - 20) + b"{}]}",
        {"Content-Type": "application/json", "Accept": "application/json"},
    ),
    "tệp Excel nhập, nhiều ô": (
        "/imports/files?name=a.xlsx",
        lambda _: _workbook(_SHEET, b"<c t='str'><v>a</v></c>", _SHEET_END),
        _BYTES,
    ),
    "tệp Excel nhập, chú thích dài": (
        "/imports/files?name=a.xlsx",
        lambda _: _workbook(b"<worksheet><!--", b"- ", b"--></worksheet>"),
        _BYTES,
    ),
    "tệp Excel đối soát, nhiều dòng": (
        "/reconcile/files?name=a.xlsx",
        lambda _: _workbook(b"<worksheet><sheetData>", b"<row/>", b"</sheetData></worksheet>"),
        _BYTES,
    ),
}
"""Of each door that takes long texts: its address, what makes a text of a size, the headers."""
WORST_PAGES: dict[str, Callable[[], bytes]] = {
    "trang của tệp Excel nhập, nhiều ô": lambda: _workbook(_SHEET, b"<c t='str'><v>a</v></c>", _SHEET_END),
    "trang của tệp Excel nhập, nhiều dòng": lambda: _workbook(
        b"<worksheet><sheetData>", b"<row><c t='str'><v>a</v></c></row>", b"</sheetData></worksheet>"
    ),
    "trang của tệp Excel nhập, nhiều chuỗi": lambda: _workbook(
        _SHEET, b"<c t='s'><v>0</v></c>", _SHEET_END, b"<si><t>a</t></si>"
    ),
}
"""Workbooks sent once, whose page is then opened again and again."""


def attack_by_worst_inputs(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Send each door its heaviest texts, several at once, and ask meanwhile whether the desk lives.

    The median counts: on a busy machine any single answer may wait for a core.
    """
    quiet = _health(desk, threading.Event(), WORST_SECONDS)
    log.note(WORST, "lúc yên", held=statistics.median(quiet) < HEALTH_SECONDS, seen=_seen(quiet))
    say(f"lúc yên: {_seen(quiet)}")
    token = office.tokens[office.join("gui.nang", Role.SUPERVISOR)]  # others' sessions may have been ended
    sender = desk.client(token, "127.0.7.240")
    for name, (path, made, headers) in WORST_INPUTS.items():
        content = made(own_forms.MOST_BYTES)
        _repeat(log, desk, token, name, partial(_posted, path, content, headers))
    for name, workbook in WORST_PAGES.items():
        sent = _posted("/imports/files?name=a.xlsx", workbook(), _BYTES, sender)
        address = sent.json()["address"]
        _repeat(log, desk, token, name, partial(_opened, address))
    sender.close()


def _posted(path: str, content: bytes, headers: Mapping[str, str], client: Client) -> Answer:
    return client.ask("POST", path, content, {**headers, "X-CSRF-Token": client.csrf})


def _opened(path: str, client: Client) -> Answer:
    return client.get(path)


def _repeat(log: AttackLog, desk: Desk, token: str, name: str, ask: Callable[[Client], Answer]) -> None:
    """Have several senders ask the same again and again, and note how long the desk takes to say that it lives."""
    ended, statuses = threading.Event(), Counter[int]()

    def repeat() -> None:
        client = desk.client(token, f"127.0.7.{next(_addresses)}")
        while not ended.is_set():
            statuses[ask(client).status] += 1
        client.close()

    senders = [threading.Thread(target=repeat) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    seconds = _health(desk, ended, WORST_SECONDS)
    ended.set()
    for sender in senders:
        sender.join()
    held = statistics.median(seconds) < HEALTH_SECONDS and not {401, 403, 404} & statuses.keys()
    log.note(WORST, name, held=held, seen=f"{_seen(seconds)}; answers {dict(statuses)}")
    say(f"{name}: {_seen(seconds)}; answers {dict(statuses)}")


_addresses = iter(range(1, 240))


def _health(desk: Desk, ended: threading.Event, length: float) -> list[float]:
    """Return the seconds of each answer to /healthz in that time."""
    client, until, taken = desk.client(address="127.0.7.250"), time.monotonic() + length, []
    while time.monotonic() < until and not ended.is_set():
        begun = time.monotonic()
        status = client.get("/healthz").status
        taken.append(time.monotonic() - begun if status == 200 else float("inf"))
        time.sleep(0.03)
    client.close()
    return taken


def _percentile(seconds: list[float]) -> float:
    return sorted(seconds)[int(0.95 * (len(seconds) - 1))]


def _seen(seconds: list[float]) -> str:
    middle = statistics.median(seconds)
    return f"median {middle * 1000:.0f} ms, p95 {_percentile(seconds) * 1000:.0f}, most {max(seconds) * 1000:.0f}"


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
    with office.behind() as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 (our own name)
