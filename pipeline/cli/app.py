"""All commands. Each is imported when it is called: help and version wait for none of them."""

from __future__ import annotations

from typing import Annotated

import typer
from typer import rich_utils

import pipeline
from pipeline.cli.lazy_commands import LazyGroup

COMMANDS = {
    "run": "run:run",
    "reread": "run:reread",
    "page": "page:page",
    "sheet": "page:sheet",
    "queue": "queue:queue",
    "serve": "serve:serve",
    "server": "server:server",
    "worker": "server:worker",
    "encrypt": "registry:encrypt",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "check": "check:check",
    "export": "export:export",
    "disk": "disk:app",
    "rehearse": "rehearse:rehearse",
    "reconcile": "reconcile:reconcile",
    "report": "report:report",
    "pilot": "report:pilot",
    "statistics": "statistics:statistics",
    "evaluate": "evaluate:evaluate",
    "calibrate": "calibrate:calibrate",
    "learn": "learn:learn",
    "synth": "synth:synth",
    "train": "train:train",
    "rules": "rules:rules",
    "cover-sheet": "intake:cover_sheet",
    "doctor": "doctor:doctor",
    "advisories": "advisories:advisories",
    "demo": "demo:demo",
    "account": "account:app",
    "api-token": "api_token:app",
    "webhook": "webhook:app",
    "schemas": "schemas:app",
    "places": "places:app",
    "links": "links:links",
    "search": "search:search",
    "import": "import_workbook:app",
    "sample": "sample:app",
    "custody": "custody:app",
    "volumes": "volumes:volumes",
    "scans": "scans:scans",
    "province": "province:app",
    "intake": "intake:app",
    "audit": "audit:app",
    "amend": "amend:app",
    "delivery": "delivery:app",
    "book": "book:app",
    "withdraw": "withdraw:app",
    "registry": "registry:app",
    "print": "print_papers:app",
    "models": "office_models:app",
}
"""Module and function, or group, of each command, in the order of the help."""

rich_utils.OPTIONS_PANEL_TITLE = "Tùy chọn"
rich_utils.ARGUMENTS_PANEL_TITLE = "Tham số"
rich_utils.COMMANDS_PANEL_TITLE = "Lệnh"
rich_utils.ERRORS_PANEL_TITLE = "Lỗi"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hotich {pipeline.__version__}")
        raise typer.Exit


def options(
    version: Annotated[  # noqa: ARG001  # the callback ends the command
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
    from pipeline.base.logs import configure_logs, with_verbosity
    from pipeline.settings import read_log_options  # imports the settings of all rooms, too slow for help

    configure_logs(with_verbosity(read_log_options(), verbose))


class Hotich(LazyGroup):
    """The command ``hotich``."""

    places = COMMANDS


app = typer.Typer(
    name="hotich",
    cls=Hotich,
    callback=options,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
