"""Pages on a real Dask cluster: the same registry as from one machine, whatever pages and workers do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from distributed import Future

from benchmarks.servers import dask_cluster
from pipeline.base.errors import SetupError
from pipeline.base.model import PageResult
from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import Progress, digitize_book
from pipeline.runs.cluster import ClusterWorkers, connected, require_cluster
from pipeline.runs.workers import PageJob, Workers
from pipeline.scans.intake import ScanLimits, list_scans
from pipeline.scans.workspace import Workspace
from tests.fake_books import failed, make_book
from tests.fake_pages import BREAK, CRASH, EAT, GOOD, LOOP, draw, fake_engines, fake_page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dask_cluster.Cluster]:
    with dask_cluster.cluster(tmp_path_factory.mktemp("dask"), 2) as made:
        yield made


@pytest.fixture
def context(tmp_path: Path, postgresql_url: str) -> RunContext:
    return RunContext(
        tmp_path / "workspace",
        postgresql_url,
        schema.load(),
        make_engines=fake_engines,
        limits=ScanLimits(memory_bytes=500_000_000),
        page_seconds=20.0,
        read_page=fake_page,
    )


def test_poisonous_pages_cost_themselves_and_no_worker(
    dask: dask_cluster.Cluster, context: RunContext, tmp_path: Path
) -> None:
    book = make_book(tmp_path / "books" / "a")
    draw(book / "1.tiff", GOOD, LOOP, GOOD, CRASH, GOOD, EAT, BREAK, GOOD)
    with connected(dask.address) as client:
        assert require_cluster(client, context) == 2
        report = digitize_book(book, replace(context, page_seconds=3.0), pool=partial(ClusterWorkers, client))
    assert (report.pages, report.read, report.entries) == (8, 4, 4)
    assert failed(report) == [
        ("timeout", "1.tiff", 2), ("crash", "1.tiff", 4), ("memory", "1.tiff", 6), ("broken", "1.tiff", 7),
    ]  # fmt: skip


def test_a_worker_that_is_killed_in_mid_run_costs_no_page(
    dask: dask_cluster.Cluster, context: RunContext, tmp_path: Path
) -> None:
    book = make_book(tmp_path / "books" / "a")
    draw(book / "1.tiff", *[GOOD] * 40)
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.done == 5:
            dask.kill_worker()
            killed.append(progress.done)

    with connected(dask.address) as client:
        report = digitize_book(book, context, pool=partial(ClusterWorkers, client), on_progress=kill_one)
    dask.start_worker()
    assert killed
    assert (report.pages, report.read, report.entries, report.failures) == (40, 40, 40, ())
    with context.open_registry() as registry:
        summary = registry.summary()
    assert summary.entries == 40


def test_a_task_that_the_scheduler_never_answers_is_submitted_again(
    dask: dask_cluster.Cluster, context: RunContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = make_book(tmp_path / "books" / "a")
    draw(book / "1.tiff", *[GOOD] * 6)
    monkeypatch.setattr("pipeline.runs.cluster.WAIT_SECONDS", 1)
    lost: list[Future[Any]] = []
    with connected(dask.address) as client:
        listens = Future.add_done_callback

        def loses_the_second(future: Future[Any], callback: Callable[[Future[Any]], None]) -> None:
            if len(lost) < 2:
                lost.append(future)
            if future is not lost[-1] or len(lost) != 2:
                listens(future, callback)  # type: ignore[no-untyped-call]

        monkeypatch.setattr(Future, "add_done_callback", loses_the_second)
        quick = replace(context, page_seconds=3.0)
        report = digitize_book(book, quick, pool=partial(ClusterWorkers, client))
    assert len(lost) == 2
    assert (report.pages, report.read, report.entries, report.failures) == (6, 6, 6, ())


def test_a_machine_that_lacks_a_scan_takes_it_from_the_shared_store(
    context: RunContext, tmp_path: Path
) -> None:
    context.workspace.mkdir()
    (context.workspace / "store.toml").write_text(f'url = "file://{tmp_path}/kho"\n', encoding="utf-8")
    book = make_book(tmp_path / "books" / "a")
    draw(book / "1.tiff", GOOD)
    (scan,) = list_scans(book)
    stored = Workspace(context.workspace).store(scan.path, scan.sha256).path
    shutil.rmtree(Workspace(context.workspace).objects)
    ledger = load_ledger(book)
    with Workers(context, context.schemas.form(ledger.form), ledger, 1) as workers:
        ((_, answer),) = workers.read([PageJob(replace(scan, path=stored), 1)])
    assert isinstance(answer, PageResult)
    assert stored.exists()


def test_a_cluster_that_cannot_read_as_this_machine_does_is_refused_with_every_reason(
    dask: dask_cluster.Cluster, context: RunContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.__version__", "99.0")
    with connected(dask.address) as client:
        with pytest.raises(SetupError, match="PostgreSQL"):
            require_cluster(client, replace(context, registry_url="sqlite:///a.db"))
        with pytest.raises(SetupError, match=r"khác phiên bản: hotich .*\(ở đây 99\.0\)"):
            require_cluster(client, context)
    assert not list(context.workspace.glob(".cum-may-*"))


def test_workers_that_were_started_otherwise_than_they_must_be_are_named(
    context: RunContext, tmp_path: Path
) -> None:
    with dask_cluster.cluster(tmp_path, 0) as made:
        made.start_worker("--nthreads", "2", settings={})
        with connected(made.address) as client, pytest.raises(SetupError) as refused:
            require_cluster(client, context)
    assert "--nthreads 1 (đang là 2)" in refused.value.message
    assert "DASK_DISTRIBUTED__WORKER__DAEMON=False" in refused.value.message


def test_a_scheduler_that_does_not_answer_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.runs.cluster.WAIT_SECONDS", 1)
    with (
        pytest.raises(SetupError, match=r"Không có bộ điều phối Dask nào trả lời ở tcp://127\.0\.0\.1:9\."),
        connected("tcp://127.0.0.1:9"),
    ):
        pass
