"""What ``hotich doctor`` says of the machine of an office, and the command that it offers for each fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pipeline.registry import Registry
from pipeline.registry.database.versions import DatabaseVersion
from pipeline.runs.machine_checks import office
from pipeline.runs.machine_checks.office import (
    backup_check,
    certificate_checks,
    clock_check,
    database_check,
    owner_check,
    service_checks,
    typesetter_check,
)
from pipeline.scans.workspace import Workspace

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def certificate(path: Path, begin: datetime, end: datetime) -> Path:
    """A certificate that is good between two times."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ubnd-xa")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begin, end)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    path.write_bytes(made)
    return path


@pytest.mark.parametrize(
    ("begin", "end", "state", "advice"),
    [
        (-DAY, 300 * DAY, "ok", ""),
        (-DAY, 20 * DAY, "warning", "certificate.sh"),
        (-9 * DAY, -DAY, "missing", "certificate.sh"),
        (DAY, 300 * DAY, "missing", "set-ntp"),
    ],
)
def test_how_long_a_certificate_is_good(
    tmp_path: Path, begin: timedelta, end: timedelta, state: str, advice: str
) -> None:
    path = certificate(tmp_path / "desk.crt", NOW + begin, NOW + end)
    (check,) = certificate_checks(path, NOW)
    assert check.state == state
    assert advice in check.advice


def test_a_certificate_that_is_none_or_not_there_is_missing(tmp_path: Path) -> None:
    (tmp_path / "desk.crt").write_text("chứng thư")
    for name in ("desk.crt", "other.crt"):
        (check,) = certificate_checks(tmp_path / name, NOW)
        assert (check.state, "certificate.sh" in check.advice) == ("missing", True)


def test_where_no_certificate_is_set_none_is_asked_for() -> None:
    assert list(certificate_checks(None, NOW)) == []


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units that the installer puts."""
    folder = tmp_path / "units"
    folder.mkdir()
    for unit in office.SERVICES:
        (folder / unit).touch()
    return folder


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A systemctl that says of every unit what stands in a file, and ``active`` where there is none."""
    states = tmp_path / "states"
    states.mkdir()
    program = tmp_path / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\nshift\nfor unit; do cat "' + str(states) + '/$unit" 2>/dev/null || echo active; done\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    return states


def test_services_that_run_are_counted(units: Path, manager: Path) -> None:
    (check,) = service_checks(units)
    assert (check.state, check.found) == ("ok", "6 dịch vụ đang chạy")


def test_a_service_that_does_not_run_is_named_with_the_commands(units: Path, manager: Path) -> None:
    (manager / "hotich-worker.service").write_text("failed\n")
    (check,) = service_checks(units)
    assert check.state == "missing"
    assert "sudo systemctl restart hotich-worker.service." in check.advice
    assert "journalctl -n 50 -u hotich-worker.service" in check.advice


def test_a_machine_without_systemd_is_told(units: Path, manager: Path) -> None:
    (manager.parent / "bin" / "systemctl").write_text("#!/bin/sh\nexit 1\n")
    (check,) = service_checks(units)
    assert check.state == "warning"


def test_where_nothing_was_installed_no_service_is_asked_for(tmp_path: Path) -> None:
    assert list(service_checks(tmp_path)) == []


@pytest.mark.parametrize(
    ("names", "state"),
    [
        (["20261128-220000.json.enc"], "ok"),
        (["20261120-220000.json", "20261126-220000.json"], "warning"),
        (["notes.txt"], "warning"),
        ([], "warning"),
    ],
)
def test_the_age_of_the_last_backup(tmp_path: Path, names: list[str], state: str) -> None:
    (tmp_path / "ban-sao").mkdir()
    for name in names:
        (tmp_path / "ban-sao" / name).touch()
    check = backup_check(str(tmp_path), NOW, needed=True)
    assert check is not None
    assert check.state == state
    assert state == "ok" or "systemctl start hotich-backup" in check.advice


def test_no_place_for_backups_matters_once_there_is_something_to_lose() -> None:
    assert backup_check("", NOW, needed=False) is None
    told = backup_check("", NOW, needed=True)
    assert told is not None
    assert "HOTICH_BACKUP" in told.advice


@pytest.fixture
def registry(sqlite_url: str) -> Iterator[Registry]:
    with Registry.open(sqlite_url) as opened:
        yield opened


def test_a_clock_behind_the_audit_is_told(registry: Registry) -> None:
    now = datetime.now(UTC)
    assert clock_check(registry, now).state == "ok"
    late = clock_check(registry, now - DAY)
    assert (late.state, "timedatectl" in late.advice) == ("missing", True)


def test_the_database_is_named_with_its_version_and_step(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert database_check(registry).found.startswith("SQLite 3.")
    monkeypatch.setattr(registry, "database_version", lambda: DatabaseVersion("PostgreSQL", (13, 4), "0001"))
    old = database_check(registry)
    assert (old.state, old.found) == ("warning", "PostgreSQL 13.4, cấu trúc bước 0001")


def test_a_workspace_of_another_account_is_told_with_who_must_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert owner_check(Workspace(tmp_path)) is None
    assert owner_check(Workspace(tmp_path / "none")) is None
    monkeypatch.setattr("os.geteuid", lambda: 4321)
    told = owner_check(Workspace(tmp_path))
    assert told is not None
    assert (told.state, "sudo -u" in told.advice) == ("warning", True)


def test_a_pdf_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert typesetter_check().state == "ok"
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert typesetter_check().state == "ok"  # from a folder that this account cannot enter, too
