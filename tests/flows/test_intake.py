"""The intake as a flow: counts only, beside whatever else runs."""

from __future__ import annotations

import fcntl
import json
from inspect import signature
from pathlib import Path

import pytest

from benchmarks.intake.made_scans import scanned_pdf
from flows import intake
from pipeline.base.errors import SetupError
from pipeline.scans.inbox.intake_folders import IntakeFolders
from pipeline.scans.workspace import Workspace
from tests.flows.deployments import deployment_of

TOML = """books = "so"
still_seconds = 0
patience_seconds = 0
[[scanner]]
name = "may-1"
inbox = "../hop"
[[scanner]]
name = "may-2"
inbox = "../hop-2"
"""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A workspace with two scanners, of which one delivered a scan and a program; the other's share is away."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "intake.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "hop").mkdir()
    scanned_pdf(tmp_path / "hop" / "Lý Thử.pdf")
    (tmp_path / "hop" / "b.pdf").write_bytes(b"MZ a program")
    return workspace


def test_a_run_tells_counts_and_no_names_of_files(office: Path) -> None:
    told = intake.take_in.fn(str(office))
    assert "Lý Thử" not in json.dumps(told, ensure_ascii=False)
    assert [(one["new"], one["delivered"], one["stored"], one["quarantined"]) for one in told] == [
        (2, 2, 1, 1),
        (0, 0, 0, 0),
    ]
    assert [one["problem"] for one in told] == [False, True]
    assert "Hôm nay đã giao 2 = lưu 1 + cách ly 1 + chờ 0; chưa gán sổ 1." in intake.overview(told)


def test_a_run_beside_another_leaves_everything_to_it(office: Path) -> None:
    lock = IntakeFolders(Workspace(office).intake).lock
    lock.parent.mkdir(parents=True)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert intake.take_in.fn(str(office))[0]["new"] == 0
    assert intake.take_in.fn(str(office))[0]["new"] == 2


def test_an_office_without_scanners_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"intake\.toml"):
        intake.take_in.fn(str(tmp_path))


@pytest.mark.slow
@pytest.mark.flows
@pytest.mark.usefixtures("prefect_server")
def test_the_flow_runs(office: Path) -> None:
    assert intake.intake(str(office))[0]["stored"] == 1


def test_the_deployment_comes_every_few_minutes_and_never_queues() -> None:
    deployment = deployment_of("intake")
    assert set(deployment["parameters"]) <= set(signature(intake.intake.fn).parameters)
    assert [schedule["interval"] for schedule in deployment["schedules"]] == [180]
    assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
