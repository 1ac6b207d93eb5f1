"""The nightly run on a real Dask cluster, under a real Prefect server."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import get_current_settings

from benchmarks.servers import dask_cluster, postgresql
from flows import cluster, nightly
from pipeline.base.errors import SetupError
from tests.fake_books import FakeSettings, make_book
from tests.fake_pages import BREAK, CRASH, GOOD, draw

pytestmark = [pytest.mark.slow, pytest.mark.flows]


@pytest.fixture(scope="module")
def office(
    prefect_server: None,
    postgresql_cluster: postgresql.Cluster,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dask_cluster.Cluster]:
    """Two workers set as this process is; all read fake pages."""
    folder = tmp_path_factory.mktemp("office")
    with postgresql_cluster.empty_database() as database, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_API_URL", str(get_current_settings().api.url))
        patch.setenv("HOTICH_REGISTRY_URL", postgresql_cluster.url(database))
        patch.setenv("HOTICH_WORKSPACE", str(folder / "workspace"))
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        with dask_cluster.cluster(folder, 2, preload="tests.flows.fake_cluster") as made:
            patch.setenv("HOTICH_CLUSTER", made.address)
            patch.setattr(nightly, "read_settings", FakeSettings)
            patch.setattr(cluster, "read_settings", FakeSettings)
            yield made


def test_books_are_read_side_by_side_by_all_workers(office: dask_cluster.Cluster, tmp_path: Path) -> None:
    for name, greys in (("a", [GOOD] * 6), ("b", [GOOD, CRASH, GOOD]), ("c", [GOOD] * 4)):
        draw(make_book(tmp_path / "books" / name) / "1.tiff", *greys, mark=ord(name))
    first, second, third = nightly.nightly(str(tmp_path / "books"))
    assert (first["book"], first["read"], first["failures"]) == ("a", 6, [])
    assert (second["book"], second["read"], second["failures"]) == ("b", 2, ["crash: 1.tiff trang 2"])
    assert (third["book"], third["read"]) == ("c", 4)
    again = nightly.nightly(str(tmp_path / "books"))
    assert [summary["read"] for summary in again] == [0, 0, 0]


def test_a_run_on_a_cluster_stops_when_one_book_after_the_other_does(
    office: dask_cluster.Cluster, tmp_path: Path
) -> None:
    for name in "ghijkl":
        draw(make_book(tmp_path / "books" / name) / "1.tiff", *[BREAK] * 31, mark=ord(name))
    folders = [tmp_path / "books" / name for name in "ghijkl"]
    summaries, stopped = cluster.read_on_cluster(folders, None, FakeSettings())
    assert stopped is not None
    assert stopped.final
    assert 2 <= len(summaries) < 6


def test_what_a_cluster_lacks_is_told_before_anything_is_begun(
    office: dask_cluster.Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = [make_book(tmp_path / "books" / "a")]
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(cluster, "server_address", lambda: "http://127.0.0.1:9/api")
        with pytest.raises(SetupError, match=r"Prefect ở http://127\.0\.0\.1:9/api không trả lời"):
            cluster.read_on_cluster(books, None, FakeSettings())
    with monkeypatch.context() as alone:
        alone.setattr(cluster, "server_address", lambda: None)
        with pytest.raises(SetupError, match="cần một máy chủ Prefect"):
            cluster.read_on_cluster(books, None, FakeSettings())
    monkeypatch.setenv("HOTICH_PAGE_SECONDS", "7")
    with pytest.raises(SetupError, match="được đặt khác máy đang gọi"):
        cluster.read_on_cluster(books, None, FakeSettings())
