"""The log: what is written, in which form, and what never is."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from pipeline.base.errors import SetupError
from pipeline.base.logs import LogOptions, configure_logs, parse_log_options, scan_id, with_verbosity

log = logging.getLogger("pipeline.trial")


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    yield
    configure_logs(LogOptions())


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", LogOptions()),
        ("info", LogOptions("info")),
        ("debug,json", LogOptions("debug", as_json=True)),
        ("json, DEBUG", LogOptions("debug", as_json=True)),
        ("json", LogOptions("info", as_json=True)),
    ],
)
def test_the_setting_names_a_level_and_a_form(text: str, options: LogOptions) -> None:
    assert parse_log_options(text) == options


@pytest.mark.parametrize("text", ["loud", "info,debug", "debug,xml"])
def test_a_setting_that_cannot_be_understood_is_named(text: str) -> None:
    with pytest.raises(SetupError, match="HOTICH_LOG"):
        parse_log_options(text)


def test_verbosity_only_ever_adds() -> None:
    assert with_verbosity(LogOptions(), 0) == LogOptions()
    assert with_verbosity(LogOptions(), 1).level == "info"
    assert with_verbosity(LogOptions("warning"), 3).level == "debug"
    assert with_verbosity(LogOptions("debug", as_json=True), 1) == LogOptions("debug", as_json=True)


def test_a_level_keeps_out_what_is_below_it_and_other_programs_stay_out() -> None:
    stream = io.StringIO()
    configure_logs(LogOptions("info"), stream)
    log.info("page %d", 3)
    log.debug("detail")
    logging.getLogger("elsewhere").error("not ours")
    assert "pipeline.trial" in stream.getvalue()
    assert "page 3" in stream.getvalue()
    assert len(stream.getvalue().splitlines()) == 1


def test_without_a_level_nothing_is_written() -> None:
    stream = io.StringIO()
    configure_logs(LogOptions("debug"), stream)
    configure_logs(LogOptions())
    log.info("page")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("as_json", [False, True])
def test_an_exception_is_logged_by_type_and_place_and_not_by_what_it_says(as_json: bool) -> None:
    stream = io.StringIO()
    configure_logs(LogOptions("info", as_json), stream)
    try:
        raise ValueError("NGUYỄN VĂN A")
    except ValueError:
        log.exception("page %d failed", 3)
    (line,) = stream.getvalue().splitlines()
    assert "ValueError at test_logs.py:" in line
    assert "NGUYỄN" not in line


def test_json_lines_say_when_where_and_what() -> None:
    stream = io.StringIO()
    configure_logs(LogOptions("info", as_json=True), stream)
    log.info("Scan %s", scan_id("ab" * 32))
    entry = json.loads(stream.getvalue())
    assert set(entry) == {"time", "level", "logger", "process", "message"}
    assert (entry["level"], entry["logger"], entry["message"]) == (
        "INFO",
        "pipeline.trial",
        "Scan abababababab",
    )
