"""The column ``rows`` of the audit: which rows an action wrote, with the digest of each as it was afterwards.

JSON: a table's name gives runs of neighbouring rows, each run its first id and the digests one after another in base64.
Of tables whose rows may change a third value holds the first half of the digest of each row as it was before the
action, in base64, or nothing where all rows of the run were new: so a change between two actions shows for good.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pipeline.registry.database.audit.stored import DIGEST_BYTES, ranges_of

BEFORE_BYTES = 8
NEW = bytes(BEFORE_BYTES)
"""In place of the digest before of a row that was not there."""


class Mention(NamedTuple):
    """What an action says of a row: ``before`` is None where it does not tell how the row was before."""

    table_name: str
    row_id: int
    digest: bytes
    before: bytes | None


def packed(
    written: Mapping[str, Mapping[int, bytes]], before: Mapping[str, Mapping[int, bytes]] | None = None
) -> str:
    """``written`` by table and id as the column holds it; ``before``: the same, of the tables whose rows may change."""
    told = {}
    for table_name, digests in sorted(written.items()):
        earlier = (before or {}).get(table_name)
        runs: list[list[object]] = []
        for first, last in ranges_of(sorted(digests)):
            ids = range(first, last + 1)
            run: list[object] = [first, _spelled([digests[one] for one in ids])]
            if earlier is not None:
                halves = [earlier[one][:BEFORE_BYTES] for one in ids]
                run.append(_spelled(halves) if any(half != NEW for half in halves) else "")
            runs.append(run)
        told[table_name] = runs
    return json.dumps(told, separators=(",", ":"))


def unpacked(rows: str) -> Iterator[Mention]:
    """What the column says of every row. ``ValueError`` when it was never written by ``packed``."""
    try:
        told = json.loads(rows)
        for table_name, runs in told.items():
            for first, digests, *more in runs:
                together = base64.b64decode(digests, validate=True)
                halves = base64.b64decode(more[0], validate=True) if more else None
                for place, start in enumerate(range(0, len(together), DIGEST_BYTES)):
                    before = None
                    if halves is not None:
                        before = halves[place * BEFORE_BYTES : (place + 1) * BEFORE_BYTES] or NEW
                    yield Mention(table_name, first + place, together[start : start + DIGEST_BYTES], before)
    except (AttributeError, TypeError) as error:
        raise ValueError("not a column of digests") from error


def _spelled(digests: list[bytes]) -> str:
    return base64.b64encode(b"".join(digests)).decode()
