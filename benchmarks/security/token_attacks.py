"""The API: every scope at every route, tokens that are forged, over, revoked or widened, and what is asked of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import (
    OTHER,
    OTHER_NAME,
    OWN,
    OWN_NAME,
    AttackedOffice,
    Desk,
    login_of,
)
from benchmarks.security.client import Answer, Client
from pipeline.registry.accounts.model import CONSOLE, Role
from pipeline.registry.publishing.model import ApiScope
from pipeline.web.security.access import ACCESS

API = "API và mã truy cập"
QUESTION: Mapping[str, object] = {"name": OWN_NAME, "purpose": "authority", "reason": "phép thử"}
BAD_CURSORS = ("x", "0.0", "9" * 40, "0.0.0' OR 1=1 --", "%00", "-1.-1.-1", "٣.0.1")
BAD_QUESTIONS: Mapping[str, Mapping[str, object]] = {
    "không lý do": {**QUESTION, "reason": ""},
    "không mục đích": {**QUESTION, "purpose": "x"},
    "mười nghìn chữ": {**QUESTION, "name": "an " * 10_000},
    "ký tự điều khiển": {**QUESTION, "name": "an\x00\u202e"},
    "khóa lạ": {**QUESTION, "place_code": OTHER, "places": None},
    "số thay chữ": {**QUESTION, "name": 7},
    "năm quá lớn": {**QUESTION, "year_from": 10**18},
    "loại lạ": {**QUESTION, "record": "account"},
    "con trỏ lạ": {**QUESTION, "after": "0.0.9' --"},
    "mảng sâu": {**QUESTION, "parents": [[[["an"]]]]},
}


def attack_by_tokens(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Read with every token what it may and may not, and with what is no token."""
    client = desk.client("", "127.0.9.1")
    secrets = {
        scope: _secret(office, f"mot-pham-vi-{number}", [scope]) for number, scope in enumerate(ApiScope)
    }
    for scope, secret in secrets.items():
        for access in ACCESS:
            if access.tokens is None:
                continue
            answer = _ask(client, access.method, _path(office, access.path), secret)
            wanted = {200, 404, 422} if scope in access.tokens else {403}
            held = answer.status in wanted and OTHER_NAME not in answer.text
            log.note(API, f"{scope}: {access.method} {access.path}", held=held, seen=answer.status)
    client.close()
    _attack_with_none(log, office, desk, secrets[ApiScope.BOOKS])
    for number, attack in enumerate((_attack_other_place, _attack_questions), start=2):
        client = desk.client("", f"127.0.9.{number}")
        attack(log, office, client, secrets)
        client.close()


def _secret(
    office: AttackedOffice, name: str, scopes: list[ApiScope], place: str = OWN, when: datetime | None = None
) -> str:
    made = office.registry.publishing() if when is None else office.registry.publishing(lambda: when)
    return made.create_token(name, scopes, [place], 1, author=CONSOLE).secret


def _path(office: AttackedOffice, path: str, *, foreign: bool = False) -> str:
    book = office.foreign if foreign else office.settled
    entry = office.registry.entries(book.book_id)[0]
    return path.replace("{book_id}", str(book.book_id)).replace("{entry_id}", str(entry))


def _ask(client: Client, method: str, path: str, secret: str, question: object = QUESTION) -> Answer:
    headers = {"Authorization": f"Bearer {secret}"}
    if method == "GET":
        return client.ask("GET", path, headers=headers)
    return client.ask("POST", path, json.dumps(question), {**headers, "Content-Type": "application/json"})


