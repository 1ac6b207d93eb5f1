"""The nightly flow: the same batch under Prefect, counts only, retries only where they can help."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import traceback
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import yaml

import flows
from flows import nightly, summary, trying
from pipeline.batch import BookReport, ScanFailure
from pipeline.errors import BrokenScan, LedgerError, RegistryError, StorageError
from pipeline.settings import Settings
from pipeline.workbench import Workbench
from tests.fake_pages import BREAK, GOOD, draw, fake_engines, fake_page

LEDGER = 'form = "birth-2006"\nplace = "UBND xã Thử"\nplace_code = "1"\nvolume = "01/2010"\n'


class FakeSettings(Settings):
    """Settings whose workbench reads fake pages."""

    def workbench(self, workspace: Path | None = None) -> Workbench:
        return dataclasses.replace(
            super().workbench(workspace), make_engines=fake_engines, read_page=fake_page
        )


@pytest.fixture
def books(tmp_path: Path) -> Path:
    for name in ("a", "b"):
        folder = tmp_path / "books" / name
        folder.mkdir(parents=True)
        (folder / "ledger.toml").write_text(LEDGER, encoding="utf-8")
    draw(tmp_path / "books" / "a" / "1.tiff", GOOD, BREAK)
    (tmp_path / "books" / "b" / "ledger.toml").write_text("", encoding="utf-8")
    return tmp_path / "books"


@pytest.mark.slow
@pytest.mark.flows
@pytest.mark.usefixtures("prefect_server")
def test_the_flow_reads_every_book_and_tells_counts_only(
    books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect.artifacts import Artifact

    monkeypatch.setattr(nightly, "read_settings", FakeSettings)
    first, second = nightly.nightly(str(books), str(tmp_path / "workspace"), 1)
    assert (first["book"], first["pages"], first["read"], first["review"]) == ("a", 2, 1, 1)
    assert first["failures"] == ["broken: 1.tiff trang 2"]
    assert second["failures"] == ["ledger: ledger.toml"]
    left: list[Any] = [Artifact.get(key) for key in ("nightly-morning", "nightly-progress")]
    assert "| a | 2 | 1 |" in left[0].data
    assert left[1].data == 100.0


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


def deployment_of(wanted: str) -> dict[str, Any]:
    declared = yaml.safe_load(Path("prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    found: dict[str, Any]
    (found,) = [one for one in declared if one["name"] == wanted]
    return found


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
