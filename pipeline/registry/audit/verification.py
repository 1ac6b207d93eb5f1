"""Verification of the audit log: the hash chain, the signatures, the objects of the database, and every row.

The chain is walked from its end to its beginning, in one state of the database and in flat memory (``comparison.py``,
which also replays the duties and passwords of accounts). Triggers, views and rules are compared with those that the
migrations make (``database/objects.py``). Flaws that an administrator has settled are known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from pipeline.registry.audit.comparison import AccountReplay, Comparison, sessions_ahead
from pipeline.registry.audit.model import Flaw, FlawIdentity, FlawKind, Flaws, Verification
from pipeline.registry.audit.seal import Seal, Signatures, time_of
from pipeline.registry.database.audit.baseline import BEGUN
from pipeline.registry.database.audit.chain import audit, head, row_hash
from pipeline.registry.database.audit.key import KeyFile
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.database.audit.stored import batches, stored_rows
from pipeline.registry.database.audit.trail import TAMPERING_FOUND
from pipeline.registry.database.objects import object_flaws

SETTLED = "flaw-settled"

OF_ROWS = frozenset({FlawKind.ROW_ALTERED, FlawKind.ROW_GONE, FlawKind.ROW_UNKNOWN})
"""Flaws that end when the audit says what the row is like now."""

OF_GUARDS = frozenset({FlawKind.GUARD_GONE, FlawKind.GUARD_ALTERED})
OF_DIGESTS = frozenset({FlawKind.DIGEST_ALTERED})

PUT_RIGHT = OF_ROWS | OF_GUARDS | OF_DIGESTS
"""Flaws that settling puts right: one that is found afterwards is another one, however alike."""


def settled_flaws(connection: Connection, key_file: KeyFile | None) -> frozenset[FlawIdentity]:
    """The flaws that the audit says were settled; what a key at hand did not sign says nothing."""
    keys = {key.name: key for key in (() if key_file is None else key_file.known())}
    ids = connection.scalars(select(audit.c.id).where(audit.c.action == SETTLED).order_by(audit.c.id)).all()
    found = set()
    for row in stored_rows(connection, audit.name, ids):
        key = keys.get(row["key"] or "")
        if row_hash(row) == row["hash"] and (key is None or key.signed(row["hash"], row["signature"])):
            kind, *rest = json.loads(row["detail"])["flaw"]
            if kind not in PUT_RIGHT:
                found.add((FlawKind(kind), *rest))
    return frozenset(found)


class TamperingsFound:
    """Takes the rows of the audit and finds those that tell of a row which the program refused to write."""

    def __init__(self, flaws: Flaws) -> None:
        self._flaws = flaws

    def observe(self, row: Mapping[str, Any]) -> None:
        """Take one row of the audit."""
        if row["action"] == TAMPERING_FOUND:
            table_name, _, row_id = row["subject"].rpartition(":")
            self._flaws.add(
                Flaw(
                    FlawKind.TAMPERING_FOUND,
                    table_name,
                    int(row_id),
                    audit_id=row["id"],
                    found=f"{row['id']}:{row['hash'][:16]}",
                )
            )


BATCH = 200
"""Rows of the audit that are read at a time."""

Progress = Callable[[int, int], None]
"""Told how many rows of the audit were looked at, and how many there are."""


def verify(
    connection: Connection,
    key_file: KeyFile | None,
    seals: Collection[Seal] = (),
    progress: Progress = lambda _done, _all: None,
) -> Verification:
    """Look at every row of the audit and at every row that it answers for.

    Needs nothing but the database; the key proves who wrote it, the ``seals`` that nothing was cut from its
    end.
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
    later: Mapping[str, Any] | None = None
    for row in _newest_first(connection):
        count += 1
        whole = row_hash(row) == row["hash"]
        if not whole:
            flaws.add(Flaw(FlawKind.AUDIT_ALTERED, row_id=row["id"], found=row_hash(row)))
        if later is not None:
            _check_link(row, later, flaws)
        signatures.check(row, whole=whole)
        _expect_rows(row, comparison)
        replay.observe(row)
        found.observe(row)
        later = row
        if count % BATCH == 0:
            progress(count, count + row["id"] - 1)
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
        begun_at="" if later is None else time_of(later),
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
    """What these seals show that is not settled, without a look at anything else."""
    flaws = Flaws(settled_flaws(connection, key_file))
    signatures, last = Signatures(key_file, flaws), head(connection)
    for seal in seals:
        _check_seal(connection, seal, 0 if last is None else last.id, signatures, flaws)
    return flaws.kept


def _newest_first(connection: Connection) -> Iterator[Mapping[str, Any]]:
    for batch in batches(connection, audit.name, BATCH, newest_first=True):
        yield from batch


def _check_link(row: Mapping[str, Any], later: Mapping[str, Any], flaws: Flaws) -> None:
    """Whether ``later`` follows on ``row``."""
    if later["id"] != row["id"] + 1:
        flaws.add(
            Flaw(FlawKind.AUDIT_GONE, row_id=row["id"] + 1, last_id=later["id"] - 1, found=later["hash"])
        )
    elif later["previous"] != row["hash"]:
        flaws.add(Flaw(FlawKind.AUDIT_BROKEN, row_id=later["id"], found=later["hash"]))


def _check_beginning(first: Mapping[str, Any], signatures: Signatures, flaws: Flaws) -> None:
    if first["id"] != 1:
        flaws.add(Flaw(FlawKind.AUDIT_GONE, row_id=1, last_id=first["id"] - 1))
    elif first["previous"] != "" or first["action"] != BEGUN:
        flaws.add(Flaw(FlawKind.AUDIT_BROKEN, row_id=1))
    signatures.check_beginning(first)


def _expect_rows(row: Mapping[str, Any], comparison: Comparison) -> None:
    """A column that cannot be read belongs to a row whose hash is wrong too."""
    try:
        said = list(unpacked(row["rows"]))
    except ValueError:
        return
    for mention in said:
        if row["action"] == SETTLED:  # from here on the row counts as it is
            mention = mention._replace(before=None)
        comparison.expect(mention, row["id"])


def _check_seal(
    connection: Connection, seal: Seal, last_id: int, signatures: Signatures, flaws: Flaws
) -> None:
    """Whether the row that was sealed is still there and as it was, and the seal itself is one."""
    key = signatures.key(seal.key)
    if key is not None and not seal.is_signed_by(key):
        flaws.add(Flaw(FlawKind.SEAL_FORGED, row_id=seal.id, found=seal.hash))
    if last_id < seal.id:
        flaws.add(Flaw(FlawKind.SEAL_CUT, row_id=last_id + 1, last_id=seal.id, found=seal.hash))
    elif [row["hash"] for row in stored_rows(connection, audit.name, [seal.id])] != [seal.hash]:
        flaws.add(Flaw(FlawKind.SEAL_DIFFERS, row_id=seal.id, found=seal.hash))
