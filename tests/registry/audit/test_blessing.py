"""What was changed behind the program's back is never answered for by the program: refused, found, and on record until
it is settled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from benchmarks.servers.postgresql import OWNER
from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldStatus
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.model import AccountTampered, LoginRefused, Role
from pipeline.registry.audit.model import FlawKind
from pipeline.registry.errors import RowTampered
from tests.registry.audit.history import NATIVE_PLACE
from tests.registry.audit.intruder import Intruder
from tests.registry.pages import SCHEMAS, entry, finding, page, read

K = FlawKind
PASSWORD = "một mật khẩu dài"

HARMS = {
    "entry": "UPDATE entry SET accepted = (1 = 1), found = (1 = 0) WHERE id = 1",
    "birth_record": "UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = 1",
    "page_run": "UPDATE page_run SET form = 'x' WHERE id = 2",
    "review_task": "UPDATE review_task SET stage = 'review', state = 'open', closed_at = NULL WHERE id = 1",
}


@pytest.fixture
def passwords(lived: Registry) -> dict[str, str]:
    """One-time passwords of an administrator and of a reviewer of one place, by login."""
    accounts = lived.accounts()
    login, password = accounts.first_administrator() or ("", "")
    return {login: password, "cuc": accounts.create("cuc", "Người Thử", Role.REVIEWER, ["00000"], by=login)}


def found(registry: Registry) -> set[tuple[FlawKind, str, int | None]]:
    return {(flaw.kind, flaw.table, flaw.row_id) for flaw in registry.audit().verify().flaws}


def settle(registry: Registry) -> dict[str, str]:
    flaws = registry.audit().verify().flaws
    return dict(registry.settle_flaws(flaws, document="BB-1/2026", by="console").passwords)


def settle_as_owner(intruder: Intruder, key_path: Path) -> None:
    """As the account that owns the tables, which on PostgreSQL is another one than that of every day."""
    address = make_url(intruder.url)
    if intruder.outsider.on_postgresql:
        address = address.set(username=OWNER)
    told = address.render_as_string(hide_password=False)
    with Registry.open(told, SCHEMAS, audit_key=key_path) as registry:
        settle(registry)


@pytest.mark.usefixtures("cheap_hashes")
class TestAccounts:
    """Role, places and password of an account, and the sessions of it."""

    @pytest.mark.parametrize("column", ["role = 'administrator'", "places = NULL", "active = (1 = 1)"])
    def test_a_login_does_not_bless_a_changed_account(
        self, lived: Registry, intruder: Intruder, passwords: dict[str, str], column: str
    ) -> None:
        if column.startswith("active"):
            lived.accounts().deactivate("cuc", by="admin")
        intruder.execute(f"UPDATE account SET {column} WHERE id = 2")  # noqa: S608 (of this test)
        before = found(lived)
        for _ in range(2):
            with pytest.raises(AccountTampered, match="báo người quản trị"):
                lived.accounts().authenticate("cuc", passwords["cuc"], "127.0.0.1")
        assert found(lived) == {*before, (K.TAMPERING_FOUND, "account", 2)}
        assert {K.ROW_ALTERED, K.ACCOUNT_DIFFERS} <= {kind for kind, *_ in before}
        assert [row.action for row in lived.audit().recent(20)].count("tampering-found") == 1

    def test_another_password_lets_nobody_in(
        self, lived: Registry, intruder: Intruder, passwords: dict[str, str]
    ) -> None:
        ((hashed,),) = intruder.outsider.execute("SELECT password_hash FROM account WHERE id = 1")
        intruder.execute(f"UPDATE account SET password_hash = '{hashed}' WHERE id = 2")  # noqa: S608 (a hash)
        with pytest.raises(AccountTampered):
            lived.accounts().authenticate("cuc", passwords["admin"], "127.0.0.1")
        assert (K.ACCOUNT_DIFFERS, "account", 2) in found(lived)

    def test_a_role_that_was_put_back_stays_on_record(
        self, lived: Registry, intruder: Intruder, passwords: dict[str, str]
    ) -> None:
        intruder.execute("UPDATE account SET role = 'administrator' WHERE id = 2")
        with pytest.raises(LoginRefused):
            lived.accounts().authenticate("cuc", passwords["cuc"], "127.0.0.1")
        intruder.execute("UPDATE account SET role = 'reviewer' WHERE id = 2")
        assert (
            lived.accounts().authenticate("cuc", passwords["cuc"], "127.0.0.1").person.role is Role.REVIEWER
        )
        assert found(lived) == {(K.TAMPERING_FOUND, "account", 2)}

    def test_a_session_ends_when_its_account_is_changed(
        self, lived: Registry, intruder: Intruder, passwords: dict[str, str]
    ) -> None:
        accounts = lived.accounts()
        token = accounts.authenticate("cuc", passwords["cuc"], "127.0.0.1").token
        assert accounts.session(token) is not None
        intruder.execute("UPDATE account SET role = 'administrator' WHERE id = 2")
        assert accounts.session(token) is None
        assert (K.TAMPERING_FOUND, "account", 2) in found(lived)

    def test_a_session_that_nobody_opened_is_refused_and_stays_on_record_when_deleted(
        self, lived: Registry, intruder: Intruder, passwords: dict[str, str]
    ) -> None:
        accounts = lived.accounts()
        token = accounts.authenticate("cuc", passwords["cuc"], "127.0.0.1").token
        intruder.execute(
            "INSERT INTO login_session SELECT 77, token_digest || 'x', 1, started_at, seen_at FROM login_session",
            "UPDATE login_session SET token_digest = 'y' WHERE id <> 77",
            "UPDATE login_session SET token_digest = substr(token_digest, 1, 64) WHERE id = 77",
        )
        assert accounts.session(token) is None
        intruder.execute("DELETE FROM login_session WHERE id = 77")
        assert (K.TAMPERING_FOUND, "login_session", 77) in found(lived)

    @pytest.mark.parametrize("harm", ["role", "password", "closed"])
    def test_an_older_account_with_its_own_digest_lets_nobody_in(
        self, lived: Registry, intruder: Intruder, passwords: dict[str, str], harm: str
    ) -> None:
        accounts = lived.accounts()
        accounts.create("dan", "Người Thử", Role.ADMINISTRATOR, None)
        old_token = accounts.authenticate("cuc", passwords["cuc"], "127.0.0.1").token
        intruder.keep("account", "login = 'cuc'")
        now = passwords["cuc"]
        if harm == "role":
            accounts.set_duties("cuc", Role.CHECKER, ["00001"], by="admin")
        elif harm == "password":
            now = accounts.reset_password("cuc", by="admin")
            old_token = accounts.authenticate("cuc", now, "127.0.0.1").token
        else:
            accounts.deactivate("cuc", by="admin")
        intruder.put_back("account", "login = 'cuc'")
        with pytest.raises(AccountTampered, match="báo người quản trị"):
            accounts.authenticate("cuc", passwords["cuc"], "127.0.0.1")
        assert accounts.session(old_token) is None
        settled = settle(lived)
        if harm != "closed":
            assert accounts.authenticate("cuc", settled["cuc"], "127.0.0.1").person.login == "cuc"

    def test_a_session_that_was_ended_is_over_though_its_row_comes_back(
        self, lived: Registry, intruder: Intruder, passwords: dict[str, str]
    ) -> None:
        accounts = lived.accounts()
        token = accounts.authenticate("cuc", passwords["cuc"], "127.0.0.1").token
        intruder.keep("login_session", "account_id = 2")
        accounts.end(token)
        intruder.put_back("login_session", "account_id = 2")
        assert accounts.session(token) is None

    def test_a_session_of_the_future_does_not_count(
        self, lived: Registry, intruder: Intruder, passwords: dict[str, str]
    ) -> None:
        accounts = lived.accounts()
        token = accounts.authenticate("cuc", passwords["cuc"], "127.0.0.1").token
        intruder.execute("UPDATE login_session SET seen_at = '2099-01-01 00:00:00.000000'")
        assert accounts.session(token) is None
        assert {kind for kind, *_ in found(lived)} == {K.SESSION_AHEAD}

    def test_wrong_tries_that_were_taken_away_are_found(
        self, lived: Registry, intruder: Intruder, passwords: dict[str, str]
    ) -> None:
        accounts = lived.accounts()
        for _ in range(3):
            with pytest.raises(LoginRefused):
                accounts.authenticate("cuc", "sai", "127.0.0.1")
        intruder.execute("DELETE FROM login_failure")
        assert {(kind, table) for kind, table, _ in found(lived)} == {(K.ROW_GONE, "login_failure")}
        accounts.authenticate("cuc", passwords["cuc"], "127.0.0.1")
        assert not lived.audit().verify().passed

    def test_settling_gives_back_the_duties_and_a_new_password(
        self, lived: Registry, intruder: Intruder, passwords: dict[str, str]
    ) -> None:
        intruder.execute("UPDATE account SET role = 'administrator', places = NULL WHERE id = 2")
        with pytest.raises(AccountTampered):
            lived.accounts().authenticate("cuc", passwords["cuc"], "127.0.0.1")
        handed_out = settle(lived)
        after = lived.audit().verify()
        assert after.flaws == ()
        assert after.settled > 0
        with pytest.raises(LoginRefused):
            lived.accounts().authenticate("cuc", passwords["cuc"], "127.0.0.1")
        person = lived.accounts().authenticate("cuc", handed_out["cuc"], "127.0.0.1").person
        assert (person.role, person.places) == (Role.REVIEWER, frozenset({"00000"}))
        assert lived.audit().verify().passed
        intruder.execute("UPDATE account SET role = 'administrator' WHERE id = 2")
        assert (K.ROW_ALTERED, "account", 2) in found(lived)

    def test_an_account_that_nobody_made_is_closed_by_settling(
        self, lived: Registry, intruder: Intruder, passwords: dict[str, str]
    ) -> None:
        names = [name for name, _ in intruder.outsider.columns("account") if name not in ("id", "login")]
        rest = ", ".join(names)
        intruder.execute(
            f"INSERT INTO account (id, login, {rest}) SELECT 9, 'x9', {rest} FROM account WHERE id = 1"  # noqa: S608
        )
        assert settle(lived) == {}
        ((active,),) = intruder.outsider.execute("SELECT active FROM account WHERE id = 9")
        assert not active


class TestRows:
    """What follows from readings and decisions, and everything else that may change."""

    def again(self, registry: Registry) -> None:
        one = entry(
            read(NATIVE_PLACE, "Thử ba", accepted=False), findings=[finding("READ-LOW", NATIVE_PLACE)]
        )
        registry.save_page(1, page(one), "run ba")

    @pytest.mark.parametrize("table", HARMS)
    def test_a_row_that_was_changed_is_not_written_over(
        self, lived: Registry, intruder: Intruder, table: str
    ) -> None:
        intruder.execute(HARMS[table])
        with pytest.raises(RowTampered) as told:
            self.again(lived)
        assert (told.value.table_name, told.value.exit_code) == (table, 10)
        assert {(K.ROW_ALTERED, table), (K.TAMPERING_FOUND, table)} == {
            (kind, name) for kind, name, _ in found(lived)
        }
        settle(lived)
        assert lived.audit().verify().flaws == ()
        self.again(lived)
        assert lived.audit().verify().flaws == ()

    def test_settling_derives_the_values_in_force_anew(self, lived: Registry, intruder: Intruder) -> None:
        intruder.execute(HARMS["birth_record"], HARMS["review_task"])
        settle(lived)
        assert lived.effective_value(1, "child_name") == "Người Thử"
        assert lived.audit().verify().flaws == ()

    def test_a_check_of_all_books_leaves_the_changed_entry_and_goes_on(
        self, lived: Registry, intruder: Intruder
    ) -> None:
        intruder.execute("UPDATE entry SET number_text = 'x' WHERE id = 2")
        lived.save_checks([], ["K07"])
        assert found(lived) == {(K.ROW_ALTERED, "entry", 2), (K.TAMPERING_FOUND, "entry", 2)}
        assert lived.cross_entry_findings() == ()

    def test_a_last_digest_that_was_fitted_without_the_key_does_not_help(
        self, lived: Registry, intruder: Intruder
    ) -> None:
        intruder.execute(HARMS["birth_record"])
        fitted = intruder.digest("birth_record", 1).hex()
        spelled = f"'\\x{fitted}'" if intruder.outsider.on_postgresql else f"x'{fitted}'"
        intruder.execute(
            f"UPDATE row_digest SET digest = {spelled} WHERE table_name = 'birth_record' AND row_id = 1"  # noqa: S608
        )
        with pytest.raises(RowTampered):
            lived.decide(1, [Verdict(NATIVE_PLACE, FieldStatus.READ, "Thử Năm")], author="an")
        assert {K.ROW_ALTERED, K.DIGEST_ALTERED} <= {kind for kind, *_ in found(lived)}

    def test_an_older_state_with_its_own_digest_is_found_even_after_it_was_written_over(
        self, lived: Registry, intruder: Intruder
    ) -> None:
        def stood() -> tuple[object, ...]:
            (row,) = intruder.outsider.execute(
                "SELECT digest, signature FROM row_digest WHERE table_name = 'birth_record' AND row_id = 1"
            )
            return row

        def values(row: tuple[object, ...]) -> list[str]:
            quoted = "'\\x{}'" if intruder.outsider.on_postgresql else "x'{}'"
            return [quoted.format(bytes(one).hex()) for one in row]  # type: ignore[call-overload]

        ((older,),) = intruder.outsider.execute(
            "SELECT child_native_place FROM birth_record WHERE entry_id = 1"
        )
        digest, signature = values(stood())
        lived.decide(1, [Verdict(NATIVE_PLACE, FieldStatus.READ, "Thử Năm")], author="an")
        intruder.execute(
            f"UPDATE birth_record SET {NATIVE_PLACE} = '{older}' WHERE entry_id = 1",  # noqa: S608
            f"UPDATE row_digest SET digest = {digest}, signature = {signature} "  # noqa: S608
            "WHERE table_name = 'birth_record' AND row_id = 1",
        )
        lived.decide(1, [Verdict(NATIVE_PLACE, FieldStatus.READ, "Thử Sáu")], author="an")
        assert (K.ROW_OVERWRITTEN, "birth_record", 1) in found(lived)

    def test_a_row_that_was_deleted_and_made_again_is_found(
        self, lived: Registry, intruder: Intruder
    ) -> None:
        intruder.execute("DELETE FROM birth_record WHERE entry_id = 1")
        lived.decide(1, [Verdict(NATIVE_PLACE, FieldStatus.READ, "Thử Năm")], author="an")
        assert found(lived) == {(K.ROW_OVERWRITTEN, "birth_record", 1)}

    def test_a_flaw_is_settled_under_the_number_of_a_document_only(
        self, lived: Registry, intruder: Intruder
    ) -> None:
        intruder.execute("UPDATE decision SET text = 'Thử Năm' WHERE id = 1")
        flaws = lived.audit().verify().flaws
        with pytest.raises(RegistryError, match="biên bản"):
            lived.settle_flaws(flaws, document="lời nào đó", by="console")
        lived.settle_flaws(flaws, document="BB-1/2026", by="console")
        assert lived.audit().verify().passed
        told = json.loads(
            next(row["detail"] for row in reversed(intruder.audit()) if row["action"] == "flaw-settled")
        )
        assert told == {"flaw": ["row-altered", "decision", 1, None, "", ""], "document": "BB-1/2026"}
        intruder.execute("UPDATE decision SET text = 'Thử Sáu' WHERE id = 1")
        assert found(lived) == {(K.ROW_ALTERED, "decision", 1)}

    def test_a_renewed_key_signs_the_last_digests_too(self, lived: Registry) -> None:
        lived.audit().renew_key("an")
        self.again(lived)
        assert lived.audit().verify().flaws == ()


class TestObjects:
    """Triggers, views and rules of the database itself."""

    def test_a_trigger_of_the_same_name_that_refuses_nothing_is_found_and_put_right(
        self, lived: Registry, intruder: Intruder, key_path: Path
    ) -> None:
        other = intruder.outsider
        if other.on_postgresql:
            other.execute(
                "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"
            )
            other.execute("DROP TRIGGER decision_no_update ON decision")
            other.execute(
                "CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision FOR EACH ROW EXECUTE FUNCTION nothing()"
            )
        else:
            other.execute("DROP TRIGGER decision_no_update")
            other.execute("CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT 1; END")
        assert found(lived) == {(K.GUARD_ALTERED, "decision", None)}
        settle_as_owner(intruder, key_path)
        assert found(lived) == set()
        with pytest.raises(DBAPIError, match="append-only"):
            other.execute("UPDATE decision SET text = 'x'")

    def test_a_trigger_that_goes_again_after_it_was_settled_is_found_again(
        self, lived: Registry, intruder: Intruder, key_path: Path
    ) -> None:
        other = intruder.outsider
        for _ in range(2):
            other.execute(f"DROP TRIGGER decision_no_update{' ON decision' if other.on_postgresql else ''}")
            assert found(lived) == {(K.GUARD_GONE, "decision", None)}
            settle_as_owner(intruder, key_path)
            assert found(lived) == set()

    def test_who_may_not_put_a_trigger_right_is_told_so_and_settles_nothing(
        self, lived: Registry, intruder: Intruder
    ) -> None:
        if not intruder.outsider.on_postgresql:
            pytest.skip("with SQLite whoever has the file owns it")
        intruder.outsider.execute("DROP TRIGGER decision_no_update ON decision")
        with pytest.raises(RegistryError):
            settle(lived)
        assert found(lived) == {(K.GUARD_GONE, "decision", None)}

    def test_a_last_digest_that_is_altered_again_after_it_was_settled_is_found_again(
        self, lived: Registry, intruder: Intruder
    ) -> None:
        wrong = "decode('00ff', 'hex')" if intruder.outsider.on_postgresql else "X'00ff'"
        for _ in range(2):
            intruder.execute(
                f"UPDATE row_digest SET digest = {wrong} WHERE table_name = 'birth_record' AND row_id = 1"  # noqa: S608
            )
            assert found(lived) == {(K.DIGEST_ALTERED, "birth_record", 1)}
            settle(lived)
            assert found(lived) == set()

    def test_a_trigger_that_nobody_knows_is_found(self, lived: Registry, intruder: Intruder) -> None:
        other = intruder.outsider
        if other.on_postgresql:
            other.execute(
                "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"
            )
            other.execute(
                "CREATE TRIGGER quiet BEFORE INSERT ON decision FOR EACH ROW EXECUTE FUNCTION nothing()"
            )
        else:
            other.execute("CREATE TRIGGER quiet AFTER INSERT ON decision BEGIN SELECT 1; END")
        assert found(lived) == {(K.OBJECT_UNKNOWN, "decision", None)}

    def test_a_view_and_a_rule_that_nobody_knows_are_found(self, lived: Registry, intruder: Intruder) -> None:
        intruder.outsider.execute("CREATE VIEW quiet AS SELECT * FROM decision")
        wanted = {(K.OBJECT_UNKNOWN, "quiet", None)}
        if intruder.outsider.on_postgresql:
            intruder.outsider.execute("CREATE RULE quiet_rule AS ON INSERT TO aside DO INSTEAD NOTHING")
            wanted.add((K.OBJECT_UNKNOWN, "aside", None))
        assert found(lived) == wanted

    def test_the_function_of_the_triggers_is_compared(self, lived: Registry, intruder: Intruder) -> None:
        if not intruder.outsider.on_postgresql:
            pytest.skip("SQLite has none")
        intruder.outsider.execute(
            "CREATE OR REPLACE FUNCTION hotich_refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$"
        )
        assert found(lived) == {(K.GUARD_ALTERED, "", None)}


def test_what_no_key_proves_is_not_checkable(lived: Registry, intruder: Intruder, url: str) -> None:
    assert lived.audit().verify().checkable
    with Registry.open(url) as without_key:
        assert not without_key.audit().verify().checkable
