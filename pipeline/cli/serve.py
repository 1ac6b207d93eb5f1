"""``hotich serve``: the reviewers' desk on a port of this machine."""

from __future__ import annotations

import ipaddress
import logging
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.books.book_checks import check_books
from pipeline.cli.doctor import prefect_address
from pipeline.cli.screen import WorkspaceOption, err, out
from pipeline.cli.webhook import send_book_events
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.package import export_book
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import utc_now
from pipeline.run_context import RunContext
from pipeline.runs.clear_watch import ClearWatch, PassProcess
from pipeline.runs.prefect_access import CLIENT_SECRET, known_prefect_secret
from pipeline.runs.prefect_runs import PrefectRuns
from pipeline.runs.region_reading import RegionReader
from pipeline.runs.specimens import SpecimenReader
from pipeline.runs.webhooks import WebhookSender
from pipeline.scans.inbox.uploads import UploadDesk, UploadOptions
from pipeline.scans.store_check import read_state
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings
from pipeline.web.sign_in_provider import Provider, read_sign_in, sign_in_secret

if TYPE_CHECKING:
    from pipeline.web.package_queue import PackageMaker, PackageRefusal

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
    workspace: WorkspaceOption = None,
) -> None:
    """Mở màn hình rà soát cho trình duyệt. Dừng bằng Ctrl+C."""
    from pipeline.cli.form_work import form_desk
    from pipeline.cli.office_work import office_desk
    from pipeline.delivery.printing.office_printer import OfficePrinter
    from pipeline.reports import read_plan
    from pipeline.web import server
    from pipeline.web.app import create_app
    from pipeline.web.background_jobs import BackgroundJobs
    from pipeline.web.package_queue import PackageQueue
    from pipeline.web.pictures import Pictures  # FastAPI: not for every command
    from pipeline.web.scanning.intake_desk import IntakeDesk

    settings = read_settings()
    context = settings.run_context(workspace)
    policy = settings.review_policy_of(context.workspace, context.schemas)
    sampling = settings.sampling_policy_of(context.workspace)
    plan = read_plan(Workspace(context.workspace).plan, context.schemas)
    logging.basicConfig(format=LOG_FORMAT)
    logging.getLogger("hotich").setLevel(logging.INFO)
    screen = out()
    workspace_of = Workspace(context.workspace)
    with (
        context.open_registry() as registry,
        Pictures(Workspace(context.workspace), limits=context.limits) as pictures,
        PackageQueue(
            Workspace(context.workspace).packages, package_maker(registry, context, settings.workers)
        ) as packages,
        UploadDesk(
            workspace_of,
            settings.books_of(context.workspace),
            lambda book_id: registry.known_book(book_id).ledger,
            registry.book_with_scan,
            options=UploadOptions(limits=context.limits),
        ) as uploads,
        BackgroundJobs(workspace_of.jobs) as jobs,
        RegionReader(context) as regions,
        SpecimenReader(context) as specimens,
        WebhookSender(partial(send_book_events, registry, workspace_of)),
        ClearWatch(
            registry,
            PassProcess(context, lambda: settings.review_policy_of(context.workspace, context.schemas)),
        ),
        server.listen(host, port) as listener,
    ):
        made = registry.accounts().first_administrator()
        if made is not None:
            login, password = made
            screen.print("Chưa có tài khoản nào, nên đã tạo người quản trị đầu tiên:")
            screen.print(f"  tên đăng nhập: {login}\n  mật khẩu dùng một lần: {password}", markup=False)
            screen.print("Hãy đăng nhập và đổi mật khẩu ngay; mật khẩu này chỉ hiện ở đây một lần.")
        if proxy is None and not _only_this_machine(host):
            err().print(
                "Chú ý: máy khác vào được mà không qua TLS, mật khẩu đi trên mạng không được mã hóa. "
                "Hãy đặt sau nginx hoặc Caddy, xem docs/how-to/protect-data.md."
            )
        screen.print(f"Màn hình rà soát: http://{_shown(host)}:{port}", markup=False)
        app = create_app(
            registry,
            context.schemas,
            policy=policy,
            plan=plan,
            sampling=sampling,
            pictures=pictures,
            packages=packages,
            printer=OfficePrinter(registry, workspace_of, context.schemas, context.limits),
            uploads=uploads,
            intake=IntakeDesk(workspace_of),
            runs=PrefectRuns(partial(place_of_prefect, workspace_of)),
            models=settings.models,
            store=partial(read_state, Workspace(context.workspace)),
            check=lambda book_id: check_books(registry, context.schemas, [book_id]),
            delivery=read_options(
                Workspace(context.workspace).package, Workspace(context.workspace).office
            ).delivery,
            approval=settings.approval_policy_of(context.workspace),
            learning=context.learning,
            office=office_desk(registry, settings, context, jobs),
            regions=regions,
            sign_in=sign_in_provider(workspace_of),
            forms=form_desk(settings, context, jobs, specimens),
        )
        with suppress(KeyboardInterrupt):
            server.serve(app, listener, proxy)
    screen.print("Đã tắt màn hình rà soát.")


def sign_in_provider(workspace: Workspace) -> Provider | None:
    """Return the provider that the office has set for signing in; None: people use local accounts alone."""
    policy = read_sign_in(workspace.office)
    return None if policy is None else Provider(policy, sign_in_secret(workspace.sign_in_key), utc_now)


def package_maker(registry: Registry, context: RunContext, workers: int | None) -> PackageMaker:
    """Return what makes packages for the web application as ``hotich export`` does."""
    from pipeline.cli.package_refusal import package_refusal  # FastAPI: not for every command

    def make(
        book_id: int, target: Path, on_copied: Callable[[int, int], None], *, partial: bool = False
    ) -> PackageRefusal | None:
        options = read_options(Workspace(context.workspace).package, Workspace(context.workspace).office)
        report = export_book(
            registry,
            context,
            book_id,
            target,
            options,
            partial=partial,
            workers=workers,
            on_copied=lambda at: on_copied(at.done, at.total),
        )
        if not report.refused:
            return None
        form = context.schemas.form(registry.known_book(book_id).ledger.form)
        fields = context.schemas.record(form.record).fields
        return package_refusal(report, book_id, {spec.column: spec.label for spec in fields})

    return make


def place_of_prefect(workspace: Workspace) -> tuple[str, str]:
    """Return the address of the Prefect server of a workspace, and its secret; ``""`` where there is none."""
    secret = os.environ.get(CLIENT_SECRET) or known_prefect_secret(workspace.prefect_key)
    return prefect_address(workspace), secret or ""


def _only_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
