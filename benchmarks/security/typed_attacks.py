"""What a person may type: control and direction characters into every text, unknown fields, weak passwords."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import OWN, AttackedOffice, Desk, login_of
from benchmarks.security.client import Client
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry.accounts import passwords
from pipeline.registry.accounts.model import AccountError, Role

POLICY = ReviewPolicy(check="all", blind="critical")

GROUP = "chữ gõ vào"
CHARACTERS = {
    "NUL": "\0",
    "ESC": "\x1b[2J",
    "BEL": "\a",
    "DEL": "\x7f",
    "NEL": "\x85",
    "U+202E": "\u202e",
    "U+2066": "\u2066",
    "U+200B": "\u200b",
    "U+200D": "\u200d",
    "U+2060": "\u2060",
    "U+FEFF": "\ufeff",
    "U+00AD": "\u00ad",
    "U+E0041": "\U000e0041",
    "U+2028": "\u2028",
    "U+FFF9": "\ufff9",
}
"""Letters that change what is seen, or that other programs choke on."""

IN_SENTENCES = ("NUL", "ESC", "U+202E", "U+200B")
"""Those that are tried in reasons and questions too."""

WEAK = (
    "Ubnd@12345", "Ubnd@123456", "Hotich@2026", "Hotich@123", "Matkhau@123", "matkhau123", "Abc@123456", "Admin@12345",
    "P@ssw0rd123", "Password@1", "1234567890", "0123456789", "qwertyuiop", "1q2w3e4r5t", "aaaaaaaaaa", "Vietnam@2026",
    "Tuphap@123", "Hochiminh1", "iloveyou123", "anhyeuem123",
)  # fmt: skip
"""Passwords that people of offices really choose; every list of known passwords begins with them."""


def attack_texts(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Type what no office writes into every text that is stored."""
    reviewer = desk.client(office.tokens[login_of(Role.CHECKER, OWN)], "127.0.4.1")
    administrator = desk.client(office.tokens[login_of(Role.ADMINISTRATOR, OWN)], "127.0.4.2")
    for name, letter in CHARACTERS.items():
        before = _stored(office, letter[0])
        for what, answer in _typed(
            office, reviewer, administrator, f"Thử{letter}Một", sentences=name in IN_SENTENCES
        ):
            now = _stored(office, letter[0])
            columns = [column for column, rows in now.items() if rows > before.get(column, 0)]
            before = now
            held = not columns and answer < 500
            log.note(GROUP, f"{name} vào {what}", held=held, seen=f"{answer}, stored in {columns}")
    _attack_fields(log, office, reviewer)
    for password in WEAK:
        try:
            passwords.refuse_weak(password, "binh")
            log.note("mật khẩu yếu", password, held=False, seen="accepted")
        except AccountError:
            log.note("mật khẩu yếu", password, held=True)
    strong = secrets.token_urlsafe(12)
    with log.attempt("mật khẩu yếu", "mật khẩu mạnh vẫn được nhận"):
        passwords.refuse_weak(strong, "binh")
        log.note("mật khẩu yếu", "mật khẩu mạnh vẫn được nhận", held=True)


def _typed(
    office: AttackedOffice, reviewer: Client, administrator: Client, text: str, *, sentences: bool
) -> Iterator[tuple[str, int]]:
    """Type a text wherever a text is accepted; yield the text and the server's answer."""
    task = _task(office)
    word = {"field": "child_name", "status": "read", "text": text}
    body = {"version": task[1], "token": secrets.token_hex(16), "words": [word]}
    yield "ô của một việc", reviewer.send(f"/desk/tasks/{task[0]}/words", body).status
    for what in ("ask", "skip", "rescan") if sentences else ():
        task = _task(office)
        yield f"lý do ({what})", reviewer.send(f"/desk/tasks/{task[0]}/{what}", {"sentence": text}).status
    for field in ("login", "name", "places"):
        form = {"login": f"x{secrets.token_hex(4)}", "name": "Người Mẫu", "role": "reviewer", "places": OWN}
        answer = administrator.submit("/accounts", {**form, field: text})
        yield f"tài khoản ({field})", answer.status


def _attack_fields(log: AttackLog, office: AttackedOffice, reviewer: Client) -> None:
    """Fields that no record has are the sender's mistake, not the server's."""
    for field in ("khong_co", "child_name; DROP TABLE", "__class__", "id", ""):
        task, version = _task(office)
        word = {"field": field, "status": "read", "text": "Thử"}
        body = {"version": version, "token": secrets.token_hex(16), "words": [word]}
        status = reviewer.send(f"/desk/tasks/{task}/words", body).status
        log.note(GROUP, f"ô không có: {field!r}", held=400 <= status < 500, seen=status)


def _task(office: AttackedOffice) -> tuple[int, int]:
    """A task in the hands of the checker."""
    desk, person = (
        office.registry.desk(POLICY),
        office.people[login_of(Role.CHECKER, OWN)],
    )
    held = desk.held(person)
    task = held[0] if held else desk.next_task(person)
    if task is None:
        raise RuntimeError("no task is left")
    return task.task_id, task.version


def _stored(office: AttackedOffice, letter: str) -> dict[str, int]:
    """How many rows of each column of the registry hold a letter in a text, as it is or as JSON spells it."""
    stored = {}
    spelled = json.dumps(letter)[1:-1]
    with office.behind() as database:
        if database.on_postgresql and letter == "\0":
            letter = spelled  # no text there can hold the letter itself
        for table, column in database.texts():
            if database.on_postgresql:
                where = f"""strpos("{column}"::text, ?) > 0 OR strpos("{column}"::text, ?) > 0"""
            else:
                where = f"""typeof("{column}") = 'text' AND (instr("{column}", ?) OR instr("{column}", ?))"""
            query = f"SELECT count(*) FROM {table} WHERE {where}"  # noqa: S608 (the registry's own names)
            stored[f"{table}.{column}"] = int(database.execute(query, (letter, spelled)).fetchone()[0])
    return stored
