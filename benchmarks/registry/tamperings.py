"""What somebody who may write to the database does behind the program's back, and what the program does about it.

Each is done to a registry of its own that has lived a little: the triggers go, harm is done, the triggers come back,
the program goes on for a moment, and the audit is verified. It is found, or refused, or named as out of reach.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

from benchmarks.registry.tampered_registry import (
    Harm,
    Lived,
    Outcome,
    Outsider,
    Tampering,
    Then,
    adds_view,
    answers_by_api,
    checks,
    corrects_book,
    decides,
    ends_session,
    exports,
    live,
    locks_account,
    logs_in,
    reads_again,
    renews_key,
    sets_extract,
    uses_session,
)
from benchmarks.servers import postgresql
from pipeline.base.errors import HotichError


def _key_gone(other: Outsider) -> None:
    other.key.unlink()


def _junk_signatures(other: Outsider) -> None:
    other.key.unlink()
    with other.unguarded():
        other.execute("UPDATE audit SET signature = '00'")


def _empty_trigger(other: Outsider) -> None:
    if other.on_postgresql:
        other.execute(
            "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        )
        other.execute("DROP TRIGGER decision_no_update ON decision")
        other.execute(
            "CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision FOR EACH ROW EXECUTE FUNCTION quiet()"
        )
        return
    other.execute("DROP TRIGGER decision_no_update")
    other.execute("CREATE TRIGGER decision_no_update BEFORE UPDATE ON decision BEGIN SELECT 1; END")


def _unknown_trigger(other: Outsider) -> None:
    if other.on_postgresql:
        other.execute(
            "CREATE FUNCTION quiet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$"
        )
        other.execute("CREATE TRIGGER quiet BEFORE INSERT ON reading FOR EACH ROW EXECUTE FUNCTION quiet()")
        return
    other.execute("CREATE TRIGGER quiet AFTER INSERT ON reading BEGIN SELECT 1; END")


def _trigger_gone(other: Outsider) -> None:
    other.execute("DROP TRIGGER audit_no_delete" + (" ON audit" if other.on_postgresql else ""))


def _guard_back_unused(other: Outsider) -> None:
    with other.unguarded():
        pass


def _unknown_view(other: Outsider) -> None:
    other.execute("CREATE VIEW quiet AS SELECT * FROM decision")


def _table_gone(other: Outsider) -> None:
    other.execute("DROP TABLE book_finding")


def _fitted_digest(other: Outsider) -> None:
    """The digest that the row would rightly have; how it is made is no secret, but the signature is."""
    with other.unguarded():
        other.execute("UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = 1")
        made = "decode(md5('x'), 'hex')" if other.on_postgresql else "zeroblob(16)"
        other.execute(
            f"UPDATE row_digest SET digest = {made} WHERE table_name = 'birth_record' AND row_id = 1"  # noqa: S608
        )


def _older(table: str, where: str, act: Then, key: str = "id") -> Harm:
    return lambda other: other.put_back(table, key, where, act)


def _sql(*statements: str) -> tuple[str, ...]:
    return statements


ROLE = "UPDATE account SET role = 'administrator' WHERE login = 'cuc'"
HASH = (
    "UPDATE account SET password_hash = (SELECT password_hash FROM account a WHERE a.login = 'admin') "
    "WHERE login = 'cuc'"
)
CUT = "DELETE FROM audit WHERE id > (SELECT max(id) - 2 FROM audit a)"
WITHDRAWAL = (
    "INSERT INTO withdrawal (book_id, kind, reason, author, noted_at) "
    "VALUES (1, 'withdrawn', 'x', 'chi', '2026-01-01 00:00:00.000000')"
)
PUT_IN = "SELECT {}, token_digest || 'x', account_id, started_at, seen_at FROM login_session"

AMENDMENT = (
    "INSERT INTO amendment (id, book_id, scan_sha256, page_no, row, field, kind, old, text, canonical, "
    "decision_number, decided_on, authority, legal_basis, reason, author, noted_at) SELECT 7, book_id, sha256, 1, 0, "
    "'child_name', 'correction', 'x', 'y', 'y', '1', '05.03.2020', 'x', 'x', '', 'an', "
    "'2026-01-01 00:00:00.000000' FROM scan"
)
SIGNATURE = (
    "INSERT INTO amendment_signature (id, amendment_id, author, signed_at) "
    "VALUES (7, 7, 'chi', '2026-01-01 00:00:00.000000')"
)
DECISION = (
    "INSERT INTO decision (id, book_id, scan_sha256, page_no, row, field, status, text, canonical, author, decided_at, "
    "reason, seen_fingerprint) SELECT 70, book_id, sha256, 1, 0, 'child_name', 'read', 'y', 'y', 'an', "
    "'2026-01-01 00:00:00.000000', '', '' FROM scan"
)
CONFIRMED = (
    "INSERT INTO confirmed_delivery (id, book_id, scan_sha256, page_no, row, field, written, value, note, rule, "
    "author, confirmed_at) SELECT 7, book_id, sha256, 1, 0, 'child_name', 'x', 'y', '', 'z', 'an', "
    "'2026-01-01 00:00:00.000000' FROM scan"
)
APPROVED = (
    "INSERT INTO book_approval (id, book_id, kind, state, entries, note, author, approved_at) "
    "VALUES (7, 1, 'approved', 'x', 2, '', 'chi', '2026-01-01 00:00:00.000000')"
)
OF_LINK = (
    "INSERT INTO link_decision (id, link_id, verdict, reason, author, decided_at) "
    "VALUES (7, 1, 'confirmed', '', 'chi', '2026-01-01 00:00:00.000000')"
)
ARRANGED = "INSERT INTO page_arrangement VALUES (7, 1, '[]', NULL, NULL, (1 = 0), 'chi', '2026-01-01 00:00:00.000000')"
LEAVING = tuple(
    Tampering(f"{what}, {how}", statements, then, must_refuse=True)
    for what, statements in (
        ("an amendment and its signature put in", (AMENDMENT, SIGNATURE)),
        ("a decision put in", (DECISION,)),
        ("a confirmation put in", (CONFIRMED,)),
        ("an approval put in", (APPROVED,)),
        ("text of a decision", ("UPDATE decision SET text = 'x' WHERE id = 1",)),
        ("a decision on a link put in", (OF_LINK,)),
        ("a decision on a link changed", ("UPDATE link_decision SET verdict = 'confirmed' WHERE id = 2",)),
        ("a decision on a link deleted", ("DELETE FROM link_decision WHERE id = 2",)),
        ("the entries of a decided link", ("UPDATE link SET second_entry_id = 1 WHERE id = 1",)),
        ("an amendment deleted", ("DELETE FROM amendment_signature", "DELETE FROM amendment")),
        ("a second signature deleted", ("DELETE FROM amendment_signature",)),
        ("an approval deleted", ("DELETE FROM book_approval",)),
        ("an order of pages put in", (ARRANGED,)),
        ("older record put back", _older("birth_record", "entry_id = 1", decides, "entry_id")),
        ("older book put back", _older("book", "id = 1", corrects_book)),
    )
    for how, then in (("then extract", sets_extract), ("then API", answers_by_api), ("then export", exports))
)

TAMPERINGS: tuple[Tampering, ...] = (
    Tampering("text of a decision", _sql("UPDATE decision SET text = 'x' WHERE id = 1")),
    Tampering("author of a decision", _sql("UPDATE decision SET author = 'x' WHERE id = 1")),
    Tampering(
        "time of a decision",
        _sql("UPDATE decision SET decided_at = '2020-01-01 00:00:00.000000' WHERE id = 1"),
    ),
    Tampering("a decision deleted", _sql("DELETE FROM decision WHERE id = 1")),
    Tampering("text of a reading", _sql("UPDATE reading SET text = 'x' WHERE id = 1")),
    Tampering("a reading accepted", _sql("UPDATE reading SET accepted = (1 = 1) WHERE id = 1")),
    Tampering("a reading deleted", _sql("DELETE FROM reading WHERE id = 4")),
    Tampering("a finding made harmless", _sql("UPDATE finding SET severity = 'info'")),
    Tampering("a value in force", _sql("UPDATE birth_record SET child_name = 'x' WHERE entry_id = 1")),
    Tampering("a record deleted", _sql("DELETE FROM birth_record WHERE entry_id = 2")),
    Tampering("an entry hidden", _sql("UPDATE entry SET stands = (1 = 0) WHERE id = 2")),
    Tampering("a withdrawal put in", _sql(WITHDRAWAL)),
    Tampering("a withdrawal taken out", _sql("DELETE FROM withdrawal WHERE id = 2")),
    Tampering("the reason of a withdrawal", _sql("UPDATE withdrawal SET reason = 'x' WHERE id = 1")),
    Tampering("what a package held", _sql("UPDATE package SET entries = '[]' WHERE id = 1")),
    Tampering("a scan exchanged", _sql("UPDATE scan SET sha256 = 'x' WHERE id = 1")),
    Tampering("what a book was before", _sql("UPDATE book_correction SET old = '{}' WHERE id = 1")),
    Tampering("a correction of a book taken out", _sql("DELETE FROM book_correction WHERE id = 1")),
    Tampering("a book of another place", _sql("UPDATE book SET place_code = '99999' WHERE id = 1")),
    Tampering("a link deleted", _sql("DELETE FROM link_decision", "DELETE FROM link")),
    Tampering("actor of the audit", _sql("UPDATE audit SET actor = 'x' WHERE id = 4")),
    Tampering("a row of the audit deleted", _sql("DELETE FROM audit WHERE id = 4")),
    Tampering("a signature taken off", _sql("UPDATE audit SET signature = NULL WHERE id = 4")),
    Tampering("hash of the audit", _sql("UPDATE audit SET hash = 'x' WHERE id = 4")),
    Tampering("the audit emptied", _sql("DELETE FROM audit"), adds_view),
    Tampering(
        "all signatures and keys taken off", _sql("UPDATE audit SET key = NULL, signature = NULL"), adds_view
    ),
    Tampering("a trigger gone", _trigger_gone),
    Tampering("a table gone", _table_gone),
    Tampering("role, then login", _sql(ROLE), logs_in),
    Tampering("role, then a request", _sql(ROLE), uses_session),
    Tampering("places, then login", _sql("UPDATE account SET places = NULL WHERE login = 'cuc'"), logs_in),
    Tampering("password, then login", _sql(HASH), logs_in),
    Tampering(
        "guards dropped, used and put back", _sql("UPDATE decision SET text = 'y' WHERE id = 1"), decides
    ),
    Tampering("key file gone", _key_gone),
    Tampering("junk signatures and no key", _junk_signatures),
    Tampering("tail cut, night seal at hand", _sql(CUT), sealed=True),
    Tampering("tail cut and written over", _sql(CUT), adds_view, sealed=True),
    Tampering("empty trigger of the same name", _empty_trigger),
    Tampering("unknown trigger", _unknown_trigger),
    Tampering("session forged", _sql("INSERT INTO login_session " + PUT_IN.format(77))),
    Tampering(
        "session forged and used",
        _sql("UPDATE login_session SET account_id = (SELECT id FROM account WHERE login = 'admin')"),
        uses_session,
    ),
    Tampering(
        "seen_at in the future",
        _sql("UPDATE login_session SET seen_at = '2099-01-01 00:00:00.000000'"),
        uses_session,
    ),
    Tampering("task settled", _sql("UPDATE review_task SET stage = 'settled', state = 'done' WHERE id = 2")),
    Tampering("task deleted", _sql("DELETE FROM review_task WHERE id = 2")),
    Tampering("first keyer wiped", _sql("UPDATE review_task SET first_keyer = 7 WHERE id = 2")),
    Tampering("wrong tries emptied", _sql("DELETE FROM login_failure")),
    Tampering(
        "one-time password made lasting, then login",
        _sql("UPDATE account SET must_change = (1 = 0) WHERE login = 'cuc'"),
        logs_in,
    ),
    Tampering("rollback without any seal", _guard_back_unused, unreachable="no seal was kept anywhere"),
    # --- beyond the trial
    Tampering(
        "value in force, then a decision",
        _sql("UPDATE birth_record SET child_name = 'x' WHERE entry_id = 1"),
        decides,
    ),
    Tampering(
        "value in force, then read again",
        _sql("UPDATE birth_record SET child_name = 'x' WHERE entry_id = 1"),
        reads_again,
    ),
    Tampering(
        "entry, then read again",
        _sql("UPDATE entry SET accepted = (1 = 0), found = (1 = 0) WHERE id = 1"),
        reads_again,
    ),
    Tampering("entry moved to another row", _sql("UPDATE entry SET row = 9 WHERE id = 2"), checks),
    Tampering("run, then read again", _sql("UPDATE page_run SET quality = '{}' WHERE latest"), reads_again),
    Tampering(
        "finding of a check, then checked again", _sql("UPDATE book_finding SET fields = '[]'"), checks
    ),
    Tampering("failure, then failed again", _sql("UPDATE page_failure SET tries = 0"), adds_view),
    Tampering(
        "task, then read again",
        _sql("UPDATE review_task SET stage = 'settled', state = 'done' WHERE id = 2"),
        reads_again,
    ),
    Tampering(
        "task of another place, then read again",
        _sql("UPDATE review_task SET place_code = '9', version = 99 WHERE id = 2"),
    ),
    Tampering("record deleted and made again", _sql("DELETE FROM birth_record WHERE entry_id = 1"), decides),
    Tampering("last digests emptied", _sql("DELETE FROM row_digest"), decides),
    Tampering("last digest fitted without the key", _fitted_digest, decides),
    Tampering("last digests unsigned", _sql("UPDATE row_digest SET signature = NULL"), logs_in),
    Tampering(
        "an account nobody made",
        _sql(
            "INSERT INTO account (id, login, name, role, active, password_hash, must_change, password_set_at, "
            "created_at, created_by, changed_at, changed_by) SELECT 9, 'x9', name, role, active, password_hash, "
            "must_change, password_set_at, created_at, created_by, changed_at, changed_by FROM account "
            "WHERE login = 'admin'"
        ),
    ),
    Tampering("login of an account", _sql("UPDATE account SET login = 'dung' WHERE login = 'cuc'")),
    Tampering(
        "one-time password lasts",
        _sql("UPDATE account SET password_set_at = '2099-01-01 00:00:00.000000' WHERE login = 'cuc'"),
        logs_in,
    ),
    Tampering(
        "session begun later",
        _sql("UPDATE login_session SET started_at = seen_at, token_digest = token_digest || 'x'"),
    ),
    Tampering(
        "wrong tries set back",
        _sql("UPDATE login_failure SET failed_at = '2020-01-01 00:00:00.000000'"),
        logs_in,
    ),
    Tampering("unknown view", _unknown_view),
    Tampering(
        "role and its action in the audit",
        _sql(ROLE, "UPDATE audit SET detail = replace(detail, 'reviewer', 'administrator')"),
        logs_in,
    ),
    Tampering("tampered, then the key renewed", _sql(ROLE), renews_key),
    Tampering("a page of another scan", _sql("UPDATE page SET page_no = 9 WHERE id = 1")),
    Tampering(
        "seen_at within the session",
        _sql("UPDATE login_session SET seen_at = started_at"),
        unreachable="it changes with every click; a session ends after twelve hours",
    ),
    Tampering(
        "guards dropped and put back unused",
        _guard_back_unused,
        unreachable="nothing was changed",
    ),
    Tampering(
        "lease of another person",
        _sql("DELETE FROM lease"),
        unreachable="it lasts for minutes; who is shown a task is in the audit",
    ),
    Tampering(
        "older account put back, then login",
        _older("account", "login = 'cuc'", locks_account),
        logs_in,
        must_refuse=True,
    ),
    Tampering(
        "older session put back and used",
        _older("login_session", "id > 0", ends_session),
        uses_session,
        must_refuse=True,
    ),
    *LEAVING,
)


# --- doing it -------------------------------------------------------------------------------------------------------


def tried_on_sqlite(folder: Path) -> list[Outcome]:
    """Try all tamperings, each on a copy of the same file."""
    source = folder / "source"
    source.mkdir()
    origin = _place(f"sqlite:///{source / 'r.db'}", source / "audit.key")
    live(origin)
    outcomes = []
    for number, tampering in enumerate(TAMPERINGS):
        copy = folder / str(number)
        shutil.copytree(source, copy)
        url = f"sqlite:///{copy / 'r.db'}"
        outcomes.append(_tried(tampering, _place(url, copy / "audit.key", origin)))
        shutil.rmtree(copy)
    return outcomes


def tried_on_postgresql(folder: Path) -> list[Outcome]:
    """Try all tamperings, each on a copy of the same database."""
    outcomes = []
    with postgresql.server(postgresql.IN_TESTS) as cluster, cluster.database() as source:
        key = folder / "audit.key"
        origin = _place(cluster.url(source), key, owner_url=cluster.url(source, postgresql.OWNER))
        live(origin)
        for number, tampering in enumerate(TAMPERINGS):
            own_key = folder / f"{number}.key"
            shutil.copy(key, own_key)
            with cluster.database(source) as name:
                place = _place(
                    cluster.url(name), own_key, origin, owner_url=cluster.url(name, postgresql.OWNER)
                )
                outcomes.append(_tried(tampering, place))
    return outcomes


def _place(url: str, key: Path, origin: Lived | None = None, *, owner_url: str = "") -> Lived:
    if origin is None:
        return Lived(url, owner_url or url, key)
    return Lived(url, owner_url or url, key, origin.passwords, origin.token, origin.seal)


def _tried(tampering: Tampering, place: Lived) -> Outcome:
    with closing(Outsider(place)) as other:
        if callable(tampering.statements):
            tampering.statements(other)
        else:
            with other.unguarded():
                for statement in tampering.statements:
                    other.execute(statement)
    refused = False
    try:
        with place.open() as registry:
            if tampering.then is not None:
                try:
                    tampering.then(registry, place)
                except HotichError:
                    refused = True
            seals = (place.seal,) if tampering.sealed and place.seal is not None else ()
            verification = registry.audit().verify(*seals)
    except HotichError:
        return Outcome(tampering, (), refused=True, checkable=True)
    kinds = tuple(dict.fromkeys(flaw.kind for flaw in verification.flaws))
    return Outcome(tampering, kinds, refused, verification.checkable)
