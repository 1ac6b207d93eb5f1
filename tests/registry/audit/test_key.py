"""The key: private, made once, renewed without losing what the earlier ones prove."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pipeline.base.errors import RegistryError, StorageError
from pipeline.registry import Registry
from pipeline.registry.audit.model import FlawKind
from pipeline.registry.database.audit.key import Key, KeyFile
from tests.registry.audit.history import REVIEWER, live
from tests.registry.pages import SCHEMAS


def test_it_is_made_on_first_use_for_its_owner_alone(registry: Registry, key_path: Path) -> None:
    live(registry)
    assert key_path.stat().st_mode & 0o777 == 0o600
    assert list(key_path.parent.iterdir()) == [key_path]


def test_a_key_that_others_can_read_is_told_of(lived: Registry, key_path: Path) -> None:
    key_path.chmod(0o640)
    found = lived.audit().verify()
    assert found.passed
    assert found.key_is_private is False


def test_nothing_shows_the_secret() -> None:
    key = Key(b"secret" * 5)
    assert "secret" not in repr(key)
    assert key.secret.hex() not in key.name


def test_many_who_make_it_at_once_get_the_same_one(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "audit.key")
    made: list[Key] = []
    threads = [threading.Thread(target=lambda: made.append(file.make())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["audit.key"]


@pytest.mark.parametrize(
    "text", ["", "x\n", "hotich audit key 1\n", "hotich audit key 1\nkey xyz\n", "\u1ebf"]
)
def test_a_file_that_is_no_key_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "audit.key"
    path.write_text(text, "utf-8")
    with pytest.raises(StorageError, match="không phải tệp khóa"):
        KeyFile(path).known()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"audit\.key"):
        KeyFile(tmp_path / "file" / "audit.key").make()


def test_a_renewed_key_signs_on_and_the_earlier_one_keeps_proving(lived: Registry, key_path: Path) -> None:
    before = lived.audit().verify()
    name = lived.audit().renew_key("an")
    lived.note_view(REVIEWER, "task-shown", "entry:1")
    found = lived.audit().verify()
    assert found.passed
    assert found.proven == before.proven + 2
    assert [key.name for key in KeyFile(key_path).known()][-1] == name


def test_after_a_lost_key_work_goes_on_with_a_new_one_that_says_what_is_not_proven(
    lived: Registry, key_path: Path
) -> None:
    before = lived.audit().verify()
    key_path.unlink()
    with pytest.raises(RegistryError, match="sao lưu"):
        lived.note_view(REVIEWER, "task-shown", "entry:1")
    lived.audit().renew_key("an")
    lived.note_view(REVIEWER, "task-shown", "entry:1")
    found = lived.audit().verify()
    assert found.passed
    assert (found.proven, found.other_keys) == (2, before.proven)


def test_a_key_put_back_after_it_was_renewed_no_longer_signs(lived: Registry, key_path: Path) -> None:
    kept = key_path.read_bytes()
    lived.audit().renew_key("an")
    key_path.write_bytes(kept)
    with pytest.raises(RegistryError, match="Không có khóa đã ký"):
        lived.note_view(REVIEWER, "task-shown", "entry:1")
    assert FlawKind.AUDIT_OTHER_KEY in {flaw.kind for flaw in lived.audit().verify().flaws}


def test_an_audit_that_began_without_a_key_is_signed_from_the_first_key_on(url: str, tmp_path: Path) -> None:
    with Registry.open(url, SCHEMAS) as registry:
        registry.note_view(REVIEWER, "task-shown", "entry:1")
        unsigned = registry.audit().verify()
    assert unsigned.passed
    assert unsigned.proven == 0
    with Registry.open(url, SCHEMAS, audit_key=tmp_path / "audit.key") as registry:
        registry.note_view(REVIEWER, "task-shown", "entry:1")
        found = registry.audit().verify()
    assert found.passed
    assert (found.unsigned, found.proven) == (unsigned.audit_rows, 1)
