"""The conversion of errors into messages and exit codes.

Exit codes are those of ``pipeline.base.errors``; 1 is a program fault, 2 a wrong command line, 130 a stop by the
user. Messages hold no traceback without ``--verbose``, as an error message can hold a name.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from pipeline.base.errors import HotichError
from pipeline.cli.screen import err, show_error

STOPPED = 130


class Command(TyperCommand):
    """A command with a Vietnamese ``--help``."""

    def get_help_option(self, ctx: Any) -> Any:
        return _in_vietnamese(super().get_help_option(ctx))


class Commands(TyperGroup):
    """A group of commands whose errors end in a message and an exit code."""

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
            # the reader has closed the pipe (``hotich queue | head``); the rest of the output is discarded
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            err().print("Đã dừng. Những trang đã đọc xong đã được lưu; chạy lại lệnh này để đọc tiếp.")
            raise typer.Exit(STOPPED) from None
        except Exception as error:  # a program fault is shown like any other error
            if isinstance(error, typer.Abort) or hasattr(error, "exit_code"):
                raise  # errors of Typer itself: help, a wrong option, an exit
            _show_traceback(ctx)
            frame = traceback.extract_tb(error.__traceback__)[-1]
            show_error(
                f"Lỗi của chính chương trình ({type(error).__name__} tại {Path(frame.filename).name}:{frame.lineno}). "
                "Chạy lại với “hotich --verbose …” để xem chi tiết rồi báo lỗi này."
            )
            raise typer.Exit(1) from None


def command_group(about: str) -> typer.Typer:
    """Return a group of commands that shows its help when no command is given."""
    return typer.Typer(cls=Commands, no_args_is_help=True, help=about)


def _in_vietnamese(help_option: Any) -> Any:
    if help_option is not None:
        help_option.help = "In phần trợ giúp này rồi thoát."
    return help_option


def _show_traceback(ctx: Any) -> None:
    if ctx.find_root().params.get("verbose"):
        err().print(traceback.format_exc(), markup=False)
