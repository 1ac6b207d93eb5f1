"""The checklist of an administrator's first days: what an office needs before work begins, and what of it is done.

Every line but the copy of the keys is derived from what the registry, the accounts and the machine hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.base.errors import HotichError
from pipeline.registry.accounts.model import ROLE_WORDS, Account, Role
from pipeline.registry.accounts.permissions import STAGES
from pipeline.web.background_jobs import JobPhase
from pipeline.web.context import Visit
from pipeline.web.scanning.intake_desk import NO_SCANNERS
from pipeline.web.security.access import may_open

BACKUP_JOBS = "backup"
MAKE_TITLE = "Sao lưu"
REHEARSE_TITLE = "Khôi phục thử bản sao lưu mới nhất"
CHECK_TITLE = "Kiểm tra bản sao lưu mới nhất"
KEYS_JOBS = "keys-copied"


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    """A thing to do.

    Attributes:
        address: The page where it is done; ``""``: other people do it.
        left: What is missing; ``""``: it is done.
    """

    words: str
    address: str
    left: str = ""


def first_day(visit: Visit, *, nameless: bool) -> tuple[ChecklistLine, ...]:
    """Return the checklist.

    Args:
        nameless: Whether the office's name for extracts is undeclared.
    """
    accounts = [account for account in visit.site.accounts.list() if account.active]
    books = visit.registry.statistics(None).book_states()
    lines = (
        ChecklistLine(
            "Tên cơ quan", "/settings/offices/0", "chưa khai nên chưa cấp được trích lục" if nameless else ""
        ),
        ChecklistLine("Tài khoản của đủ vai trò", "/new-accounts", _missing_roles(accounts)),
        ChecklistLine("Nơi đăng ký của từng người", "/accounts", _placeless(accounts)),
        ChecklistLine("Hai người xác nhận nhau", "/confirmations", _unconfirmed(visit, accounts)),
        *_backup_lines(visit),
        ChecklistLine(
            "Thư mục của máy quét",
            "/handbook/how-to/scanning-desk",
            _intake_problem(visit, scans=any(book.scans for book in books)),
        ),
        ChecklistLine(
            "Quyển sổ đầu tiên",
            "/books/new",
            "" if books else "nhân viên quét hay người phụ trách lập; ghi tên nơi thì máy tìm mã",
        ),
        ChecklistLine(
            "Trang thử đã đọc",
            "/books",
            "" if any(book.read for book in books) else "nhân viên quét gửi một trang rồi bấm đọc",
        ),
    )
    return tuple(
        replace(line, address=line.address if _is_open_to(visit, line.address) else "") for line in lines
    )


def _is_open_to(visit: Visit, address: str) -> bool:
    return address.startswith(("/handbook/", "/settings/")) or may_open(visit.person.role, address)


def _intake_problem(visit: Visit, *, scans: bool) -> str:
    """Return what is wrong with the intake; an office whose scans come through the browser needs none."""
    problem = visit.site.work.intake.view().problem
    return "" if scans and problem == NO_SCANNERS else problem


def _missing_roles(accounts: Iterable[Account]) -> str:
    present = {account.person.role for account in accounts}
    missing = [ROLE_WORDS[role].lower() for role in Role if role not in present]
    return f"chưa có {', '.join(missing)}" if missing else ""


def _placeless(accounts: Iterable[Account]) -> str:
    names = [
        account.person.name
        for account in accounts
        if account.person.places == frozenset()
        and (STAGES[account.person.role] or account.person.role is Role.OPERATOR)
    ]
    return f"{len(names)} người chưa được giao nơi nào: {', '.join(names[:5])}" if names else ""


def _unconfirmed(visit: Visit, accounts: Iterable[Account]) -> str:
    if sum(account.person.role is Role.ADMINISTRATOR for account in accounts) < 2:
        return "cần người quản trị thứ hai"
    waiting = visit.site.accounts.open_acts()
    return f"{len(waiting)} thay đổi chưa có người thứ hai xác nhận" if waiting else ""


def _backup_lines(visit: Visit) -> tuple[ChecklistLine, ...]:
    work, jobs = visit.site.office.backups, visit.site.office.jobs
    ended = {job.title for job in jobs.jobs(BACKUP_JOBS) if job.phase is JobPhase.DONE and job.outcome.good}
    no_folder = "" if work is not None else "máy chủ chưa được cho biết thư mục sao lưu"
    made = "" if MAKE_TITLE in ended or _has_backup(visit) else "chưa có bản nào"
    checked = "" if ended & {CHECK_TITLE, REHEARSE_TITLE} else "chưa kiểm tra lần nào"
    copied = (
        ""
        if jobs.jobs(KEYS_JOBS)
        else "backup.key, audit.key, package.key: mất khóa thì không khôi phục được"
    )
    return (
        ChecklistLine("Đã có bản sao lưu", "/backup", no_folder or made),
        ChecklistLine("Bản sao lưu đã đọc lại", "/backup", no_folder or checked),
        ChecklistLine("Khóa đã chép ra nơi khác", "/backup", no_folder or copied),
    )


def _has_backup(visit: Visit) -> bool:
    """Return whether the backup folder holds a backup; False where it cannot be read."""
    work = visit.site.office.backups
    try:
        return work is not None and bool(work.names())
    except HotichError:
        return False
