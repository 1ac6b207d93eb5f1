"""The log of the program: a logger for each module of ``pipeline`` and ``flows``, written to standard error on demand.

A log names scans by the start of their SHA-256, pages and entries by number, findings by code. It never holds a value
read from paper, a person's name, a login, or the name of a scan: an exception is logged by its type and its place, not
by what it says.
"""

from __future__ import annotations

import copy
import json
import logging
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from pipeline.base.errors import SetupError

LOGGERS = ("pipeline", "flows")
LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO, "debug": logging.DEBUG}
JSON = "json"
TEXT_FORMAT = "%(asctime)s %(levelname)s %(name)s[%(process)d]: %(message)s"
ID_LETTERS = 12

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What is logged.

    Attributes:
        level: Name of the least level that is written (a key of ``LEVELS``); ``""`` = no log.
        as_json: Write JSON lines instead of text.
    """

    level: str = ""
    as_json: bool = False


_current = LogOptions()


def parse_log_options(text: str) -> LogOptions:
    """Return what ``HOTICH_LOG`` asks for: a level, ``json``, or both with a comma.

    Raises:
        SetupError: The text holds anything else.
    """
    parts = [part for part in text.lower().replace(" ", "").split(",") if part]
    levels = [part for part in parts if part != JSON]
    if len(levels) > 1 or any(level not in LEVELS for level in levels):
        raise SetupError(
            f"Biến môi trường HOTICH_LOG không dùng được: “{text}”. Hãy ghi một mức ({', '.join(LEVELS)}), "
            f"thêm “,{JSON}” nếu muốn mỗi dòng là một JSON; thí dụ HOTICH_LOG=debug,json."
        )
    return LogOptions(levels[0] if levels else "info" if parts else "", JSON in parts)


def with_verbosity(options: LogOptions, verbosity: int) -> LogOptions:
    """Return the options at level INFO for one ``-v``, DEBUG for more; never at a quieter level than before."""
    wanted = ("", "info", "debug")[min(verbosity, 2)]
    names = ["", *LEVELS]
    return LogOptions(max(options.level, wanted, key=names.index), options.as_json)


def configure_logs(options: LogOptions, stream: IO[str] | None = None) -> None:
    """Write the log of this process as the options say, in the place of what was configured before.

    Args:
        options: What is logged.
        stream: Where to; ``None`` = standard error.
    """
    global _current  # noqa: PLW0603  # as logging itself, the log is one a process
    _current = options
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _LogHandler)]:
        root.removeHandler(handler)
    for name in LOGGERS:
        logging.getLogger(name).setLevel(LEVELS.get(options.level, logging.NOTSET))
    if options.level:
        root.addHandler(_LogHandler(options, stream))


def current_log_options() -> LogOptions:
    """Return what this process was configured with, to configure its worker processes alike."""
    return _current


def configure_worker_logs(options: LogOptions) -> None:
    """Write the log of a worker process to what is its standard error now, even if that is closed to decoders later."""
    if options.level:
        configure_logs(options, os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace"))


def scan_id(sha256: str) -> str:
    """Return the start of a scan's SHA-256, which names the scan in a log."""
    return sha256[:ID_LETTERS]


class _LogHandler(logging.Handler):
    """Writes the records of the program's own loggers, one line each."""

    def __init__(self, options: LogOptions, stream: IO[str] | None) -> None:
        super().__init__()
        self._stream = stream
        self.setFormatter(_JsonFormatter() if options.as_json else _TextFormatter(TEXT_FORMAT))
        self.addFilter(lambda record: record.name.partition(".")[0] in LOGGERS)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            stream = self._stream or sys.stderr
            stream.write(f"{self.format(record)}\n")  # one write a line, so that processes do not mix theirs
            stream.flush()
        except Exception:  # noqa: BLE001  # a log that cannot be written stops no work
            self.handleError(record)


class _TextFormatter(logging.Formatter):
    """One line of text a record; an exception by its type and place, since what it says can hold a name."""

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802  # named by logging
        kind, error, _ = ei
        trace = error.__traceback__ if error is not None else None
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
        return f"{kind.__name__ if kind else '?'} at {place}"

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        record.exc_text = None  # another handler may have put the whole traceback there
        return super().format(record).replace("\n", " | ")


class _JsonFormatter(_TextFormatter):
    """One JSON object a record: ``time`` (UTC), ``level``, ``logger``, ``process``, ``message``, perhaps ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
