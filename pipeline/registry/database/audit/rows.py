"""The column ``rows`` of the audit: which rows an action wrote, with the digest of each as it was afterwards.

JSON: a table's name gives runs of neighbouring rows, each run its first id and the digests one after another in base64.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping

from pipeline.registry.database.audit.stored import DIGEST_BYTES, ranges_of


def packed(written: Mapping[str, Mapping[int, bytes]]) -> str:
    """``written`` by table and id as the column holds it."""
    told = {}
    for table_name, digests in sorted(written.items()):
        told[table_name] = [
            [first, base64.b64encode(b"".join(digests[one] for one in range(first, last + 1))).decode()]
            for first, last in ranges_of(sorted(digests))
        ]
    return json.dumps(told, separators=(",", ":"))


def unpacked(rows: str) -> Iterator[tuple[str, int, bytes]]:
    """Table, id and digest of every row. ``ValueError`` when the column was never written by ``packed``."""
    try:
        told = json.loads(rows)
        for table_name, runs in told.items():
            for first, digests in runs:
                together = base64.b64decode(digests, validate=True)
                for place, start in enumerate(range(0, len(together), DIGEST_BYTES)):
                    yield table_name, first + place, together[start : start + DIGEST_BYTES]
    except (AttributeError, TypeError) as error:
        raise ValueError("not a column of digests") from error
