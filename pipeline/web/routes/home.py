"""The first page, with the person's waiting work by book and stage; and the health check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from starlette.responses import Response

from pipeline.base.localtime import local_date
from pipeline.base.stages import STAGE_LABELS, Stage
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.registry.accounts.model import ROLE_WORDS, Role
from pipeline.registry.accounts.permissions import STAGES
from pipeline.registry.statistics.book_states import BOOK_STAGE_LABELS, BookStage, BookState
from pipeline.registry.tasks.assignment import MOST_BOOKS
from pipeline.registry.tasks.model import QueueCount
from pipeline.web.context import SiteDep, Visit, VisitDep, files_not_used, head_alerts
from pipeline.web.security.access import REVIEWING
from pipeline.web.supervising.first_day import ChecklistLine, first_day

ORDER = (Stage.REVIEW, Stage.CHECK, Stage.THIRD, Stage.SUPERVISOR, Stage.RESCAN)


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A column of the table. ``mine``: the person may work at this stage."""

    stage: Stage
    words: str
    mine: bool


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A book. ``waiting``: number of tasks or pages at each stage, in the order of the columns."""

    book_id: int
    book: str
    record: str
    place: str
    volume: str
    waiting: tuple[int, ...]


def stages_of(role: Role) -> tuple[StageColumn, ...]:
    return tuple(StageColumn(stage, STAGE_LABELS[stage], stage in STAGES[role]) for stage in ORDER)


def rows_of(
    counts: Iterable[QueueCount], rescans: Mapping[int, int], stages: Sequence[StageColumn]
) -> tuple[QueueRow, ...]:
    """Return a row for each book, in the order of ``counts``; ``rescans``: pages to scan again, by book id."""
    books: dict[int, QueueCount] = {}
    waiting = {(book_id, Stage.RESCAN): pages for book_id, pages in rescans.items()}
    for count in counts:
        books.setdefault(count.book_id, count)
        waiting[count.book_id, count.stage] = count.waiting
    return tuple(
        QueueRow(
            book_id,
            count.book,
            count.record,
            count.place,
            count.volume,
            tuple(waiting.get((book_id, stage.stage), 0) for stage in stages),
        )
        for book_id, count in books.items()
    )


@dataclass(frozen=True, slots=True)
class ScanningWork:
    """The waiting work of an operator: books by stage, and pages to scan again."""

    stages: tuple[tuple[BookStage, str, int], ...]
    tickets: int


def _scanning(visit: Visit) -> ScanningWork | None:
    """Return the waiting work of an operator; None for other roles."""
    if visit.person.role is not Role.OPERATOR:
        return None
    states = visit.registry.statistics(visit.person.places).book_states()
    counts = Counter(state.stage for state in states)
    return ScanningWork(
        tuple((stage, label, counts[stage]) for stage, label in BOOK_STAGE_LABELS.items() if counts[stage]),
        sum(state.tickets for state in states),
    )


def _supervising(visit: Visit, counts: Iterable[QueueCount]) -> tuple[tuple[str, str, int], ...] | None:
    """Return label, address and number of each non-empty kind of waiting work; None for roles other than supervisor."""
    if visit.person.role is not Role.SUPERVISOR:
        return None
    states = visit.registry.statistics(visit.person.places).book_states()
    questions = sum(count.waiting for count in counts if count.stage is Stage.SUPERVISOR)
    waiting = (
        (
            "Tệp khai báo của cơ quan không dùng được",
            "/forms#flaws",
            len(files_not_used(visit.site, visit.session)),
        ),
        ("Câu hỏi và điều máy nêu chờ trả lời", "/desk?stage=supervisor", questions),
        ("Ý kiến đang mở", "/comments", visit.desk.count_open_comments(visit.person)),
        ("Nhiệm vụ chưa giao cho ai", "/assignments", _count_unassigned(visit)),
        ("Trang chờ quét lại", "/tickets", sum(state.tickets for state in states)),
        ("Sổ đủ điều kiện bàn giao", f"/books?stage={BookStage.READY}", _count_ready(states)),
    )
    return tuple(item for item in waiting if item[2])


def _count_unassigned(visit: Visit) -> int:
    return sum(count.waiting for count in visit.desk.unassigned(visit.person))


def _count_ready(states: Iterable[BookState]) -> int:
    return sum(state.stage is BookStage.READY for state in states)


@dataclass(frozen=True, slots=True)
class AccountWork:
    """An administrator's overview of the accounts.

    Attributes:
        roles: The label of each role with the number of its active accounts; 0: the role is missing.
        unused: Number of accounts that still have a one-time password.
        first_day: The checklist of the first day; empty for an administrator of some places alone.
        flaws: The flaws of the office's declaration files.
    """

    roles: tuple[tuple[str, int], ...]
    unused: int
    first_day: tuple[ChecklistLine, ...]
    flaws: tuple[str, ...]


def _accounts(visit: Visit) -> AccountWork | None:
    """Return the overview of the accounts; None for roles other than administrator."""
    if visit.person.role is not Role.ADMINISTRATOR:
        return None
    used = [account for account in visit.site.accounts.list() if account.active]
    counts = Counter(account.person.role for account in used)
    return AccountWork(
        tuple((ROLE_WORDS[role], counts[role]) for role in Role),
        sum(account.must_change for account in used),
        first_day(visit, nameless=_is_nameless(visit)) if visit.person.places is None else (),
        tuple(unused_file.message for unused_file in files_not_used(visit.site, visit.session)),
    )


def _is_nameless(visit: Visit) -> bool:
    """Return whether no office is declared that issues extracts; a flawed file counts as declared."""
    if visit.site.office.offices is None:
        return False
    try:
        return not visit.site.office.offices.loaded().offices
    except SettingsRefused:
        return False


router = APIRouter()


@router.get("/healthz")
def health(site: SiteDep) -> PlainTextResponse:
    """Return ``ok``; 503 with advice when the registry cannot be read."""
    site.accounts.places()
    return PlainTextResponse("ok")


@router.get("/")
def home(visit: VisitDep) -> Response:
    if visit.person.role not in REVIEWING:
        return visit.page(
            "home.html",
            **head_alerts(visit.site, visit.session),
            scanning=_scanning(visit),
            accounts=_accounts(visit),
            place_names={place.code: place.name for place in visit.site.accounts.places()},
        )
    work = visit.desk.own_work(visit.person)
    mine = {book.book_id for book in work.assigned}
    counts = visit.desk.counts(visit.person)
    if work.only_assigned:
        counts = tuple(count for count in counts if count.book_id in mine)
    supervising = _supervising(visit, counts)
    stages = stages_of(visit.person.role)
    rescans = visit.registry.statistics(visit.person.places).pages_to_rescan()
    rows = rows_of(counts, rescans, stages)
    return visit.page(
        "queue.html",
        rows=rows,
        work=work,
        supervising=supervising,
        today=local_date(visit.site.now()),
        stages=stages,
        title_of=visit.schemas.title_of,
        most=MOST_BOOKS,
        **head_alerts(visit.site, visit.session),
    )
