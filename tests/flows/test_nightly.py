"""The nightly flow: the same batch under Prefect, counts only, retries only where they can help."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import traceback
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

import flows
from flows import nightly, summary, trying
from pipeline.batch import BookReport, ScanFailure
from pipeline.digitize import DigitizeOptions
from pipeline.digitize.route import RoutingOptions
from pipeline.errors import BrokenScan, LedgerError, RegistryError, StorageError
from pipeline.run_context import RunContext
from tests.calibration.drawn_samples import drawn
from tests.cli.checked_book import store, usual
from tests.fake_books import FakeSettings, make_book
from tests.fake_pages import BREAK, GOOD, draw
from tests.flows.deployments import deployment_of


@pytest.fixture
def books(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        make_book(tmp_path / "books" / name)
    draw(tmp_path / "books" / "a" / "1.tiff", GOOD, BREAK)
    (tmp_path / "books" / "b" / "ledger.toml").write_text("", encoding="utf-8")
    return tmp_path / "books"


class CalibratedSettings(FakeSettings):
    """The same, with a calibration for the reader of fake pages."""

    def run_context(self, workspace: Path | None = None) -> RunContext:
        options = DigitizeOptions(routing=RoutingOptions(calibration=calibration()))
        return replace(super().run_context(workspace), options=options)


calibration = cache(usual)


class Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


@pytest.fixture
def warnings() -> Iterator[list[str]]:
    """What tasks warn of."""
    handler, logger = Kept(), logging.getLogger("prefect.task_runs")
    logger.addHandler(handler)
    yield handler.told
    logger.removeHandler(handler)


@pytest.mark.slow
@pytest.mark.flows
@pytest.mark.usefixtures("prefect_server")
def test_the_flow_reads_every_book_and_tells_counts_only(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warnings: list[str]
) -> None:
    """And warns of the one whose handwriting, read before, is unlike that calibrated on."""
    from prefect.artifacts import Artifact

    unlike = drawn(600, 1, harder=3.5).samples
    store(tmp_path / "workspace", books / "a", unlike, checked=False, accepted=True)
    monkeypatch.setattr(nightly, "read_settings", CalibratedSettings)
    first, second = nightly.nightly(str(books), str(tmp_path / "workspace"), 1)
    assert (first["book"], first["pages"], first["read"], first["review"]) == ("a", 2, 1, 1)
    assert first["failures"] == ["broken: 1.tiff trang 2"]
    assert second["failures"] == ["ledger: ledger.toml"]
    left: list[Any] = [Artifact.get(key) for key in ("nightly-morning", "nightly-progress")]
    assert "| a | 2 | 1 |" in left[0].data
    assert left[1].data == 100.0
    told, in_doubt, to_do = first["drift"]
    assert "kém chắc hơn" in told
    assert "ô viết tay của sổ này đã vào sổ dữ liệu không qua người xem" in in_doubt
    assert f"hotich calibrate {books / 'a'} --workspace {tmp_path / 'workspace'}" in to_do
    assert second["drift"] == []
    assert "- a: chữ viết trong sổ không giống" in left[0].data
    assert warnings == [f"a: {told} {in_doubt} {to_do}"]


def test_a_summary_holds_counts_and_codes_and_no_message() -> None:
    failure = ScanFailure("broken", "a.tiff", 2, "Lý Thử")
    told = summary.summary_of(BookReport("a", read=3, failures=(failure,)))
    assert "Lý Thử" not in json.dumps(told, ensure_ascii=False)
    assert told["failures"] == ["broken: a.tiff trang 2"]


def test_what_an_unforeseen_error_says_does_not_reach_prefect(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> BookReport:
        raise ValueError("Lý Thử")

    monkeypatch.setattr(nightly, "book_report", broken)
    with pytest.raises(RuntimeError, match="ValueError") as caught:
        nightly.read_book.fn(str(books / "a"), str(tmp_path), 1)
    assert "Lý Thử" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (StorageError("đầy"), True),
        (RegistryError("bận"), True),
        (LedgerError("sai"), False),
        (BrokenScan("hỏng"), False),
        (ValueError("lỗi"), False),
    ],
)
def test_only_what_can_pass_by_itself_is_tried_again(error: Exception, again: bool) -> None:
    from prefect.states import Failed

    state: Any = Failed(data=error, message="")
    assert asyncio.run(trying.may_pass(nightly.read_book, None, state)) is again  # type: ignore[arg-type]


def test_prefect_is_told_to_stay_offline() -> None:
    assert {name: os.environ[name] for name in flows.OFFLINE} == flows.OFFLINE


@pytest.mark.parametrize("name", ["nightly", "export", "intake", "report", "reread", "backup"])
def test_a_deployment_names_a_flow_and_parameters_that_are_there(name: str) -> None:
    deployment = deployment_of(name)
    path, _, function = deployment["entrypoint"].partition(":")
    flow = getattr(import_module(Path(path).with_suffix("").as_posix().replace("/", ".")), function)
    assert set(deployment["parameters"]) <= set(signature(flow.fn).parameters)


def test_the_nightly_deployment_runs_each_night_one_at_a_time() -> None:
    deployment = deployment_of("nightly")
    (schedule,) = deployment["schedules"]
    assert (schedule["cron"], schedule["timezone"]) == ("0 19 * * *", "Asia/Ho_Chi_Minh")
    assert deployment["concurrency_limit"]["limit"] == 1
