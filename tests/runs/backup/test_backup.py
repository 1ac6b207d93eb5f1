"""A backup is whole or none, is proven, and brings an installation back elsewhere, on both kinds of database."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.servers import postgresql
from pipeline.base.errors import BackupRefused, HotichError, RegistryError, StorageError
from pipeline.base.model import FieldStatus
from pipeline.declarations import schema
from pipeline.declarations.schema import Schemas
from pipeline.registry import Registry, Verdict
from pipeline.runs.backup import Vault, back_up, restore, verify
from pipeline.runs.backup.vault import CONTENTS, FORMAT, MANIFESTS, read_manifest
from pipeline.scans.workspace import Workspace
from pipeline.web.supervising.staff_file_desk import CHECKED
from tests.registry.pages import LEDGER, entry, page, read

_JSON = st.dictionaries(
    st.sampled_from(["made_at", "version", "registry", "rows", "left_out", "files"]),
    st.none()
    | st.integers()
    | st.text()
    | st.lists(st.dictionaries(st.sampled_from(["path", "sha256", "size"]), st.text() | st.integers())),
)

AT = datetime(2026, 11, 26, 1, 2, 3, tzinfo=UTC)
NAME = "20261126-010203"


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    return schema.load()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with two scans, what an office set, and keys."""
    folder = Workspace(tmp_path / "workspace")
    for number in range(2):
        scan = tmp_path / f"{number}.png"
        scan.write_bytes(bytes([number]) * 1000)
        folder.store(scan)
    folder.office.write_text("# riêng của xã", encoding="utf-8")
    folder.pages.mkdir()
    (folder.pages / "1.png").write_bytes(b"a picture that is made anew")
    return folder


@pytest.fixture
def program(tmp_path: Path) -> dict[str, Path]:
    models = tmp_path / "models"
    models.mkdir()
    (models / "model.toml").write_text('name = "thử"', encoding="utf-8")
    return {"models": models}


@pytest.fixture
def url(workspace: Workspace, schemas: Schemas) -> str:
    """A registry in use: a page was read, and a person decided."""
    fill(workspace.registry_url, workspace, schemas)
    return workspace.registry_url


def fill(url: str, workspace: Workspace, schemas: Schemas) -> None:
    """Make a registry of a book with the scans of the workspace."""
    with Registry.open(url, schemas, audit_key=workspace.audit_key) as registry:
        book = registry.book_id(LEDGER, "book")
        scans = sorted(path.stem for path in workspace.objects.glob("*/*"))
        for number, sha256 in enumerate(scans):
            registry.store_scan(book, sha256, f"{number}.png", 1000, 1)
        result = page(entry(read("child_name", "Thử Một", accepted=False)), scan=scans[0])
        registry.save_page(book, result, "f1")
        (entry_id,) = registry.entries(book)
        registry.decide(entry_id, [Verdict("child_name", FieldStatus.READ, "Thử Hai")], author="an")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "backup.key"
    path.touch(0o600)
    path.write_text(secrets.token_hex(32), encoding="ascii")
    return path


