"""Every route of the application × every caller, at the real server, against the table of who may use it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import (
    OTHER,
    OTHER_NAME,
    OWN,
    OWN_NAME,
    PASSWORD,
    AttackedOffice,
    Desk,
    login_of,
    waiting_difference,
)
from benchmarks.security.client import Answer, Client
from benchmarks.security.open_notes import open_note
from benchmarks.security.route_samples import SAMPLES, Sample
from pipeline.declarations import schema
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry.accounts.model import Role
from pipeline.registry.tasks.model import HandsFull
from pipeline.web.app import create_app, new_site
from pipeline.web.security.access import ACCESS, BY_ROUTE, REVIEWING, Access

POLICY = ReviewPolicy(check="all", blind="critical")

GROUP = "vai trò × đường dẫn"
FORGED = "biểu mẫu giả"
ACROSS = "nơi khác"
ALONE = "một mình"
METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
REFUSED, TO_LOGIN, HIDDEN = {403}, {303, 401}, {403, 404}
ANSWERED = {200, 204, 303, 404, 409, 422}
"""What a route answers to people who may use it: the content itself, or why not now."""

TOO_MANY = {429}
"""What a search answers whoever has asked often, as another attack does beside this one."""

LEASED = re.compile(r"/desk/tasks/\{task_id\}(?!/hand-back)|/pictures/tasks/|/comments/\{task_id\}")
"""Routes for the holder of the task; handing back a task of another holder changes nothing."""

SHOWS_BOOKS = (Role.REVIEWER, Role.CHECKER, Role.SUPERVISOR)


@dataclass(frozen=True)
class Caller:
    """A caller of a route.

    Attributes:
        token: The cookie of the session; empty without one.
        place: The registration place.
        holds: Whether the task in the request was assigned to them.
        must_change: Whether they have to choose a password of their own first.
    """

    name: str
    token: str = ""
    role: Role | None = None
    place: str = ""
    holds: bool = True
    must_change: bool = False


def attack_routes(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Ask for every route as every caller, with forged forms, and with every other method."""
    _compare_tables(log, office)
    things = _Things(office)
    for number, caller in enumerate(_callers(office)):
        client = desk.client(caller.token, f"127.0.1.{number + 1}")
        for access in ACCESS:
            if access.path == "/logout" and caller.role is not None:
                continue  # tried last, it ends the session
            with log.attempt(GROUP, f"{caller.name}: {access.method} {access.path}"):
                _ask(log, client, caller, access, things.path_of(access, caller))
        if caller.role is not None:
            ended = desk.client(caller.token, f"127.0.1.{number + 1}")
            ended.submit("/logout")
            answer = client.get("/")
            log.note(GROUP, f"{caller.name}: sau khi ra", held=answer.status in TO_LOGIN, seen=answer.status)
    for attack in (_attack_alone, _attack_across_places):
        with log.attempt(GROUP, attack.__name__):
            attack(log, office, desk)
    _attack_forms(log, office, desk, things)
    _attack_methods(log, office, desk)


def _compare_tables(log: AttackLog, office: AttackedOffice) -> None:
    """Compare the application's routes with the table of access and the mount of static files."""
    app = create_app(new_site(office.registry, schema.load()))
    routes = {
        (method, route.path)
        for route in _routes(app.routes)
        for method in route.methods or ()
        if method != "HEAD"
    }
    for method, path in sorted(routes | set(BY_ROUTE)):
        seen = f"route: {(method, path) in routes}, table: {(method, path) in BY_ROUTE}"
        log.note(
            GROUP,
            f"trong bảng: {method} {path}",
            held=(method, path) in routes and (method, path) in BY_ROUTE,
            seen=seen,
        )


