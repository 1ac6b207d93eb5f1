"""``hotich serve``: the reviewers' desk on a port or a socket of this machine."""

from __future__ import annotations

import ipaddress
import logging
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from pipeline.base.files import storage_errors, write_atomically
from pipeline.base.text.numbers import with_comma
from pipeline.books.book_checks import check_books
from pipeline.cli.backup import make_backup
from pipeline.cli.context import HERE, CommandContext, WorkspaceOption
from pipeline.cli.doctor import machine_checks
from pipeline.cli.screen import err, say
from pipeline.declarations.office.approval import APPROVAL
from pipeline.declarations.office.lot_sampling import SAMPLING
from pipeline.declarations.office.outside import MAIL, WEBHOOK
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.declarations.office.review import read_review
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.printing.office_printer import OfficePrinter
from pipeline.registry.accounts.accounts import FIRST_LOGIN, Accounts
from pipeline.reports import read_plan
from pipeline.run_context import RunContext
from pipeline.runs.backup import BackupReport, Vault, backup_key, key_in, restore, verify
from pipeline.runs.clear_watch import ClearWatch, PassProcess
from pipeline.runs.machine_checks.check import State
from pipeline.runs.prefect_access import place_of_prefect
from pipeline.runs.prefect_runs import PrefectRuns
from pipeline.runs.region_reading import RegionReader
from pipeline.runs.specimens import SpecimenReader
from pipeline.runs.webhooks import WebhookSender
from pipeline.runs.webhooks.office_events import send_book_events, send_test_message
from pipeline.scans.inbox.uploads import UploadDesk, UploadOptions
from pipeline.scans.store_check import read_state
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from pipeline.web import server
from pipeline.web.app import create_app, new_site
from pipeline.web.background_jobs import BackgroundJobs, JobOutcome, OnProgress
from pipeline.web.context import ServerWork
from pipeline.web.desk.redrawn_regions import RedrawnRegions
from pipeline.web.form_design.office_form_desk import form_desk
from pipeline.web.notice_mail import EVERY, send_due_mail
from pipeline.web.package_making import package_maker
from pipeline.web.package_queue import PackageQueue
from pipeline.web.pictures import Pictures
from pipeline.web.scanning.intake_desk import IntakeDesk
from pipeline.web.security.connections import BEHIND_SOCKET
from pipeline.web.supervising.former_defaults import keep_former_defaults
from pipeline.web.supervising.office_desk import BackupWork
from pipeline.web.supervising.office_secrets import OfficeSecrets
from pipeline.web.supervising.office_work import office_desk, settings_desk
from pipeline.web.supervising.policy_changes import note_held

