"""Every route × every role × own and other commune."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import pytest
from fastapi import Depends, FastAPI
from fastapi.responses import PlainTextResponse

from benchmarks.security.open_notes import open_note
from benchmarks.security.route_samples import FAILED_SCAN, SAMPLES, TARGET, TOKEN, Sample
from pipeline.base.model import Box, PageRef
from pipeline.base.stages import Stage
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.extracts.model import ExtractOrder, IssueFilter, SetExtract
from pipeline.registry.guidelines import GuidedField
from pipeline.registry.imports.model import ImportMode, WorkbookFile
from pipeline.registry.publishing.model import ApiScope
from pipeline.registry.reconciliation.model import Answer, FoundDifference
from pipeline.web.app import create_app, new_site
from pipeline.web.security.access import ACCESS, BY_ROUTE, REVIEWING, Access
from pipeline.web.security.authentication import authorize
from tests.registry.pages import LEDGER, SCHEMAS, entry, page, read
from tests.web.browser import Browser
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, PAGES, browser_in, browser_of, join
from tests.web.routes import mounts_of, routes_of

POLICY = ReviewPolicy(check="all", blind="critical")

NAMED = {f"{access.method} {access.path}": access for access in ACCESS if access.tokens is None}
"""What people open; ``tests/web/api`` tries what other systems read."""
REFUSED = 403
CHANGED = "nguoi.phu.trach.mau"
"""A supervisor whose account is changed again and again."""

SETTLED_SCAN = "b" * 64
HIDDEN = (403, 404)
"""What the registry says of a thing of another commune."""


def sample_of(access: Access) -> Sample:
    return SAMPLES.get((access.method, access.path), Sample())


NAMES = re.compile("TASK|TICKET|DIFFERENCE|LOT|ENTRY|EXTRACT|ACT|POLICY|IMPORT|NOTE")

Meant = Callable[[str], int]
"""The number of what a name in a sample stands for."""


def asked(browser: Browser, access: Access, meant: Meant | None = None) -> tuple[int, str]:
    """Status, and where to if the answer leads elsewhere. ``meant`` gives what names in the sample stand for."""
    sample = sample_of(access)
    path = access.path
    for name, value in sample.path.items():
        path = path.replace(f"{{{name}}}", value)
    if meant is not None:
        path = NAMES.sub(lambda found: str(meant(found[0])), path)
    if access.method == "GET":
        answer = browser.get(path)
    elif sample.json is not None:
        answer = browser.send(path, sample.json)
    else:
        answer = browser.submit(path, sample.form)
    return answer.status_code, answer.headers.get("location", "")


def any_number(_name: str) -> int:
    """For those whose role is refused, whatever there is."""
    return 1


@dataclass
class Waiting:
    """What waits in the own commune for a person: it is brought about when it is asked for."""

    registry: Registry
    desk: Desk
    accounts: Accounts
    login: str

    def __call__(self, name: str) -> int:  # noqa: C901 (a line for each name)
        match name:
            case "TASK":
                return self.task_id
            case "TICKET":
                return self.ticket_id
            case "DIFFERENCE":
                return difference_of(self.registry, self._helper)
            case "NOTE":
                return open_note(self.registry, OWN)
            case "LOT":
                return next(iter(self.registry.lots(POLICY).lots(self._helper))).lot_id
            case "ENTRY":
                return self.registry.entries(1)[0]
            case "EXTRACT":
                return self.registry.issued_extracts(IssueFilter(), author="an").rows[0].extract_id
            case "POLICY":
                self.registry.ask_policy_change({}, ["thử"], ["thử"], seen="", text="", author="an")
                return self.registry.open_policy_changes()[-1].change_id
            case "ACT":
                return act_on(self.accounts, besides=self.login)
            case "IMPORT":
                return max(one.import_id for one in self.desk.imports_for(self._helper))
        raise KeyError(name)

    @cached_property
    def _known(self) -> dict[str, Person]:
        return {account.person.login: account.person for account in self.accounts.list()}

    @property
    def _helper(self) -> Person:
        return self._known["supervisor.00000"]

    @property
    def task_id(self) -> int:
        """A task that the person has in hand; somebody else, where they do not review there."""
        person = self._known[self.login]
        holder = person if person.role in REVIEWING and person.may_see(OWN) else self._helper
        for one in self._known.values():
            if one.role in REVIEWING:
                self.desk.hand_back_column(one)
        for one in (holder, self._helper):
            for held in self.desk.held(one):
                self.desk.hand_back(one, held.task_id)
        task = self.desk.next_task(holder, stage=Stage.REVIEW)
        assert task is not None
        return task.task_id

    @property
    def ticket_id(self) -> int:
        if not self.desk.tickets(self._helper):
            doomed = self.desk.next_task(self._helper, stage=Stage.REVIEW)
            assert doomed is not None
            self.desk.request_rescan(self._helper, doomed.task_id, "Ảnh mờ")
        return self.desk.tickets(self._helper)[0].id


def act_on(accounts: Accounts, besides: str) -> int:
    """The number of a change of the account of somebody else, which a second person is to confirm."""
    for act in accounts.open_acts():
        if act.login != besides:
            return act.act_id
    accounts.reset_password(CHANGED)
    return act_on(accounts, besides)


def difference_of(registry: Registry, person: Person) -> int:
    """The number of a difference of the own commune, in a field that was read in a place."""
    queue = registry.reconciliations()
    if not queue.all_for(person):
        entry_id = registry.entries(1)[-1]
        book_id = registry.entry(entry_id).book_id
        placed = replace(read("child_name", "Thử Một"), box=Box(10, 10, 60, 40))
        registry.save_page(book_id, page(entry(placed), page_no=PAGES), "f2")
        found = FoundDifference("fields", OWN, book_id, entry_id, field="child_name", field_kind="changed",
                                ours="Thử Một", theirs="Thử Hai")  # fmt: skip
        queue.save("birth", "a.xlsx", "f" * 64, [found], {}, author="an")
    answers = (None, Answer.THEIRS, Answer.AMENDED)
    return next(one.id for each in answers for one in queue.listed(person, 1, each))


@pytest.fixture(scope="module", autouse=True)
def target(registry: Registry, accounts: Accounts, clock: Clock, people: dict[tuple[Role, str], str]) -> None:
    accounts.create(TARGET, "Người Mẫu", Role.REVIEWER, [OWN])
    registry.publishing(clock).create_token(TOKEN, [ApiScope.BOOKS], [OWN], 9, author="an")
    accounts.create(CHANGED, "Người Mẫu", Role.SUPERVISOR, [OWN])
    registry.save_failure(
        registry.book_id(LEDGER, "KS.2010.01"), FAILED_SCAN, "1.jpg", 1, "timeout", "quá giờ"
    )
    settled = registry.book_id(LEDGER, "KS.2010.02")
    registry.store_scan(settled, SETTLED_SCAN, "scan.pdf", 1000, 1)
    registry.save_page(settled, page(entry(read("child_name", "Thử Hai")), scan=SETTLED_SCAN), "f1")
    issue_one(registry, *registry.entries(settled))
    known = {one.person.login: one.person for one in accounts.list()}
    region, example = Box(10, 10, 60, 40), (PageRef(SETTLED_SCAN, 1), "Dấu nặng", "0" * 32)
    chief = known[people[Role.SUPERVISOR, OWN]]
    desk = registry.desk(POLICY, now=clock)
    desk.add_example(chief, GuidedField("birth", "mother_name"), settled, example[0], region, *example[1:])
    desk.begin_import(chief, "birth", WorkbookFile("a.xlsx", "0" * 64), ImportMode.TO_CHECK)
    registry.lots(POLICY, now=clock).draw(chief, [settled])
    waiting = Waiting(registry, desk, accounts, chief.login)
    for name in ("TICKET", "TASK", "DIFFERENCE"):
        waiting(name)


def issue_one(registry: Registry, entry_id: int) -> None:
    state = registry.entry_to_print(entry_id, DeliveryPolicy(), ApprovalPolicy()).state
    number, today = registry.next_extract("A")
    made = SetExtract("A", today.year, number, today, "01/2010", "Thử Hai", state, "0" * 64, b"%PDF")
    order = ExtractOrder("Thử Ba", "thử", 1, "Thử Ký", "Chủ tịch", "token")
    registry.issue_extract(entry_id, made, order, DeliveryPolicy(), ApprovalPolicy(), author="an")


# --- the table is whole -------------------------------------------------------------------------------------------


def test_every_route_stands_in_the_table_and_every_line_of_it_is_a_route(app: FastAPI) -> None:
    routes = {
        (method, route.path)
        for route in routes_of(app)
        for method in (route.methods or ())
        if method != "HEAD"
    }
    assert routes == set(BY_ROUTE)
    assert len(ACCESS) == len(BY_ROUTE)


def test_nothing_but_static_files_answers_without_the_gate(app: FastAPI) -> None:
    assert mounts_of(app) == ["/static"]
    assert authorize in [gate.dependency for gate in app.router.dependencies]


def test_ink_that_showing_a_task_has_not_told_of_goes_into_the_audit(
    registry: Registry, app: FastAPI, clock: Clock, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    login = people[Role.CHECKER, OWN]
    task_id = Waiting(registry, registry.desk(POLICY, now=clock), accounts, login).task_id
    browser = browser_of(app, accounts, login)
    before = registry.audit().recent(1)[0].id
    assert browser.get(f"/pictures/tasks/{task_id}/ink/0/0/90000/90000").status_code == 200
    (noted,) = (row for row in registry.audit().recent(5) if row.id > before)
    assert (noted.action, noted.subject) == ("page-shown", f"task:{task_id}")


PICTURES = ("/pictures/tasks/{}/page", "/pictures/tasks/{}/ink/10/10/60/40")


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_of_a_task_is_for_who_holds_it_or_supervises(
    registry: Registry,
    app: FastAPI,
    clock: Clock,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    picture: str,
) -> None:
    holder = people[Role.REVIEWER, OWN]
    task_id = Waiting(registry, registry.desk(POLICY, now=clock), accounts, holder).task_id
    status = {
        role: browser_of(app, accounts, people[role, OWN]).get(picture.format(task_id)).status_code
        for role in REVIEWING
    }
    assert status == {Role.REVIEWER: 200, Role.CHECKER: REFUSED, Role.SUPERVISOR: 200}
    browser = browser_of(app, accounts, holder)
    assert browser.send(f"/desk/tasks/{task_id}/hand-back", {}).status_code == 200
    assert browser.get(picture.format(task_id)).status_code == REFUSED


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_stays_with_who_is_late(
    registry: Registry,
    app: FastAPI,
    clock: Clock,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    picture: str,
) -> None:
    desk, late = (
        registry.desk(POLICY, now=clock),
        people[Role.REVIEWER, OWN],
    )
    task_id = Waiting(registry, desk, accounts, late).task_id
    clock.pass_(minutes=20)
    assert browser_of(app, accounts, late).get(picture.format(task_id)).status_code == 200


def test_only_the_login_and_the_health_are_open_to_all() -> None:
    """A telephone has no login: it comes with a code, without which its page tells it to get one."""
    open_to_all = {(access.method, access.path) for access in ACCESS if access.roles is None}
    coming_in = {("GET", "/login"), ("POST", "/login"), ("GET", "/phone/{code}"), ("POST", "/phone/{code}")}
    coming_in |= {("GET", "/sign-in"), ("GET", "/sign-in/callback")}
    assert open_to_all == {("GET", "/healthz"), *coming_in}


def test_every_route_with_parameters_and_every_scoped_one_has_a_sample() -> None:
    asking = [access for access in ACCESS if access.scoped or "{" in access.path]
    lacking = [
        f"{access.method} {access.path}"
        for access in asking
        if set(re.findall(r"{(\w+)", access.path)) != set(sample_of(access).path)
    ]
    assert lacking == []


def test_a_route_that_is_not_in_the_table_is_refused_to_everybody(
    registry: Registry, accounts: Accounts, people: dict[tuple[Role, str], str]
) -> None:
    app = create_app(new_site(registry, SCHEMAS))

    @app.get("/forgotten")
    def forgotten() -> PlainTextResponse:
        return PlainTextResponse("không được thấy")

    for role in Role:
        answer = browser_of(app, registry.accounts(), people[role, OWN]).get("/forgotten")
        assert answer.status_code == REFUSED
        assert "không được thấy" not in answer.text
    assert Depends(authorize) in app.router.dependencies


# --- the table holds ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [OWN, OTHER], ids=["own", "other"])
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("route", NAMED)
def test_a_route_answers_those_whom_the_table_names_and_refuses_all_others(
    app: FastAPI,
    registry: Registry,
    accounts: Accounts,
    clock: Clock,
    people: dict[tuple[Role, str], str],
    route: str,
    role: Role,
    place: str,
) -> None:
    access = NAMED[route]
    login = people[role, place]
    if access.roles is not None and role not in access.roles:
        assert asked(browser_in(app, accounts, login), access, any_number)[0] == REFUSED
        return
    waiting = Waiting(registry, registry.desk(POLICY, now=clock), accounts, login)
    status, to = asked(browser_in(app, accounts, login), access, waiting)
    if access.everywhere and role is not Role.ADMINISTRATOR:
        assert status == REFUSED  # whoever has a list of places
    elif access.scoped and place == OTHER:
        assert status in HIDDEN
    elif (access.method, access.path) == ("POST", "/login"):
        assert status == 401  # the sample's password is wrong
    elif access.path in {"/search/{request_id}/ink/{entry_id}/{field}", "/filters/{filter_id}/delete"}:
        assert status == 404  # nobody has made the sample's search, or saved its filter
    elif access.path == "/column/pictures":
        assert status in ({200} if role is Role.SUPERVISOR else {200, 403})  # by who has the task in hand
    elif access.path.startswith("/reports/pilot/ket-qua-thu"):
        assert status == 404  # no book is named; tests/web/test_pilot.py
    elif access.path == "/imports/files/{sha256}":
        assert status == 404  # a file is there for who sent it alone; tests/web/test_imports.py
    elif access.path.startswith(("/pictures/guidelines/", "/pictures/tasks/{task_id}/copy/")):
        # its page has a task that waits, its ledger was kept once: tests/registry/test_guidelines.py,
        # tests/web/test_double_ledger.py
        assert status == 404
    else:
        assert status in {200, 204, 303, 409, 422}
        assert not to.startswith(("/login", "/password")) or access.path in {"/logout", "/password"}


@pytest.mark.parametrize("route", NAMED)
def test_without_a_login_every_other_route_leads_to_the_login(app: FastAPI, route: str) -> None:
    access = NAMED[route]
    browser = Browser(app)
    browser.get("/login")
    status, to = asked(browser, access)
    if access.roles is None:
        assert status in {200, 401}
    else:
        assert (status, to.partition("?")[0]) == (303, "/login")


@pytest.fixture(scope="module")
def newcomer(accounts: Accounts) -> dict[str, str]:
    """Login and session of an administrator who has a one-time password."""
    login = "nguoi.moi"
    password = accounts.create(login, "Người Mới", Role.ADMINISTRATOR, None)
    return {"login": login, "token": accounts.authenticate(login, password, "test").token}


@pytest.mark.parametrize("route", NAMED)
def test_with_a_one_time_password_every_route_leads_to_choosing_ones_own(
    app: FastAPI, accounts: Accounts, newcomer: dict[str, str], route: str
) -> None:
    access = NAMED[route]
    if accounts.session(newcomer["token"]) is None:
        password = accounts.reset_password(newcomer["login"])
        newcomer["token"] = accounts.authenticate(newcomer["login"], password, "test").token
    browser = Browser(app, token=newcomer["token"])
    status, to = asked(browser, access)
    if access.roles is None or access.before_change:
        assert to != "/password"
    else:
        assert (status, to) == (303, "/password")


def test_a_role_that_was_taken_away_is_gone_with_the_next_click(app: FastAPI, accounts: Accounts) -> None:
    join(accounts, "doi.vai", Role.ADMINISTRATOR)
    browser = browser_of(app, accounts, "doi.vai")
    assert browser.get("/accounts").status_code == 200
    accounts.set_duties("doi.vai", Role.REVIEWER, [OWN])
    assert browser.get("/accounts").status_code == REFUSED
    assert "/accounts" not in browser.get("/").text
    accounts.deactivate("doi.vai")
    assert browser.get("/").headers["location"].startswith("/login")