def _routes(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from _routes(route.original_router.routes)


def _callers(office: AttackedOffice) -> list[Caller]:
    accounts = office.registry.accounts()
    first = accounts.create("lan.dau", "Người Mới", Role.SUPERVISOR, [OWN])
    fresh = accounts.authenticate("lan.dau", first, "127.0.0.1").token
    office.join("thoi.viec", Role.SUPERVISOR)
    accounts.deactivate("thoi.viec")
    ended = accounts.authenticate(login_of(Role.SUPERVISOR, OWN), PASSWORD, "127.0.0.1").token
    accounts.end(ended)
    real = office.tokens[login_of(Role.SUPERVISOR, OWN)]
    return [
        Caller("không đăng nhập"),
        Caller("cookie bịa", "A" * 43),
        Caller("cookie sửa một chữ", real[:-1] + ("A" if real[-1] != "A" else "B")),
        Caller("phiên đã hết", ended),
        Caller("tài khoản đã ngừng", office.tokens["thoi.viec"]),
        Caller("mật khẩu dùng một lần", fresh, Role.SUPERVISOR, OWN, must_change=True),
        Caller("người rà soát không giữ việc", office.tokens["khong.giu.viec"], Role.REVIEWER, OWN, holds=False),
        *(
            Caller(f"{role}, {name}", office.tokens[login_of(role, place)], role, place)
            for place, name in ((OTHER, "nơi khác"), (OWN, "nơi mình"))
            for role in Role
        ),
    ]  # fmt: skip


def _ask(log: AttackLog, client: Client, caller: Caller, access: Access, path: str) -> None:
    answer = _send(client, access, path)
    wanted = _wanted(caller, access)
    leaks = _leaks(answer, caller)
    held = answer.status in wanted and not leaks
    seen = f"{answer.status}{' ' + answer.location if answer.location else ''}{', leaks a name' if leaks else ''}"
    log.note(GROUP, f"{caller.name}: {access.method} {access.path}", held=held, seen=seen)


def _send(client: Client, access: Access, path: str, csrf: str | None = None) -> Answer:
    sample = SAMPLES.get((access.method, access.path), Sample())
    if access.method == "GET":
        return client.get(path)
    if sample.json is not None:
        return client.send(path, sample.json, csrf)
    return client.submit(path, sample.form, csrf)


def _wanted(caller: Caller, access: Access) -> set[int]:
    """The answers that this caller may get."""
    if access.tokens is not None:  # whoever has a session and no token
        return {401, 429}
    if access.roles is None:
        return {200, 303, 401, 403}
    if caller.role is None:
        return TO_LOGIN | (REFUSED if access.method == "POST" else set())
    if caller.must_change and not access.before_change:
        return {303, 401}
    if caller.role not in access.roles:
        return REFUSED
    if access.everywhere and caller.role is not Role.ADMINISTRATOR:
        return REFUSED  # every other caller has a list of places
    if access.scoped and caller.place == OTHER:
        return HIDDEN
    if not caller.holds and LEASED.match(access.path):
        return {403, 404, 409}
    if access.path == "/column/pictures" and caller.role is not Role.SUPERVISOR:
        return {200, 403}  # by who has the task of the sample in hand
    return ANSWERED | (TOO_MANY if access.path == "/search" else set())


def _leaks(answer: Answer, caller: Caller) -> bool:
    """Whether a name of a book is in an answer to somebody who may not see that book."""
    own = caller.role in SHOWS_BOOKS and not caller.must_change
    allowed = {OWN: OWN_NAME, OTHER: OTHER_NAME}.get(caller.place, "") if own else ""
    return any(name in answer.text for name in (OWN_NAME, OTHER_NAME) if name != allowed)


class _Things:
    """What the routes are asked about, of the own place; made anew when a caller has used it up."""

    def __init__(self, office: AttackedOffice) -> None:
        self._office = office
        self._desk = office.registry.desk(POLICY)
        people = office.people
        self._helper = people[login_of(Role.SUPERVISOR, OWN)]
        self._difference = waiting_difference(office)
        self._changed = office.join("duoc.doi", Role.SUPERVISOR)
        lots = office.registry.lots(POLICY)
        self._lot = lots.draw(self._helper, [office.settled.book_id]).lot_id

    def path_of(self, access: Access, caller: Caller) -> str:
        """Return the path of a route with numbers of existing rows."""
        sample = SAMPLES.get((access.method, access.path), Sample())
        path = access.path
        for name, value in sample.path.items():
            path = path.replace(f"{{{name}}}", value)
        numbers: Mapping[str, Any] = {
            "TASK": self._task if "TASK" in path else None,
            "TICKET": self._ticket if "TICKET" in path else None,
            "ACT": self._act if "ACT" in path else None,
            "POLICY": self._policy if "POLICY" in path else None,
            "NOTE": self._note if "NOTE" in path else None,
        }
        for name, number in numbers.items():
            if number is not None:
                path = path.replace(name, str(number(caller)))
        entry = self._office.registry.entries(self._office.settled.book_id)[0]
        for name, subject_id in (("DIFFERENCE", self._difference), ("LOT", self._lot), ("ENTRY", entry)):
            path = path.replace(name, str(subject_id))
        return path

    def _task(self, caller: Caller) -> int:
        """A task that the caller holds, or somebody else where the caller may hold none."""
        reviews = caller.role in REVIEWING and caller.place == OWN and caller.holds and not caller.must_change
        holder = self._office.people[login_of(caller.role, OWN)] if reviews and caller.role else self._helper
        held = self._desk.held(holder)
        if held:
            return held[0].task_id
        try:
            task = self._desk.next_task(holder)
        except HandsFull:
            task = self._desk.held(holder)[0]
        if task is None:
            raise RuntimeError("no task is left")
        return task.task_id

    def _ticket(self, _caller: Caller) -> int:
        tickets = self._desk.tickets(self._helper)
        if tickets:
            return tickets[0].id
        return self._desk.request_rescan(self._helper, self._task(Caller("")), "Ảnh mờ").id

    def _note(self, _caller: Caller) -> int:
        """A handover note of the own place that waits for signatures."""
        return open_note(self._office.registry, OWN)

    def _policy(self, _caller: Caller) -> int:
        """A loosened setting that waits, and that no caller asked for."""
        registry = self._office.registry
        waiting = [change.change_id for change in registry.open_policy_changes() if change.waits]
        if waiting:
            return waiting[0]
        registry.ask_policy_change({}, ["thử"], ["thử"], seen="", text="", author=self._changed)
        return self._policy(_caller)

    def _act(self, _caller: Caller) -> int:
        """An act on an account that nobody has confirmed, and that no caller did or owns."""
        accounts = self._office.registry.accounts()
        acts = [act.act_id for act in accounts.open_acts() if act.login == self._changed]
        if acts:
            return acts[0]
        accounts.reset_password(self._changed)
        return self._act(_caller)


def _attack_alone(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Make a supervisor's account as an administrator, and try to bring it into use without the other administrator."""
    accounts, login = office.registry.accounts(), "mot.minh"
    author, other, supervisor = (
        desk.client(accounts.authenticate(login_of(role, place), PASSWORD, "127.0.0.1").token, "127.0.3.3")
        for role, place in ((Role.ADMINISTRATOR, OWN), (Role.ADMINISTRATOR, OTHER), (Role.SUPERVISOR, OTHER))
    )

    def note(name: str, answer: Answer) -> None:
        held = not office.account(login).active and answer.status < 500
        log.note(ALONE, name, held=held, seen=f"{answer.status}, the account is in use")

    form = {"login": login, "name": "Người Mẫu", "role": str(Role.SUPERVISOR), "places": OWN}
    note("tạo tài khoản", author.submit("/accounts", form))
    (act,) = [act.act_id for act in accounts.open_acts() if act.login == login]
    confirm = {"answer": "confirmed"}
    note("tự xác nhận", author.submit(f"/confirmations/{act}", confirm))
    note("cho dùng lại", author.submit(f"/accounts/{login}/activate"))
    note("cấp lại mật khẩu", author.submit(f"/accounts/{login}/reset"))
    note("hạ vai trò rồi nâng lại", author.submit(f"/accounts/{login}/duties", {**form, "role": "reviewer"}))
    note("nâng lại", author.submit(f"/accounts/{login}/duties", form))
    for act_id in [act.act_id for act in accounts.open_acts() if act.login == login]:
        note("người phụ trách xác nhận thay", supervisor.submit(f"/confirmations/{act_id}", confirm))
    for act_id in [act.act_id for act in accounts.open_acts() if act.login == login]:
        other.submit(f"/confirmations/{act_id}", confirm)
    in_use = office.account(login).active
    log.note(ALONE, "người quản trị khác xác nhận thì dùng được", held=in_use, seen="it stays out of use")
    for client in (author, other, supervisor):
        client.close()


def _attack_across_places(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    """Name rows of another place in paths, parameters and bodies, with every right at the own place."""
    sitting, stranger = (
        office.registry.desk(POLICY),
        office.people[login_of(Role.SUPERVISOR, OTHER)],
    )
    held = sitting.held(stranger)
    task = held[0] if held else sitting.next_task(stranger)
    assert task is not None
    book, entry = office.foreign.book_id, office.registry.entries(office.foreign.book_id)[0]
    session = office.registry.accounts().authenticate(login_of(Role.SUPERVISOR, OWN), PASSWORD, "127.0.0.1")
    client = desk.client(session.token, "127.0.3.2")
    word = {"field": "child_name", "status": "read", "text": "Thử"}
    token = "f" * 32
    answers = {
        f"GET {access.path}?book=…": client.get(
            f"{access.path}?book={book}&place={OTHER}&entry={entry}&page=1"
        )
        for access in ACCESS
        if access.method == "GET" and "{" not in access.path
    }
    answers |= {f"GET {path}": client.get(path) for path in (
        f"/pictures/tasks/{task.task_id}/page", f"/pictures/tasks/{task.task_id}/ink/1/1/90000/90000",
        f"/pictures/entries/{entry}/page", f"/entries/{entry}", f"/packages/{book}/manifest.json",
    )}  # fmt: skip
    bodies: dict[str, Mapping[str, object]] = {
        "/desk/next": {"book": book},
        f"/desk/tasks/{task.task_id}": {},
        f"/desk/tasks/{task.task_id}/words": {"version": task.version, "token": token, "words": [word]},
        f"/desk/tasks/{task.task_id}/hand-back": {},
        f"/desk/tasks/{task.task_id}/ask": {"sentence": "Chữ mờ quá"},
        "/column/next": {"book": book, "field": "child_name", "stage": "review"},
        "/column/pictures": {"pictures": [{"task": task.task_id, "box": [1, 1, 90_000, 90_000]}]},
        "/column/words": {"token": token, "words": [{**word, "task": task.task_id, "version": task.version}]},
    }
    answers |= {f"POST {path}": client.send(path, body) for path, body in bodies.items()}
    forms: dict[str, Mapping[str, str | list[str]]] = {
        "/lots": {"books": [str(book)]},
        f"/packages/{book}": {},
        f"/entries/{entry}/reopen": {"fields": ["child_name"], "reason": "đọc sai giấy"},
        f"/entries/{entry}/recall": {"of": "resting", "reason": "đọc sai giấy"},
    }
    answers |= {f"POST {path}": client.submit(path, form) for path, form in forms.items()}
    for name, answer in answers.items():
        seen = [word for word in (OTHER_NAME, office.foreign.folder) if word in answer.text]
        log.note(ACROSS, name, held=not seen and answer.status < 500, seen=f"{answer.status}, shows {seen}")
    kept = [held_task.task_id for held_task in sitting.held(stranger)]
    log.note(ACROSS, "việc của nơi khác vẫn ở tay người ấy", held=kept == [task.task_id], seen=kept)
    client.close()


def _attack_forms(log: AttackLog, office: AttackedOffice, desk: Desk, things: _Things) -> None:
    """Send every form with no token, a wrong token, somebody else's token and the cookie itself."""
    accounts = office.registry.accounts()
    sessions = {
        role: accounts.authenticate(login_of(role, OWN), PASSWORD, "127.0.0.1")
        for role in (Role.ADMINISTRATOR, Role.SUPERVISOR, Role.OPERATOR)
    }
    stranger = accounts.authenticate(login_of(Role.CHECKER, OWN), PASSWORD, "127.0.0.1")
    before = accounts.list()
    for access in ACCESS:
        if access.method == "GET" or access.tokens is not None:
            continue
        role = next(
            (candidate for candidate in sessions if access.roles is None or candidate in access.roles),
            Role.SUPERVISOR,
        )
        session = sessions[role]
        path = things.path_of(access, Caller("", session.token, role, OWN))
        for kind, token in {
            "không có": "",
            "sai": "0" * 64,
            "của người khác": stranger.csrf,
            "chính cookie": session.token,
        }.items():
            client = desk.client(session.token, f"127.0.2.{len(kind)}")
            answer = _send(client, access, path, token)
            log.note(FORGED, f"{kind}: {access.path}", held=answer.status in REFUSED, seen=answer.status)
            client.close()
    after = accounts.list()
    log.note(FORGED, "không tài khoản nào đổi", held=before == after, seen="an account changed")


def _attack_methods(log: AttackLog, office: AttackedOffice, desk: Desk) -> None:
    accounts = office.registry.accounts()
    token = accounts.authenticate(login_of(Role.ADMINISTRATOR, OWN), PASSWORD, "127.0.0.1").token
    client = desk.client(token, "127.0.3.1")
    for path in sorted({re.sub(r"{\w+}", "1", access.path) for access in ACCESS}):
        for method in METHODS:
            answer = client.ask(method, path)
            log.note(
                GROUP, f"{method} {path}", held=answer.status in {403, 404, 405, 415}, seen=answer.status
            )