def _attack_with_none(log: AttackLog, office: AttackedOffice, desk: Desk, right: str) -> None:
    """What is no token in force: forged, over, revoked, widened behind the program's back, or a session."""
    past = datetime.now(UTC) - timedelta(days=3)
    over, ended = (
        _secret(office, "het-han", [ApiScope.BOOKS], when=past),
        _secret(office, "da-thu-hoi", [ApiScope.BOOKS]),
    )
    office.registry.publishing().revoke_token("da-thu-hoi", author=CONSOLE)
    widened = _secret(office, "mo-rong", [ApiScope.BOOKS])
    with office.behind() as database:
        database.execute("UPDATE api_token SET places = NULL WHERE name = 'mo-rong'")
    session = office.tokens[login_of(Role.SUPERVISOR, OWN)]
    headers = {
        "hết hạn": f"Bearer {over}",
        "đã thu hồi": f"Bearer {ended}",
        "mở rộng sau lưng": f"Bearer {widened}",
        "sửa một chữ": f"Bearer {right[:-1]}{'A' if right[-1] != 'A' else 'B'}",
        "rỗng": "Bearer ",
        "không có Bearer": right,
        "Basic": f"Basic {right}",
        "phiên của người": f"Bearer {session}",
        "mười nghìn chữ": f"Bearer hotich_{'a' * 10_000}",
        "băm thay mã": "Bearer hotich_" + "0" * 64,
    }
    for number, (name, header) in enumerate(headers.items()):
        client = desk.client("", f"127.0.9.{number + 10}")
        answer = client.ask("GET", "/api/v1/books", headers={"Authorization": header})
        log.note(API, f"mã {name}", held=answer.status in {400, 401, 431}, seen=answer.status)
        client.close()
    with office.behind() as database:
        database.execute("UPDATE api_token SET places = ? WHERE name = 'mo-rong'", [json.dumps([OWN])])
    person = desk.client(session, "127.0.9.30")
    answer = person.ask("GET", "/api/v1/books")
    log.note(API, "phiên của người không mở API", held=answer.status == 401, seen=answer.status)
    page = desk.client(right, "127.0.9.31").ask("GET", "/books", headers={"Authorization": f"Bearer {right}"})
    log.note(API, "mã không mở trang nào", held=page.status in {303, 401}, seen=page.status)
    guesser = desk.client("", "127.0.9.32")
    tried = [
        guesser.ask("GET", "/api/v1/books", headers={"Authorization": f"Bearer hotich_{number:043}"}).status
        for number in range(200)
    ]
    log.note(
        API, "đoán mã bị chặn dần", held=set(tried) <= {401, 429} and 429 in tried, seen=sorted(set(tried))
    )


def _attack_other_place(
    log: AttackLog, office: AttackedOffice, client: Client, _secrets: Mapping[ApiScope, str]
) -> None:
    """Name books and entries of another place, and tags that were never given, with a token of one place."""
    secret = _secret(office, "moi-pham-vi", list(ApiScope))
    for access in ACCESS:
        if access.tokens is None or "{" not in access.path:
            continue
        foreign = _ask(client, access.method, _path(office, access.path, foreign=True), secret)
        none = _ask(
            client,
            access.method,
            access.path.replace("{book_id}", "999").replace("{entry_id}", "9999"),
            secret,
        )
        held = foreign.status == none.status == 404 and foreign.text == none.text
        log.note(
            API, f"nơi khác như không có: {access.path}", held=held, seen=f"{foreign.status}, {none.status}"
        )
    other = _secret(office, "noi-khac", list(ApiScope), OTHER)
    tag = _ask(client, "GET", _path(office, "/api/v1/books/{book_id}", foreign=True), other).headers.get(
        "etag", ""
    )
    headers = {"Authorization": f"Bearer {secret}", "If-None-Match": tag}
    answer = client.ask("GET", _path(office, "/api/v1/books/{book_id}", foreign=True), headers=headers)
    log.note(API, "ETag của mã khác không mở gì", held=bool(tag) and answer.status == 404, seen=answer.status)
    reply = _ask(client, "POST", "/api/v1/search", secret, {**QUESTION, "name": OTHER_NAME})
    held = reply.status == 200 and reply.json()["hits"] == []
    log.note(API, "tra cứu không thấy nơi khác", held=held, seen=reply.text[:200])


def _attack_questions(
    log: AttackLog, office: AttackedOffice, client: Client, secrets: Mapping[ApiScope, str]
) -> None:
    entries = _path(office, "/api/v1/books/{book_id}/entries")
    for cursor in BAD_CURSORS:
        answer = _ask(client, "GET", f"{entries}?after={quote(cursor)}", secrets[ApiScope.ENTRIES])
        log.note(
            API,
            f"trang sau “{cursor[:20]}”",
            held=400 <= answer.status < 500 or not answer.status,
            seen=answer.status,
        )
    for limit in ("0", "-1", "101", "1e9", "x"):
        answer = _ask(client, "GET", f"/api/v1/books?limit={limit}", secrets[ApiScope.BOOKS])
        log.note(API, f"limit={limit}", held=answer.status == 422, seen=answer.status)
    for name, question in BAD_QUESTIONS.items():
        answer = _ask(client, "POST", "/api/v1/search", secrets[ApiScope.SEARCH], question)
        log.note(API, f"câu hỏi: {name}", held=answer.status == 422, seen=answer.status)
    for name, body in {"không phải JSON": "{", "rỗng": "", "mảng": "[]", "lồng sâu": "[" * 100_000}.items():
        headers = {"Authorization": f"Bearer {secrets[ApiScope.SEARCH]}", "Content-Type": "application/json"}
        answer = client.ask("POST", "/api/v1/search", body, headers)
        log.note(API, f"thân {name}", held=400 <= answer.status < 500, seen=answer.status)
