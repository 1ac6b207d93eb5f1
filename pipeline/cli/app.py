"""The commands put together."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import rich_utils

import pipeline
from pipeline.cli.account import account_app
from pipeline.cli.amend import amend_app
from pipeline.cli.api_token import api_token_app
from pipeline.cli.audit import audit_app
from pipeline.cli.backup import backup, restore
from pipeline.cli.book import book_app
from pipeline.cli.calibrate import calibrate
from pipeline.cli.check import check
from pipeline.cli.contact_sheet import sheet
from pipeline.cli.delivery import delivery_app
from pipeline.cli.demo import demo
from pipeline.cli.doctor import doctor
from pipeline.cli.evaluate import evaluate
from pipeline.cli.export import export
from pipeline.cli.group import Command, Commands
from pipeline.cli.import_workbook import import_app
from pipeline.cli.intake import assign, cover_sheet, intake_app
from pipeline.cli.learn import learn
from pipeline.cli.links import links_app
from pipeline.cli.office_models import models_app
from pipeline.cli.page import page
from pipeline.cli.pilot import pilot
from pipeline.cli.places import places_app
from pipeline.cli.print_papers import print_app
from pipeline.cli.queue import queue
from pipeline.cli.reconcile import reconcile
from pipeline.cli.registry import encrypt, registry_app
from pipeline.cli.registry_upgrade import bring_back, rehearse, take_snapshot
from pipeline.cli.report import report
from pipeline.cli.rules import rules
from pipeline.cli.run import reread, run
from pipeline.cli.sample import sample_app
from pipeline.cli.schemas import schemas_app
from pipeline.cli.search import search_app
from pipeline.cli.serve import serve
from pipeline.cli.server import server
from pipeline.cli.synth import synth
from pipeline.cli.train import train
from pipeline.cli.webhook import webhook_app
from pipeline.cli.withdraw import withdraw_app
from pipeline.cli.worker import worker
from pipeline.logs import configure_logs, with_verbosity
from pipeline.settings import read_log_options

COMMANDS = (
    ("run", run),
    ("reread", reread),
    ("page", page),
    ("sheet", sheet),
    ("queue", queue),
    ("serve", serve),
    ("server", server),
    ("worker", worker),
    ("encrypt", encrypt),
    ("backup", backup),
    ("restore", restore),
    ("check", check),
    ("export", export),
    ("reconcile", reconcile),
    ("report", report),
    ("pilot", pilot),
    ("evaluate", evaluate),
    ("calibrate", calibrate),
    ("learn", learn),
    ("synth", synth),
    ("train", train),
    ("rules", rules),
    ("cover-sheet", cover_sheet),
    ("doctor", doctor),
    ("demo", demo),
)

rich_utils.OPTIONS_PANEL_TITLE = "Tùy chọn"
rich_utils.ARGUMENTS_PANEL_TITLE = "Tham số"
rich_utils.COMMANDS_PANEL_TITLE = "Lệnh"
rich_utils.ERRORS_PANEL_TITLE = "Lỗi"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hotich {pipeline.__version__}")
        raise typer.Exit


def options(
    version: Annotated[  # noqa: ARG001  # its callback ends the command
        bool, typer.Option("--version", callback=_version, is_eager=True, help="In phiên bản rồi thoát.")
    ] = False,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose",
            "-v",
            count=True,
            show_default=False,
            help="Ghi nhật ký (-v: việc chính, -vv: chi tiết); khi có lỗi, in cả dấu vết lỗi (traceback).",
        ),
    ] = 0,
) -> None:
    """Số hóa sổ hộ tịch: từ bản quét đến sổ dữ liệu, chỗ nào máy chưa chắc thì để người xem."""
    configure_logs(with_verbosity(read_log_options(), verbose))


app = typer.Typer(
    name="hotich",
    cls=Commands,
    callback=options,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, function in COMMANDS:
    app.command(name, cls=Command)(function)
app.add_typer(account_app, name="account")
app.add_typer(api_token_app, name="api-token")
app.add_typer(webhook_app, name="webhook")
app.add_typer(schemas_app, name="schemas")
app.add_typer(places_app, name="places")
app.add_typer(links_app, name="links")
app.add_typer(search_app, name="search")
app.add_typer(import_app, name="import")
app.add_typer(sample_app, name="sample")
intake_app.command("assign", cls=Command)(assign)
app.add_typer(intake_app, name="intake")
app.add_typer(audit_app, name="audit")
app.add_typer(amend_app, name="amend")
app.add_typer(delivery_app, name="delivery")
app.add_typer(book_app, name="book")
app.add_typer(withdraw_app, name="withdraw")
registry_app.command("rehearse", cls=Command)(rehearse)
registry_app.command("snapshot", cls=Command)(take_snapshot)
registry_app.command("put-back", cls=Command)(bring_back)
app.add_typer(registry_app, name="registry")
app.add_typer(print_app, name="print")
app.add_typer(models_app, name="models")