@pytest.fixture(params=["plain", "encrypted"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    return Vault(tmp_path / "vault", b"k" * 32 if request.param == "encrypted" else None)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def decided(url: str, audit_key: Path) -> list[str | None]:
    with Registry.open(url, audit_key=audit_key) as registry:
        (entry_id,) = registry.entries()
        return [registry.entry(entry_id).values["child_name"]]


def test_an_installation_comes_back_elsewhere(
    vault: Vault, workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    workspace.first_password.write_text("admin\nmột lần\n", encoding="utf-8")
    made = back_up(vault, workspace.root, url, program, now=AT)
    assert (made.name, made.rows["decision"], made.left_out) == (NAME, 1, ("audit.key",))
    assert (made.altered, made.missing) == ((), ())
    other = Workspace(tmp_path / "elsewhere" / "workspace")
    report = restore(vault, other.root, other.registry_url)
    assert (report.rows, report.left_out) == (made.rows, ("audit.key",))
    before, after = files_of(workspace.root), files_of(other.root)
    assert {name for name in before if name.startswith("objects/")} <= set(after)
    assert all(after[name] == before[name] for name in after if name in before and name != "hotich.db")
    assert after["tu-ban-sao-luu/models/model.toml"] == b'name = "th\xe1\xbb\xad"'
    assert {"audit.key", "pages/1.png", "first-password.txt"} & set(after) == set()
    other.audit_key.write_bytes(workspace.audit_key.read_bytes())
    other.audit_key.chmod(0o600)
    assert decided(other.registry_url, other.audit_key) == ["Thử Hai"]
    with Registry.open(other.registry_url, audit_key=other.audit_key) as registry:
        assert registry.audit().verify().flaw_count == 0


def test_a_second_backup_stores_only_what_is_new(
    vault: Vault, workspace: Workspace, url: str, program: dict[str, Path]
) -> None:
    back_up(vault, workspace.root, url, program, now=AT)
    before = set(files_of(vault.folder / CONTENTS))
    back_up(vault, workspace.root, url, program, now=AT.replace(hour=2))
    assert len(set(files_of(vault.folder / CONTENTS)) - before) <= 1  # the registry


def test_old_backups_are_given_up_with_what_only_they_hold(
    vault: Vault, workspace: Workspace, url: str, program: dict[str, Path]
) -> None:
    workspace.office.write_text("# cũ", encoding="utf-8")
    back_up(vault, workspace.root, url, program, now=AT)
    workspace.office.write_text("# mới", encoding="utf-8")
    made = back_up(vault, workspace.root, url, program, keep=1, now=AT.replace(hour=2))
    assert (made.removed, vault.names()) == (1, ("20261126-020203",))
    assert verify(vault).files == made.files
    assert len(files_of(vault.folder / CONTENTS)) == made.files


def test_what_an_encrypted_backup_holds_cannot_be_read(
    workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    vault = Vault(tmp_path / "vault", b"k" * 32)
    back_up(vault, workspace.root, url, program, keys=True, now=AT)
    everything = b"".join(files_of(vault.folder).values())
    assert not any(words in everything for words in (b"SQLite", "Thử".encode(), b"audit.key", b"\0" * 500))
    with pytest.raises(BackupRefused, match="--key-file"):
        Vault(vault.folder).names()
    wrong, other = Vault(vault.folder, b"x" * 32), Workspace(tmp_path / "elsewhere")
    with pytest.raises(BackupRefused, match="khóa"):
        verify(wrong)
    for key, words in ((wrong, "khóa"), (Vault(vault.folder), "--key-file")):
        with pytest.raises(BackupRefused, match=words):
            restore(key, other.root, other.registry_url)
    assert not other.root.exists()


@pytest.mark.parametrize("harm", ["changed", "cut", "gone", "exchanged"])
def test_a_backup_that_is_not_whole_is_refused_and_nothing_is_brought_back(
    vault: Vault, workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path, harm: str
) -> None:
    back_up(vault, workspace.root, url, program, now=AT)
    first, second = sorted(vault.folder.glob(f"{CONTENTS}/*/*"), key=lambda path: path.stat().st_size)[:2]
    whole = first.read_bytes()
    match harm:
        case "changed":
            first.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        case "cut":
            first.write_bytes(whole[:-1])
        case "gone":
            first.unlink()
        case _:
            first.write_bytes(second.read_bytes())
    with pytest.raises(BackupRefused):
        verify(vault)
    other = Workspace(tmp_path / "elsewhere")
    with pytest.raises(BackupRefused):
        restore(vault, other.root, other.registry_url)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("elsewhere")] == []


def test_a_backup_that_was_cut_off_does_not_count(
    vault: Vault, workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    def stop(done: int, _all: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        back_up(vault, workspace.root, url, program, on_file=stop)
    assert vault.names() == ()
    with pytest.raises(BackupRefused, match="chưa có bản sao lưu"):
        restore(vault, tmp_path / "elsewhere", f"sqlite:///{tmp_path}/elsewhere/hotich.db")
    assert [path for path in workspace.root.iterdir() if path.name.startswith(".dang-chep")] == []


def test_nothing_is_overwritten(
    vault: Vault, workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    back_up(vault, workspace.root, url, program, now=AT)
    with pytest.raises(BackupRefused, match="không trống"):
        restore(vault, workspace.root, url)
    with pytest.raises(RegistryError, match="đã có"):
        restore(vault, tmp_path / "elsewhere", url)
    assert not (tmp_path / "elsewhere").exists()
    with pytest.raises(BackupRefused, match="nằm ngoài"):
        back_up(Vault(workspace.root / "sao-luu"), workspace.root, url, program)


def test_a_manifest_cannot_lead_out_of_the_place_that_is_restored(
    workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    vault = Vault(tmp_path / "vault")
    back_up(vault, workspace.root, url, program, now=AT)
    path = vault.folder / MANIFESTS / f"{NAME}.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace("workspace/office", "../office"), encoding="utf-8"
    )
    with pytest.raises(BackupRefused, match="ra ngoài"):
        restore(vault, tmp_path / "elsewhere", f"sqlite:///{tmp_path}/elsewhere/hotich.db")


def test_a_disk_that_cannot_be_written_is_told(
    workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "vault").write_text("no folder", encoding="ascii")
    with pytest.raises(StorageError, match="chỗ trống"):
        back_up(Vault(tmp_path / "vault"), workspace.root, url, program)


def test_an_encrypted_registry_stays_encrypted_under_its_key(
    workspace: Workspace, schemas: Schemas, program: dict[str, Path], tmp_path: Path, key_file: Path
) -> None:
    url = f"{workspace.registry_url}?key_file={key_file}"
    fill(url, workspace, schemas)
    vault = Vault(tmp_path / "vault")
    made = back_up(vault, workspace.root, url, program, registry_key=key_file)
    assert made.rows["decision"] == 1
    assert b"SQLite format" not in b"".join(files_of(vault.folder).values())
    other = Workspace(tmp_path / "elsewhere")
    restore(vault, other.root, f"{other.registry_url}?key_file={key_file}", registry_key=key_file)
    assert decided(f"{other.registry_url}?key_file={key_file}", workspace.audit_key) == ["Thử Hai"]


@pytest.fixture
def empty_url(postgresql_cluster: postgresql.Cluster) -> Iterator[str]:
    with postgresql_cluster.database("template0") as name:
        yield postgresql_cluster.url(name, postgresql.OWNER)


def test_a_registry_on_a_server_comes_back_too(
    workspace: Workspace,
    postgresql_url: str,
    empty_url: str,
    schemas: Schemas,
    program: dict[str, Path],
    tmp_path: Path,
) -> None:
    fill(postgresql_url, workspace, schemas)
    vault = Vault(tmp_path / "vault")
    assert back_up(vault, workspace.root, postgresql_url, program).missing == ()
    with pytest.raises(RegistryError, match="đã có bảng"):
        restore(vault, tmp_path / "elsewhere", postgresql_url)
    with pytest.raises(RegistryError, match="loại cơ sở dữ liệu khác"):
        restore(vault, tmp_path / "elsewhere", f"sqlite:///{tmp_path}/elsewhere/hotich.db")
    restore(vault, tmp_path / "elsewhere", empty_url)
    assert decided(empty_url, workspace.audit_key) == ["Thử Hai"]


def test_a_server_that_is_not_there_makes_no_backup(
    workspace: Workspace, program: dict[str, Path], tmp_path: Path
) -> None:
    workspace.root.mkdir(exist_ok=True)
    with pytest.raises(HotichError, match="pg_dump"):
        back_up(Vault(tmp_path / "vault"), workspace.root, f"postgresql://x@/x?host={tmp_path}", program)
    assert not (tmp_path / "vault" / MANIFESTS).exists()


def alter(workspace: Workspace) -> tuple[Path, bytes]:
    """Change a scan in the store; return its path and its former content."""
    path = min(workspace.objects.glob("*/*"))
    before = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(bytes(len(before)) + b"x")
    return path, before


def test_an_altered_scan_is_named_and_what_an_earlier_backup_kept_of_it_is_kept_on(
    workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    vault = Vault(tmp_path / "vault")
    back_up(vault, workspace.root, url, program, now=AT)
    path, before = alter(workspace)

    report = back_up(vault, workspace.root, url, program, keep=1, now=AT + timedelta(days=1))

    inside = path.relative_to(workspace.root)
    assert report.altered == (f"workspace/{inside.as_posix()}",)
    assert (report.removed, len(vault.names())) == (0, 2)
    again = Workspace(tmp_path / "again")
    restore(vault, again.root, again.registry_url)
    assert (again.root / inside).read_bytes() == before


def test_an_altered_scan_that_no_backup_kept_is_not_backed_up_under_its_name(
    workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    vault = Vault(tmp_path / "vault")
    path, _ = alter(workspace)

    report = back_up(vault, workspace.root, url, program, now=AT)

    assert len(report.altered) == 1
    again = Workspace(tmp_path / "again")
    restore(vault, again.root, again.registry_url)
    assert [path.name for path in again.objects.glob("*/*")] == [
        one.name for one in sorted(workspace.objects.glob("*/*")) if one != path
    ]


def objects_of(folder: Workspace) -> set[str]:
    return {path.name for path in folder.objects.glob("*/*")}


def test_a_scan_that_is_gone_is_named_and_what_an_earlier_backup_kept_of_it_is_kept_on(
    vault: Vault, workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    back_up(vault, workspace.root, url, program, now=AT)
    stored = objects_of(workspace)
    min(workspace.objects.glob("*/*")).unlink()

    for day in (1, 2):  # what only the backup has is in the one after the next too
        report = back_up(vault, workspace.root, url, program, keep=1, now=AT + timedelta(days=day))
        assert (report.missing, report.altered, report.removed) == (("book/0.png",), (), 0)

    again = Workspace(tmp_path / "again")
    restore(vault, again.root, again.registry_url)
    assert objects_of(again) == stored


@pytest.mark.parametrize("put_there", ["link", "dangling link", "folder"])
def test_what_is_no_file_in_the_place_of_a_scan_is_named_and_the_rest_is_backed_up(
    workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path, put_there: str
) -> None:
    vault = Vault(tmp_path / "vault")
    path, other = sorted(workspace.objects.glob("*/*"))
    whole = path.read_bytes()
    path.unlink()
    elsewhere = tmp_path / "elsewhere.png"
    match put_there:
        case "folder":
            path.mkdir()
        case "link":
            elsewhere.write_bytes(whole)  # even what is the right scan today may be another one tomorrow
            path.symlink_to(elsewhere)
        case _:
            path.symlink_to(elsewhere)

    report = back_up(vault, workspace.root, url, program, now=AT)

    inside = path.relative_to(workspace.root)
    assert (report.altered, report.missing) == ((f"workspace/{inside.as_posix()}",), ())
    again = Workspace(tmp_path / "again")
    restore(vault, again.root, again.registry_url)
    assert objects_of(again) == {other.name}


def test_a_scan_that_goes_while_others_are_copied_is_named_and_the_rest_is_backed_up(
    workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    vault = Vault(tmp_path / "vault")
    first, last = sorted(workspace.objects.glob("*/*"))

    def take_away(_done: int, _all: int) -> None:
        if (vault.folder / CONTENTS / first.stem[:2] / first.stem).exists():
            last.unlink(missing_ok=True)

    report = back_up(vault, workspace.root, url, program, now=AT, on_file=take_away)

    assert report.altered == (f"workspace/{last.relative_to(workspace.root).as_posix()}",)
    again = Workspace(tmp_path / "again")
    restore(vault, again.root, again.registry_url)
    assert objects_of(again) == {first.name}


def test_what_is_kept_for_a_while_alone_may_go_while_others_are_copied(
    workspace: Workspace, program: dict[str, Path], url: str, vault: Vault
) -> None:
    (workspace.root / "a.toml").write_text("", encoding="utf-8")
    job = workspace.jobs / "backup" / "000001.json"
    job.parent.mkdir(parents=True)
    job.write_text("{}", encoding="utf-8")
    trial = workspace.history("office.toml") / CHECKED / "office.toml"
    trial.parent.mkdir(parents=True)
    trial.write_text("", encoding="utf-8")

    def go(done: int, total: int) -> None:
        job.unlink(missing_ok=True)
        trial.unlink(missing_ok=True)

    report = back_up(vault, workspace.root, url, program, on_file=go)
    assert (report.altered, report.missing, job.exists(), trial.exists()) == ((), (), False, False)


def test_a_delivered_scan_that_no_book_knows_yet_is_missed_too(
    workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    delivered = {"ab" * 32: "may-1 2026-11-26 số 7"}
    report = back_up(Vault(tmp_path / "vault"), workspace.root, url, program, delivered=delivered, now=AT)
    assert report.missing == ("may-1 2026-11-26 số 7",)


def test_a_scan_that_only_the_shared_store_has_is_taken_from_there(
    workspace: Workspace, url: str, program: dict[str, Path], tmp_path: Path
) -> None:
    path = min(workspace.objects.glob("*/*"))
    shared = tmp_path / "kho" / path.parent.name
    shared.mkdir(parents=True)
    path.rename(shared / path.name)
    (workspace.root / "store.toml").write_text(f'url = "file://{tmp_path}/kho"\n', encoding="utf-8")
    vault = Vault(tmp_path / "vault")

    report = back_up(vault, workspace.root, url, program, now=AT)

    assert (report.missing, report.altered) == ((), ())
    again = Workspace(tmp_path / "again")
    restore(vault, again.root, again.registry_url)
    assert path.name in objects_of(again)


@given(st.binary() | _JSON.map(lambda told: json.dumps({"format": FORMAT, **told}).encode()))
@settings(deadline=None)
def test_any_bytes_are_a_manifest_or_refused(data: bytes) -> None:
    with suppress(BackupRefused):
        assert all(".." not in file.path.split("/") for file in read_manifest(data).files)


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'{"format":1,"files":' + b"[" * 5_000, b'{"format":' + b"9" * 5_000]
)
def test_a_nested_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(BackupRefused):
        read_manifest(data)
