"""Verification of the audit log: the hash chain, the signatures, the objects of the database, and every row.

The chain is walked from its end to its beginning, in one snapshot of the database and in constant memory;
``comparison.py`` also replays the duties and passwords of accounts. Triggers, views and rules are compared with those
that the migrations make (``database/objects.py``). Flaws that an administrator has settled are counted apart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection

from sqlalchemy import Connection, select

from pipeline.registry.audit.comparison import AccountReplay, Comparison, sessions_ahead
from pipeline.registry.audit.model import Flaw, FlawIdentity, FlawKind, Flaws, Verification
from pipeline.registry.audit.seal import Seal, Signatures
from pipeline.registry.database.audit.baseline import BEGUN
from pipeline.registry.database.audit.chain import StoredAuditRow, audit, head, newest_lines, stored_lines
from pipeline.registry.database.audit.key import KeyFile
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.database.audit.trail import TAMPERING_FOUND
from pipeline.registry.database.objects import object_flaws

SETTLED = "flaw-settled"

OF_ROWS = frozenset({FlawKind.ROW_ALTERED, FlawKind.ROW_GONE, FlawKind.ROW_UNKNOWN})
"""Flaws that end once the log holds the present digest of the row."""

OF_GUARDS = frozenset({FlawKind.GUARD_GONE, FlawKind.GUARD_ALTERED})
OF_DIGESTS = frozenset({FlawKind.DIGEST_ALTERED})

PUT_RIGHT = OF_ROWS | OF_GUARDS | OF_DIGESTS
"""Flaws that settling repairs: an equal flaw that is found afterwards is a new one."""


def settled_flaws(connection: Connection, key_file: KeyFile | None) -> frozenset[FlawIdentity]:
    """Return the settled flaws; lines with a wrong signature of an available key do not count."""
    keys = {key.name: key for key in (() if key_file is None else key_file.known())}
    ids = connection.scalars(select(audit.c.id).where(audit.c.action == SETTLED).order_by(audit.c.id)).all()
    found = set()
    for row in stored_lines(connection, ids):
        key = keys.get(row.key or "")
        if row.true_hash == row.hash and (key is None or key.signed(row.hash, row.signature)):
            kind, *rest = json.loads(row.detail)["flaw"]
            if kind not in PUT_RIGHT:
                found.add((FlawKind(kind), *rest))
    return frozenset(found)


class TamperingsFound:
    """Reports lines of the log about rows that the program refused to write because they had been altered."""

    def __init__(self, flaws: Flaws) -> None:
        self._flaws = flaws

    def observe(self, row: StoredAuditRow) -> None:
        """Take a line of the log."""
        if row.action == TAMPERING_FOUND:
            table_name, _, row_id = row.subject.rpartition(":")
            self._flaws.add(
                Flaw(
                    FlawKind.TAMPERING_FOUND,
                    table_name,
                    int(row_id),
                    audit_id=row.id,
                    found=f"{row.id}:{row.hash[:16]}",
                )
            )


BATCH = 200
"""Lines of the log that are read at a time."""

Progress = Callable[[int, int], None]
"""Called with the number of verified lines and of all lines."""


def verify(
    connection: Connection,
    key_file: KeyFile | None,
    seals: Collection[Seal] = (),
    progress: Progress = lambda _done, _all: None,
) -> Verification:
    """Verify the whole audit log and every row that it covers.

    Only the database is needed; the key proves who wrote the log, ``seals`` that nothing was cut from its end.
    """
    flaws = Flaws(settled_flaws(connection, key_file))
    for flaw in object_flaws(connection):
        flaws.add(flaw)
    last = head(connection)
    if last is None:
        flaws.add(Flaw(FlawKind.AUDIT_EMPTY))
    signatures = Signatures(key_file, flaws)
    comparison = Comparison(connection, flaws, None if last is None else signatures.key(last.key))
    replay, found = AccountReplay(), TamperingsFound(flaws)
    for seal in seals:
        _check_seal(connection, seal, 0 if last is None else last.id, signatures, flaws)
    count = 0
    later: StoredAuditRow | None = None
    for row in newest_lines(connection, BATCH):
        count += 1
        whole = row.true_hash == row.hash
        if not whole:
            flaws.add(Flaw(FlawKind.AUDIT_ALTERED, row_id=row.id, found=row.true_hash))
        if later is not None:
            _check_link(row, later, flaws)
        signatures.check(row, whole=whole)
        _expect_rows(row, comparison)
        replay.observe(row)
        found.observe(row)
        later = row
        if count % BATCH == 0:
            progress(count, count + row.id - 1)
    if later is not None:
        _check_beginning(later, signatures, flaws)
    signatures.finish()
    comparison.finish()
    replay.finish(connection, flaws)
    sessions_ahead(connection, flaws)
    progress(count, count)
    return Verification(
        audit_rows=count,
        rows=comparison.rows,
        begun_at="" if later is None else later.at,
        flaws=flaws.kept,
        flaw_count=flaws.count,
        settled=flaws.settled,
        unproven_end=signatures.unproven_end,
        proven=signatures.proven,
        unsigned=signatures.unsigned,
        other_keys=signatures.other_keys,
        key_is_private=signatures.key_is_private,
    )


def contradicted(
    connection: Connection, key_file: KeyFile | None, seals: Collection[Seal]
) -> tuple[Flaw, ...]:
    """Return the unsettled flaws that these seals prove, without any other check."""
    flaws = Flaws(settled_flaws(connection, key_file))
    signatures, last = Signatures(key_file, flaws), head(connection)
    for seal in seals:
        _check_seal(connection, seal, 0 if last is None else last.id, signatures, flaws)
    return flaws.kept


def _check_link(row: StoredAuditRow, later: StoredAuditRow, flaws: Flaws) -> None:
    """Report lines that are missing between two lines, or a broken link."""
    if later.id != row.id + 1:
        flaws.add(Flaw(FlawKind.AUDIT_GONE, row_id=row.id + 1, last_id=later.id - 1, found=later.hash))
    elif later.previous != row.hash:
        flaws.add(Flaw(FlawKind.AUDIT_BROKEN, row_id=later.id, found=later.hash))


def _check_beginning(first: StoredAuditRow, signatures: Signatures, flaws: Flaws) -> None:
    if first.id != 1:
        flaws.add(Flaw(FlawKind.AUDIT_GONE, row_id=1, last_id=first.id - 1))
    elif first.previous != "" or first.action != BEGUN:
        flaws.add(Flaw(FlawKind.AUDIT_BROKEN, row_id=1))
    signatures.check_beginning(first)


def _expect_rows(row: StoredAuditRow, comparison: Comparison) -> None:
    """Hand the mentions of a line to the comparison; an unreadable column is reported by its wrong hash."""
    try:
        mentions = list(unpacked(row.rows))
    except ValueError:
        return
    for mention in mentions:
        if row.action == SETTLED:  # the row was accepted in its present state
            mention = mention._replace(before=None)
        comparison.expect(mention, row.id)


def _check_seal(
    connection: Connection, seal: Seal, last_id: int, signatures: Signatures, flaws: Flaws
) -> None:
    """Report a forged seal, and a sealed line that is missing or altered."""
    key = signatures.key(seal.key)
    if key is not None and not seal.is_signed_by(key):
        flaws.add(Flaw(FlawKind.SEAL_FORGED, row_id=seal.id, found=seal.hash))
    if last_id < seal.id:
        flaws.add(Flaw(FlawKind.SEAL_CUT, row_id=last_id + 1, last_id=seal.id, found=seal.hash))
    elif [row.hash for row in stored_lines(connection, [seal.id])] != [seal.hash]:
        flaws.add(Flaw(FlawKind.SEAL_DIFFERS, row_id=seal.id, found=seal.hash))
