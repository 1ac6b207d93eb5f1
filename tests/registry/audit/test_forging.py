"""Somebody who can write the database, and not read the key, cannot write an audit that passes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.base.errors import RegistryError
from pipeline.registry import Registry
from pipeline.registry.audit.model import Flaw, FlawKind, Verification
from pipeline.registry.database.audit.rows import packed, unpacked
from tests.registry.audit.history import REVIEWER
from tests.registry.audit.intruder import Intruder, chained_anew
from tests.registry.pages import SCHEMAS


def kinds(found: Verification) -> set[FlawKind]:
    return {flaw.kind for flaw in found.flaws}


def without_key(url: str) -> Verification:
    with Registry.open(url, SCHEMAS) as registry:
        return registry.audit().verify()


def test_a_row_added_with_a_right_hash_and_a_made_up_signature_is_forged(
    lived: Registry, intruder: Intruder
) -> None:
    rows = intruder.audit()
    added = {**rows[-1], "id": rows[-1]["id"] + 1, "actor": "an"}
    intruder.rewrite(chained_anew([*rows, added]))
    found = lived.audit().verify()
    assert found.flaws == (Flaw(FlawKind.AUDIT_FORGED, row_id=added["id"]),)


def test_a_row_added_without_a_signature_is_missed_by_nobody(lived: Registry, intruder: Intruder) -> None:
    rows = intruder.audit()
    number = rows[-1]["id"] + 1
    added = {**rows[-1], "id": number, "actor": "an", "key": None, "signature": None}
    intruder.rewrite(chained_anew([*rows, added]))
    found = lived.audit().verify()
    assert found.flaws == (Flaw(FlawKind.AUDIT_UNSIGNED, row_id=number, last_id=number),)
    with pytest.raises(RegistryError, match="chưa ký"):
        lived.note_view(REVIEWER, "task-shown", "entry:1")


def test_a_decision_changed_with_its_digest_and_the_whole_chain_closed_again_is_forged(
    lived: Registry, intruder: Intruder
) -> None:
    make_it_fit(intruder)
    assert kinds(lived.audit().verify()) == {FlawKind.AUDIT_FORGED, FlawKind.DIGEST_ALTERED}
    plain = without_key(intruder.url)
    assert plain.passed
    assert plain.proven == 0


def test_a_chain_from_which_all_signatures_were_taken_is_found_and_not_gone_on_with(
    lived: Registry, intruder: Intruder
) -> None:
    rows = intruder.audit()
    intruder.rewrite(chained_anew(rows, signed=False))
    found = lived.audit().verify()
    assert Flaw(FlawKind.AUDIT_UNSIGNED, row_id=1, last_id=len(rows)) in found.flaws
    with pytest.raises(RegistryError, match="chưa ký"):
        lived.note_view(REVIEWER, "task-shown", "entry:1")


def test_another_key_in_the_place_of_the_right_one_is_told(
    lived: Registry, key_path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.key"
    with Registry.open(f"sqlite:///{tmp_path}/other.db", SCHEMAS, audit_key=other):
        pass
    shutil.copy(other, key_path)
    found = lived.audit().verify()
    assert FlawKind.AUDIT_OTHER_KEY in kinds(found)
    assert found.proven == 0
    with pytest.raises(RegistryError, match="Không có khóa đã ký"):
        lived.note_view(REVIEWER, "task-shown", "entry:1")


def test_without_the_key_changes_are_found_and_nothing_is_proven(lived: Registry, intruder: Intruder) -> None:
    found = without_key(intruder.url)
    assert found.passed
    assert (found.proven, found.key_is_private) == (0, None)
    assert found.other_keys > 0
    intruder.execute("UPDATE decision SET author = 'binh' WHERE id = 1")
    assert without_key(intruder.url).flaws == (
        Flaw(FlawKind.ROW_ALTERED, "decision", 1, audit_id=found_in(intruder, "decided")),
    )


def test_no_row_is_added_without_the_key_that_signed_the_others(lived: Registry, url: str) -> None:
    with (
        Registry.open(url, SCHEMAS) as unsigned,
        pytest.raises(RegistryError, match="Không có khóa đã ký"),
    ):
        unsigned.note_view(REVIEWER, "task-shown", "entry:1")
    assert lived.audit().verify().passed


def test_an_audit_that_is_begun_anew_is_told(tmp_path: Path, key_path: Path) -> None:
    path = tmp_path / "new.db"

    def opened() -> Registry:
        return Registry.open(f"sqlite:///{path}", SCHEMAS, audit_key=key_path)

    opened().close()
    path.unlink()
    with opened() as again:
        assert kinds(again.audit().verify()) == {FlawKind.AUDIT_RESTARTED}


def make_it_fit(intruder: Intruder) -> None:
    """Change a decision, its last digest, the audit's word on it, and close the chain again."""
    intruder.execute("UPDATE decision SET text = 'Thử Năm' WHERE id = 2")
    digest = intruder.digest("decision", 2).hex()
    spelled = f"decode('{digest}', 'hex')" if intruder.outsider.on_postgresql else f"X'{digest}'"
    intruder.execute(
        f"UPDATE row_digest SET digest = {spelled} WHERE table_name = 'decision' AND row_id = 2"  # noqa: S608
    )
    rows = intruder.audit()
    for row in rows:
        written: dict[str, dict[int, bytes]] = {}
        for table, row_id, known, _ in unpacked(row["rows"]):
            written.setdefault(table, {})[row_id] = known
        if 2 in written.get("decision", {}):
            written["decision"][2] = intruder.digest("decision", 2)
            row["rows"] = packed(written)
    intruder.rewrite(chained_anew(rows))


def found_in(intruder: Intruder, action: str) -> int:
    """The first row of the audit with that action."""
    return next(int(row["id"]) for row in intruder.audit() if row["action"] == action)
