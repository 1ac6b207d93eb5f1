"""Notices for a person: what ended or failed since a moment, and what waits for them.

Nothing is stored: notices follow from what jobs, packages, books and queues say now. A page asks for them while it is
open, and ``notice_mail`` sends them by e-mail where the office has a server.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.base.localtime import local_date
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.statistics.book_states import BookState
from pipeline.web.context import Site
from pipeline.web.package_queue import PackagePhase
from pipeline.web.security.access import CONFIRMING, REVIEWING, SCANNING, SUPERVISORS

JOB_PAGES = {"backup": "/backup", "audit": "/audit", "reconcile": "/reconcile/files"}
"""The page of each kind of job; the result of a job may name another."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that ended or failed.

    Attributes:
        key: Equal for the same event.
        link: The page that shows it; ``""``: none.
        good: Whether it ended without a complaint.
        at: When it ended.
    """

    key: str
    words: str
    link: str
    good: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Work that waits for a person; ``count`` is above 0."""

    key: str
    words: str
    link: str
    count: int


@dataclass(frozen=True, slots=True)
class NoticeSet:
    """Notices of one look; ``ended``: oldest first."""

    ended: tuple[Notice, ...]
    waiting: tuple[Waiting, ...]


def notices_for(site: Site, person: Person, since: datetime | None) -> NoticeSet:
    """Return what ended or failed after ``since`` (nothing if None) and what waits; it looks at the books once."""
    books = site.registry.statistics(person.places).book_states() if person.role in SCANNING else ()
    ended = () if since is None else _ended(site, person, since, books)
    return NoticeSet(tuple(sorted(ended, key=lambda notice: notice.at)), tuple(_waiting(site, person, books)))


def _ended(site: Site, person: Person, since: datetime, books: Sequence[BookState]) -> Iterator[Notice]:
    for job in site.office.jobs.ended_since(person.login, since):
        assert job.ended_at is not None
        end = "xong" if job.outcome.good and job.phase == "done" else "chưa xong hoặc có điều phải xem"
        link = job.outcome.link or JOB_PAGES.get(job.kind, "")
        yield Notice(
            f"job:{job.kind}:{job.number}", f"{job.title}: {end}.", link, end == "xong", job.ended_at
        )
    if person.role not in SCANNING:
        return
    packages = site.work.packages.ended_since(since) if person.role in SUPERVISORS else {}
    for book in books:
        if book.book_id in packages:
            at, state = packages[book.book_id]
            done = state.phase is PackagePhase.DONE
            words = "gói đã xuất xong" if done else "chưa xuất được gói, hãy xem chỗ vướng"
            yield Notice(
                f"package:{book.book_id}:{at.isoformat()}",
                f"Sổ {book.folder_name}: {words}.",
                f"/packages?place={book.place_code}#vuong-{book.book_id}",
                done,
                at,
            )
        if book.read_at is not None and book.read_at > since and not book.in_hand:
            flaws = f", {book.failed} trang, tệp không đọc được" if book.failed else ""
            yield Notice(
                f"read:{book.book_id}:{book.read_at.isoformat()}",
                f"Sổ {book.folder_name}: máy đã đọc xong{flaws}; {book.waiting} nhiệm vụ chờ người.",
                f"/books/{book.book_id}/pages",
                not book.failed,
                book.read_at,
            )


def _waiting(site: Site, person: Person, books: Sequence[BookState]) -> list[Waiting]:
    found = []
    if person.role in SCANNING:
        tickets = sum(book.tickets for book in books)
        found.append(Waiting("tickets", "trang chờ quét lại", "/tickets", tickets))
        late = site.registry.late_books(local_date(site.now()), person)
        found.append(Waiting("late-books", "sổ giấy quá hẹn chưa trả", "/custody?show=late", len(late)))
    if person.role in REVIEWING:
        comments = site.desk.count_open_comments(person)
        found.append(Waiting("comments", "ý kiến đang mở", "/comments", comments))
    if person.role is Role.SUPERVISOR:
        questions = sum(one.waiting for one in site.desk.counts(person) if one.stage == "supervisor")
        found.append(Waiting("questions", "câu hỏi chờ trả lời", "/desk?stage=supervisor", questions))
    if person.role in CONFIRMING:
        acts = [act for act in site.accounts.open_acts() if act.author != person.login]
        changes = [
            change
            for change in site.registry.open_policy_changes()
            if change.waits and change.author != person.login
        ]
        number = len(acts) + len(changes)
        found.append(Waiting("confirmations", "việc chờ người thứ hai xác nhận", "/confirmations", number))
    return [one for one in found if one.count]
