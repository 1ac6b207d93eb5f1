"""``hotich audit`` as somebody runs it who wants to know whether the registry can be trusted."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.registry.accounts.model import Role
from pipeline.registry.audit.audit_words import format_audit_flaw
from pipeline.registry.audit.model import Flaw, FlawKind
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from tests.cli.conftest import Hotich
from tests.registry.audit.history import live
from tests.registry.pages import LEDGER
from tests.registry.told_once import told_once


@pytest.fixture
def lived(workspace: Path) -> None:
    """A registry in which something of every kind has happened."""
    store = Workspace(workspace)
    with told_once(live, store.registry_url, store.audit_key):
        pass


def harm(workspace: Path, *statements: str) -> None:
    with closing(sqlite3.connect(workspace / "hotich.db")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_an_untouched_registry_passes(hotich: Hotich, lived: None) -> None:
    told = hotich("audit", "verify")
    assert told.exit_code == 0
    assert "Không có dòng nào bị sửa" in told.stdout
    assert "không có niêm phong" in told.stdout


def test_a_changed_decision_is_named_and_the_exit_code_says_so(
    hotich: Hotich, lived: None, workspace: Path
) -> None:
    harm(workspace, "UPDATE decision SET text = 'Thử Năm' WHERE id = 2")
    told = hotich("audit", "verify")
    assert told.exit_code == 10
    assert "Bảng decision, dòng 2: đã bị sửa" in told.stdout
    assert "Bảng decision: khóa chống sửa “decision_no_update” đã bị gỡ." in told.stdout
    assert "Thử" not in told.output
    assert "Lỗi:" in told.stderr


def test_scans_that_were_exchanged_altered_or_lost_are_named(
    hotich: Hotich, workspace: Path, tmp_path: Path
) -> None:
    store = Workspace(workspace)
    with Settings().run_context(workspace).open_registry() as registry:
        book_id = registry.book_id(LEDGER, "KS.2010.01")
        paths = []
        for number in range(4):
            scan = tmp_path / f"trang {number}.jpg"
            scan.write_bytes(b"\xff\xd8\xff" + bytes([number]) * 50)
            stored = store.store(scan)
            registry.store_scan(book_id, stored.sha256, scan.name, 53, 1)
            paths.append(stored.path)
    sound = hotich("audit", "verify", "--scans")
    assert sound.exit_code == 0
    assert "Đã đọc lại 4 bản quét trong kho" in sound.stdout
    for path in paths[:3]:
        path.chmod(0o644)
    contents = [path.read_bytes() for path in paths]
    paths[0].write_bytes(contents[1])
    paths[1].write_bytes(contents[0])
    paths[2].write_bytes(b"x")
    paths[3].unlink()

    told = hotich("audit", "verify", "--scans")

    assert told.exit_code == 10
    text = " ".join(told.stdout.split())
    for number, what in enumerate(
        (
            "đã bị thay bằng một bản quét khác («KS.2010.01/trang 1.jpg»)",
            "đã bị thay bằng một bản quét khác («KS.2010.01/trang 0.jpg»)",
            "đã bị sửa hoặc hỏng",
            "không còn trong kho",
        )
    ):
        assert f"«KS.2010.01/trang {number}.jpg»" in text
        assert what in text
    answer = json.loads(hotich("audit", "verify", "--scans", "--json").stdout)
    assert (answer["passed"], len(answer["scans"]["flaws"])) == (False, 4)
    assert hotich("audit", "verify").exit_code == 0


def test_the_answer_as_json(hotich: Hotich, lived: None, workspace: Path) -> None:
    assert json.loads(hotich("audit", "verify", "--json").stdout)["passed"] is True
    harm(workspace, "DELETE FROM link")
    told = hotich("audit", "verify", "--json")
    assert told.exit_code == 10
    answer = json.loads(told.stdout)
    assert answer["passed"] is False
    assert {"kind": "row-gone", "table": "link", "row_id": 1}.items() <= answer["flaws"][-1].items()


def test_without_the_key_it_says_what_it_cannot_prove(hotich: Hotich, lived: None, workspace: Path) -> None:
    (workspace / "audit.key").unlink()
    told = hotich("audit", "verify")
    assert told.exit_code == 16
    assert "chứng minh được" in told.stdout
    assert json.loads(hotich("audit", "verify", "--json").stdout)["passed"] is False


@pytest.mark.parametrize("option", ["--seal", "--since-seal"])
def test_a_cut_end_is_found_by_a_seal(
    hotich: Hotich, lived: None, workspace: Path, tmp_path: Path, option: str
) -> None:
    seal = tmp_path / "niem-phong.json"
    assert hotich("audit", "seal", seal).exit_code == 0
    assert hotich("audit", "verify", option, seal).exit_code == 0
    harm(workspace, "DELETE FROM audit WHERE id > 12")
    told = hotich("audit", "verify", option, seal)
    assert told.exit_code == 10
    assert "phần cuối nhật ký, dòng 13, đã bị cắt" in told.stdout


def test_settling_is_recorded_under_its_document_and_ends_the_flaws(
    hotich: Hotich, lived: None, workspace: Path
) -> None:
    with Settings().run_context(workspace).open_registry() as registry:
        before = registry.entry(2).values
    harm(
        workspace,
        "UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = 2",
        "UPDATE decision SET text = 'Thử Năm' WHERE id = 2",
    )
    flaws = json.loads(hotich("audit", "verify", "--json").stdout)["flaws"]
    assert {"birth_record", "decision"} <= {flaw["table"] for flaw in flaws}

    done = hotich("audit", "settle", "--document", "BB-12/2026", "--yes")

    assert (done.exit_code, done.stderr) == (0, "")
    assert f"Đã ghi {len(flaws)} chỗ sai là đã xử lý theo BB-12/2026." in done.stdout
    assert "Thử" not in done.output
    told = hotich("audit", "verify")
    assert told.exit_code == 0
    assert "xử lý một chỗ sai của nhật ký" in " ".join(hotich("audit", "show").stdout.split())
    with Settings().run_context(workspace).open_registry() as registry:
        assert registry.entry(2).values == before
    harm(workspace, "UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = 2")
    assert hotich("audit", "verify").exit_code == 10


def test_a_changed_account_gets_its_role_back_and_a_new_password(hotich: Hotich, workspace: Path) -> None:
    with Settings().run_context(workspace).open_registry() as registry:
        accounts = registry.accounts()
        login, _ = accounts.first_administrator() or ("", "")
        accounts.create("binh", "Người Thử", Role.REVIEWER, ["00000"], by=login)
    harm(workspace, "UPDATE account SET role = 'administrator', places = NULL WHERE login = 'binh'")
    done = hotich("audit", "settle", "--document", "BB-12/2026", "--yes")
    assert done.exit_code == 0
    (line,) = [
        line for line in done.stdout.splitlines() if line.startswith("Mật khẩu dùng một lần của binh:")
    ]
    with Settings().run_context(workspace).open_registry() as registry:
        session = registry.accounts().authenticate("binh", line.split()[-1], "127.0.0.1")
    assert (session.person.role, session.person.places, session.must_change) == (
        Role.REVIEWER,
        frozenset({"00000"}),
        True,
    )
    assert hotich("audit", "verify").exit_code == 0


def test_nothing_is_settled_without_a_document_and_a_yes(
    hotich: Hotich, lived: None, workspace: Path
) -> None:
    assert "Không có chỗ sai nào" in hotich("audit", "settle", "--document", "BB-12/2026").stdout
    harm(workspace, "UPDATE decision SET text = 'Thử Năm' WHERE id = 2")
    assert hotich("audit", "settle", "--yes").exit_code == 2
    assert hotich("audit", "settle", "--document", "BB-12/2026").exit_code != 0
    refused = hotich("audit", "settle", "--document", "ông A bảo thế", "--yes")
    assert refused.exit_code != 0
    assert "số của biên bản" in refused.stderr
    assert hotich("audit", "verify").exit_code == 10


def test_what_only_a_backup_brings_back_stays_a_flaw(hotich: Hotich, lived: None, workspace: Path) -> None:
    harm(workspace, "DROP TABLE link_decision")
    done = hotich("audit", "settle", "--document", "BB-12/2026", "--yes")
    assert "chỉ khôi phục được từ bản sao lưu" in " ".join(done.stdout.split())
    assert hotich("audit", "verify").exit_code == 10


def test_what_was_done_is_shown_without_a_value(hotich: Hotich, lived: None) -> None:
    told = hotich("audit", "show").stdout
    assert "quyết định" in told
    assert "entry:1" in told
    assert "Thử" not in told
    rows = json.loads(hotich("audit", "show", "--actor", "an", "--json").stdout)
    assert {row["actor"] for row in rows} == {"an"}


def test_a_new_key_signs_on(hotich: Hotich, lived: None, workspace: Path) -> None:
    (workspace / "audit.key").unlink()
    assert hotich("audit", "new-key", "--yes").exit_code == 0
    told = hotich("audit", "verify")
    assert told.exit_code == 0
    assert "ký bằng khóa không còn" in told.stdout


@pytest.mark.parametrize("kind", FlawKind)
def test_every_flaw_has_a_sentence(kind: FlawKind) -> None:
    told = format_audit_flaw(Flaw(kind, "decision", 7, 9, 5, "decision_no_update"))
    assert "None" not in told
    assert told.endswith(".")


def test_the_report_begins_with_changes_of_accounts_that_nobody_else_has_confirmed(hotich: Hotich) -> None:
    assert hotich("account", "add", "an.tran", "--name", "Người Thử", "--role", "supervisor").exit_code == 0
    told = hotich("audit", "verify").stdout.splitlines()
    first = next(line for line in told if line.strip())
    assert "an.tran (Người phụ trách): tạo tài khoản, do dòng lệnh" in first
    assert "Người Thử" not in "".join(told)
    (act,) = json.loads(hotich("audit", "verify", "--json").stdout)["unconfirmed"]
    assert (act["login"], act["change"], act["waits"]) == ("an.tran", "account-created", False)


def test_the_report_begins_with_notices_that_somebody_forged(
    hotich: Hotich, lived: None, workspace: Path
) -> None:
    harm(workspace, "INSERT INTO webhook_attempt VALUES (9, 1, 204, '', '2026-01-02 03:04:05')")
    told = hotich("audit", "verify")
    first = next(line for line in told.stdout.splitlines() if line.strip())
    assert (told.exit_code, "dòng webhook_attempt 9 không do chương trình ghi" in first) == (10, True)
    (notice,) = json.loads(hotich("audit", "verify", "--json").stdout)["forged_notices"]
    assert (notice["table"], notice["row_id"]) == ("webhook_attempt", 9)
