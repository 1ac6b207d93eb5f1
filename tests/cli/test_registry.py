"""``hotich registry`` and what ``hotich doctor`` says of a server, as an office's administrator meets them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.servers import postgresql
from tests.cli.conftest import Hotich


@pytest.fixture
def empty(postgresql_cluster: postgresql.Cluster) -> Iterator[str]:
    """The name of a database without a single table."""
    with postgresql_cluster.database("template0") as name:
        yield name


def test_the_owner_makes_the_tables_and_grants_and_the_worker_has_no_right_too_many(
    hotich: Hotich,
    postgresql_cluster: postgresql.Cluster,
    empty: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOTICH_REGISTRY_URL", postgresql_cluster.url(empty, postgresql.WORKER))
    refused = hotich("registry", "upgrade", "--workspace", tmp_path)
    assert (refused.exit_code, "tài khoản chủ" in refused.stderr) == (6, True)

    monkeypatch.setenv("HOTICH_REGISTRY_URL", postgresql_cluster.url(empty, postgresql.OWNER))
    assert hotich("registry", "upgrade", "--workspace", tmp_path).exit_code == 0
    assert registry_of(hotich, tmp_path)["state"] == "warning"
    script = hotich("registry", "role-sql", postgresql.WORKER, "--workspace", tmp_path).stdout
    with postgresql_cluster.connect(empty) as owner:
        owner.execute(script.encode())

    monkeypatch.setenv("HOTICH_REGISTRY_URL", postgresql_cluster.url(empty, postgresql.WORKER))
    assert registry_of(hotich, tmp_path)["state"] == "ok"
    assert hotich("queue", "--workspace", tmp_path).exit_code == 0


def test_a_file_is_upgraded_too(hotich: Hotich, tmp_path: Path) -> None:
    assert "0 sổ" in hotich("registry", "upgrade", "--workspace", tmp_path).stdout
    assert (tmp_path / "hotich.db").exists()


def test_a_file_moves_to_the_server_with_its_people_and_its_audit(
    hotich: Hotich,
    postgresql_cluster: postgresql.Cluster,
    empty: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hotich("account", "add", "an.tran", "--name", "Người Thử", "--role", "reviewer")
    url = postgresql_cluster.url(empty, postgresql.OWNER)
    moved = hotich("registry", "copy", "--to", url)
    assert (moved.exit_code, "khớp" in moved.stdout) == (0, True), moved.output
    again = hotich("registry", "copy", "--to", url)
    assert (again.exit_code, "trống" in again.stderr) == (6, True)
    monkeypatch.setenv("HOTICH_REGISTRY_URL", url)
    (told,) = json.loads(hotich("account", "list", "--json").stdout)
    assert told["login"] == "an.tran"
    assert hotich("audit", "verify").exit_code == 0


def registry_of(hotich: Hotich, workspace: Path) -> dict[str, Any]:
    """What ``hotich doctor`` says of the registry."""
    checks = json.loads(hotich("doctor", "--workspace", workspace, "--json").stdout)["checks"]
    (found,) = (check for check in checks if check["name"] == "Sổ dữ liệu")
    return dict(found)


def test_an_upgrade_is_rehearsed_and_a_snapshot_put_back(
    hotich: Hotich, tmp_path: Path, workspace: Path
) -> None:
    hotich("account", "add", "an.tran", "--name", "Người Thử", "--role", "reviewer")
    assert hotich("registry", "snapshot", tmp_path / "kept").exit_code == 0
    hotich("account", "add", "binh.le", "--name", "Người Thử", "--role", "reviewer")
    told = json.loads(hotich("registry", "rehearse", "--json").stdout)
    assert told["after"] == told["before"]
    assert sorted(path.name for path in workspace.iterdir()) == ["audit.key", "hotich.db"]

    told = hotich("registry", "put-back", tmp_path / "kept" / "registry.db")
    assert (told.exit_code, "Sổ trước đó" in told.stdout) == (0, True), told.output
    assert [one["login"] for one in json.loads(hotich("account", "list", "--json").stdout)] == ["an.tran"]
    assert len(list(workspace.glob("hotich.db.thay-*"))) == 1
