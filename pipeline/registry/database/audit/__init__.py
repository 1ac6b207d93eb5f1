"""The audit: an append-only chain of who did what, with a digest of every row that came of it."""

from pipeline.registry.database.audit.trail import (
    MACHINE,
    add,
    change,
    compare,
    note_use,
    noted,
    record,
    remove,
    write,
)

__all__ = ["MACHINE", "add", "change", "compare", "note_use", "noted", "record", "remove", "write"]