KEPT = (
    "Bản này để phần mềm chọn cách rà soát nếu cơ quan không đặt. Cơ quan đang dùng cách cũ, nên cách cũ đã được ghi "
    "vào office.toml và vẫn giữ. Muốn đổi: trang Thiết lập, có người thứ hai xác nhận."
)

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def serve(
    host: Annotated[str, typer.Option("--host", help="Địa chỉ để nghe.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65535, help="Cổng để nghe.")] = 8000,
    proxy: Annotated[
        str | None,
        typer.Option(
            "--proxy",
            help="Địa chỉ của máy chủ đứng trước (nginx, Caddy), được tin về việc ai đang hỏi và có qua TLS không.",
        ),
    ] = None,
    socket: Annotated[
        Path | None,
        typer.Option(
            "--socket",
            help="Nghe ở tệp ổ cắm này thay cho cổng: chỉ máy chủ đứng trước thuộc nhóm của thư mục mới vào được.",
        ),
    ] = None,
    work: WorkspaceOption = HERE,
) -> None:
    """Mở màn hình rà soát cho trình duyệt. Dừng bằng Ctrl+C."""
    settings = work.settings
    context, place = work.run, work.workspace
    review = read_review(place.office, work.schemas)
    declared = settings.declared_schemas(context.workspace)
    plan = read_plan(place.plan, work.schemas)
    logging.basicConfig(format=LOG_FORMAT)
    logging.getLogger("hotich").setLevel(logging.INFO)
    with (
        work.open_registry() as registry,
        Pictures(place, limits=context.limits) as pictures,
        PackageQueue(place.packages, package_maker(registry, context, settings.workers)) as packages,
        UploadDesk(
            place,
            settings.books_of(context.workspace),
            lambda book_id: registry.known_book(book_id).ledger,
            registry.book_with_scan,
            options=UploadOptions(limits=context.limits),
        ) as uploads,
        BackgroundJobs(place.jobs) as jobs,
        RegionReader(context) as regions,
        SpecimenReader(context) as specimens,
        WebhookSender(partial(send_book_events, registry, place)),
        ClearWatch(
            registry,
            PassProcess(context, lambda: read_review(place.office, work.schemas)),
        ),
        server.listen_at(socket) if socket else server.listen(host, port) as listener,
    ):
        _make_first_administrator(registry.accounts(), place.first_password)
        if socket is None and proxy is None and not _only_this_machine(host):
            err().print(
                "Chú ý: máy khác vào được mà không qua TLS, mật khẩu đi trên mạng không được mã hóa. "
                "Hãy đặt sau nginx hoặc Caddy, xem docs/how-to/protect-data.md."
            )
        say(f"Màn hình rà soát: {socket or f'http://{_shown(host)}:{port}'}")
        if keep_former_defaults(registry, settings_desk(place, declared)):
            review = read_review(place.office, work.schemas)
            say(KEPT)
        policies = OfficePolicies(
            review,
            SAMPLING.read(place.office),
            read_options(place.package, place.office).delivery,
            APPROVAL.read(place.office),
            context.learning,
            WEBHOOK.read(place.office),
            MAIL.read(place.office),
        )
        site_work = ServerWork(
            pictures,
            packages,
            OfficePrinter(registry, place, work.schemas, context.limits),
            uploads,
            PrefectRuns(partial(place_of_prefect, place)),
            IntakeDesk(place),
            RedrawnRegions(regions),
            store=partial(read_state, place),
            check=lambda book_id: check_books(registry, work.schemas, [book_id]),
            changed_password=partial(_forget_first_password, place.first_password),
        )
        note_held(registry, policies, _text_of(place.office), declared)
        site = new_site(
            registry,
            work.schemas,
            policies=policies,
            plan=plan,
            work=site_work,
            office=office_desk(
                registry,
                context,
                jobs,
                declared,
                partial(settings.run_context, context.workspace),
                backup_work(settings, context),
                lambda _: send_test_message(place),
                partial(machine_report, work),
            ),
            forms=form_desk(declared, context, jobs, specimens),
            sign_in=OfficeSecrets(place).provider(),
            models=settings.models,
        )
        mail = WebhookSender(partial(send_due_mail, site, place), EVERY, "mail")
        with mail, suppress(KeyboardInterrupt):
            server.serve(create_app(site), listener, BEHIND_SOCKET if socket else proxy)
    say("Đã tắt màn hình rà soát.")


def _make_first_administrator(accounts: Accounts, file: Path) -> None:
    """Make the first administrator if there is no account, and name the file that holds their password.

    What the desk prints may end in a journal that others read.
    """
    administrator = accounts.first_administrator()
    if administrator is not None:
        login, password = administrator
        with storage_errors(file):
            write_atomically(file, f"{login}\n{password}\n", mode=0o600)
        say("Chưa có tài khoản nào, nên đã tạo người quản trị đầu tiên.")
    elif not any(one.must_change for one in accounts.list() if one.person.login == FIRST_LOGIN):
        file.unlink(missing_ok=True)
    elif not file.exists():  # a kill between the account and its file
        say(
            f"Tài khoản {FIRST_LOGIN} chưa đổi mật khẩu. Quên hay chưa có thì chạy: hotich account reset {FIRST_LOGIN}"
        )
    if file.exists():
        say(f"Tên đăng nhập và mật khẩu dùng một lần ở tệp: {file}")
        say("Hãy đăng nhập và đổi mật khẩu; đổi xong thì tệp ấy tự mất.")


def _forget_first_password(file: Path, login: str) -> None:
    if login == FIRST_LOGIN:
        with suppress(OSError):
            file.unlink(missing_ok=True)


def _text_of(office: Path) -> str:
    """Return the text of ``office.toml``, which was read before; ``""`` where there is none."""
    return office.read_text(encoding="utf-8-sig") if office.exists() else ""


def _only_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def backup_work(settings: Settings, context: RunContext) -> BackupWork | None:
    """Return the maker and checker of backups in the folder ``HOTICH_BACKUP``; None without this folder."""
    if not settings.backup:
        return None
    folder = Path(settings.backup).expanduser().absolute()
    key_file, plain = settings.backup_protection(None)

    def names() -> tuple[str, ...]:
        return Vault(folder, key_in(key_file)).names()

    def make(on_progress: OnProgress) -> JobOutcome:
        vault = Vault(folder, backup_key(folder, key_file, plain=plain))
        report = make_backup(settings, context, vault, on_file=on_progress)
        return JobOutcome(
            _backup_sentences(report, "đã xong, sổ dữ liệu trong đó đã mở thử"),
            good=not (report.altered or report.missing),
        )

    def check(on_progress: OnProgress) -> JobOutcome:
        report = verify(Vault(folder, key_in(key_file)), on_file=on_progress)
        return JobOutcome(_backup_sentences(report, "toàn vẹn: từng tệp đã được đọc lại và đúng mã băm"))

    def rehearse(on_progress: OnProgress) -> JobOutcome:
        with TemporaryDirectory(prefix="khoi-phuc-thu-", dir=context.workspace) as side:
            place = Workspace(Path(side) / "workspace")
            report = restore(
                Vault(folder, key_in(key_file)),
                place.root,
                place.registry_url,
                registry_key=settings.registry_key_file,
                on_file=on_progress,
            )
        known = {table: what for table, what in COUNTED.items() if table in report.rows}
        counted = ", ".join(f"{report.rows[table]} {what}" for table, what in known.items())
        done = f"Khôi phục thử {report.name} được: {report.files} tệp, sổ dữ liệu mở được ({counted})."
        kept = "Không có trong bản sao lưu: {}. Khôi phục thật cần bản giữ ở nơi khác."
        lines = [done, "Chỗ thử đã bỏ; sổ đang dùng không đổi.", *map(kept.format, report.left_out)]
        return JobOutcome(tuple(lines))

    return BackupWork(str(folder), names, make, check, rehearse)


COUNTED = {"book": "quyển sổ", "entry": "sự kiện", "decision": "quyết định"}
"""The tables whose row counts a rehearsed restoration reports."""


def _backup_sentences(copy: BackupReport, done: str) -> tuple[str, ...]:
    lines = [f"Bản sao lưu {copy.name} {done}: {copy.files} tệp, {with_comma(f'{copy.size / 1e6:.1f}')} MB."]
    lines += [f"Niêm phong nhật ký: {copy.seal}."] if copy.seal else []
    lines += [
        f"Không có trong bản sao lưu: {name} (khóa riêng). Giữ một bản ở nơi khác." for name in copy.left_out
    ]
    wrong = len(copy.altered) + len(copy.missing)
    if wrong:
        lines.append(
            f"{wrong} bản quét trong kho đã bị sửa, bị thay, bị mất hoặc hỏng. Báo người quản trị máy ngay."
        )
    return tuple(lines)


STATE_WORDS: dict[State, str] = {"ok": "đạt", "warning": "nên xem", "missing": "thiếu", "open": "hở"}


def machine_report(work: CommandContext, on_progress: OnProgress) -> JobOutcome:
    """Return what ``hotich doctor`` finds as sentences, what is wrong first."""
    checks = []
    for check in machine_checks(work):
        checks.append(check)
        on_progress(len(checks), 0)
    wrong = [check for check in checks if check.state != "ok"]
    lines = [f"{STATE_WORDS[one.state]}: {one.name}, {one.found}. {one.advice}".strip() for one in wrong]
    fine = f"Đạt {len(checks) - len(wrong)} trên {len(checks)} điều: " + ", ".join(
        one.name for one in checks if one.state == "ok"
    )
    is_good = not any(one.state in ("missing", "open") for one in wrong)
    return JobOutcome((*lines, f"{fine}."), good=is_good)
