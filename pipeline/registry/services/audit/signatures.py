"""Who signed each row of the audit, met newest first."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipeline.registry.database.audit.key import Key, KeyFile
from pipeline.registry.model.audit import Flaw, FlawKind, Flaws

KEY_RENEWED = "key-renewed"
"""The action of the first row that a new key signs; its detail names the key before."""


class Signatures:
    """Counts rows that are proven to come from whoever holds the key, and finds those that claim it falsely."""

    def __init__(self, key_file: KeyFile | None, flaws: Flaws) -> None:
        keys = () if key_file is None else key_file.known()
        self._keys = {key.name: key for key in keys}
        self._chains = () if key_file is None else key_file.chains()
        self._flaws = flaws
        self._laid_down: set[str] = set()
        self._unsigned_run: tuple[int, int] | None = None
        self.key_is_private = key_file.is_private() if key_file is not None and keys else None
        self.proven = 0
        self.unsigned = 0
        self.other_keys = 0

    def key(self, name: str | None) -> Key | None:
        """The key of that name, if it is at hand."""
        return self._keys.get(name or "")

    def check(self, row: Mapping[str, Any], *, whole: bool) -> None:
        """Look at the signature of a row; rows come newest first. ``whole``: it says what its hash says."""
        if row["key"] is None:
            newest = row["id"] if self._unsigned_run is None else self._unsigned_run[1]
            self._unsigned_run = row["id"], newest
            self.unsigned += 1
            return
        self._end_unsigned_run()
        key = self._keys.get(row["key"])
        if key is None:
            self.other_keys += 1
            if self._keys and row["key"] not in self._laid_down:
                self._flaws.add(Flaw(FlawKind.AUDIT_OTHER_KEY, row_id=row["id"]))
        elif not key.signed(row["hash"], row["signature"]):
            self._flaws.add(Flaw(FlawKind.AUDIT_FORGED, row_id=row["id"]))
        elif whole:
            self.proven += 1
            if row["action"] == KEY_RENEWED:
                self._laid_down.add(json.loads(row["detail"])["replaces"])

    def check_beginning(self, first: Mapping[str, Any]) -> None:
        """Whether this is the audit that these keys began, and the first that they did."""
        if self._chains and first["hash"] != self._chains[0]:
            self._flaws.add(Flaw(FlawKind.AUDIT_RESTARTED, row_id=first["id"]))

    def finish(self) -> None:
        """Rows at the very beginning may be unsigned: there was no key yet. With a key and no signature at all,
        somebody took them off."""
        if self._keys and not (self.proven or self.other_keys):
            self._end_unsigned_run()

    def _end_unsigned_run(self) -> None:
        """An older row is signed, so these should be."""
        if self._unsigned_run is not None:
            first, last = self._unsigned_run
            self._flaws.add(Flaw(FlawKind.AUDIT_UNSIGNED, row_id=first, last_id=last))
            self._unsigned_run = None
