"""What a chain cannot tell by itself: that its end was cut, or that an older copy was put back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.base.errors import RegistryError, StorageError
from pipeline.registry import Registry
from pipeline.registry.audit.model import Flaw, FlawKind
from pipeline.registry.audit.seal import Seal, read_seal, write_seal
from tests.registry.audit.history import REVIEWER, live
from tests.registry.audit.intruder import Intruder, chained_anew
from tests.registry.pages import SCHEMAS


@pytest.fixture
def seal(lived: Registry, tmp_path: Path) -> Seal:
    """Taken at the end of the history, and read from its file."""
    path = tmp_path / "seal.json"
    write_seal(lived.audit().seal(), path)
    return read_seal(path)


def test_a_seal_names_the_last_row_and_holds_nothing_else(
    lived: Registry, seal: Seal, intruder: Intruder
) -> None:
    last = intruder.audit()[-1]
    assert (seal.id, seal.hash, seal.at) == (last["id"], last["hash"], last["at"])
    assert lived.audit().verify(seal).passed


def test_what_came_after_the_seal_is_no_flaw(lived: Registry, seal: Seal) -> None:
    lived.note_view(REVIEWER, "task-shown", "entry:1")
    assert lived.audit().verify(seal).passed


def test_a_cut_end_is_found_by_the_seal_alone(lived: Registry, seal: Seal, intruder: Intruder) -> None:
    intruder.execute(f"DELETE FROM audit WHERE id > {seal.id - 2}")  # noqa: S608 (a number)
    assert lived.audit().verify().passed
    found = lived.audit().verify(seal)
    assert found.flaws == (Flaw(FlawKind.SEAL_CUT, row_id=seal.id - 1, last_id=seal.id),)


def test_a_cut_end_that_was_written_over_is_found(lived: Registry, seal: Seal, intruder: Intruder) -> None:
    intruder.execute(f"DELETE FROM audit WHERE id = {seal.id}")  # noqa: S608 (a number)
    for _ in range(3):
        lived.note_view(REVIEWER, "task-shown", "entry:2")
    assert lived.audit().verify().passed
    assert lived.audit().verify(seal).flaws == (Flaw(FlawKind.SEAL_DIFFERS, row_id=seal.id),)


def test_a_chain_forged_with_the_key_itself_is_found(lived: Registry, seal: Seal, intruder: Intruder) -> None:
    rows = intruder.audit()
    rows[3]["actor"] = "an"
    intruder.rewrite(chained_anew(rows))
    found = lived.audit().verify(seal).flaws
    assert Flaw(FlawKind.SEAL_DIFFERS, row_id=seal.id) in found


def test_an_older_copy_of_the_database_is_found(sqlite_url: str, key_path: Path, tmp_path: Path) -> None:
    database, copy = tmp_path / "registry.db", tmp_path / "copy.db"
    with Registry.open(sqlite_url, SCHEMAS, audit_key=key_path) as registry:
        live(registry)
    shutil.copy(database, copy)
    with Registry.open(sqlite_url, SCHEMAS, audit_key=key_path) as registry:
        registry.note_view(REVIEWER, "task-shown", "entry:1")
        seal = registry.audit().seal()
    shutil.copy(copy, database)
    with Registry.open(sqlite_url, SCHEMAS, audit_key=key_path) as registry:
        assert registry.audit().verify().passed
        found = registry.audit().verify(seal).flaws
    assert found == (Flaw(FlawKind.SEAL_CUT, row_id=seal.id, last_id=seal.id),)


def test_a_seal_that_was_changed_is_told(lived: Registry, tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    write_seal(lived.audit().seal(), path)
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "id": told["id"] - 1}))
    assert FlawKind.SEAL_FORGED in {flaw.kind for flaw in lived.audit().verify(read_seal(path)).flaws}


def test_a_seal_is_never_written_over_another(lived: Registry, tmp_path: Path) -> None:
    path = tmp_path / "seal.json"
    write_seal(lived.audit().seal(), path)
    before = path.read_bytes()
    with pytest.raises(StorageError, match="Đã có tệp"):
        write_seal(lived.audit().seal(), path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"format": "x"}', "\u1ebf", '{"format": "hotich audit seal 1"}']
)
def test_another_file_is_not_taken_for_a_seal(tmp_path: Path, text: str) -> None:
    path = tmp_path / "seal.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RegistryError, match="không phải tệp niêm phong"):
        read_seal(path)


def test_a_seal_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Không đọc được"):
        read_seal(tmp_path / "seal.json")
