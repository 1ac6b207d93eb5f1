"""The commands put together, and the one place where errors become messages and exit codes.

Exit codes are those of ``pipeline.errors``; 1 is a fault of the program, 2 a wrong use of the command line, 130 a stop
by the user. Messages never hold a traceback unless ``--verbose`` asks for it: what an error says can hold a name.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

import pipeline
from pipeline.cli.demo import demo
from pipeline.cli.doctor import doctor
from pipeline.cli.evaluate import evaluate
from pipeline.cli.page import page
from pipeline.cli.queue import queue
from pipeline.cli.run import run
from pipeline.cli.schemas import schemas_app
from pipeline.cli.screen import err, show_error
from pipeline.cli.synth import synth
from pipeline.errors import HotichError

STOPPED = 130
COMMANDS = (
    ("run", run),
    ("page", page),
    ("queue", queue),
    ("evaluate", evaluate),
    ("synth", synth),
    ("doctor", doctor),
    ("demo", demo),
)

rich_utils.OPTIONS_PANEL_TITLE = "Tùy chọn"
rich_utils.ARGUMENTS_PANEL_TITLE = "Tham số"
rich_utils.COMMANDS_PANEL_TITLE = "Lệnh"
rich_utils.ERRORS_PANEL_TITLE = "Lỗi"


class Command(TyperCommand):
    """A command whose ``--help`` speaks Vietnamese."""

    def get_help_option(self, ctx: Any) -> Any:
        return _in_vietnamese(super().get_help_option(ctx))


class Commands(TyperGroup):
    """A group whose commands end in a message and an exit code, whatever happens in them."""

    def get_help_option(self, ctx: Any) -> Any:
        return _in_vietnamese(super().get_help_option(ctx))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except HotichError as error:
            _show_traceback(ctx)
            show_error(error.message)
            raise typer.Exit(error.exit_code) from None
        except BrokenPipeError:
            sys.stderr.close()  # nobody reads any more (``hotich queue | head``)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            err().print("Đã dừng. Những trang đã đọc xong đã được lưu; chạy lại lệnh này để đọc tiếp.")
            raise typer.Exit(STOPPED) from None
        except (
            OSError,
            ArithmeticError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            AssertionError,
        ) as error:
            _show_traceback(ctx)
            where = traceback.extract_tb(error.__traceback__)[-1]
            show_error(
                f"Lỗi của chính chương trình ({type(error).__name__} tại {Path(where.filename).name}:{where.lineno}). "
                "Chạy lại với “hotich --verbose …” để xem chi tiết rồi báo lỗi này."
            )
            raise typer.Exit(1) from None


def _in_vietnamese(help_option: Any) -> Any:
    if help_option is not None:
        help_option.help = "In phần trợ giúp này rồi thoát."
    return help_option


def _show_traceback(ctx: Any) -> None:
    if ctx.params.get("verbose"):
        err().print(traceback.format_exc(), markup=False)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hotich {pipeline.__version__}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="In phiên bản rồi thoát.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Khi có lỗi, in cả dấu vết lỗi (traceback).")
    ] = False,
) -> None:
    """Số hóa sổ hộ tịch: từ bản quét đến sổ dữ liệu, chỗ nào máy chưa chắc thì để người xem."""


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
app.add_typer(schemas_app, name="schemas")


def main() -> None:
    """Entry point of the ``hotich`` command."""
    app()
